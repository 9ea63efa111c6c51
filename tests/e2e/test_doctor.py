"""`muster-agent doctor` and `muster doctor` find what is wrong, each thing by itself."""

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
        for name in ("identity", "agent", "kernel", "name", "gateway", "key", "controller", "clock"):
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

    def test_a_node_that_was_retired(self):
        self.assertEqual(self.fleet.muster("node", "retire", "node-1", "--expect", "1").code, 0)
        fleet.wait_for("the gateway to be told", lambda: self.agent_verdicts()["key"] == "failed")
        done = self.agent_doctor()
        self.assertEqual(done.code, 1)
        self.assertIn("this node's key is refused: the node was retired", done.out)
        self.assertIn("join again", done.out)

    def test_a_node_that_never_joined(self):
        done = self.agent_doctor("--json", state=self.fleet.path("nowhere"))
        self.assertEqual(done.code, 1)
        found = self.verdicts(done)
        self.assertEqual((found["identity"], found["controller"]), ("failed", "unknown"))
        self.assertFalse(self.fleet.path("nowhere").exists(), "looking must change nothing")

    def test_keys_that_others_may_read(self):
        self.fleet.path("node-1", "identity.json").chmod(0o644)
        self.assertEqual(self.agent_verdicts()["identity"], "failed")

    def test_an_operator_whose_fleet_is_well(self):
        done = self.fleet.muster("doctor", "--json")
        found = self.verdicts(done)
        for name in ("fleet", "port", "controller", "clock", "version", "certificate", "authority", "gateway",
                     "nodes", "clones", "agents", "plugins"):
            self.assertEqual(found[name], "ok", done)
        text = self.fleet.muster("doctor")
        self.assertIn("ok       controller", text.out)

    def test_an_operator_sees_what_is_wrong_behind_the_controller(self):
        self.fleet.stop("gateway")
        fleet.wait_for("the gateway to be missed", lambda: self.verdicts(
            self.fleet.muster("doctor", "--json"))["gateway"] == "failed")
        done = self.fleet.muster("doctor")
        self.assertEqual(done.code, 1)
        self.assertIn("is not connected", done.out)

    def test_an_operator_without_a_controller(self):
        self.fleet.stop("controller")
        done = self.fleet.muster("doctor", "--json")
        found = self.verdicts(done)
        self.assertEqual((done.code, found["port"], found["controller"]), (1, "failed", "failed"))

    def test_a_token_that_others_may_read_and_none_at_all(self):
        token = self.fleet.path("controller/admin.token")
        token.chmod(0o644)
        self.assertEqual(self.verdicts(self.fleet.muster("doctor", "--json")), {"fleet": "failed"})
        token.chmod(0o600)
        done = fleet.run([fleet.BIN / "muster", "doctor", "--json"],
                         env={"HOME": str(self.fleet.dir), "PATH": "/usr/bin"})
        self.assertEqual((done.code, self.verdicts(done)), (1, {"fleet": "failed"}))

    def test_wrong_words(self):
        for words in (["--state"], ["--what"], []):
            done = fleet.run([fleet.BIN / "muster-agent", "doctor", *words])
            self.assertEqual(done.code, 2, done)
            self.assertIn("see muster-agent doctor --help", done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
