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

constexpr std::size_t kLeastOfJob = 4;
constexpr std::size_t kMostJobs = 1000;

json view_of(const NameCounts& counts, std::size_t limit) {
  json names = json::array();
  json prefixes = json::array();
  for (const auto& name : few_names(counts, limit)) {
    if (name.cut) {
      prefixes.push_back({{"prefix", name.text}, {"names", name.count}});
    } else {
      names.push_back({{"name", name.text}, {"nodes", name.count}});
    }
  }
  return {{"names", std::move(names)}, {"prefixes", std::move(prefixes)}};
}

/// Ids are random, so that with a few characters of one few are left.
void list_jobs_like(const Services& services, const ExchangePtr& exchange) {
  const auto prefix = exchange->query("prefix");
  if (prefix.size() < kLeastOfJob) {
    return exchange->answer(Error{ErrorCode::InvalidArgument,
                                  "say at least " + std::to_string(kLeastOfJob) +
                                      " characters with which the job's id begins",
                                  "/prefix",
                                  false,
                                  {}});
  }
  const auto ids = services.jobs.ids_with(prefix, kMostJobs);
  if (!ids) return exchange->answer(ids.error());
  std::vector<std::string> texts;
  for (const auto& id : *ids) texts.push_back(id.text());
  NameCounts counts;
  for (const auto& text : texts) counts[text] = 1;
  exchange->answer(200, view_of(counts, *exchange->number("limit")));
}

}  // namespace

void list_names(const Services& services, const ExchangePtr& exchange) {
  if (exchange->query("kind") == "job") return list_jobs_like(services, exchange);
  const NamesWanted wanted{kind_of(exchange->query("kind")), exchange->query("of"),
                           exchange->query("prefix")};
  if (wanted.kind == NamesWanted::Kind::Node && !wanted.of.empty()) {
    return exchange->answer(Error{
        ErrorCode::InvalidArgument, "a node has no values; leave `of` out", "/of", false, {}});
  }
  const auto nodes = services.fleet.nodes();
  exchange->answer(200, view_of(collect_names(nodes, wanted), *exchange->number("limit")));
}

}  // namespace muster::controller::api
