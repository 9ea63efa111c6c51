#include <csignal>
#include <fstream>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "host_process.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::plugins;
using nlohmann::json;
using test::HostProcess;

namespace {

std::string refused(const std::string& name) {
  return std::string(REFUSED_PLUGINS) + "/plugin_" + name + ".so";
}

}  // namespace

TEST_CASE("a host ends by itself, with code 0, after STOP", "[integration][plugins]") {
  HostProcess host(EMPTY_PLUGIN);
  host.start("empty", json::object());
  (void)host.receive_until<Ready>();
  host.send(Stop{});
  CHECK(host.wait() == 0);
}

TEST_CASE("a plugin that cannot be loaded is refused with what to do", "[integration][plugins]") {
  const auto [name, step, why] = GENERATE(table<std::string, std::string, std::string>({
      {"NEWER_ABI", "load", "upgrade the agent"},
      {"OLDER_ABI", "load", "install a newer build of the plugin"},
      {"WRONG_MAGIC", "load", "wrong magic"},
      {"OTHER_MANIFEST", "load", "another manifest"},
      {"NO_FUNCTIONS", "create", "lacks a required function"},
  }));
  HostProcess host(refused(name));
  host.start("refused", json::object());
  const auto failed = host.receive_until<StartFailed>();
  CHECK(failed.step == step);
  CHECK_THAT(failed.error.message, Catch::Contains(why));
  CHECK(host.wait() == 0);
}

TEST_CASE("what is no shared library is refused by the loader's words", "[integration][plugins]") {
  const test::TempDir dir;
  REQUIRE(write_file_atomic(dir / "text.so",
                            as_bytes("no library at all, but long enough to look at")));
  HostProcess host(dir / "text.so");
  host.start("text", json::object());
  const auto failed = host.receive_until<StartFailed>();
  CHECK(failed.step == "load");
  CHECK_THAT(failed.error.message, Catch::Contains("cannot be loaded"));
}

TEST_CASE("a plugin that refuses its configuration says which field", "[integration][plugins]") {
  HostProcess host(MOCK_PLUGIN);
  host.start("mock", test::mock_config({{"fail_init", "not like this"}}));
  const auto failed = host.receive_until<StartFailed>();
  CHECK(failed.step == "init");
  CHECK(failed.error.code == ErrorCode::InvalidArgument);
  CHECK(failed.error.message == "not like this");
  CHECK(failed.error.field == "/fail_init");
}

TEST_CASE("a plugin that is not the one asked for is not made", "[integration][plugins]") {
  HostProcess host(EMPTY_PLUGIN);
  host.start("other", json::object());
  const auto failed = host.receive_until<StartFailed>();
  CHECK(failed.step == "create");
  CHECK(failed.error.message == "this is the plugin empty");
}

TEST_CASE("a frame that is none ends the host with code 3", "[integration][plugins]") {
  HostProcess host(EMPTY_PLUGIN);
  host.send_raw(Bytes{1, 0, 0, 0, 0xc0});
  CHECK(host.wait() == 3);
}

TEST_CASE("a frame beyond the limit ends the host with code 3", "[integration][plugins]") {
  HostProcess host(EMPTY_PLUGIN);
  host.send_raw(Bytes{0xff, 0xff, 0xff, 0x7f});
  CHECK(host.wait() == 3);
}

TEST_CASE("when the agent goes, the host goes at once and what the plugin started goes too",
          "[integration][plugins]") {
  HostProcess host(MOCK_PLUGIN);
  host.start("mock", test::mock_config({}));
  (void)host.receive_until<Ready>();
  host.call(1, {{"spawn_child", true}});
  const auto finish = host.receive_until<Finish>();
  const pid_t child = json::from_msgpack(finish.result)["child"];
  REQUIRE(child > 0);
  REQUIRE(::kill(child, 0) == 0);
  SECTION("the socket ends") { host.close_socket(); }
  SECTION("the host is killed and nobody looks after it") { ::kill(host.pid(), SIGKILL); }
  (void)host.wait();
  test::wait_until_gone(child);
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a host with an empty plugin costs at most 3 MB", "[integration][plugins]") {
  HostProcess host(EMPTY_PLUGIN);
  host.start("empty", json::object());
  (void)host.receive_until<Ready>();
  std::ifstream rollup("/proc/" + std::to_string(host.pid()) + "/smaps_rollup");
  std::string word;
  std::size_t pss_kb = 0;
  while (rollup >> word && word != "Pss:") continue;
  rollup >> pss_kb;
  CAPTURE(pss_kb);
  CHECK(pss_kb > 0);
  CHECK(pss_kb <= 3000);
}
#endif
