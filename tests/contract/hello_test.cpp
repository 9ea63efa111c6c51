// Run by out_of_tree.py, with the plugin that it built.
#include <cstdlib>

#include "catch.hpp"
#include "plugin_driver.hpp"

using namespace muster;

TEST_CASE("a plugin built out of the tree greets", "[.out_of_tree]") {
  const char* file = std::getenv("HELLO_PLUGIN");
  REQUIRE(file != nullptr);
  test::PluginDriver driver(file, "hello");
  driver.bring_up();
  const auto record = driver.run("hello.greet", {{"name", "Ada"}});
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  CHECK(record.result == nlohmann::json{{"text", "Hello, Ada!"}});
  CHECK(record.output[MUSTER_STREAM_STDOUT] == "greeting Ada\n");
  CHECK(driver.run("hello.greet", {{"name", ""}}).error_field == "/name");
}
