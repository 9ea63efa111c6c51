#include "app.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <muster/core/base/version.hpp>
#include <nlohmann/json.hpp>

#include "command.hpp"

namespace muster::cli {
namespace {

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (auto part : {node_commands(), node_change_commands(), group_commands(), enroll_commands(),
                    event_commands(), run_commands(), job_commands(), plugin_commands(),
                    selector_commands(), status_commands()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::string usage_line(const Command& command) {
  std::string line = "muster " + command.words;
  if (!command.takes.empty()) line += " " + command.takes;
  return line;
}

void print_overview(std::ostream& out, const std::vector<Command>& commands) {
  out << "muster: run operations on a fleet of Linux nodes\n\nusage: muster COMMAND [OPTIONS]\n\n";
  std::size_t width = 0;
  for (const auto& command : commands) width = std::max(width, usage_line(command).size());
  for (const auto& command : commands) {
    const auto line = usage_line(command);
    out << "  " << line << std::string(width - line.size() + 2, ' ') << command.summary << "\n";
  }
  out << "\nmuster COMMAND --help tells more. Exits: 0 all ok, 1 some failed, 2 usage or selector "
         "error,\n3 matched nothing or no such thing, 4 skipped, unreachable, timed out or "
         "indeterminate (or\nthe controller could not be reached), 5 denied, 6 stopped after too "
         "many failures, 7 --check\nfound changes to make, 130 left with Ctrl-C.\n"
         "\nexample:\n  muster exec --on role=web -- uname -a\n";
}

void print_help(const Command& command) {
  std::cout << command.summary << "\n\nusage: " << usage_line(command) << " [OPTIONS]\n\n";
  for (const auto& option : command.options) {
    std::string left = option.letter == '\0' ? "" : std::string{'-', option.letter, ',', ' '};
    left += "--" + option.name + (option.value.empty() ? "" : " " + option.value);
    left.resize(std::max<std::size_t>(left.size() + 2, 24), ' ');
    std::cout << "  " << left << option.help << "\n";
  }
  std::cout << "\nexample:\n  " << command.example << "\n";
}

/// The command whose words begin `words`, the longest first; the number of words it took.
std::pair<const Command*, std::size_t> find_command(const std::vector<Command>& commands,
                                                    const std::vector<std::string>& words) {
  for (std::size_t count = std::min<std::size_t>(words.size(), 3); count > 0; --count) {
    std::string joined = words[0];
    for (std::size_t i = 1; i < count; ++i) joined += " " + words[i];
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const auto& command) { return command.words == joined; });
    if (found != commands.end()) return {&*found, count};
  }
  return {nullptr, 0};
}

CliResult<Exit> run_command(const Command& command, const std::vector<std::string>& words) {
  auto arguments = parse_arguments(command.options, words);
  if (!arguments) {
    auto wrong = arguments.error();
    const bool is_program = command.takes.starts_with("--");
    if (is_program) wrong.message += "; the program stands behind a \"--\"";
    wrong.message +=
        "\nusage: " + usage_line(command) + " [OPTIONS]   (muster " + command.words + " --help)";
    return tl::unexpected(wrong);
  }
  auto api = ApiClient::from_environment();
  if (!api) return tl::unexpected(api.error());
  try {
    return command.run(*api, *arguments);
  } catch (const nlohmann::json::exception&) {  // a member is missing or has another type
    return failure(Exit::SomeFailed,
                   "the controller's answer is not what this version of muster expects");
  }
}

/// What the words before a "--" ask for, so that `muster exec -- ls --help` runs ls.
bool asks_for_help(const std::vector<std::string>& words) {
  const auto dash = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), dash,
                     [](const auto& word) { return word == "--help" || word == "-h"; });
}

/// What to say of words that name no command: the commands that begin alike, or all of them.
void explain_unknown(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  std::string known;
  for (const auto& command : commands) {
    if (command.words.rfind(words[0] + " ", 0) == 0) known += "\n  muster " + command.words;
  }
  const auto second = words.size() > 1 && !known.empty() ? " " + words[1] : "";
  std::cerr << "muster: there is no command '" << words[0] << second << "'"
            << (known.empty() ? "; muster --help lists them" : "; there are:" + known) << "\n";
}

/// Whether all of the output arrived; a reader that has seen enough and closed its pipe has it all.
bool output_arrived() {
  if (std::cout << std::flush) return true;
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  const bool closed_by_reader = ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
  return closed_by_reader;
}

/// Whether `-h` belongs to the program of `muster exec NODES df -h`, in which "--" is missing.
bool is_for_program(const Command& command, std::vector<std::string> words) {
  if (!command.takes.starts_with("--")) return false;
  std::erase_if(words, [](const auto& word) { return word == "--help" || word == "-h"; });
  const auto arguments = parse_arguments(command.options, words);
  return arguments && !arguments->words.empty();
}

/// Of the command, or of what its first word names.
int help(const Command& command, std::vector<std::string> words) {
  std::erase_if(words, [](const auto& word) { return word.starts_with("-"); });
  if (command.more_help == nullptr || words.empty()) {
    print_help(command);
    return static_cast<int>(Exit::Ok);
  }
  auto api = ApiClient::from_environment();
  const auto printed =
      api ? command.more_help(*api, words) : CliResult<void>(tl::unexpected(api.error()));
  if (printed) return static_cast<int>(Exit::Ok);
  std::cerr << "muster: " << printed.error().message << "\n";
  return static_cast<int>(printed.error().exit);
}

}  // namespace

CliResult<void> expect_words(const Arguments& arguments, std::size_t count,
                             const std::string& what) {
  const auto given = arguments.words.size() + arguments.after_dash.size();
  if (given == count && arguments.after_dash.empty()) return {};
  return failure(Exit::Usage,
                 "expected " + what + ", but got " + std::to_string(given) + " arguments");
}

CliResult<void> expect_no_words(const Arguments& arguments, const std::string& hint) {
  auto words = arguments.words;
  words.insert(words.end(), arguments.after_dash.begin(), arguments.after_dash.end());
  if (words.empty()) return {};
  return failure(Exit::Usage, "this command takes no '" + words.front() + "'" + hint);
}

tl::unexpected<Failure> or_look(Failure why, const std::string& list) {
  if (why.exit == Exit::MatchedNothing) why.message += "\n`" + list + "` lists them";
  return tl::unexpected(std::move(why));
}

int run(const std::vector<std::string>& words) {
  const auto commands = all_commands();
  if (!words.empty() && (words[0] == "--version" || words[0] == "version")) {
    std::cout << "muster " << kVersion << "\n";
    return 0;
  }
  const auto [command, taken] = find_command(commands, words);
  if (command == nullptr) {
    const bool asked = asks_for_help(words) || (!words.empty() && words[0] == "help");
    if (asked || words.empty()) {
      print_overview(asked ? std::cout : std::cerr, commands);
    } else {
      explain_unknown(commands, words);
    }
    return static_cast<int>(asked ? Exit::Ok : Exit::Usage);
  }
  const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(taken),
                                      words.end());
  if (asks_for_help(rest) && !is_for_program(*command, rest)) return help(*command, rest);
  auto done = run_command(*command, rest);
  if (done && !output_arrived()) {
    done = failure(Exit::SomeFailed,
                   "the output could not be written; is the disk full, or standard output closed?");
  }
  if (!done) {
    std::cerr << "muster: " << done.error().message << "\n";
    return static_cast<int>(done.error().exit);
  }
  return static_cast<int>(*done);
}

}  // namespace muster::cli
