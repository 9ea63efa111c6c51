#include <muster/core/config/manifest.hpp>
#include <muster/core/config/yaml.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "catch.hpp"

using namespace muster;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json full_manifest() {
  return config::parse_yaml(R"(
muster: 1
id: docker
name: Docker
doc: Containers of a node.
version: 2.3.0
status: stable
class: privileged
abi: {major: 1, min_minor: 2}
services: {required: [muster.log/1], optional: [muster.kv/1, muster.secret/1]}
provides: [scale-target/1]
programs: [[docker, "*"]]
connect: ["unix:docker.sock", "${config.socket}"]
listen: ["tcp:127.0.0.1:9000"]
files: {read: [/etc/docker], write: ["${config.data}"]}
limits: {memory_mb: 256, pids: 64}
operations:
  docker.restart: {doc: Restart one container, risk: change, idempotent: true, cancellable: true, check: true,
                   timeout: 90s, streams: text, arguments: {$ref: "#/schemas/restart"},
                   result: {type: object, required: [id], properties: {id: {type: string}}}}
  docker.list: {doc: List containers, risk: read}
  docker.exec: {doc: Run a program in a container}
  docker.prune: {doc: Remove what is unused, risk: harmless}
metrics: {docker_containers: {type: gauge, labels: [state], doc: Containers by state}}
events: {docker.container.died: {doc: A container ended.}}
config: {type: object, properties: {socket: {type: string, default: docker.sock, x-reload: restart},
                                    token: {type: string, format: secret-ref, x-secret: true}}}
schemas:
  restart: {type: object, required: [name], properties: {name: {type: string}, after: {type: string, format: duration, default: 0s}}}
)",
                            "plugin.yaml")
      .value();
}

/// The smallest manifest, with one value set or, for null, taken away.
json with(const std::string& pointer, const json& value) {
  json manifest = json::parse(R"({"muster":1,"id":"a","version":"1.0.0","abi":{"major":1},
      "operations":{"a.b":{"doc":"B.","risk":"change"}}})");
  if (value.is_null()) {
    manifest.erase(pointer.substr(1));
  } else {
    manifest[json::json_pointer(pointer)] = value;
  }
  return manifest;
}

Error manifest_error(const json& document) {
  const auto parsed = config::parse_manifest(document);
  REQUIRE_FALSE(parsed);
  return parsed.error();
}

}  // namespace

TEST_CASE("a manifest is read whole", "[unit][config]") {
  const auto manifest = config::parse_manifest(full_manifest()).value();
  CHECK(manifest.id == "docker");
  CHECK(manifest.name == "Docker");
  CHECK(manifest.version == "2.3.0");
  CHECK(manifest.status == config::PluginStatus::Stable);
  CHECK(manifest.cls == config::PluginClass::Privileged);
  CHECK(manifest.abi_major == 1);
  CHECK(manifest.abi_min_minor == 2);
  CHECK(manifest.services.required == std::vector<std::string>{"muster.log/1"});
  CHECK(manifest.services.optional.size() == 2);
  CHECK(manifest.provides == std::vector<std::string>{"scale-target/1"});
  CHECK(manifest.programs == std::vector<std::vector<std::string>>{{"docker", "*"}});
  CHECK(manifest.connect == std::vector<std::string>{"unix:docker.sock", "${config.socket}"});
  CHECK(manifest.listen.size() == 1);
  CHECK(manifest.files.read == std::vector<std::string>{"/etc/docker"});
  CHECK(manifest.files.write == std::vector<std::string>{"${config.data}"});
  REQUIRE(manifest.metrics.size() == 1);
  CHECK(manifest.metrics[0].labels == std::vector<std::string>{"state"});
  CHECK(manifest.has_event("docker.container.died"));
  CHECK_FALSE(manifest.has_event("docker.container"));
  CHECK(manifest.operations.size() == 4);
  CHECK(manifest.find_operation("docker.stop") == nullptr);
  CHECK(manifest.raw->at("id") == "docker");
  json configuration = json::object();
  manifest.config_schema.fill_defaults(configuration);
  CHECK(configuration == json{{"socket", "docker.sock"}});
}

TEST_CASE("an operation has what the manifest says and safe defaults", "[unit][config]") {
  const auto manifest = config::parse_manifest(full_manifest()).value();
  const auto& restart = *manifest.find_operation("docker.restart");
  CHECK(restart.risk == config::Risk::Change);
  CHECK((restart.idempotent && restart.cancellable && restart.check));
  CHECK(restart.timeout == 90s);
  CHECK(restart.streams == config::Streams::Text);
  const auto& exec = *manifest.find_operation("docker.exec");
  CHECK(exec.timeout == config::kDefaultOperationTimeout);
  CHECK(exec.streams == config::Streams::None);
  CHECK_FALSE((exec.idempotent || exec.cancellable || exec.check));
}

