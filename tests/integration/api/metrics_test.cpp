// GET /metrics.
#include <sstream>

#include "api_world.hpp"

namespace muster::controller {
namespace {

/// The value of a series, spelled as in the text; "" when it is not there.
std::string value_of(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  }
  return "";
}

TEST_CASE("the controller's figures are those of its parts", "[integration][api]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  world.create_job();
  world.start_tasks(agent);
  world.on_loop([&] {
    world.world().events->record("test.stored", "controller", {});
    auto& fleet = *world.world().fleet;
    fleet.on_counters(
        kGateway, {{{"refused_keys", 3}, {"failed_handshakes", 4}, {"routes", 2}, {"made_up", 9}}});
    fleet.on_received(kGateway, {crypto::sha256({}), {}, as_bytes("no envelope")});
    world.world().settle();
    world.world().store.fail_writes_with(Error{ErrorCode::ResourceExhausted, "full", {}, true, {}});
    world.world().events->record("test.lost", "controller", {});
    world.world().settle();
    world.world().store.fail_writes_with(std::nullopt);
  });
  const auto answer = world.get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  const auto recorded = world.on_loop([&] { return world.world().events->recorded(); });
  const std::vector<std::pair<std::string, std::string>> expected{
      {R"(muster_fleet_nodes{presence="online"})", "1"},
      {R"(muster_fleet_nodes{presence="offline"})", "0"},
      {"muster_fleet_sessions", "1"},
      {"muster_fleet_manifests", "1"},
      {R"(muster_wire_violations_total{reason="shape"})", "1"},
      {R"(muster_wire_violations_total{reason="seal"})", "0"},
      {R"(muster_gateway_connected{gateway="gateway:8421"})", "1"},
      {R"(muster_gateway_refused_keys_total{gateway="gateway:8421"})", "3"},
      {R"(muster_gateway_failed_handshakes_total{gateway="gateway:8421"})", "4"},
      {R"(muster_gateway_routes{gateway="gateway:8421"})", "2"},
      {"muster_running_jobs", "1"},
      {R"(muster_open_tasks{state="running"})", "1"},
      {R"(muster_open_tasks{state="queued"})", "0"},
      {"muster_job_broken_sums_total", "0"},
      {"muster_store_queued_writes", "0"},
      {"muster_store_rejected_writes_total", "0"},
      {"muster_events_recorded_total", std::to_string(recorded)},
      {"muster_events_lost_total", "1"},
      {"muster_metrics_invalid_total", "0"},
  };
  CHECK(recorded > 0);
  for (const auto& [series, value] : expected) {
    INFO(series);
    CHECK(value_of(answer.text, series) == value);
  }
  CHECK(answer.text.find("made_up") == std::string::npos);
  CHECK(answer.text.find(R"(state="ok")") == std::string::npos);
  world.on_loop([&] { world.world().fleet->on_gateway_lost(kGateway, "test"); });
  CHECK(value_of(world.get("/metrics").text,
                 R"(muster_gateway_connected{gateway="gateway:8421"})") == "0");
}

}  // namespace
}  // namespace muster::controller
