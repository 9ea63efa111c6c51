#include <algorithm>
#include <muster/core/wire/messages.hpp>
#include <random>

#include "catch.hpp"
#include "samples.hpp"

using namespace muster;
using namespace muster::wire;

namespace {

template <class Message>
Result<Message> round_trip(const Message& message) {
  return decode<Message>(encode(message));
}

/// Bytes of one message after a few random changes, as a broken or hostile peer would send.
Bytes damage(Bytes bytes, std::mt19937& random) {
  for (auto changes = random() % 4 + 1; changes > 0 && !bytes.empty(); --changes) {
    const auto at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     static_cast<std::uint8_t>(random()));
        break;
      default:
        bytes[at] = static_cast<std::uint8_t>(random());
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("every message has the bytes that the document's golden file says, both ways",
          "[unit][wire]") {
  const auto golden = test::read_golden("messages.txt");
  std::size_t seen = 1;  // the spec
  test::for_each_sample([&](const std::string& name, const auto& message) {
    using Message = std::remove_cvref_t<decltype(message)>;
    INFO(name);
    ++seen;
    REQUIRE(golden.contains(name));
    CHECK(to_hex(encode(message)) == golden.at(name));
    Bytes bytes;
    REQUIRE(from_hex(golden.at(name), bytes));
    const auto decoded = decode<Message>(bytes);
    REQUIRE(decoded);
    CHECK(to_hex(encode(*decoded)) == golden.at(name));
  });
  CHECK(seen == golden.size());
}

TEST_CASE("a task's spec has its golden bytes and comes back whole", "[unit][wire]") {
  const auto spec = test::sample_spec();
  CHECK(to_hex(encode_spec(spec)) == test::read_golden("messages.txt").at("Spec"));
  CHECK(decode_spec(encode_spec(spec)).value() == spec);
  CHECK(as_text(signed_part(as_bytes("x"))) == "muster task 1x");
}

TEST_CASE("a message cut short anywhere is refused", "[unit][wire]") {
  test::for_each_sample([&](const std::string& name, const auto& message) {
    using Message = std::remove_cvref_t<decltype(message)>;
    const Bytes bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      INFO(name << " of " << size << " bytes");
      CHECK_FALSE(decode<Message>(BytesView(bytes).first(size)));
    }
  });
}

TEST_CASE("bytes after a message are refused", "[unit][wire]") {
  Bytes bytes = encode(Accept{test::kTask});
  bytes.push_back(0xc0);
  CHECK(decode<Accept>(bytes).error().code == ErrorCode::Corrupt);
}

TEST_CASE("fields that a later version appended are skipped, and a missing one is refused",
          "[unit][wire]") {
  Bytes bytes = encode(Heartbeat{2, 3});
  bytes[0] = 0x93;
  bytes.push_back(0xc0);
  const auto decoded = decode<Heartbeat>(bytes);
  REQUIRE(decoded);
  CHECK(decoded->queued == 3);
  CHECK(decode<Heartbeat>(Bytes{0x91, 0x02}).error().code == ErrorCode::Corrupt);
}

TEST_CASE("ages of facts are a field that older agents leave out and older controllers skip",
          "[unit][wire]") {
  Facts facts{test::kDigest, {{"os.name", "debian"}}};
  const auto without = encode(facts);
  CHECK(without[0] == 0x92);  // as it always was
  CHECK(decode<Facts>(without).value().ages.empty());
  facts.ages = {{"os.name", std::chrono::milliseconds(90'000)}};
  const auto with = encode(facts);
  CHECK(with[0] == 0x93);
  CHECK(std::equal(without.begin() + 1, without.end(), with.begin() + 1));
  CHECK(decode<Facts>(with).value().ages == facts.ages);
  CHECK(decode<ManifestGet>(with).value().digest == test::kDigest);  // who knows a part of it alone
}

TEST_CASE("ages of facts are a map of names to numbers from 0 on", "[unit][wire]") {
  const auto told = [](Bytes ages) {
    auto bytes = encode(Facts{test::kDigest, {{"f", "v"}}});
    bytes[0] = 0x93;
    append(bytes, ages);
    return decode<Facts>(bytes);
  };
  CHECK(told({0x80}).value().ages.empty());
  CHECK(told({0x81, 0xa1, 'f', 0x00}).value().ages.at("f").count() == 0);
  CHECK_FALSE(told({0x81, 0xa1, 'f', 0xff}));                             // -1
  CHECK_FALSE(told({0x81, 0xa1, 'f', 0xa1, '1'}));                        // a text
  CHECK_FALSE(told({0x81, 0xa1, 'f', 0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0}));  // beyond any time
  CHECK_FALSE(told({0xc0}));
  CHECK_FALSE(told({0x90}));
}

TEST_CASE("damaged messages of every kind are refused or decoded, and nothing worse",
          "[unit][wire]") {
  std::mt19937 random(20261125);
  test::for_each_sample([&](const std::string&, const auto& message) {
    using Message = std::remove_cvref_t<decltype(message)>;
    const Bytes bytes = encode(message);
    for (int i = 0; i < 400; ++i) {
      const auto decoded = decode<Message>(damage(bytes, random));
      if (decoded) static_cast<void>(encode(*decoded));
    }
  });
}

TEST_CASE("deep nesting is refused before it costs anything", "[unit][wire]") {
  Bytes bytes{0x92};
  bytes.insert(bytes.end(), 100'000, 0x91);
  bytes.push_back(0xc0);
  CHECK_FALSE(decode<Heartbeat>(bytes));
}

TEST_CASE("a list that claims more than it has is refused before it costs anything",
          "[unit][wire]") {
  Bytes bytes{0x91};
  for (int i = 0; i < 6; ++i) bytes.insert(bytes.end(), {0xdd, 0x7f, 0xff, 0xff, 0xff});
  CHECK_FALSE(decode<Query>(bytes));
}

TEST_CASE("each limit of the document holds at its value and fails one beyond", "[unit][wire]") {
  const auto check = [](const auto& at_limit, const auto& beyond) {
    CHECK(round_trip(at_limit));
    const auto refused = round_trip(beyond);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::ResourceExhausted);
    CHECK(encode_checked(at_limit) == encode(at_limit));
    CHECK_FALSE(encode_checked(beyond));
  };
  auto hello = test::sample_hello();
  auto larger = hello;
  hello.name = std::string(256, 'n');
  larger.name = std::string(257, 'n');
  check(hello, larger);
  check(Plugins{std::vector(256, test::sample_plugin())},
        Plugins{std::vector(257, test::sample_plugin())});
  check(Query{std::vector(1000, test::kTask)}, Query{std::vector(1001, test::kTask)});
  check(Leaving{std::vector(1000, test::kTask)}, Leaving{std::vector(1001, test::kTask)});
  check(ResultAck{std::vector(1000, test::kTask)}, ResultAck{std::vector(1001, test::kTask)});
  check(StatusReport{std::vector(1000, TaskStatus{test::kTask, TaskState::Ok})},
        StatusReport{std::vector(1001, TaskStatus{test::kTask, TaskState::Ok})});
  check(Out{test::kTask, Stream::Stdout, 0, Bytes(65'536)},
        Out{test::kTask, Stream::Stdout, 0, Bytes(65'537)});
  check(Task{Bytes(768U << 10U), {}}, Task{Bytes((768U << 10U) + 1), {}});
  check(Manifest{{}, Bytes(256U << 10U)}, Manifest{{}, Bytes((256U << 10U) + 1)});
  Bytes most_data{0x81, 0xa1, 'a', 0xc5, 0xff, 0xfa};  // {"a": 65,530 bytes}
  most_data.resize(65'536);
  Bytes more_data{0x81, 0xa1, 'a', 0xc5, 0xff, 0xfb};
  more_data.resize(65'537);
  check(Event{"t", "s", 0, most_data, "p", "i"}, Event{"t", "s", 0, more_data, "p", "i"});
  const std::string name(256, 'n');
  check(Event{name, name, 0, {}, name, name}, Event{name, name, 0, {}, name, name + 'n'});
  check(Event{name, name, 0, {}, name, name}, Event{name, name, 0, {}, name + 'n', name});
  const TaskResult result{test::kTask, 1, TaskState::Ok,       Bytes(768U << 10U), {},
                          0,           0, {3, OutputSummary{}}};
  auto larger_result = result;
  larger_result.result.push_back(0);
  check(result, larger_result);
  auto more_streams = result;
  more_streams.outputs.emplace_back();
  check(result, more_streams);
  Facts facts;
  for (int i = 0; i < 512; ++i) facts.facts["f" + std::to_string(i)] = "v";
  auto more_facts = facts;
  more_facts.facts["one.more"] = "v";
  check(facts, more_facts);
  for (const auto& [fact, value] : facts.facts) facts.ages[fact] = std::chrono::milliseconds(1);
  auto more_ages = facts;
  more_ages.ages["one.more"] = std::chrono::milliseconds(1);
  check(facts, more_ages);
}

TEST_CASE("a sentence is cut to its limit at the end of a character", "[unit][wire]") {
  std::string sentence(4095, 'x');
  sentence += "\xc3\xa4";  // one character of two bytes across the limit
  const auto refused = round_trip(Refused{1, sentence, std::chrono::milliseconds(0)});
  REQUIRE(refused);
  CHECK(refused->sentence == std::string(4095, 'x'));
}

TEST_CASE("the field of an error is cut as its sentence is", "[unit][wire]") {
  const Error error{ErrorCode::InvalidArgument, std::string(5000, 's'), std::string(5000, 'f'),
                    false, std::chrono::milliseconds(0)};
  const auto refused = decode<Refuse>(encode_checked(Refuse{test::kTask, error}).value());
  REQUIRE(refused);
  CHECK(refused->error.message == std::string(4096, 's'));
  CHECK(refused->error.field == std::string(4096, 'f'));
}

TEST_CASE("a sentence that is not UTF-8 is told without what is wrong in it", "[unit][wire]") {
  const auto refused = decode<Refused>(
      encode_checked(Refused{1, "no \xff\xfe", std::chrono::milliseconds(0)}).value());
  REQUIRE(refused);
  CHECK(refused->sentence == "no ??");
}

TEST_CASE("a message of every kind is fit to be sent as long as it keeps its limits",
          "[unit][wire]") {
  test::for_each_sample([&](const std::string& name, const auto& message) {
    INFO(name);
    CHECK(encode_checked(message) == encode(message));
  });
}

TEST_CASE("what the other side would refuse is not fit to be sent", "[unit][wire]") {
  auto hello = test::sample_hello();
  hello.name = "web\xff";
  CHECK_FALSE(encode_checked(hello));
  auto plugin = test::sample_plugin();
  plugin.version = std::string(257, '1');  // inside a list
  CHECK_FALSE(encode_checked(Plugins{{plugin}}));
  CHECK_FALSE(encode_checked(Facts{{}, {{std::string(257, 'f'), "v"}}}));
  CHECK_FALSE(encode_checked(Facts{{}, {{"f", std::string(4097, 'v')}}}));
  CHECK_FALSE(encode_checked(Facts{{}, {{"f", "\xff"}}}));
  CHECK_FALSE(encode_checked(Facts{{}, {}, {{std::string(257, 'f'), {}}}}));
  CHECK_FALSE(encode_checked(Progress{test::kTask, 10'001, ""}));
  CHECK_FALSE(encode_checked(Out{test::kTask, static_cast<Stream>(3), 0, {}}));
}

TEST_CASE("an event's data are a map with names, as deep as the contract says, or nothing",
          "[unit][wire]") {
  const auto refused = GENERATE(Bytes{0x01}, Bytes{0xa1, 'a'}, Bytes{0x90}, Bytes{0xc0},  //
                                Bytes{0x81, 0xa1, 'a'}, Bytes{0x80, 0x80}, Bytes{0xc1},   //
                                Bytes{0x81, 0x01, 0x01}, Bytes{0x81, 0xc4, 0x00, 0x01},   //
                                Bytes{0x81, 0xa1, 'a', 0x81, 0xc0, 0x01},                 //
                                Bytes{0x81, 0xa1, 'a', 0xd4, 0x01, 0x00});
  CAPTURE(to_hex(refused));
  const auto with = [](Bytes data) { return Event{"t", "s", 0, std::move(data), "p", "i"}; };
  CHECK_FALSE(round_trip(with(refused)));
  CHECK_FALSE(encode_checked(with(refused)));
  CHECK(round_trip(with({})));
  CHECK(round_trip(with({0x81, 0xa1, 'a', 0xd6, 0xff, 0, 0, 0, 1})));  // a timestamp
  Bytes nested{0x80};
  for (int level = 1; level < 32; ++level) nested.insert(nested.begin(), {0x81, 0xa1, 'a'});
  CHECK(round_trip(with(nested)));
  nested.insert(nested.begin(), {0x81, 0xa1, 'a'});
  CHECK_FALSE(round_trip(with(nested)));
}

TEST_CASE("text that is not UTF-8 is refused", "[unit][wire]") {
  const auto* text =
      GENERATE("\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80");
  CHECK_FALSE(round_trip(Event{text, "", 0, {}, "", ""}));
}

TEST_CASE("numbers without a meaning are refused", "[unit][wire]") {
  CHECK_FALSE(round_trip(Out{test::kTask, static_cast<Stream>(3), 0, {}}));
  CHECK_FALSE(round_trip(Cancel{test::kTask, static_cast<CancelReason>(0)}));
  CHECK_FALSE(round_trip(StatusReport{{{test::kTask, static_cast<TaskState>(9)}}}));
  CHECK_FALSE(round_trip(Progress{test::kTask, 10'001, ""}));
  TaskResult result{test::kTask, 1, TaskState::Running, {}, {}, 0, 0, {}};
  CHECK_FALSE(round_trip(result));  // not final
  result.state = TaskState::Ok;
  result.outputs = {{Stream::Stdout, 1, 2, {}}};
  CHECK_FALSE(round_trip(result));  // kept more than there was
}

TEST_CASE("task states have the names and numbers of the document", "[unit][wire]") {
  CHECK(to_string(TaskState::AwaitingMandate) == "awaiting_mandate");
  CHECK(task_state_from(std::string_view("timed_out")) == TaskState::TimedOut);
  CHECK_FALSE(task_state_from(std::string_view("unknown")));
  CHECK_FALSE(task_state_from(std::uint64_t{6}));
  CHECK_FALSE(is_final(TaskState::Running));
  CHECK(is_final(TaskState::Ok));
  for (std::uint64_t number = 0; number < 256; ++number) {
    const auto state = task_state_from(number);
    if (state && *state != TaskState::Unknown) CHECK(task_state_from(to_string(*state)) == state);
  }
}
