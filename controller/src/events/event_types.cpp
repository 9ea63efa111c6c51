#include "events/event_types.hpp"

#include <algorithm>
#include <muster/core/base/near_name.hpp>

namespace muster::controller {
namespace {

bool has(const std::vector<std::string>& types, const std::string& type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Also of a type that was cut short.
std::string hint(const std::string& type, const std::vector<std::string>& types) {
  const auto near = did_you_mean(type, types);
  const auto dot = type.find('.');
  if (!near.empty() || dot == std::string::npos || dot + 1 == type.size()) return near;
  const auto longer = std::find_if(types.begin(), types.end(),
                                   [&](const auto& one) { return one.starts_with(type); });
  return longer == types.end() ? "" : "; did you mean " + *longer + "?";
}

}  // namespace

const std::vector<std::string>& own_event_types() {
  static const std::vector<std::string> types{
      "events.lost",         "group.changed",  "group.removed",   "job.cancelled",   "job.created",
      "job.ended",           "job.removed",    "job.stopped",     "node.clone",      "node.drained",
      "node.events_dropped", "node.joined",    "node.labelled",   "node.offline",    "node.online",
      "node.retired",        "node.undrained", "webhook.changed", "webhook.failing", "webhook.gone",
      "webhook.removed"};
  return types;
}

std::vector<std::string> unknown_types(const EventFilter& filter, const Fleet& fleet) {
  constexpr std::size_t kMost = 3;
  auto unknown = filter.types();
  std::erase_if(unknown, [](const auto& type) { return has(own_event_types(), type); });
  if (unknown.empty()) return {};
  auto types = own_event_types();
  for (const auto& plugin : fleet.plugins()) {
    if (plugin.manifest == nullptr) {
      std::erase_if(unknown, [&](const auto& type) { return type.starts_with(plugin.id + "."); });
      continue;
    }
    for (const auto& event : plugin.manifest->events) types.push_back(event.name);
  }
  std::vector<std::string> warnings;
  for (const auto& type : unknown) {
    if (has(types, type) || warnings.size() == kMost) continue;
    warnings.push_back("neither the controller nor a plugin of the fleet has events of the type " +
                       selector::written_value(type) + hint(type, types));
  }
  return warnings;
}

}  // namespace muster::controller
