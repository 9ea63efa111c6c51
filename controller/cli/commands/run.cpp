#include <client/jobs.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../care.hpp"
#include "../command.hpp"
#include "../interrupt.hpp"
#include "../job_follow.hpp"
#include "../operation.hpp"
#include "../operation_arguments.hpp"
#include "../output_form.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// What is left to say of it. Errors: Usage.
CliResult<client::JobRequest> with_options(client::JobRequest request, const Arguments& options) {
  const auto selector = selector_of(options);
  if (!selector) return tl::unexpected(selector.error());
  if (selector->empty()) {
    return failure(Exit::Usage,
                   "--on SELECTOR is missing: say where to run it, for example --on all");
  }
  const auto care = care_of(options);
  if (!care) return tl::unexpected(care.error());
  request.selector = *selector;
  request.instance = options.given("instance");
  request.timeout = options.given("timeout");
  request.start_within = options.given("start-within");
  request.offline = options.given("offline");
  request.limit = options.given("limit");
  request.seed = options.given("seed");
  request.output_cap = options.given("output-cap");
  request.check = options.has("check");
  request.include_drained = options.has("include-drained");
  request.include_unknown = options.has("include-unknown");
  request.care = *care;
  return request;
}

CliResult<Exit> create_and_follow(ApiClient& api, const Arguments& options,
                                  const std::string& operation, json arguments) {
  const bool program = operation == "system.exec";
  const auto form = output_form(options, program ? OutputForm::PassThrough : OutputForm::Variants);
  if (!form) return tl::unexpected(form.error());
  auto request = with_options({.operation = operation,
                               .selector = {},
                               .arguments = std::make_shared<const json>(std::move(arguments))},
                              options);
  if (!request) return tl::unexpected(request.error());
  Interrupt interrupt(api.another());
  const auto made = make_job(
      [&](const client::Care& care) {
        request->care = care;
        return client::create_job(api, *request);
      },
      request->care, interrupt);
  if (!made) return tl::unexpected(made.error());
  print_warnings(made->warnings);
  if (options.has("detach")) {
    std::cout << (is_json(*form) ? json{{"job", made->id}}.dump() : made->id) << "\n";
    return Exit::Ok;
  }
  return follow_job(api, made->id, *form, interrupt);
}

/// A blank too many splits what belongs together. Errors: Usage, with how it was meant.
CliResult<void> expect_no_stray(const Arguments& options, const std::vector<std::string>& words) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    const auto hint = hint_for_stray(options, {word, words.end()});
    if (hint.empty()) continue;
    return failure(Exit::Usage, "'" + printable(*word) + "' stands alone; " + hint);
  }
  return {};
}

CliResult<Exit> run_operation(ApiClient& api, const Arguments& options) {
  if (options.words.empty()) {
    return failure(Exit::Usage, "which operation? For example: muster run system.ping --on all");
  }
  if (!options.after_dash.empty()) {
    return failure(Exit::Usage, "arguments of an operation are written NAME=TEXT without a \"--\"");
  }
  const std::vector<std::string> words(options.words.begin() + 1, options.words.end());
  if (auto right = expect_no_stray(options, words); !right) return tl::unexpected(right.error());
  // Without arguments nothing has to be known; what is wrong with the name the controller tells.
  const auto operation = words.empty() ? CliResult<Operation>(failure(Exit::Ok, ""))
                                       : find_operation(api, options.words[0]);
  const auto arguments = operation_arguments(words, operation ? &*operation : nullptr);
  if (!arguments) return tl::unexpected(arguments.error());
  return create_and_follow(api, options, options.words[0], *arguments);
}

/// What is wrong with words before the "--", or without one.
std::string why_no_words(const Arguments& options) {
  const auto first = printable(options.words.front());
  // Without it the program's options would be taken for ours.
  if (options.after_dash.empty()) {
    return "write \"--\" before the program: muster exec --on ... -- " + first + " ...";
  }
  const auto alone = "'" + first + "' stands alone before the \"--\"; ";
  if (options.has("on") || options.has("compound")) {
    return alone + "a selector with blanks is put in quotes";
  }
  std::string selector;
  for (const auto& word : options.words) selector += (selector.empty() ? "" : " ") + word;
  if (selector.find_first_of("=<>~():! ") == std::string::npos) selector.insert(0, "node:");
  return alone + "say where to run it: --on '" + printable(selector) + "'";
}

