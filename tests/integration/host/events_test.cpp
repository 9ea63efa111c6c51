// muster.events/1 from a real plugin in a real host: what its agent gets, and what it never gets.
#include <muster/ext/events.h>

#include <nlohmann/json.hpp>

#include "host_process.hpp"
#include "supervised_node.hpp"

using namespace muster;
using nlohmann::json;
using test::HostProcess;

namespace {

json orders(const json& changes) {
  json all{{"type", "mock.happened"},
           {"subject", ""},
           {"id", ""},
           {"text", ""},
           {"copies", 1},
           {"times", 1}};
  all.update(changes);
  return all;
}

/// The host with the test in its agent's place.
struct Emitting : HostProcess {
  std::vector<plugins::Event> events;
  plugins::CallNumber calls = 0;

  Emitting() : HostProcess(MOCK_PLUGIN) {
    start("mock", test::mock_config({}));
    (void)receive_until<plugins::Ready>();
  }
  json emit(const json& changes) {
    plugins::Call call;
    call.call = ++calls;
    call.operation = "mock.emit";
    call.arguments = json::to_msgpack(orders(changes));
    send(call);
    const auto finish = receive_until<plugins::Finish>([this](const test::Received& other) {
      if (const auto* event = std::get_if<plugins::Event>(&other.frame)) events.push_back(*event);
    });
    return json::from_msgpack(finish.result);
  }
};

}  // namespace

TEST_CASE("an event reaches the agent before the call that emitted it ends",
          "[integration][plugins]") {
  Emitting host;
  CHECK(host.emit({{"subject", "web"}, {"id", "i1"}, {"text", "x"}})["code"] == MUSTER_OK);
  REQUIRE(host.events.size() == 1);
  CHECK(host.events[0].type == "mock.happened");
  CHECK(host.events[0].subject == "web");
  CHECK(host.events[0].id == "i1");
  CHECK(json::from_msgpack(host.events[0].data) == json{{"text", "x"}});
}

TEST_CASE("what the contract forbids does not leave the host, and is counted",
          "[integration][plugins]") {
  Emitting host;
  const auto bad = GENERATE(json{{"type", "mock.other"}}, json{{"text", "x"}, {"copies", 65'536}},
                            json{{"subject", std::string(257, 's')}});
  const auto result = host.emit(bad);
  CHECK(result["code"] == MUSTER_INVALID_ARGUMENT);
  CHECK_THAT(result["message"].get<std::string>(), Catch::Contains("manifest"));
  CHECK(host.events.empty());
  CHECK(host.ping().counters.at("event_refused") == 1);
}

TEST_CASE("a plugin that floods with events is told so, and it is counted",
          "[integration][plugins]") {
  Emitting host;
  const auto result = host.emit({{"times", 100'000}});
  CHECK(result["code"] == MUSTER_RESOURCE_EXHAUSTED);
  CHECK(result["emitted"] >= MUSTER_EVENTS_BURST);
  CHECK(host.events.size() == result["emitted"]);
  CHECK(host.ping().counters.at("event_dropped") == 1);
}

TEST_CASE("a plugin that was not granted events has none", "[integration][plugins]") {
  HostProcess host(MOCK_PLUGIN);
  host.send(plugins::Start{
      "mock", {}, json::to_msgpack(test::mock_config({})), {}, {}, {"mock.happened"}});
  (void)host.receive_until<plugins::Ready>();
  plugins::Call call;
  call.call = 1;
  call.operation = "mock.emit";
  call.arguments = json::to_msgpack(orders(json::object()));
  host.send(call);
  const auto finish = host.receive_until<plugins::Finish>();
  CHECK(json::from_msgpack(finish.result)["code"] == MUSTER_UNSUPPORTED);
}

TEST_CASE(
    "a host that emits what its manifest does not list, or no map, is ended, and nothing of it is "
    "passed on",
    "[integration][plugins]") {
  const auto [plugin, type, data, trouble] =
      GENERATE(std::tuple(MOCK_PLUGIN, "mock.happened", Bytes{0x80}, "out of turn"),
               std::tuple(MOCK_PLUGIN, "mock.happened", Bytes{0x81, 0x01, 0x01}, "no map"),
               std::tuple(MOCK_PLUGIN, "mock.other", Bytes{}, "does not list"),
               std::tuple(EMPTY_PLUGIN, "mock.happened", Bytes{}, "does not list"));
  const bool good = trouble == std::string_view("out of turn");
  const test::TempDir dir;
  const test::FakeClock clock;
  const auto loop = run::EventLoop::create(clock).value();
  std::filesystem::create_directory(dir / "plugins");
  std::filesystem::copy_file(plugin, dir / "plugins" / "it.so");
  std::vector<wire::Event> events;
  agent::SupervisorOptions options;
  options.plugin_directory = dir / "plugins";
  options.host_program = test::rude_host(
      dir.path(), {plugins::Ready{}, plugins::Event{type, "s", "i", 7, data}, plugins::Kv{},
                   plugins::Kv{}});  // the last comes before the answer: a violation in any case
  options.event = [&](wire::Event event) { events.push_back(std::move(event)); };
  options.kv = [](const auto&, const auto&, const plugins::Kv&, const auto&) {};
  log::Capture log;
  const auto supervisor =
      agent::PluginSupervisor::create(
          *loop, log::Logger("test", log::Level::Warn, log.sink(), clock), options)
          .value();
  supervisor->start();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (supervisor->plugins().at(0).state != agent::PluginState::Waiting) {
    REQUIRE(std::chrono::steady_clock::now() < patience);
    if (!loop->run_ready()) std::this_thread::yield();
  }
  CHECK_THAT(supervisor->plugins().at(0).last_trouble, Catch::Contains(trouble));
  REQUIRE(events.size() == (good ? 1U : 0U));
  if (good) CHECK(events[0].source == "mock");
}
