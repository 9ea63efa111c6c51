/// Many nodes, and jobs that go carefully on them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scripted_world.hpp"

namespace muster::controller {

/// A world of connected agents n00, n01, ...
struct Many {
  explicit Many(int count) {
    for (int i = 0; i < count; ++i) {
      agents.push_back(std::make_unique<Agent>(world, (i < 10 ? "n0" : "n") + std::to_string(i)));
      agents.back()->connect();
    }
  }
  JobId run(std::size_t at_once, std::optional<SampleSize> max_failed = {},
            OfflinePolicy offline = OfflinePolicy::Skip) {
    JobRequest request;
    request.operation = "test.change";
    request.selector = "all";
    request.requested_by = "tester";
    request.at_once = SampleSize{at_once, false};
    request.max_failed = max_failed;
    request.offline = offline;
    const auto job = world.create(request);
    REQUIRE(job);
    return *job;
  }
  /// Ends what the agents have now; how many tasks that was.
  int finish(TaskState state) {
    std::vector<std::pair<Agent*, TaskId>> having;
    for (auto& agent : agents) {
      for (const auto& spec : agent->tasks()) having.emplace_back(agent.get(), spec.task);
    }
    for (const auto& [agent, task] : having) end(*agent, task, state);
    return static_cast<int>(having.size());
  }
  static void end(Agent& agent, TaskId task, TaskState state) {
    wire::TaskResult result;
    result.task = task;
    result.attempt = 1;
    result.state = state;
    result.started_ms = result.ended_ms = 1;
    agent.say(result);
  }
  /// The first of them, away for so long that it is offline.
  std::unique_ptr<Agent> lose_first() {
    auto lost = std::move(agents.front());
    agents.erase(agents.begin());
    for (int i = 0; i < 20; ++i) {
      world.advance(std::chrono::seconds(3));
      for (auto& agent : agents) agent->say(wire::Heartbeat{});
    }
    return lost;
  }
  /// A node that was there, and is not now.
  std::unique_ptr<Agent> lost(const std::string& name) {
    auto agent = std::make_unique<Agent>(world, name);
    agent->connect();
    world.fleet->on_gateway_lost(kGateway, "test");
    for (auto& other : agents) other->connect();
    return agent;
  }
  /// Nobody says anything until all that went out has been given up.
  void silence() {
    for (int i = 0; i < 100; ++i) world.advance(std::chrono::seconds(30));
  }
  World world;
  std::vector<std::unique_ptr<Agent>> agents;
};

}  // namespace muster::controller
