#include "catch.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::PlayedNode;
using test::shown;
using test::System;
using test::write;

namespace {

struct Node : PlayedNode {
  Node() { play_systemctl(); }
  void is(const std::string& unit, const std::string& active,
          const std::string& enabled = "enabled", const std::string& can_reload = "yes") {
    write(state() / ("show." + unit), shown(unit, active, enabled, can_reload));
  }
  void becomes(const std::string& verb, const std::string& unit, const std::string& active,
               const std::string& enabled = "enabled") {
    write(state() / (verb + "." + unit), shown(unit, active, enabled));
  }
};

const json kWeb{{"name", "web"}};

}  // namespace

TEST_CASE("where systemd does not run every operation on services says so", "[contract][system]") {
  PlayedNode node;
  System system(node.config());
  for (const auto* verb : {"status", "start", "stop", "restart", "reload", "enable", "disable"}) {
    const auto record = system.run(std::string("system.service.") + verb, kWeb);
    CHECK(record.error_code == MUSTER_UNSUPPORTED);
    CHECK(record.error_message == "not available: this node does not run systemd");
  }
  CHECK(system.run("system.timer.ls", json::object()).error_code == MUSTER_UNSUPPORTED);
}

TEST_CASE("status says what systemd says", "[contract][system]") {
  Node node;
  node.is("web", "active", "static");
  System system(node.config());
  const auto record = system.run("system.service.status", kWeb);
  CHECK(record.outcome == MUSTER_OUTCOME_OK);
  CHECK(record.result == json{{"name", "web"},
                              {"exists", true},
                              {"active", "active"},
                              {"sub", "running"},
                              {"enabled", "static"},
                              {"description", "D-Bus System Message Bus"},
                              {"result", "success"},
                              {"exit_code", 0},
                              {"pid", 65},
                              {"restarts", 0},
                              {"memory_bytes", 856064},
                              {"since_unix", 1'795'707'074}});
  const auto none = system.run("system.service.status", {{"name", "none"}});
  CHECK(none.outcome == MUSTER_OUTCOME_OK);
  CHECK(none.result ==
        json{{"name", "none"}, {"exists", false}, {"active", "inactive"}, {"sub", "dead"}});
}

TEST_CASE("what is so already is ok and not done again", "[contract][system]") {
  const auto [verb, active, enabled] = GENERATE(table<std::string, std::string, std::string>({
      {"start", "active", "enabled"},
      {"stop", "inactive", "enabled"},
      {"stop", "failed", "enabled"},
      {"enable", "active", "enabled"},
      {"disable", "active", "disabled"},
      {"disable", "active", "static"},
  }));
  Node node;
  node.is("web", active, enabled);
  System system(node.config());
  CHECK(system.run("system.service." + verb, kWeb).outcome == MUSTER_OUTCOME_OK);
  CHECK(node.log().empty());
}

TEST_CASE("what is not so is done, and the answer is how it is then", "[contract][system]") {
  const auto [verb, active, enabled, then] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"start", "inactive", "enabled", "active"},
          {"start", "failed", "enabled", "active"},
          {"stop", "active", "enabled", "inactive"},
          {"restart", "active", "enabled", "active"},
          {"reload", "active", "enabled", "active"},
          {"enable", "active", "disabled", "active"},
          {"disable", "active", "enabled", "active"},
      }));
  Node node;
  node.is("web", active, enabled);
  node.becomes(verb, "web", then, "enabled-runtime");
  System system(node.config());
  const auto dry = system.check("system.service." + verb, kWeb);
  CHECK(dry.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(node.log().empty());
  const auto record = system.run("system.service." + verb, kWeb);
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result["active"] == then);
  CHECK(record.result["enabled"] == "enabled-runtime");
  CHECK(node.log() == verb + " -- web\n");
}

TEST_CASE("a service that does not come up is failed, with what systemd says and how it is",
          "[contract][system]") {
  Node node;
  node.is("web", "inactive");
  node.becomes("start", "web", "failed");
  write(node.state() / "exit", "1");
  System system(node.config());
  const auto record = system.run("system.service.start", kWeb);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == "systemctl could not start web (exit code 1): Job for web failed.");
  CHECK(record.result["active"] == "failed");
}

