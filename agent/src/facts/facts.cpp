#include "facts/facts.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <muster/core/base/files.hpp>
#include <set>
#include <sstream>

namespace muster::agent {
namespace {

constexpr std::size_t kMaxFactFile = std::size_t{64} << 10U;

/// The first line of a file that holds an id, short and printable whatever somebody wrote there: a
/// controller takes no other, and would hear it again at every start.
std::string read_id(const std::filesystem::path& path) {
  constexpr std::size_t kMost = 200;
  const auto text = read_file(path, kMaxFactFile);
  if (!text) return {};
  auto id = text->substr(0, std::min(text->find('\n'), kMost));
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return id;
}

/// os-release(5): KEY=value or KEY="value".
std::string unquote(std::string value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
      value.back() == value.front()) {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

void add_os(const std::filesystem::path& root, Facts& facts) {
  auto text = read_file(root / "etc/os-release", kMaxFactFile);
  if (!text) text = read_file(root / "usr/lib/os-release", kMaxFactFile);
  if (!text) return;
  static const std::map<std::string, std::string> kNames = {
      {"ID", "os.id"}, {"VERSION_ID", "os.version"}, {"PRETTY_NAME", "os.pretty"}};
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) continue;
    const auto name = kNames.find(line.substr(0, equals));
    if (name != kNames.end()) facts[name->second] = unquote(line.substr(equals + 1));
  }
}

void add_memory(const std::filesystem::path& root, Facts& facts) {
  const auto text = read_file(root / "proc/meminfo", kMaxFactFile);
  if (!text) return;
  std::istringstream words(*text);
  std::string name;
  std::uint64_t kib = 0;
  std::string unit;
  if (words >> name >> kib >> unit && name == "MemTotal:" && unit == "kB") {
    facts["mem.total_bytes"] = std::to_string(kib * 1024);
  }
}

void add(Facts& facts, const std::string& name, const std::string& value) {
  if (!value.empty()) facts[name] = value;
}

/// Of the interfaces that are up, without those that every host has: loopback and link-local ones.
std::string read_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  std::set<std::string> addresses;  // in an order of their own, so that the digest stays
  for (const auto* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto family = each->ifa_addr->sa_family;
    const void* bytes = nullptr;
    if (family == AF_INET) {
      bytes = &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    } else if (family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;
      if (IN6_IS_ADDR_LINKLOCAL(&v6) == 0) bytes = &v6;
    }
    if (bytes != nullptr && ::inet_ntop(family, bytes, text.data(), text.size()) != nullptr) {
      addresses.insert(text.data());
    }
  }
  ::freeifaddrs(first);
  std::string joined;
  for (const auto& address : addresses) joined += (joined.empty() ? "" : ",") + address;
  return joined;
}

}  // namespace

HostNumbers HostNumbers::of_this_host() {
  HostNumbers host;
  utsname names{};
  if (::uname(&names) == 0) {
    host.hostname = names.nodename;
    host.kernel_release = names.release;
    host.arch = names.machine;
  }
  host.cpu_count = ::sysconf(_SC_NPROCESSORS_ONLN);
  host.addresses = read_addresses();
  return host;
}

Facts read_facts(const std::filesystem::path& root, const HostNumbers& host,
                 const std::string& agent_version) {
  Facts facts;
  add(facts, "host.name", host.hostname);
  add(facts, "kernel.release", host.kernel_release);
  add(facts, "cpu.arch", host.arch);
  add(facts, "net.addresses", host.addresses);
  if (host.cpu_count > 0) facts["cpu.count"] = std::to_string(host.cpu_count);
  add(facts, "agent.version", agent_version);
  add_os(root, facts);
  add_memory(root, facts);
  return facts;
}

crypto::Digest digest_of(const AgedFacts& told) {
  crypto::Sha256 sum;
  const auto add_text = [&sum](const std::string& text) {
    const std::string length = std::to_string(text.size()) + ":";
    sum.update(as_bytes(length));
    sum.update(as_bytes(text));
  };
  for (const auto& [name, value] : told.facts) {
    add_text(name);
    add_text(value);
  }
  if (!told.read.empty()) add_text("");  // no name of a fact
  for (const auto& [name, time] : told.read) {
    add_text(name);
    add_text(std::to_string(time.time_since_epoch().count()));
  }
  return sum.finish();
}

std::string read_machine_id(const std::filesystem::path& root) {
  for (const auto* file : {"etc/machine-id", "var/lib/dbus/machine-id"}) {
    const auto id = read_id(root / file);
    if (!id.empty() && id != "uninitialized") return id;  // see machine-id(5)
  }
  const auto boot = read_boot_id(root);
  return boot.empty() ? std::string("unknown") : "boot-" + boot;
}

std::string read_boot_id(const std::filesystem::path& root) {
  return read_id(root / "proc/sys/kernel/random/boot_id");
}

}  // namespace muster::agent
