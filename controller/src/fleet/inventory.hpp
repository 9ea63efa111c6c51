/// The manifests of all plugins that nodes carry, parsed once, by digest. Owned by the Fleet;
/// [loop].
///
/// Kept, here and in the store, while a node of the fleet names them, and no longer. Their number
/// and size are limited: beyond that further ones are not taken, the log says so at most once a
/// minute, and nodes are asked for them in the sessions that begin when there is room again. So
/// that one node cannot use up the room of all, those that it alone names are limited too.
#pragma once

#include <map>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/config/manifest.hpp>
#include <set>
#include <vector>

#include "fleet/node_registry.hpp"
#include "fleet/seldom.hpp"
#include "store/store.hpp"

namespace muster::log {
class Logger;
}

namespace muster::controller {

/// Digests that no manifest is known for; more are made up, and the oldest knowledge is dropped.
inline constexpr std::size_t kMaxUnknownManifests = 10'000;

/// Of what is in memory.
struct ManifestLimits {
  std::size_t count = 4096;
  std::size_t bytes = std::size_t{64} << 20U;  ///< of their JSON texts
  std::size_t node_count = 256;                ///< that one node alone names
  /// Of those; a node that has no room left for the largest possible one sends no more.
  std::size_t node_bytes = std::size_t{4} << 20U;
};

class Inventory {
 public:
  Inventory(Store& store, log::Logger& log, const Clock& clock, ManifestLimits limits = {})
      : store_(store), log_(log), clock_(clock), limits_(limits) {}

  /// A node names `now` instead of `before`; each is empty for a node that comes or goes.
  void renamed(const std::vector<wire::PluginInfo>& before,
               const std::vector<wire::PluginInfo>& now);

  /// Removes from the store what no node names; when all nodes are known, at the start.
  void forget_others();

  /// Null when it is not known, or no node names it. Looks into the store once for each digest. The
  /// pointer lives until the next renamed().
  [[nodiscard]] const config::Manifest* find(const Digest& digest);
  /// Those of `plugins`, which one node names, that it should be asked for; at most `most`.
  [[nodiscard]] std::vector<Digest> wanted(const std::vector<wire::PluginInfo>& plugins,
                                           std::size_t most);
  /// Takes what a node sent that names `plugins`; one that no node names is ignored. Errors:
  /// Corrupt when the text has another digest; InvalidArgument for a manifest that breaks a rule
  /// (it is not asked for again); ResourceExhausted when the node's own share is used up.
  [[nodiscard]] Status add(const std::vector<wire::PluginInfo>& plugins, const Digest& digest,
                           BytesView json);

  [[nodiscard]] std::vector<PluginSummary> summaries(const NodeRegistry& nodes);
  /// Digests in memory for which there is no manifest.
  [[nodiscard]] std::size_t unknown() const { return missing_.size() + broken_.size(); }
  /// Manifests in memory.
  [[nodiscard]] std::size_t known() const { return manifests_.size(); }

 private:
  /// Forgetting costs a look into the store, or asking a node once more.
  static void remember(std::set<Digest>& digests, const Digest& digest);
  [[nodiscard]] Status parse(const Digest& digest, std::string_view text);
  /// Whether one of this size is taken; the first that is not is told of.
  [[nodiscard]] bool has_room(std::size_t size);
  /// Whether a node that names these may have one more that nobody else names.
  [[nodiscard]] bool has_share(const std::vector<wire::PluginInfo>& plugins) const;
  void drop(const Digest& digest);

  struct Known {
    std::unique_ptr<config::Manifest> manifest;
    std::size_t bytes = 0;
  };

  Store& store_;
  log::Logger& log_;
  const Clock& clock_;
  ManifestLimits limits_;
  std::map<Digest, std::size_t> named_;  // by how many plugins of nodes
  std::map<Digest, Known> manifests_;
  std::size_t bytes_ = 0;  // of manifests_
  bool full_ = false;      // one was not taken, and there was no more room since
  Seldom told_full_;
  std::set<Digest> missing_;  // looked for in the store in vain
  std::set<Digest> broken_;
};

}  // namespace muster::controller
