#include <fcntl.h>
#include <unistd.h>

#include "catch.hpp"
#include "package_changes.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::change;
using test::PlayedNode;
using test::System;
using test::write;

namespace {

/// The real apt-get and dpkg on a node of its own: an empty tree and an archive of small packages.
struct AptNode : PlayedNode {
  AptNode() {
    play("make-node", R"sh(
set -e
R="$S/../root"; cd "$S/.."
mkdir -p root/var/lib/dpkg/info root/var/lib/dpkg/updates apt/etc/apt.conf.d apt/state/lists/partial apt/cache/archives/partial repo
touch root/var/lib/dpkg/status root/var/lib/dpkg/available
cat > apt.conf <<END
Dir::Etc "$PWD/apt/etc"; Dir::State "$PWD/apt/state"; Dir::Cache "$PWD/apt/cache"; Dir::Log "$PWD/apt";
Dir::State::status "$PWD/root/var/lib/dpkg/status"; APT::Sandbox::User "root";
DPkg::Options { "--root=$PWD/root"; "--force-not-root"; "--log=$PWD/apt/dpkg.log"; };
END
echo "deb [trusted=yes] file:$PWD/repo ./" > apt/etc/sources.list
for tool in apt-get apt-cache; do
  printf '#!/bin/sh\nAPT_CONFIG=%s exec /usr/bin/%s "$@"\n' "$PWD/apt.conf" $tool > bin/$tool
done
printf '#!/bin/sh\nexec /usr/bin/dpkg-query --admindir=%s "$@"\n' "$PWD/root/var/lib/dpkg" > bin/dpkg-query
chmod +x bin/*
)sh");
    play("add-package", R"sh(
set -e
cd "$S/.."; mkdir -p build/DEBIAN
printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: t <t@t>\nDescription: t\n' "$1" "$2" > build/DEBIAN/control
[ -z "$3" ] || printf '%s\n' "$3" >> build/DEBIAN/control
dpkg-deb --build build "repo/$1_$2_all.deb" >/dev/null
cd repo && dpkg-scanpackages -m . > Packages 2>/dev/null
"$S/../bin/apt-get" -qq update
)sh");
    run("make-node");
    add("base", "1.0");
    add("tool", "1.0", "Depends: base");
    add("tool", "2.0~rc1", "Depends: base");
    add("rival", "1.0", "Conflicts: tool");
  }

  void add(const std::string& name, const std::string& version, const std::string& more = "") {
    run("add-package " + name + " " + version + " '" + more + "'");
  }

 private:
  void run(const std::string& command) {
    REQUIRE(std::system((root().parent_path() / "bin" / command).c_str()) == 0);
  }
};

}  // namespace

TEST_CASE("apt: packages come, are upgraded and go, each once and said beforehand",
          "[contract][system]") {
  AptNode node;
  System system(node.config());
  const auto both = [&](const std::string& operation, const json& arguments, const json& expected) {
    test::check_changes_once(system, "apt", operation, arguments, expected);
  };
  both("system.package.install", {{"names", {"tool=1.0"}}},
       json::array({change("base", nullptr, "1.0"), change("tool", nullptr, "1.0")}));
  // What is installed stays as it is, though there is a newer one.
  CHECK(system.run("system.package.install", {{"names", {"tool", "base"}}}).outcome ==
        MUSTER_OUTCOME_OK);
  both("system.package.upgrade", json::object(), json::array({change("tool", "1.0", "2.0~rc1")}));
  both("system.package.install", {{"names", {"tool=1.0"}}},
       json::array({change("tool", "2.0~rc1", "1.0")}));
  both("system.package.upgrade", {{"names", {"tool"}}},
       json::array({change("tool", "1.0", "2.0~rc1")}));
  both("system.package.remove", {{"names", {"tool"}}, {"purge", true}},
       json::array({change("tool", "2.0~rc1", nullptr)}));
}

TEST_CASE("apt: nothing goes that was not named unless that was allowed", "[contract][system]") {
  AptNode node;
  System system(node.config());
  REQUIRE(system.run("system.package.install", {{"names", {"tool"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  const auto [operation, name, others, left] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"system.package.remove", "base", "tool", "rival"},
          {"system.package.install", "rival", "tool", "base"},
      }));
  json arguments{{"names", {name}}};
  for (const auto& record :
       {system.run(operation, arguments), system.check(operation, arguments)}) {
    CHECK(record.error_code == MUSTER_FAILED_PRECONDITION);
    CHECK(record.error_field == "/also_remove");
    CHECK(record.error_message ==
          "this would remove " + others + "; say also_remove: true if it shall");
  }
  arguments["also_remove"] = true;
  CHECK(system.run(operation, arguments).outcome == MUSTER_OUTCOME_CHANGED);
  const auto status = system.run("system.package.status", {{"names", {"tool"}}}).result;
  CHECK(status["packages"][0]["installed"] == false);
}

TEST_CASE("apt: status says what is and what could be", "[contract][system]") {
  AptNode node;
  System system(node.config());
  REQUIRE(system.run("system.package.install", {{"names", {"tool=1.0"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  const auto status = system.run("system.package.status", {{"names", {"tool", "rival", "none"}}});
  CHECK(status.outcome == MUSTER_OUTCOME_OK);
  CHECK(
      status.result ==
      json{{"manager", "apt"},
           {"total", 2},
           {"packages",
            {{{"name", "tool"}, {"installed", true}, {"version", "1.0"}, {"candidate", "2.0~rc1"}},
             {{"name", "rival"}, {"installed", false}, {"candidate", "1.0"}},
             {{"name", "none"}, {"installed", false}}}}});
}

TEST_CASE("apt: new lists are read only when wanted", "[contract][system]") {
  AptNode node;
  System system(node.config());
  REQUIRE(system.run("system.package.install", {{"names", {"base"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  std::filesystem::remove_all(node.root().parent_path() / "apt/state/lists");
  std::filesystem::create_directories(node.root().parent_path() / "apt/state/lists/partial");
  json arguments{{"names", {"rival"}}};
  const auto record = system.run("system.package.install", arguments);
  CHECK(record.error_code == MUSTER_NOT_FOUND);
  CHECK(record.error_field == "/names");
  CHECK(record.error_message.find("rival") != std::string::npos);
  arguments["update"] = true;
  CHECK(system.check("system.package.install", arguments).error_code == MUSTER_NOT_FOUND);
  CHECK(system.run("system.package.install", arguments).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("apt: another's lock is waited for, then said to be held", "[contract][system]") {
  AptNode node;
  System system(node.config());
  const auto path = node.root() / "var/lib/dpkg/lock-frontend";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  REQUIRE(::fcntl(file, F_SETLK, &whole) == 0);
  json arguments{{"names", {"base"}}, {"lock_seconds", 0}};
  CHECK(system.check("system.package.install", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  const auto record = system.run("system.package.install", arguments);
  CHECK(record.error_code == MUSTER_UNAVAILABLE);
  CHECK(record.error_message.find("Could not get lock") != std::string::npos);
  CHECK(record.result["changes"] == json::array());
  arguments["lock_seconds"] = 600;
  const auto call = system.start("system.package.install", arguments, {});
  system.wait_for_output(call, "Waiting for cache lock");
  ::close(file);
  CHECK(system.wait(call).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("what shall be upgraded must be installed, what shall go need not",
          "[contract][system]") {
  AptNode node;
  System system(node.config());
  REQUIRE(system.run("system.package.install", {{"names", {"base"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  const auto record = system.run("system.package.upgrade", {{"names", {"base", "tool"}}});
  CHECK(record.error_code == MUSTER_NOT_FOUND);
  CHECK(record.error_field == "/names/1");
  CHECK(record.error_message == "tool is not installed");
  CHECK(system.run("system.package.remove", {{"names", {"tool", "none"}}}).outcome ==
        MUSTER_OUTCOME_OK);
  for (const auto* verb : {"remove", "upgrade"}) {
    const auto versioned =
        system.run(std::string("system.package.") + verb, {{"names", {"base=1.0"}}});
    CHECK(versioned.error_code == MUSTER_INVALID_ARGUMENT);
    CHECK(versioned.error_field == "/names/0");
  }
}

TEST_CASE("where there is no package manager that is known it says so", "[contract][system]") {
  PlayedNode node;
  auto config = node.config();
  config["path"] = (node.root().parent_path() / "bin").string();
  System system(config);
  for (const auto* verb : {"status", "install", "remove", "upgrade"}) {
    const auto record = system.run(std::string("system.package.") + verb, {{"names", {"base"}}});
    CHECK(record.error_code == MUSTER_UNSUPPORTED);
    CHECK(record.error_message == "not available: this node has neither apt-get nor dnf");
  }
}

TEST_CASE("dnf: what it shows is understood", "[contract][system]") {
  PlayedNode node;
  for (const auto* tool : {"sh", "cat", "printf"}) {
    std::filesystem::create_symlink(std::filesystem::path("/bin") / tool,
                                    node.root().parent_path() / "bin" / tool);
  }
  node.play("rpm", "cat $S/installed\n");
  // dnf 4.14 on a terminal of 80 columns, which is what it takes without one.
  node.play("dnf", R"sh(
printf '%s\n' "$*" >> $S/log
case "$*" in
*"-y remove"*) printf 'bar\t0:1.0-1\tnoarch\n' > $S/installed; echo Complete!; exit 0;;
*nosuch*) echo 'Error: Unable to find a match: nosuch' >&2; exit 1;;
*upgrade*) exit 0;;
esac
cat <<END
Last metadata expiration check: 0:00:08 ago on Thu Nov 26 15:38:55 2026.
Dependencies resolved.
================================================================================
 Package                                                  Arch   Version
                                                                       Repo
                                                                           Size
================================================================================
Upgrading:
 foo              noarch              2.0-1                t              5.4 k
 bar              x86_64              4:1.0-2              t               12 M
Removing:
 foo                                                      noarch 1.0-1 @t   0  
Removing unused dependencies:
 foo-library-with-quite-a-long-name-that-fills-the-column-and-more
                                                          noarch 1.0-1 @t   0  

Transaction Summary
================================================================================
Remove  3 Packages

Freed space: 0  
END
echo "Operation aborted." >&2
exit 1
)sh");
  write(node.state() / "installed", "foo\t0:1.0-1\tnoarch\nbar\t3:1.0-1\tnoarch\n");
  auto config = node.config();
  config["path"] = (node.root().parent_path() / "bin").string();
  System system(config);
  json arguments{{"names", {"foo"}}, {"also_remove", true}};
  const auto dry = system.check("system.package.remove", arguments);
  CAPTURE(dry.error_message);
  CHECK(dry.result["manager"] == "dnf");
  CHECK(dry.result["changes"] ==
        json::array({change("bar", "3:1.0-1", "4:1.0-2"), change("foo", "1.0-1", "2.0-1"),
                     change("foo", "1.0-1", nullptr),
                     change("foo-library-with-quite-a-long-name-that-fills-the-column-and-more",
                            "1.0-1", nullptr)}));
  CHECK(system.run("system.package.remove", arguments).result["changes"] ==
        json::array({change("bar", "3:1.0-1", "1.0-1"), change("foo", "1.0-1", nullptr)}));
  CHECK(node.log() == "--assumeno remove -- foo\n--assumeno remove -- foo\n-y remove -- foo\n");
  CHECK(system.run("system.package.install", {{"names", {"nosuch=1-2"}}}).error_field == "/names");
  CHECK(node.log().ends_with("--assumeno install -- nosuch-1-2\n"));
  CHECK(system.run("system.package.upgrade", json::object()).outcome == MUSTER_OUTCOME_OK);
}
