/// One message of each kind, as it stands in tests/data/wire/messages.txt.
#pragma once

#include <fstream>
#include <map>
#include <muster/core/wire/messages.hpp>
#include <string>

namespace muster::test {

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t byte) {
  std::array<std::uint8_t, N> bytes{};
  bytes.fill(byte);
  return bytes;
}

inline const TaskId kTask{filled<16>(0x11)};
inline const TaskId kOtherTask{filled<16>(0x22)};
inline const wire::Digest kDigest = filled<32>(0x44);
inline constexpr std::int64_t kTime = 1'700'000'000'000;

inline wire::PluginInfo sample_plugin() {
  return {"system", "0.1.0", kDigest, "failed", 1, "no disk"};
}
inline Error sample_error() {
  return {ErrorCode::Unavailable, "the disk is full", "/path", true,
          std::chrono::milliseconds(500)};
}
inline wire::Hello sample_hello() {
  return {NodeId{filled<16>(0x33)}, "m1", "b1", "0.1.0", "web9", kDigest, {sample_plugin()}};
}
inline wire::TaskSpec sample_spec() {
  using std::chrono::milliseconds;
  return {kTask,
          JobId{filled<16>(0x22)},
          NodeId{filled<16>(0x33)},
          "system.exec",
          "",
          {0x80},
          1,
          1,
          7,
          kTime,
          kTime + 60'000,
          milliseconds(30'000),
          1'048'576,
          "00-ab-cd-01",
          "ops"};
}

/// Calls `visit(name, message)` for each line of the golden file but the spec.
template <class Visit>
void for_each_sample(Visit visit) {
  using namespace wire;
  using std::chrono::milliseconds;
  visit("Hello", sample_hello());
  visit("Welcome", Welcome{300,
                           milliseconds(5000),
                           milliseconds(2000),
                           1'048'576,
                           64,
                           kTime,
                           7,
                           true,
                           {kDigest},
                           filled<64>(0x66)});
  visit("Refused", Refused{6, "a clone", milliseconds(0)});
  visit("Retry", Retry{1500});
  visit("GoAway", GoAway{"moving", milliseconds(1000)});
  visit("Heartbeat", Heartbeat{2, 70'000});
  visit("HeartbeatAck", HeartbeatAck{kTime});
  visit("Leaving", Leaving{{kTask}});
  visit("Task", Task{{0x80}, filled<64>(0x55)});
  visit("TaskOfRead", Task{{0x80}, std::nullopt});
  visit("Accept", Accept{kTask});
  visit("Refuse", Refuse{kTask, sample_error()});
  visit("Start", Start{kTask, kTime});
  visit("Out", Out{kTask, Stream::Stdout, 5'000'000'000, to_bytes(as_bytes("hi\n"))});
  visit("OutAck", OutAck{kTask, Stream::Stderr, 9, true});
  visit("Progress", Progress{kTask, 2500, "half"});
  visit("Result", TaskResult{kTask,
                             1,
                             TaskState::Ok,
                             {0x80},
                             {},
                             kTime,
                             kTime + 5,
                             {{Stream::Stdout, 10, 8, kDigest}}});
  visit("ResultFailed", TaskResult{kTask, 2, TaskState::Failed, {}, sample_error(), 0, kTime, {}});
  visit("ResultAck", ResultAck{{kTask, kOtherTask}});
  visit("Cancel", Cancel{kTask, CancelReason::Deadline});
  visit("Query", Query{{kTask}});
  visit("Status", StatusReport{{{kTask, TaskState::Unknown}, {kOtherTask, TaskState::Running}}});
  visit("Plugins", Plugins{{sample_plugin()}});
  visit("ManifestGet", ManifestGet{kDigest});
  visit("Manifest", Manifest{kDigest, to_bytes(as_bytes("{}"))});
  visit("Facts", Facts{kDigest, {{"os.name", "debian"}}});
  visit("FactsWithAges",
        Facts{kDigest, {{"os.name", "debian"}}, {{"os.name", milliseconds(90'000)}}});
  visit("Event", Event{"disk.full", "/var", kTime, {0x80}, "disk@var", "e1"});
}

/// The lines "NAME hex" of a golden file.
inline std::map<std::string, std::string> read_golden(const std::string& file) {
  std::map<std::string, std::string> lines;
  std::ifstream in(std::string(MUSTER_TEST_DATA) + "/wire/" + file);
  for (std::string name, hex; in >> name >> hex;) lines[name] = hex;
  return lines;
}

}  // namespace muster::test
