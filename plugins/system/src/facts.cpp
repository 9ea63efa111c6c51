#include "facts.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace muster::plugin::system {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20U;  // cpuinfo of a large machine

/// The file's text, or nothing when it cannot be read.
std::string text_of(const std::string& path) {
  std::string text;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while (text.size() < kMaxFileBytes && (count = ::read(fd, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(fd);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

/// Calls `take(key, value)` for each line "key<separator>value".
template <class Take>
void for_each_pair(std::string_view text, char separator, const Take& take) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto at = line.find(separator);
    if (at == std::string_view::npos) continue;
    take(trimmed(line.substr(0, at)), trimmed(line.substr(at + 1)));
  }
}

std::optional<std::string> if_any(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                         text.back() == text.front();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

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
  if (arch || root != "/" || ::uname(&names) != 0) return arch;
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