TEST_CASE("a missing or unknown risk is dangerous, and reading is idempotent", "[unit][config]") {
  const auto manifest = config::parse_manifest(full_manifest()).value();
  CHECK(manifest.find_operation("docker.exec")->risk == config::Risk::Dangerous);
  CHECK(manifest.find_operation("docker.prune")->risk == config::Risk::Dangerous);
  CHECK(manifest.find_operation("docker.list")->risk == config::Risk::Read);
  CHECK(manifest.find_operation("docker.list")->idempotent);
}

TEST_CASE("arguments are checked against the operation's schema, and unknown ones are refused",
          "[unit][config]") {
  const auto manifest = config::parse_manifest(full_manifest()).value();
  const auto& arguments = manifest.find_operation("docker.restart")->arguments;
  CHECK(arguments.check({{"name", "web"}, {"after", "5s"}}).empty());
  CHECK(arguments.check(json::object()).front().pointer == "/name");
  CHECK(arguments.check({{"name", "web"}, {"aftr", "5s"}}).front().pointer == "/aftr");
  CHECK(manifest.find_operation("docker.list")->arguments.check(json::object()).empty());
  CHECK(manifest.find_operation("docker.list")->arguments.check({{"all", true}}).size() == 1);
  CHECK(manifest.find_operation("docker.list")->result.check("anything").empty());
  CHECK(manifest.find_operation("docker.restart")->result.check(json::object()).size() == 1);
}

TEST_CASE("every broken rule of a manifest is told with the place", "[unit][config]") {
  using Row = std::tuple<std::string, json, std::string, std::string>;
  const auto [pointer, value, field, sentence] = GENERATE(
      Row{"/muster", nullptr, "/muster", "is required"}, Row{"/id", nullptr, "/id", "is required"},
      Row{"/id", "Docker", "/id", "must match"},
      Row{"/id", std::string(33, 'a'), "/id", "must match"}, Row{"/id", "1a", "/id", "must match"},
      Row{"/version", "1.0", "/version", "semantic version"},
      Row{"/version", "01.0.0", "/version", "semantic version"},
      Row{"/version", "1.0.0-", "/version", "semantic version"},
      Row{"/verison", "1.0.0", "/verison", "did you mean \"version\"?"},
      Row{"/class", "confind", "/class", "did you mean \"confined\"?"},
      Row{"/status", "beta", "/status", "must be \"stable\" or \"preview\""},
      Row{"/abi", json::object(), "/abi/major", "is required"},
      Row{"/abi/major", 0, "/abi/major", "at least 1"},
      Row{"/provides", {"notify"}, "/provides/0", "must match"},
      Row{"/services/required", {"muster.log"}, "/services/required/0", "must match"},
      Row{"/programs", json::array({json::array()}), "/programs/0", "at least 1 item"},
      Row{"/connect", {"docker.sock"}, "/connect/0", "must match"},
      Row{"/files/read", {"etc"}, "/files/read/0", "must match"},
      Row{"/files/exec", {"/bin"}, "/files/exec", "not a known property"},
      Row{"/operations/b.c", {{"doc", "C."}}, "/operations/b.c", "a.<verb>"},
      Row{"/operations/a.C", {{"doc", "C."}}, "/operations/a.C", "verb"},
      Row{"/operations/a.", {{"doc", "C."}}, "/operations/a.", "verb"},
      Row{"/operations/a.b/doc", 5, "/operations/a.b/doc", "must be a string"},
      Row{"/operations/a.b/timeout", "5", "/operations/a.b/timeout", "must be a duration"},
      Row{"/operations/a.b/timeout", "0s", "/operations/a.b/timeout", "longer than 0"},
      Row{"/operations/a.b/streams", "bytes", "/operations/a.b/streams", "must be"},
      Row{"/operations/a.b/arguments",
          {{"type", "string"}},
          "/operations/a.b/arguments",
          "type: object"},
      Row{"/operations/a.b/arguments",
          {{"$ref", "#/schemas/x"}},
          "/operations/a.b/arguments/$ref",
          "nothing"},
      Row{"/operations/a.b/result",
          {{"type", "text"}},
          "/operations/a.b/result/type",
          "type must be"},
      Row{"/operations/a.b/arguments", true, "/operations/a.b/arguments", "type: object"},
      Row{"/schemas/x", {{"maxProperties", 1}}, "/schemas/x/maxProperties", "not a keyword"},
      Row{"/metrics/a-b", {{"type", "gauge"}, {"doc", "D."}}, "/metrics/a-b", "must be named"},
      Row{"/events/b.c", {{"doc", "C."}}, "/events/b.c", "a.<happening>"},
      Row{"/events/a.C", {{"doc", "C."}}, "/events/a.C", "happening"},
      Row{"/events/a.c", json::object(), "/events/a.c/doc", "is required"},
      Row{"/operations/a.b/run", json::array(), "/operations/a.b/run", "at least 1 item"},
      Row{"/operations/a.b/run", {"./x", 1.5}, "/operations/a.b/run/1", "must be"},
      Row{"/operations/a.b/run",
          {"./x", {"-p", json::array()}},
          "/operations/a.b/run/1/1",
          "must be"},
      Row{"/operations/a.b/protocol", "A B", "/operations/a.b/protocol", "must match"},
      Row{"/collectors", {{"c", {{"run", {"./x"}}}}}, "/collectors/c/every", "is required"},
      Row{"/collectors", {{"c", {{"every", "often"}}}}, "/collectors/c/every", "a duration"},
      Row{"/config", {{"type", "array"}}, "/config", "type: object"});
  CAPTURE(pointer, value.dump());
  const Error error = manifest_error(with(pointer, value));
  CHECK(error.code == ErrorCode::InvalidArgument);
  CHECK(error.field == field);
  CHECK_THAT(error.message, Catch::Contains(sentence));
}

