// What the program knows of an operation from its manifest: its help and the types of arguments.
#include "fake_controller.hpp"
#include "world_cli.hpp"

namespace muster::controller {
namespace {

using nlohmann::json;

TEST_CASE("help for an operation comes from its manifest", "[integration][cli]") {
  ApiWorld world;
  world.join("web1");
  Cli muster(world);
  const auto help = muster("run test.change --help");
  CHECK(help.exit == 0);
  CHECK(help.out.find("usage: muster run test.change --on SELECTOR") != std::string::npos);
  CHECK(help.out.find("count") != std::string::npos);
  CHECK(help.out.find("integer, default 3") != std::string::npos);
  CHECK(help.out.find("risk     change") != std::string::npos);
  CHECK(muster("run --help").out.find("--expect N") != std::string::npos);
  CHECK(muster("run test.nothing --help").exit == 3);
  CHECK(muster("run test.nothing --help").says("muster plugin show test"));
}

TEST_CASE("help for an operation begins with what must be given", "[integration][cli]") {
  Scene scene;
  scene.controller.on("/v1/plugins/pet", [](const auto&, const auto& to) {
    to->respond(200, {}, R"({"id": "pet", "version": "1.0.0", "class": "confined", "doc": "",
      "status": "stable", "nodes": 1, "states": {"ready": 1}, "reasons": {},
      "operations": ["pet.feed"], "manifest": {"operations": {"pet.feed": {"arguments": {
      "required": ["what", "for"], "properties": {"amount": {"type": "integer"},
      "for": {"type": "string"}, "hot": {"type": "boolean"}, "what": {"type": "string"}}}}}}})");
  });
  const auto ran = scene.muster("help run pet.feed");
  CHECK(ran.exit == 0);
  std::vector<std::size_t> places;
  for (const auto* name : {"\n  for ", "\n  what ", "\n  amount ", "\n  hot "}) {
    places.push_back(ran.out.find(name));
  }
  CHECK(std::is_sorted(places.begin(), places.end()));
  CHECK(places.back() != std::string::npos);
}

TEST_CASE("an argument has the type that the manifest says", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  CHECK(muster("run test.change count=7 --on all --detach").exit == 0);
  const auto arguments = world.on_loop([&] { return agent.tasks().at(0).arguments; });
  CHECK(json::from_msgpack(arguments) == json{{"count", 7}});
  const auto wrong = muster("run test.change count=seven --on all");
  CHECK(wrong.exit == 2);
  CHECK(wrong.says("count is a whole number, not 'seven'"));
  const auto unknown = muster("run test.change cuont=7 --on all");
  CHECK(unknown.exit == 2);
}

TEST_CASE("a job may say how long its tasks may wait for their start", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  CHECK(muster("run test.change --on all --detach").exit == 0);
  CHECK(muster("run test.change --on all --detach --start-within 61s").exit == 0);
  const auto tasks = world.on_loop([&] { return agent.tasks(); });
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[1].not_after_ms - tasks[0].not_after_ms >= 1000);
  const auto wrong = muster("run test.change --on all --start-within 8d");
  CHECK(wrong.exit == 2);
  CHECK(wrong.says("start_within"));
}

TEST_CASE("arguments may come from a file or standard input", "[integration][cli]") {
  ApiWorld world;
  auto& agent = world.join("web1");
  Cli muster(world);
  const auto file = muster.dir_ / "arguments.yaml";
  REQUIRE(write_file_atomic(file, as_bytes("count: 8\n")));
  CHECK(muster("run test.change @" + file.string() + " --on all --detach").exit == 0);
  const auto piped = muster.dir_ / "arguments.json";
  REQUIRE(write_file_atomic(piped, as_bytes(R"({"count": 9})")));
  CHECK(muster("run test.change - --on all --detach <" + piped.string()).exit == 0);
  CHECK(muster("run test.change @- --on all --detach <" + piped.string()).exit == 0);
  REQUIRE(write_file_atomic(piped, as_bytes("10")));
  CHECK(muster("run test.change count=@- --on all --detach <" + piped.string()).exit == 0);
  const auto counts = world.on_loop([&] {
    std::vector<json> all;
    for (const auto& spec : agent.tasks()) all.push_back(json::from_msgpack(spec.arguments));
    return all;
  });
  CHECK(counts ==
        std::vector<json>{{{"count", 8}}, {{"count", 9}}, {{"count", 9}}, {{"count", 10}}});
  const auto twice = muster("run test.change count=@- - --on all <" + piped.string());
  CHECK(twice.exit == 2);
  CHECK(twice.says("standard input can be read only once"));
  CHECK(muster("run test.change count=@- --on all <&-").says("read standard input"));
  CHECK(muster("run test.change @/nowhere --on all").says("/nowhere"));
}

}  // namespace
}  // namespace muster::controller
