#include "packages.hpp"

#include <algorithm>
#include <set>

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;
using Action = PackageRequest::Action;

constexpr std::size_t kMaxListed = 2000;

std::string without_version(const std::string& name) { return name.substr(0, name.find('=')); }

std::vector<PackageStep> differences(const InstalledPackages& before,
                                     const InstalledPackages& after) {
  std::vector<PackageStep> steps;
  for (const auto& [name, version] : before) {
    const auto now = after.find(name);
    if (now == after.end()) {
      steps.push_back({name, version, std::nullopt});
    } else if (now->second != version) {
      steps.push_back({name, version, now->second});
    }
  }
  for (const auto& [name, version] : after) {
    if (before.count(name) == 0) steps.push_back({name, std::nullopt, version});
  }
  return steps;
}

/// By name, so that what was planned and what was done read alike.
PackageChanges describe(const PackageManager& manager, std::vector<PackageStep> steps) {
  std::stable_sort(steps.begin(), steps.end(),
                   [](const PackageStep& a, const PackageStep& b) { return a.name < b.name; });
  PackageChanges result;
  result.manager = manager.name();
  result.total = static_cast<std::int64_t>(steps.size());
  for (const auto& step : steps) {
    if (result.changes.size() >= kMaxListed) break;
    PackageChangesChangesItem item;
    item.name = step.name;
    item.old = step.old_version;
    item.new_ = step.new_version;
    result.changes.push_back(std::move(item));
  }
  return result;
}

/// Leaves the names that there is something to do for. Errors: NotFound for what shall be upgraded
/// and is not installed, InvalidArgument for a version where none is chosen.
sdk::Status narrow(PackageRequest& request, const InstalledPackages& now) {
  std::vector<std::string> left;
  for (std::size_t i = 0; i < request.names.size(); ++i) {
    const auto& name = request.names[i];
    if (request.action != Action::Install && name != without_version(name)) {
      return sdk::fail(ErrorCode::InvalidArgument, "only an installation takes a version: " + name,
                       "/names/" + std::to_string(i));
    }
    const auto found = now.find(without_version(name));
    const bool is_there = found != now.end();
    const bool is_so = is_there && (name.find('=') == std::string::npos ||
                                    name.substr(name.find('=') + 1) == found->second);
    if (request.action == Action::Upgrade && !is_there) {
      return sdk::fail(ErrorCode::NotFound, name + " is not installed",
                       "/names/" + std::to_string(i));
    }
    const bool is_done = request.action == Action::Install ? is_so : !is_there;
    if (!is_done) left.push_back(name);
  }
  request.names = std::move(left);
  return {};
}

/// Nothing goes that was not named, unless that was allowed.
sdk::Status check_removals(const PackageRequest& request, const std::vector<PackageStep>& steps) {
  if (request.also_remove) return {};
  std::set<std::string> meant;
  if (request.action == Action::Remove) meant.insert(request.names.begin(), request.names.end());
  std::string others;
  constexpr std::size_t kLong = 300;
  for (const auto& step : steps) {
    if (step.new_version || meant.count(step.name) != 0 || others.size() > kLong) continue;
    others += (others.empty() ? "" : ", ") + step.name;
  }
  if (others.empty()) return {};
  return sdk::fail(ErrorCode::FailedPrecondition,
                   "this would remove " + others + "; say also_remove: true if it shall",
                   "/also_remove");
}

}  // namespace

sdk::Result<std::unique_ptr<PackageManager>> find_package_manager(const sdk::Call& call,
                                                                  const Node& node) {
  if (has_tool(node, "apt-get") && has_tool(node, "dpkg-query")) return make_apt(call, node);
  if (has_tool(node, "dnf") && has_tool(node, "rpm")) return make_dnf(call, node);
  return sdk::fail(ErrorCode::Unsupported, "not available: this node has neither apt-get nor dnf");
}

sdk::Answer<PackageStatusResult> package_status(const sdk::Call& call, const Node& node,
                                                const PackageStatusArguments& arguments) {
  auto manager = find_package_manager(call, node);
  if (!manager) return tl::unexpected(manager.error());
  const auto now = (*manager)->installed();
  if (!now) return tl::unexpected(now.error());
  const auto candidates = (*manager)->candidates(arguments.names);
  if (!candidates) return tl::unexpected(candidates.error());
  PackageStatusResult result;
  result.manager = (*manager)->name();
  result.total = static_cast<std::int64_t>(now->size());
  for (const auto& name : arguments.names) {
    PackageStatusResultPackagesItem item;
    item.name = name;
    const auto found = now->find(name);
    item.installed = found != now->end();
    if (item.installed) item.version = found->second;
    const auto candidate = candidates->find(name);
    if (candidate != candidates->end()) item.candidate = candidate->second;
    result.packages.push_back(std::move(item));
  }
  return sdk::ok(std::move(result));
}

sdk::Answer<PackageChanges> change_packages(const sdk::Call& call, const Node& node,
                                            PackageRequest request, bool update) {
  auto found = find_package_manager(call, node);
  if (!found) return tl::unexpected(found.error());
  auto& manager = **found;
  if (request.purge && !manager.can_purge()) {
    return sdk::fail(ErrorCode::Unsupported,
                     "this node has " + manager.name() +
                         ", which cannot purge: it keeps configuration that was changed; "
                         "leave purge out",
                     "/purge");
  }
  const bool is_for_all = request.names.empty();
  const auto before = manager.installed();
  if (!before) return tl::unexpected(before.error());
  if (auto narrowed = narrow(request, *before); !narrowed) return tl::unexpected(narrowed.error());
  if (request.names.empty() && !is_for_all) return sdk::ok(describe(manager, {}));
  if (update && !call.check_mode()) {
    if (auto updated = manager.update(request.lock_seconds); !updated) {
      return tl::unexpected(updated.error());
    }
  }
  const auto planned = manager.simulate(request);
  if (!planned) return tl::unexpected(planned.error());
  if (planned->empty()) return sdk::ok(describe(manager, {}));
  if (auto checked = check_removals(request, *planned); !checked) {
    return tl::unexpected(checked.error());
  }
  if (call.check_mode()) return sdk::changed(describe(manager, *planned));
  const auto done = manager.perform(request);
  const auto after = manager.installed();
  if (!done && !after) return tl::unexpected(done.error());
  if (!after) return tl::unexpected(after.error());
  auto result = describe(manager, differences(*before, *after));
  if (!done) return sdk::failed(done.error(), std::move(result));
  return sdk::changed(std::move(result));
}

}  // namespace muster::plugin::system
