#include "facts/facts.hpp"

#include <fstream>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using agent::read_facts;

namespace {

void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

agent::HostNumbers host() { return {"web9", "6.1.0-18-amd64", "x86_64", 4, "10.0.0.1,fd00::1"}; }

}  // namespace

TEST_CASE("facts come from the files below the root that is given", "[unit][agent]") {
  const test::TempDir root;
  put(root / "etc/os-release",
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID='12'\nBROKEN\n");
  put(root / "proc/meminfo", "MemTotal:       2048 kB\nMemFree: 1 kB\n");
  const auto facts = read_facts(root.path(), host(), "0.1.0");
  CHECK(facts == agent::Facts{{"host.name", "web9"},
                              {"os.id", "debian"},
                              {"os.version", "12"},
                              {"os.pretty", "Debian GNU/Linux 12 (bookworm)"},
                              {"kernel.release", "6.1.0-18-amd64"},
                              {"cpu.arch", "x86_64"},
                              {"net.addresses", "10.0.0.1,fd00::1"},
                              {"cpu.count", "4"},
                              {"mem.total_bytes", "2097152"},
                              {"agent.version", "0.1.0"}});
}

TEST_CASE("a fact that cannot be read is left out", "[unit][agent]") {
  const test::TempDir root;
  put(root / "proc/meminfo", "MemTotal: much kB\n");
  const auto facts = read_facts(root.path(), host(), "0.1.0");
  CHECK_FALSE(facts.contains("os.id"));
  CHECK_FALSE(facts.contains("mem.total_bytes"));
}

TEST_CASE("the digest of facts tells apart what concatenation would not", "[unit][agent]") {
  CHECK(agent::digest_of({.facts = {{"ab", "c"}}}) != agent::digest_of({.facts = {{"a", "bc"}}}));
  CHECK(agent::digest_of({.facts = {{"a", "b"}}}) == agent::digest_of({.facts = {{"a", "b"}}}));
  const MonoTime time{};
  const agent::AgedFacts aged{{{"a", "b"}}, {{"a", time}}};
  CHECK(agent::digest_of(aged) != agent::digest_of({.facts = {{"a", "b"}}}));
  CHECK(agent::digest_of(aged) !=
        agent::digest_of({{{"a", "b"}}, {{"a", time + std::chrono::seconds(1)}}}));
}

TEST_CASE("a machine without an id is told apart by its boot", "[unit][agent]") {
  const test::TempDir root;
  CHECK(agent::read_machine_id(root.path()) == "unknown");
  put(root / "proc/sys/kernel/random/boot_id", "b00t\n");
  CHECK(agent::read_machine_id(root.path()) == "boot-b00t");
  put(root / "etc/machine-id", "uninitialized\n");
  CHECK(agent::read_machine_id(root.path()) == "boot-b00t");
  put(root / "etc/machine-id", "0123abcd\n");
  CHECK(agent::read_machine_id(root.path()) == "0123abcd");
}

TEST_CASE("an id of the machine is short and printable, whatever is in its file", "[unit][agent]") {
  const test::TempDir root;
  put(root / "etc/machine-id", "\xff\x01" + std::string(5000, 'a') + "\nrest\n");
  CHECK(agent::read_machine_id(root.path()) == "??" + std::string(198, 'a'));
  put(root / "proc/sys/kernel/random/boot_id", std::string(5000, 'b') + "\n");
  CHECK(agent::read_boot_id(root.path()) == std::string(200, 'b'));
}
