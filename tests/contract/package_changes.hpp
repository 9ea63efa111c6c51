/// What the tests of each package manager ask of `system.package.*`. For tests alone.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "catch.hpp"
#include "system_fixture.hpp"

namespace muster::test {

/// One of the result's `changes`; null for a version that there is not.
inline nlohmann::json change(const std::string& name, const char* old_version,
                             const char* new_version) {
  nlohmann::json step{{"name", name}};
  if (old_version != nullptr) step["old"] = old_version;
  if (new_version != nullptr) step["new"] = new_version;
  return step;
}

/// Says beforehand what it changes, changes just that, and has nothing to do the second time.
inline void check_changes_once(System& system, const std::string& manager,
                               const std::string& operation, const nlohmann::json& arguments,
                               const nlohmann::json& expected) {
  const auto dry = system.check(operation, arguments);
  CAPTURE(operation, arguments, dry.error_message);
  CHECK(dry.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(dry.result["changes"] == expected);
  const auto record = system.run(operation, arguments);
  CAPTURE(record.error_message, record.output[MUSTER_STREAM_STDOUT]);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result["changes"] == expected);
  CHECK(record.result["manager"] == manager);
  CHECK_FALSE(record.output[MUSTER_STREAM_STDOUT].empty());
  const auto again = system.run(operation, arguments);
  CAPTURE(again.error_message);
  CHECK(again.outcome == MUSTER_OUTCOME_OK);
  CHECK(again.result["changes"] == nlohmann::json::array());
}

}  // namespace muster::test
