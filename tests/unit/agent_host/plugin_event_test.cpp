#include "host/plugin_event.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster;
using nlohmann::json;

namespace {

const plugins::Event kEvent{"p.happened", "s", "i", 7, {0x80}};

config::Manifest manifest(const json& services) {
  return config::parse_manifest({{"muster", 1},
                                 {"id", "p"},
                                 {"version", "1.0.0"},
                                 {"abi", {{"major", 1}}},
                                 {"services", services},
                                 {"events", {{"p.happened", {{"doc", "It did."}}}}}})
      .value();
}

}  // namespace

TEST_CASE("an event names its plugin, and the instance when that has its own name",
          "[unit][agent]") {
  const auto event = agent::wire_event("p", "", kEvent);
  CHECK(event.type == "p.happened");
  CHECK(event.subject == "s");
  CHECK(event.time_ms == 7);
  CHECK(event.data == Bytes{0x80});
  CHECK(event.id == "i");
  CHECK(event.source == "p");
  CHECK(agent::wire_event("p", "p", kEvent).source == "p");
  CHECK(agent::wire_event("p", "ops", kEvent).source == "p@ops");
}

TEST_CASE("a plugin may emit what its manifest lists, with the service", "[unit][agent]") {
  const auto granted = manifest({{"optional", {"muster.events/1"}}});
  CHECK(agent::check_event(granted, kEvent));
  CHECK(agent::check_event(manifest({{"required", {"muster.events/1"}}}), kEvent));
  const auto code = [](const Status& refused) { return refused.error().code; };
  CHECK(code(agent::check_event(manifest({{"required", {"muster.kv/1"}}}), kEvent)) ==
        ErrorCode::PermissionDenied);
  CHECK(code(agent::check_event(granted, {"p.other", "", "", 0, {}})) ==
        ErrorCode::PermissionDenied);
  CHECK(code(agent::check_event(granted, {"", "", "", 0, {}})) == ErrorCode::PermissionDenied);
  CHECK(code(agent::check_event(granted, {"p.happened", "", "", 0, {0x01}})) == ErrorCode::Corrupt);
}
