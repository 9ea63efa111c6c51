#include "session/event_outbox.hpp"

#include <muster/core/wire/limits.hpp>

#include "executor_harness.hpp"

using namespace muster;
using agent::EventOutbox;

namespace {

struct Scene {
  test::FakeUplink uplink;
  metrics::Registry metrics;
  EventOutbox outbox{uplink, metrics};

  void emit(const std::string& id, std::size_t data = 0) {
    outbox.emit({"p.happened", "s", 1, Bytes(data), "p", id});
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
  for (std::size_t i = 0; i < EventOutbox::kMaxWaiting; ++i) scene.emit(std::to_string(i));
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="full"} 0)"));
  scene.emit("last");
  scene.emit("very last");
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="full"} 2)"));
  scene.uplink.connected = true;
  scene.outbox.flush();
  REQUIRE(scene.said().size() == EventOutbox::kMaxWaiting);
  CHECK(scene.said().front() == "2");
  CHECK(scene.said().back() == "very last");
}

TEST_CASE("of more bytes than may wait the oldest are dropped and counted", "[unit][session]") {
  Scene scene;
  scene.uplink.connected = false;
  constexpr std::size_t kData = 64'000;
  const auto size = wire::encode(wire::Event{"p.happened", "s", 1, Bytes(kData), "p", "10"}).size();
  const auto fit = EventOutbox::kMaxWaitingBytes / size;
  for (std::size_t i = 0; i < fit; ++i) scene.emit(std::to_string(10 + i), kData);
  CHECK(scene.shows("muster_events_waiting " + std::to_string(fit)));
  scene.emit("99", kData);
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
  SECTION("too many data") { event.data = Bytes(wire::kMaxEventData + 1); }
  SECTION("a long type") { event.type = longest + "x"; }
  SECTION("a long subject") { event.subject = longest + "x"; }
  SECTION("a long source") { event.source = longest + "x"; }
  SECTION("a long id") { event.id = longest + "x"; }
  SECTION("no text") { event.subject = "\xff"; }
  scene.outbox.emit(event);
  CHECK(scene.said().empty());
  CHECK(scene.shows(R"(muster_events_dropped_total{reason="unfit"} 1)"));
  scene.outbox.emit({longest, longest, 1, Bytes(wire::kMaxEventData), longest, longest});
  CHECK(scene.said().size() == 1);
}
