"""What the tests of completion share: a fleet with names that would like to harm a shell, and shells at terminals."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import fleet

KEY = "\x18\x10"  # Ctrl-X Ctrl-P: in each shell it prints the line that is being typed, between < and >


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, argv, env):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
        self.shell = subprocess.Popen(["setsid", "--ctty", *argv], stdin=theirs, stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        self.seen = ""

    def type(self, text):
        os.write(self.ours, text.encode())

    def read_until(self, pattern):
        """The first match in what the shell shows from now on."""
        deadline = time.monotonic() + fleet.WAIT_SECONDS
        while True:
            found = re.search(pattern, self.seen, re.S)
            if found:
                self.seen = self.seen[found.end():]
                return found
            ready, _, _ = select.select([self.ours], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"waited for {pattern} in {self.seen!r}")
            self.seen += os.read(self.ours, 65536).decode(errors="replace").replace("\r", "")

    def line_after(self, typed):
        """What stands on the command line once `typed` was typed; the line is then given up."""
        self.type("\x15" + typed + KEY)
        line = self.read_until(r"<([^\n]*)>\n")[1]
        self.type("\x15")
        return line

    def close(self):
        self.shell.kill()
        self.shell.wait()
        os.close(self.ours)


class CompletionTest(fleet.OneFleet):
    nodes = 2

    @classmethod
    def prepare(cls):
        done = cls.fleet.muster("node", "label", "node-2", "tier=$(touch hacked) one")
        assert done.code == 0, done
        cls.home = cls.fleet.path("home")
        cls.home.mkdir()
        (cls.home / "some-arguments.yaml").touch()
        cls.keep_context("here", cls.fleet.env["MUSTER_CONTROLLER"])
        cls.keep_context("other", "https://127.0.0.1:1")
        cls.env = dict(cls.fleet.env, PATH=f"{fleet.BIN}:{cls.fleet.env['PATH']}", TERM="dumb", HOME=str(cls.home),
                       XDG_CONFIG_HOME=str(cls.home), PS1="$ ", LC_ALL="C.UTF-8")

    @classmethod
    def keep_context(cls, name, controller):
        file = cls.home / "muster" / "contexts" / (name + ".json")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps({"controller": controller, "ca_file": cls.fleet.env["MUSTER_CA_FILE"],
                                    "token": cls.fleet.path("controller/admin.token").read_text().strip()}))

    def shell(self, argv, start, env=None):
        """One that has done the lines of `start`."""
        shell = Terminal(argv, env or self.env)
        self.addCleanup(shell.close)
        shell.type(f"{start}; echo rea''dy\n")
        shell.read_until("ready\n")
        return shell

    def check_lines(self, shell, expected):
        for typed, line in expected.items():
            with self.subTest(typed=typed):
                self.assertEqual(shell.line_after(typed), line)

    def check_words(self, shell):
        """Of each kind one, to its end or to where it goes on."""
        self.check_lines(shell, {
            "muster enr\t": "muster enroll ",
            "muster node show node-1\t": "muster node show node-1 ",
            "muster node ls --on rol\t": "muster node ls --on role=",
            "muster node ls --on role=w\t": "muster node ls --on role=web ",
            "muster node ls --on=role=w\t": "muster node ls --on=role=web ",
            "muster node ls --on 'role=db or role=w\t": "muster node ls --on 'role=db or role=web' ",
            "muster run system.pin\t": "muster run system.ping ",
            "muster --json job sho\t": "muster --json job show ",
            "muster --context oth\t": "muster --context other ",
            "muster --context here node show node-1\t": "muster --context here node show node-1 ",
            "muster --context=here node show node-1\t": "muster --context=here node show node-1 ",
            "muster --context other node show node-1\t": "muster --context other node show node-1",
        })

    def check_files(self, shell):
        for argument in ("@", "payload=@"):
            self.check_lines(shell, {f"muster run system.ping {argument}{self.home}/some-a\t":
                                     f"muster run system.ping {argument}{self.home}/some-arguments.yaml "})

    def check_nothing_is_run(self, shell, line):
        """Completes the label of another node into `line`, and runs it: the value is that very text."""
        completed = shell.line_after(line + "\t")
        shell.type(f"cd {self.home}; {completed}; echo do''ne\n")
        shell.read_until("done\n")
        self.assertEqual(self.fleet.muster("node", "show", "node-1", "--json").json["labels"]["tier"],
                         "$(touch hacked) one", completed)
        self.assertFalse((self.home / "hacked").exists())
