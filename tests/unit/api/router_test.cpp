#include "api/router.hpp"

#include <fstream>
#include <map>
#include <regex>

#include "api/routes.hpp"
#include "catch.hpp"

using namespace muster::controller;
using api::Route;
using api::Router;

namespace {

/// What stands in the first column of the table in controller/api.md: the route without the names
/// of its parameters, and the query parameters that it tells of.
struct Written {
  bool is_public = false;
  std::set<std::string> query;
};

std::string without_names(const std::string& pattern) {
  return std::regex_replace(pattern, std::regex(R"(\{[^}]*\})"), "{}");
}

std::map<std::string, Written> written_routes() {
  std::ifstream file(MUSTER_API_DOC);
  REQUIRE(file);
  std::map<std::string, Written> routes;
  const std::regex row(R"(^\| (GET|POST|DELETE|PUT|PATCH) (/[^|]*?)( \*public\*)? \|.*)");
  for (std::string line; std::getline(file, line);) {
    // Inside the table a bar that is no column's end is written \|.
    line = std::regex_replace(line, std::regex(R"(\\\|)"), "/");
    std::smatch parts;
    if (!std::regex_match(line, parts, row)) continue;
    const auto target = parts[2].str();
    Written written;
    written.is_public = parts[3].matched;
    const auto mark = target.find('?');
    const std::regex parameter(R"(([a-z_]+)=)");
    for (auto at = std::sregex_iterator(target.begin(), target.end(), parameter);
         at != std::sregex_iterator(); ++at) {
      written.query.insert((*at)[1]);
    }
    routes[parts[1].str() + " " + without_names(target.substr(0, mark))] = written;
  }
  return routes;
}

}  // namespace

TEST_CASE("the API has the routes that its description tells of, and no others", "[unit][api]") {
  const auto written = written_routes();
  REQUIRE(written.size() > 10);
  std::set<std::string> served;
  for (const auto& route : api::all_routes()) {
    const auto name = route.method + " " + without_names(route.pattern);
    INFO(name);
    CHECK(served.insert(name).second);
    REQUIRE(written.contains(name));
    CHECK(route.query == written.at(name).query);
    CHECK(!route.needs.action == written.at(name).is_public);
  }
  CHECK(served.size() == written.size());
}

TEST_CASE("only the CA and enrolment are served without a token", "[unit][api]") {
  std::set<std::string> open;
  for (const auto& route : api::all_routes()) {
    if (!route.needs.action) open.insert(route.method + " " + route.pattern);
  }
  CHECK(open == std::set<std::string>{"GET /v1/ca", "POST /v1/enroll"});
}

TEST_CASE("a route that changes something never asks for a right to read", "[unit][api]") {
  const std::set<Action> reading{Action::ReadStatus, Action::ReadNodes, Action::ReadPlugins,
                                 Action::ReadJobs, Action::ReadEnrollmentTokens};
  for (const auto& route : api::all_routes()) {
    if (!route.needs.action) continue;
    INFO(route.method << " " << route.pattern);
    CHECK(reading.contains(*route.needs.action) == (route.method == "GET"));
  }
}

TEST_CASE("a path parameter is one whole segment that is not empty", "[unit][api]") {
  const Router router(api::all_routes());
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
  const Router router(api::all_routes());
  const auto jobs = router.find("DELETE", "/v1/jobs");
  CHECK(jobs.route == nullptr);
  CHECK(jobs.allowed == "POST, GET, HEAD");
  CHECK(router.find("GET", "/v1/enroll").allowed == "POST");
  CHECK(router.find("get", "/v1/status").allowed == "GET, HEAD");
}

TEST_CASE("HEAD finds what GET finds", "[unit][api]") {
  const Router router(api::all_routes());
  CHECK(router.find("HEAD", "/v1/status").route == router.find("GET", "/v1/status").route);
  CHECK(router.find("HEAD", "/v1/enroll").route == nullptr);
}
