#include "client/plugins.hpp"

#include "client/answer_place.hpp"

namespace muster::client {

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

static void read_whole(const Place& place, Plugin& plugin) {
  place.must("class", plugin.plugin_class);
  place.must("status", plugin.status);
  place.must("doc", plugin.doc);
  place.must_object("manifest", plugin.manifest);
}

static void read(const Place& place, Plugins& plugins) {
  place.must("plugins", plugins.plugins);
  plugins.told = place.told();
}

Result<Plugins> list_plugins(ApiClient& api) {
  return read_answer<Plugins>(api.get("/v1/plugins"));
}

Result<Plugin> get_plugin(ApiClient& api, const std::string& id) {
  return read_whole_answer<Plugin>(api.get("/v1/plugins/" + sdk::percent_encode(id)));
}

}  // namespace muster::client
