#include <unistd.h>

#include "catch.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::PlayedNode;
using test::read;
using test::System;
using test::write;

namespace {

/// A node with files of its own, on which the real useradd works.
struct Node : PlayedNode {
  Node() {
    std::filesystem::create_directories(root() / "home");
    write(etc("passwd"),
          "root:x:0:0:root:/root:/bin/bash\nmail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"
          "+nis\njane:x:1000:100:Jane \xff:/home/jane:/bin/bash\n");
    write(etc("group"),
          "root:x:0:\nmail:x:8:\nusers:x:100:\nstaff:x:50:jane\nwheel:x:51:jane,root\n");
    write(etc("shadow"), "root:*:1:0:99999:7:::\njane:!:1:0:99999:7:::\n");
    write(etc("gshadow"), "root:*::\nmail:*::\nusers:*::\nstaff:*::jane\nwheel:*::jane,root\n");
    write(etc("login.defs"), "UID_MIN 1000\nGID_MIN 1000\nUSERGROUPS_ENAB yes\n");
  }
  [[nodiscard]] std::filesystem::path etc(const std::string& name) const {
    return root() / "etc" / name;
  }
  [[nodiscard]] json config() const {
    auto config = PlayedNode::config();
    config["path"] = config["path"].get<std::string>() + ":/usr/sbin:/sbin";
    return config;
  }
};

json user(System& system, const std::string& name) {
  const auto users = system.run("system.user.ls", {{"name", name}}).result["users"];
  return users.empty() ? json() : users[0];
}

}  // namespace

TEST_CASE("users are listed with their groups", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto all = system.run("system.user.ls", json::object()).result;
  CHECK(all["total"] == 3);
  CHECK(all["users"][2] == json{{"name", "jane"},
                                {"uid", 1000},
                                {"gid", 100},
                                {"group", "users"},
                                {"groups", {"staff", "wheel"}},
                                {"comment", "Jane ?"},
                                {"home", "/home/jane"},
                                {"shell", "/bin/bash"}});
  const auto people = system.run("system.user.ls", {{"people", true}}).result;
  CHECK(people["total"] == 1);
  const auto first = system.run("system.user.ls", {{"limit", 1}}).result;
  CHECK(first["total"] == 3);
  CHECK(first["users"].size() == 1);
  CHECK(user(system, "none").is_null());
}

