#include "plugins/host/event_table.hpp"

#include "catch.hpp"

using namespace muster;
using namespace muster::plugins;
using namespace std::chrono_literals;

namespace {

/// A plugin's view of the table, with what leaves it and a clock that the test moves.
struct Scene {
  std::vector<Event> sent;
  std::map<std::string, int> counted;
  EventTable::Clock::time_point now{1h};
  EventTable table{{[this](const Event& one) { sent.push_back(one); },
                    [this](const char* what) { ++counted[what]; }, [this] { return now; }}};

  Scene() { table.declare({"p.happened", "p.other"}); }

  muster_event event{sizeof(muster_event), 0, text("p.happened"), {}, {}, {}, 0, {}};

  static muster_str text(std::string_view text) { return {text.data(), text.size()}; }
  muster_status emit() { return table.table()->emit(table.table(), &event); }
  muster_status emit_data(const Bytes& data) {
    event.data = {data.data(), data.size()};
    return emit();
  }
};

/// {"a": {"a": ... {}}} of so many levels.
Bytes nested_maps(std::size_t levels) {
  Bytes bytes;
  for (std::size_t i = 1; i < levels; ++i) bytes.insert(bytes.end(), {0x81, 0xa1, 'a'});
  bytes.push_back(0x80);
  return bytes;
}

/// {"a": "xxx…"} of so many bytes.
Bytes map_of_size(std::size_t size) {
  Bytes bytes{0x81, 0xa1, 'a', 0xc6};
  const auto length = size - 8;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(length >> shift));
  bytes.resize(size, 'x');
  return bytes;
}

}  // namespace

TEST_CASE("an event leaves as it was given", "[unit][plugins]") {
  Scene scene;
  const Bytes data{0x81, 0xa1, 'a', 0x93, 0x01, 0xc0, 0x81, 0xa1, 'b', 0xc3};
  scene.event.subject = Scene::text("web");
  scene.event.id = Scene::text("i1");
  scene.event.source = Scene::text("another");
  scene.event.time_unix_ns = 5'000'999'999;
  CHECK(scene.emit_data(data) == MUSTER_OK);
  REQUIRE(scene.sent.size() == 1);
  CHECK(scene.sent[0].type == "p.happened");
  CHECK(scene.sent[0].subject == "web");
  CHECK(scene.sent[0].id == "i1");
  CHECK(scene.sent[0].time_ms == 5000);
  CHECK(scene.sent[0].data == data);
  CHECK(scene.counted.empty());
}

