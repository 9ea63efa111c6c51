#include <sys/stat.h>

#include <filesystem>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <muster/core/base/version.hpp>
#include <nlohmann/json.hpp>

#include "../all_commands.hpp"
#include "../contexts.hpp"
#include "../man_page.hpp"
#include "../page.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

/// One file a command. Nothing else in the directory is touched.
CliResult<Exit> write_man_pages(const std::vector<Command>& commands,
                                const std::filesystem::path& directory) {
  constexpr mode_t kForAll = 0755;
  constexpr mode_t kReadable = 0644;
  if (auto made = make_directories(directory, kForAll); !made) {
    return failure(Exit::SomeFailed, made.error().message);
  }
  for (const auto& page : man_pages(commands)) {
    const auto written = write_file_atomic(directory / page.file, as_bytes(page.text), kReadable);
    if (!written) return failure(Exit::SomeFailed, written.error().message);
  }
  return Exit::Ok;
}

/// Of an operation, for example, which only the controller knows.
CliResult<Exit> print_more_help(const Command& command, const std::vector<std::string>& words,
                                const std::string& context) {
  auto api = open_fleet(context);
  if (!api) return tl::unexpected(api.error());
  return command.more_help(*api, words).map([] { return Exit::Ok; });
}

CliResult<Exit> help(const Arguments& arguments) {
  const auto commands = all_commands();
  const auto& words = arguments.words;
  if (arguments.has("man")) {
    if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
    return write_man_pages(commands, arguments.value("man"));
  }
  const auto [command, taken] = find_command(commands, words);
  const auto family = family_of(commands, words);
  if (family.empty() && command == nullptr) return tl::unexpected(no_such_command(commands, words));
  if (arguments.has("json")) {
    std::cout << pages_json(command == nullptr ? family : std::vector{*command}).dump(2) << "\n";
  } else if (words.empty()) {
    std::cout << overview_text(commands, columns());
  } else if (command == nullptr) {
    std::cout << list_text(family, columns());
  } else if (taken < words.size() && command->more_help != nullptr) {
    return print_more_help(*command,
                           {words.begin() + static_cast<std::ptrdiff_t>(taken), words.end()},
                           arguments.value("context"));
  } else if (taken < words.size()) {
    return tl::unexpected(no_such_command(commands, words));
  } else {
    std::cout << page_text(*command, columns());
  }
  return Exit::Ok;
}

CliResult<Exit> print_version(const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  if (arguments.has("json")) {
    std::cout << nlohmann::json{{"version", kVersion}}.dump() << "\n";
  } else {
    std::cout << "muster " << kVersion << "\n";
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> help_commands() {
  return {{.words = "help",
           .takes = "[COMMAND ...]",
           .summary = "the page of a command, or the list of all",
           .about = "The same pages are installed for man(1): `man muster-node-ls`.\n\n"
                    "The page of an operation is made from what its plugin declares; the fleet's "
                    "controller is asked for it.",
           .examples = {{"muster help"},
                        {"muster help node", "the commands that begin with node"},
                        {"muster help node ls", "the same as muster node ls --help"},
                        {"muster help run system.exec", "an operation and its arguments"},
                        {"muster help --man ./man", "writes the manual pages into a directory"}},
           .options = {{"man", "DIR", "write all pages as manuals into this directory"},
                       context_option(),
                       no_pager_option(),
                       json_option()},
           .run_here = help},
          {.words = "version",
           .summary = "which version of muster this is",
           .about = "`muster --version` says the same. The controller's own is in `muster status`.",
           .examples = {{"muster version"}},
           .options = {json_option()},
           .run_here = print_version}};
}

}  // namespace muster::cli
