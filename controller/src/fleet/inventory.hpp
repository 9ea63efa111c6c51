/// The manifests of all plugins that nodes carry, parsed once, by digest. Owned by the Fleet;
/// [loop].
#pragma once

#include <map>
#include <memory>
#include <muster/core/config/manifest.hpp>
#include <set>
#include <vector>

#include "fleet/node_registry.hpp"
#include "store/store.hpp"

namespace muster::controller {

/// Digests that no manifest is known for; more are made up, and the oldest knowledge is dropped.
inline constexpr std::size_t kMaxUnknownManifests = 10'000;

class Inventory {
 public:
  explicit Inventory(Store& store) : store_(store) {}

  /// Null when it is not known. Looks into the store once for each digest.
  [[nodiscard]] const config::Manifest* find(const Digest& digest);
  /// Those of `plugins` that a node should be asked for; at most `most`.
  [[nodiscard]] std::vector<Digest> wanted(const std::vector<wire::PluginInfo>& plugins,
                                           std::size_t most);
  /// Takes what a node sent. Errors: Corrupt when the text has another digest; InvalidArgument for
  /// a manifest that breaks a rule (it is not asked for again).
  [[nodiscard]] Status add(const Digest& digest, BytesView json);

  [[nodiscard]] std::vector<PluginSummary> summaries(const NodeRegistry& nodes);
  /// Digests in memory for which there is no manifest.
  [[nodiscard]] std::size_t unknown() const { return missing_.size() + broken_.size(); }

 private:
  /// Forgetting costs a look into the store, or asking a node once more.
  static void remember(std::set<Digest>& digests, const Digest& digest);
  [[nodiscard]] Status parse(const Digest& digest, std::string_view text);

  Store& store_;
  std::map<Digest, std::unique_ptr<config::Manifest>> manifests_;
  std::set<Digest> missing_;  // looked for in the store in vain
  std::set<Digest> broken_;
};

}  // namespace muster::controller
