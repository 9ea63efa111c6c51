#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>

#include "container.hpp"
#include "facts.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

std::optional<std::string> kernel_value(const std::string& root, const char* name) {
  return if_any(printable(trimmed(text_of(root + "/proc/sys/kernel/" + name)), 256));
}

bool exists(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0;
}

/// Kernels before 6.1 have no file for it; for the node itself the system call says it too.
std::optional<std::string> machine(const std::string& root) {
  const auto arch = kernel_value(root, "arch");
  utsname names{};
  if (arch || !root.empty() || ::uname(&names) != 0) return arch;
  return std::string(names.machine);
}

struct Maker {
  std::string_view vendor;   // the beginning of what the firmware says
  std::string_view product;  // likewise; empty: any
  const char* kind;
};

// Of /sys/class/dmi/id, as systemd-detect-virt(1) and the makers' documents have it.
constexpr std::array<Maker, 10> kMakers{{{"QEMU", "", "kvm"},
                                         {"VMware", "", "vmware"},
                                         {"innotek GmbH", "", "virtualbox"},
                                         {"Oracle Corporation", "VirtualBox", "virtualbox"},
                                         {"Microsoft Corporation", "Virtual Machine", "hyper-v"},
                                         {"Xen", "", "xen"},
                                         {"Amazon EC2", "", "kvm"},
                                         {"Google", "Google Compute Engine", "kvm"},
                                         {"Parallels", "", "parallels"},
                                         {"DigitalOcean", "", "kvm"}}};

std::optional<std::string> hypervisor(const std::string& root) {
  const auto type = text_of(root + "/sys/hypervisor/type", 64);
  if (!trimmed(type).empty()) return printable(trimmed(type), 64);
  const auto vendor = text_of(root + "/sys/class/dmi/id/sys_vendor", 256);
  const auto product = text_of(root + "/sys/class/dmi/id/product_name", 256);
  for (const auto& maker : kMakers) {
    if (vendor.starts_with(maker.vendor) && product.starts_with(maker.product)) return maker.kind;
  }
  const auto cpu = text_of(root + "/proc/cpuinfo");
  if (cpu.empty()) return std::nullopt;
  return cpu.find(" hypervisor") != std::string::npos ? "unknown" : "none";
}

}  // namespace

void add_os(const Node& node, Facts& facts) {
  auto text = text_of(node.root + "/etc/os-release");
  if (text.empty()) text = text_of(node.root + "/usr/lib/os-release");
  FactsOs os;
  for_each_pair(text, '=', [&os](std::string_view key, std::string_view value) {
    const auto plain = if_any(printable(unquoted(value), 256));
    if (key == "ID") os.id = plain;
    if (key == "VERSION_ID") os.version = plain;
    if (key == "VERSION_CODENAME") os.codename = plain;
    if (key == "ID_LIKE") os.like = plain;
    if (key == "PRETTY_NAME") os.pretty = plain;
  });
  facts.os = std::move(os);
  facts.hostname = kernel_value(node.root, "hostname");
}

void add_kernel(const Node& node, Facts& facts) {
  facts.kernel = FactsKernel{};
  facts.kernel->release = kernel_value(node.root, "osrelease");
  facts.kernel->machine = machine(node.root);
}

void add_cpu(const Node& node, Facts& facts) {
  FactsCpu cpu;
  for_each_pair(text_of(node.root + "/proc/cpuinfo"), ':',
                [&cpu](std::string_view key, std::string_view value) {
                  if (key == "processor") cpu.count = cpu.count.value_or(0) + 1;
                  if (key == "model name" && !cpu.model) cpu.model = if_any(printable(value, 256));
                });
  facts.cpu = std::move(cpu);
}

void add_memory(const Node& node, Facts& facts) {
  constexpr std::int64_t kKibi = 1024;
  const auto bytes = [](std::string_view value) -> std::optional<std::int64_t> {
    const auto number = whole_number(value);
    if (!number || *number > INT64_MAX / kKibi) return std::nullopt;
    return *number * kKibi;
  };
  FactsMemory memory;
  for_each_pair(text_of(node.root + "/proc/meminfo"), ':',
                [&](std::string_view key, std::string_view value) {
                  if (key == "MemTotal") memory.total_bytes = bytes(value);
                  if (key == "MemAvailable") memory.available_bytes = bytes(value);
                  if (key == "SwapTotal") memory.swap_total_bytes = bytes(value);
                  if (key == "SwapFree") memory.swap_free_bytes = bytes(value);
                });
  facts.memory = std::move(memory);
}

void add_boot(const Node& node, Facts& facts) {
  facts.uptime_seconds = whole_number(text_of(node.root + "/proc/uptime"));
  for_each_pair(text_of(node.root + "/proc/stat"), ' ',
                [&facts](std::string_view key, std::string_view value) {
                  if (key == "btime") facts.boot_unix = whole_number(value);
                });
  facts.boot_id = kernel_value(node.root, "random/boot_id");
}

void add_isolation(const Node& node, Facts& facts) {
  const auto cgroup = node.root + "/sys/fs/cgroup";
  FactsCgroup found;
  if (exists(cgroup + "/cgroup.controllers")) {
    found.version = 2;
  } else if (exists(cgroup + "/memory") || exists(cgroup + "/pids")) {
    found.version = 1;
    found.hybrid = exists(cgroup + "/unified");  // the second tree is there, without controllers
  }
  if (found.version > 0) facts.cgroup = found;
  if (!node.root.empty()) return;  // only the kernel that runs can be asked
  const auto abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  facts.landlock = FactsLandlock{};
  facts.landlock->abi = std::max<std::int64_t>(abi, 0);
}

void add_virtualisation(const Node& node, Facts& facts) {
  const auto machine_kind = hypervisor(node.root);
  const auto container = container_kind(node.root);
  if (!machine_kind && !container) return;
  facts.virtualisation = FactsVirtualisation{};
  facts.virtualisation->hypervisor = machine_kind;
  facts.virtualisation->container = container;
}

/// From dpkg's own file, without starting a program; of rpm's database nothing is known so.
void add_packages(const Node& node, Facts& facts) {
  constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
  const auto status = text_of(node.root + "/var/lib/dpkg/status", kMostBytes);
  if (status.empty()) return;
  std::int64_t count = 0;
  for_each_line(status, [&count](std::string_view line) {
    if (line.starts_with("Status: ") && line.ends_with(" installed")) ++count;
  });
  facts.packages = FactsPackages{};
  facts.packages->manager = "apt";
  facts.packages->installed = count;
}

}  // namespace muster::plugin::system
