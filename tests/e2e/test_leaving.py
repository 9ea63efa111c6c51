"""An agent that is told to stop says so: nobody waits for it, and what waits for it finds it again. One that is retired goes for good."""

import signal
import unittest

import fleet
from terminal import Terminal


class Leaving(fleet.OneFleet):
    nodes = 2

    def presence(self):
        return self.fleet.muster("node", "show", "node-1", "--json").json["presence"]

    def test_a_node_that_was_stopped_is_skipped_and_a_queued_job_waits_for_it(self):
        self.fleet.stop("node-1")
        done = self.fleet.muster("exec", "--on", "all", "--json", "--", "true", timeout=20)
        self.assertEqual(done.code, 4, done)
        self.assertEqual(done.json["counts"], {"targets": 2, "skipped": 1, "changed": 1})
        self.assertEqual(self.presence(), "offline")
        queued = self.fleet.muster("exec", "--on", "node:node-1", "--offline", "queue", "--detach", "--json", "--",
                                   "true").json["job"]
        self.fleet.start_agent("node-1")
        fleet.wait_for("the queued job", lambda: self.fleet.muster("job", "show", queued, "--json").json["counts"]
                       .get("changed"))

    def test_what_ran_when_it_was_stopped_is_told_before_it_is_gone(self):
        job = self.fleet.muster("exec", "--on", "node:node-2", "--detach", "--json", "--", "sleep", "600").json["job"]
        show = lambda: self.fleet.muster("job", "show", job, "--json").json
        fleet.wait_for("the task to run", lambda: show()["counts"].get("running"))
        self.fleet.stop("node-2")
        task = show()["tasks"][0]
        self.assertEqual(task["state"], "failed", task)
        self.assertEqual(task["error"]["message"], "sleep was stopped because the agent stops")
        self.fleet.start_agent("node-2")
        self.fleet.wait_online(2)


class Retiring(fleet.OneFleet):
    nodes = 1

    def is_there(self):
        return self.fleet.muster("node", "show", "node-1").code == 0

    def retire(self, *words):
        return self.fleet.muster("node", "retire", *words)

    def type(self, *keys):
        """At the question of a terminal; the exit code, and what was shown."""
        terminal = Terminal(self.fleet.env, "node", "retire", "node-1", columns=200)
        terminal.wait_for("name of the node: ")
        for key in keys:
            terminal.press(key)
        return terminal.end(), terminal.text

    def test_a_node_is_not_retired_before_somebody_says_again_that_it_is_meant(self):
        done = self.retire("node-1")
        self.assertEqual((done.code, done.out), (2, ""), done)
        self.assertEqual(done.err, "muster: node-1, which is online, would be retired for good: its key is refused from then on, "
                                   "and nothing brings it back; say that you expect that with --expect 1\n")
        done = self.retire("node-1", "--expect", "2")
        self.assertEqual((done.code, done.err), (2, "muster: it would be 1 node, not 2; nothing was done\n"), done)
        self.assertEqual(self.retire("node-9", "--expect", "1").code, 3)
        for keys in ([b"node-2\r"], [b"\r"], [b"yes\r"], [b"\x04"]):
            with self.subTest(keys=keys):
                code, text = self.type(*keys)
                self.assertEqual(code, 2, text)
                self.assertIn("that is not its name; nothing was done", text)
        self.assertEqual(self.type(b"\x03")[0], -signal.SIGINT)
        self.assertTrue(self.is_there())
        code, text = self.type(b"node-1\r")
        self.assertEqual(code, 0, text)
        self.assertIn("1 node was retired", text)
        self.assertFalse(self.is_there())


if __name__ == "__main__":
    unittest.main(verbosity=2)
