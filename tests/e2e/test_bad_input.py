"""Bad input gives one clear sentence, the exit code of its class, and changes nothing."""

import unittest

import fleet


class BadInput(fleet.OneFleet):
    nodes = 1

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

    def test_a_plugin_that_has_no_operations(self):
        shown = self.fleet.muster("plugin", "show", "script")
        self.assertEqual(shown.code, 0, shown)
        self.assertIn("it has no operations", shown.out)
        self.refused(3, "help", "run", "script.x", says=["plugin script has no operations"])
        self.refused(2, "run", "script.x", "a=b", "--on", "all", says=["no node has an operation script.x"])

    def test_a_file_of_bytes(self):
        there = str(self.fleet.path("there"))
        on = [f"path={there}", "--on", "all"]
        self.refused(2, "run", "system.file.put", "content=@/bin/ls", *on,
                     says=["content: /bin/ls is no UTF-8 text at byte ", "give it as content_base64=@/bin/ls"])
        done = self.fleet.muster("run", "system.file.put", "content_base64=@/bin/ls", *on)
        self.assertEqual(done.code, 0, done)
        with open("/bin/ls", "rb") as here, open(there, "rb") as sent:
            self.assertEqual(here.read(), sent.read())

    def test_a_missing_argument(self):
        self.refused(2, "run", "system.exec", "--on", "all", says=["argv"])

    def test_a_wrong_argument(self):
        self.refused(2, "run", "system.exec", 'argv:="ls"', "--on", "all", says=["/argv", "list"])

    def test_a_number_that_is_no_integer_of_64_bits(self):
        for value in ("1.5", "1e99", "9223372036854775808"):
            self.refused(2, "run", "system.exec", 'argv:=["true"]', f"max_output_bytes:={value}", "--on", "all",
                         says=["/max_output_bytes", "must be an integer"])

    def test_an_integer_that_is_written_with_a_point(self):
        done = self.fleet.muster("run", "system.exec", 'argv:=["true"]', "max_output_bytes:=1.0", "--on", "node:node-1")
        self.assertEqual(done.code, 0, done)

    def test_an_unknown_argument(self):
        self.refused(2, "run", "system.ping", "paylod=x", "--on", "all", says=["paylod"])

    def test_a_broken_selector(self):
        done = self.refused(2, "run", "system.ping", "--on", "role=web and and x")
        self.assertIn("role=web and and x\n", done.err)
        self.assertIn("^", done.err)

    def test_a_selector_that_matches_nothing(self):
        self.refused(3, "run", "system.ping", "--on", "role=nothing")

    def test_an_unknown_node(self):
        self.assertEqual(self.fleet.muster("node", "show", "node-9").code, 3)

    def test_output_beyond_the_programs_own_limit(self):
        done = self.fleet.muster("run", "system.exec", "argv:=[\"seq\", \"100\"]", "max_output_bytes:=10", "--on",
                                 "node:node-1")
        self.assertEqual(done.code, 0, done)
        self.assertIn("node-1: the output was cut at max_output_bytes", done.err)
        job = self.fleet.muster("job", "ls", "--json").json["jobs"][0]["job"]
        self.assertIn("(the output was cut at max_output_bytes)", self.fleet.muster("job", "show", job).out)

    def test_a_gateway_without_a_controller_says_so(self):
        self.fleet.start("alone", [fleet.BIN / "muster-gateway", "--state", self.fleet.path("alone"), "--listen",
                                   "127.0.0.1:0", "--controller", self.fleet.path("nobody.sock")])
        log = self.fleet.path("alone.log")
        fleet.wait_for("the log", lambda: "the controller is not there, retrying" in log.read_text())
        self.fleet.stop("alone")

    def test_a_token_works_once(self):
        token = self.fleet.token()
        self.fleet.path("a").mkdir()
        self.assertEqual(self.fleet.run_join(token, "extra").code, 0)
        again = self.fleet.run_join(token, "more")
        self.assertNotEqual(again.code, 0)
        self.assertIn("used", again.err)
        self.assertFalse(self.fleet.path("more", "identity.json").exists())

    def test_a_token_that_has_expired(self):
        token = self.fleet.token("--expires", "1ms")
        done = self.fleet.run_join(token, "late")
        self.assertEqual(done.code, 5, done)
        self.assertIn("this enrolment token has expired; ask for a new one", done.err)
        self.assertFalse(self.fleet.path("late", "identity.json").exists())

    def test_a_token_that_is_none(self):
        done = self.fleet.run_join("muster1.notatoken", "bad")
        self.assertEqual(done.code, 2, done)

    def test_a_join_without_a_name_uses_up_no_token(self):
        token = self.fleet.token()
        done = self.fleet.run_join(token, "", self.fleet.path("unnamed"))
        self.assertEqual(done.code, 2, done)
        self.assertIn("--name is empty", done.err)
        self.assertEqual(self.fleet.run_join(token, "named").code, 0)

    def test_a_wrong_address_of_metrics_is_a_usage_error(self):
        done = fleet.run([fleet.BIN / "muster-agent", "run", "--state", self.fleet.path("named"), "--plugins",
                          fleet.PLUGINS, "--metrics", "foo"])
        self.assertEqual(done.code, 2, done)

    def test_another_operators_token_is_denied(self):
        other = self.fleet.path("other.token")
        other.write_text("x" * 43)
        other.chmod(0o600)
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

    def test_a_gateways_port_in_use(self):
        port = self.fleet._port("gateway")
        done = fleet.run([fleet.BIN / "muster-gateway", "--state", self.fleet.path("third"), "--listen",
                          f"127.0.0.1:{port}", "--controller", self.fleet.path("gw.sock")])
        self.assertEqual(done.code, 1, done)
        self.assertIn(f":{port}: the port is in use", done.err)

    def test_a_metrics_port_in_use(self):
        port = self.fleet._port("api")
        name = "measured"
        self.assertEqual(self.fleet.run_join(self.fleet.token(), name).code, 0)
        done = fleet.run([fleet.BIN / "muster-agent", "run", "--state", self.fleet.path(name), "--plugins",
                          fleet.PLUGINS, "--metrics", f"127.0.0.1:{port}"])
        self.assertEqual(done.code, 1, done)
        self.assertIn(str(port), done.err)
        self.assertIn("in use", done.err)


