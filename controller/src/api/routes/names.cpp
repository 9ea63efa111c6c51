#include "fleet/names.hpp"

#include <nlohmann/json.hpp>

#include "api/serve.hpp"

namespace muster::controller::api {
using nlohmann::json;

namespace {

NamesWanted::Kind kind_of(const std::string& text) {
  if (text == "node") return NamesWanted::Kind::Node;
  return text == "label" ? NamesWanted::Kind::Label : NamesWanted::Kind::Fact;
}

}  // namespace

void list_names(const Services& services, const ExchangePtr& exchange) {
  const NamesWanted wanted{kind_of(exchange->query("kind")), exchange->query("of"),
                           exchange->query("prefix")};
  if (wanted.kind == NamesWanted::Kind::Node && !wanted.of.empty()) {
    return exchange->answer(Error{
        ErrorCode::InvalidArgument, "a node has no values; leave `of` out", "/of", false, {}});
  }
  const auto nodes = services.fleet.nodes();
  json names = json::array();
  json prefixes = json::array();
  for (const auto& name : few_names(collect_names(nodes, wanted), *exchange->number("limit"))) {
    if (name.cut) {
      prefixes.push_back({{"prefix", name.text}, {"names", name.count}});
    } else {
      names.push_back({{"name", name.text}, {"nodes", name.count}});
    }
  }
  exchange->answer(200, {{"names", std::move(names)}, {"prefixes", std::move(prefixes)}});
}

}  // namespace muster::controller::api
