#include <muster/ext/collect.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "catch.hpp"
#include "plugin_driver.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A folder whose one operation, f.o, runs a shell script.
struct ScriptFolder {
  test::TempDir dir;
  test::PluginDriver plugin{SCRIPT_PLUGIN, "script"};
  json manifest = json::parse(R"({"id": "f", "operations": {"f.o": {
    "doc": "O.", "risk": "read", "run": ["./run", ["{{words}}"]],
    "arguments": {"type": "object", "properties": {"words": {"type": "array"}}}}}})");

  explicit ScriptFolder(const std::string& script, const std::string& protocol = "json") {
    manifest["operations"]["f.o"]["protocol"] = protocol;
    put("run", "#!/bin/sh\n" + script);
    put("plugin.yaml", "");
    ::chmod(dir.path().c_str(), 0755);
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(dir / name) << text;
    ::chmod((dir / name).c_str(), 0755);
  }
  void bring_up() {
    plugin.bring_up({{"folder", dir.path()}, {"manifest", manifest}, {"config", {{"c", 1}}}});
  }
  test::CallRecord run(const json& arguments = json::object(),
                       const test::CallOptions& options = {}) {
    if (plugin.plugin() == nullptr) bring_up();
    return plugin.run("f.o", arguments, options);
  }
  /// What the plugin says to who asks for metrics.
  std::string collect() {
    std::string text;
    const auto* extension = static_cast<const muster_collect_v1*>(
        plugin.plugin()->get_extension(plugin.plugin(), MUSTER_EXT_COLLECT_1));
    if (extension == nullptr) return "absent";
    const muster_collect_sink sink{sizeof sink, 0, &text,
                                   [](const muster_collect_sink* to, muster_bytes piece) {
                                     static_cast<std::string*>(to->ctx)->append(
                                         reinterpret_cast<const char*>(piece.p), piece.n);
                                     return MUSTER_OK;
                                   }};
    if (extension->collect(plugin.plugin(), 0, &sink, nullptr) != MUSTER_OK) return "refused";
    return text;
  }
  std::string collect_until(const std::string& expected) {
    const auto patience = std::chrono::steady_clock::now() + 30s;
    for (;;) {
      auto text = collect();
      if (text.find(expected) != text.npos) return text;
      if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("not in: " + text);
      std::this_thread::yield();
    }
  }
  std::string file(const std::string& name) const {
    std::ifstream in(dir / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

bool ends(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd set{fd, POLLIN, 0};
  const bool ended = ::poll(&set, 1, 10'000) == 1;
  ::close(fd);
  return ended;
}

}  // namespace

TEST_CASE("a check that was made is ok, and its result says what it found", "[contract][script]") {
  using Row = std::pair<int, std::string>;
  const auto [code, status] = GENERATE(Row{0, "ok"}, Row{1, "warning"}, Row{2, "critical"});
  ScriptFolder folder("echo 'DISK | a=1'; echo oops >&2; exit " + std::to_string(code), "nagios");
  const auto record = folder.run();
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  CHECK(record.result["status"] == status);
  CHECK(record.result["text"] == "DISK");
  CHECK(record.result["values"][0]["label"] == "a");
  CHECK(record.output[MUSTER_STREAM_STDERR] == "oops\n");
  CHECK(record.output[MUSTER_STREAM_STDOUT].empty());
}

TEST_CASE("a check that found nothing out has failed, and says why", "[contract][script]") {
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [script, why, text] =
      GENERATE(Row{"echo hm; exit 3", "./run does not know: hm", "hm"},
               Row{"echo bad flag >&2; exit 4", "./run exited with 4: bad flag", "bad flag"},
               Row{"kill -KILL $$", "./run was ended by SIGKILL", ""});
  ScriptFolder folder(script, "nagios");
  const auto record = folder.run();
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == why);
  CHECK(record.result["status"] == "unknown");
  CHECK(record.result["text"] == text);
}

TEST_CASE("a program is told its task as JSON and tells of it in lines", "[contract][script]") {
  ScriptFolder folder(
      "echo '{\"progress\": 0.25}'; echo '{\"record\": {\"a\": 1}}'; echo err >&2\n"
      "printf '{\"result\": {\"asked\": %s}}\\n' \"$(cat)\"");
  const auto record = folder.run({{"words", {"x"}}});
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  CHECK(record.result["asked"] == json::parse(R"({"operation": "f.o", "arguments": {"words": ["x"]},
    "config": {"c": 1}, "check": false, "idempotency_key": "key"})"));
  CHECK(record.progress_permyriad == 2500);
  CHECK(json::from_msgpack(record.output[MUSTER_STREAM_RECORDS]) == json{{"a", 1}});
  CHECK(record.output[MUSTER_STREAM_STDERR] == "err\n");
}

TEST_CASE("what may change something has changed it unless it says otherwise",
          "[contract][script]") {
  using Row = std::tuple<std::string, std::string, std::uint32_t>;
  const auto [risk, changed, outcome] =
      GENERATE(Row{"read", "", MUSTER_OUTCOME_OK}, Row{"change", "", MUSTER_OUTCOME_CHANGED},
               Row{"dangerous", "", MUSTER_OUTCOME_CHANGED},
               Row{"change", ", \"changed\": false", MUSTER_OUTCOME_OK},
               Row{"read", ", \"changed\": true", MUSTER_OUTCOME_CHANGED});
  ScriptFolder folder("echo '{\"result\": {}" + changed + "}'");
  folder.manifest["operations"]["f.o"]["risk"] = risk;
  CHECK(folder.run().outcome == outcome);
}

TEST_CASE("a program that does not keep to the protocol has failed", "[contract][script]") {
  using Row = std::pair<std::string, std::string>;
  const auto [script, why] = GENERATE(
      Row{"true", "it ended without a result; its last line must be {\"result\": {...}}"},
      Row{"echo hello; exec sleep 1000", "line 1 of its output: no JSON object: hello"},
      Row{"echo '{\"result\": {}}'; echo last words >&2; exit 5",
          "./run exited with 5: last words"},
      Row{"exit 5", "./run exited with 5"}, Row{"kill -SEGV $$", "./run was ended by SIGSEGV"},
      Row{"echo '{\"error\": \"no disk\"}'", "no disk"},
      Row{"echo '{\"error\": \"no disk\"}'; exit 1", "no disk"});
  CAPTURE(script);
  ScriptFolder folder(script);
  const auto record = folder.run();
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == why);
}

