"""`muster-agent doctor` finds what is wrong, each thing by itself."""

import unittest

import fleet


class Doctor(unittest.TestCase):
    def setUp(self):
        self.fleet = fleet.Fleet(nodes=1)
        self.addCleanup(self.fleet.close)

    def agent_doctor(self, *options, state=None):
        return fleet.run([fleet.BIN / "muster-agent", "doctor", "--state", state or self.fleet.path("node-1"), *options])

    def verdicts(self, done):
        """The worst verdict of each name."""
        order = ["ok", "warning", "unknown", "failed"]
        found = {}
        for check in done.json["checks"]:
            worst = max(check["verdict"], found.get(check["name"], "ok"), key=order.index)
            found[check["name"]] = worst
        return found

    def agent_verdicts(self, **options):
        return self.verdicts(self.agent_doctor("--json", **options))

    def test_a_node_that_is_well(self):
        found = self.agent_verdicts()
        for name in ("identity", "agent", "kernel", "name", "gateway", "controller", "clock"):
            self.assertEqual(found[name], "ok", found)
        text = self.agent_doctor().out
        self.assertIn("this node is node-1", text)
        self.assertRegex(text, r"\n\d+ ok(, \d+ warning)?\n$")

    def test_servers_that_are_away(self):
        self.fleet.stop("gateway")
        found = self.agent_verdicts()
        self.assertEqual((found["gateway"], found["controller"]), ("failed", "ok"))
        self.fleet.stop("controller")
        done = self.agent_doctor("--json")
        self.assertEqual(done.code, 1)
        self.assertEqual(self.verdicts(done)["controller"], "failed")
        self.assertNotIn("clock", self.verdicts(done))

    def test_an_agent_that_does_not_run(self):
        self.fleet.stop("node-1")
        self.assertEqual(self.agent_verdicts()["agent"], "warning")

    def test_a_node_that_never_joined(self):
        done = self.agent_doctor("--json", state=self.fleet.path("nowhere"))
        self.assertEqual(done.code, 1)
        found = self.verdicts(done)
        self.assertEqual((found["identity"], found["controller"]), ("failed", "unknown"))
        self.assertFalse(self.fleet.path("nowhere").exists(), "looking must change nothing")

    def test_keys_that_others_may_read(self):
        self.fleet.path("node-1", "identity.json").chmod(0o644)
        self.assertEqual(self.agent_verdicts()["identity"], "failed")

    def test_wrong_words(self):
        for words in (["--state"], ["--what"], []):
            done = fleet.run([fleet.BIN / "muster-agent", "doctor", *words])
            self.assertEqual(done.code, 2, done)
            self.assertIn("see muster-agent doctor --help", done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
