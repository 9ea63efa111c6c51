#include <algorithm>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../paged_list.hpp"
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

constexpr std::uint64_t kEventsOnAPage = 1000;

/// After which the newest `count` follow; "" where one page has them all. Ids are counted.
CliResult<std::string> before_newest(ApiClient& api, std::uint64_t count) {
  if (count <= kEventsOnAPage) return std::string();
  const auto newest = api.get("/v1/events" + query({{"limit", "1"}}));
  if (!newest) return tl::unexpected(newest.error());
  const auto last = newest->at("next").get<std::uint64_t>();
  return std::to_string(last > count ? last - count : 0);
}

/// Page by page, so many of those that follow `after`; gives the id of the last that was looked at.
CliResult<json> each_event(ApiClient& api, const Arguments& arguments, std::string after,
                           std::uint64_t count, const std::function<void(const json&)>& on_event) {
  for (;;) {
    const auto size = std::min(count, kEventsOnAPage);
    const auto page = events(api, arguments, {{"limit", std::to_string(size)}, {"after", after}});
    if (!page) return page;
    for (const auto& event : page->at("events")) on_event(event);
    count -= size;
    const auto next = page->at("next").dump();
    if (count == 0 || next == after || !std::cout) return page->at("next");
    after = next;
  }
}

CliResult<Exit> list_events(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto limit = number_from(arguments.value("limit", "100"));
  if (!limit) return failure(Exit::Usage, "--limit wants a number of events, from 1 on");
  const auto after = arguments.has("after") ? CliResult<std::string>(arguments.value("after"))
                                            : before_newest(api, *limit);
  if (!after) return tl::unexpected(after.error());
  const bool as_json = arguments.has("json");
  JsonList object(std::cout, "events");
  const auto next = each_event(api, arguments, *after, *limit, [&](const json& event) {
    as_json ? object.add(event) : print_event(event, false);
  });
  if (!next) return tl::unexpected(next.error());
  if (as_json) object.finish({{"next", *next}});
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
                   {"limit", "N", "how many to look at (default: 100)"},
                   {"after", "ID", "those that followed this event"},
                   no_pager_option(),
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
