#include "app.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "all_commands.hpp"
#include "caret_line.hpp"
#include "contexts.hpp"
#include "leading_options.hpp"
#include "page.hpp"
#include "pager.hpp"
#include "targets.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

bool may_be_long(const Command& command) {
  return std::any_of(command.options.begin(), command.options.end(),
                     [](const auto& option) { return option.name == no_pager_option().name; });
}

CliResult<Exit> run_with(const Command& command, const Arguments& arguments) {
  if (command.run_here != nullptr) return command.run_here(arguments);
  if (auto text = expect_text(command.options, arguments); !text) {
    return tl::unexpected(text.error());
  }
  auto api = open_fleet(arguments.value("context"));
  if (!api) return tl::unexpected(api.error());
  return command.run(*api, arguments).map_error([&](Failure why) {
    return in_typed_words(std::move(why), arguments);
  });
}

CliResult<Exit> run_command(const Command& command, const Words& words) {
  auto arguments = parse_arguments(command.options, words);
  if (!arguments) {
    auto wrong = arguments.error();
    const bool no_dash = std::find(words.begin(), words.end(), "--") == words.end();
    if (command.takes.starts_with("--") && no_dash) {
      wrong.message += "; the program stands behind a \"--\"";
    }
    wrong.message += "\nusage: " + usage_of(command) + "   (muster " + command.words + " --help)";
    return tl::unexpected(wrong);
  }
  Pager pager(may_be_long(command) && !arguments->has("no-pager"));
  auto done = run_with(command, *arguments);
  if (auto paged = pager.close(); done && !paged) return tl::unexpected(paged.error());
  return done;
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

/// What the words before a "--" ask for, so that `muster exec -- ls --help` runs ls.
bool asks_for_help(const Words& words) {
  return std::any_of(words.begin(), std::find(words.begin(), words.end(), "--"), is_help);
}

/// Whether `-h` belongs to the program of `muster exec NODES df -h`, in which "--" is missing.
bool is_for_program(const Command& command, Words words) {
  if (!command.takes.starts_with("--")) return false;
  std::erase_if(words, is_help);
  const auto arguments = parse_arguments(command.options, words);
  return arguments && !arguments->words.empty();
}

/// The words of `muster help` that ask for the same as `--help` among these.
Words words_of_help(const Words& words, const Command* command, Words rest) {
  Words asked(words.begin(), words.end() - static_cast<std::ptrdiff_t>(rest.size()));
  if (command == nullptr) {
    std::copy_if(rest.begin(), rest.end(), std::back_inserter(asked),
                 [](const auto& word) { return !word.starts_with("-"); });
  } else if (command->more_help != nullptr) {
    std::erase_if(rest, is_help);
    const auto arguments = parse_arguments(command->options, rest);
    if (arguments && !arguments->words.empty()) asked.push_back(arguments->words.front());
    if (arguments && arguments->has("context")) {
      asked.push_back("--context=" + arguments->value("context"));
    }
  }
  return asked;
}

/// "--context prod status" as "status --context prod"; what names no command stays as it is.
Words command_first(const std::vector<Command>& commands, const Words& words) {
  const auto [leading, rest] = split_leading(words);
  const auto [command, taken] = find_command(commands, rest);
  if (command == nullptr) return rest.empty() ? words : rest;
  const auto after = rest.begin() + static_cast<std::ptrdiff_t>(taken);
  Words ordered(rest.begin(), after);
  ordered.insert(ordered.end(), leading.begin(), leading.end());
  ordered.insert(ordered.end(), after, rest.end());
  return ordered;
}

CliResult<Exit> find_and_run(const std::vector<Command>& commands, const Words& words) {
  const auto [command, taken] = find_command(commands, words);
  const Words rest(words.begin() + static_cast<std::ptrdiff_t>(taken), words.end());
  const bool for_program = command != nullptr && is_for_program(*command, rest);
  if (asks_for_help(rest) && !for_program) {
    const auto* help = find_command(commands, {"help"}).first;
    return run_command(*help, words_of_help(words, command, rest));
  }
  if (command == nullptr) return tl::unexpected(no_such_command(commands, words));
  return run_command(*command, rest);
}

/// Whether all of the output arrived; a reader that has seen enough and closed its pipe has it all.
bool output_arrived() { return static_cast<bool>(std::cout << std::flush) || reader_is_gone(); }

CliResult<Exit> run_to_end(const std::vector<Command>& commands, const Words& words) {
  try {
    auto done = find_and_run(commands, command_first(commands, words));
    if (done && !output_arrived()) {
      return failure(Exit::SomeFailed,
                     "the output could not be written; is the disk full, or standard output "
                     "closed?");
    }
    return done;
  } catch (const nlohmann::json::exception&) {  // a member is missing or has another type
    return failure(Exit::SomeFailed,
                   "the controller's answer is not what this version of muster expects");
  }
}

}  // namespace

int run(const Words& words) {
  const auto commands = all_commands();
  if (words.empty()) {
    std::cerr << overview_text(commands, columns());
    return static_cast<int>(Exit::Usage);
  }
  const auto done = run_to_end(commands, words[0] == "--version" ? Words{"version"} : words);
  if (done) return static_cast<int>(*done);
  std::cerr << "muster: " << fit_carets(done.error().message, columns_of(STDERR_FILENO)) << "\n";
  return static_cast<int>(done.error().exit);
}

}  // namespace muster::cli
