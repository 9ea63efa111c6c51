#include "scripted_world.hpp"

namespace muster::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a node goes from online to suspect to offline by silence, and comes back",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  world.advance(seconds(15));  // past the time after a start
  agent.connect();
  const auto heartbeat = world.fleet->times().heartbeat;
  world.advance(2 * heartbeat - milliseconds(1000));
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
  world.advance(milliseconds(2000));
  CHECK(world.fleet->find(agent.id())->presence == Presence::Suspect);
  world.advance(2 * heartbeat);
  CHECK(world.fleet->find(agent.id())->presence == Presence::Offline);
  CHECK_FALSE(world.fleet->connected(agent.id()));
  CHECK(world.events_of("node.offline") == 1);
  agent.connect();
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
  CHECK(world.events_of("node.online") == 1);
}

TEST_CASE("a node that joined is waited for, not online before its first session",
          "[integration][fleet]") {
  World world;
  Agent agent(world, "web1");
  world.advance(milliseconds(1500));  // the presence of all is looked at once a second
  CHECK(world.fleet->find(agent.id())->presence == Presence::Suspect);
  agent.connect();
  CHECK(world.fleet->find(agent.id())->presence == Presence::Online);
}

TEST_CASE("a node that joined and never connected is skipped like one that is offline",
          "[integration][jobs]") {
  World world;
  Agent there(world, "web1");
  there.connect();
  const Agent awaited(world, "web2");
  const auto job = world.run("test.change", "all", OfflinePolicy::Skip);
  CHECK(world.state(job, "web1") == TaskState::Delivered);
  CHECK(world.state(job, "web2") == TaskState::Skipped);
}

}  // namespace
}  // namespace muster::controller
