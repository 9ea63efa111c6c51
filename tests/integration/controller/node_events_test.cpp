#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "fleet/event_quota.hpp"
#include "scripted_world.hpp"
#include "store/event_limits.hpp"

namespace muster::controller {
namespace {

std::string json_count(std::size_t count) { return R"({"count":)" + std::to_string(count) + "}"; }

TEST_CASE("a node that floods the log of events is cut short, and the log says by how much",
          "[integration][fleet]") {
  World world;
  Agent loud(world, "web1");
  Agent quiet(world, "web2");
  loud.connect();
  quiet.connect();
  const wire::Event event{"test.noise", "x", 1, {}, "test", "1"};
  loud.say_at_once(event, kMaxNodeEvents + 7);
  quiet.say(event);
  world.settle();
  CHECK(world.events_of("test.noise") == kMaxNodeEvents + 1);
  world.advance(kNodeEventWindow + std::chrono::seconds(1));
  CHECK(world.events_of("node.events_dropped") == 1);
  loud.connect();  // it was silent for so long that it is offline
  loud.say(event);
  CHECK(world.events_of("test.noise") == kMaxNodeEvents + 2);
}

TEST_CASE("an event of a node is recorded with its source and id, also when the id comes again",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  const Bytes data{0x81, 0xa1, 'a', 0x01};
  agent.say(wire::Event{"test.container.died", "chat", 7, data, "test@ops", "i1"});
  agent.say(wire::Event{"test.container.died", "chat", 7, {}, "test@ops", "i1"});
  world.settle();
  auto all = world.store.events_after(0, 100).value();
  std::erase_if(all, [](const auto& event) { return event.type != "test.container.died"; });
  REQUIRE(all.size() == 2);
  CHECK(all[0].subject == "node/web1/chat");
  CHECK(all[0].data == R"({"data":{"a":1},"id":"i1","source":"test@ops","time":7})");
  CHECK(all[1].data == R"({"data":{},"id":"i1","source":"test@ops","time":7})");
}

TEST_CASE("an event of a node is recorded without data that becomes too large as JSON",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  // Each of these bytes is six as JSON.
  const auto data = [](std::size_t size) {
    return to_bytes(nlohmann::json::to_msgpack({{"a", std::string(size, '\1')}}));
  };
  agent.say(wire::Event{"test.large", "x", 1, data(kMaxEventJson / 6 + 1), "test", "1"});
  agent.say(wire::Event{"test.large", "x", 1, data(kMaxEventJson / 6 - 20), "test", "2"});
  world.settle();
  auto all = world.kept().events_after(0, 100).value();
  std::erase_if(all, [](const auto& event) { return event.type != "test.large"; });
  REQUIRE(all.size() == 2);
  CHECK(all[0].data ==
        R"({"data":{},"id":"1","note":"the data is left out: the event has more than 128 KiB as )"
        R"(JSON","source":"test","time":1})");
  CHECK(all[1].data.size() > kMaxEventJson - 200);
  CHECK(all[1].data.size() <= kMaxEventJson);
}

TEST_CASE("a node says events of its own plugins only, and what else it says is counted",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  agent.connect();
  wire::Plugins plugins{{{"test", "1", test_manifest_digest(), "ready", 0, ""}}};
  for (const auto* id : {"node", "events", "job", "gateway", "controller"}) {
    plugins.plugins.push_back({id, "1", {}, "rejected", 0, ""});
  }
  agent.say(plugins);
  const std::vector<std::pair<std::string, std::string>> foreign{{"node.clone", "test"},
                                                                 {"node.clone", "node"},
                                                                 {"events.lost", "events"},
                                                                 {"job.ended", "job"},
                                                                 {"gateway.gone", "gateway"},
                                                                 {"controller.x", "controller"},
                                                                 {"test", "test"},
                                                                 {"tests.x", "test"},
                                                                 {"other.x", "other"},
                                                                 {"other.x", "test"},
                                                                 {"test.x", "other"},
                                                                 {"test.x", "test@"},
                                                                 {"test.x", "test@a@b"},
                                                                 {"test.x", "@a"},
                                                                 {".x", ""}};
  for (const auto& [type, source] : foreign) agent.say(wire::Event{type, "x", 1, {}, source, "1"});
  agent.say(wire::Event{"test.good", "x", 1, {}, "test@a", "1"});
  world.settle();
  const auto all = world.kept().events_after(0, 100).value();
  for (const auto& event : all) CHECK((event.type == "test.good" || event.type == "node.joined"));
  CHECK(world.events_of("test.good") == 1);
  CHECK(world.fleet->connected(agent.id()));
  const auto told = [&] {
    const auto entries = world.said.entries();
    return std::count_if(entries.begin(), entries.end(), [](const log::Entry& entry) {
      return entry.sentence.find("not its to say") != std::string::npos;
    });
  };
  CHECK(told() == 1);
  CHECK(world.events_of("node.events_dropped") == 0);
  world.advance(kNodeEventWindow + std::chrono::seconds(1));
  const auto last = world.kept().events_after(0, 100).value();
  const auto dropped = std::find_if(last.begin(), last.end(), [](const auto& event) {
    return event.type == "node.events_dropped";
  });
  REQUIRE(dropped != last.end());
  CHECK(dropped->data == json_count(foreign.size()));
  agent.connect();
  agent.say(wire::Event{"node.clone", "x", 1, {}, "node", "1"});
  CHECK(told() == 2);
}

TEST_CASE("a flood of events that goes on is told of once in each minute", "[integration][fleet]") {
  World world;
  Agent loud(world, "web1");
  loud.connect();
  const wire::Event event{"test.noise", "x", 1, {}, "test", "1"};
  // So that each minute ends with the flood, not with the look at it.
  world.advance(std::chrono::milliseconds(500));
  for (int second = 0; second < 180; ++second) {
    loud.say_at_once(event, 2);
    world.advance(std::chrono::seconds(1));
  }
  CHECK(world.events_of("node.events_dropped") >= 2);
  CHECK(world.events_of("node.events_dropped") <= 3);
}

TEST_CASE("what a window dropped is told when the next one is open already", "[unit][fleet]") {
  EventQuota quota;
  const MonoTime start{};
  for (int i = 0; i < kMaxNodeEvents; ++i) CHECK(quota.take(start));
  CHECK_FALSE(quota.take(start));
  quota.refuse(start);
  CHECK(quota.take_dropped(start) == 0);
  CHECK(quota.take(start + kNodeEventWindow));
  quota.refuse(start + kNodeEventWindow);
  CHECK(quota.take_dropped(start + kNodeEventWindow) == 2);
  CHECK(quota.take_dropped(start + kNodeEventWindow) == 0);
  CHECK(quota.take_dropped(start + 2 * kNodeEventWindow) == 1);
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
