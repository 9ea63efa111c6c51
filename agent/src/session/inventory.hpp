/// Which plugins this node has, as the controller is told.
#pragma once

#include <muster/core/base/bytes.hpp>
#include <muster/core/wire/messages.hpp>
#include <vector>

namespace muster::agent {

/// The loaded plugins as the controller sees them. [loop]
class Inventory {
 public:
  virtual ~Inventory() = default;
  [[nodiscard]] virtual std::vector<wire::PluginInfo> plugins() const = 0;
  /// The manifest's JSON with this digest, or null. Lives until the plugins change.
  [[nodiscard]] virtual const Bytes* manifest(const wire::Digest& digest) const = 0;
};

}  // namespace muster::agent
