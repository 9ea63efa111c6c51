#include <client/groups.hpp>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>

#include "played_api.hpp"
#include "temp_dir.hpp"

namespace muster::client {
namespace {

using Kind = ApiError::Kind;
using nlohmann::json;

const json kGroup{{"name", "front"},
                  {"selector", "role=web"},
                  {"doc", ""},
                  {"updated", "2026-01-31T12:00:00.000Z"},
                  {"updated_by", "admin"}};

TEST_CASE("a problem that the controller tells comes whole", "[unit][client]") {
  PlayedApi played(Said{400,
                        R"({"status": 400, "code": "invalid_argument", "reason": "selector_syntax",
       "detail": "this ends too early", "field": "/selector", "position": "all and\n       ^", "offset": 7,
       "warnings": ["no node has a label canry", 7]})"});
  auto api = played.client();
  const auto group = put_group(api, "front", {"all and", ""});
  REQUIRE_FALSE(group);
  const auto& error = group.error();
  CHECK(error.kind == Kind::Refused);
  CHECK(error.status == 400);
  CHECK(error.reason == "selector_syntax");
  CHECK(error.message == "this ends too early");
  CHECK(error.field == "/selector");
  CHECK(error.position == "all and\n       ^");
  CHECK(error.offset == 7);
  CHECK(error.warnings == std::vector<std::string>{"no node has a label canry"});
  CHECK_FALSE(error.is_passing());
}

TEST_CASE("a refusal without a problem, or with a wrong one, is told by its status",
          "[unit][client]") {
  const int status = GENERATE(302, 404, 429, 503);
  const std::string body = GENERATE("", "<html>", "[]", R"({"detail": 7})", R"({"detail": ""})");
  PlayedApi played(Said{status, body});
  auto api = played.client();
  const auto groups = list_groups(api);
  REQUIRE_FALSE(groups);
  CHECK(groups.error().kind == Kind::Refused);
  CHECK(groups.error().status == status);
  CHECK(groups.error().message ==
        "the controller answered with status " + std::to_string(status) + " and no reason");
  CHECK(groups.error().is_passing() == (status == 429 || status == 503));
}

TEST_CASE("what is no JSON, or not an object, is not understood", "[unit][client]") {
  const std::string body = GENERATE("<html>", R"({"groups": [)", "", "[]", "7", "null");
  PlayedApi played(Said{200, body});
  auto api = played.client();
  const auto groups = list_groups(api);
  REQUIRE_FALSE(groups);
  CHECK(groups.error().kind == Kind::NotUnderstood);
  CHECK(groups.error().message.starts_with("the controller's answer is no"));
}

TEST_CASE("text that is no UTF-8 is not sent", "[unit][client]") {
  PlayedApi played(Said{200, kGroup.dump()});
  auto api = played.client();
  const auto group = put_group(api, "front", {"x=caf\xE9", ""});
  REQUIRE_FALSE(group);
  CHECK(group.error().kind == Kind::Setup);
  CHECK(api.post_once("/v1/jobs", {{"operation", "caf\xE9"}}).error().kind == Kind::Setup);
  CHECK(played.asked().empty());
}

TEST_CASE("nobody who could be reached, and an answer that never came, are two things",
          "[unit][client]") {
  auto nobody = ApiClient::open({"http://127.0.0.1:1", "", ""}).value();
  CHECK(list_groups(nobody).error().kind == Kind::CannotConnect);
  CHECK(list_groups(nobody).error().is_passing());
  CHECK(ApiClient::open({"https://127.0.0.1:1", "/nowhere/ca.crt", ""}).error().kind ==
        Kind::Setup);
  test::TempDir dir;
  const auto file = (dir / "ca.crt").string();
  REQUIRE(write_file_atomic(file, as_bytes("hello\n"), 0600));
  const auto none = ApiClient::open({"https://127.0.0.1:1", file, ""});
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == Kind::Setup);
  CHECK(none.error().message == "the fleet's CA certificate: there is none in " + file);
}

TEST_CASE("a thing is changed as it is known, with its ETag, or made only when it is new",
          "[unit][client]") {
  PlayedApi played(Said{200, kGroup.dump(), {{"ETag", "\"seven\""}}});
  auto api = played.client();
  const auto group = get_group(api, "front").value();
  CHECK(group.etag == "\"seven\"");
  REQUIRE(put_group(api, "front", {"all", ""}, {.etag = group.etag}));
  REQUIRE(put_group(api, "front", {"all", ""}, {.is_new = true}));
  REQUIRE(put_group(api, "front", {"all", ""}));
  const auto asked = played.asked();
  CHECK(asked.at(1).header("if-match") == "\"seven\"");
  CHECK_FALSE(asked.at(1).header("if-none-match"));
  CHECK(asked.at(2).header("if-none-match") == "*");
  CHECK_FALSE(asked.at(2).header("if-match"));
  CHECK_FALSE(asked.at(3).header("if-none-match"));
  CHECK_FALSE(asked.at(3).header("if-match"));
}

TEST_CASE("what was told keeps the members that this version does not know", "[unit][client]") {
  auto later = kGroup;
  later["of_a_later_version"] = 1;
  const json whole{{"groups", {kGroup, later}}, {"also", true}};
  PlayedApi played(Said{200, whole.dump()});
  auto api = played.client();
  auto groups = list_groups(api).value();
  CHECK(*groups.told == whole);
  const auto told = groups.groups.at(1).told;
  groups = {};  // it lives on its own
  CHECK(*told == later);
}

TEST_CASE("a query encodes its values and leaves empty ones out", "[unit][client]") {
  CHECK(query({{"selector", "role=web and not x"}, {"limit", ""}}) ==
        "?selector=role%3Dweb%20and%20not%20x");
  CHECK(query({{"limit", ""}}).empty());
}

}  // namespace
}  // namespace muster::client
