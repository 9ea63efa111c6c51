#include "client/selectors.hpp"

#include "client/answer_place.hpp"

namespace muster::client {
namespace {

// Members that are needed for what is in them.

struct Unknown {
  std::uint64_t count = 0;
  std::vector<UnknownNodes> reasons;
};
struct LeftOut {
  std::uint64_t count = 0;
  std::vector<LeftOutNodes> reasons;
};

}  // namespace

static void read(const Place& place, CountedNodes& nodes) {
  place.must("count", nodes.count);
  place.must("nodes", nodes.nodes);
}

static void read(const Place& place, UnknownNodes& unknown) {
  place.must("why", unknown.why);
  read(place, unknown.nodes);
}

static void read(const Place& place, Unknown& unknown) {
  place.must("count", unknown.count);
  place.must("reasons", unknown.reasons);
}

static void read(const Place& place, Refusal& refusal) {
  place.must("reason", refusal.reason);
  place.must("detail", refusal.detail);
}

static void read(const Place& place, LeftOutNodes& nodes) {
  place.must("state", nodes.state);
  place.must("why", nodes.why);
  read(place, nodes.nodes);
}

static void read(const Place& place, LeftOut& left_out) {
  place.must("count", left_out.count);
  place.must("reasons", left_out.reasons);
}

static void read(const Place& place, Forecast& forecast) {
  place.must("operation", forecast.operation);
  place.must("refusals", forecast.refusals);
  place.must("runs", forecast.runs);
  LeftOut left_out;
  place.must("left_out", left_out);
  forecast.left_out = left_out.count;
  forecast.reasons = std::move(left_out.reasons);
}

static void read(const Place& place, Selection& selection) {
  place.must("selector", selection.selector);
  place.must("total", selection.total);
  place.must("matched", selection.matched);
  Unknown unknown;
  place.must("unknown", unknown);
  selection.unknown = unknown.count;
  selection.reasons = std::move(unknown.reasons);
  place.may("warnings", selection.warnings);
  place.may("job", selection.job);
  selection.told = place.told();
}

static void read(const Place& place, Name& name) {
  place.must("name", name.name);
  place.must("nodes", name.nodes);
}

static void read(const Place& place, NamePrefix& prefix) {
  place.must("prefix", prefix.prefix);
  place.must("names", prefix.names);
}

static void read(const Place& place, Names& names) {
  place.must("names", names.names);
  place.must("prefixes", names.prefixes);
}

Result<Selection> explain_selector(ApiClient& api, const SelectorQuery& asked) {
  return read_answer<Selection>(api.get(
      "/v1/selector" + query({{"selector", asked.selector}, {"operation", asked.operation}})));
}

Result<Names> list_names(ApiClient& api, const NameQuery& asked) {
  return read_answer<Names>(
      api.get("/v1/names" + query({{"kind", asked.kind},
                                   {"of", asked.of},
                                   {"prefix", asked.prefix},
                                   {"limit", asked.limit ? std::to_string(*asked.limit) : ""}})));
}

}  // namespace muster::client
