"""kill -9 of any one process while jobs are in flight: every task ends in a true final state."""

import json
import os
import pathlib
import signal
import subprocess
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

    def test_killing_who_watches_a_job_leaves_the_job(self):
        self.check(self.jobs_in_flight(self.kill_watcher), may_be_indeterminate=False)

    def test_killing_a_node_that_joins_touches_nobody_else(self):
        self.check(self.jobs_in_flight(self.kill_join), may_be_indeterminate=False)
        if self.fleet.path("node-4", "identity.json").exists():  # it was quicker than the kill
            self.fleet.start_agent("node-4")
        else:
            self.fleet.join("node-4")
        self.fleet.wait_online(4)

    def kill_watcher(self):
        newest = self.fleet.muster("job", "ls", "--json").json["jobs"][0]["job"]
        watch = subprocess.Popen([fleet.BIN / "muster", "job", "watch", newest], env=self.fleet.env)
        self.kill_connected(watch)
        self.assertEqual(watch.returncode, -signal.SIGKILL)

    def kill_join(self):
        state = self.fleet.path("node-4")
        state.mkdir()
        join = subprocess.Popen([fleet.BIN / "muster-agent", "join", "-", "--state", state, "--name", "node-4"],
                                stdin=subprocess.PIPE, text=True)
        join.stdin.write(self.fleet.token() + "\n")
        join.stdin.close()
        self.kill_connected(join)

    def kill_connected(self, process):
        """Kills it as soon as it talks to the controller."""
        def talks():
            try:
                fds = pathlib.Path(f"/proc/{process.pid}/fd").iterdir()
                return process.poll() is not None or any("socket:" in os.readlink(fd) for fd in fds)
            except OSError:  # closed meanwhile
                return False

        fleet.wait_for("it to talk to the controller", talks)
        process.kill()
        process.wait()

    def kill_host(self):
        agent = self.fleet.services["node-3"].process.pid
        children = pathlib.Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
        hosts = [pid for pid in children if b"system" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
        self.assertEqual(len(hosts), 1, children)
        os.kill(int(hosts[0]), signal.SIGKILL)


if __name__ == "__main__":
    unittest.main(verbosity=2)
