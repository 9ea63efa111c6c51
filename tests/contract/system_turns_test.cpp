#include <sys/stat.h>

#include "call_state.hpp"
#include "catch.hpp"
#include "played_tools.hpp"
#include "turns.hpp"

using namespace muster;
using namespace std::chrono_literals;
using nlohmann::json;
using plugin::system::Turns;
using sdk::ErrorCode;
using test::PlayedNode;
using test::read;
using test::System;

namespace {

/// A node whose timers take as long as the test wants: the check of their times waits.
struct Node : PlayedNode {
  Node() {
    play_systemctl();
    REQUIRE(::mkfifo((state() / "asked").c_str(), 0600) == 0);
    REQUIRE(::mkfifo((state() / "go").c_str(), 0600) == 0);
    play("systemd-analyze", "echo asked > \"$S/asked\"\nread answer < \"$S/go\"\n");
  }

  /// A call that has the turn until release().
  [[nodiscard]] muster_call hold(System& system) const {
    const auto call =
        system.start("system.timer.present",
                     {{"name", "slow"}, {"argv", {"/bin/true"}}, {"on_calendar", {"daily"}}}, {});
    REQUIRE(read(state() / "asked") == "asked\n");
    return call;
  }
  void release() const { test::write(state() / "go", "on\n"); }

  [[nodiscard]] std::filesystem::path file() const { return root() / "file"; }
  [[nodiscard]] json put() const { return {{"path", file().string()}, {"content", "x"}}; }
};

}  // namespace

TEST_CASE("a change that waits for another ends at its own deadline", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto holder = node.hold(system);
  const auto late = system.run("system.file.put", node.put(), {.deadline = 10ms});
  CHECK(late.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(late.error_code == MUSTER_TIMEOUT);
  CHECK(late.error_message ==
        "nothing was changed: another call was still changing this node when this one's time was "
        "up; try again, or give it more time");
  CHECK_FALSE(std::filesystem::exists(node.file()));
  node.release();
  CHECK(system.wait(holder).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("a change that waits for another ends when it is cancelled", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto holder = node.hold(system);
  const auto call = system.start("system.file.put", node.put(), {});
  system.cancel(call);
  const auto record = system.wait(call);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_code == MUSTER_CANCELLED);
  CHECK_FALSE(std::filesystem::exists(node.file()));
  node.release();
  CHECK(system.wait(holder).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("a change that waits for another is made when that one has ended", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto holder = node.hold(system);
  const auto call = system.start("system.file.put", node.put(), {});
  node.release();
  CHECK(system.wait(holder).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(system.wait(call).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(read(node.file()) == "x");
}

TEST_CASE("a change that may wait no longer says why", "[contract][system]") {
  const auto [reason, code] = GENERATE(table<std::int32_t, ErrorCode>({
      {MUSTER_CANCEL_REQUESTED, ErrorCode::Cancelled},
      {MUSTER_CANCEL_DEADLINE, ErrorCode::Timeout},
      {MUSTER_CANCEL_SHUTDOWN, ErrorCode::Unavailable},
  }));
  const auto state = std::make_shared<sdk::detail::CallState>(nullptr, 1, muster_request{});
  state->forget();  // there is no host to hear of its end
  state->cancel(reason);
  Turns turns;
  {
    const auto held = turns.take(sdk::Call(state));
    REQUIRE(held);
    const auto late = turns.take(sdk::Call(state));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == code);
    CHECK(late.error().message.find("nothing was changed: ") == 0);
  }
  CHECK(turns.take(sdk::Call(state)));
}
