#include <sys/statvfs.h>

#include "facts.hpp"

namespace muster::plugin::system {
namespace {

using Told = std::map<std::string, std::string>;

void put(Told& told, const char* name, const std::optional<std::string>& value) {
  if (value) told[name] = *value;
}

void put(Told& told, const char* name, const std::optional<std::int64_t>& value) {
  if (value) told[name] = std::to_string(*value);
}

/// How full it is, as df counts it, in steps: whoever selects nodes asks for 80 or 95 %, and each
/// change is a message.
std::optional<std::int64_t> used_percent(const struct statvfs& info) {
  constexpr std::uint64_t kStep = 5;
  const std::uint64_t used = info.f_blocks - info.f_bfree;
  const std::uint64_t all = used + info.f_bavail;
  if (all == 0) return std::nullopt;
  return static_cast<std::int64_t>(used * 100 / all / kStep * kStep);
}

void put_disks(const Node& node, Told& told) {
  std::int64_t count = 0;
  std::int64_t bytes = 0;
  for (const auto& disk : read_disks(node.root)) {
    if (disk.name.starts_with("dm-") || disk.name.starts_with("md")) continue;  // made of others
    ++count;
    bytes += disk.size_bytes;
  }
  if (count > 0) {
    put(told, "disk.count", std::optional(count));
    put(told, "disk.total_bytes", std::optional(bytes));
  }
  struct statvfs info {};
  if (::statvfs((node.root + "/").c_str(), &info) != 0) return;
  put(told, "disk.root_total_bytes", static_cast<std::int64_t>(info.f_blocks * info.f_frsize));
  put(told, "disk.root_used_percent", used_percent(info));
}

}  // namespace

/// What seldom changes: each change is a message, and may be one from each of thousands of nodes.
sdk::Answer<ToldFacts> FactReader::tell() const {
  Facts facts;
  for (const auto add : {add_os, add_cpu, add_memory, add_boot, add_isolation, add_virtualisation,
                         add_packages, add_network, add_custom}) {
    add(node_, facts);
  }
  ToldFacts told;
  auto& all = told.facts;
  if (facts.os) {
    put(all, "os.codename", facts.os->codename);
    put(all, "os.like", facts.os->like);
  }
  if (facts.cpu) put(all, "cpu.model", facts.cpu->model);
  if (facts.memory) put(all, "mem.swap_total_bytes", facts.memory->swap_total_bytes);
  put(all, "boot.unix", facts.boot_unix);
  if (facts.cgroup) put(all, "cgroup.version", facts.cgroup->version);
  if (facts.landlock) put(all, "landlock.abi", facts.landlock->abi);
  if (facts.virtualisation) {
    put(all, "virt.hypervisor", facts.virtualisation->hypervisor);
    put(all, "virt.container", facts.virtualisation->container);
  }
  if (facts.packages) {
    put(all, "pkg.manager", facts.packages->manager);
    put(all, "pkg.installed", facts.packages->installed);
  }
  put_disks(node_, all);
  if (facts.network) put(all, "net.gateway", facts.network->gateway);
  if (facts.custom) {
    for (const auto& [name, value] : *facts.custom) all["custom." + name] = value;
  }
  if (const auto updates = known_updates()) {
    all["pkg.upgradable"] = std::to_string(updates->count);
    told.age_seconds = {{"pkg.upgradable", updates->age().count()}};
  }
  return sdk::ok(std::move(told));
}

}  // namespace muster::plugin::system