TEST_CASE("an example that its operation does not take is told with its place", "[unit][config]") {
  const auto manifest = config::parse_manifest(
      with("/operations/a.b/arguments",
           json::parse(R"({"type": "object", "examples": [{}, {"nmae": "x"}]})")));
  REQUIRE(manifest);  // who runs it does not mind
  const auto right = config::check_examples(*manifest);
  REQUIRE_FALSE(right);
  CHECK(right.error().field == "/operations/a.b/arguments/examples/1");
  CHECK_THAT(right.error().message, Catch::Contains("nmae"));
}

TEST_CASE("an operation and a collector may say which program they run", "[unit][config]") {
  CHECK(config::parse_manifest(with("/operations/a.b/run", {"./x", 5, {"-p", "{{path}}"}})));
  CHECK(config::parse_manifest(
      with("/collectors", {{"c", {{"run", {"./x"}}, {"protocol", "p"}, {"every", "1m"}}}})));
}

TEST_CASE("a plugin cannot have a name under which the controller speaks", "[unit][config]") {
  const std::string id =
      GENERATE("controller", "events", "fleet", "gateway", "incident", "job", "muster", "node",
               "operator", "profile", "rollout", "task", "workflow");
  const json manifest{{"muster", 1}, {"id", id}, {"version", "1.0.0"}, {"abi", {{"major", 1}}}};
  const Error error = manifest_error(manifest);
  CHECK(error.code == ErrorCode::InvalidArgument);
  CHECK(error.field == "/id");
  CHECK_THAT(error.message, Catch::Contains("/id cannot be \"" + id + "\""));
  auto close = manifest;
  close["id"] = id + "s";
  CHECK(config::parse_manifest(close));
}

TEST_CASE("an operation of risk read cannot deny that it is idempotent", "[unit][config]") {
  json manifest = with("/operations/a.b/idempotent", false);
  CHECK(config::parse_manifest(manifest));
  manifest["operations"]["a.b"]["risk"] = "read";
  CHECK(manifest_error(manifest).field == "/operations/a.b/idempotent");
}

TEST_CASE("a service is named once", "[unit][config]") {
  const json services{{"required", {"muster.kv/1"}}, {"optional", {"muster.log/1", "muster.kv/1"}}};
  CHECK(manifest_error(with("/services", services)).field == "/services/optional/1");
}

TEST_CASE("a manifest of a later format is unsupported, whatever else it says", "[unit][config]") {
  json later = with("/muster", 2);
  later["novelty"] = true;
  CHECK(manifest_error(later).code == ErrorCode::Unsupported);
}

TEST_CASE("a manifest has at most 256 types of events", "[unit][config]") {
  json manifest = with("/events", json::object());
  for (std::size_t i = 0; i < config::kMaxEventTypes; ++i) {
    manifest["events"]["a.e" + std::to_string(i)] = {{"doc", "E."}};
  }
  CHECK(config::parse_manifest(manifest));
  manifest["events"]["a.more"] = {{"doc", "E."}};
  CHECK(manifest_error(manifest).field == "/events");
}

TEST_CASE("a manifest has at most 256 operations", "[unit][config]") {
  json manifest = with("/operations", json::object());
  for (std::size_t i = 0; i < config::kMaxOperations; ++i) {
    manifest["operations"]["a.v" + std::to_string(i)] = {{"doc", "V."}};
  }
  CHECK(config::parse_manifest(manifest).value().operations.size() == config::kMaxOperations);
  manifest["operations"]["a.more"] = {{"doc", "V."}};
  CHECK(manifest_error(manifest).code == ErrorCode::ResourceExhausted);
}

TEST_CASE("a manifest is at most 256 KiB", "[unit][config]") {
  json manifest = with("/checks", {{"pad", ""}});
  const std::size_t rest = config::kMaxManifestBytes - manifest.dump().size();
  manifest["checks"]["pad"] = std::string(rest, 'x');
  CHECK(config::parse_manifest(manifest));
  manifest["checks"]["pad"] = std::string(rest + 1, 'x');
  CHECK(manifest_error(manifest).code == ErrorCode::ResourceExhausted);
}

TEST_CASE("a manifest that is nested very deeply or is no map is refused", "[unit][config]") {
  json deep = json::array();
  for (int i = 0; i < 200; ++i) deep = json::array({deep});
  CHECK(manifest_error(with("/checks", {{"deep", deep}})).code == ErrorCode::ResourceExhausted);
  const json document = GENERATE(json(nullptr), json(5), json("text"), json::array());
  CHECK_THAT(manifest_error(document).message, Catch::Contains("must be a map"));
}
