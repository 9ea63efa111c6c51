"""What a newcomer does first, through all processes."""

import json
import os
import subprocess
import unittest

import fleet


class FirstHour(fleet.OneFleet):
    nodes = 3

    def muster(self, *words):
        return self.fleet.muster(*words)

    def test_nodes_are_listed_with_what_they_are(self):
        nodes = self.muster("node", "ls", "--json").json["nodes"]
        self.assertEqual([node["name"] for node in nodes], ["node-1", "node-2", "node-3"])
        self.assertEqual(nodes[0]["labels"], {"role": "db"})
        self.assertIn("kernel.release", nodes[0]["facts"])
        self.assertIn("node-2", self.muster("node", "ls").out)
        self.assertEqual(self.muster("node", "show", "node-1", "--json").json["name"], "node-1")

    def test_a_read_operation_answers_from_every_node(self):
        done = self.muster("run", "system.ping", "--on", "all", "--json")
        self.assertEqual(done.code, 0, done)
        self.assertEqual(done.json["counts"], {"targets": 3, "ok": 3})
        for task in done.json["tasks"]:
            self.assertEqual(task["state"], "ok")
            self.assertGreaterEqual(task["ended"], task["started"])

    def test_exec_streams_both_streams_and_equal_outputs_stand_together(self):
        done = self.muster("exec", "--on", "role=web", "--", "sh", "-c", "echo out; echo err >&2")
        self.assertEqual(done.code, 0, done)
        self.assertIn("node-[2-3] (2): changed\nout\nerr\n", done.out)

    def test_exec_on_one_node_passes_its_output_through(self):
        done = self.muster("exec", "--on", "node:node-1", "--", "printf", "%s\\n", "a b", "c")
        self.assertEqual((done.code, done.out), (0, "a b\nc\n"), done)

    def test_a_program_that_fails_gives_exit_1_and_its_code(self):
        done = self.muster("exec", "--on", "all", "--json", "--", "sh", "-c", "exit 3")
        self.assertEqual(done.code, 1, done)
        self.assertEqual(done.json["counts"], {"targets": 3, "failed": 3})
        self.assertEqual(done.json["tasks"][0]["result"]["exit_code"], 3)

    def test_programs_that_fail_alike_stand_together(self):
        done = self.muster("exec", "--on", "all", "--", "sh", "-c", "exit 3")
        self.assertEqual(done.out, "node-[1-3] (3): failed\n  sh exited with 3\n")

    def test_a_job_can_be_detached_watched_and_its_output_read(self):
        job = self.muster("exec", "--on", "node:node-2", "--detach", "--json", "--", "seq", "3").json["job"]
        watched = self.muster("job", "watch", job, "--json")
        self.assertEqual(watched.json["counts"], {"targets": 1, "changed": 1}, watched)
        self.assertEqual(self.muster("job", "output", job).out, "1\n2\n3\n")
        self.assertEqual(self.muster("job", "show", job, "--json").json["job"], job)
        self.assertIn(job, [one["job"] for one in self.muster("job", "ls", "--json").json["jobs"]])

    def test_a_running_job_is_cancelled_and_its_process_ends(self):
        seconds = str(1_000_000_000 + os.getpid())  # no other test sleeps so long
        job = self.muster("exec", "--on", "node:node-2", "--detach", "--json", "--", "sleep", seconds).json["job"]
        fleet.wait_for("the task to run", lambda: self.muster("job", "show", job, "--json").json["counts"].get("running"))
        self.assertEqual(self.muster("job", "cancel", job).code, 0)
        done = self.muster("job", "watch", job, "--json")
        self.assertEqual(done.json["counts"], {"targets": 1, "cancelled": 1}, done)
        left = subprocess.run(["pgrep", "-f", f"sleep {seconds}"], capture_output=True, text=True)
        self.assertEqual(left.stdout, "")

    def test_a_task_past_its_time_is_ended(self):
        done = self.muster("exec", "--on", "all", "--timeout", "1s", "--json", "--", "sleep", "987653")
        self.assertEqual(done.code, 4, done)
        self.assertEqual(done.json["counts"], {"targets": 3, "timed_out": 3})

    def test_output_beyond_the_cap_is_cut_and_said(self):
        done = self.muster("exec", "--on", "node:node-1", "--output-cap", "100KiB", "--json", "--", "sh", "-c",
                           "head -c 300000 /dev/zero | tr '\\0' x")
        self.assertEqual(done.code, 0, done)
        (output,) = done.json["tasks"][0]["outputs"]
        self.assertEqual((output["stream"], output["size"], output["kept"], output["truncated"]),
                         ("stdout", 300000, 102400, True))
        self.assertEqual(self.muster("job", "output", done.json["job"]).out, "x" * 102400)

    def test_plugins_are_listed_with_their_operations(self):
        (system,) = [one for one in self.muster("plugin", "ls", "--json").json["plugins"] if one["id"] == "system"]
        self.assertEqual(system["nodes"], 3)
        self.assertIn("system.exec", system["operations"])
        self.assertIn("system.ping", self.muster("plugin", "show", "system").out)

    def test_facts_are_read_on_the_node(self):
        done = self.muster("run", "system.facts", "--on", "node:node-1", "--json")
        self.assertEqual(done.code, 0, done)
        self.assertEqual(done.json["tasks"][0]["result"]["hostname"],
                         subprocess.run(["uname", "-n"], capture_output=True, text=True).stdout.strip())

    def test_status_counts_the_fleet(self):
        self.assertEqual(self.muster("status", "--json").json["nodes"]["online"], 3)

    def test_the_controllers_metrics_count_the_fleet(self):
        self.assertRegex(self.fleet.fetch("/metrics"), r'(?m)^muster_fleet_nodes\{presence="online"\} 3$')

    def test_every_json_is_one_object(self):
        for words in (["node", "ls"], ["node", "show", "node-1"], ["job", "ls"], ["plugin", "ls"],
                      ["plugin", "show", "system"], ["status"], ["enroll", "token", "ls"]):
            with self.subTest(words=words):
                self.assertIsInstance(json.loads(self.muster(*words, "--json").out), dict)


if __name__ == "__main__":
    unittest.main(verbosity=2)
