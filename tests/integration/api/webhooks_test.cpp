// Webhooks through the API and the program; what they do is in ../controller/webhooks_test.cpp.
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

/// Nobody listens there.
json some(const std::string& filter = "type=none") {
  return {{"url", "http://127.0.0.1:1/secret-path"}, {"filter", filter}, {"allow_private", true}};
}

Answer put(ApiWorld& world, const json& body, const sdk::HttpHeaders& headers = {}) {
  return world.ask("PUT", "/v1/webhooks/ops", body.dump(), headers);
}

TEST_CASE("the secret of a webhook is told when it is made, and never again",
          "[integration][api]") {
  ApiWorld world;
  const auto made = put(world, some());
  CHECK(made.status == 201);
  const auto secret = made.body.at("secret").get<std::string>();
  CHECK(secret.size() == 6 + 44);
  CHECK(put(world, some()).status == 200);
  for (const auto* path : {"/v1/webhooks", "/v1/webhooks/ops", "/v1/webhooks/ops/deliveries",
                           "/v1/events", "/metrics"}) {
    CHECK(world.get(path).text.find(secret.substr(6)) == std::string::npos);
  }
  CHECK(put(world, some()).text.find("secret\"") == std::string::npos);
}

TEST_CASE("a webhook is neither made twice nor changed behind somebody's back",
          "[integration][api]") {
  ApiWorld world;
  const sdk::HttpHeaders only_new{{"If-None-Match", "*"}};
  CHECK(put(world, some(), only_new).status == 201);
  const auto refused = put(world, some(), only_new);
  CHECK(refused.status == 412);
  CHECK(refused.reason() == "changed");
  const auto old = world.get("/v1/webhooks/ops").header("etag");
  world.advance(std::chrono::seconds(1));
  CHECK(put(world, some("all"), {{"If-Match", old}}).status == 200);
  CHECK(put(world, some(), {{"If-Match", old}}).status == 412);
  CHECK(world.ask("DELETE", "/v1/webhooks/ops", "", {{"If-Match", old}}).status == 412);
  CHECK(world.ask("DELETE", "/v1/webhooks/ops", "", {{"If-Match", "*"}}).status == 204);
  CHECK(put(world, some(), {{"If-Match", "*"}}).status == 412);
}

TEST_CASE("a webhook that makes no sense is refused at the place of the slip",
          "[integration][api]") {
  ApiWorld world;
  const auto slip = put(world, some("type=job.* and ("));
  CHECK(slip.reason() == "selector_syntax");
  CHECK(slip.body.at("position").get<std::string>().find('^') != std::string::npos);
  CHECK(put(world, some("color=red")).reason() == "selector_syntax");
  auto body = some();
  body["allow_private"] = false;
  CHECK(put(world, body).body.at("field") == "/url");
  body["url"] = "https://10.1.2.3/";
  CHECK(put(world, body).body.at("field") == "/url");
  body = some();
  body["secret"] = "whsec_c2hvcnQ=";
  CHECK(put(world, body).body.at("field") == "/secret");
  CHECK(world.ask("PUT", "/v1/webhooks/in", some().dump()).body.at("field") == "/name");
  CHECK(world.get("/v1/webhooks").body.at("webhooks").empty());
}

TEST_CASE("operators see webhooks, and admins make them", "[integration][api]") {
  ApiWorld world;
  put(world, some());
  const auto token = world.token_of(Role::Operator);
  CHECK(world.ask_as(token, "GET", "/v1/webhooks").status == 200);
  CHECK(world.ask_as(token, "PUT", "/v1/webhooks/x", some().dump()).status == 403);
  CHECK(world.ask_as(token, "DELETE", "/v1/webhooks/ops").status == 403);
  CHECK(world.ask_as(token, "POST", "/v1/webhooks/ops/test").status == 403);
  CHECK(world.ask_as(world.token_of(Role::Viewer), "GET", "/v1/webhooks").status == 403);
}

