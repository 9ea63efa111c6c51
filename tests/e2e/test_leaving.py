"""An agent that is told to stop says so: nobody waits for it, and what waits for it finds it again."""

import unittest

import fleet


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
