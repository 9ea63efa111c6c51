#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <array>
#include <memory>
#include <set>

#include "facts.hpp"
#include "mounts.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

constexpr std::size_t kMaxDevices = 200;  // of disks, and of interfaces

/// The entries of a folder, sorted; empty when there is none.
std::vector<std::string> entries_of(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  std::set<std::string> names;
  while (folder && names.size() < kMaxDevices * 10) {
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] != '.') names.insert(entry->d_name);
  }
  return {names.begin(), names.end()};
}

std::string line_of(const std::string& path) {
  return printable(trimmed(text_of(path, 4096)), 256);
}

}  // namespace

std::vector<FactsDisksItem> read_disks(const std::string& root) {
  constexpr std::int64_t kSector = 512;
  std::vector<FactsDisksItem> disks;
  for (const auto& name : entries_of(root + "/sys/block")) {
    const auto folder = root + "/sys/block/" + name;
    const auto sectors = whole_number(line_of(folder + "/size")).value_or(0);
    const bool is_made_up =
        name.starts_with("loop") || name.starts_with("ram") || name.starts_with("zram");
    if (is_made_up || sectors <= 0 || disks.size() >= kMaxDevices) continue;
    FactsDisksItem disk;
    disk.name = printable(name, 256);
    disk.size_bytes = sectors * kSector;
    disk.model = if_any(line_of(folder + "/device/model"));
    const auto turns = whole_number(line_of(folder + "/queue/rotational"));
    if (turns) disk.rotational = *turns == 1;
    disks.push_back(std::move(disk));
  }
  return disks;
}

namespace {

/// Addresses by interface, with the length of the prefix. The node's own only: no file has them
/// all.
std::map<std::string, std::vector<std::string>> read_addresses() {
  std::map<std::string, std::vector<std::string>> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  constexpr std::size_t kMost = 1000;
  std::size_t count = 0;
  for (const auto* each = first; each != nullptr && count < kMost; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto family = each->ifa_addr->sa_family;
    const void* bytes = nullptr;
    if (family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    if (family == AF_INET6) {
      bytes = &reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;
    }
    if (bytes == nullptr || ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr) {
      continue;
    }
    addresses[each->ifa_name].emplace_back(text.data());
    ++count;
  }
  ::freeifaddrs(first);
  return addresses;
}

/// /proc/net/route has addresses as numbers of the machine's own byte order.
std::optional<std::string> default_gateway(const std::string& root) {
  std::optional<std::string> gateway;
  for_each_line(text_of(root + "/proc/net/route"), [&gateway](std::string_view line) {
    const auto words = words_of(line);
    if (gateway || words.size() < 3 || words[1] != "00000000" || words[2].size() != 8) return;
    const in_addr address{
        static_cast<in_addr_t>(std::strtoul(std::string(words[2]).c_str(), nullptr, 16))};
    std::array<char, INET_ADDRSTRLEN> text{};
    if (address.s_addr != 0 &&
        ::inet_ntop(AF_INET, &address, text.data(), text.size()) != nullptr) {
      gateway = text.data();
    }
  });
  return gateway;
}

}  // namespace

void add_disks(const Node& node, Facts& facts) {
  auto disks = read_disks(node.root);
  if (!disks.empty()) facts.disks = std::move(disks);
  std::vector<FactsMountsItem> mounts;
  for (const auto& mount : parse_mounts(text_of(node.root + "/proc/self/mountinfo"))) {
    if (mounts.size() >= kMaxDevices) break;
    const auto fill = mount.is_remote ? std::nullopt : fill_of(node.root + mount.path);
    if (!fill) continue;
    FactsMountsItem item;
    item.path = mount.path;
    item.type = mount.type;
    item.size_bytes = fill->size_bytes;
    item.available_bytes = fill->available_bytes;
    mounts.push_back(std::move(item));
  }
  if (!mounts.empty()) facts.mounts = std::move(mounts);
}

void add_network(const Node& node, Facts& facts) {
  const auto addresses =
      node.root.empty() ? read_addresses() : std::map<std::string, std::vector<std::string>>();
  std::vector<FactsNetworkInterfacesItem> interfaces;
  for (const auto& name : entries_of(node.root + "/sys/class/net")) {
    if (interfaces.size() >= kMaxDevices) break;
    const auto folder = node.root + "/sys/class/net/" + name;
    FactsNetworkInterfacesItem item;
    item.name = printable(name, 256);
    item.mac = if_any(line_of(folder + "/address"));
    item.state = if_any(line_of(folder + "/operstate"));
    item.mtu = whole_number(line_of(folder + "/mtu"));
    if (const auto found = addresses.find(name); found != addresses.end()) {
      item.addresses = found->second;
    }
    interfaces.push_back(std::move(item));
  }
  const auto gateway = default_gateway(node.root);
  if (interfaces.empty() && !gateway) return;
  facts.network = FactsNetwork{};
  facts.network->gateway = gateway;
  if (!interfaces.empty()) facts.network->interfaces = std::move(interfaces);
}

}  // namespace muster::plugin::system
