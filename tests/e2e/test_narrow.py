"""On a terminal of 40 columns nothing that muster lays out is wider; a pipe gets all of it as it is."""

import base64
import re
import unittest

import fleet
from terminal import COLUMNS, Terminal, columns_of
from test_webhooks import Receiver

# Commands that change something, or pass on what is not theirs to lay out: bytes of a task, a file, a script.
OTHERS = {"completion", "context rm", "context use", "enroll token create", "enroll token revoke", "group rm", "group set",
          "job cancel", "job export", "job output", "job retry", "login", "logout", "node drain", "node label", "node retire",
          "node undrain", "webhook create", "webhook retry", "webhook rm", "webhook test"}
REASON = "a new disk that does not come before Friday, says who sells them"
TEXT = "here is a text of many words that goes on and on"


def is_laid_out(line):
    """Not so: a sentence of standard error, a line to copy, and one word that cannot be broken."""
    return not line.startswith(("muster: ", "  muster ")) and " " in line.strip()


class Narrow(fleet.OneFleet):
    @classmethod
    def prepare(cls):
        cls.receiver = Receiver()
        cls.receiver.status = 422
        cls.addClassCleanup(cls.receiver.server.server_close)
        cls.addClassCleanup(cls.receiver.server.shutdown)
        cls.fleet.env["XDG_CONFIG_HOME"] = str(cls.fleet.path("config"))
        cls.in_context = {name: value for name, value in cls.fleet.env.items() if name != "MUSTER_CONTROLLER"}
        cls.good("node", "label", "node-2", "ort=東京", "role=datenbank-für-müller-und-söhne")
        cls.good("node", "drain", "node-3", "--reason", REASON)
        made = cls.good("webhook", "create", "ops", cls.receiver.url, "--allow-private", "--filter",
                        "type=job.* and data.operation=system.ping or type=node.*")
        cls.receiver.secret = base64.b64decode(made.out.strip().removeprefix("whsec_"))
        cls.good("group", "set", "production", "role=web and not node:node-1 or role=db and os.id=debian", "--doc",
                 "what customers see when they come to us")
        cls.good("enroll", "token", "create", "--label", "role=web", "--label", "zone=north")
        cls.good("login", cls.fleet.env["MUSTER_CONTROLLER"], "--ca-file", cls.fleet.env["MUSTER_CA_FILE"], "--name", "a-context",
                 input=cls.fleet.path("controller/admin.token").read_text())
        cls.job = cls.fleet.muster("run", "system.ping", f"payload={TEXT}", "--on", "all", "--json").json["job"]
        cls.failed = cls.fleet.muster("exec", "--on", "all", "--json", "--", "sh", "-c", "echo same; exit 3").json["job"]
        fleet.wait_for("a dead letter", lambda: cls.fleet.muster("webhook", "show", "ops", "--json").json["dead_letters"])

    @classmethod
    def good(cls, *words, **options):
        done = cls.fleet.muster(*words, **options)
        assert done.code == 0, done
        return done

    def commands_that_read(self):
        return [["status"], ["doctor"], ["node", "ls"], ["node", "show", "node-2"], ["node", "show", "node-3"],
                ["node", "facts", "node-1"], ["selector", "explain", "all"],
                ["selector", "explain", "group:production or disk.root_used_percent>=0", "--operation", "system.exec"],
                ["group", "ls"], ["group", "show", "production"], ["run", "system.ping", f"payload={TEXT}", "--on", "all"],
                ["exec", "--on", "all", "--", "sh", "-c", "echo same; exit 3"], ["job", "ls"], ["job", "show", self.job],
                ["job", "show", self.job, "--output", "by-node"], ["job", "show", self.job, "--output", "stream"],
                ["job", "show", self.failed], ["job", "watch", self.job], ["plugin", "ls"], ["plugin", "show", "system"],
                ["event", "ls"], ["event", "tail"], ["webhook", "ls"], ["webhook", "show", "ops"], ["enroll", "token", "ls"],
                ["context", "ls"], ["context", "show"], ["version"], ["help"]]

    def shown(self, *words, columns=COLUMNS):
        env = self.in_context if words[:1] == ("context",) else self.fleet.env
        terminal = Terminal(env, *words, columns=columns, PAGER="cat")
        if words == ("event", "tail"):
            terminal.wait_for("job.ended")
            terminal.press(b"\x03")
        terminal.end()
        kept = re.sub(r"[^\n]*\r\x1b\[K", "", terminal.text)  # test_output.py looks at the line of progress
        return re.sub(r"\x1b\[\d*m", "", kept)

    def assert_narrow(self, *words):
        with self.subTest(words=words):
            text = self.shown(*words)
            self.assertIn("\n", text)
            self.assertEqual([line for line in text.split("\n") if columns_of(line) > COLUMNS and is_laid_out(line)], [], text)

    def test_no_command_that_reads_is_wider(self):
        words = self.commands_that_read()
        known = {page["command"] for page in self.good("help", "--json").json["commands"]}
        covered = {name for name in known for each in words if each[:len(name.split())] == name.split()}
        self.assertEqual((known - covered, known & OTHERS), (OTHERS, OTHERS))
        for each in words:
            self.assert_narrow(*each)

    def test_no_page_is_wider(self):
        for page in self.good("help", "--json").json["commands"]:
            self.assert_narrow("help", *page["command"].split())
        for plugin in self.good("plugin", "ls", "--json").json["plugins"]:
            for operation in self.good("plugin", "show", plugin["id"], "--json").json["manifest"].get("operations", {}):
                self.assert_narrow("run", operation, "--help")

    def test_what_must_be_copied_is_whole(self):
        node = self.good("node", "show", "node-1", "--json").json
        self.assertIn(f"\nid\n  {node['id']}\n", self.shown("node", "show", "node-1"))
        facts = self.shown("node", "facts", "node-1")
        for name in ("disk.root_total_bytes", "disk.total_bytes", "mem.total_bytes"):
            self.assertRegex(facts, rf"(?m)^{re.escape(name)} .*\b{node['facts'][name]}$")
        self.assertIn(f"\n  job/{self.job}\n", self.shown("event", "ls"))
        self.assertIn(f"(job\n  {self.job})\n", self.shown("job", "show", self.job))
        self.assertRegex(self.shown("webhook", "show", "ops"), r"(?m)^DEAD LETTER .*\n1 .*it answered")

    def test_a_table_leaves_out_what_tells_least_before_it_cuts_the_rest_to_nothing(self):
        for what, says in (("node", r"NAME +PRESENCE +LABELS\n(?s:.*)\nnode-3  online, drained  role=web\n\Z"),
                           ("plugin", r"ID +VERSION +NODES +WHAT IT IS\n"), ("webhook", r"NAME +STATE +PENDING +DELIVERED +DEAD\n")):
            with self.subTest(what=what):
                self.assertRegex(self.shown(what, "ls"), r"\A" + says)

    def test_elsewhere_nothing_is_cut_or_broken(self):
        """A pipe has no width, and what fits is as on a pipe."""
        def without_times(text):
            return re.sub(r"\d+s\b|\d\d:\d\d:\d\dZ", "", text)

        for words, says in ((["node", "show", "node-3"], f" by admin: {REASON}\n"), (["job", "show", self.job], f"  payload  {TEXT}\n"),
                            (["event", "ls"], f'"reason":"{REASON}"}}\n'), (["node", "ls"], "datenbank-für-müller-und-söhne"),
                            (["doctor"], f"fleet        {self.fleet.env['MUSTER_CONTROLLER']}\n"),
                            (["status"], " 0 suspect, 0 offline; 1 drained\n"),
                            (["selector", "explain", "node:node-3", "--operation", "system.exec"], f"skipped: the node is drained ({REASON})  1: node-3\n")):
            with self.subTest(words=words):
                done = self.good(*words)
                self.assertIn(says, done.out)
                self.assertNotIn("…", done.out)
                if words[0] != "job":  # its counts go to standard error
                    self.assertEqual(without_times(self.shown(*words, columns=500)), without_times(done.out))


if __name__ == "__main__":
    unittest.main(verbosity=2)
