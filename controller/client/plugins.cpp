#include "client/plugins.hpp"

#include "client/answer_place.hpp"

namespace muster::client {
namespace {

/// One alone has what may be missing in lists.
struct WholePlugin {
  Plugin plugin;
};

}  // namespace

static void read(const Place& place, Plugin& plugin) {
  place.must("id", plugin.id);
  place.must("version", plugin.version);
  place.may("class", plugin.plugin_class);
  place.may("status", plugin.status);
  place.may("doc", plugin.doc);
  place.must("operations", plugin.operations);
  place.must("nodes", plugin.nodes);
  place.must("states", plugin.states);
  place.must("reasons", plugin.reasons);
  plugin.told = place.told();
}

static void read(const Place& place, WholePlugin& whole) {
  read(place, whole.plugin);
  place.must("class", whole.plugin.plugin_class);
  place.must("status", whole.plugin.status);
  place.must("doc", whole.plugin.doc);
  place.must_object("manifest", whole.plugin.manifest);
}

static void read(const Place& place, Plugins& plugins) {
  place.must("plugins", plugins.plugins);
  plugins.told = place.told();
}

Result<Plugins> list_plugins(ApiClient& api) {
  return read_answer<Plugins>(api.get("/v1/plugins"));
}

Result<Plugin> get_plugin(ApiClient& api, const std::string& id) {
  const auto answer = api.get("/v1/plugins/" + sdk::percent_encode(id));
  auto whole = read_answer<WholePlugin>(answer);
  if (!whole) return tl::unexpected(whole.error());
  whole->plugin.etag = answer->etag;
  return std::move(whole->plugin);
}

}  // namespace muster::client
