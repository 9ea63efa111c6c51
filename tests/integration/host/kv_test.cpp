// muster.kv/1 from the plugin to the disk and back, in real processes; and the host's end of it
// alone, with the test as a slow or silent agent.
#include <muster/plugin.h>

#include <muster/core/log/capture.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "host/plugin_supervisor.hpp"
#include "host_process.hpp"
#include "kv/kv_service.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::agent;
using namespace std::chrono_literals;
using nlohmann::json;
using test::HostProcess;

namespace {

json orders(const json& changes) {
  json all{{"ask", "get"}, {"key", ""},   {"value", ""},
           {"copies", 1},  {"ttl_ms", 0}, {"expected", 0}};
  all.update(changes);
  return all;
}

/// Agent parts around a real host with the mock plugin.
struct Node {
  test::TempDir dir;
  test::FakeClock clock;
  log::Capture log;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  std::optional<run::WorkerPool> workers;
  std::optional<KvService> service;
  std::unique_ptr<PluginSupervisor> supervisor;

  Node() {
    std::filesystem::copy_file(MOCK_PLUGIN, dir / "mock.so");
    start();
  }
  void start() {
    supervisor.reset();
    service.reset();
    workers.emplace(2, 64);
    const log::Logger logger("test", log::Level::Warn, log.sink(), clock);
    service.emplace(*loop, *workers, logger, dir / "kv");
    SupervisorOptions options;
    options.plugin_directory = dir.path();
    options.host_program = HOST_PROGRAM;
    options.kv = [this](const auto& plugin, const auto& instance, plugins::Kv ask,
                        KvService::Done done) {
      service->ask(plugin, instance, std::move(ask), std::move(done));
    };
    supervisor = PluginSupervisor::create(*loop, logger, options).value();
    supervisor->start();
    run_until([&] { return supervisor->plugins().at(0).state == PluginState::Ready; });
  }
  template <class Done>
  void run_until(const Done& done) {
    const auto patience = std::chrono::steady_clock::now() + 30s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("it never came");
      if (!loop->run_ready()) std::this_thread::yield();
    }
  }
  json ask(const json& changes) {
    std::optional<CallResult> ended;
    CallSpec spec;
    spec.operation = "mock.kv";
    spec.arguments = json::to_msgpack(orders(changes));
    REQUIRE(supervisor->start_call(
        spec, {[](wire::Stream, BytesView) {}, [](std::uint16_t, const std::string&) {},
               [&](CallResult result) { ended = std::move(result); }}));
    run_until([&] { return ended.has_value(); });
    REQUIRE(ended->end == CallEnd::Ok);
    return json::from_msgpack(ended->result);
  }
  json code(const json& changes) { return ask(changes)["code"]; }
};

/// The host with the test in its agent's place, and one mock.kv under way.
struct Asking : HostProcess {
  plugins::CallNumber calls = 0;
  Asking() : HostProcess(MOCK_PLUGIN) {
    start("mock", test::mock_config({}));
    (void)receive_until<plugins::Ready>();
  }
  void call_kv(const json& changes) {
    plugins::Call call;
    call.call = ++calls;
    call.operation = "mock.kv";
    call.arguments = json::to_msgpack(orders(changes));
    send(call);
  }
  json result() { return json::from_msgpack(receive_until<plugins::Finish>().result); }
};

}  // namespace

TEST_CASE("a plugin's values go to the disk and come back, also to the next host and agent",
          "[integration][plugins]") {
  Node node;
  CHECK(node.code({{"key", "k"}}) == MUSTER_NOT_FOUND);
  CHECK(node.code({{"ask", "set"}, {"key", "k"}, {"value", "one"}}) == MUSTER_OK);
  const auto one = node.ask({{"key", "k"}});
  CHECK(one["found"] == json{"k=one"});
  const auto two = node.ask(
      {{"ask", "compare_and_set"}, {"key", "k"}, {"value", "two"}, {"expected", one["revision"]}});
  CHECK(two["code"] == MUSTER_OK);
  CHECK(node.code({{"ask", "compare_and_set"}, {"key", "k"}, {"expected", one["revision"]}}) ==
        MUSTER_CONFLICT);
  node.start();
  const auto after = node.ask({{"key", "k"}});
  CHECK(after["found"] == json{"k=two"});
  CHECK(after["revision"] == two["revision"]);
  CHECK(node.code({{"ask", "remove"}, {"key", "k"}}) == MUSTER_OK);
  CHECK(node.code({{"ask", "remove"}, {"key", "k"}}) == MUSTER_NOT_FOUND);
}

TEST_CASE("a value lives as long as it was told", "[integration][plugins]") {
  Node node;
  CHECK(node.code({{"ask", "set"}, {"key", "k"}, {"ttl_ms", 1000}}) == MUSTER_OK);
  CHECK(node.code({{"key", "k"}}) == MUSTER_OK);
  node.clock.advance(1s);
  CHECK(node.code({{"key", "k"}}) == MUSTER_NOT_FOUND);
}

