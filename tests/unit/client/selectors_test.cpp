#include <client/selectors.hpp>

#include "played_api.hpp"

namespace muster::client {
namespace {

const std::string kSelection =
    R"({"selector": "all", "total": 9, "matched": {"count": 7, "nodes": ["a"]},
        "unknown": {"count": 1, "reasons": [{"why": "no fact", "count": 1, "nodes": ["b"]}]})";

TEST_CASE("what would become of a job is told where an operation is asked about",
          "[unit][client]") {
  PlayedApi played(Said{200, kSelection + R"(, "job": {"operation": "system.exec",
      "refusals": [{"reason": "denied", "detail": "not you"}],
      "runs": {"count": 4, "nodes": ["c"]},
      "left_out": {"count": 3, "reasons": [
        {"state": "skipped", "why": "drained", "count": 2, "nodes": ["d", "e"]}]}}})"});
  auto client = played.client();
  const auto selection = explain_selector(client, {"all", "system.exec"});
  REQUIRE(selection);
  CHECK(line_of(played.asked().at(0)) == "GET /v1/selector?selector=all&operation=system.exec");
  CHECK(selection->matched.count == 7);
  CHECK(selection->unknown == 1);
  CHECK(selection->reasons.at(0).why == "no fact");
  REQUIRE(selection->job);
  const auto& job = *selection->job;
  CHECK(job.refusals.at(0).detail == "not you");
  CHECK(job.runs.count == 4);
  CHECK(job.left_out == 3);
  CHECK(job.reasons.at(0).state == "skipped");
  CHECK(job.reasons.at(0).nodes.nodes == std::vector<std::string>{"d", "e"});
}

TEST_CASE("without an operation nothing is told of a job", "[unit][client]") {
  PlayedApi played(Said{200, kSelection + "}"});
  auto client = played.client();
  const auto selection = explain_selector(client, {"all"});
  REQUIRE(selection);
  CHECK(line_of(played.asked().at(0)) == "GET /v1/selector?selector=all");
  CHECK_FALSE(selection->job);
}

}  // namespace
}  // namespace muster::client
