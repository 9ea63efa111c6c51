/// A command of the tool: its words, what it takes, its page, and the function that does it.
///
/// The one source of `muster help`, of the manual pages, of completion and of the test that runs
/// every example. The names in `takes` and of options' values say what is wanted: complete.cpp
/// knows NODE, JOB, SELECTOR, FILE and others, and `skip|queue|fail` is one of these words; a name
/// that it does not know is free text.
#pragma once

#include <client/api_client.hpp>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "failure.hpp"

namespace muster::cli {

using client::ApiClient;

struct Example {
  std::string line;       ///< to copy into a shell; tests/e2e/test_pages.py runs it
  std::string what = {};  ///< what it does, where the line does not say so by itself
};

struct Command {
  std::string words;       ///< "node ls"
  std::string takes = {};  ///< its positional arguments in the usage line, such as "NODE"
  std::string summary;     ///< one line
  std::string about = {};  ///< the page's paragraphs, with an empty line between them
  std::vector<Example> examples;
  std::vector<Option> options = {};
  bool ends_as_job = false;  ///< its exit says what became of a job's tasks
  bool endless = false;      ///< it goes on until it is interrupted
  CliResult<Exit> (*run)(ApiClient& api, const Arguments& arguments) = nullptr;
  /// In place of `run`, for what needs no controller.
  CliResult<Exit> (*run_here)(const Arguments& arguments) = nullptr;
  /// Prints the help of what `words` name, which the controller knows. Null: there is none.
  CliResult<void> (*more_help)(ApiClient& api, const std::vector<std::string>& words) = nullptr;
};

/// Each file in commands/ gives its commands; all_commands.cpp joins them into the one list.
[[nodiscard]] std::vector<Command> node_commands();
[[nodiscard]] std::vector<Command> node_change_commands();
[[nodiscard]] std::vector<Command> group_commands();
[[nodiscard]] std::vector<Command> enroll_commands();
[[nodiscard]] std::vector<Command> event_commands();
[[nodiscard]] std::vector<Command> run_commands();
[[nodiscard]] std::vector<Command> job_commands();
[[nodiscard]] std::vector<Command> job_output_commands();
[[nodiscard]] std::vector<Command> job_export_commands();
[[nodiscard]] std::vector<Command> plugin_commands();
[[nodiscard]] std::vector<Command> selector_commands();
[[nodiscard]] std::vector<Command> status_commands();
[[nodiscard]] std::vector<Command> webhook_commands();
[[nodiscard]] std::vector<Command> webhook_change_commands();
[[nodiscard]] std::vector<Command> help_commands();
[[nodiscard]] std::vector<Command> completion_commands();
[[nodiscard]] std::vector<Command> login_commands();
[[nodiscard]] std::vector<Command> context_commands();
[[nodiscard]] std::vector<Command> doctor_commands();

/// `--json`, which every command has.
[[nodiscard]] inline Option json_option() { return {"json", "", "print one JSON object", false}; }

/// `--no-pager`, of the commands whose output may be long: they use a pager without it.
[[nodiscard]] inline Option no_pager_option() {
  return {"no-pager", "", "print long output on a terminal without a pager", false};
}

/// `--context`, which every command that talks to a controller has.
[[nodiscard]] inline Option context_option() {
  return {"context", "CONTEXT", "the fleet to talk to, as `muster login` named it"};
}

/// Errors: Usage unless there are exactly `count` words, and nothing after a "--".
[[nodiscard]] CliResult<void> expect_words(const Arguments& arguments, std::size_t count,
                                           const std::string& what);
/// Errors: Usage, with `hint` at the end of its sentence, when there are words, which would
/// otherwise do nothing.
[[nodiscard]] CliResult<void> expect_no_words(const Arguments& arguments,
                                              const std::string& hint = {});

/// Whatever is sent is text. Errors: Usage for a word or a value of an option that is not, unless
/// it names a file.
[[nodiscard]] CliResult<void> expect_text(const std::vector<Option>& options,
                                          const Arguments& arguments);

/// Of a thing that does not exist, with the command that lists those that do.
[[nodiscard]] tl::unexpected<Failure> or_look(Failure why, const std::string& list);

}  // namespace muster::cli
