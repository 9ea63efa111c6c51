"""Bad input gives one clear sentence, the exit code of its class, and changes nothing."""

import unittest

import fleet


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet(nodes=1)

    @classmethod
    def tearDownClass(cls):
        cls.fleet.close()

    def jobs(self):
        return len(self.fleet.muster("job", "ls", "--json").json["jobs"])

    def refused(self, code, *words, says=()):
        before = self.jobs()
        done = self.fleet.muster(*words)
        self.assertEqual(done.code, code, done)
        for text in says:
            self.assertIn(text, done.err)
        self.assertEqual(self.jobs(), before)
        return done

    def test_an_unknown_operation(self):
        self.refused(2, "run", "system.pong", "--on", "all", says=["system.pong", "system.ping"])

    def test_a_missing_argument(self):
        self.refused(2, "run", "system.exec", "--on", "all", says=["argv"])

    def test_a_wrong_argument(self):
        self.refused(2, "run", "system.exec", "argv=ls", "--on", "all", says=["/argv", "list"])

    def test_an_unknown_argument(self):
        self.refused(2, "run", "system.ping", "paylod=x", "--on", "all", says=["paylod"])

    def test_a_broken_selector(self):
        done = self.refused(2, "run", "system.ping", "--on", "role=web and and x")
        self.assertIn("role=web and and x\n", done.err)
        self.assertIn("^", done.err)

    def test_a_selector_that_matches_nothing(self):
        self.refused(3, "run", "system.ping", "--on", "role=nothing")

    def test_an_unknown_node(self):
        self.assertEqual(self.fleet.muster("node", "show", "node-9").code, 2)

    def test_a_token_works_once(self):
        token = self.fleet.token()
        self.fleet.path("a").mkdir()
        self.assertEqual(self.fleet.run_join(token, "extra").code, 0)
        again = self.fleet.run_join(token, "more")
        self.assertNotEqual(again.code, 0)
        self.assertIn("used", again.err)
        self.assertFalse(self.fleet.path("more", "identity.json").exists())

    def test_a_token_that_is_none(self):
        done = self.fleet.run_join("muster1.notatoken", "bad")
        self.assertEqual(done.code, 2, done)

    def test_another_operators_token_is_denied(self):
        other = self.fleet.path("other.token")
        other.write_text("x" * 43)
        done = fleet.run([fleet.BIN / "muster", "node", "ls"], env=dict(self.fleet.env, MUSTER_TOKEN_FILE=str(other)))
        self.assertEqual(done.code, 5, done)

    def test_a_second_agent_on_one_state_is_refused(self):
        done = fleet.run([fleet.BIN / "muster-agent", "run", "--state", self.fleet.path("node-1"), "--plugins",
                          fleet.PLUGINS])
        self.assertNotEqual(done.code, 0)
        self.assertIn("node-1", done.err)

    def test_a_port_in_use(self):
        port = self.fleet._port("api")
        state = self.fleet.path("second")
        state.mkdir()
        done = fleet.run([fleet.BIN / "muster-controller", "run", "--state", state, "--listen", f"127.0.0.1:{port}",
                          "--gateway-socket", self.fleet.path("second.sock")])
        self.assertNotEqual(done.code, 0)
        self.assertIn(str(port), done.err)


class WithoutTrust(unittest.TestCase):
    def test_a_node_refuses_what_is_dangerous(self):
        with fleet.Fleet(nodes=1, agent_options=()) as small:
            done = small.muster("exec", "--on", "all", "--json", "--", "true")
            self.assertEqual(done.code, 5, done)
            self.assertEqual(done.json["counts"], {"targets": 1, "refused": 1})
            self.assertEqual(small.muster("run", "system.ping", "--on", "all").code, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
