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


class Crashes(unittest.TestCase):
    def setUp(self):
        self.fleet = fleet.Fleet(nodes=3)
        self.addCleanup(self.fleet.close)
        self.marks = self.fleet.path("marks")
        self.marks.mkdir()

    def start_jobs(self, kill_after, kill):
        """JOBS jobs of three tasks; `kill` in the middle. Each task leaves one mark for each time that it ran."""
        jobs = []
        for number in range(JOBS):
            if number == kill_after:
                kill()
            script = f'echo x >> "{self.marks}/{number}.$PPID.$$"; mv "{self.marks}/{number}.$PPID.$$" "{self.marks}/{number}.$PPID.$$.done"'
            done = fleet.wait_for("a job to be taken", lambda: self.created("sh", "-c", script))
            jobs.append(done)
        return jobs

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
        self.check(self.start_jobs(JOBS // 2, self.fleet.services["controller"].kill), may_be_indeterminate=False)

    def test_killing_the_gateway_loses_nothing(self):
        self.check(self.start_jobs(JOBS // 2, self.fleet.services["gateway"].kill), may_be_indeterminate=False)

    def test_killing_an_agent_leaves_only_true_states(self):
        self.check(self.start_jobs(JOBS // 2, self.fleet.services["node-2"].kill), may_be_indeterminate=True)

    def test_killing_a_plugin_host_leaves_only_true_states(self):
        self.check(self.start_jobs(JOBS // 2, self.kill_host), may_be_indeterminate=True)

    def kill_host(self):
        agent = self.fleet.services["node-3"].process.pid
        children = pathlib.Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
        hosts = [pid for pid in children if b"system" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
        self.assertEqual(len(hosts), 1, children)
        os.kill(int(hosts[0]), signal.SIGKILL)


if __name__ == "__main__":
    unittest.main(verbosity=2)
