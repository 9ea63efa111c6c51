#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "system_fixture.hpp"

using namespace muster;
using nlohmann::json;
using test::System;
using test::TempDir;
using test::write;

namespace {

/// A /proc of a node that does not exist.
void add_process(const std::filesystem::path& root, int pid, const std::string& name,
                 const std::string& arguments, int uid, int ticks, int pages) {
  const auto folder = root / "proc" / std::to_string(pid);
  std::filesystem::create_directories(folder);
  // Captured from a kernel 6.1, with the numbers under test put in.
  write(folder / "stat", std::to_string(pid) + " (" + name + ") S 1 " + std::to_string(pid) +
                             " 17473 0 -1 4194304 124 0 0 0 " + std::to_string(ticks) +
                             " 50 0 0 20 0 1 0 1000 3133440 " + std::to_string(pages) +
                             " 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n");
  write(folder / "status", "Name:\tx\nUid:\t" + std::to_string(uid) + "\t0\t0\t0\n");
  write(folder / "cmdline", arguments);
}

json names(const json& result) {
  json all = json::array();
  for (const auto& process : result["processes"]) all.push_back(process["name"]);
  return all;
}

}  // namespace

TEST_CASE("processes of a tree are listed, filtered and sorted", "[contract][system]") {
  TempDir root;
  add_process(root.path(), 1, "init", std::string("/sbin/init\0splash\0", 18), 0, 100, 10);
  add_process(root.path(), 30, "a) R (b", std::string("/opt/odd name\0", 14), 4242, 400, 5);
  add_process(root.path(), 200, "kworker/0:1", "", 0, 0, 0);
  add_process(root.path(), 9, "python3", std::string("/usr/bin/python3\0x\ny\xff\0", 22), 1, 200,
              99);
  std::filesystem::create_directories(root / "proc" / "77");  // it has ended meanwhile
  write(root / "proc" / "stat", "cpu 1 2\nbtime 1700000000\n");
  System system(json{{"root", root.path().string()}});
  const auto ls = [&system](const json& arguments) {
    const auto record = system.run("system.process.ls", arguments);
    CHECK(record.outcome == MUSTER_OUTCOME_OK);
    return record.result;
  };

  const auto all = ls(json::object());
  CHECK(all["total"] == 4);
  CHECK(names(all) == json{"init", "python3", "a) R (b", "kworker/0:1"});
  const auto& init = all["processes"][0];
  CHECK(init["command"] == "/sbin/init splash");
  CHECK(init["cpu_seconds"] == 1.5);
  CHECK(init["rss_bytes"] == 10 * ::sysconf(_SC_PAGESIZE));
  CHECK(init["started_unix"] == 1'700'000'010);
  CHECK(init["state"] == "sleeping");
  CHECK(init["ppid"] == 1);
  CHECK(init["user"] == "root");
  CHECK(all["processes"][1]["command"] == "/usr/bin/python3 x?y?");
  CHECK(all["processes"][2]["user"] == "4242");
  CHECK(all["processes"][3]["command"] == "[kworker/0:1]");

  CHECK(names(ls({{"sort", "cpu"}})) == json{"a) R (b", "python3", "init", "kworker/0:1"});
  CHECK(names(ls({{"sort", "rss"}})) == json{"python3", "init", "a) R (b", "kworker/0:1"});
  CHECK(names(ls({{"user", "4242"}})) == json{"a) R (b"});
  CHECK(names(ls({{"user", "root"}})) == json{"init", "kworker/0:1"});
  CHECK(names(ls({{"name", "init"}})) == json{"init"});
  CHECK(names(ls({{"name", "kworker"}})) == json::array());
  CHECK(names(ls({{"contains", "splash"}})) == json{"init"});
  const auto two = ls({{"sort", "cpu"}, {"limit", 2}});
  CHECK(names(two) == json{"a) R (b", "python3"});
  CHECK(two["total"] == 4);
}

TEST_CASE("a process of the node itself is found by the name of its file", "[contract][system]") {
  System system;
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/sleep", "/bin/sleep", "1000", nullptr);
    ::_exit(1);
  }
  json found;
  json arguments{{"name", "sleep"}, {"contains", "/bin/sleep 1000"}};
  for (int tries = 0; tries < 10'000 && found.is_null(); ++tries) {  // until the exec is through
    const auto result = system.run("system.process.ls", arguments).result;
    for (const auto& process : result["processes"]) {
      if (process["pid"] == child) found = process;
    }
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(found["command"].get<std::string>().starts_with("/bin/sleep 1000"));
  CHECK(found["ppid"] == ::getpid());
  CHECK(found["uid"] == ::getuid());
  CHECK(found["rss_bytes"] > 0);
}

TEST_CASE("a user that is not there is a sentence", "[contract][system]") {
  System system;
  const auto record = system.run("system.process.ls", {{"user", "no-such-user"}});
  CHECK(record.error_field == "/user");
  CHECK(record.error_message == "there is no user no-such-user");
}
