"""kill -9 of any one process while jobs are in flight: every task ends in a true final state."""

import json
import os
import pathlib
import signal
import unittest

import fleet

FINAL = {"ok", "changed", "failed", "timed_out", "cancelled", "refused", "indeterminate", "expired", "skipped",
         "unreachable"}
JOBS = 100
AT_ONCE = 4  # tasks of one plugin on one node


class Crashes(unittest.TestCase):
    def setUp(self):
        self.fleet = fleet.Fleet(nodes=3)
        self.addCleanup(self.fleet.close)
        self.marks = self.fleet.path("marks")
        self.marks.mkdir()
        self.gate = self.fleet.path("gate")

    def jobs_in_flight(self, kill):
        """JOBS jobs of three tasks of which none can end before `kill` is done: each waits for the gate.

        A task leaves one mark for each time that it began, which is renamed when it came to its end.
        """
        jobs = []
        for number in range(JOBS):
            mark = f'"{self.marks}/{number}.$PPID.$$"'
            script = f'echo x >> {mark}; until [ -e "{self.gate}" ]; do sleep 0.1; done; mv {mark} {mark}.done'
            jobs.append(fleet.wait_for("a job to be taken", lambda: self.created("sh", "-c", script)))
        fleet.wait_for("every node to run as many tasks as it may at once", lambda: len(self.begun()) == 3 * AT_ONCE)
        self.assertEqual([self.job(job)["state"] for job in jobs], ["running"] * JOBS)
        kill()
        self.gate.touch()
        return jobs

    def begun(self):
        return list(self.marks.iterdir())

    def created(self, *argv):
        done = self.fleet.muster("exec", "--on", "all", "--offline", "queue", "--detach", "--json", "--", *argv)
        return done.json["job"] if done.code == 0 else None

    def job(self, job):
        done = self.fleet.muster("job", "show", job, "--json")
        return done.json if done.code == 0 else None

    def final(self, job):
        shown = self.job(job)
        return shown if shown and all(task["state"] in FINAL for task in shown["tasks"]) else None

    def check(self, jobs, may_be_indeterminate):
        for number, job in enumerate(jobs):
            try:
                shown = fleet.wait_for(f"job {number} to end", lambda: self.final(job), seconds=60)
            except AssertionError as error:
                raise AssertionError(f"{error}: {json.dumps(self.job(job), indent=1)}") from None
            counts = shown["counts"]
            self.assertEqual(sum(count for state, count in counts.items() if state != "targets"), counts["targets"])
            self.assertEqual(counts["targets"], 3)
            ran = len(list(self.marks.glob(f"{number}.*.done")))
            said = counts.get("changed", 0)
            unsure = counts.get("indeterminate", 0)
            self.assertEqual(said + unsure, 3, shown)
            self.assertLessEqual(said, ran, f"a task is said to have run and did not: {shown}")
            self.assertLessEqual(ran, said + unsure, f"a task ran that is not said to have, or twice: {shown}")
            if not may_be_indeterminate:
                self.assertEqual(unsure, 0, shown)

    def test_killing_the_controller_loses_nothing(self):
        self.check(self.jobs_in_flight(self.fleet.services["controller"].kill), may_be_indeterminate=False)

    def test_killing_the_gateway_loses_nothing(self):
        self.check(self.jobs_in_flight(self.fleet.services["gateway"].kill), may_be_indeterminate=False)

    def test_killing_an_agent_leaves_only_true_states(self):
        self.check(self.jobs_in_flight(self.fleet.services["node-2"].kill), may_be_indeterminate=True)

    def test_killing_a_plugin_host_leaves_only_true_states(self):
        self.check(self.jobs_in_flight(self.kill_host), may_be_indeterminate=True)

    def kill_host(self):
        agent = self.fleet.services["node-3"].process.pid
        children = pathlib.Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
        hosts = [pid for pid in children if b"system" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
        self.assertEqual(len(hosts), 1, children)
        os.kill(int(hosts[0]), signal.SIGKILL)


if __name__ == "__main__":
    unittest.main(verbosity=2)