TEST_CASE("a user is made as told, once, and said beforehand", "[contract][system]") {
  if (::geteuid() != 0) return;  // useradd is root's
  Node node;
  System system(node.config());
  const json arguments{{"name", "joe"},      {"uid", 1234},
                       {"group", "users"},   {"groups", {"50", "wheel"}},
                       {"shell", "/bin/sh"}, {"home", "/home/joseph"},
                       {"comment", "Joe"}};
  const auto dry = system.check("system.user.present", arguments);
  CHECK(dry.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(dry.result["changes"] == json{"created"});
  CHECK(user(system, "joe").is_null());
  const auto record = system.run("system.user.present", arguments);
  CAPTURE(record.error_message);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(user(system, "joe") == json{{"name", "joe"},
                                    {"uid", 1234},
                                    {"gid", 100},
                                    {"group", "users"},
                                    {"groups", {"staff", "wheel"}},
                                    {"comment", "Joe"},
                                    {"home", "/home/joseph"},
                                    {"shell", "/bin/sh"}});
  CHECK(std::filesystem::is_directory(node.root() / "home/joseph"));
  CHECK(system.run("system.user.present", arguments).outcome == MUSTER_OUTCOME_OK);
}

TEST_CASE("a user that is there is changed where it differs, and nowhere else",
          "[contract][system]") {
  if (::geteuid() != 0) return;
  Node node;
  System system(node.config());
  const auto both = [&](json arguments, const json& changes) {
    arguments["name"] = "jane";
    CHECK(system.check("system.user.present", arguments).result["changes"] == changes);
    const auto record = system.run("system.user.present", arguments);
    CAPTURE(arguments, record.error_message);
    CHECK(record.result["changes"] == changes);
    CHECK(system.run("system.user.present", arguments).outcome == MUSTER_OUTCOME_OK);
  };
  CHECK(system.run("system.user.present", {{"name", "jane"}}).outcome == MUSTER_OUTCOME_OK);
  both({{"shell", "/bin/sh"}, {"home", "/home/jane"}}, {"shell"});
  both({{"comment", "J"}, {"uid", 1001}, {"group", "50"}}, {"uid", "group", "comment"});
  both({{"groups", {"mail"}}}, {"groups"});
  CHECK(user(system, "jane")["groups"] == json{"mail", "staff", "wheel"});
  both({{"groups", {"mail"}}, {"only_these_groups", true}}, {"groups"});
  CHECK(user(system, "jane")["groups"] == json{"mail"});
}

TEST_CASE(
    "a password's hash is set where it differs, and stands in no answer and on no command line",
    "[contract][system]") {
  if (::geteuid() != 0) return;
  Node node;
  System system(node.config());
  const std::string hash = "$y$j9T$salt$made-up";
  const auto set = [&](const std::string& name, const json& changes) {
    const json arguments{{"name", name}, {"password_hash", hash}};
    CHECK(system.check("system.user.present", arguments).result["changes"] == changes);
    const auto record = system.run("system.user.present", arguments);
    CAPTURE(record.error_message);
    CHECK(record.result == json{{"name", name}, {"changes", changes}});
    CHECK(read(node.etc("shadow")).find("\n" + name + ":" + hash + ":") != std::string::npos);
    CHECK(system.run("system.user.present", arguments).outcome == MUSTER_OUTCOME_OK);
  };
  set("jane", {"password"});
  set("joe", {"created"});
  node.play("chpasswd", "echo \"$*\" >> $S/log; cat >/dev/null; echo no >&2; exit 1\n");
  const auto failed =
      system.run("system.user.present", {{"name", "jane"}, {"password_hash", "$other"}});
  CHECK(failed.error_message == "cannot set the password of jane (exit code 1): no");
  CHECK(node.log() == "--encrypted --root " + node.root().string() + "\n");
}

TEST_CASE("a user goes, once, and root never", "[contract][system]") {
  if (::geteuid() != 0) return;
  Node node;
  System system(node.config());
  const json jane{{"name", "jane"}};
  CHECK(system.check("system.user.absent", jane).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK_FALSE(user(system, "jane").is_null());
  CHECK(system.run("system.user.absent", jane).result["changes"] == json{"removed"});
  CHECK(user(system, "jane").is_null());
  CHECK(system.run("system.user.absent", jane).outcome == MUSTER_OUTCOME_OK);
  const auto root = system.run("system.user.absent", {{"name", "root"}});
  CHECK(root.error_message == "root is root and stays");
  CHECK(root.error_field == "/name");
  CHECK_FALSE(user(system, "root").is_null());
}

TEST_CASE("groups and numbers that do not fit are one sentence and a pointer",
          "[contract][system]") {
  Node node;
  System system(node.config());
  const auto says = [&](const json& arguments, const std::string& field) {
    for (const auto& record : {system.run("system.user.present", arguments),
                               system.check("system.user.present", arguments)}) {
      CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
      CHECK(record.error_field == field);
    }
    return system.run("system.user.present", arguments).error_message;
  };
  CHECK(says({{"name", "joe"}, {"group", "none"}}, "/group") == "there is no group none");
  CHECK(says({{"name", "joe"}, {"groups", {"mail", "none"}}}, "/groups/1") ==
        "there is no group none");
  CHECK(says({{"name", "joe"}, {"uid", 1000}}, "/uid") == "the number 1000 is jane's");
}

TEST_CASE("what useradd says is in the sentence", "[contract][system]") {
  Node node;
  node.play("useradd", "echo \"useradd: cannot lock /etc/passwd; try again later.\" >&2; exit 1\n");
  System system(node.config());
  const auto record = system.run("system.user.present", {{"name", "joe"}});
  CHECK(
      record.error_message ==
      "cannot make user joe so (exit code 1): useradd: cannot lock /etc/passwd; try again later.");
}

TEST_CASE("a shell that is no program of the node is taken, with a note before and after",
          "[contract][system]") {
  if (::geteuid() != 0) return;
  Node node;
  std::filesystem::create_directories(node.root() / "bin");
  write(node.root() / "bin/sh", "");
  System system(node.config());
  const json arguments{{"name", "jane"}, {"shell", "/bin/sh"}};
  const std::string note =
      "there is no program /bin/sh on this node: nobody can log in with it as their shell";
  const auto dry = system.check("system.user.present", arguments);
  CHECK(dry.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(dry.result.value("note", "") == note);
  const auto record = system.run("system.user.present", arguments);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result.value("note", "") == note);
  CHECK(user(system, "jane")["shell"] == "/bin/sh");
  std::filesystem::permissions(node.root() / "bin/sh", std::filesystem::perms(0755));
  const auto later = system.run("system.user.present", arguments);
  CHECK(later.outcome == MUSTER_OUTCOME_OK);
  CHECK_FALSE(later.result.contains("note"));
}