TEST_CASE("a list of several pages arrives whole and in order", "[integration][plugins]") {
  Node node;
  json wanted = json::array();
  for (int i = 10; i < 22; ++i) {
    const auto key = "k" + std::to_string(i);
    CHECK(node.code({{"ask", "set"}, {"key", key}, {"value", "x"}, {"copies", 65'536}}) ==
          MUSTER_OK);
    wanted.push_back(key + "=65536");
  }
  CHECK(node.code({{"ask", "set"}, {"key", "other"}}) == MUSTER_OK);
  CHECK(node.ask({{"ask", "list"}, {"key", "k"}})["found"] == wanted);
  CHECK(node.ask({{"ask", "list"}, {"key", "none"}})["found"] == json::array());
}

TEST_CASE("what is beyond a limit does not leave the host", "[integration][plugins]") {
  Asking host;
  const std::string long_key(257, 'k');
  const auto refused = [&](const json& changes) {
    host.call_kv(changes);
    return host.result()["code"];
  };
  CHECK(refused({{"key", ""}}) == MUSTER_INVALID_ARGUMENT);
  CHECK(refused({{"key", long_key}}) == MUSTER_INVALID_ARGUMENT);
  CHECK(refused({{"ask", "list"}, {"key", long_key}}) == MUSTER_INVALID_ARGUMENT);
  CHECK(refused({{"ask", "remove"}, {"key", ""}}) == MUSTER_INVALID_ARGUMENT);
  CHECK(refused({{"ask", "set"}, {"key", "k"}, {"value", "x"}, {"copies", 65'537}}) ==
        MUSTER_INVALID_ARGUMENT);
}

TEST_CASE("an agent that does not answer is a timeout, and a late answer is no other question's",
          "[integration][plugins]") {
  Asking host;
  host.call_kv({{"key", "first"}});
  const auto first = host.receive_until<plugins::Kv>();
  CHECK(first.key == "first");
  CHECK(host.result()["code"] == MUSTER_TIMEOUT);
  host.call_kv({{"key", "second"}});
  CHECK(host.result()["code"] == MUSTER_TIMEOUT);  // it was not asked: the first is under way
  host.send(plugins::KvAnswer{first.request, {{"first", {'1'}, 1}}, false, 0, {}});
  host.call_kv({{"key", "third"}});
  const auto third = host.receive_until<plugins::Kv>();
  CHECK(third.key == "third");
  host.send(plugins::KvAnswer{first.request, {{"first", {'1'}, 1}}, false, 0, {}});
  host.send(plugins::KvAnswer{third.request, {{"third", {'3'}, 3}}, false, 0, {}});
  CHECK(host.result()["found"] == json{"third=3"});
}

TEST_CASE("a host that asks without a grant, or again before the answer, is ended",
          "[integration][plugins]") {
  const auto [plugin, questions] = GENERATE(std::pair(MOCK_PLUGIN, 2), std::pair(EMPTY_PLUGIN, 1));
  const test::TempDir dir;
  const test::FakeClock clock;
  const auto loop = run::EventLoop::create(clock).value();
  std::filesystem::create_directory(dir / "plugins");
  std::filesystem::copy_file(plugin, dir / "plugins" / "it.so");
  std::vector<plugins::ToAgent> frames{plugins::Ready{}};
  for (int i = 0; i < questions; ++i) frames.emplace_back(plugins::Kv{});
  SupervisorOptions options;
  options.plugin_directory = dir / "plugins";
  options.host_program = test::rude_host(dir.path(), frames);
  int asked = 0;
  options.kv = [&](const auto&, const auto&, const plugins::Kv&, const auto&) { ++asked; };
  log::Capture log;
  const auto supervisor =
      PluginSupervisor::create(*loop, log::Logger("test", log::Level::Warn, log.sink(), clock),
                               options)
          .value();
  supervisor->start();
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (supervisor->plugins().at(0).state != PluginState::Waiting) {
    REQUIRE(std::chrono::steady_clock::now() < patience);
    if (!loop->run_ready()) std::this_thread::yield();
  }
  CHECK_THAT(supervisor->plugins().at(0).last_trouble, Catch::Contains("out of turn"));
  CHECK(asked == questions - 1);
}

TEST_CASE("a plugin that was not granted the service has none", "[integration][plugins]") {
  HostProcess host(MOCK_PLUGIN);
  host.send(plugins::Start{"mock", {}, json::to_msgpack(test::mock_config({})), {}, {}, {}});
  (void)host.receive_until<plugins::Ready>();
  plugins::Call call;
  call.call = 1;
  call.operation = "mock.kv";
  call.arguments = json::to_msgpack(orders({{"key", "k"}}));
  host.send(call);
  const auto finish = host.receive_until<plugins::Finish>();
  CHECK(json::from_msgpack(finish.result)["code"] == MUSTER_UNSUPPORTED);
}