TEST_CASE("how a webhook gets on is told and measured", "[integration][api]") {
  ApiWorld world;
  put(world, some("type=test.it"));
  world.on_loop([&] { world.world().events->record("test.it", "x", json::object()); });
  const auto progress = [&] {
    return world.get("/v1/webhooks/ops/deliveries").body.at("progress");
  };
  while (progress().at("failures") == 0) {
  }
  CHECK(progress().at("state") == "failing");
  CHECK(progress().at("last_error") == "nobody takes connections there");
  CHECK(progress().at("pending") == 1);
  CHECK(progress().at("next_attempt").is_string());
  const auto attempt = world.get("/v1/webhooks/ops/deliveries").body.at("deliveries").at(0);
  CHECK(attempt.at("type") == "test.it");
  CHECK(attempt.at("status").is_null());
  const auto metrics = world.get("/metrics").text;
  CHECK(metrics.find("muster_webhook_failing{webhook=\"ops\"} 1\n") != std::string::npos);
  CHECK(metrics.find("muster_webhook_pending_events{webhook=\"ops\"} 1\n") != std::string::npos);
  CHECK(metrics.find("secret-path") == std::string::npos);
}

TEST_CASE("a webhook for a type of which nobody tells events is made, with a warning",
          "[integration][api][cli]") {
  ApiWorld world;
  const auto made = put(world, some("type=job.end"));
  CHECK(made.status == 201);
  REQUIRE(made.body.at("warnings").size() == 1);
  CHECK_THAT(made.body.at("warnings")[0].get<std::string>(),
             Catch::Contains("job.end; did you mean job.ended?"));
  CHECK_FALSE(put(world, some("type=job.ended")).body.contains("warnings"));
  Cli muster(world);
  const std::string create = "webhook create other https://example.org/ --filter ";
  const auto shown = muster(create + "'not type=job.end'");
  CHECK(shown.exit == 0);
  CHECK(shown.out.starts_with("whsec_"));
  CHECK(shown.says("muster: warning: neither the controller nor a plugin"));
  CHECK_FALSE(muster(create + "type=job.ended --replace").says("warning"));
}

TEST_CASE("muster webhook makes, shows, tries and removes webhooks", "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  CHECK(muster("webhook ls").says("muster webhook create"));
  const std::string create = "webhook create ops http://127.0.0.1:1/secret-path --allow-private ";
  const auto made = muster(create + "--filter type=job.ended");
  CHECK(made.exit == 0);
  CHECK(made.out.starts_with("whsec_"));
  CHECK(made.says("muster webhook test ops"));
  const auto twice = muster(create);
  CHECK(twice.exit == 2);
  CHECK(twice.says("--replace"));
  CHECK(muster(create + "--replace").out.empty());
  const auto listed = muster("webhook ls").out;
  CHECK(listed.find("http://127.0.0.1:1\n") != std::string::npos);
  CHECK(listed.find("secret-path") == std::string::npos);
  CHECK(muster("webhook show ops").out.find("all events") != std::string::npos);
  CHECK(muster("webhook show op").says("did you mean ops?"));
  CHECK(muster("webhook show op").exit == 3);
  const auto test = muster("webhook test ops");
  CHECK(test.exit == 4);
  CHECK(test.out.find("nobody takes connections there") != std::string::npos);
  CHECK(muster("webhook show ops --json").parsed().at("deliveries").size() >= 1);
  CHECK(muster("webhook retry ops").says("there are no dead letters"));
  CHECK(muster("webhook retry ops 7").exit == 3);
  CHECK(muster("webhook rm ops").exit == 0);
  CHECK(muster("webhook rm ops").exit == 3);
}

TEST_CASE("muster webhook takes a secret from a file and never from its arguments",
          "[integration][cli]") {
  ApiWorld world;
  Cli muster(world);
  const auto file = world.dir() / "hook.secret";
  const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  REQUIRE(write_file_atomic(file, as_bytes(secret + "\n"), 0600));
  const std::string create = "webhook create ops https://example.org/ --filter type=none ";
  const auto made = muster(create + "--secret-file " + file.string());
  CHECK(made.exit == 0);
  CHECK(made.out.empty());
  CHECK(world.on_loop([&] { return (*world.services().webhooks.find("ops"))->secret.size(); }) ==
        24);
  CHECK(muster(create + "--replace --secret-file /nowhere").exit == 2);
  CHECK(muster(create + "--replace --secret " + secret).exit == 2);
}

}  // namespace
}  // namespace muster::controller
