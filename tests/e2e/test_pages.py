"""Every example of every command, as the program itself tells them, does what it says on a real fleet.

What an example names is made before it: the nodes web1, web2, web9 and db1, a group, files. The ids in examples
stand for any job or token, and fleet.example.com for any controller; here each is replaced by one that is there.
"""

import fcntl
import hashlib
import http.server
import os
import pathlib
import pty
import re
import shutil
import signal
import ssl
import struct
import subprocess
import tempfile
import termios
import threading
import unittest

import fleet

NODES = {"web1": "role=web", "web2": "role=web", "web9": "role=web", "db1": "role=db"}
ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Taker(http.server.BaseHTTPRequestHandler):
    """Takes what a webhook sends."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Pages(fleet.OneFleet):
    nodes = 0

    @classmethod
    def prepare(cls):
        for name, label in NODES.items():
            cls.fleet.join(name, labels=[label])
        cls.fleet.wait_online(len(NODES))
        cls.here = cls.fleet.path("examples")
        cls.here.mkdir()
        cls.env = dict(cls.fleet.env, PATH=f"{fleet.BIN}:{cls.fleet.env['PATH']}", XDG_CONFIG_HOME=str(cls.here))
        cls.put_files()
        cls.taker = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        cls.addClassCleanup(cls.taker.server_close)
        cls.addClassCleanup(cls.taker.shutdown)
        threading.Thread(target=cls.taker.serve_forever, daemon=True).start()

    @classmethod
    def put_files(cls):
        ca = cls.here / "ca.crt"
        shutil.copy(cls.fleet.env["MUSTER_CA_FILE"], ca)
        shutil.copy(cls.fleet.env["MUSTER_TOKEN_FILE"], cls.here / "token")
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca.read_text())).hexdigest()
        cls.stands_for = {r"https://fleet\.example\.com:8420": cls.fleet.env["MUSTER_CONTROLLER"],
                          r"sha256:[0-9a-f]{64}": "sha256:" + digest}

    def muster(self, *words):
        done = self.fleet.muster(*words)
        self.assertEqual(done.code, 0, done)
        return done

    def job(self, *words):
        """The id of a job on the web servers."""
        return self.muster("exec", "--on", "node:web[1-2]", "--detach", *words).out.strip()

    def ended_job(self):
        job = self.job("--", "sh", "-c", "echo out; echo err >&2")
        self.muster("job", "watch", job)
        return job

    def failed_job(self):
        """One that fails the first time on each node, and not again."""
        marks = tempfile.mkdtemp(dir=self.here)
        job = self.job("--", "sh", "-c", f"test -e {marks}/$PPID || {{ touch {marks}/$PPID; exit 1; }}")
        self.assertEqual(self.fleet.muster("job", "watch", job).code, 1)
        return job

    def prepare_for(self, command):
        """What the examples of this command need to be there. Gives what stands for an id."""
        if command.startswith("job "):
            return {"job retry": self.failed_job, "job ls": self.failed_job, "job cancel": lambda: self.job("--", "sleep", "600")}.get(
                command, self.ended_job)()
        if command == "enroll token revoke":
            self.fleet.token()
            return self.muster("enroll", "token", "ls", "--json").json["tokens"][0]["id"]
        if command in ("group show", "group rm"):
            self.muster("group", "set", "production", "role=web")
        if command == "event tail":  # what it looks at before it waits
            self.muster("node", "drain", "web1")
            self.muster("node", "undrain", "web1")
        if command == "webhook create":
            self.fleet.muster("webhook", "rm", "ops")
        elif command.startswith("webhook "):
            self.muster("webhook", "create", "ops", f"http://127.0.0.1:{self.taker.server_port}/", "--replace",
                        "--allow-private", "--filter", "type=none")
        return None

    def run_example(self, line, endless):
        shell = subprocess.Popen(["bash", "-c", line], cwd=self.here, env=self.env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        if endless:
            self.assertTrue(shell.stdout.readline(), line)
            shell.send_signal(signal.SIGINT)
        out, err = shell.communicate(timeout=fleet.WAIT_SECONDS)
        if not endless:
            self.assertEqual(shell.returncode, 0, f"{line}\n{out}{err}")
        self.assertNotRegex(err, "muster: (?!warning: )", line)
        return out

    def test_every_example_of_every_command_does_what_it_says(self):
        ran = {}
        for page in self.muster("help", "--json").json["commands"]:
            for example in page["examples"]:
                with self.subTest(example=example["line"]):
                    made = self.prepare_for(page["command"])
                    line = re.sub(ID, made, example["line"]) if made else example["line"]
                    for what, real in self.stands_for.items():
                        line = re.sub(what, real, line)
                    self.assertRegex(line, rf"\bmuster {page['command']}\b")
                    self.run_example(line, page["endless"])
                    ran[page["command"]] = ran.get(page["command"], 0) + 1
            self.assertGreater(ran.get(page["command"], 0), 0, f"no example of {page['command']} was run")
            self.assertEqual(ran[page["command"]], len(page["examples"]), page["command"])

    def test_a_page_is_the_same_by_each_way_to_it(self):
        page = self.muster("help", "node", "ls").out
        self.assertIn("usage: muster node ls [OPTIONS]", page)
        self.assertEqual(self.muster("node", "ls", "--help").out, page)
        self.assertEqual(self.muster("node", "ls", "--on", "all", "-h").out, page)

    def test_help_lists_a_family_and_refuses_what_is_no_command(self):
        self.assertEqual(self.muster("node", "--help").out, self.muster("help", "node").out)
        self.assertIn("node retire", self.muster("help", "node").out)
        self.assertEqual(self.muster("--help").out, self.muster("help").out)
        done = self.fleet.muster("help", "nodes")
        self.assertEqual((done.code, done.out), (2, ""), done)
        self.assertIn("there is no command 'nodes'", done.err)

    def test_help_of_an_operation_comes_from_its_plugin(self):
        page = self.muster("help", "run", "system.exec").out
        self.assertIn("argv", page)
        self.assertEqual(self.muster("run", "system.exec", "--on", "all", "--help").out, page)

    def test_a_page_fits_a_narrow_terminal(self):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        try:
            done = subprocess.run([fleet.BIN / "muster", "help", "node", "retire", "--no-pager"], stdout=theirs,
                                  timeout=10)
            page = os.read(ours, 65536).decode().replace("\r\n", "\n")
        finally:
            os.close(theirs)
            os.close(ours)
        self.assertEqual(done.returncode, 0)
        self.assertLessEqual(max(map(len, page.splitlines())), 40, page)
        self.assertIn("muster node retire web9", page)


class ManPages(unittest.TestCase):
    def test_every_command_has_a_manual_without_a_warning(self):
        with tempfile.TemporaryDirectory() as directory:
            where = pathlib.Path(directory, "new", "man1")
            written = fleet.run([fleet.BIN / "muster", "help", "--man", where])
            self.assertEqual(written.code, 0, written)
            pages = fleet.run([fleet.BIN / "muster", "help", "--json"]).json["commands"]
            names = {"muster-" + page["command"].replace(" ", "-") + ".1" for page in pages} | {"muster.1"}
            self.assertEqual({page.name for page in where.iterdir()}, names)
            for page in where.iterdir():
                with self.subTest(page=page.name):
                    self.check_by_man(page)
                    self.check_by_mandoc(page)

    def check_by_man(self, page):
        if shutil.which("man") and shutil.which("groff"):
            done = fleet.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", page])
            self.assertEqual((done.code, done.err), (0, ""), done)
            self.assertIn("EXIT STATUS", re.sub(".\x08", "", done.out))  # bold is typed twice

    def check_by_mandoc(self, page):
        if shutil.which("mandoc"):
            done = fleet.run(["mandoc", "-Tlint", "-Wwarning", page])
            # A page is the same at every build.
            faults = [line for line in done.out.splitlines() if "missing date" not in line]
            self.assertEqual(faults, [])

    def test_a_directory_that_cannot_be_written_is_told(self):
        done = fleet.run([fleet.BIN / "muster", "help", "--man", "/dev/null/man1"])
        self.assertEqual(done.code, 1, done)
        self.assertIn("/dev/null", done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
