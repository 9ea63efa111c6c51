/// What the operations on packages need of apt and of dnf.
///
/// One lives for one call, on its worker. Each method runs programs and blocks for them.
#pragma once

#include <map>
#include <memory>
#include <muster/sdk/call.hpp>
#include <muster/sdk/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "node.hpp"
#include "tool.hpp"

namespace muster::plugin::system {

/// One package that comes (no old version), goes (no new one) or becomes another version.
struct PackageStep {
  std::string name;
  std::optional<std::string> old_version;
  std::optional<std::string> new_version;
};

/// Versions by name; of another architecture than the node's own with ":ARCH" behind it.
using InstalledPackages = std::map<std::string, std::string>;

struct PackageRequest {
  enum class Action : std::uint8_t { Install, Remove, Upgrade };
  Action action = Action::Install;
  std::vector<std::string> names;  ///< NAME or NAME=VERSION; none: all, for Upgrade
  bool also_remove = false;        ///< packages that are not named may go
  bool purge = false;
  bool recommended = true;
  std::int64_t lock_seconds = 60;
};

class PackageManager {
 public:
  virtual ~PackageManager() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Whether `purge` means anything here.
  [[nodiscard]] virtual bool can_purge() const = 0;
  [[nodiscard]] virtual sdk::Result<InstalledPackages> installed() = 0;
  /// The versions that an installation would take, by name; what is not known is left out.
  [[nodiscard]] virtual sdk::Result<InstalledPackages> candidates(
      const std::vector<std::string>& names) = 0;
  /// Reads the lists of what there is, anew. Errors: Unavailable for a server that does not answer
  /// and for a lock that somebody holds.
  [[nodiscard]] virtual sdk::Status update(std::int64_t lock_seconds) = 0;
  /// What would be done, with nothing done. Errors: NotFound for an unknown name.
  [[nodiscard]] virtual sdk::Result<std::vector<PackageStep>> simulate(
      const PackageRequest& request) = 0;
  /// Does it; its output is the call's. Errors: Unavailable for a lock that somebody holds.
  [[nodiscard]] virtual sdk::Status perform(const PackageRequest& request) = 0;
};

/// Errors: Unsupported when neither is here. Both references must outlive what is returned.
[[nodiscard]] sdk::Result<std::unique_ptr<PackageManager>> find_package_manager(
    const sdk::Call& call, const Node& node);

[[nodiscard]] std::unique_ptr<PackageManager> make_apt(const sdk::Call& call, const Node& node);
[[nodiscard]] std::unique_ptr<PackageManager> make_dnf(const sdk::Call& call, const Node& node);

}  // namespace muster::plugin::system
