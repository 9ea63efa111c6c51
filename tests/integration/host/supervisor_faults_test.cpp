#include <algorithm>
#include <csignal>
#include <filesystem>

#include "catch.hpp"
#include "supervised_node.hpp"

using namespace muster;
using namespace muster::agent;
using namespace std::chrono_literals;
using nlohmann::json;
using test::SeenCall;
using test::SupervisedNode;

namespace {

/// Threads of a process; one that has returned counts no more, joined or not.
std::ptrdiff_t threads_of(pid_t pid) {
  const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task");
  return std::distance(begin(tasks), end(tasks));
}

/// Waits without letting the agent's loop run.
template <class Done>
void wait_for(const Done& done) {
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (!done()) {
    if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("it never came");
    std::this_thread::yield();
  }
}

const json kForEver = {{"finish", "never"}};
const json kDeaf = {{"finish", "never"}, {"ignore_cancel", true}};

/// Starts the call, lets it hang past its deadline, and waits for the next host.
void hang(SupervisedNode& node, const json& orders) {
  SeenCall seen;
  const auto call = node.start(orders, seen);
  REQUIRE(call);
  node.supervisor->cancel(*call, wire::CancelReason::Deadline);
  node.clock.advance(PluginSupervisor::kAfterDeadline);
  node.run_until([&] { return seen.ends > 0; });
  node.clock.advance(60s);
  node.until(PluginState::Ready);
}

/// Kills the host from outside and waits for the next.
void kill_host(SupervisedNode& node, pid_t pid, const SeenCall& seen) {
  ::kill(pid, SIGKILL);
  node.run_until([&] { return seen.ends > 0; });
  node.clock.advance(60s);
  node.until(PluginState::Ready);
}

/// A PING is sent, and its answer is read before the call's end.
void ask(SupervisedNode& node) {
  node.clock.advance(PluginHost::kPingPeriod);
  (void)node.host_pid();
}

}  // namespace

TEST_CASE("an agent that was held up itself does not take its hosts for dead",
          "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  const auto pid = node.host_pid();
  for (int i = 0; i < 3; ++i) {
    node.clock.advance(60s);
    node.loop->run_ready();
    CHECK(node.host_pid() == pid);
  }
}

TEST_CASE("a call that was not alone when its plugin crashed is not blamed",
          "[integration][agent]") {
  SupervisedNode node;
  for (int i = 0; i < 2; ++i) {
    node.until(PluginState::Ready);
    SeenCall innocent;
    REQUIRE(node.start(kForEver, innocent));
    CHECK(node.run({{"crash", "abort"}}).end == CallEnd::Lost);
    node.run_until([&] { return innocent.ends > 0; });
    node.clock.advance(60s);
  }
  node.until(PluginState::Ready);
  SeenCall again;
  CHECK(node.start(kForEver, again));
}

TEST_CASE("of several calls the one that hung past its deadline is blamed",
          "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  SeenCall innocent;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(node.start(kForEver, innocent));
    hang(node, kDeaf);
  }
  SeenCall again;
  CHECK(node.start(kForEver, again));
  const auto refused = node.start(kDeaf, again);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::FailedPrecondition);
  CHECK_THAT(refused.error().message, Catch::Contains("this very request"));
}

TEST_CASE("a request that ended well since its plugin crashed begins anew",
          "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  for (int i = 0; i < 2; ++i) {
    const auto pid = node.host_pid();
    SeenCall lost;
    REQUIRE(node.start(kForEver, lost));
    kill_host(node, pid, lost);
    SeenCall well;
    const auto call = node.start(kForEver, well);
    REQUIRE(call);
    node.supervisor->cancel(*call, wire::CancelReason::Requested);
    node.run_until([&] { return well.ends > 0; });
    CHECK(well.result->end == CallEnd::Failed);
  }
}

