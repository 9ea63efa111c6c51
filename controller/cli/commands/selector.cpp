#include <unistd.h>

#include <client/selectors.hpp>
#include <iostream>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../node_names.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

/// "3: db[1-3]", with no more names than fit a few lines.
std::string counted(const client::CountedNodes& nodes) {
  const auto names = names_text(nodes.nodes, nodes.count);
  return std::to_string(nodes.count) + (names.empty() ? "" : ": " + names);
}

void print(const std::string& name, const std::string& value) {
  constexpr std::size_t kNames = 10;
  std::cout << entry(name, value, kNames, columns_of(STDOUT_FILENO));
}

/// What would become of a job.
void print_job(const client::Forecast& job) {
  for (const auto& refusal : job.refusals) print("refused", printable(refusal.detail));
  print("runs on", counted(job.runs));
  if (job.left_out > 0) print("left out", std::to_string(job.left_out));
  std::uint64_t told = 0;
  for (const auto& reason : job.reasons) {
    told += reason.nodes.count;
    print("", reason.state + ": " + printable(reason.why) + "  " + counted(reason.nodes));
  }
  if (job.left_out > told) print("", "for other reasons  " + std::to_string(job.left_out - told));
}

CliResult<Exit> explain(ApiClient& api, const Arguments& arguments) {
  auto selector = selector_of(arguments);
  if (!selector) return tl::unexpected(selector.error());
  if (selector->empty()) {
    if (auto right = expect_words(arguments, 1, "one selector, in quotes"); !right) {
      return tl::unexpected(right.error());
    }
    if (arguments.words[0].empty()) {
      return failure(Exit::Usage, "the selector is empty; write all for every node");
    }
    selector = selector_from(arguments.words[0]);
    if (!selector) return tl::unexpected(selector.error());
  } else if (auto right = expect_no_words(arguments); !right) {
    return tl::unexpected(right.error());
  }
  if (arguments.has("operation") && arguments.value("operation").empty()) {
    return failure(Exit::Usage, "--operation is empty; name one, such as system.exec");
  }
  const auto answer = client::explain_selector(
      api, {.selector = *selector, .operation = arguments.value("operation")});
  if (!answer) return tl::unexpected(answer.error());
  const bool nothing = answer->matched.count == 0;
  if (arguments.has("json")) {
    std::cout << json_text(answer->told);
    return nothing ? Exit::MatchedNothing : Exit::Ok;
  }
  print("selector", printable(answer->selector));
  print("matches", counted(answer->matched));
  if (answer->unknown > 0) print("unknown", std::to_string(answer->unknown) + ", left out");
  for (const auto& reason : answer->reasons) {
    print("", printable(reason.why) + "  " + counted(reason.nodes));
  }
  print_warnings(answer->warnings);
  print("of", std::to_string(answer->total) + " nodes");
  if (answer->job) print_job(*answer->job);
  return nothing ? Exit::MatchedNothing : Exit::Ok;
}

}  // namespace

std::vector<Command> selector_commands() {
  return {
      {.words = "selector explain",
       .takes = "SELECTOR",
       .summary = "which nodes a selector means, which it cannot decide about, and why",
       .about = "Nothing is run. With --operation it also says on which of the nodes a job would "
                "run, which it would leave out, and why it would be refused.\n\nA selector is "
                "written in single quotes, because a shell has "
                "meanings of its own for > ! ~ * and parentheses.",
       .examples = {{"muster selector explain 'role=web and os.version>=12'"},
                    {"muster selector explain role=web --operation system.exec"},
                    {"muster selector explain -C 'web* and not L@web9'"}},
       .options = with_targets(
           {{"operation", "OPERATION", "what is to run there"}, no_pager_option(), json_option()}),
       .run = explain}};
}

}  // namespace muster::cli
