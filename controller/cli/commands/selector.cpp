#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../node_names.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// "3: db[1-3]", with no more names than fit a few lines.
std::string counted(const json& nodes) {
  const auto count = nodes.value("count", std::size_t{0});
  const auto names = names_text(nodes.at("nodes").get<std::vector<std::string>>(), count);
  return std::to_string(count) + (names.empty() ? "" : ": " + names);
}

/// What would become of a job.
void print_job(const json& job) {
  for (const auto& refusal : job.at("refusals")) {
    std::cout << "refused   " << printable(refusal.value("detail", "")) << "\n";
  }
  std::cout << "runs on   " << counted(job.at("runs")) << "\n";
  const auto& left_out = job.at("left_out");
  if (left_out.value("count", 0) > 0) {
    std::cout << "left out  " << left_out.value("count", 0) << "\n";
  }
  std::size_t told = 0;
  for (const auto& reason : left_out.at("reasons")) {
    told += reason.value("count", std::size_t{0});
    std::cout << "          " << reason.value("state", "") << ": "
              << printable(reason.value("why", "")) << "  " << counted(reason) << "\n";
  }
  if (const auto all = left_out.value("count", std::size_t{0}); all > told) {
    std::cout << "          for other reasons  " << all - told << "\n";
  }
}

CliResult<Exit> explain(ApiClient& api, const Arguments& arguments) {
  auto selector = selector_of(arguments);
  if (!selector) return tl::unexpected(selector.error());
  if (selector->empty()) {
    if (auto right = expect_words(arguments, 1, "one selector, in quotes"); !right) {
      return tl::unexpected(right.error());
    }
    selector = arguments.words[0];
  } else if (auto right = expect_no_words(arguments); !right) {
    return tl::unexpected(right.error());
  }
  if (arguments.has("operation") && arguments.value("operation").empty()) {
    return failure(Exit::Usage, "--operation is empty; name one, such as system.exec");
  }
  const auto answer =
      api.get("/v1/selector" +
              query({{"selector", *selector}, {"operation", arguments.value("operation")}}));
  if (!answer) return tl::unexpected(answer.error());
  const auto& matched = answer->at("matched");
  const bool nothing = matched.value("count", 0) == 0;
  if (arguments.has("json")) {
    std::cout << answer->dump(2) << "\n";
    return nothing ? Exit::MatchedNothing : Exit::Ok;
  }
  std::cout << "selector  " << printable(answer->value("selector", "")) << "\n"
            << "matches   " << counted(matched) << "\n";
  const auto& unknown = answer->at("unknown");
  if (unknown.value("count", 0) > 0) {
    std::cout << "unknown   " << unknown.value("count", 0) << ", left out\n";
  }
  for (const auto& reason : unknown.at("reasons")) {
    std::cout << "          " << printable(reason.value("why", "")) << "  " << counted(reason)
              << "\n";
  }
  print_warnings(*answer);
  std::cout << "of        " << answer->value("total", 0) << " nodes\n";
  if (answer->contains("job")) print_job(answer->at("job"));
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