TEST_CASE("a call that had ended before its host was killed has ended", "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  const auto pid = node.host_pid();
  const auto hanging = node.dir / "hanging";
  const auto begun = node.dir / "begun";
  SeenCall deaf;
  SeenCall done;
  // In the very turn in which the host is killed, another call ends that nobody has heard of yet.
  const auto last_moment = node.loop->after(PluginSupervisor::kAfterDeadline, [&] {
    const auto before = threads_of(pid);
    REQUIRE(node.start({{"append_to", begun.string()}}, done));
    wait_for([&] { return std::filesystem::exists(begun) && threads_of(pid) <= before; });
  });
  const auto call = node.start(
      {{"finish", "never"}, {"ignore_cancel", true}, {"append_to", hanging.string()}}, deaf);
  REQUIRE(call);
  wait_for([&] { return std::filesystem::exists(hanging); });
  node.supervisor->cancel(*call, wire::CancelReason::Deadline);
  node.clock.advance(PluginSupervisor::kAfterDeadline);
  node.run_until([&] { return deaf.ends > 0 && done.ends > 0; });
  CHECK(deaf.result->end == CallEnd::Lost);
  CHECK(done.result->end == CallEnd::Changed);
}

TEST_CASE("a cancel and credit reach a host that takes no more calls", "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  const auto pid = node.host_pid();
  SeenCall running;
  SeenCall printing;
  const auto call = node.start(kForEver, running);
  const auto waiting = node.start({{"output_bytes", 10}}, printing);
  REQUIRE(call);
  REQUIRE(waiting);
  ::kill(pid, SIGSTOP);
  SeenCall others;
  int sent = 0;
  for (const std::size_t size : {900'000, 100'000, 10'000, 1'000, 100, 10, 1}) {
    Result<CallHandle> refused = 0;
    while ((refused = node.start({{"append_to", std::string(size, '/')}}, others))) ++sent;
    CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  }
  for (int i = 0; i < 200; ++i) node.supervisor->add_credit(*waiting, 1);
  node.supervisor->cancel(*call, wire::CancelReason::Requested);
  ::kill(pid, SIGCONT);
  node.run_until([&] { return running.ends + printing.ends == 2 && others.ends == sent; });
  CHECK(running.result->end == CallEnd::Failed);
  CHECK(printing.output == 10);
}

TEST_CASE("arguments that the host would not take are refused, and the host lives on",
          "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  const auto pid = node.host_pid();
  SeenCall seen;
  const auto refused = node.start({{"append_to", std::string(plugins::kMaxArguments, 'x')}}, seen);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::InvalidArgument);
  CHECK_THAT(refused.error().message, Catch::Contains("1048576 bytes"));
  CHECK(node.host_pid() == pid);
}

TEST_CASE("the slips of a plugin that its host counts are said, once each",
          "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  (void)node.run({{"reply_twice", true}});
  const auto slips = [&] {
    const auto entries = node.log.entries();
    return std::count_if(entries.begin(), entries.end(), [](const auto& entry) {
      return entry.sentence == "plugin misuses its host" &&
             entry.field("slips") == "stale_handle=1";
    });
  };
  for (int i = 0; i < 100 && slips() == 0; ++i) ask(node);
  for (int i = 0; i < 3; ++i) ask(node);
  CHECK(slips() == 1);
  CHECK(node.mock().slips.at("stale_handle") == 1);
}

TEST_CASE("slips are added up over the hosts of a plugin", "[integration][agent]") {
  SupervisedNode node;
  for (std::uint64_t hosts = 1; hosts <= 2; ++hosts) {
    node.until(PluginState::Ready);
    (void)node.run({{"reply_twice", true}});
    const auto told = [&] {
      const auto slips = node.mock().slips;
      return slips.contains("stale_handle") && slips.at("stale_handle") >= hosts;
    };
    for (int i = 0; i < 100 && !told(); ++i) ask(node);
    CHECK(node.mock().slips.at("stale_handle") == hosts);
    if (hosts == 1) {
      (void)node.run({{"crash", "abort"}});
      node.run_until([&] { return node.mock().state != PluginState::Ready; });
      node.clock.advance(std::chrono::minutes(1));
    }
  }
}

TEST_CASE("how many lines of a plugin's log were dropped is said", "[integration][agent]") {
  SupervisedNode node;
  node.until(PluginState::Ready);
  (void)node.run({{"log_lines", 20'000}});
  const auto dropped = [&] {
    std::uint64_t sum = 0;
    for (const auto& entry : node.log.entries()) {
      if (entry.sentence != "plugin logs more than it may; lines were dropped") continue;
      sum += std::stoull(std::string(entry.field("lines_dropped")));
    }
    return sum;
  };
  for (int i = 0; i < 100 && dropped() == 0; ++i) ask(node);
  CHECK(dropped() > 0);
  CHECK(dropped() == node.mock().slips.at("log_dropped"));
}
