/// A command of the tool: its words, what it takes, and the function that does it.
#pragma once

#include <string>
#include <vector>

#include "api_client.hpp"
#include "arguments.hpp"
#include "failure.hpp"

namespace muster::cli {

struct Command {
  std::string words;    ///< "node ls"
  std::string takes;    ///< its positional arguments in the usage line, such as "NAME"
  std::string summary;  ///< one line
  std::string example;  ///< one command line to copy
  std::vector<Option> options;
  CliResult<Exit> (*run)(ApiClient& api, const Arguments& arguments);
  /// Prints the help of what `words` name, which the controller knows. Null: there is none.
  CliResult<void> (*more_help)(ApiClient& api, const std::vector<std::string>& words) = nullptr;
};

/// Each file in commands/ gives its commands; app.cpp joins them into the one list.
[[nodiscard]] std::vector<Command> node_commands();
[[nodiscard]] std::vector<Command> node_change_commands();
[[nodiscard]] std::vector<Command> group_commands();
[[nodiscard]] std::vector<Command> enroll_commands();
[[nodiscard]] std::vector<Command> event_commands();
[[nodiscard]] std::vector<Command> run_commands();
[[nodiscard]] std::vector<Command> job_commands();
[[nodiscard]] std::vector<Command> plugin_commands();
[[nodiscard]] std::vector<Command> selector_commands();
[[nodiscard]] std::vector<Command> status_commands();

/// `--json`, which every command has.
[[nodiscard]] inline Option json_option() { return {"json", "", "print one JSON object", false}; }

/// Errors: Usage unless there are exactly `count` words, and nothing after a "--".
[[nodiscard]] CliResult<void> expect_words(const Arguments& arguments, std::size_t count,
                                           const std::string& what);
/// Errors: Usage, with `hint` at the end of its sentence, when there are words, which would
/// otherwise do nothing.
[[nodiscard]] CliResult<void> expect_no_words(const Arguments& arguments,
                                              const std::string& hint = {});

/// Of a thing that does not exist, with the command that lists those that do.
[[nodiscard]] tl::unexpected<Failure> or_look(Failure why, const std::string& list);

}  // namespace muster::cli