TEST_CASE("a program runs in its folder with PATH and LANG and nothing else",
          "[contract][script]") {
  ::setenv("SCRIPT_TEST_SECRET", "s3cr3t", 1);
  ScriptFolder folder("pwd; exec env", "nagios");
  folder.manifest["limits"]["memory_mb"] = 64;
  const auto record = folder.run();
  CHECK(record.result["text"] == folder.dir.path().string());
  std::istringstream lines(record.result["details"].get<std::string>());
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(0, line.find('=')));
  names.erase("PWD");  // the shell's own
  CHECK(names == std::set<std::string>{"LANG", "PATH"});
  folder.put("run", "#!/bin/sh\nulimit -v\n");
  CHECK(folder.run().result["text"] == "65536");
}

TEST_CASE("cancelling and the deadline end all that a program started", "[contract][script]") {
  ScriptFolder folder("sleep 1000 & echo $! >&2; wait");
  folder.bring_up();
  const bool late = GENERATE(false, true);
  test::CallOptions options;
  if (late) options.deadline = 2s;
  const auto call = folder.plugin.start("f.o", json::object(), options);
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (folder.plugin.snapshot(call).output[MUSTER_STREAM_STDERR].empty()) {
    REQUIRE(std::chrono::steady_clock::now() < patience);
    std::this_thread::yield();
  }
  if (!late) folder.plugin.cancel(call);
  const auto record = folder.plugin.wait(call);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_code == (late ? MUSTER_TIMEOUT : MUSTER_CANCELLED));
  CHECK(ends(std::stoi(record.output[MUSTER_STREAM_STDERR])));
}

