"""Services and timers of the system plugin on a node with a real systemd, which runs the agent too."""

import calendar
import unittest

import fleet
import systemd

SLEEPS = "[Unit]\nDescription=Sleep of the test\n[Service]\nExecStart=/bin/sleep infinity\n"
UNITS = {
    "web.service": SLEEPS,
    "later.service": SLEEPS + "[Install]\nWantedBy=all.target\n",
    "never.service": SLEEPS,
    "again.service": """\
[Service]
ExecStart=/bin/sleep infinity
ExecReload=/bin/sh -c 'echo reloaded >> /var/again'
""",
    "once.service": "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo ran >> /var/once'\n",
    "bad.service": """\
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'test -e /var/mended || exit 7'
""",
    "brief.service": "[Service]\nExecStart=/bin/sh -c 'sleep 0.1; exit 3'\n",
    "loops.service": """\
[Unit]
StartLimitIntervalSec=0
[Service]
Restart=always
RestartSec=20ms
ExecStart=/bin/sh -c 'sleep 0.1; exit 3'
""",
    "missing.service": "[Service]\nType=exec\nExecStart=/usr/bin/there-is-no-such-program\n",
}

AGENT = """\
[Service]
ExecStart={bin}/muster-agent run --state {state} --plugins {plugins} --dev-trust
Environment=PATH=/usr/sbin:/usr/bin:/sbin:/bin
"""


