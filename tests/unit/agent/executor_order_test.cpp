#include "executor_harness.hpp"

using namespace muster;
using agent::Outcome;
using test::ExecutorHarness;

namespace {

/// One task at a time, so that the order of the calls is that of the queue.
struct OneByOne : ExecutorHarness {
  OneByOne() {
    limits.running_per_plugin = 1;
    restart();
    session();
  }

  /// Promised changes, in the order in which they were accepted; none of them starts.
  std::vector<TaskId> send_waiting() {
    runner.ready(false);
    uplink.said.clear();
    std::vector<TaskId> sent;
    for (int i = 0; i < 20; ++i) sent.push_back(send("mock.change"));
    until([&] { return uplink.all<wire::Accept>().size() == sent.size(); });
    return sent;
  }

  /// Lets so many tasks run one after the other, and says in which order they did.
  std::vector<TaskId> run(std::size_t count, const Bytes& result = {0x80}) {
    std::vector<TaskId> order;
    const auto before = runner.calls.size();
    while (order.size() < count) {
      until_called(before + order.size() + 1);
      order.push_back(runner.calls.back().task);
      runner.end(order.back(), Outcome::Kind::Changed, {}, result);
    }
    return order;
  }
};

}  // namespace

TEST_CASE("promised tasks run after a crash in the order in which they were accepted",
          "[unit][executor]") {
  OneByOne agent;
  const auto waiting = agent.send_waiting();
  agent.restart();
  CHECK(agent.run(waiting.size()) == waiting);
}

TEST_CASE("a smaller journal keeps the order in which tasks were accepted", "[unit][executor]") {
  OneByOne agent;
  std::vector<TaskId> done;
  for (int i = 0; i < 8; ++i) {
    done.push_back(agent.send("mock.change"));
    agent.run(1, Bytes(600'000, 1));
    (void)agent.result_of(done.back());
  }
  const auto waiting = agent.send_waiting();
  agent.executor->on_result_ack({done});
  agent.until([&] { return agent.journal->size_bytes() < std::uint64_t{1} << 20U; });
  agent.restart();
  CHECK(agent.run(waiting.size()) == waiting);
}