class AnotherController(fleet.OneFleet):
    """What was a fleet's controller is another one now, at the same address."""

    nodes = 1

    @classmethod
    def prepare(cls):
        cls.token = cls.fleet.token()
        cls.replace_servers()

    @classmethod
    def replace_servers(cls):
        for name in ("gateway", "controller"):
            argv = cls.fleet.services[name].argv
            cls.fleet.stop(name)
            cls.fleet.path(name).rename(cls.fleet.path("old-" + name))
            cls.fleet.path(name).mkdir()
            cls.fleet.services[name + " next"] = argv
        for name in ("controller", "gateway"):
            cls.fleet.start(name, cls.fleet.services.pop(name + " next"))
        cls.old = {"MUSTER_CA_FILE": str(cls.fleet.path("old-controller/tls/ca.crt")),
                   "MUSTER_TOKEN_FILE": str(cls.fleet.path("old-controller/admin.token"))}
        fleet.wait_for("the other controller", lambda: cls.fleet.muster("status").code == 0)

    def test_a_command_trusts_only_the_old_one(self):
        done = fleet.run([fleet.BIN / "muster", "node", "ls"], env=dict(self.fleet.env, **self.old))
        self.assertEqual(done.code, 5, done)
        self.assertIn("could not prove that it is that host", done.err)

    def test_a_token_of_the_old_one_joins_nothing(self):
        done = self.fleet.run_join(self.token, "extra")
        self.assertEqual(done.code, 5, done)
        self.assertIn("is not the controller that made this token", done.err)
        self.assertFalse(self.fleet.path("extra", "identity.json").exists())

    def test_a_node_of_the_old_one_stays_away_and_says_why(self):
        fleet.wait_for("the agent to say so", lambda: "is not our gateway, retrying"
                       in self.fleet.path("node-1.log").read_text())
        self.assertEqual(self.fleet.muster("node", "ls", "--json").json["nodes"], [])
        self.assertEqual(self.fleet.services["node-1"].starts, 1)


class WithoutTrust(unittest.TestCase):
    def test_a_node_refuses_what_is_dangerous(self):
        with fleet.Fleet(nodes=1, agent_options=()) as small:
            done = small.muster("exec", "--on", "all", "--json", "--", "true")
            self.assertEqual(done.code, 5, done)
            self.assertEqual(done.json["counts"], {"targets": 1, "refused": 1})
            self.assertEqual(small.muster("run", "system.ping", "--on", "all").code, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