TEST_CASE("a service that ended when systemctl was content with its start is failed",
          "[contract][system]") {
  const auto [active, sub] =
      GENERATE(table<std::string, std::string>({{"failed", "failed"},
                                                {"activating", "auto-restart"},
                                                {"activating", "auto-restart-queued"},
                                                {"inactive", "dead-before-auto-restart"}}));
  const std::string verb = GENERATE("start", "restart");
  Node node;
  node.is("web", "inactive");
  write(node.state() / (verb + ".web"),
        "Result=exit-code\nExecMainStatus=3\nLoadState=loaded\nActiveState=" + active +
            "\nSubState=" + sub + "\n");
  System system(node.config());
  const auto record = system.run("system.service." + verb, kWeb);
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == "web was started and ended at once (exit-code 3)");
  CHECK(record.result["active"] == active);
}

TEST_CASE("a service that ends soon after its start is failed where systemd does not wait for it",
          "[contract][system]") {
  const json kOneMs{{"name", "web"}, {"settle_ms", 1}};
  const json kAtOnce{{"name", "web"}, {"settle_ms", 0}};
  const auto [verb, type, arguments, later, fails] =
      GENERATE_COPY(table<std::string, std::string, json, std::string, bool>({
          {"start", "simple", kWeb, "ActiveState=failed\nSubState=failed\n", true},
          {"restart", "exec", kWeb, "ActiveState=activating\nSubState=auto-restart\n", true},
          {"start", "idle", kWeb, "ActiveState=active\nSubState=running\nNRestarts=1\n", true},
          {"start", "simple", kOneMs, "ActiveState=inactive\nSubState=dead\n", false},
          {"restart", "simple", kOneMs, "ActiveState=active\nNRestarts=0\n", false},
          {"start", "simple", kAtOnce, "ActiveState=failed\n", false},
          {"start", "notify", kWeb, "ActiveState=failed\n", false},
          {"restart", "notify", kOneMs, "ActiveState=failed\n", true},
      }));
  Node node;
  node.is("web", "inactive");
  write(node.state() / (verb + ".web"), shown("web", "active", "enabled") + "Type=" + type + "\n");
  write(node.state() / "later.web",
        "LoadState=loaded\nResult=exit-code\nExecMainStatus=3\n" + later);
  System system(node.config());
  const auto record = system.run("system.service." + verb, arguments);
  CHECK(record.outcome == (fails ? MUSTER_OUTCOME_FAILED : MUSTER_OUTCOME_CHANGED));
  if (fails) CHECK(record.error_message == "web was started and ended at once (exit-code 3)");
}

TEST_CASE("what cannot be done is said before it is tried", "[contract][system]") {
  const auto [verb, active, enabled, can_reload, says] =
      GENERATE(table<std::string, std::string, std::string, std::string, std::string>({
          {"start", "inactive", "masked", "yes", "web is masked; unmask it first"},
          {"enable", "active", "static", "yes",
           "web cannot be enabled: its unit file has no [Install] section"},
          {"reload", "active", "enabled", "no", "web cannot reload; restart it"},
          {"reload", "inactive", "enabled", "yes",
           "web is not active, so there is nothing to reload"},
      }));
  Node node;
  node.is("web", active, enabled, can_reload);
  System system(node.config());
  for (const auto& record :
       {system.run("system.service." + verb, kWeb), system.check("system.service." + verb, kWeb)}) {
    CHECK(record.error_code == MUSTER_FAILED_PRECONDITION);
    CHECK(record.error_field == "/name");
    CHECK(record.error_message == says);
  }
  CHECK(node.log().empty());
}

TEST_CASE("a service that is not there can be stopped and disabled, and nothing else",
          "[contract][system]") {
  Node node;
  System system(node.config());
  for (const auto* verb : {"stop", "disable"}) {
    CHECK(system.run(std::string("system.service.") + verb, kWeb).outcome == MUSTER_OUTCOME_OK);
  }
  for (const auto* verb : {"start", "restart", "reload", "enable"}) {
    const auto record = system.run(std::string("system.service.") + verb, kWeb);
    CHECK(record.error_code == MUSTER_NOT_FOUND);
    CHECK(record.error_message == "there is no service web");
  }
}

TEST_CASE("systemctl is ended with the call", "[contract][system]") {
  Node node;
  node.is("web", "inactive");
  System system(node.config());
  node.play("systemctl",
            "for u; do :; done\ncase \"$*\" in *show*) cat $S/show.$u;; *) sleep 1000;; esac\n");
  const auto record =
      system.run("system.service.start", kWeb, {.deadline = std::chrono::seconds(1)});
  CHECK(record.error_code == MUSTER_TIMEOUT);
  CHECK(record.error_message == "systemctl was stopped because its time was up");
}
