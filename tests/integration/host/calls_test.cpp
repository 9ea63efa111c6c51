#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "host_process.hpp"

using namespace muster;
using namespace muster::plugins;
using nlohmann::json;
using test::HostProcess;

namespace {

/// A host whose mock plugin is active.
struct Mock : HostProcess {
  Mock() : HostProcess(MOCK_PLUGIN) {
    start("mock", test::mock_config({}));
    (void)receive_until<Ready>();
  }
};

}  // namespace

TEST_CASE("a call ends with its outcome and result", "[integration][plugins]") {
  Mock host;
  host.call(1, {{"finish", "changed"}});
  const auto finish = host.receive_until<Finish>();
  CHECK(finish.call == 1);
  CHECK(finish.outcome == Outcome::Changed);
  CHECK(json::from_msgpack(finish.result)["pid"] == host.pid());
  host.call(2, {{"finish", "failed"}});
  const auto failed = host.receive_until<Finish>();
  CHECK(failed.outcome == Outcome::Failed);
  CHECK(failed.error.value().message == "failed as told");
}

TEST_CASE("a call that the plugin does not take is refused and does not end",
          "[integration][plugins]") {
  Mock host;
  host.call(1, {{"refuse", true}});
  CHECK(host.receive_until<Refused>().error.code == ErrorCode::ResourceExhausted);
  Call unknown;
  unknown.call = 2;
  unknown.operation = "mock.none";
  unknown.arguments = {0x80};
  host.send(unknown);
  CHECK(host.receive_until<Refused>().error.code == ErrorCode::Unsupported);
}

TEST_CASE("output comes as far as there is credit, and goes on when more is given",
          "[integration][plugins]") {
  Mock host;
  host.call(1, {{"output_bytes", 100}, {"chunk_bytes", 10}}, 25);
  std::size_t seen = 0;
  const auto count = [&](const test::Received& received) { seen += received.output.size(); };
  while (seen < 25) count(host.receive());
  host.send(Ping{1});
  (void)host.receive_until<Pong>(count);
  CHECK(seen == 25);  // the kit cuts a piece to the credit that is left
  host.send(Credit{1, 75});
  (void)host.receive_until<Finish>(count);
  CHECK(seen == 100);
}

TEST_CASE("a plugin that floods without regard to credit sends no byte beyond it",
          "[integration][plugins]") {
  Mock host;
  constexpr std::uint64_t kCredit = 200'000;
  host.call(1, {{"flood", true}}, kCredit);
  std::size_t seen = 0;
  const auto count = [&](const test::Received& received) { seen += received.output.size(); };
  constexpr auto kWhole = kCredit - kCredit % kMaxChunk;
  // As many answers as it takes until the flood has begun, and some more for what it goes on with.
  for (int after = 0; after < 50; after += seen >= kWhole ? 1 : 0) {
    host.send(Ping{1});
    (void)host.receive_until<Pong>(count);
  }
  host.send(Cancel{1, 1});
  (void)host.receive_until<Finish>(count);
  CHECK(seen == kWhole);
}

TEST_CASE("an answer to a call that is over, or never was, is counted and sent nowhere",
          "[integration][plugins]") {
  Mock host;
  host.call(1, {{"reply_twice", true}, {"reply_unknown_call", true}});
  (void)host.receive_until<Finish>();
  host.call(2, {{"finish", "ok"}});
  CHECK(host.receive_until<Finish>().call == 2);  // and not 1 again
  CHECK(host.ping().counters.at("stale_handle") == 2);
}

TEST_CASE("a call whose result is larger than the limit fails with a sentence that names it",
          "[integration][plugins]") {
  Mock host;
  host.call(1, {{"result_bytes", kMaxResult - 1000}});
  CHECK(host.receive_until<Finish>().outcome == Outcome::Changed);
  host.call(2, {{"result_bytes", kMaxResult}});
  const auto finish = host.receive_until<Finish>();
  CHECK(finish.outcome == Outcome::Failed);
  CHECK_THAT(finish.error.value().message, Catch::Contains("larger than the limit of 786432"));
  CHECK(finish.result.empty());
  CHECK(host.ping().counters.at("bad_finish") == 1);
}

TEST_CASE("a cancelled call ends", "[integration][plugins]") {
  Mock host;
  host.call(1, {{"finish", "never"}});
  host.send(Cancel{1, 1});
  const auto finish = host.receive_until<Finish>();
  CHECK(finish.outcome == Outcome::Failed);
  CHECK(finish.error.value().code == ErrorCode::Cancelled);
}

TEST_CASE("a host answers while its plugin hangs, and says for how long it has",
          "[integration][plugins]") {
  Mock host;
  host.call(1, {{"hang_on_strand", true}});
  auto pong = host.ping();
  while (pong.strand_busy < std::chrono::milliseconds(50)) pong = host.ping();
  SUCCEED();
}

TEST_CASE("no call is taken after QUIESCE", "[integration][plugins]") {
  Mock host;
  host.send(Quiesce{std::chrono::milliseconds(1000)});
  CHECK_FALSE(host.receive_until<Quiesced>().error);
  host.call(1, {});
  CHECK(host.receive_until<Refused>().error.code == ErrorCode::Unavailable);
}