CliResult<Exit> exec_program(ApiClient& api, const Arguments& options) {
  if (!options.words.empty()) {
    if (auto right = expect_no_stray(options, options.words); !right) {
      return tl::unexpected(right.error());
    }
    return failure(Exit::Usage, why_no_words(options));
  }
  if (options.after_dash.empty()) {
    return failure(Exit::Usage, "which program? For example: muster exec --on all -- uname -a");
  }
  return create_and_follow(api, options, "system.exec", {{"argv", options.after_dash}});
}

CliResult<void> help_for_operation(ApiClient& api, const std::vector<std::string>& words) {
  return find_operation(api, words[0]).map(print_operation_help);
}

std::vector<Option> run_options() {
  return with_targets(with_care(with_output(
      {{"timeout", "DURATION", "for one task (default: what the operation says)"},
       {"offline", "skip|queue|fail", "what to do for nodes that are offline (default: skip)"},
       {"start-within", "DURATION",
        "how long a task may wait for its start (default: 60s; 24h where it waits for its node or "
        "for its turn)"},
       {"instance", "NAME", "the configured instance of the plugin to use"},
       {"output-cap", "SIZE", "how much output of a task to keep (default: 1MiB)"},
       {"limit", "N or N%", "only so many of the nodes that match"},
       {"seed", "TEXT", "which of them: the same seed chooses the same"},
       {"include-drained", "", "also nodes that were taken out of service"},
       {"include-unknown", "", "also nodes that have not told what the selector asks for"},
       {"check", "", "say what would change and change nothing"},
       {"stream", "", "the same as --output stream"},
       {"detach", "", "print the job's id and do not wait"}})));
}

}  // namespace

std::vector<Command> run_commands() {
  return {
      {.words = "run",
       .takes = "OPERATION [NAME=TEXT ...]",
       .summary = "run an operation on nodes; muster help run OPERATION tells of one",
       .about =
           "NAME=TEXT is text, or what the operation declares: a number, true or false, an item of "
           "a list. NAME:=JSON is any value, NAME=@FILE and NAME:=@FILE what a file contains, and "
           "@FILE all arguments as one JSON or YAML object. NAME=@-, NAME:=@- and @- read standard "
           "input, as does a lone -; NAME=- is the text -. A file must be text in UTF-8, but for "
           "an argument that is base64: there NAME=@FILE takes any "
           "bytes and encodes them.\n\n"
           "A dangerous operation on more than 10 nodes asks for their number, or wants --expect; "
           "it goes over a tenth of them at a time and stops when 5 % failed, unless told "
           "otherwise. On a terminal it also asks before anything is changed where the selector "
           "is strange, such as a label that no node has.",
       .examples = {{"muster run system.ping --on 'role=web and not node:web9'"},
                    {"muster run system.ping payload=hello --on node:web1 --json"},
                    {"muster run system.exec argv:='[\"uptime\"]' --on all --timeout 10s"}},
       .options = run_options(),
       .ends_as_job = true,
       .run = run_operation,
       .more_help = help_for_operation},
      {.words = "exec",
       .takes = "-- PROGRAM [ARGUMENT ...]",
       .summary = "run a program on nodes (run system.exec)",
       .about = "Nodes on which it printed the same stand together; on one node alone its output "
                "is passed through. No shell is in between: for pipes and wildcards run sh -c.\n\n"
                "Ctrl-C leaves it running and tells how to come back; on a terminal a second one "
                "cancels it.",
       .examples =
           {{"muster exec --on all -- uname -a"},
            {"muster exec --on role=web --stream -- sh -c 'df -h / | tail -n 1'"},
            {"muster exec --on all --output jsonl -- uptime", "for a program"},
            {"muster exec --on all --offline queue --start-within 2h --detach -- apt-get update",
             "also on nodes that come back within two hours"},
            {"muster exec --on 'node:web[1-2]' --limit 50% --seed today -- true",
             "on half of them"}},
       .options = run_options(),
       .ends_as_job = true,
       .run = exec_program},
  };
}

}  // namespace muster::cli
