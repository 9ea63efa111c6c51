#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "catch.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::PlayedNode;
using test::System;
using test::write;

namespace {

struct Node : PlayedNode {
  Node() { std::filesystem::create_directories(folder()); }
  [[nodiscard]] std::filesystem::path folder() const { return root() / "etc/muster/facts.d"; }
  void put(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    write(folder() / name, text);
    ::chmod((folder() / name).c_str(), mode);
  }
};

json custom(System& system) { return system.run("system.facts", {{"groups", {"custom"}}}).result; }

}  // namespace

TEST_CASE("facts of one's own come from lines and from objects", "[contract][system]") {
  Node node;
  node.put("10-rack.txt", "# where it stands\nrack = b 12\n\nowner.team=\"payments\"\nempty=\n");
  node.put(
      "20-app.json",
      R"({"app": {"name": "shop", "ports": [80, 443], "blue": true, "none": null}, "tier": 2})");
  node.put(".hidden", "x=1\n");
  System system(node.config());
  const auto facts = custom(system);
  CHECK(facts["custom"] == json{{"rack", "b 12"},
                                {"owner.team", "payments"},
                                {"empty", ""},
                                {"app.name", "shop"},
                                {"app.ports", "[80,443]"},
                                {"app.blue", "true"},
                                {"tier", "2"}});
  CHECK_FALSE(facts.contains("custom_problems"));
  CHECK(facts["read"].size() == 1);
  CHECK_FALSE(facts.contains("os"));
}

TEST_CASE("what is left out of the files is said, and why", "[contract][system]") {
  Node node;
  node.put("a", "good=1\nno equals sign\nbad name=1\nlong=" + std::string(1025, 'x') + "\n");
  node.put("b", "good=2\n");
  node.put("c", "{\"broken\": ");
  node.put("d", "[1]\n");
  node.put("e", "open=1\n", 0666);
  node.put("f", "echo run=1\n", 0755);
  node.put("g", std::string(65'537, 'x'));
  node.put("h", "bad=\xff\n");
  std::filesystem::create_symlink("a", node.folder() / "i");
  ::mkfifo((node.folder() / "j").c_str(), 0644);  // an open would wait
  System system(node.config());
  const auto facts = custom(system);
  CHECK(facts["custom"] == json{{"good", "1"}});
  const auto folder = node.folder().string();
  CHECK(facts["custom_problems"] ==
        json{"a line 2 is no NAME=VALUE", "a has a name that is none: bad name",
             "a has too long a value for long", "b says good again, which is left as it was",
             "c is no JSON object", "d line 1 is no NAME=VALUE",
             "e can be written by others than root, ignoring",
             "f is a program; only files with facts are read",
             "g has more than 64 KiB, or is no text", "h has more than 64 KiB, or is no text",
             "i " + folder +
                 "/i is a symbolic link, not a regular file; say follow: true for what it points "
                 "to",
             "j " + folder + "/j is a fifo, not a regular file"});
}

TEST_CASE("there are limits on facts of one's own", "[contract][system]") {
  Node node;
  std::string many;
  for (int i = 0; i < 257; ++i) many += "n" + std::to_string(i) + "=1\n";
  node.put("0", many);
  std::string deep = "1";
  for (int i = 0; i < 20; ++i) deep = "{\"d\":" + deep + "}";
  node.put("1", deep);
  for (int i = 100; i < 170; ++i) node.put(std::to_string(i), "");
  System system(node.config());
  const auto facts = custom(system);
  CHECK(facts["custom"].size() == 256);
  CHECK(facts["custom_problems"] ==
        json{"0 has more than fits: 256 facts in all",
             "162 and what follows is left out: 64 files, and 2 s in all"});
}

TEST_CASE("updates are counted when asked for, and not counted again at once",
          "[contract][system]") {
  PlayedNode node;
  node.play("dpkg-query", "");
  node.play("apt-get", R"sh(
echo "$*" >> $S/log
echo 'Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64])'
echo 'Inst new (1.0 Debian:12.15/oldstable [amd64])'
)sh");
  System system(node.config());
  const auto told = [&] { return system.run("system.tell_facts", json::object()).result; };
  CHECK_FALSE(system.run("system.facts", json::object()).result.contains("updates"));
  CHECK_FALSE(told().at("facts").contains("pkg.upgradable"));
  CHECK_FALSE(told().contains("age_seconds"));
  CHECK(node.log().empty());
  const json updates{{"groups", {"updates"}}};
  const auto first = system.run("system.facts", updates).result;
  CHECK(first["updates"]["upgradable"] == 1);
  CHECK(first["read"]["updates"]["cost_us"] > 0);
  const auto second = system.run("system.facts", updates).result;
  CHECK(second["updates"]["upgradable"] == 1);
  CHECK(second["read"]["updates"]["cost_us"] == 0);
  CHECK(second["read"]["updates"]["age_seconds"] >= 0);
  CHECK(told().at("facts").at("pkg.upgradable") == "1");
  CHECK(told().at("age_seconds").at("pkg.upgradable") >= 0);
  const auto log = node.log();
  CHECK(std::count(log.begin(), log.end(), '\n') == 1);
}

TEST_CASE("what selectors may use is told as names and texts", "[contract][system]") {
  Node node;
  node.put("rack", "rack=b12\nowner.team=payments\n");
  write(node.root() / "etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
  System system(node.config());
  const auto facts = system.run("system.tell_facts", json::object()).result.at("facts");
  CHECK(facts.at("custom.rack") == "b12");
  CHECK(facts.at("custom.owner.team") == "payments");
  CHECK(facts.at("os.codename") == "bookworm");
  for (const auto& [name, value] : facts.items()) {
    CHECK(name.find('.') != std::string::npos);
    CHECK(value.is_string());
  }
}

TEST_CASE("selectors may ask for disks, and how full the node's own is", "[contract][system]") {
  Node node;
  const auto disk = [&](const std::string& name, const std::string& sectors) {
    std::filesystem::create_directories(node.root() / "sys/block" / name);
    write(node.root() / "sys/block" / name / "size", sectors + "\n");
  };
  disk("vda", "2048");
  disk("vdb", "4096");
  disk("dm-0", "2048");  // on one of these
  System system(node.config());
  const auto facts = system.run("system.tell_facts", json::object()).result.at("facts");
  CHECK(facts.at("disk.count") == "2");
  CHECK(facts.at("disk.total_bytes") == std::to_string(6144 * 512));
  struct statvfs info {};
  REQUIRE(::statvfs(node.root().c_str(), &info) == 0);
  CHECK(facts.at("disk.root_total_bytes") == std::to_string(info.f_blocks * info.f_frsize));
  const auto used = static_cast<double>(info.f_blocks - info.f_bfree);
  const auto percent = 100 * used / (used + static_cast<double>(info.f_bavail));
  const auto told = std::stoi(facts.at("disk.root_used_percent").get<std::string>());
  CHECK(told % 5 == 0);
  CHECK(std::abs(percent - told) < 6);  // rounded down; others may write meanwhile
}
