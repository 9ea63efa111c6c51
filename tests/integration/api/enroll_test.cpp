#include <muster/core/crypto/base64url.hpp>
#include <muster/core/net/join_token.hpp>

#include "api_world.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

json request_with(const std::string& token_line, const std::string& name) {
  const auto token = net::decode_token(token_line).value();
  const auto key = [] {
    return crypto::to_base64url(crypto::SessionKeyPair::generate().public_key);
  };
  return {{"secret", crypto::to_base64url(token.secret)},
          {"name", name},
          {"machine_id", "machine of " + name},
          {"transport_key", key()},
          {"session_key", key()}};
}

Answer enroll(ApiWorld& world, const json& request) {
  return world.ask_as("", "POST", "/v1/enroll", request.dump());
}

TEST_CASE("a good token lets in as many nodes as it says, with its labels", "[integration][api]") {
  ApiWorld world;
  const auto token =
      world.post("/v1/enrollment-tokens", {{"uses", 1}, {"labels", {{"role", "web"}}}});
  REQUIRE(token.status == 201);
  const auto line = token.body.at("token").get<std::string>();
  CHECK(net::decode_token(line).value().address == world.base_url().substr(8));

  const auto let_in = enroll(world, request_with(line, "web1"));
  CHECK(let_in.status == 201);
  CHECK(let_in.body.at("gateway").contains("key"));
  CHECK(let_in.body.at("controller").contains("signing_key"));
  const auto node = world.get("/v1/nodes/web1");
  CHECK(node.body.at("id") == let_in.body.at("node"));
  CHECK(node.body.at("labels") == json{{"role", "web"}});

  const auto used = enroll(world, request_with(line, "web2"));
  CHECK(used.status == 403);
  CHECK(used.reason() == "bad_secret");
  CHECK(world.get("/v1/nodes/web2").status == 404);
}

TEST_CASE("a node whose answer was lost asks again and is the same node", "[integration][api]") {
  ApiWorld world;
  const auto line =
      world.post("/v1/enrollment-tokens", json::object()).body.at("token").get<std::string>();
  const auto request = request_with(line, "web1");
  const auto first = enroll(world, request);
  REQUIRE(first.status == 201);
  const auto again = enroll(world, request);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(world.get("/v1/nodes").body.at("nodes").size() == 1);
}

TEST_CASE("an address that tries wrong secrets has to wait, with a good one too",
          "[integration][api]") {
  ApiWorld world;
  const auto line =
      world.post("/v1/enrollment-tokens", {{"uses", 5}}).body.at("token").get<std::string>();
  auto wrong = request_with(line, "web1");
  wrong["secret"] = crypto::to_base64url(Bytes(32, 1));
  for (int i = 0; i < kMaxWrongSecrets; ++i) CHECK(enroll(world, wrong).status == 403);
  const auto limited = enroll(world, request_with(line, "web1"));
  CHECK(limited.status == 429);
  CHECK(limited.reason() == "limit");
  CHECK(limited.header("retry-after") == "60");
  world.advance(kWrongSecretWindow);
  CHECK(enroll(world, request_with(line, "web1")).status == 201);
}

TEST_CASE("a name that another machine has is a conflict", "[integration][api]") {
  ApiWorld world;
  const auto line =
      world.post("/v1/enrollment-tokens", {{"uses", 5}}).body.at("token").get<std::string>();
  REQUIRE(enroll(world, request_with(line, "web1")).status == 201);
  auto other = request_with(line, "web1");
  other["machine_id"] = "another machine";
  const auto taken = enroll(world, other);
  CHECK(taken.status == 409);
  CHECK(taken.reason() == "name_taken");
}

TEST_CASE("a token that expired, was revoked or never was lets nobody in", "[integration][api]") {
  ApiWorld world;
  const auto token = world.post("/v1/enrollment-tokens", {{"expires", "1m"}});
  auto request = request_with(token.body.at("token"), "web1");
  SECTION("expired") { world.advance(std::chrono::seconds(61)); }
  SECTION("revoked") {
    const auto path = "/v1/enrollment-tokens/" + token.body.at("id").get<std::string>();
    CHECK(world.ask("DELETE", path).status == 204);
    CHECK(world.get("/v1/enrollment-tokens").body.at("tokens").size() == 1);
  }
  SECTION("unknown") { request["secret"] = crypto::to_base64url(Bytes(32, 7)); }
  const auto refused = enroll(world, request);
  CHECK(refused.status == 403);
  CHECK(refused.reason() == "bad_secret");
}

TEST_CASE("a bad request to join names the member at fault", "[integration][api]") {
  ApiWorld world;
  const auto line =
      world.post("/v1/enrollment-tokens", json::object()).body.at("token").get<std::string>();
  const auto member =
      GENERATE(as<std::string>(), "secret", "name", "machine_id", "transport_key", "session_key");
  auto request = request_with(line, "web1");
  SECTION("missing") { request.erase(member); }
  SECTION("of another type") { request[member] = 1; }
  SECTION("empty") { request[member] = ""; }
  const auto refused = enroll(world, request);
  CHECK(refused.status == 400);
  CHECK(refused.body.at("field") == "/" + member);
  CHECK(enroll(world, request_with(line, "web1")).status == 201);
}

TEST_CASE("tokens are listed without their secret", "[integration][api]") {
  ApiWorld world;
  const auto made = world.post("/v1/enrollment-tokens", {{"uses", 3}});
  const auto list = world.get("/v1/enrollment-tokens");
  CHECK(list.text.find(made.body.at("token").get<std::string>()) == std::string::npos);
  bool found = false;
  for (const auto& token : list.body.at("tokens")) {
    CHECK_FALSE(token.contains("token"));
    found = found || token.at("id") == made.body.at("id");
  }
  CHECK(found);
}

TEST_CASE("a token that cannot be is refused, and revoking nothing is not found",
          "[integration][api]") {
  ApiWorld world;
  for (const auto& [body, field] :
       std::vector<std::pair<json, std::string>>{{{{"uses", 0}}, "/uses"},
                                                 {{{"uses", 100'001}}, "/uses"},
                                                 {{{"expires", "never"}}, "/expires"},
                                                 {{{"expires", "9000h"}}, "/expires"},
                                                 {{{"labels", {{"a", 1}}}}, "/labels/a"},
                                                 {{{"labels", {{"a.b", "x"}}}}, "/labels/a.b"},
                                                 {{{"use", 1}}, "/use"}}) {
    INFO(body);
    const auto refused = world.post("/v1/enrollment-tokens", body);
    CHECK(refused.status == 400);
    CHECK(refused.body.value("field", "") == field);
  }
  CHECK(world.ask("DELETE", "/v1/enrollment-tokens/nonsense").status == 404);
  CHECK(world.ask("DELETE", "/v1/enrollment-tokens/7c1e2a58-0000-4000-8000-000000000000").status ==
        404);
}

}  // namespace
}  // namespace muster::controller
