#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <muster/core/log/capture.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "host/plugin_supervisor.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::agent;
using nlohmann::json;

namespace {

/// Folders and libraries under a real supervisor, with a clock that the test moves.
struct Node {
  test::TempDir dir;
  test::FakeClock clock;
  log::Capture log;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  std::unique_ptr<run::WorkerPool> workers = std::make_unique<run::WorkerPool>(1, 16);
  std::unique_ptr<PluginSupervisor> supervisor;

  Node() { std::filesystem::copy_file(SCRIPT_PLUGIN, dir / "script.so"); }
  ~Node() { workers.reset(); }

  void put(const std::string& id, const std::string& script, const std::string& more = "") const {
    std::filesystem::create_directories(dir / id);
    std::ofstream(dir / (id + "/run")) << "#!/bin/sh\n" + script;
    std::ofstream(dir / (id + "/plugin.yaml"))
        << "muster: 1\nid: " + id + "\nversion: 1.0.0\noperations:\n  " + id +
               ".o: {doc: O., risk: read, run: [./run]}\n" + more;
    ::chmod((dir / id).c_str(), 0755);
    ::chmod((dir / (id + "/run")).c_str(), 0755);
    ::chmod((dir / (id + "/plugin.yaml")).c_str(), 0644);
  }
  void start() {
    SupervisorOptions options;
    options.plugin_directory = dir.path();
    options.host_program = HOST_PROGRAM;
    options.workers = workers.get();
    supervisor = PluginSupervisor::create(
                     *loop, log::Logger("test", log::Level::Warn, log.sink(), clock), options)
                     .value();
    supervisor->start();
  }
  /// Runs the loop, and moves the clock on by `step` whenever it has nothing to do, four times as
  /// fast as it is: were it faster, a host that a busy machine does not let run would be dead.
  template <class Done>
  void run_until(const Done& done, std::chrono::milliseconds step = std::chrono::milliseconds(20)) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("it never came");
      if (loop->run_ready()) continue;
      clock.advance(step);
      // For the other processes.
      std::this_thread::sleep_for(std::max(step / 4, std::chrono::milliseconds(1)));
    }
  }
  /// Nothing has to pass for that.
  void until_ended(const std::optional<CallResult>& result) {
    run_until([&] { return result.has_value(); }, std::chrono::milliseconds(0));
  }
  const PluginStatus* status(const std::string& id) {
    seen = supervisor->plugins();
    for (const auto& plugin : seen) {
      if (plugin.id == id) return &plugin;
    }
    return nullptr;
  }
  void until(const std::string& id, PluginState state) {
    run_until([&] { return status(id) != nullptr && status(id)->state == state; });
  }
  std::string rejected(const std::string& id) const {
    for (const auto& file : supervisor->rejected()) {
      if (file.path.stem() == id) return file.why;
    }
    return {};
  }
  Status call(const std::string& id, std::optional<CallResult>& result,
              const std::string& verb = "o") {
    CallSpec spec;
    spec.operation = id + "." + verb;
    spec.credit = 1000;
    return supervisor
        ->start_call(std::move(spec),
                     {[](wire::Stream, BytesView) {}, [](std::uint16_t, const std::string&) {},
                      [&](CallResult end) { result = std::move(end); }})
        .map([](CallHandle) {});
  }
  json run(const std::string& id) {
    std::optional<CallResult> result;
    REQUIRE(call(id, result));
    until_ended(result);
    CHECK(result->end == CallEnd::Ok);
    return json::from_msgpack(result->result);
  }

  std::vector<PluginStatus> seen;
};

std::string says(const std::string& word) {
  return "echo '{\"result\": {\"word\": \"" + word + "\"}}'\n";
}

}  // namespace

TEST_CASE("a folder runs in a host of its own, and the library for folders in none",
          "[integration][agent]") {
  Node node;
  node.put("one", says("1"));
  node.put("two", says("2"));
  node.start();
  node.until("one", PluginState::Ready);
  node.until("two", PluginState::Ready);
  CHECK(node.run("one")["word"] == "1");
  CHECK(node.run("two")["word"] == "2");
  REQUIRE(node.seen.size() == 3);
  CHECK(node.seen[1].id == "script");  // by id
  CHECK(node.status("script")->state == PluginState::Ready);
  CHECK(node.status("one")->cls == config::PluginClass::Privileged);
  for (const auto* id : {"one", "script"}) {
    REQUIRE(node.supervisor->manifest_text(node.status(id)->manifest_digest) != nullptr);
    CHECK(json::parse(*node.supervisor->manifest_text(node.status(id)->manifest_digest))["id"] ==
          id);
  }
}

