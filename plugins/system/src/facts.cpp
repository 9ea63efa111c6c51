#include "facts.hpp"

#include <algorithm>
#include <array>

#include "package_manager.hpp"

namespace muster::plugin::system {
namespace {

using Clock = std::chrono::steady_clock;

struct Group {
  const char* name;
  void (*add)(const Node&, Facts&);
};

constexpr std::array<Group, 11> kGroups{{{"os", add_os},
                                         {"kernel", add_kernel},
                                         {"cpu", add_cpu},
                                         {"memory", add_memory},
                                         {"boot", add_boot},
                                         {"isolation", add_isolation},
                                         {"virtualisation", add_virtualisation},
                                         {"packages", add_packages},
                                         {"disks", add_disks},
                                         {"network", add_network},
                                         {"custom", add_custom}}};
constexpr std::string_view kUpdates = "updates";

std::int64_t microseconds_since(Clock::time_point then) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - then).count();
}

/// All but what costs seconds, unless some were named.
bool is_wanted(const FactsArguments& arguments, std::string_view group) {
  if (!arguments.groups) return group != kUpdates;
  const auto& named = *arguments.groups;
  return std::find(named.begin(), named.end(), group) != named.end();
}

}  // namespace

sdk::Answer<Facts> FactReader::read(const sdk::Call& call, const FactsArguments& arguments) {
  Facts facts;
  std::map<std::string, FactsReadValue> read;
  for (const auto& group : kGroups) {
    if (!is_wanted(arguments, group.name)) continue;
    const auto begin = Clock::now();
    group.add(node_, facts);
    read[group.name].cost_us = microseconds_since(begin);
  }
  if (is_wanted(arguments, kUpdates)) {
    if (auto added = add_updates(call, facts, read[std::string(kUpdates)]); !added) {
      return tl::unexpected(added.error());
    }
  }
  facts.read = std::move(read);
  return sdk::ok(std::move(facts));
}

sdk::Status FactReader::add_updates(const sdk::Call& call, Facts& facts, FactsReadValue& how) {
  const std::lock_guard asking(asking_);  // who else asks waits for this answer
  const auto begin = Clock::now();
  auto updates = known_updates();
  if (!updates || begin - updates->read > kUpdatesKept) {
    auto manager = find_package_manager(call, node_);
    if (!manager) return tl::unexpected(manager.error());
    PackageRequest request;
    request.action = PackageRequest::Action::Upgrade;
    const auto steps = (*manager)->simulate(request);
    if (!steps) return tl::unexpected(steps.error());
    const auto count = std::count_if(steps->begin(), steps->end(), [](const PackageStep& step) {
      return step.old_version && step.new_version;
    });
    updates = Updates{static_cast<std::int64_t>(count), Clock::now()};
    how.cost_us = microseconds_since(begin);
    const std::lock_guard lock(mutex_);
    updates_ = updates;
  } else {
    how.age_seconds = updates->age().count();
  }
  facts.updates = FactsUpdates{};
  facts.updates->upgradable = updates->count;
  return {};
}

std::optional<FactReader::Updates> FactReader::known_updates() const {
  const std::lock_guard lock(mutex_);
  return updates_;
}

}  // namespace muster::plugin::system
