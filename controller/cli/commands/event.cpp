#include <unistd.h>

#include <algorithm>
#include <client/events.hpp>
#include <client/patience.hpp>
#include <functional>
#include <iostream>
#include <muster/core/base/display_width.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "../command.hpp"
#include "../json_list.hpp"
#include "../json_text.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

using client::Event;
using client::EventQuery;

std::string line_of(const Event& event, const std::string& data) {
  return one_line(printable(short_time(event.time) + "  " + event.type + "  " + event.subject +
                            (event.data->empty() ? "" : "  " + data)));
}

void print_event(const Event& event, bool as_json) {
  if (as_json) {
    std::cout << json_line(event.told) << "\n";
    return;
  }
  const auto columns = columns_of(STDOUT_FILENO);
  const auto line = line_of(event, json_line(event.data));
  if (columns == 0 || display_width(line) <= columns) {
    std::cout << line << "\n";
  } else {  // with blanks between what its data consists of, where it can be broken
    std::cout << fitted(line_of(event, event.data->dump(0)), 2, columns) << "\n";
  }
}

/// And says once what the filter may have wrong.
client::Result<client::EventPage> page_of(ApiClient& api, const EventQuery& query, bool& warned) {
  auto page = client::list_events(api, query);
  if (page && !page->warnings.empty() && !std::exchange(warned, true)) {
    print_warnings(page->warnings);
  }
  return page;
}

/// After which the newest `count` that are wanted follow, or as many as there are.
client::Result<std::string> before_newest(ApiClient& api, const Arguments& arguments,
                                          std::uint64_t count, bool& warned) {
  EventQuery query{.filter = arguments.value("filter")};
  std::optional<std::uint64_t> oldest;
  for (;;) {
    query.limit = std::min(count, EventQuery::kMaxLimit);
    const auto page = page_of(api, query, warned);
    if (!page) return tl::unexpected(page.error());
    if (!page->events.empty()) oldest = number_from(page->events.front().id);
    if (!oldest && query.before.empty()) oldest = page->next + 1;
    count -= std::min<std::uint64_t>(count, page->events.size());
    if (count == 0 || !page->previous) break;
    query.before = std::to_string(*page->previous);
  }
  return std::to_string(oldest.value_or(1) - 1);
}

/// Page by page, so many of those that `query` asks for; gives the id of the last that was looked
/// at.
client::Result<std::uint64_t> each_event(ApiClient& api, EventQuery query, std::uint64_t count,
                                         bool& warned,
                                         const std::function<void(const Event&)>& on_event) {
  for (;;) {
    query.limit = std::min(count, EventQuery::kMaxLimit);
    const auto page = page_of(api, query, warned);
    if (!page) return tl::unexpected(page.error());
    for (const auto& event : page->events) on_event(event);
    count -= std::min<std::uint64_t>(count, page->events.size());
    const auto next = std::to_string(page->next);
    if (count == 0 || next == query.after || !std::cout) return page->next;
    query.after = next;
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
  bool warned = false;
  const auto after = arguments.has("after") ? client::Result<std::string>(arguments.value("after"))
                                            : before_newest(api, arguments, *limit, warned);
  if (!after) return tl::unexpected(after.error());
  const bool as_json = arguments.has("json");
  bool none = true;
  JsonList object(std::cout, "events");
  const auto next = each_event(api, {.filter = arguments.value("filter"), .after = *after}, *limit,
                               warned, [&](const Event& event) {
                                 none = false;
                                 as_json ? object.add(*event.told) : print_event(event, false);
                               });
  if (!next) return tl::unexpected(next.error());
  if (as_json) object.finish({{"next", *next}});
  const bool nothing_found = none && arguments.has("filter");
  if (!nothing_found || as_json) return nothing_found ? Exit::MatchedNothing : Exit::Ok;
  return failure(Exit::MatchedNothing, "no event that is kept matches the filter");
}

/// Prints those that follow `after`, once there are any; gives what to go on after.
client::Result<std::string> print_next(ApiClient& api, const Arguments& arguments,
                                       const std::string& after, bool& warned) {
  const auto page = page_of(api,
                            {.filter = arguments.value("filter"),
                             .limit = EventQuery::kMaxLimit,
                             .after = after,
                             .wait = "30s"},
                            warned);
  if (!page) return tl::unexpected(page.error());
  for (const auto& event : page->events) print_event(event, arguments.has("json"));
  std::cout << std::flush;
  return std::to_string(page->next);
}

/// Until it is interrupted, its reader goes away, or the controller stays away.
CliResult<Exit> tail_events(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto limit = limit_of(arguments, "10");
  if (!limit) return tl::unexpected(limit.error());
  std::string after;
  bool warned = false;
  client::Patience patience;
  while (std::cout) {
    auto next = after.empty() ? before_newest(api, arguments, *limit, warned)
                              : print_next(api, arguments, after, warned);
    if (next) {
      patience.renew();
      after = std::move(*next);
    } else if (!next.error().is_passing() || !patience.wait()) {
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
                    {"muster event ls --filter 'type=node.joined' --limit 1000"}},
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