class Systemd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet(nodes=0)
        cls.addClassCleanup(cls.fleet.close)
        state = cls.fleet.path("node-1")
        agent = AGENT.format(bin=fleet.BIN, state=state, plugins=fleet.PLUGINS)
        cls.node = systemd.Systemd(dict(UNITS, **{"muster-agent.service": agent}),
                                   [cls.fleet.dir, fleet.BIN, fleet.PLUGINS])
        cls.addClassCleanup(cls.node.close)
        state.mkdir()
        joined = cls.node.run(fleet.BIN / "muster-agent", "join", "-", "--state", state, "--name", "node-1",
                              input=cls.fleet.token() + "\n")
        assert joined.code == 0, joined
        cls.systemctl("start", "muster-agent")
        cls.fleet.wait_online(1)

    @classmethod
    def systemctl(cls, *words):
        done = cls.node.run("systemctl", *words)
        assert done.code == 0, done
        return done.out.strip()

    def property(self, unit, name):
        return self.systemctl("show", "--property", name, "--value", unit)

    def run_operation(self, operation, *words, code=0):
        """Its task; `code` is muster's."""
        done = self.fleet.muster("run", operation, *words, "--on", "node:node-1", "--json")
        self.assertEqual(done.code, code, done)
        (task,) = done.json["tasks"]
        return task

    def state_of(self, name):
        return self.without_memory(self.service("status", name)["result"])

    @staticmethod
    def without_memory(result):
        return {member: value for member, value in result.items() if member != "memory_bytes"}  # as it is just then

    def service(self, verb, name, *words, code=0):
        return self.run_operation("system.service." + verb, "name=" + name, *words, code=code)

    def is_refused(self, sentence, verb, name):
        for words in ((), ("--check",)):
            task = self.service(verb, name, *words, code=1)
            self.assertEqual((task["state"], task["error"]["message"]), ("failed", sentence), task)

    def changes_once(self, operation, *words, how=lambda: None):
        """Check mode says so and leaves what `how` tells, the call does it, a second finds it so; the last task."""
        before = how()
        self.assertEqual(self.run_operation(operation, *words, "--check", code=7)["state"], "changed")
        self.assertEqual(how(), before)
        self.assertEqual(self.run_operation(operation, *words)["state"], "changed")
        after = how()
        self.assertNotEqual(after, before)
        for more in ((), ("--check",)):
            task = self.run_operation(operation, *words, *more)
            self.assertEqual((task["state"], how()), ("ok", after), task)
        return task

    def test_a_service_is_started_restarted_and_stopped(self):
        def how():
            return self.property("web", "ActiveState"), self.property("web", "MainPID")
        stopped = self.service("status", "web")["result"]
        self.assertEqual((stopped["exists"], stopped["active"], stopped["sub"], stopped["description"]),
                         (True, "inactive", "dead", "Sleep of the test"))
        self.assertNotIn("pid", stopped)
        result = self.changes_once("system.service.start", "name=web", how=how)["result"]
        self.assertEqual((result["active"], result["sub"], str(result["pid"])), ("active", "running", how()[1]))
        self.assertEqual(self.state_of("web"), self.without_memory(result))
        self.assertAlmostEqual(result["since_unix"], int(self.node.run("date", "+%s").out), delta=fleet.WAIT_SECONDS)

        self.assertEqual(self.service("restart", "web", "--check", code=7)["result"]["pid"], result["pid"])
        self.assertEqual(str(result["pid"]), how()[1])
        again = self.service("restart", "web")
        self.assertEqual((again["state"], str(again["result"]["pid"])), ("changed", how()[1]))
        self.assertNotEqual(again["result"]["pid"], result["pid"])

        result = self.changes_once("system.service.stop", "name=web", how=how)["result"]
        self.assertEqual((result["active"], result["sub"], how()), ("inactive", "dead", ("inactive", "0")))
        self.assertEqual(self.service("restart", "web")["result"]["active"], "active")

    def test_a_service_is_reloaded_where_it_can(self):
        self.is_refused("again is not active, so there is nothing to reload", "reload", "again")
        pid = self.service("start", "again")["result"]["pid"]
        self.service("reload", "again", "--check", code=7)
        self.assertFalse(self.node.file("/var/again").exists())
        task = self.service("reload", "again")
        self.assertEqual((task["state"], task["result"]["pid"]), ("changed", pid))
        self.assertEqual(self.node.file("/var/again").read_text(), "reloaded\n")
        self.is_refused("web cannot reload; restart it", "reload", "web")

    def test_a_service_is_enabled_and_disabled_without_being_started(self):
        link = self.node.unit("all.target.wants") / "later.service"

        def how():
            return self.property("later", "UnitFileState"), link.is_symlink()
        self.assertEqual(how(), ("disabled", False))
        task = self.changes_once("system.service.enable", "name=later", how=how)
        self.assertEqual((task["result"]["enabled"], how()), ("enabled", ("enabled", True)))
        task = self.changes_once("system.service.disable", "name=later", how=how)
        self.assertEqual((task["result"]["enabled"], how()), ("disabled", ("disabled", False)))
        self.assertEqual(self.property("later", "ActiveState"), "inactive")
        self.is_refused("again cannot be enabled: its unit file has no [Install] section", "enable", "again")

    def test_what_ends_by_itself_has_changed_something_and_is_not_failed(self):
        for times in (1, 2):
            task = self.service("start", "once")
            self.assertEqual((task["state"], task["result"]["active"], task["result"]["result"]),
                             ("changed", "inactive", "success"), task)
            self.assertEqual(self.node.file("/var/once").read_text().splitlines(), ["ran"] * times)

    def test_a_service_that_does_not_start_is_failed_with_its_reason(self):
        for name, code in (("bad", 7), ("missing", 203)):
            for verb in ("start", "restart"):
                with self.subTest(name=name, verb=verb):
                    task = self.service(verb, name, code=1)
                    self.assertEqual(task["state"], "failed", task)
                    self.assertIn(f"systemctl could not {verb} {name} (exit code 1): Job for {name}.service failed "
                                  "because the control process exited with error code", task["error"]["message"])
                    result = self.state_of(name)
                    self.assertEqual((result["active"], result["result"], result["exit_code"]),
                                     ("failed", "exit-code", code))
                    self.assertEqual(self.without_memory(task["result"]), result)
        self.assertEqual(self.service("stop", "bad")["state"], "ok")
        self.node.write("/var/mended", "")
        task = self.service("start", "bad")
        self.assertEqual((task["state"], task["result"]["active"], task["result"]["sub"]),
                         ("changed", "active", "exited"))

    def test_a_service_that_ends_soon_after_its_start_is_failed(self):
        for name in ("brief", "loops"):
            for verb in ("start", "restart"):
                with self.subTest(name=name, verb=verb):
                    self.service("stop", name)
                    task = self.service(verb, name, "settle_ms=3000", code=1)
                    self.assertEqual(task["state"], "failed", task)
                    self.assertIn(f"{name} was started and ended at once (", task["error"]["message"])
        self.service("stop", "loops")

    def test_an_unknown_unit_is_told_and_can_only_be_stopped_and_disabled(self):
        result = self.service("status", "none")["result"]
        self.assertEqual(result, {"name": "none", "exists": False, "active": "inactive", "sub": "dead"})
        for verb in ("start", "restart", "reload", "enable"):
            self.is_refused("there is no service none", verb, "none")
        for verb in ("stop", "disable"):
            self.assertEqual(self.service(verb, "none")["state"], "ok")

    def test_a_masked_service_is_not_started(self):
        self.systemctl("mask", "never")
        self.is_refused("never is masked; unmask it first", "start", "never")
        self.assertEqual(self.service("status", "never")["result"]["enabled"], "masked")

    def timers(self):
        return {timer["name"]: timer for timer in self.run_operation("system.timer.ls")["result"]["timers"]}

    def test_a_timer_runs_its_program_until_it_is_taken_away(self):
        log = self.node.file("/var/tick")
        argv = '["/bin/sh", "-c", "echo \\"$0 $1\\" >> /var/tick", "100%", "$HOME \\\\ \\"x\\""]'
        words = ("name=tick", "argv:=" + argv, "every_seconds:=1")

        def how():
            return (self.node.unit("tick.service").exists(), self.node.unit("tick.timer").exists(),
                    self.property("tick.timer", "UnitFileState"), self.property("tick.timer", "ActiveState"))
        self.changes_once("system.timer.present", *words, how=how)
        self.assertEqual(how(), (True, True, "enabled", "active"))
        fleet.wait_for("the timer to have run twice", lambda: log.exists() and len(log.read_text().splitlines()) >= 2)
        self.assertEqual(set(log.read_text().splitlines()), {'100% $HOME \\ "x"'})
        tick = self.timers()["tick.timer"]
        self.assertEqual((tick["starts"], tick["active"], tick["enabled"]), ("tick.service", True, "enabled"))
        self.assertGreater(tick["last_unix"], 0)

        other = self.run_operation("system.timer.present", *words[:2], "every_seconds:=86400")
        self.assertEqual((other["state"], other["result"]["changes"]), ("changed", ["timer"]))
        self.assertEqual(self.property("tick.timer", "TimersMonotonic").count("USec=1d ;"), 2)

        self.changes_once("system.timer.absent", "name=tick", how=how)
        self.assertEqual(how(), (False, False, "", "inactive"))
        self.assertNotIn("tick.timer", self.timers())

    def test_a_timer_of_the_calendar_waits_for_its_time(self):
        self.run_operation("system.timer.present", "name=night", 'argv:=["/bin/true"]',
                           'on_calendar:=["2199-01-31 03:30:00 UTC"]')
        night = self.timers()["night.timer"]
        self.assertEqual((night["active"], night["next_unix"]), (True, calendar.timegm((2199, 1, 31, 3, 30, 0))))
        self.assertNotIn("last_unix", night)
        task = self.run_operation("system.timer.present", "name=never", 'argv:=["/bin/true"]',
                                  'on_calendar:=["sometimes"]', code=1)
        self.assertIn("this is no time that systemd knows: sometimes", task["error"]["message"])
        self.assertNotIn("never.timer", self.timers())


if __name__ == "__main__":
    systemd.need()
    unittest.main(verbosity=2)
