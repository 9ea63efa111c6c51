#include <algorithm>
#include <muster/core/selector/selector.hpp>
#include <nlohmann/json.hpp>

#include "api/serve.hpp"
#include "jobs/job_view.hpp"
#include "jobs/selector_warnings.hpp"

namespace muster::controller::api {
using nlohmann::json;

json node_times(const Node& node) {
  return {{"last_seen", time_view(node.record.last_seen)},
          {"facts_told", time_view(node.record.facts.empty() ? 0 : node.facts_told)}};
}

json node_view(const Node& node) {
  auto view = lasting_node_view(node);
  view.update(node_times(node));
  return view;
}

json lasting_node_view(const Node& node) {
  json plugins = json::array();
  for (const auto& plugin : node.record.plugins) {
    plugins.push_back({{"id", plugin.id}, {"version", plugin.version}, {"state", plugin.state}});
  }
  json view{{"id", node.record.id.text()},
            {"name", node.record.name},
            {"presence", to_string(node.presence)},
            {"labels", node.record.labels},
            {"facts", node.record.facts},
            {"agent_version", node.record.agent_version},
            {"enrolled", time_view(node.record.enrolled)},
            {"plugins", std::move(plugins)}};
  for (const auto& [name, time] : node.record.facts_older) {
    view["facts_older"][name] = time_view(time);
  }
  if (node.clone) {
    view["clone"] = {{"machine_id", node.clone->machine_id},
                     {"refused", time_view(node.clone->refused)}};
  }
  if (node.record.drain) {
    const auto& drain = *node.record.drain;
    view["drained"] = {
        {"since", time_view(drain.since)}, {"by", drain.by}, {"reason", drain.reason}};
  }
  return view;
}

namespace {

/// The page of `nodes`, which are sorted by name, that was asked for.
void answer_page(const ExchangePtr& exchange, const std::vector<const Node*>& nodes,
                 const std::vector<std::string>& warnings = {}) {
  const auto limit = *exchange->number("limit");
  const auto begin = std::upper_bound(
      nodes.begin(), nodes.end(), exchange->query("after"),
      [](const std::string& after, const Node* node) { return after < node->record.name; });
  json views = json::array();
  for (auto at = begin; at != nodes.end() && views.size() < limit; ++at) {
    views.push_back(node_view(**at));
  }
  json answer{{"nodes", std::move(views)}};
  if (static_cast<std::uint64_t>(nodes.end() - begin) > limit) {
    answer["next"] = answer["nodes"].back()["name"];
  }
  if (!warnings.empty()) answer["warnings"] = warnings;
  exchange->answer(200, answer);
}

}  // namespace

void list_nodes(const Services& services, const ExchangePtr& exchange) {
  const auto text = exchange->request().parameter("selector");
  if (!text) return answer_page(exchange, services.fleet.nodes());
  selector::SyntaxError where;
  const auto selector = services.fleet.parse(*text, &where);
  if (const auto problem = selector_problem(selector, where)) return exchange->answer(*problem);
  const auto selection = services.fleet.select(*selector);
  if (!selection) return exchange->answer(selection.error());
  const bool first = exchange->query("after").empty();  // whoever goes on was warned
  answer_page(exchange, selection->matched,
              first ? warnings_of(services.fleet, *selector, selection->unknown)
                    : std::vector<std::string>());
}

void get_node(const Services& services, const ExchangePtr& exchange) {
  const auto node = services.fleet.find(exchange->path("node"));
  if (!node) return exchange->answer(node.error());
  exchange->answer(200, lasting_node_view(**node), {}, node_times(**node));
}

}  // namespace muster::controller::api
