#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "catch.hpp"
#include "plugin_driver.hpp"

using namespace muster;
using namespace std::chrono_literals;
using nlohmann::json;
using test::PluginDriver;

namespace {

struct System : PluginDriver {
  System() : PluginDriver(SYSTEM_PLUGIN, "system") { bring_up(); }
};

json shell(const std::string& script) { return {{"argv", {"sh", "-c", script}}}; }

bool ends(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd set{fd, POLLIN, 0};
  const bool ended = ::poll(&set, 1, 10'000) == 1;
  ::close(fd);
  return ended;
}

}  // namespace

TEST_CASE("ping answers with what was sent", "[contract][system]") {
  System system;
  const auto record = system.run("system.ping", {{"payload", "hello"}});
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  CHECK(record.result == json{{"payload", "hello"}});
  CHECK(system.run("system.ping", json::object()).result == json::object());
}

TEST_CASE("exec streams both outputs and has changed something", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", shell("echo hello; echo oops >&2"));
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.output[MUSTER_STREAM_STDOUT] == "hello\n");
  CHECK(record.output[MUSTER_STREAM_STDERR] == "oops\n");
  CHECK(record.result["exit_code"] == 0);
  CHECK(record.result["stdout_bytes"] == 6);
  CHECK(record.result["stderr_bytes"] == 5);
  CHECK(record.result["truncated"] == false);
  CHECK_FALSE(record.result.contains("signal"));
}

TEST_CASE("a program that exits with a number failed, in a sentence", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", shell("echo before; exit 3"));
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == "sh exited with 3");
  CHECK(record.result["exit_code"] == 3);
  CHECK(record.output[MUSTER_STREAM_STDOUT] == "before\n");
}

TEST_CASE("a program that a signal ended failed, with the signal's name", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", shell("kill -SEGV $$"));
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == "sh was ended by SIGSEGV");
  CHECK(record.result["signal"] == "SIGSEGV");
  CHECK_FALSE(record.result.contains("exit_code"));
}

TEST_CASE("cancelling ends grandchildren too", "[contract][system]") {
  System system;
  const auto call = system.start("system.exec", shell("sleep 1000 & echo $!; wait"));
  system.wait_for_output(call, "\n");
  system.cancel(call);
  const auto record = system.wait(call);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_code == MUSTER_CANCELLED);
  CHECK(record.error_message == "sh was stopped because the call was cancelled");
  CHECK(ends(std::stoi(record.output[MUSTER_STREAM_STDOUT])));
}

TEST_CASE("a program ends at the call's deadline", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", shell("sleep 1000"), {.deadline = 10ms});
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_code == MUSTER_TIMEOUT);
  CHECK(record.error_message == "sh was stopped because its time was up");
}

TEST_CASE("a call cancelled by its host for its deadline says so", "[contract][system]") {
  System system;
  const auto call = system.start("system.exec", shell("echo ready; sleep 1000"));
  system.wait_for_output(call, "ready");
  system.cancel(call, MUSTER_CANCEL_DEADLINE);
  CHECK(system.wait(call).error_code == MUSTER_TIMEOUT);
}

TEST_CASE("output over the limit is dropped and said to be", "[contract][system]") {
  System system;
  auto arguments = shell("head -c 5000 /dev/zero");
  arguments["max_output_bytes"] = 100;
  const auto record = system.run("system.exec", arguments);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.output[MUSTER_STREAM_STDOUT].size() == 100);
  CHECK(record.result["stdout_bytes"] == 5000);
  CHECK(record.result["truncated"] == true);
}

TEST_CASE("memory over the limit is refused to the program", "[contract][system]") {
  System system;
  json arguments{{"argv", {"dd", "if=/dev/zero", "of=/dev/null", "bs=256M", "count=1"}},
                 {"max_memory_mb", 64}};
  CHECK(system.run("system.exec", arguments).outcome == MUSTER_OUTCOME_FAILED);
  arguments["max_memory_mb"] = 1024;
  CHECK(system.run("system.exec", arguments).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("a slow reader holds the program back and loses nothing", "[contract][system]") {
  System system;
  const auto call =
      system.start("system.exec", shell("head -c 300000 /dev/zero"), {.credit_bytes = 1024});
  system.wait_until_blocked(call);
  CHECK(system.snapshot(call).output[MUSTER_STREAM_STDOUT].size() == 1024);
  const auto record = system.wait(call);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.output[MUSTER_STREAM_STDOUT] == std::string(300'000, '\0'));
  CHECK(record.largest_chunk <= 1024);
}

TEST_CASE("a program whose reader never comes ends when it is cancelled", "[contract][system]") {
  System system;
  const auto call = system.start("system.exec", shell("yes"), {.credit_bytes = 1024});
  system.wait_until_blocked(call);
  system.cancel(call);
  const auto record = system.wait(call);
  CHECK(record.error_code == MUSTER_CANCELLED);
}

TEST_CASE("a missing program is a sentence, not a result", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", {{"argv", {"no-such-program"}}});
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_code == MUSTER_NOT_FOUND);
  CHECK(record.error_message.find("there is no program no-such-program in ") == 0);
  CHECK(record.result.is_null());
}

TEST_CASE("a bad working directory is said to be that", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", {{"argv", {"/bin/true"}}, {"cwd", "/no/such"}});
  CHECK(record.error_code == MUSTER_NOT_FOUND);
  CHECK(record.error_message ==
        "cannot enter the working directory /no/such: No such file or directory");
}

TEST_CASE("a program sees the given environment and input and little else", "[contract][system]") {
  System system;
  json arguments{{"argv", {"sh", "-c", "env | grep -v PWD | sort; pwd; cat"}},
                 {"cwd", "/usr"},
                 {"env", {{"COLOUR", "blue"}, {"PATH", "/usr/bin:/bin"}}},
                 {"stdin", "from stdin"}};
  const auto record = system.run("system.exec", arguments);
  CHECK(record.output[MUSTER_STREAM_STDOUT] ==
        "COLOUR=blue\nLANG=C.UTF-8\nPATH=/usr/bin:/bin\n/usr\nfrom stdin");
}

TEST_CASE("a variable whose name has an equals sign is refused", "[contract][system]") {
  System system;
  const auto record = system.run("system.exec", {{"argv", {"/bin/true"}}, {"env", {{"A=B", "c"}}}});
  CHECK(record.error_code == MUSTER_INVALID_ARGUMENT);
  CHECK(record.error_field == "/env");
}

TEST_CASE("exec does nothing in check mode", "[contract][system]") {
  System system;
  const auto record =
      system.run("system.exec", shell("echo hello"), {.flags = MUSTER_REQUEST_CHECK});
  CHECK(record.error_code == MUSTER_UNSUPPORTED);
  CHECK(record.output[MUSTER_STREAM_STDOUT].empty());
}

TEST_CASE("exec without argv points to what is missing", "[contract][system]") {
  System system;
  CHECK(system.start("system.exec", json::object()) == 0);
  CHECK(system.last_field() == "/argv");
}

TEST_CASE("more calls than the workers and the queue can take are refused", "[contract][system]") {
  System system;
  std::vector<muster_call> calls;
  for (;;) {
    const auto call = system.start("system.exec", shell("sleep 1000"), {});
    if (call == 0) break;
    calls.push_back(call);
    REQUIRE(calls.size() < 1000);
  }
  CHECK(calls.size() >= 64);
  CHECK(system.last_code() == MUSTER_RESOURCE_EXHAUSTED);
  for (const auto call : calls) system.cancel(call);
  for (const auto call : calls) CHECK(system.wait(call).finished);
}