TEST_CASE("a folder comes, changes and goes while the supervisor runs", "[integration][agent]") {
  Node node;
  node.start();
  node.put("one", says("1"));
  node.until("one", PluginState::Ready);
  CHECK(node.run("one")["word"] == "1");
  const auto before = node.status("one")->manifest_digest;
  node.put("one", says("1"), "doc: Another.\n");
  node.run_until([&] { return node.status("one")->manifest_digest != before; });
  node.until("one", PluginState::Ready);
  CHECK(node.status("one")->restarts == 0);
  std::filesystem::remove_all(node.dir / "one");
  node.run_until([&] { return node.status("one") == nullptr; });
  std::optional<CallResult> result;
  CHECK(node.call("one", result).error().code == ErrorCode::NotFound);
}

TEST_CASE("a call outlives its folder, and the supervisor waits for it when it stops",
          "[integration][agent]") {
  Node node;
  node.put("one", "touch ../runs\nread line < ../gate\n" + says("late"));
  REQUIRE(::mkfifo((node.dir / "gate").c_str(), 0600) == 0);
  node.start();
  node.until("one", PluginState::Ready);
  std::optional<CallResult> result;
  REQUIRE(node.call("one", result));
  node.run_until([&] { return std::filesystem::exists(node.dir / "runs"); });
  std::filesystem::remove_all(node.dir / "one");
  node.run_until([&] { return node.status("one") == nullptr; });
  CHECK_FALSE(result);
  bool stopped = false;
  if (GENERATE(false, true)) {
    std::fstream gate(node.dir / "gate", std::ios::in | std::ios::out);  // which waits for nobody
    gate << "go" << std::endl;
    node.until_ended(result);
    CHECK(result->end == CallEnd::Ok);
    CHECK(json::from_msgpack(result->result)["word"] == "late");
  }
  node.supervisor->stop(std::chrono::seconds(20), [&] { stopped = true; });
  node.clock.advance(std::chrono::seconds(20));
  node.run_until([&] { return stopped; });
  CHECK(result.has_value());
}

TEST_CASE("a folder that its library refuses is rejected with its place until it changes",
          "[integration][agent]") {
  Node node;
  node.put("one", says("1"), "collectors: {c: {every: 1s, protocol: smoke, run: [./run]}}\n");
  node.start();
  node.until("one", PluginState::Rejected);
  CHECK(node.status("one")->last_trouble ==
        (node.dir / "one/plugin.yaml").string() + ":6:29: must be influx or nagios");
  CHECK(node.supervisor->usable("one.o").error().code == ErrorCode::FailedPrecondition);
  node.put("one", says("1"));
  node.until("one", PluginState::Ready);
}

TEST_CASE("a result that is not what the manifest says has failed, and is shown",
          "[integration][agent]") {
  Node node;
  const std::string good = GENERATE("string", "integer");
  node.put("one", says("1"),
           "  one.typed: {doc: T., risk: read, run: [./run], result: {type: object, properties: "
           "{word: {type: " +
               good + "}}}}\n");
  node.start();
  node.until("one", PluginState::Ready);
  std::optional<CallResult> result;
  REQUIRE(node.call("one", result, "typed"));
  node.until_ended(result);
  CHECK(json::from_msgpack(result->result)["word"] == "1");
  if (good == "string") {
    CHECK(result->end == CallEnd::Ok);
    return;
  }
  CHECK(result->end == CallEnd::Failed);
  CHECK(result->error->message ==
        "one.typed ended, but its result is not what its manifest says: /word must be an integer, "
        "but is a string");
}

TEST_CASE("a folder is refused where nothing runs folders, or a library has its name",
          "[integration][agent]") {
  Node node;
  node.put("mock", says("1"));
  node.put("one", says("1"));
  std::filesystem::copy_file(MOCK_PLUGIN, node.dir / "mock.so");
  SECTION("a library has its name") {
    node.start();
    node.until("mock", PluginState::Ready);
    CHECK(node.rejected("one").empty());
    CHECK_THAT(node.rejected("mock"),
               Catch::Contains("plugin mock is loaded from a library already"));
    CHECK(node.supervisor->manifest_for("mock.run") != nullptr);
  }
  SECTION("the library that runs folders has its name") {
    node.put("script", says("1"));
    node.start();
    node.until("one", PluginState::Ready);
    CHECK_THAT(node.rejected("script"),
               Catch::Contains("script is the plugin that runs folders; give the folder and its id "
                               "another name"));
    CHECK(node.supervisor->manifest_for("script.o") == nullptr);
  }
  SECTION("nothing runs folders") {
    std::filesystem::remove(node.dir / "script.so");
    node.start();
    CHECK_THAT(node.rejected("one"), Catch::Contains("nothing here runs folders; put script.so"));
    CHECK(node.status("one") == nullptr);
  }
}
