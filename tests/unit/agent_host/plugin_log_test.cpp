#include "host/plugin_log.hpp"

#include <muster/core/log/capture.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"

using namespace muster;
using agent::PluginLog;

namespace {

struct Scene {
  test::FakeClock clock;
  log::Capture capture;
  PluginLog log{
      log::Logger("test", log::Level::Info, capture.sink(), clock).with({{"plugin", "p"}})};
  void say(Bytes fields) { log.take(plugins::Log{2, 0, "a message", std::move(fields)}); }
  log::Entry last() { return capture.entries().back(); }
};

}  // namespace

TEST_CASE("a plugin's line keeps its fields, and none can pass for ours", "[unit][agent]") {
  Scene scene;
  // {"a": 1, "x y": "z", "plugin": true}
  scene.say({0x83, 0xa1, 'a', 0x01, 0xa3, 'x', ' ', 'y', 0xa1, 'z', 0xa6, 'p', 'l', 'u', 'g', 'i',
             'n', 0xc3});
  CHECK(scene.last().sentence == "a message");
  CHECK(scene.last().field("plugin") == "p");
  CHECK(scene.last().field("a") == "1");
  CHECK(scene.last().field("x_y") == "z");
  CHECK(scene.last().field("plugin_") == "true");
  CHECK(scene.log.take_last_lines() == "a message a=1 x_y=z plugin_=true");
  CHECK(scene.log.take_last_lines().empty());
}

TEST_CASE("fields that are none are said to be so, and the message is kept", "[unit][agent]") {
  const auto fields = GENERATE(Bytes{0x81, 0xa1}, Bytes{0x81, 0x01, 0x01},
                               Bytes{0x81, 0xa1, 'a', 0x91, 0x91, 0x91, 0x91, 0x91, 0x01});
  Scene scene;
  scene.say(fields);
  CHECK(scene.last().sentence == "a message");
  CHECK(scene.last().field("fields") == "(not readable)");
  scene.say({0x01});
  CHECK(scene.last().field("fields") == "(not a map)");
}

TEST_CASE("fields, values, lines and their number are cut", "[unit][agent]") {
  Scene scene;
  Bytes many{0xde, 0x00, 17};
  for (std::uint8_t i = 0; i < 17; ++i) {
    many.insert(many.end(), {0xa1, static_cast<std::uint8_t>('a' + i), 0xda, 0x01, 0x2c});
    many.insert(many.end(), 300, 'v');
  }
  for (int i = 0; i < 51; ++i) scene.say(many);
  CHECK(scene.last().fields.size() == 17);  // with ours
  CHECK(scene.last().field("a").size() == 256);
  CHECK(scene.log.take_last_lines().size() == 50 * 512 + 49);
}
