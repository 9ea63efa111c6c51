#include <muster/core/doctor/check_json.hpp>
#include <nlohmann/json.hpp>

#include "catch.hpp"

namespace muster::doctor {
namespace {

const Check kGood = ok("disk", "there is room");
const Check kFair = warning("clock", "it is slow", "set it");
const Check kBad = failed("gateway", "it is gone", "start it");
const Check kBlank = unknown("name", "nobody could be asked");

TEST_CASE("What failed outweighs what could not be looked at, and a warning is no failure") {
  CHECK(exit_status(Checks{kGood, kFair}) == 0);
  CHECK(exit_status(Checks{kGood, kBlank, kFair}) == 4);
  CHECK(exit_status(Checks{kBlank, kBad, kGood}) == 1);
}

TEST_CASE("Having looked at nothing is no pass") {
  CHECK(exit_status(Checks{}) == 4);
  CHECK(summary(Checks{}) == "nothing was looked at");
}

TEST_CASE("The summary counts each verdict that was given") {
  CHECK(summary(Checks{kGood, kBad, kGood, kBlank}) == "2 ok, 1 failed, 1 unknown");
}

TEST_CASE("A verdict is read back from its word, and another word is no verdict") {
  for (const auto verdict : {Verdict::Ok, Verdict::Warning, Verdict::Failed, Verdict::Unknown}) {
    CHECK(verdict_from(to_string(verdict)) == verdict);
  }
  CHECK(verdict_from("fine") == Verdict::Unknown);
}

TEST_CASE("In JSON advice stands only where there is some") {
  const auto json = to_json(Checks{kGood, kBad});
  CHECK(json == nlohmann::json::parse(R"([
    {"name": "disk", "verdict": "ok", "says": "there is room"},
    {"name": "gateway", "verdict": "failed", "says": "it is gone", "advice": "start it"}])"));
}

}  // namespace
}  // namespace muster::doctor
