#include "session/event_outbox.hpp"

#include <muster/core/wire/limits.hpp>

#include "executor_harness.hpp"

using namespace muster;
using agent::EventOutbox;

namespace {

/// {"a": h'0000…'} of 6 bytes and so many more.
Bytes map_of(std::size_t bytes) {
  Bytes map{0x81,
            0xa1,
            'a',
            0xc5,
            static_cast<std::uint8_t>(bytes >> 8U),
            static_cast<std::uint8_t>(bytes)};
  map.resize(map.size() + bytes);
  return map;
}

constexpr auto kOneMore = std::chrono::milliseconds(100);  // until a plugin may emit again
static_assert(EventOutbox::kPerSecond * kOneMore == std::chrono::seconds(1));

struct Scene {
  test::FakeClock clock;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  test::FakeUplink uplink;
  metrics::Registry metrics;
  EventOutbox outbox{*loop, uplink, metrics};

  void emit_of(const std::string& source, const std::string& id, const Bytes& data = {}) {
    outbox.emit({"p.happened", "s", 1, data, source, id});
  }
  void emit(const std::string& id, const Bytes& data = {}) { emit_of("p", id, data); }
  /// As fast as is allowed for long.
  void emit_slowly(const std::string& id, const Bytes& data = {}) {
    clock.advance(kOneMore);
    emit(id, data);
  }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    while (loop->run_ready()) continue;
  }
  /// A session begins and lasts until nothing waits.
  void drain() {
    uplink.connected = true;
    outbox.flush();
    for (int i = 0; i < 100 && !shows("muster_events_waiting 0"); ++i) pass(EventOutbox::kWindow);
  }
  [[nodiscard]] std::vector<std::string> said() const {
    std::vector<std::string> ids;
    for (const auto& event : uplink.all<wire::Event>()) ids.push_back(event.id);
    return ids;
  }
  [[nodiscard]] bool shows(const std::string& line) const {
    return ("\n" + metrics.exposition()).find("\n" + line + "\n") != std::string::npos;
  }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an event goes out at once and whole", "[unit][session]") {
  Scene scene;
  scene.outbox.emit({"p.happened", "s", 7, {0x80}, "p@i", "id"});
  REQUIRE(scene.uplink.all<wire::Event>().size() == 1);
  const auto event = scene.uplink.all<wire::Event>()[0];
  CHECK(event.type == "p.happened");
  CHECK(event.subject == "s");
  CHECK(event.time_ms == 7);
  CHECK(event.data == Bytes{0x80});
  CHECK(event.source == "p@i");
  CHECK(event.id == "id");
  CHECK(scene.shows("muster_events_sent_total 1"));
  CHECK(scene.shows("muster_events_waiting 0"));
}

TEST_CASE("without a session events wait, and go out in order when one begins", "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  for (const auto* id : {"1", "2", "3"}) scene.emit(id);
  CHECK(scene.shows("muster_events_waiting 3"));
  scene.uplink.connected = true;
  scene.outbox.flush();
  scene.emit("4");
  CHECK(scene.said() == Ids{"1", "2", "3", "4"});
  CHECK(scene.shows("muster_events_waiting 0"));
  CHECK(scene.shows("muster_events_sent_total 4"));
}

TEST_CASE(
    "while the session is congested nothing is said, and an event that could not be said "
    "keeps its place",
    "[unit][session]") {
  Scene scene;
  scene.uplink.full = true;
  scene.emit("1");
  scene.outbox.flush();
  CHECK(scene.said().empty());
  scene.uplink.full = false;
  scene.emit("2");
  CHECK(scene.said() == Ids{"1", "2"});
}

TEST_CASE("of more events than may wait the oldest are dropped and counted", "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  for (std::size_t i = 0; i < EventOutbox::kMaxWaiting; ++i) scene.emit_slowly(std::to_string(i));
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="full"} 0)"));
  scene.emit_slowly("last");
  scene.emit_slowly("very last");
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="full"} 2)"));
  scene.drain();
  REQUIRE(scene.said().size() == EventOutbox::kMaxWaiting);
  CHECK(scene.said().front() == "2");
  CHECK(scene.said().back() == "very last");
}

TEST_CASE("of more bytes than may wait the oldest are dropped and counted", "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  const auto data = map_of(64'000);
  const auto size = wire::encode(wire::Event{"p.happened", "s", 1, data, "p", "10"}).size();
  const auto fit = EventOutbox::kMaxWaitingBytes / size;
  for (std::size_t i = 0; i < fit; ++i) scene.emit(std::to_string(10 + i), data);
  CHECK(scene.shows("muster_events_waiting " + std::to_string(fit)));
  scene.emit("99", data);
  CHECK(scene.shows("muster_events_waiting " + std::to_string(fit)));
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="full"} 1)"));
  scene.uplink.connected = true;
  scene.outbox.flush();
  CHECK(scene.said().front() == "11");
  CHECK(scene.said().back() == "99");
}