TEST_CASE("a program that others can change by now is not run any more", "[contract][script]") {
  ScriptFolder folder("echo '{\"result\": {}}'");
  CHECK(folder.run().outcome == MUSTER_OUTCOME_OK);
  ::chmod((folder.dir / "run").c_str(), 0777);
  const auto record = folder.run();
  CHECK(record.error_code == MUSTER_PERMISSION_DENIED);
  CHECK_THAT(record.error_message, Catch::Contains("can be changed by others"));
}

TEST_CASE("what is wrong with a folder is told below its manifest", "[contract][script]") {
  ScriptFolder folder("true");
  folder.manifest["operations"]["f.o"]["run"][0] = "./none";
  CHECK_THROWS(folder.bring_up());
  CHECK(folder.plugin.last_code() == MUSTER_INVALID_ARGUMENT);
  CHECK(folder.plugin.last_field() == "/manifest/operations/f.o/run/0");
  CHECK_THAT(folder.plugin.last_error(), Catch::StartsWith("there is no /"));
}

TEST_CASE("collectors run by themselves, again and again, and what fails says so and nothing old",
          "[contract][script]") {
  ScriptFolder folder("true");
  folder.put(
      "count",
      "#!/bin/sh\necho x >> runs\n[ -e broken ] && exit 7\necho \"runs value=$(wc -l < runs)\"\n");
  folder.put("check", "#!/bin/sh\necho 'fine | a=5ms'\nexit 1\n");
  folder.manifest["collectors"] = {
      {"count", {{"run", {"./count"}}, {"every", "1s"}}},
      {"c", {{"run", {"./check"}}, {"protocol", "nagios"}, {"every", "1h"}}}};
  folder.bring_up();
  const auto text = folder.collect_until("\nruns 2\n");
  CHECK_THAT(text, Catch::Contains("check_status{check=\"c\"} 1\n"));
  CHECK_THAT(text,
             Catch::Contains("check_value{check=\"c\",label=\"a\",unit=\"seconds\"} 0.005\n"));
  CHECK_THAT(text, Catch::Contains("script_collector_up{collector=\"count\"} 1\n"));
  folder.put("broken", "");
  const auto after = folder.collect_until("script_collector_up{collector=\"count\"} 0\n");
  CHECK(after.find("\nruns ") == after.npos);
  CHECK_THAT(after, Catch::Contains("check_status{check=\"c\"} 1\n"));
}

TEST_CASE("a collector has a limit in time and output, and ends with its plugin",
          "[contract][script]") {
  ScriptFolder folder("true");
  folder.put("late", "#!/bin/sh\nexec sleep 1000\n");
  folder.put("loud", "#!/bin/sh\nexec yes m v=1\n");
  folder.put("last", "#!/bin/sh\necho $$ > pid.new; mv pid.new pid; exec sleep 1000\n");
  folder.manifest["collectors"] = {
      {"a", {{"run", {"./late"}}, {"every", "1h"}, {"timeout", "50ms"}}},
      {"b", {{"run", {"./loud"}}, {"every", "1h"}}},
      {"c", {{"run", {"./last"}}, {"every", "1h"}, {"timeout", "60s"}}}};
  folder.bring_up();
  const auto text = folder.collect_until("script_collector_up{collector=\"b\"} 0\n");
  CHECK_THAT(text, Catch::Contains("script_collector_up{collector=\"a\"} 0\n"));
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (folder.file("pid").empty()) {
    REQUIRE(std::chrono::steady_clock::now() < patience);
    std::this_thread::yield();
  }
  const auto pid = std::stoi(folder.file("pid"));
  folder.plugin.deactivate();
  CHECK(ends(pid));
}
