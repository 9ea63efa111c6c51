#include <nlohmann/json.hpp>

#include "api/serve.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

json view_of(const PluginSummary& plugin) {
  json operations = json::array();
  json view{{"id", plugin.id},
            {"version", plugin.version},
            {"nodes", plugin.nodes},
            {"states", plugin.states},
            {"reasons", plugin.reasons}};
  if (const auto* manifest = plugin.manifest; manifest != nullptr) {
    for (const auto& operation : manifest->operations) operations.push_back(operation.name);
    view["class"] = config::to_string(manifest->cls);
    view["status"] = config::to_string(manifest->status);
    view["doc"] = manifest->doc;
  }
  view["operations"] = std::move(operations);
  return view;
}

}  // namespace

void list_plugins(const Services& services, const ExchangePtr& exchange) {
  json views = json::array();
  for (const auto& plugin : services.fleet.plugins()) views.push_back(view_of(plugin));
  exchange->answer(200, {{"plugins", std::move(views)}});
}

void get_plugin(const Services& services, const ExchangePtr& exchange) {
  const auto& id = exchange->path("id");
  std::string reason;
  for (const auto& plugin : services.fleet.plugins()) {  // newest version first
    if (plugin.id != id) continue;
    if (plugin.manifest == nullptr) {
      if (!plugin.reasons.empty()) reason = plugin.reasons.begin()->first;
      continue;
    }
    auto view = view_of(plugin);
    view["manifest"] = *plugin.manifest->raw;
    return exchange->answer(200, view);
  }
  exchange->answer(Error{ErrorCode::NotFound,
                         "no node of this fleet has a plugin '" + id + "'" +
                             (reason.empty() ? "" : "; a file of that name is " + reason),
                         {},
                         false,
                         {}});
}

}  // namespace muster::controller::api
