"""Every form in which results reach people and programs, on a real fleet and on real terminals."""

import base64
import json
import subprocess
import unittest

import fleet
from terminal import COLUMNS, Terminal, columns_of


class Output(fleet.OneFleet):
    nodes = 3

    @classmethod
    def prepare(cls):
        cls.fleet.muster("node", "label", "node-2", "ort=東京", "role=datenbank-für-müller-und-söhne")

    def muster(self, *words):
        return self.fleet.muster(*words)

    def terminal(self, *words, **options):
        return Terminal(self.fleet.env, *words, **options)

    def lines(self, *words):
        """Of --output jsonl."""
        done = self.muster(*words, "--output", "jsonl")
        return done, [json.loads(line) for line in done.out.splitlines()]

    def exec_lines(self, script, on="all"):
        done = self.muster("exec", "--on", on, "--output", "jsonl", "--", "sh", "-c", script)
        return done, [json.loads(line) for line in done.out.splitlines()]

    def running_job(self):
        return fleet.wait_for("a job that runs", lambda: next(
            (job for job in self.muster("job", "ls", "--json").json["jobs"] if job["counts"].get("running")), None))

    def test_every_form_of_every_command_that_shows_results(self):
        first = self.muster("exec", "--on", "all", "--detach", "--", "sh", "-c", "echo same; exit 3").out.strip()
        self.muster("job", "watch", first)
        shown = {
            "variants": "node-[1-3] (3): failed\nsame\n  sh exited with 3\n",
            "stream": "node-1: same\nnode-2: same\nnode-3: same\n",
            "by-node": "".join(f"node-{n}: failed\nsame\n  sh exited with 3\n" for n in (1, 2, 3)),
        }
        for words, code in ((["exec", "--on", "all"], 1), (["job", "show", first], 0), (["job", "watch", first], 1),
                            (["job", "retry", first], 1)):
            program = ["--", "sh", "-c", "echo same; exit 3"] if words[0] == "exec" else []
            for form, text in shown.items():
                with self.subTest(words=words, form=form):
                    done = self.muster(*words, "--output", form, *program)
                    self.assertEqual(done.code, code, done)
                    out = done.out
                    if words[:2] == ["job", "show"] and form != "stream":
                        head, out = out.split("\n\n", 1)
                        self.assertRegex(head, r"^operation  system\.exec\n(arguments\n  .*\n)?on         all  \(3 nodes\)\n"
                                               r"by         admin 20.*Z\nstate      done 20.*Z$")
                    self.assertEqual("".join(sorted(out.splitlines(True))) if form == "stream" else out, text)
            with self.subTest(words=words, form="json"):
                done = self.muster(*words, "--output", "json", *program)
                self.assertEqual((done.code, done.json["counts"]), (code, {"targets": 3, "failed": 3}), done)
            with self.subTest(words=words, form="jsonl"):
                done = self.muster(*words, "--output", "jsonl", *program)
                lines = [json.loads(line) for line in done.out.splitlines()]
                self.assertEqual((done.code, lines[-1]["event"], lines[-1]["counts"]),
                                 (code, "done", {"targets": 3, "failed": 3}), done)

    def test_outputs_that_differ_do_not_stand_together(self):
        done = self.muster("exec", "--on", "all", "--output", "variants", "--", "sh", "-c", "echo $$")
        self.assertEqual(sum(line.endswith(": changed") for line in done.out.splitlines()), 3, done)

    def test_what_check_mode_found_to_change_is_not_said_to_have_changed(self):
        path = self.fleet.path("motd")
        path.write_text("old\n")
        words = ["run", "system.file.put", f"path={path}", "content=new\n", "--check", "--on", "all"]
        done = self.muster(*words)
        self.assertEqual(done.code, 7, done)
        self.assertTrue(done.out.startswith("node-[1-3] (3): would change\n"), done)
        self.assertIn("\n  -old\n  +new\n", done.out)
        self.assertTrue(done.err.startswith("3 would change  (job "), done)
        shown = self.terminal_text(*words)
        self.assertIn("would change of 3", shown)
        self.assertIn("\n  \x1b[31m-old\x1b[0m\n  \x1b[32m+new\x1b[0m\n", shown)
        _, lines = self.lines(*words)
        self.assertEqual({line["check"] for line in lines if line.get("state") == "changed"}, {True})
        self.assertEqual(path.read_text(), "old\n")

    def test_nodes_that_are_away_stand_together(self):
        for name in ("node-2", "node-3"):
            self.muster("node", "drain", name, "--reason", "new disk")
        done = self.muster("run", "system.ping", "payload=here", "--on", "all")
        for name in ("node-2", "node-3"):
            self.muster("node", "undrain", name)
        self.assertEqual(done.out, "node-[2-3] (2): skipped\n  the node is drained (new disk)\n"
                                   "node-1: ok\n  payload  here\n")

    def test_lines_of_json_have_every_state_once_and_every_byte_once(self):
        done, lines = self.exec_lines("echo out; printf 'M\\303\\274ller \\377\\n' >&2; seq 100000")
        self.assertEqual(done.code, 0, done)
        self.assertEqual({line["job"] for line in lines}, {lines[0]["job"]})
        streams, states = {}, {}
        for line in lines:
            if line["event"] == "task":
                states.setdefault(line["node"], []).append(line["state"])
            if line["event"] == "output":
                data = line["text"].encode() if "text" in line else base64.urlsafe_b64decode(line["base64"] + "==")
                self.assertEqual(len(data), line["bytes"])
                whole = streams.setdefault((line["node"], line["stream"]), bytearray())
                self.assertEqual(line["offset"], len(whole))
                whole += data
        for node in ("node-1", "node-2", "node-3"):
            self.assertEqual(states[node][-1], "changed")
            self.assertEqual(len(set(states[node])), len(states[node]))
            self.assertEqual(streams[node, "stdout"],
                             b"out\n" + b"".join(b"%d\n" % number for number in range(1, 100001)))
            self.assertEqual(streams[node, "stderr"], b"M\xc3\xbcller \xff\n")
        self.assertEqual(lines[-1]["event"], "done")
        self.assertNotIn("tasks", lines[-1])

    def test_a_job_that_goes_on_is_shown_as_one(self):
        job = self.muster("exec", "--on", "node:node-1", "--detach", "--", "sleep", "987654").out.strip()
        done, lines = self.lines("job", "show", job)
        self.assertEqual((done.code, lines[-1]["event"], lines[-1]["state"]), (0, "job", "running"), done)
        self.muster("job", "cancel", job)

    def test_mistakes_in_the_form(self):
        for words, says in ((["--output", "yaml"], "choose variants, stream, by-node, json or jsonl"),
                            (["--output", "jsonl", "--json"], "contradict"), (["--output"], "--output")):
            with self.subTest(words=words):
                done = self.muster("run", "system.ping", "--on", "all", *words)
                self.assertEqual((done.code, done.out), (2, ""), done)
                self.assertIn(says, done.err)

    def terminal_text(self, *words, **options):
        terminal = self.terminal(*words, **options)
        terminal.end()
        return terminal.text

    def test_progress_on_40_columns_never_wraps(self):
        terminal = self.terminal("run", "system.ping", "payload=" + "x" * 20, "--on", "all", "--timeout", "30s")
        self.assertEqual(terminal.end(), 0, terminal.text)
        for line in terminal.text.split("\r\x1b[K")[1:-1]:
            self.assertLess(columns_of(line), COLUMNS)

    def test_a_dumb_terminal_gets_no_progress_and_no_colours(self):
        terminal = self.terminal("run", "system.ping", "--on", "all", TERM="dumb")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertRegex(terminal.text, r"\Anode-\[1-3\] \(3\): ok\n3 ok  \(job\n  [0-9a-f-]{36}\)\n\Z")

    def test_a_strange_selector_is_asked_about_before_anything_is_changed(self):
        words = ["exec", "--on", "node:node-* or rloe=db", "--", "true"]
        for answer, code, says in ((b"y\r", 0, "node-[1-3] (3): changed"), (b"n\r", 2, "nothing was run"), (b"\x04", 2, "nothing was run")):
            with self.subTest(answer=answer):
                jobs = len(self.muster("job", "ls", "--limit", "1000", "--json").json["jobs"])
                terminal = self.terminal(*words, NO_COLOR="1")
                terminal.wait_for("run it all the same? [y/N] ")
                terminal.press(answer)
                self.assertEqual(terminal.end(), code, terminal.text)
                self.assertIn(says, terminal.text)
                self.assertEqual(terminal.text.count("muster: warning: "), 1, terminal.text)
                self.assertEqual(len(self.muster("job", "ls", "--limit", "1000", "--json").json["jobs"]), jobs + (code == 0))

    def test_ctrl_c_once_leaves_the_job_running(self):
        terminal = self.terminal("exec", "--on", "node:node-3", "--", "sh", "-c", "echo begun; exec sleep 987655")
        terminal.wait_for("begun")
        job = self.running_job()["job"]
        terminal.press(b"\x03")
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertIn(f"muster job watch {job}", terminal.text)
        self.assertEqual(self.muster("job", "show", job, "--json").json["counts"], {"targets": 1, "running": 1})
        self.muster("job", "cancel", job)

    def test_ctrl_c_twice_cancels_the_job(self):
        terminal = self.terminal("exec", "--on", "node:node-3", "--", "sh", "-c", "echo begun; exec sleep 987656")
        terminal.wait_for("begun")
        job = self.running_job()["job"]
        terminal.press(b"\x03")
        terminal.wait_for("Ctrl-C again")
        terminal.press(b"\x03")
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertIn("asked to end", terminal.text)
        self.assertEqual(self.muster("job", "watch", job, "--json").json["counts"], {"targets": 1, "cancelled": 1})

    def test_ctrl_c_twice_while_watching_cancels_nothing(self):
        job = self.muster("exec", "--on", "node:node-3", "--detach", "--", "sh", "-c",
                          "echo begun; exec sleep 987657").out.strip()
        terminal = self.terminal("job", "watch", job)
        terminal.wait_for("begun")
        terminal.press(b"\x03")
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertNotIn("Ctrl-C again", terminal.text)
        self.assertEqual(self.muster("job", "show", job, "--json").json["counts"], {"targets": 1, "running": 1})
        self.muster("job", "cancel", job)

    def test_long_output_on_a_terminal_goes_through_the_pager(self):
        for variables in ({"MUSTER_PAGER": "sed s/^/paged:/", "PAGER": "false"}, {"PAGER": "sed s/^/paged:/"}):
            text = self.terminal_text("node", "ls", **variables)
            self.assertIn("paged:node-2", text)
        for variables in ({"MUSTER_PAGER": "", "PAGER": "false"}, {"PAGER": "cat"}, {"PAGER": "false", "TERM": "dumb"}):
            self.assertIn("\nnode-2", self.terminal_text("node", "ls", **variables))
        self.assertIn("\nnode-2", self.terminal_text("node", "ls", "--no-pager", PAGER="false"))
        piped = subprocess.run([fleet.BIN / "muster", "node", "ls"], env=dict(self.fleet.env, PAGER="false", TERM="xterm"),
                               capture_output=True, text=True)
        self.assertIn("\nnode-2", piped.stdout)

    def test_a_pager_keeps_what_a_terminal_gets(self):
        self.muster("node", "drain", "node-3", "--reason", "evil=\x1b[2J")
        text = self.terminal_text("node", "show", "node-3", PAGER="sed s/^/paged:/")
        self.assertIn("evil=?[2J", text)
        self.assertIn("\x1b[32monline", text)
        self.muster("node", "undrain", "node-3")

    def test_a_pager_that_is_left_early_is_no_error(self):
        job = self.muster("exec", "--on", "node:node-1", "--json", "--", "seq", "20000").json["job"]
        terminal = self.terminal("job", "output", job, PAGER="head -n 1")
        self.assertEqual((terminal.end(), terminal.text), (0, "1\n"))

    def test_a_pager_that_cannot_be_run_is_told(self):
        terminal = self.terminal("node", "ls", PAGER="no-such-pager", columns=200)
        self.assertEqual(terminal.end(), 2, terminal.text)
        self.assertIn("--no-pager", terminal.text)

    def test_less_ends_by_itself_what_fits_on_the_screen(self):
        terminal = self.terminal("node", "ls", LESS="")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("node-2", terminal.text)

    def test_a_reader_that_leaves_early_is_no_error(self):
        job = self.muster("exec", "--on", "all", "--json", "--", "seq", "20000").json["job"]
        for words in (f"job show {job} --output stream", f"job show {job} --output jsonl",
                      f"job output {job} --node node-2", "node ls", "event ls", "job ls"):
            with self.subTest(words=words):
                done = subprocess.run(["bash", "-c", f"set -o pipefail; {fleet.BIN}/muster {words} | head -n 1"],
                                      env=self.fleet.env, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done)
                self.assertEqual(done.stdout.count("\n"), 1)

    def test_lists_come_page_by_page(self):
        ids = [job["job"] for job in self.muster("job", "ls", "--limit", "1000", "--json").json["jobs"]]
        self.assertEqual(len(set(ids)), len(ids))
        events = self.muster("event", "ls", "--after", "0", "--limit", "100000", "--json").json["events"]
        self.assertEqual([int(event["id"]) for event in events], sorted({int(event["id"]) for event in events}))
        self.assertEqual(self.muster("event", "ls", "--limit", "5000", "--json").json["events"][:3], events[:3])


if __name__ == "__main__":
    unittest.main(verbosity=2)
