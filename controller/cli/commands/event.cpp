#include <algorithm>
#include <client/patience.hpp>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "../command.hpp"
#include "../paged_list.hpp"
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

/// After which the newest `count` that are wanted follow, or as many as there are.
CliResult<std::string> before_newest(ApiClient& api, const Arguments& arguments,
                                     std::uint64_t count) {
  std::optional<std::uint64_t> oldest;
  std::string before;
  for (;;) {
    const auto size = std::to_string(std::min(count, kEventsOnAPage));
    const auto page = events(api, arguments, {{"limit", size}, {"before", before}});
    if (!page) return tl::unexpected(page.error());
    const auto& found = page->at("events");
    if (!found.empty()) oldest = number_from(found.front().value("id", ""));
    if (!oldest && before.empty()) oldest = page->at("next").get<std::uint64_t>() + 1;
    count -= std::min<std::uint64_t>(count, found.size());
    if (count == 0 || !page->contains("previous")) break;
    before = page->at("previous").dump();
  }
  return std::to_string(oldest.value_or(1) - 1);
}

/// Page by page, so many of those that follow `after`; gives the id of the last that was looked at.
CliResult<json> each_event(ApiClient& api, const Arguments& arguments, std::string after,
                           std::uint64_t count, const std::function<void(const json&)>& on_event) {
  for (;;) {
    const auto size = std::to_string(std::min(count, kEventsOnAPage));
    const auto page = events(api, arguments, {{"limit", size}, {"after", after}});
    if (!page) return page;
    const auto& found = page->at("events");
    for (const auto& event : found) on_event(event);
    count -= std::min<std::uint64_t>(count, found.size());
    const auto next = page->at("next").dump();
    if (count == 0 || next == after || !std::cout) return page->at("next");
    after = next;
  }
}

CliResult<std::uint64_t> limit_of(const Arguments& arguments, const std::string& otherwise) {
  const auto limit = number_from(arguments.value("limit", otherwise));
  if (!limit || *limit == 0) {
    return failure(Exit::Usage, "--limit wants a number of events, from 1 on");
  }
  return *limit;
}

CliResult<Exit> list_events(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto limit = limit_of(arguments, "100");
  if (!limit) return tl::unexpected(limit.error());
  const auto after = arguments.has("after") ? CliResult<std::string>(arguments.value("after"))
                                            : before_newest(api, arguments, *limit);
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

/// Prints those that follow `after`, once there are any; gives what to go on after.
CliResult<std::string> print_next(ApiClient& api, const Arguments& arguments,
                                  const std::string& after) {
  const auto answer =
      events(api, arguments, {{"limit", "1000"}, {"wait", "30s"}, {"after", after}});
  if (!answer) return tl::unexpected(answer.error());
  for (const auto& event : answer->at("events")) print_event(event, arguments.has("json"));
  std::cout << std::flush;
  return answer->at("next").dump();
}

/// Until it is interrupted, its reader goes away, or the controller stays away.
CliResult<Exit> tail_events(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto limit = limit_of(arguments, "10");
  if (!limit) return tl::unexpected(limit.error());
  std::string after;
  client::Patience patience;
  while (std::cout) {
    auto next =
        after.empty() ? before_newest(api, arguments, *limit) : print_next(api, arguments, after);
    if (next) {
      patience = {};
      after = std::move(*next);
    } else if (next.error().exit != Exit::Unreached || !patience.wait()) {
      return tl::unexpected(next.error());
    }
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> event_commands() {
  const Option filter{"filter", "FILTER",
                      "which, such as 'type=node.* and subject=node/web*' or data.NAME=VALUE"};
  return {
      {.words = "event ls",
       .summary = "the newest events of the fleet, oldest first",
       .examples = {{"muster event ls"},
                    {"muster event ls --filter 'type=node.offline' --limit 1000"}},
       .options = {filter,
                   {"limit", "N", "how many at most (default: 100)"},
                   {"after", "ID", "those that followed this event"},
                   no_pager_option(),
                   json_option()},
       .run = list_events},
      {.words = "event tail",
       .summary = "follow the events of the fleet; with --json one object a line",
       .examples = {{"muster event tail --filter 'type=node.*'"}},
       .options = {filter,
                   {"limit", "N", "of those before, how many to begin with (default: 10)"},
                   json_option()},
       .endless = true,
       .run = tail_events},
  };
}

}  // namespace muster::cli
