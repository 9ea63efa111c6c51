#include "fleet/event_quota.hpp"
#include "scripted_world.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a node that floods the log of events is cut short, and the log says by how much",
          "[integration][fleet]") {
  World world;
  Agent loud(world, "web1");
  Agent quiet(world, "web2");
  loud.connect();
  quiet.connect();
  const wire::Event event{"plugin.noise", "x", 1, {}, "plugin", "1"};
  loud.say_at_once(event, kMaxNodeEvents + 7);
  quiet.say(event);
  world.settle();
  CHECK(world.events_of("plugin.noise") == kMaxNodeEvents + 1);
  world.advance(kNodeEventWindow + std::chrono::seconds(1));
  CHECK(world.events_of("node.events_dropped") == 1);
  loud.connect();  // it was silent for so long that it is offline
  loud.say(event);
  CHECK(world.events_of("plugin.noise") == kMaxNodeEvents + 2);
}

TEST_CASE("an event of a node is recorded with its source and id, also when the id comes again",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const Bytes data{0x81, 0xa1, 'a', 0x01};
  agent.say(wire::Event{"docker.container.died", "chat", 7, data, "docker@ops", "i1"});
  agent.say(wire::Event{"docker.container.died", "chat", 7, {}, "docker@ops", "i1"});
  world.settle();
  auto all = world.store.events_after(0, 100).value();
  std::erase_if(all, [](const auto& event) { return event.type != "docker.container.died"; });
  REQUIRE(all.size() == 2);
  CHECK(all[0].subject == "node/web1/chat");
  CHECK(all[0].data == R"({"data":{"a":1},"id":"i1","source":"docker@ops","time":7})");
  CHECK(all[1].data == R"({"data":{},"id":"i1","source":"docker@ops","time":7})");
}

TEST_CASE("events that the store refused are counted, and the count is an event",
          "[integration][fleet]") {
  World world;
  world.store.fail_writes_with(Error{ErrorCode::Unavailable, "busy", {}, true, {}});
  for (int i = 0; i < 3; ++i) world.events->record("test.lost", "x", {});
  world.settle();
  world.store.fail_writes_with(std::nullopt);
  world.events->record("test.kept", "x", {});
  world.settle();
  CHECK(world.events_of("test.lost") == 0);
  CHECK(world.events_of("test.kept") == 1);
  const auto all = world.store.events_after(0, 100);
  REQUIRE(all);
  CHECK(all->back().type == "events.lost");
  CHECK(all->back().data == R"({"count":3})");
}

}  // namespace
}  // namespace muster::controller
