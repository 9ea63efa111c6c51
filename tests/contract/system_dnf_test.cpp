// The operations on packages with the real dnf and rpm, on a node of its own: an empty tree and a
// repository of small packages.
#include <unistd.h>

#include "catch.hpp"
#include "package_changes.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::change;
using test::PlayedNode;
using test::System;

namespace {

struct DnfNode : PlayedNode {
  DnfNode() {
    play("make-node", R"sh(
set -e
cd "$S/.."; mkdir -p dnf/conf dnf/log repo
cat > dnf/dnf.conf <<END
[main]
gpgcheck=0
cachedir=$PWD/dnf/cache
persistdir=$PWD/dnf/persist
logdir=$PWD/dnf/log
reposdir=$PWD/dnf/conf
pluginpath=$PWD/dnf/conf
varsdir=$PWD/dnf/conf
metadata_expire=never
[test]
name=test
baseurl=file://$PWD/repo
END
printf '#!/bin/sh\nexec /usr/bin/dnf --config=%s --installroot=%s --releasever=1 "$@"\n' \
    "$PWD/dnf/dnf.conf" "$PWD/root" > bin/dnf
printf '#!/bin/sh\nexec /usr/bin/rpm --root=%s "$@"\n' "$PWD/root" > bin/rpm
chmod +x bin/*
ln -s $(ls -d /usr/bin/* | grep -v -E '/(apt-get|dpkg-query|dnf|rpm)$') bin/ 2>/dev/null || true
)sh");
    play("add-package", R"sh(
set -e
cd "$S/.."
cat > package.spec <<END
Name: $1
Epoch: $2
Version: $3
Release: 1
Summary: t
License: t
BuildArch: noarch
$4
%description
t
%files
END
rpmbuild -bb --quiet --define "_topdir $PWD/build" --define "_rpmdir $PWD/repo" package.spec
createrepo_c -q --update repo
)sh");
    run("make-node");
    add("base", "0", "1.0");
    add("tool", "0", "1.0", "Requires: base");
    add("tool", "1", "0.9", "Requires: base");
    add("rival", "0", "1.0", "Conflicts: tool");
  }

  /// With the programs of this machine, but no other package manager.
  [[nodiscard]] json settings() const {
    auto config = PlayedNode::config();
    config["path"] = (root().parent_path() / "bin").string();
    return config;
  }

  void add(const std::string& name, const std::string& epoch, const std::string& version,
           const std::string& more = "") const {
    run("add-package " + name + " " + epoch + " " + version + " '" + more + "'");
  }

 private:
  void run(const std::string& command) const {
    REQUIRE(std::system((root().parent_path() / "bin" / command).c_str()) == 0);
  }
};

}  // namespace

TEST_CASE("dnf: packages come, are upgraded and go, each once and said beforehand",
          "[contract][system]") {
  if (::geteuid() != 0) return;  // dnf changes nothing for others
  DnfNode node;
  System system(node.settings());
  const auto both = [&](const std::string& operation, const json& arguments, const json& expected) {
    test::check_changes_once(system, "dnf", operation, arguments, expected);
  };
  both("system.package.install", {{"names", {"tool=1.0"}}},
       json::array({change("base", nullptr, "1.0-1"), change("tool", nullptr, "1.0-1")}));
  // What is installed stays as it is, though there is a newer one.
  CHECK(system.run("system.package.install", {{"names", {"tool", "base"}}}).outcome ==
        MUSTER_OUTCOME_OK);
  both("system.package.upgrade", json::object(), json::array({change("tool", "1.0-1", "1:0.9-1")}));
  both("system.package.install", {{"names", {"tool=1.0"}}},
       json::array({change("tool", "1:0.9-1", "1.0-1")}));
  both("system.package.upgrade", {{"names", {"tool"}}},
       json::array({change("tool", "1.0-1", "1:0.9-1")}));
  both("system.package.remove", {{"names", {"tool"}}},
       json::array({change("tool", "1:0.9-1", nullptr)}));
}

TEST_CASE("dnf: nothing goes that was not named unless that was allowed", "[contract][system]") {
  if (::geteuid() != 0) return;  // dnf changes nothing for others
  DnfNode node;
  System system(node.settings());
  REQUIRE(system.run("system.package.install", {{"names", {"tool"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  json arguments{{"names", {"base"}}};
  for (const auto& record : {system.run("system.package.remove", arguments),
                             system.check("system.package.remove", arguments)}) {
    CHECK(record.error_code == MUSTER_FAILED_PRECONDITION);
    CHECK(record.error_field == "/also_remove");
    CHECK(record.error_message == "this would remove tool; say also_remove: true if it shall");
  }
  arguments["also_remove"] = true;
  CHECK(system.run("system.package.remove", arguments).outcome == MUSTER_OUTCOME_CHANGED);
  const auto status = system.run("system.package.status", {{"names", {"tool"}}}).result;
  CHECK(status["packages"][0]["installed"] == false);
}

TEST_CASE("dnf: purge is refused before anything is done", "[contract][system]") {
  if (::geteuid() != 0) return;  // dnf changes nothing for others
  DnfNode node;
  System system(node.settings());
  REQUIRE(system.run("system.package.install", {{"names", {"tool"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  json arguments{{"names", {"tool"}}, {"purge", true}};
  for (const auto& record : {system.run("system.package.remove", arguments),
                             system.check("system.package.remove", arguments)}) {
    CHECK(record.error_code == MUSTER_UNSUPPORTED);
    CHECK(record.error_field == "/purge");
    CHECK(record.error_message ==
          "this node has dnf, which cannot purge: it keeps configuration that was changed; "
          "leave purge out");
  }
  const auto status = system.run("system.package.status", {{"names", {"tool"}}}).result;
  CHECK(status["packages"][0]["installed"] == true);
  arguments["purge"] = false;
  CHECK(system.run("system.package.remove", arguments).outcome == MUSTER_OUTCOME_CHANGED);
}

TEST_CASE("dnf: what conflicts, and what there is not, says so", "[contract][system]") {
  if (::geteuid() != 0) return;  // dnf changes nothing for others
  DnfNode node;
  System system(node.settings());
  REQUIRE(system.run("system.package.install", {{"names", {"tool"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  const auto rival = system.check("system.package.install", {{"names", {"rival"}}});
  CHECK(rival.error_message.find(
            "Error: Problem: problem with installed package tool-1:0.9-1.noarch; "
            "- package rival-1.0-1.noarch conflicts with tool") != std::string::npos);
  const auto nothing = system.run("system.package.install", {{"names", {"none"}}});
  CHECK(nothing.error_code == MUSTER_NOT_FOUND);
  CHECK(nothing.error_field == "/names");
}

TEST_CASE("dnf: status says what is and what could be, by the lists that are there",
          "[contract][system]") {
  if (::geteuid() != 0) return;  // dnf changes nothing for others
  DnfNode node;
  System system(node.settings());
  const auto before = system.run("system.package.status", {{"names", {"tool"}}});
  CHECK(before.outcome == MUSTER_OUTCOME_OK);
  CHECK_FALSE(before.result["packages"][0].contains("candidate"));  // no lists yet, none fetched
  REQUIRE(system.run("system.package.install", {{"names", {"tool=1.0"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  const auto status = system.run("system.package.status", {{"names", {"tool", "rival", "none"}}});
  CHECK(status.outcome == MUSTER_OUTCOME_OK);
  CHECK(
      status.result ==
      json{
          {"manager", "dnf"},
          {"total", 2},
          {"packages",
           {{{"name", "tool"}, {"installed", true}, {"version", "1.0-1"}, {"candidate", "1:0.9-1"}},
            {{"name", "rival"}, {"installed", false}, {"candidate", "1.0-1"}},
            {{"name", "none"}, {"installed", false}}}}});
}

TEST_CASE("dnf: new lists are read only when wanted", "[contract][system]") {
  if (::geteuid() != 0) return;  // dnf changes nothing for others
  DnfNode node;
  System system(node.settings());
  REQUIRE(system.run("system.package.install", {{"names", {"base"}}}).outcome ==
          MUSTER_OUTCOME_CHANGED);
  node.add("late", "0", "1.0");
  json arguments{{"names", {"late"}}};
  CHECK(system.run("system.package.install", arguments).error_code == MUSTER_NOT_FOUND);
  arguments["update"] = true;
  CHECK(system.run("system.package.install", arguments).outcome == MUSTER_OUTCOME_CHANGED);
}
