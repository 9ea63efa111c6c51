// The kit, seen from the host's side of the ABI, through the plugin whose failures are arguments.
#include "catch.hpp"
#include "plugin_driver.hpp"

using namespace muster;
using namespace std::chrono_literals;
using nlohmann::json;
using test::PluginDriver;

namespace {

struct Mock : PluginDriver {
  Mock() : PluginDriver(MOCK_PLUGIN, "mock") { bring_up(); }
};

}  // namespace

TEST_CASE("each outcome arrives as it was given", "[contract][kit]") {
  Mock mock;
  CHECK(mock.run("mock.run", {{"finish", "ok"}}).outcome == MUSTER_OUTCOME_OK);
  CHECK(mock.run("mock.run", {{"finish", "changed"}}).outcome == MUSTER_OUTCOME_CHANGED);
  const auto failed = mock.run("mock.run", {{"finish", "failed"}});
  CHECK(failed.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(failed.error_message == "failed as told");
  CHECK(failed.result["calls"] == 3);
  const auto open = mock.run("mock.run", {{"finish", "indeterminate"}});
  CHECK(open.outcome == MUSTER_OUTCOME_INDETERMINATE);
  CHECK(open.error_message == "indeterminate as told");
}

TEST_CASE("an unknown operation is refused", "[contract][kit]") {
  Mock mock;
  CHECK(mock.start("mock.none", json::object()) == 0);
  CHECK(mock.last_code() == MUSTER_UNSUPPORTED);
  CHECK(mock.last_error() == "this plugin has no operation mock.none");
}

TEST_CASE("an argument of the wrong type is refused with a pointer to it", "[contract][kit]") {
  Mock mock;
  CHECK(mock.start("mock.run", {{"delay_ms", "soon"}}) == 0);
  CHECK(mock.last_code() == MUSTER_INVALID_ARGUMENT);
  CHECK(mock.last_field() == "/delay_ms");
}

TEST_CASE("arguments that are not msgpack are refused", "[contract][kit]") {
  Mock mock;
  const std::uint8_t cut_short[] = {0x81, 0xa5, 'f', 'l'};
  muster_request request{};
  request.struct_size = sizeof request;
  request.operation = {"mock.run", 8};
  request.arguments = {cut_short, sizeof cut_short};
  const muster_error_sink nowhere{sizeof(muster_error_sink), 0, nullptr,
                                  [](const muster_error_sink*, const muster_error*) {}};
  CHECK(mock.plugin()->start_call(mock.plugin(), 77, &request, &nowhere) == MUSTER_CORRUPT);
}

TEST_CASE("a key that the plugin does not know is skipped", "[contract][kit]") {
  Mock mock;
  const auto record = mock.run("mock.run", {{"newer", {{"deep", json::array({1, nullptr, 2.5})}}}});
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("a handler may refuse a call", "[contract][kit]") {
  Mock mock;
  CHECK(mock.start("mock.run", {{"refuse", true}}) == 0);
  CHECK(mock.last_code() == MUSTER_RESOURCE_EXHAUSTED);
}

TEST_CASE("a cancelled call ends", "[contract][kit]") {
  Mock mock;
  const auto call = mock.start("mock.run", {{"finish", "never"}});
  mock.cancel(call);
  CHECK(mock.wait(call).error_code == MUSTER_CANCELLED);
}

TEST_CASE("credit and cancellation of a call that is over are ignored", "[contract][kit]") {
  Mock mock;
  mock.run("mock.run", json::object());
  mock.plugin()->resume_call(mock.plugin(), 1, 1000);
  mock.plugin()->cancel_call(mock.plugin(), 1, MUSTER_CANCEL_REQUESTED);
  mock.plugin()->cancel_call(mock.plugin(), 999, MUSTER_CANCEL_REQUESTED);
  CHECK(mock.stale_handles() == 0);
}

TEST_CASE("deactivate ends what is under way, and every call has its answer", "[contract][kit]") {
  Mock mock;
  const auto call = mock.start("mock.run", {{"finish", "never"}});
  mock.deactivate();
  CHECK(mock.snapshot(call).finished);
  CHECK(mock.stale_handles() == 0);
}

TEST_CASE("a second answer is a stale handle, and only that", "[contract][kit]") {
  Mock mock;
  mock.run("mock.run", {{"reply_twice", true}});
  mock.deactivate();
  CHECK(mock.stale_handles() == 1);
}

TEST_CASE("an answer for a call that never was is a stale handle", "[contract][kit]") {
  Mock mock;
  CHECK(mock.run("mock.run", {{"reply_unknown_call", true}}).finished);
  CHECK(mock.stale_handles() == 1);
}

TEST_CASE("output is sent in pieces no larger than the credit", "[contract][kit]") {
  Mock mock;
  const auto record = mock.run("mock.run", {{"output_bytes", 10'000}}, {.credit_bytes = 1024});
  CHECK(record.output[MUSTER_STREAM_STDOUT] == std::string(10'000, 'x'));
  CHECK(record.largest_chunk == 1024);
}

TEST_CASE("a call that waits for credit ends when it is cancelled", "[contract][kit]") {
  Mock mock;
  const auto call = mock.start("mock.run", {{"output_bytes", 10'000}}, {.credit_bytes = 1024});
  mock.wait_until_blocked(call);
  mock.cancel(call);
  const auto record = mock.wait(call);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.output[MUSTER_STREAM_STDOUT].size() < 10'000);
}

TEST_CASE("a call that waits for credit ends at its deadline", "[contract][kit]") {
  Mock mock;
  const auto call =
      mock.start("mock.run", {{"output_bytes", 10'000}}, {.credit_bytes = 1024, .deadline = 20ms});
  CHECK(mock.wait_without_credit(call).outcome == MUSTER_OUTCOME_FAILED);
}

TEST_CASE("init and activate fail with the plugin's sentence", "[contract][kit]") {
  PluginDriver driver(MOCK_PLUGIN, "mock");
  REQUIRE(driver.create());
  CHECK(driver.init({{"fail_init", "no such socket"}}) == MUSTER_INVALID_ARGUMENT);
  CHECK(driver.last_error() == "no such socket");
  CHECK(driver.last_field() == "/fail_init");
  REQUIRE(driver.init({{"fail_activate", "not yet"}}) == MUSTER_OK);
  CHECK(driver.activate() == MUSTER_UNAVAILABLE);
  CHECK(driver.last_error() == "not yet");
}