TEST_CASE("an event that would cost the session is dropped and counted", "[unit][session]") {
  Scene scene;
  wire::Event event{"p.happened", "s", 1, {}, "p", "1"};
  const std::string longest(wire::kMaxName, 'x');
  SECTION("too many data") { event.data = Bytes(wire::kMaxEventData + 1, 0x80); }
  SECTION("a long type") { event.type = longest + "x"; }
  SECTION("a long subject") { event.subject = longest + "x"; }
  SECTION("a long source") { event.source = longest + "x"; }
  SECTION("a long id") { event.id = longest + "x"; }
  SECTION("data that are no map") { event.data = {0x90}; }
  SECTION("no text") { event.subject = "\xff"; }
  scene.outbox.emit(event);
  CHECK(scene.said().empty());
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="unfit"} 1)"));
  scene.outbox.emit({longest, longest, 1, map_of(wire::kMaxEventData - 6), longest, longest});
  CHECK(scene.said().size() == 1);
}

TEST_CASE("a plugin that emits faster than it may loses what is too much, and no other does",
          "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  for (int i = 0; i < EventOutbox::kBurst; ++i) scene.emit_of(i % 2 == 0 ? "p" : "p@i", "p");
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="rate"} 0)"));
  scene.emit("too much");
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="rate"} 1)"));
  scene.emit_of("q", "q");
  scene.clock.advance(std::chrono::seconds(1));
  for (int i = 0; i < EventOutbox::kPerSecond; ++i) scene.emit("p");
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="rate"} 1)"));
  scene.emit("too much");
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="rate"} 2)"));
  const auto waiting = EventOutbox::kBurst + 1 + EventOutbox::kPerSecond;
  CHECK(scene.shows("muster_events_waiting " + std::to_string(waiting)));
  scene.drain();
  const auto said = scene.said();
  CHECK(std::count(said.begin(), said.end(), "too much") == 0);
  CHECK(std::count(said.begin(), said.end(), "q") == 1);
}

TEST_CASE("while one plugin floods, the events of another give way neither to number nor to size",
          "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  const bool large = GENERATE(false, true);
  const auto data = large ? map_of(60'000) : Bytes{};
  constexpr int kSmall = 30;  // more than p can have of its large ones, which are far more bytes
  for (int i = 0; i < kSmall; ++i) scene.emit_of("a", "a");
  scene.emit_of("z", "z", map_of(60'000));
  for (std::size_t i = 0; i < EventOutbox::kMaxWaiting + 5; ++i) scene.emit_slowly("p", data);
  scene.drain();
  const auto said = scene.said();
  CHECK(std::count(said.begin(), said.end(), "a") == kSmall);
  CHECK(std::count(said.begin(), said.end(), "z") == 1);
}

TEST_CASE("plugins are sent for in turn, each in its own order", "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  for (const auto* id : {"p1", "p2", "p3"}) scene.emit(id);
  scene.emit_of("q", "q1");
  scene.emit_of("r", "r1");
  scene.emit_of("r", "r2");
  scene.drain();
  CHECK(scene.said() == Ids{"p1", "q1", "r1", "p2", "r2", "p3"});
}

TEST_CASE("no more events leave in a minute than the controller records, the rest waits",
          "[unit][session]") {
  Scene scene;
  scene.emit("first");
  scene.pass(std::chrono::seconds(30));
  for (std::size_t i = 1; i < EventOutbox::kMaxInWindow; ++i) scene.emit("then");
  CHECK(scene.said().size() == EventOutbox::kMaxInWindow);
  scene.emit("a");
  scene.emit("b");
  CHECK(scene.shows("muster_events_waiting 2"));
  scene.outbox.flush();  // another session does not change that
  scene.pass(EventOutbox::kWindow - std::chrono::seconds(30) - std::chrono::milliseconds(1));
  CHECK(scene.said().size() == EventOutbox::kMaxInWindow);
  scene.pass(std::chrono::milliseconds(1));
  REQUIRE(scene.said().size() == EventOutbox::kMaxInWindow + 1);
  CHECK(scene.said().back() == "a");
  scene.pass(std::chrono::seconds(30));
  CHECK(scene.said().back() == "b");
  CHECK(scene.shows("muster_events_dropped_total{reason=\"full\"} 0"));
}

TEST_CASE("events whose time has come while the session is congested wait for room",
          "[unit][session]") {
  Scene scene;
  for (std::size_t i = 0; i <= EventOutbox::kMaxInWindow; ++i) scene.emit("x");
  scene.uplink.full = true;
  scene.pass(EventOutbox::kWindow);
  CHECK(scene.said().size() == EventOutbox::kMaxInWindow);
  scene.uplink.full = false;
  scene.outbox.flush();
  CHECK(scene.said().size() == EventOutbox::kMaxInWindow + 1);
}
