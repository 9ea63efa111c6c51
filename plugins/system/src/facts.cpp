#include "facts.hpp"

#include <sys/utsname.h>

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

FactsOs read_os(const std::string& root) {
  auto text = text_of(root + "/etc/os-release");
  if (text.empty()) text = text_of(root + "/usr/lib/os-release");
  FactsOs os;
  for_each_pair(text, '=', [&os](std::string_view key, std::string_view value) {
    if (key == "ID") os.id = if_any(unquoted(value));
    if (key == "VERSION_ID") os.version = if_any(unquoted(value));
    if (key == "PRETTY_NAME") os.pretty = if_any(unquoted(value));
  });
  return os;
}

FactsCpu read_cpu(const std::string& root) {
  FactsCpu cpu;
  for_each_pair(text_of(root + "/proc/cpuinfo"), ':',
                [&cpu](std::string_view key, std::string_view value) {
                  if (key == "processor") cpu.count = cpu.count.value_or(0) + 1;
                  if (key == "model name" && !cpu.model) cpu.model = if_any(value);
                });
  return cpu;
}

FactsMemory read_memory(const std::string& root) {
  constexpr std::int64_t kKibi = 1024;
  const auto bytes = [](std::string_view value) -> std::optional<std::int64_t> {
    const auto number = whole_number(value);
    if (!number || *number > INT64_MAX / kKibi) return std::nullopt;
    return *number * kKibi;
  };
  FactsMemory memory;
  for_each_pair(text_of(root + "/proc/meminfo"), ':',
                [&](std::string_view key, std::string_view value) {
                  if (key == "MemTotal") memory.total_bytes = bytes(value);
                  if (key == "MemAvailable") memory.available_bytes = bytes(value);
                });
  return memory;
}

std::optional<std::string> kernel_value(const std::string& root, const char* name) {
  return if_any(trimmed(text_of(root + "/proc/sys/kernel/" + name)));
}

/// Kernels before 6.1 have no file for it; for the node itself the system call says it too.
std::optional<std::string> machine(const std::string& root) {
  const auto arch = kernel_value(root, "arch");
  utsname names{};
  if (arch || !root.empty() || ::uname(&names) != 0) return arch;
  return std::string(names.machine);
}

}  // namespace

Facts read_facts(const std::string& root) {
  Facts facts;
  facts.hostname = kernel_value(root, "hostname");
  facts.os = read_os(root);
  facts.kernel = FactsKernel{};
  facts.kernel->release = kernel_value(root, "osrelease");
  facts.kernel->machine = machine(root);
  facts.cpu = read_cpu(root);
  facts.memory = read_memory(root);
  facts.uptime_seconds = whole_number(text_of(root + "/proc/uptime"));
  for_each_pair(text_of(root + "/proc/stat"), ' ',
                [&facts](std::string_view key, std::string_view value) {
                  if (key == "btime") facts.boot_unix = whole_number(value);
                });
  return facts;
}

}  // namespace muster::plugin::system
