// What the status tells of nodes and webhooks that somebody should look after.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// Nobody listens there.
const json kWebhook{
    {"url", "http://127.0.0.1:1/"}, {"filter", "type=test.it"}, {"allow_private", true}};

void record_event(ApiWorld& world) {
  world.on_loop([&] { world.world().events->record("test.it", "x", json::object()); });
}

json webhooks_in_status(ApiWorld& world) { return world.get("/v1/status").body.at("webhooks"); }

/// Made, and its first attempt failed.
void add_failing_webhook(ApiWorld& world) {
  REQUIRE(world.ask("PUT", "/v1/webhooks/ops", kWebhook.dump()).status == 201);
  record_event(world);
  while (webhooks_in_status(world).at("failing").empty()) {
  }
}

TEST_CASE("the status counts drained nodes, whatever their presence", "[integration][api]") {
  ApiWorld world;
  Cli muster(world);
  world.join("web1");
  world.join("web2");
  CHECK(muster("status").out.find("drained") == std::string::npos);
  REQUIRE(muster("node drain web1").exit == 0);
  CHECK(world.get("/v1/status").body.at("nodes") ==
        json{{"total", 2}, {"online", 2}, {"suspect", 0}, {"offline", 0}, {"drained", 1}});
  CHECK(muster("status").out.find("nodes       2: 2 online, 0 suspect, 0 offline; 1 drained\n") !=
        std::string::npos);
  REQUIRE(muster("node undrain web1").exit == 0);
  CHECK(world.get("/v1/status").body.at("nodes").at("drained") == 0);
}

TEST_CASE("the status names webhooks that fail, to whoever may read them", "[integration][api]") {
  ApiWorld world;
  Cli muster(world);
  CHECK(webhooks_in_status(world) == json{{"total", 0}, {"failing", json::array()}});
  add_failing_webhook(world);
  REQUIRE(world.ask("PUT", "/v1/webhooks/fine", kWebhook.dump()).status == 201);
  CHECK(webhooks_in_status(world) ==
        json{{"total", 2},
             {"failing", {{{"name", "ops"}, {"state", "failing"}, {"dead_letters", 0}}}}});
  CHECK(muster("status").out.find("webhook     ops  failing; see muster webhook show ops\n") !=
        std::string::npos);
  const auto viewer = world.ask_as(world.token_of(Role::Viewer), "GET", "/v1/status");
  CHECK(viewer.status == 200);
  CHECK_FALSE(viewer.body.contains("webhooks"));
}

TEST_CASE("the status tells of dead letters, also when the webhook is well", "[integration][api]") {
  ApiWorld world;
  Cli muster(world);
  add_failing_webhook(world);
  world.advance(std::chrono::hours(25));
  while (webhooks_in_status(world).at("failing").at(0).at("dead_letters") == 0) {
  }
  const auto shown = muster("status").out;
  INFO(shown);
  CHECK(shown.find("1 dead letter; see muster webhook show ops\n") != std::string::npos);
}

}  // namespace
}  // namespace muster::controller
