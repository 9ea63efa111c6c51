#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "plugin_driver.hpp"

using namespace muster;
using nlohmann::json;
using test::PluginDriver;

TEST_CASE("facts of a case's tree are those that the case expects", "[contract][system]") {
  int cases = 0;
  for (const auto& folder : std::filesystem::directory_iterator(SYSTEM_CASES)) {
    CAPTURE(folder.path());
    PluginDriver driver(SYSTEM_PLUGIN, "system");
    driver.bring_up({{"root", (folder.path() / "root").string()}});
    auto record = driver.run("system.facts", json::object());
    std::ifstream expected(folder.path() / "expected.json");
    CHECK(record.outcome == MUSTER_OUTCOME_OK);
    CHECK(record.result["read"].size() == 11);  // differs each time
    record.result.erase("read");
    CHECK(record.result == json::parse(expected));
    ++cases;
  }
  CHECK(cases == 3);
}

TEST_CASE("facts of the node itself are there", "[contract][system]") {
  PluginDriver driver(SYSTEM_PLUGIN, "system");
  driver.bring_up();
  const auto facts = driver.run("system.facts", json::object()).result;
  CHECK_FALSE(facts["hostname"].get<std::string>().empty());
  CHECK_FALSE(facts["kernel"]["machine"].get<std::string>().empty());
  CHECK(facts["cpu"]["count"] >= 1);
  CHECK(facts["memory"]["total_bytes"] > facts["memory"]["available_bytes"]);
  CHECK(facts["landlock"]["abi"] >= 0);
  CHECK_FALSE(facts["boot_id"].get<std::string>().empty());
  CHECK_FALSE(facts["mounts"].empty());
  CHECK_FALSE(facts["network"]["interfaces"].empty());
  CHECK(facts["read"]["cpu"]["age_seconds"] == 0);
  CHECK(facts["read"]["cpu"]["cost_us"] < 10'000'000);
  CHECK_FALSE(facts.contains("updates"));
}
