#include "api/router.hpp"

#include <set>

#include "api/routes.hpp"
#include "catch.hpp"

using namespace muster::controller;
using api::Router;

namespace {

std::vector<api::Route> all_routes() {
  static const auto document = api::Document::built_in().value();
  return api::routes_of(*document, api::all_served()).value();
}

}  // namespace

TEST_CASE("only the document, the CA and enrolment are served without a token", "[unit][api]") {
  std::set<std::string> open;
  for (const auto& route : all_routes()) {
    if (!route.needs.action) open.insert(route.method + " " + route.pattern);
  }
  CHECK(open == std::set<std::string>{"GET /v1/ca", "GET /v1/openapi.json", "POST /v1/enroll"});
}

TEST_CASE("a route that changes something never asks for a right to read", "[unit][api]") {
  const std::set<Action> reading{
      Action::ReadStatus, Action::ReadNodes,    Action::ReadPlugins,         Action::ReadJobs,
      Action::ReadEvents, Action::ReadWebhooks, Action::ReadEnrollmentTokens};
  for (const auto& route : all_routes()) {
    if (!route.needs.action) continue;
    INFO(route.method << " " << route.pattern);
    CHECK(reading.contains(*route.needs.action) == (route.method == "GET"));
  }
}

TEST_CASE("a path parameter is one whole segment that is not empty", "[unit][api]") {
  const Router router(all_routes());
  const auto found = router.find("GET", "/v1/jobs/7c1e/output");
  REQUIRE(found.route != nullptr);
  CHECK(found.route->pattern == "/v1/jobs/{id}/output");
  CHECK(found.parameters.at("id") == "7c1e");

  CHECK(router.find("GET", "/v1/nodes/web 1").parameters.at("node") == "web 1");
  for (const auto* path :
       {"/v1/jobs/", "/v1/jobs//output", "/v1/jobs/a/b/output", "/v1", "/", "", "/v1/status/",
        "//v1/status", "/V1/status", "/v1/jobs/{id}/nothing", "v1/status"}) {
    INFO(path);
    const auto missed = router.find("GET", path);
    CHECK(missed.route == nullptr);
    CHECK(missed.allowed.empty());
  }
}

TEST_CASE("a known path with another method tells which methods it takes", "[unit][api]") {
  const Router router(all_routes());
  const auto jobs = router.find("DELETE", "/v1/jobs");
  CHECK(jobs.route == nullptr);
  CHECK(jobs.allowed == "POST, GET, HEAD");
  CHECK(router.find("GET", "/v1/enroll").allowed == "POST");
  CHECK(router.find("get", "/v1/status").allowed == "GET, HEAD");
}

TEST_CASE("HEAD finds what GET finds", "[unit][api]") {
  const Router router(all_routes());
  CHECK(router.find("HEAD", "/v1/status").route == router.find("GET", "/v1/status").route);
  CHECK(router.find("HEAD", "/v1/enroll").route == nullptr);
}
