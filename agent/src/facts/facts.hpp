/// What a node says about itself without being asked: operating system, kernel, processor, memory.
///
/// Read at the start and again after a while, from files under a root path, so that a fixture tree
/// is as good as a host. A fact that cannot be read is left out: an absent fact is honest, an
/// invented one is not.
#pragma once

#include <filesystem>
#include <map>
#include <muster/core/base/clock.hpp>
#include <muster/core/crypto/digest.hpp>
#include <string>

namespace muster::agent {

using Facts = std::map<std::string, std::string>;

/// Facts of which some may be older than the last look at them.
struct AgedFacts {
  Facts facts;
  std::map<std::string, MonoTime> read = {};  ///< when these were read, which are older
  friend bool operator==(const AgedFacts&, const AgedFacts&) = default;
};

/// What uname(2), sysconf(3) and getifaddrs(3) say, which no file under a root can: given in, so
/// that tests own it.
struct HostNumbers {
  std::string hostname;
  std::string kernel_release;
  std::string arch;
  long cpu_count = 0;
  std::string addresses;  ///< "10.0.0.1,fd00::1", without loopback and link-local ones

  [[nodiscard]] static HostNumbers of_this_host();
};

/// Blocks for a few small files below `root` ("/" for the real host).
[[nodiscard]] Facts read_facts(const std::filesystem::path& root, const HostNumbers& host,
                               const std::string& agent_version);

/// SHA-256 over the facts in their order, each name and value with a length before it, and then
/// likewise over the times, if there are any.
[[nodiscard]] crypto::Digest digest_of(const AgedFacts& told);

/// What tells this machine from a copy of it: /etc/machine-id below `root`; on a system without
/// one, such as a bare root or a minimal container, the id of this boot. Never empty, printable,
/// and at most 205 bytes.
[[nodiscard]] std::string read_machine_id(const std::filesystem::path& root);
/// The kernel's id of this boot, or empty.
[[nodiscard]] std::string read_boot_id(const std::filesystem::path& root);

}  // namespace muster::agent