TEST_CASE("an event without an id gets a random one of 128 bits, and without a time the time",
          "[unit][plugins]") {
  Scene scene;
  CHECK(scene.emit() == MUSTER_OK);
  CHECK(scene.emit() == MUSTER_OK);
  REQUIRE(scene.sent.size() == 2);
  CHECK(scene.sent[0].id.size() == 32);
  CHECK(scene.sent[0].id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(scene.sent[0].id != scene.sent[1].id);
  CHECK(scene.sent[0].time_ms > 0);
}

TEST_CASE("a type that the manifest does not list is refused and counted", "[unit][plugins]") {
  Scene scene;
  const auto* type = GENERATE("", "p", "p.happened.", "p.happened\n", "q.happened");
  CAPTURE(type);
  scene.event.type = Scene::text(type);
  CHECK(scene.emit() == MUSTER_INVALID_ARGUMENT);
  CHECK(scene.sent.empty());
  CHECK(scene.counted["event_refused"] == 1);
}

TEST_CASE("a subject or an id beyond its limit, or that is no UTF-8, is refused",
          "[unit][plugins]") {
  Scene scene;
  const auto member = GENERATE(&muster_event::subject, &muster_event::id);
  const std::string longest(MUSTER_EVENTS_MAX_NAME_BYTES, 'x');
  scene.event.*member = Scene::text(longest);
  CHECK(scene.emit() == MUSTER_OK);
  const auto longer = longest + "x";
  scene.event.*member = Scene::text(longer);
  CHECK(scene.emit() == MUSTER_INVALID_ARGUMENT);
  scene.event.*member = Scene::text("a\xff");
  CHECK(scene.emit() == MUSTER_INVALID_ARGUMENT);
  scene.event.*member = {nullptr, 1};
  CHECK(scene.emit() == MUSTER_INVALID_ARGUMENT);
  CHECK(scene.sent.size() == 1);
}

TEST_CASE("data beyond their limits are refused, at them not", "[unit][plugins]") {
  Scene scene;
  CHECK(scene.emit_data(map_of_size(MUSTER_EVENTS_MAX_DATA_BYTES)) == MUSTER_OK);
  CHECK(scene.emit_data(map_of_size(MUSTER_EVENTS_MAX_DATA_BYTES + 1)) == MUSTER_INVALID_ARGUMENT);
  CHECK(scene.emit_data(nested_maps(MUSTER_EVENTS_MAX_DATA_DEPTH)) == MUSTER_OK);
  CHECK(scene.emit_data(nested_maps(MUSTER_EVENTS_MAX_DATA_DEPTH + 1)) == MUSTER_INVALID_ARGUMENT);
  CHECK(scene.emit_data(Bytes(60'000, 0x91)) == MUSTER_INVALID_ARGUMENT);
  scene.event.data = {nullptr, 1};
  CHECK(scene.emit() == MUSTER_INVALID_ARGUMENT);
}

TEST_CASE("data that are no map with names are refused", "[unit][plugins]") {
  Scene scene;
  const auto data = GENERATE(Bytes{0x01}, Bytes{0xa1, 'a'}, Bytes{0x90}, Bytes{0xc0},  //
                             Bytes{0x81, 0xa1, 'a'}, Bytes{0x80, 0x80}, Bytes{0xc1},   //
                             Bytes{0x81, 0x01, 0x01}, Bytes{0x81, 0x80, 0x01},         //
                             Bytes{0x81, 0x90, 0x01}, Bytes{0x81, 0xc4, 0x00, 0x01},   //
                             Bytes{0x81, 0xa1, 'a', 0x81, 0xc0, 0x01},                 //
                             Bytes{0x81, 0xa1, 'a', 0xd4, 0x01, 0x00},                 //
                             Bytes{0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 'a', 0x01});
  CAPTURE(to_hex(data));
  CHECK(scene.emit_data(data) == MUSTER_INVALID_ARGUMENT);
  CHECK(scene.sent.empty());
}

TEST_CASE("data may hold a timestamp", "[unit][plugins]") {
  Scene scene;
  CHECK(scene.emit_data({0x81, 0xa1, 'a', 0xd6, 0xff, 0, 0, 0, 1}) == MUSTER_OK);
}

TEST_CASE("an event that is none, or of a shorter struct, is refused", "[unit][plugins]") {
  Scene scene;
  CHECK(scene.table.table()->emit(scene.table.table(), nullptr) == MUSTER_INVALID_ARGUMENT);
  scene.event.struct_size = sizeof(muster_event) - 1;
  CHECK(scene.emit() == MUSTER_INVALID_ARGUMENT);
}

TEST_CASE("events that come too fast are dropped and counted, and later ones pass",
          "[unit][plugins]") {
  Scene scene;
  for (unsigned i = 0; i < MUSTER_EVENTS_BURST; ++i) REQUIRE(scene.emit() == MUSTER_OK);
  CHECK(scene.emit() == MUSTER_RESOURCE_EXHAUSTED);
  CHECK(scene.counted["event_dropped"] == 1);
  scene.now += 1s;
  for (unsigned i = 0; i < MUSTER_EVENTS_PER_SECOND; ++i) REQUIRE(scene.emit() == MUSTER_OK);
  CHECK(scene.emit() == MUSTER_RESOURCE_EXHAUSTED);
  CHECK(scene.sent.size() == MUSTER_EVENTS_BURST + MUSTER_EVENTS_PER_SECOND);
}

TEST_CASE("nobody can subscribe", "[unit][plugins]") {
  Scene scene;
  const auto* table = scene.table.table();
  std::uint64_t subscription = 0;
  CHECK(table->subscribe(table, Scene::text("p.*"), &subscription) == MUSTER_UNSUPPORTED);
  CHECK(table->unsubscribe(table, 1) == MUSTER_STALE_HANDLE);
}
