// What an operator changes about a node: its labels, whether it is in service, whether it is there.
#include <nlohmann/json.hpp>

#include "api/serve.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

/// The node's labels with the request's put in, and those that are null taken out.
Labels merged(Labels labels, const json& changes) {
  for (const auto& [name, value] : changes.items()) {
    if (value.is_null()) {
      labels.erase(name);
    } else {
      labels[name] = value.get<std::string>();
    }
  }
  return labels;
}

/// Answers with the node as it is then, and whether it was otherwise before.
Done<bool> answer_node(const Services& services, const ExchangePtr& exchange, NodeId id) {
  return [&services, exchange, id](const Result<bool>& changed) {
    if (!changed) return exchange->answer(changed.error());
    if (const auto* node = services.fleet.find(id)) {
      auto view = node_view(*node);
      view["changed"] = *changed;
      return exchange->answer(200, view);
    }
    exchange->answer(Error{ErrorCode::NotFound, "the node was retired meanwhile", {}, false, {}});
  };
}

}  // namespace

void change_node(const Services& services, const ExchangePtr& exchange) {
  const auto node = services.fleet.find(exchange->path("node"));
  if (!node) return exchange->answer(node.error());
  if (const auto problem = exchange->changed_since(lasting_node_view(**node))) {
    return exchange->answer(*problem);
  }
  const auto id = (*node)->record.id;
  services.fleet.set_labels(id, merged((*node)->record.labels, exchange->body().at("labels")),
                            exchange->principal, answer_node(services, exchange, id));
}

void drain_node(const Services& services, const ExchangePtr& exchange) {
  const auto node = services.fleet.find(exchange->path("node"));
  if (!node) return exchange->answer(node.error());
  Drain drain{to_unix_ms(services.loop.clock().unix_now()), exchange->principal,
              exchange->body().at("reason")};
  const auto id = (*node)->record.id;
  services.fleet.drain(id, std::move(drain), answer_node(services, exchange, id));
}

void undrain_node(const Services& services, const ExchangePtr& exchange) {
  const auto node = services.fleet.find(exchange->path("node"));
  if (!node) return exchange->answer(node.error());
  const auto id = (*node)->record.id;
  services.fleet.undrain(id, exchange->principal, answer_node(services, exchange, id));
}

void retire_node(const Services& services, const ExchangePtr& exchange) {
  const auto node = services.fleet.find(exchange->path("node"));
  if (!node) return exchange->answer(node.error());
  services.fleet.retire((*node)->record.id, exchange->principal, [exchange](const Status& done) {
    if (!done) return exchange->answer(done.error());
    exchange->answer_nothing();
  });
}

}  // namespace muster::controller::api
