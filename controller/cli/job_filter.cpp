#include "job_filter.hpp"

#include <algorithm>
#include <array>
#include <muster/core/base/time_text.hpp>
#include <string_view>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::array<std::string_view, 8> kStates{"running", "ended",  "done",       "cancelled",
                                                  "stopped", "failed", "incomplete", "ok"};

std::string states_with(const std::string& between) {
  std::string text;
  for (const auto& state : kStates) text += (text.empty() ? "" : between) + std::string(state);
  return text;
}

CliResult<void> check(const std::string& name, const std::string& value) {
  const auto refuse = [&](const std::string& why) {
    return failure(Exit::Usage, "--" + name + " " + why);
  };
  if (value.empty()) return refuse("is empty; leave it out for all");
  if (name == "state" && std::find(kStates.begin(), kStates.end(), value) == kStates.end()) {
    return refuse("wants one of " + states_with(", ") + ", but got '" + printable(value) + "'");
  }
  if (name != "since" && name != "until") return {};
  const auto time = parse_time(value, SystemClock().unix_now());
  if (!time) return refuse("got '" + printable(value) + "': " + time.error().message);
  return {};
}

}  // namespace

std::vector<Option> with_job_filters(std::vector<Option> others) {
  std::vector<Option> options{
      {"node", "NODE", "with a task on this node, also when it was retired since"},
      {"operation", "OPERATION", "of this operation, or those that match, such as 'system.*'"},
      {"by", "OPERATOR", "who asked for them"},
      {"state", states_with("|"), "that stand so, or came to this"},
      {"since", "TIME",
       "made since then: a time in UTC as in 2026-01-31T12:00:00Z or '2026-01-31 12:00', a day as "
       "in 2026-01-31, or how long ago, as in 24h"},
      {"until", "TIME", "made until then; a day, a minute or a second is meant to its end"}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

CliResult<client::JobFilter> job_filter(const Arguments& arguments) {
  for (const auto& option : with_job_filters({})) {
    if (!arguments.has(option.name)) continue;
    auto right = check(option.name, arguments.value(option.name));
    if (!right) return tl::unexpected(right.error());
  }
  return client::JobFilter{.operation = arguments.value("operation"),
                           .by = arguments.value("by"),
                           .node = arguments.value("node"),
                           .state = arguments.value("state"),
                           .since = arguments.value("since"),
                           .until = arguments.value("until")};
}

}  // namespace muster::cli
