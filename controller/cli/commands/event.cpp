#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../patience.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

void print_event(const json& event, bool as_json) {
  if (as_json) {
    std::cout << event.dump() << "\n";
    return;
  }
  const auto& data = event.at("data");
  std::cout << short_time(text_of(event, "time")) << "  " << printable(event.value("type", ""))
            << "  " << printable(event.value("subject", ""))
            << (data.empty() ? "" : "  " + printable(data.dump())) << "\n";
}

CliResult<json> events(ApiClient& api, const Arguments& arguments,
                       const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::pair<std::string, std::string>> pairs{{"filter", arguments.value("filter")}};
  pairs.insert(pairs.end(), more.begin(), more.end());
  return api.get("/v1/events" + query(pairs));
}

CliResult<Exit> list_events(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = events(
      api, arguments, {{"limit", arguments.value("limit")}, {"after", arguments.value("after")}});
  if (!answer) return tl::unexpected(answer.error());
  if (arguments.has("json")) {
    std::cout << answer->dump(2) << "\n";
    return Exit::Ok;
  }
  for (const auto& event : answer->at("events")) print_event(event, false);
  return Exit::Ok;
}

/// Until it is interrupted, its reader goes away, or the controller stays away.
CliResult<Exit> tail_events(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  std::vector<std::pair<std::string, std::string>> more{{"limit", arguments.value("limit", "10")}};
  Patience patience;
  while (std::cout) {
    const auto answer = events(api, arguments, more);
    if (!answer) {
      if (answer.error().exit != Exit::Unreached || !patience.wait()) {
        return tl::unexpected(answer.error());
      }
      continue;
    }
    patience = {};
    for (const auto& event : answer->at("events")) print_event(event, arguments.has("json"));
    std::cout << std::flush;
    more = {{"limit", "1000"}, {"wait", "30s"}, {"after", answer->at("next").dump()}};
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> event_commands() {
  const Option filter{"filter", "FILTER",
                      "which, such as 'type=node.* and subject=node/web*' or data.NAME=VALUE"};
  return {
      {.words = "event ls",
       .summary = "the latest events of the fleet",
       .examples = {{"muster event ls"},
                    {"muster event ls --filter 'type=node.offline' --limit 1000"}},
       .options = {filter,
                   {"limit", "N", "how many to look at (default: 100, at most 1000)"},
                   {"after", "ID", "those that followed this event"},
                   json_option()},
       .run = list_events},
      {.words = "event tail",
       .summary = "follow the events of the fleet; with --json one object a line",
       .examples = {{"muster event tail --filter 'type=node.*'"}},
       .options = {filter,
                   {"limit", "N", "of those before, how many to look at (default: 10)"},
                   json_option()},
       .endless = true,
       .run = tail_events},
  };
}

}  // namespace muster::cli
