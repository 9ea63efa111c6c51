"""Logging in to fleets, and which of them a command then talks to."""

import hashlib
import json
import os
import pathlib
import pty
import ssl
import tempfile
import unittest

import fleet


class Login(fleet.OneFleet):
    nodes = 0

    @classmethod
    def prepare(cls):
        cls.url = cls.fleet.env["MUSTER_CONTROLLER"]
        cls.ca = cls.fleet.env["MUSTER_CA_FILE"]
        cls.token = pathlib.Path(cls.fleet.env["MUSTER_TOKEN_FILE"]).read_text()
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pathlib.Path(cls.ca).read_text())).hexdigest()
        cls.pin = "sha256:" + digest
        cls.fingerprint = ":".join(digest[i:i + 2] for i in range(0, 64, 2)).upper()  # as openssl shows it

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=self.fleet.dir))
        self.env = {name: value for name, value in self.fleet.env.items() if not name.startswith("MUSTER_")}
        self.env.update(XDG_CONFIG_HOME=str(self.home))
        self.kept = self.home / "muster"

    def muster(self, *words, input="", **env):
        return fleet.run([fleet.BIN / "muster", *words], env=dict(self.env, **env), input=input)

    def login(self, *options, url=None, token=None):
        return self.muster("login", url or self.url, *options, input=self.token if token is None else token)

    def logged_in(self, *names):
        for name in names:
            done = self.login("--ca-file", self.ca, "--name", name)
            self.assertEqual(done.code, 0, done)

    def refused(self, done, code, *says):
        self.assertEqual(done.code, code, done)
        for text in says:
            self.assertIn(text, done.err)
        self.assertNotIn(self.token.strip(), done.out + done.err)
        self.assertFalse(list(self.kept.glob("contexts/*")), "something was kept")

    def test_a_login_with_the_ca_is_used_from_then_on(self):
        done = self.login("--ca-file", self.ca)
        self.assertEqual(done.code, 0, done)
        self.assertIn("context is 127.0.0.1, which is in use now", done.err)
        self.assertEqual(self.muster("status", "--json").code, 0)
        self.assertEqual({path.stat().st_mode & 0o777 for path in self.kept.glob("contexts/*")}, {0o600})
        self.assertNotIn(self.token.strip(), self.muster("context", "show").out)

    def test_a_ca_is_fetched_when_its_digest_is_known(self):
        for pin in (self.pin, self.fingerprint):
            done = self.login("--ca-digest", pin, "--json")
            self.assertEqual(done.code, 0, done)
            self.assertEqual(done.json["ca_digest"], self.pin)
        self.assertEqual(self.muster("status").code, 0)

    def test_another_ca_than_the_one_that_is_meant_gets_no_token(self):
        self.refused(self.login("--ca-digest", "sha256:" + "0" * 64), 5, "is not the controller", self.pin)
        self.refused(self.login("--ca-digest", "sha256:0"), 2, "64 hexadecimal digits")
        self.refused(self.login("--ca-digest", self.pin, "--ca-file", self.ca), 2, "give one of them")

    def test_a_ca_that_nobody_vouches_for_is_refused_where_nobody_can_be_asked(self):
        self.refused(self.login(), 5, self.pin, "--ca-digest")

    def at_terminal(self, answers, *words):
        """What the terminal shows, and the exit code, of a login that is answered line by line."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(fleet.BIN / "muster", ["muster", *words], self.env)
        shown = ""
        for question, answer in answers:
            while question not in shown:
                shown += os.read(terminal, 4096).decode()
            os.write(terminal, answer.encode())
        try:
            while True:
                shown += os.read(terminal, 4096).decode()
        except OSError:  # the end, as Linux tells it
            pass
        os.close(terminal)
        return shown, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_at_a_terminal_the_digest_is_confirmed_and_the_token_not_shown(self):
        shown, code = self.at_terminal([("Type yes:", "yes\n"), ("token:", self.token)], "login", self.url)
        self.assertEqual(code, 0, shown)
        self.assertIn(self.pin, shown)
        self.assertNotIn(self.token.strip(), shown)
        self.assertEqual(self.muster("status").code, 0)

    def test_at_a_terminal_anything_but_yes_ends_it(self):
        for answer in ("y\n", "\n", "no\n"):
            shown, code = self.at_terminal([("Type yes:", answer)], "login", self.url)
            self.assertEqual(code, 5, shown)
            self.assertIn("no token was sent", shown)
        shown, code = self.at_terminal([("token:", "\x03")], "login", self.url, "--ca-file", self.ca)
        self.assertEqual(code, 130, shown)
        self.assertFalse(list(self.kept.glob("contexts/*")))

    def test_a_token_that_the_fleet_does_not_know_is_not_kept(self):
        self.refused(self.login("--ca-file", self.ca, token="x" * 43), 5, "nothing was kept")
        self.refused(self.login("--ca-file", self.ca, token=""), 2, "standard input holds no token")
        self.refused(self.login("--ca-file", self.ca, token="a b"), 2, "something else than one token")

    def test_bad_addresses_and_names_are_told(self):
        self.refused(self.login(url="http://127.0.0.1:1"), 2, "no https:// address")
        self.refused(self.login("--name", "../x"), 2, "../x")
        self.refused(self.login("--ca-file", "/dev/null"), 2, "--ca-file: /dev/null is something else")
        self.refused(self.login("--ca-file", "/nonexistent"), 2, "/nonexistent")
        self.refused(self.login("--ca-digest", self.pin, url="https://127.0.0.1:1"), 4, "127.0.0.1")

    def test_a_login_that_fails_leaves_the_one_before(self):
        self.logged_in("prod")
        self.assertEqual(self.login("--ca-file", self.ca, "--name", "prod", token="x" * 43).code, 5)
        self.assertEqual(self.muster("status").code, 0)

    def test_what_is_typed_wins_over_the_environment_and_that_over_the_context_in_use(self):
        self.logged_in("prod", "staging")
        away = {"MUSTER_CONTROLLER": "https://127.0.0.1:1", "MUSTER_CA_FILE": self.ca,
                "MUSTER_TOKEN_FILE": self.fleet.env["MUSTER_TOKEN_FILE"]}
        self.assertEqual(self.muster("status").code, 0)
        self.assertEqual(self.muster("status", **away).code, 4)
        self.assertEqual(self.muster("status", MUSTER_CONTEXT="prod", **away).code, 4)
        self.assertEqual(self.muster("status", "--context", "prod", **away).code, 0)
        self.assertEqual(self.muster("status", MUSTER_CONTEXT="nowhere").code, 3)
        self.assertEqual(self.muster("status", "--context", "nowhere").code, 3)
        self.assertIn("MUSTER_CONTROLLER is set", self.muster("context", "ls", **away).err)
        self.assertEqual(self.muster("help", "run", "system.ping", "--context", "nowhere").code, 3)
        self.assertEqual(self.muster("run", "system.ping", "--context", "nowhere", "--help").code, 3)

    def test_contexts_are_listed_chosen_and_removed(self):
        self.assertEqual(self.muster("context", "ls", "--json").json, {"contexts": []})
        self.assertEqual(self.muster("context", "show").code, 3)
        self.logged_in("prod", "staging")
        self.assertEqual(self.muster("context", "use", "prod").code, 0)
        listed = self.muster("context", "ls", "--json").json["contexts"]
        self.assertEqual([(one["name"], one["in_use"], one["logged_in"]) for one in listed],
                         [("prod", True, True), ("staging", False, True)])
        self.assertEqual(self.muster("context", "show", "staging", "--json").json["controller"], self.url)
        self.assertEqual(self.muster("context", "rm", "prod").code, 0)
        self.assertEqual(self.muster("status").code, 2)
        self.assertEqual(self.muster("context", "rm", "prod").code, 3)

    def test_a_logout_forgets_the_token_and_keeps_the_address(self):
        self.logged_in("prod")
        self.assertEqual(self.muster("logout").code, 0)
        for path in self.kept.rglob("*"):
            self.assertFalse(path.is_file() and self.token.strip() in path.read_text(), path)
        done = self.muster("status")
        self.assertEqual(done.code, 5, done)
        self.assertIn(f"muster login {self.url} --name prod", done.err)

    def test_a_context_whose_file_is_wrong_or_open_to_others_is_told_with_its_path(self):
        self.logged_in("prod", "staging")
        file = self.kept / "contexts/prod.json"
        file.chmod(0o640)
        done = self.muster("status", "--context", "prod")
        self.assertEqual(done.code, 2, done)
        self.assertIn(f"chmod 600 {file}", done.err)
        file.write_text('{"controller":\n  oops}')
        file.chmod(0o600)
        done = self.muster("context", "ls")
        self.assertEqual(done.code, 1, done)
        self.assertIn(f"{file} is", done.err)
        self.assertIn("line 2", done.err)
        self.assertIn("staging", done.out)

    def test_a_token_file_that_others_may_read_is_refused(self):
        token = self.home / "token"
        token.write_text(self.token)
        token.chmod(0o644)
        done = self.muster("status", MUSTER_CONTROLLER=self.url, MUSTER_CA_FILE=self.ca, MUSTER_TOKEN_FILE=str(token))
        self.assertEqual(done.code, 2, done)
        self.assertIn(f"chmod 600 {token}", done.err)

    def test_without_any_fleet_the_ways_to_one_are_told(self):
        done = self.muster("status")
        self.assertEqual(done.code, 2, done)
        self.assertIn("muster login URL", done.err)
        self.assertEqual(self.muster("status", HOME="", XDG_CONFIG_HOME="").code, 2)

    def test_contexts_are_completed(self):
        self.logged_in("prod", "staging")
        done = self.muster("completion", "fish", "--", "context", "use", "p")
        self.assertEqual(done.out, "words\nprod\n")
        self.muster("context", "use", "staging")
        (self.kept / "contexts/staging.json").write_text(json.dumps({"controller": "https://127.0.0.1:1"}))
        done = self.muster("completion", "fish", "--", "group", "show", "--context", "prod", "")
        self.assertEqual(done.out, "words\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
