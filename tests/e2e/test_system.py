"""The system plugin on real nodes: a file that is put with a look beforehand, and a reboot that outlives the agent."""

import json
import os
import unittest

import fleet

SYSTEMCTL = """#!/bin/sh
# Plays systemd: a reboot gives the node another boot id, and takes its time.
case "$*" in
*is-system-running*) echo running;;
*reboot*) echo asked >> "$STATE/asked"; while [ ! -e "$STATE/go" ]; do sleep 0.05; done;;
esac
exit 0
"""


class System(unittest.TestCase):
    def setUp(self):
        self.fleet = fleet.Fleet(nodes=0)
        self.addCleanup(self.fleet.close)
        root = self.fleet.path("root")
        for folder in ("proc/sys/kernel/random", "run/systemd/system"):
            root.joinpath(folder).mkdir(parents=True)
        self.boot_id = root.joinpath("proc/sys/kernel/random/boot_id")
        self.boot_id.write_text("first\n")
        programs = self.fleet.path("bin")
        programs.mkdir()
        programs.joinpath("systemctl").write_text(SYSTEMCTL.replace("$STATE", str(self.fleet.path())))
        programs.joinpath("systemctl").chmod(0o755)
        config = self.fleet.path("config")
        config.mkdir()
        config.joinpath("system.yaml").write_text(f"root: {root}\npath: {programs}:/usr/bin:/bin\n")
        self.fleet.agent_options += ["--plugin-config", config]
        self.fleet.join("node-1")
        self.fleet.wait_online(1)

    def run_operation(self, *words):
        return self.fleet.muster("run", *words, "--on", "node:node-1", "--json")

    def task(self, job, node="node-1"):
        done = self.fleet.muster("job", "show", job, "--json")
        (task,) = (task for task in done.json["tasks"] if task["node"] == node)
        return task

    def test_a_file_is_shown_put_and_found_so(self):
        path = self.fleet.path("motd")
        words = ("system.file.put", f"path={path}", "content=Keep out\n", "mode=0640")
        looked = self.run_operation(*words, "--check")
        self.assertEqual(looked.code, 7, looked)
        self.assertFalse(path.exists())
        self.assertIn("+Keep out", looked.out)
        done = self.run_operation(*words)
        self.assertEqual(done.code, 0, done)
        self.assertEqual((path.read_text(), path.stat().st_mode & 0o777), ("Keep out\n", 0o640))
        self.assertEqual(self.run_operation(*words, "--check").code, 0)

    def stop(self):
        """As a service manager that goes down does it."""
        self.fleet.stop("node-1")

    def crash(self):
        service = self.fleet.services.pop("node-1")
        service.stopping.set()
        service.process.kill()
        service.thread.join(10)

    def asked(self):
        asked = self.fleet.path("asked")
        return asked.read_text() if asked.exists() else ""

    def go_down(self, end_agent, *words, on="node:node-1"):
        """Asks for the reboot; gives its job once the agent is down with the node."""
        done = self.fleet.muster("run", "system.reboot", *words, "--on", on, "--detach", "--json")
        self.assertEqual(done.code, 0, done)
        job = done.json["job"]
        fleet.wait_for("the reboot to be asked for", self.asked)
        end_agent()
        self.assertEqual(self.task(job)["state"], "running")
        return job

    def come_back(self, boot_id):
        self.boot_id.write_text(boot_id + "\n")
        self.fleet.path("go").touch()
        self.fleet.start_agent("node-1")

    def end_of(self, job):
        return fleet.wait_for("the reboot to be over", lambda: self.task(job)["state"] != "running" and self.task(job))

    def reboot(self, end_agent):
        job = self.go_down(end_agent)
        self.come_back("second")
        task = self.end_of(job)
        self.assertEqual(task["state"], "changed", task)
        self.assertEqual(self.asked(), "asked\n")

    def test_a_reboot_is_over_when_the_node_is_back(self):
        self.reboot(self.stop)

    def test_a_reboot_is_over_when_the_node_is_back_from_a_crash(self):
        self.reboot(self.crash)

    def test_a_reboot_is_over_also_when_the_node_was_away_for_longer_than_tasks_wait_for_their_start(self):
        # The other node does not come: its task ends when the time is over in which both have to begin.
        self.fleet.join("node-2")
        self.fleet.wait_online(2)
        self.fleet.stop("node-2")
        fleet.wait_for("the other node to be offline", lambda: self.fleet.nodes_online() == 1)
        job = self.go_down(self.crash, "--offline", "queue", "--start-within", "5s", on="node:node-[1-2]")
        fleet.wait_for("the time to be over", lambda: self.task(job, "node-2")["state"] == "expired")
        self.assertEqual(self.task(job)["state"], "running")
        self.come_back("second")
        task = self.end_of(job)
        self.assertEqual(task["state"], "changed", task)
        self.assertEqual(self.asked(), "asked\n")

    def test_a_reboot_after_which_the_check_does_not_pass_is_failed(self):
        check = 'check:=["/bin/sh","-c","echo no web yet >&2; exit 3"]'
        job = self.go_down(self.crash, check, "--timeout", "5s")
        self.come_back("second")
        task = self.end_of(job)
        self.assertEqual(task["state"], "failed", task)
        self.assertIn("the node has started again, and the check does not pass (exit code 3): no web yet",
                      task["error"]["message"])
        self.assertEqual(self.asked(), "asked\n")

    def test_a_node_that_is_back_and_did_not_reboot_is_asked_again_and_not_changed(self):
        job = self.go_down(self.crash, "--timeout", "5s")
        self.come_back("first")
        task = self.end_of(job)
        self.assertEqual(task["state"], "indeterminate", task)
        self.assertIn("did not go down in time", task["error"]["message"])
        self.assertEqual(self.asked(), "asked\nasked\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
