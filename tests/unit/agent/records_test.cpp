#include "executor/records.hpp"

#include "catch.hpp"
#include "executor/replay.hpp"

using namespace muster;
using namespace muster::agent;

namespace {

TaskId task_id(std::uint8_t fill) {
  TaskId id;
  id.bytes.fill(fill);
  return id;
}

wire::TaskSpec spec(std::uint8_t fill, std::uint64_t epoch = 1) {
  wire::TaskSpec spec;
  spec.task = task_id(fill);
  spec.operation = "mock.change";
  spec.epoch = epoch;
  return spec;
}

Bytes promise(std::uint8_t fill, bool started, std::uint64_t epoch = 1) {
  return records::encode(
      records::Promise{1000, wire::encode_spec(spec(fill, epoch)), true, started});
}

}  // namespace

TEST_CASE("the records of the journal have these bytes", "[unit][agent]") {
  CHECK(to_hex(records::encode(records::Start{5, task_id(0xaa), 2})) ==
        "940205c410aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa02");
  CHECK(to_hex(records::encode(records::Known{task_id(0xbb), wire::TaskState::Ok, 77})) ==
        "9404c410bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb0a4d");
  CHECK(to_hex(records::encode(records::Clock{9, 3, "b", 4})) == "95050903a16204");
  CHECK(to_hex(records::encode(records::Promise{1, {0xff}, true, false})) == "950101c401ffc3c2");
  CHECK(to_hex(records::encode(records::Cancel{task_id(0xcc), wire::CancelReason::Deadline})) ==
        "9306c410cccccccccccccccccccccccccccccccc02");
}

TEST_CASE("a record that is none is corrupt", "[unit][agent]") {
  const std::string hex = GENERATE("", "c0", "90", "9163", "9402", "940205c40100", "9101",
                                   "9306c410cccccccccccccccccccccccccccccccc03");
  Bytes bytes;
  REQUIRE(from_hex(hex, bytes));
  CHECK(records::decode(bytes).error().code == ErrorCode::Corrupt);
}

TEST_CASE("replay tells promised, started and ended tasks apart", "[unit][agent]") {
  Replay replay;
  replay.add(promise(1, false));
  replay.add(promise(2, true));
  replay.add(promise(3, false));
  replay.add(records::encode(records::Start{2000, task_id(3), 2}));
  replay.add(promise(4, true));
  wire::TaskResult result;
  result.task = task_id(4);
  result.state = wire::TaskState::Changed;
  result.ended_ms = 3000;
  replay.add(records::encode(records::End{result, {{wire::Stream::Stdout, 0, {1, 2}, 7}}}));
  replay.add(promise(5, true, 9));
  replay.add(records::encode(records::Known{task_id(5), wire::TaskState::Ok, 4000}));
  replay.add(records::encode(records::Clock{2500, 7, "boot", 10}));
  REQUIRE(replay.status());
  REQUIRE(replay.tasks().size() == 4);
  CHECK(replay.tasks().at(task_id(1)).started_ms == 0);
  CHECK(replay.tasks().at(task_id(2)).started_ms == 1000);
  CHECK(replay.tasks().at(task_id(3)).attempt == 2);
  CHECK(replay.tasks().at(task_id(4)).end->streams.at(0).content == Bytes{1, 2});
  CHECK(replay.tasks().at(task_id(4)).end->streams.at(0).given_back == 7);
  CHECK(replay.known().at(task_id(5)).until_ms == 4000);
  CHECK(replay.highest_epoch() == 9);
  CHECK(replay.highest_time_ms() == 3000);
  CHECK(replay.clock().boot_ms == 10);
}

TEST_CASE("replay stops at a record that it cannot read", "[unit][agent]") {
  Replay replay;
  replay.add(Bytes{0x91, 0x63});
  replay.add(promise(1, false));
  CHECK(replay.status().error().code == ErrorCode::Corrupt);
  CHECK(replay.tasks().empty());
}
