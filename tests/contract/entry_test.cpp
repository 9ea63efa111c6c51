#include <cstring>
#include <set>
#include <string>

#include "catch.hpp"
#include "plugin_driver.hpp"

using namespace muster;
using test::PluginDriver;

namespace {

struct Subject {
  const char* file;
  const char* id;
};

Subject any_plugin() {
  return GENERATE(Subject{SYSTEM_PLUGIN, "system"}, Subject{MOCK_PLUGIN, "mock"},
                  Subject{EMPTY_PLUGIN, "empty"});
}

}  // namespace

TEST_CASE("an entry has its magic, its version and the manifest", "[contract][abi]") {
  const auto subject = any_plugin();
  const PluginDriver driver(subject.file, subject.id);
  const auto& entry = driver.entry();
  CHECK(entry.struct_size == sizeof(muster_entry));
  CHECK(entry.magic == MUSTER_ENTRY_MAGIC);
  CHECK(entry.abi_major == MUSTER_ABI_MAJOR);
  CHECK(entry.reserved == 0);
  const auto manifest =
      nlohmann::json::parse(entry.manifest.p, entry.manifest.p + entry.manifest.n);
  CHECK(manifest["id"] == subject.id);
}

TEST_CASE("another id, or this one with more behind it, is not this plugin", "[contract][abi]") {
  const auto subject = any_plugin();
  const auto id = GENERATE_COPY(std::string("other"), subject.id + std::string("x"), std::string());
  PluginDriver driver(subject.file, id);
  CHECK_FALSE(driver.create());
  CHECK(driver.last_code() == MUSTER_NOT_FOUND);
  CHECK_FALSE(driver.last_error().empty());
}

TEST_CASE("an extension that nobody knows is not there", "[contract][abi]") {
  const auto subject = any_plugin();
  PluginDriver driver(subject.file, subject.id);
  driver.bring_up();
  CHECK(driver.plugin()->get_extension(driver.plugin(), "com.example.none/1") == nullptr);
}

TEST_CASE("an instance can be destroyed from every state", "[contract][abi]") {
  const auto subject = any_plugin();
  const int moves = GENERATE(0, 1, 2, 3, 4);
  PluginDriver driver(subject.file, subject.id);
  REQUIRE(driver.create());
  if (moves >= 1) REQUIRE(driver.init() == MUSTER_OK);
  if (moves >= 2) REQUIRE(driver.activate() == MUSTER_OK);
  if (moves >= 3) REQUIRE(driver.quiesce() == MUSTER_OK);
  if (moves >= 4) driver.deactivate();
  driver.destroy();
}

TEST_CASE("an instance can be activated again after it was deactivated", "[contract][abi]") {
  PluginDriver driver(MOCK_PLUGIN, "mock");
  driver.bring_up();
  CHECK(driver.run("mock.run", {{"finish", "ok"}}).outcome == MUSTER_OUTCOME_OK);
  driver.deactivate();
  REQUIRE(driver.activate() == MUSTER_OK);
  CHECK(driver.run("mock.run", {{"finish", "ok"}}).outcome == MUSTER_OUTCOME_OK);
}

TEST_CASE("two instances of one plugin share nothing", "[contract][abi]") {
  PluginDriver first(MOCK_PLUGIN, "mock");
  PluginDriver second(MOCK_PLUGIN, "mock");
  first.bring_up();
  second.bring_up();
  CHECK(first.run("mock.run", nlohmann::json::object()).result["calls"] == 1);
  CHECK(second.run("mock.run", nlohmann::json::object()).result["calls"] == 1);
}

TEST_CASE("the plugin in plain C answers", "[contract][abi]") {
  PluginDriver driver(EMPTY_PLUGIN, "empty");
  driver.bring_up();
  CHECK(driver.run("empty.noop", nlohmann::json::object()).outcome == MUSTER_OUTCOME_OK);
  CHECK(driver.start("empty.other", nlohmann::json::object()) == 0);
  CHECK(driver.last_code() == MUSTER_UNSUPPORTED);
}
