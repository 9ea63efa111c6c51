#include "catch.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::PlayedNode;
using test::read;
using test::shown;
using test::System;
using test::write;

namespace {

struct Node : PlayedNode {
  Node() { play_systemctl(); }
  [[nodiscard]] std::filesystem::path unit(const std::string& name) const {
    return root() / "etc/systemd/system" / name;
  }
  void runs() const {
    write(state() / "show.sweep.timer", shown("sweep.timer", "active", "enabled"));
  }
};

json sweep() {
  return {{"name", "sweep"},
          {"argv", {"/usr/bin/find", "/tmp", "-name", "a b%$\"\\\n", "-delete"}},
          {"on_calendar", {"Mon..Fri 03:30", "*-*-01"}},
          {"user", "daemon"},
          {"random_delay_seconds", 60},
          {"persistent", true}};
}

}  // namespace

TEST_CASE("a timer is two unit files, enabled and started", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto dry = system.check("system.timer.present", sweep());
  CHECK(dry.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(dry.result["changes"] == json{"service", "timer", "enabled", "started"});
  CHECK(dry.result["diff"].get<std::string>().find("+OnCalendar=*-*-01\n") != std::string::npos);
  CHECK(node.log().empty());
  CHECK_FALSE(std::filesystem::exists(node.unit("sweep.timer")));

  CHECK(system.run("system.timer.present", sweep()).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(read(node.unit("sweep.service")) ==
        "# Written by Muster (system.timer.present); what is changed here is lost.\n"
        "[Unit]\nDescription=Timer sweep of Muster\n\n[Service]\nType=oneshot\nUser=daemon\n"
        "WorkingDirectory=/\nExecStart=\"/usr/bin/find\" \"/tmp\" \"-name\" "
        "\"a b%%$$\\\"\\\\\\x0a\" \"-delete\"\n");
  CHECK(read(node.unit("sweep.timer")) ==
        "# Written by Muster (system.timer.present); what is changed here is lost.\n"
        "[Unit]\nDescription=Timer sweep of Muster\n\n[Timer]\nOnCalendar=Mon..Fri 03:30\n"
        "OnCalendar=*-*-01\nAccuracySec=1s\nRandomizedDelaySec=60s\nPersistent=true\n\n[Install]\n"
        "WantedBy=timers.target\n");
  CHECK(node.log() == "daemon-reload\nenable -- sweep.timer\nrestart -- sweep.timer\n");

  node.runs();
  CHECK(system.run("system.timer.present", sweep()).outcome == MUSTER_OUTCOME_OK);
  auto other = sweep();
  other["every_seconds"] = 3600;
  const auto changed = system.run("system.timer.present", other);
  CHECK(changed.result["changes"] == json{"timer"});
  CHECK(read(node.unit("sweep.timer")).find("OnActiveSec=3600s\nOnUnitActiveSec=3600s\n") !=
        std::string::npos);
}

TEST_CASE("systemd takes the unit files that are written", "[contract][system]") {
  if (!std::filesystem::exists("/usr/bin/systemd-analyze")) return;
  Node node;
  System system(node.config());
  REQUIRE(system.run("system.timer.present", sweep()).outcome == MUSTER_OUTCOME_CHANGED);
  const auto record =
      system.run("system.exec", {{"argv",
                                  {"systemd-analyze", "verify", node.unit("sweep.timer").string(),
                                   node.unit("sweep.service").string()}}});
  CAPTURE(record.output[MUSTER_STREAM_STDERR], record.error_message);
  CHECK(record.output[MUSTER_STREAM_STDERR].find("sweep") == std::string::npos);
}

TEST_CASE("a timer goes with its files, once", "[contract][system]") {
  Node node;
  System system(node.config());
  REQUIRE(system.run("system.timer.present", sweep()).outcome == MUSTER_OUTCOME_CHANGED);
  std::filesystem::remove(node.state() / "log");
  const json name{{"name", "sweep"}};
  const auto dry = system.check("system.timer.absent", name);
  CHECK(dry.result["changes"] == json{"service", "timer"});
  CHECK(std::filesystem::exists(node.unit("sweep.timer")));
  CHECK(system.run("system.timer.absent", name).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK_FALSE(std::filesystem::exists(node.unit("sweep.timer")));
  CHECK_FALSE(std::filesystem::exists(node.unit("sweep.service")));
  CHECK(node.log() ==
        "disable --now -- sweep.timer\ndaemon-reload\nreset-failed -- sweep.service\n");
  CHECK(system.run("system.timer.absent", name).outcome == MUSTER_OUTCOME_OK);
}

TEST_CASE("unit files of others are neither changed nor removed", "[contract][system]") {
  Node node;
  System system(node.config());
  write(node.unit("sweep.service"), "[Service]\nExecStart=/bin/true\n");
  for (const auto& record :
       {system.run("system.timer.present", sweep()), system.check("system.timer.present", sweep()),
        system.run("system.timer.absent", {{"name", "sweep"}})}) {
    CHECK(record.error_code == MUSTER_CONFLICT);
    CHECK(record.error_field == "/name");
  }
  CHECK(read(node.unit("sweep.service")) == "[Service]\nExecStart=/bin/true\n");
  CHECK(node.log().empty());
}

TEST_CASE("bad arguments of a timer are one sentence and a pointer", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto field = [&](const char* name, const json& value) {
    auto arguments = sweep();
    value.is_null() ? arguments.erase(name) : (arguments[name] = value, 1);
    const auto record = system.run("system.timer.present", arguments);
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK_FALSE(record.error_message.empty());
    return record.error_field;
  };
  CHECK(field("on_calendar", nullptr) == "/on_calendar");
  CHECK(field("on_calendar", {"daily\n[Service]"}) == "/on_calendar/0");
  CHECK(field("argv", {"find"}) == "/argv/0");
  CHECK(field("argv", {"/bin/true", std::string("\0", 1)}) == "/argv/1");
  CHECK(field("description", "a\nb") == "/description");
  CHECK(field("cwd", "/a\nb") == "/cwd");
  CHECK(field("user", "no-such-user") == "/user");
  node.play("systemd-analyze",
            "echo \"Failed to parse calendar specification '$3': Invalid argument\" >&2\n[ \"$3\" "
            "= daily ]\n");
  CHECK(field("on_calendar", {"daily", "sometimes"}) == "/on_calendar/1");
  CHECK(node.log().empty());
}

TEST_CASE("timers are listed with their times", "[contract][system]") {
  Node node;
  write(node.state() / "show.*.timer",  // systemd 252
        "Unit=systemd-tmpfiles-clean.service\nNextElapseUSecRealtime=\nLastTriggerUSec=\n"
        "Id=systemd-tmpfiles-clean.timer\nDescription=Daily Cleanup of Temporary Directories\n"
        "ActiveState=active\nUnitFileState=static\n\n"
        "Unit=dpkg-db-backup.service\nNextElapseUSecRealtime=Fri 2026-11-27 00:00:00 UTC\n"
        "LastTriggerUSec=Thu 2026-11-26 00:00:01 UTC\nId=dpkg-db-backup.timer\n"
        "Description=Daily dpkg database backup timer\nActiveState=inactive\n"
        "UnitFileState=enabled\n");
  System system(node.config());
  const auto record = system.run("system.timer.ls", json::object());
  CHECK(record.result == json{{"total", 2},
                              {"timers",
                               {{{"name", "systemd-tmpfiles-clean.timer"},
                                 {"description", "Daily Cleanup of Temporary Directories"},
                                 {"starts", "systemd-tmpfiles-clean.service"},
                                 {"active", true},
                                 {"enabled", "static"}},
                                {{"name", "dpkg-db-backup.timer"},
                                 {"description", "Daily dpkg database backup timer"},
                                 {"starts", "dpkg-db-backup.service"},
                                 {"active", false},
                                 {"enabled", "enabled"},
                                 {"next_unix", 1'795'737'600},
                                 {"last_unix", 1'795'651'201}}}}});
}
