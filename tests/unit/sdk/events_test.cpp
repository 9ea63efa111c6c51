#include <muster/sdk/events.hpp>
#include <muster/sdk/host.hpp>
#include <muster/sdk/msgpack.hpp>

#include "catch.hpp"

using namespace muster::sdk;
using namespace std::chrono_literals;

namespace {

/// A host that keeps the last event, or refuses with a status.
struct FakeEvents {
  muster_status answer = MUSTER_OK;
  std::string type, subject, id, data;
  std::int64_t time = -1;
  std::uint32_t size = 0;
  muster_events_v1 table{sizeof(muster_events_v1), 0, this, emit, nullptr, nullptr};

  static std::string text(muster_str text) { return text.n == 0 ? "" : std::string(view(text)); }
  static muster_status emit(const muster_events_v1* events, const muster_event* event) {
    auto& self = *static_cast<FakeEvents*>(events->ctx);
    self.type = text(event->type);
    self.subject = text(event->subject);
    self.id = text(event->id);
    self.data = event->data.n == 0 ? "" : std::string(view(event->data));
    self.time = event->time_unix_ns;
    self.size = event->struct_size;
    return self.answer;
  }
};

}  // namespace

TEST_CASE("the kit emits an event with texts as its data", "[unit][kit]") {
  FakeEvents fake;
  const Events events(&fake.table);
  REQUIRE(events);
  REQUIRE(events.emit("p.happened", "web", {{"a", "b"}}));
  CHECK(fake.size == sizeof(muster_event));
  CHECK(fake.type == "p.happened");
  CHECK(fake.subject == "web");
  CHECK(fake.id.empty());
  CHECK(fake.time == 0);
  CHECK(fake.data ==
        "\x81\xa1"
        "a\xa1"
        "b");
}

TEST_CASE("the kit emits an event with an id, a time and any map", "[unit][kit]") {
  FakeEvents fake;
  Writer data;
  data.map(0);
  const std::chrono::system_clock::time_point time(1500ms);
  REQUIRE(Events(&fake.table).emit({"p.happened", "web", data.bytes(), "i1", time}));
  CHECK(fake.id == "i1");
  CHECK(fake.time == 1'500'000'000);
  CHECK(fake.data == "\x80");
}

TEST_CASE("an event that the host refuses is an error that names its type and says why",
          "[unit][kit]") {
  FakeEvents fake;
  fake.answer = MUSTER_RESOURCE_EXHAUSTED;
  const auto refused = Events(&fake.table).emit("p.happened", "");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::ResourceExhausted);
  CHECK(refused.error().message == "event \"p.happened\": events come too fast");
  fake.answer = MUSTER_INVALID_ARGUMENT;
  CHECK(Events(&fake.table).emit("p.happened", "").error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("without the service an event is Unsupported", "[unit][kit]") {
  const Events events(nullptr);
  CHECK_FALSE(events);
  CHECK(events.emit("p.happened", "").error().code == ErrorCode::Unsupported);
}
