"""A whole fleet of real processes for one test: controller, gateway, agents, on free ports in one directory.

Fleet() starts it and leaves nothing behind. A process that ends is started again, as a service manager
would, unless it was stopped on purpose. Waiting is for a condition, with a limit; nothing sleeps for luck.
"""

import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

BIN = pathlib.Path(os.environ["MUSTER_BIN"])
PLUGINS = pathlib.Path(os.environ["MUSTER_PLUGINS"])
WAIT_SECONDS = 60
# Where the operations of the API that succeeded in this test are noted, for test_operations.py.
SUCCEEDED = None
if "MUSTER_SUCCEEDED" in os.environ:
    SUCCEEDED = pathlib.Path(os.environ["MUSTER_SUCCEEDED"], pathlib.Path(sys.argv[0]).stem)
    SUCCEEDED.parent.mkdir(exist_ok=True)
    SUCCEEDED.write_text("")


def wait_for(what, condition, seconds=WAIT_SECONDS):
    """The first true value of condition(); AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


class Service:
    """One supervised process."""

    def __init__(self, argv, log):
        self.argv, self.log = [str(word) for word in argv], log
        self.stopping = threading.Event()
        self.starting = threading.Lock()  # no process is made once `stopping` is set
        self.process = None
        self.starts = 0
        self.started = threading.Event()
        self.thread = threading.Thread(target=self._supervise, daemon=True)
        self.thread.start()
        self.started.wait(WAIT_SECONDS)

    def _supervise(self):
        with open(self.log, "ab") as log:
            while True:
                with self.starting:
                    if self.stopping.is_set():
                        return
                    self.process = subprocess.Popen(
                        self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
                self.starts += 1
                self.started.set()
                self.process.wait()
                self.stopping.wait(0.3)

    def kill(self):
        """As a crash would: SIGKILL. It comes back by itself."""
        before = self.starts
        self.process.kill()
        wait_for("the process to be started again", lambda: self.starts > before)

    def stop(self):
        with self.starting:
            self.stopping.set()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(sign)
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    continue
        self.thread.join(10)


class Result:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n{self.out}\n{self.err}"


class Fleet:
    def __init__(self, nodes=3, plugins=PLUGINS, agent_options=("--dev-trust",), controller_options=("--check-answers",)):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="muster-e2e-"))
        self.plugins, self.agent_options = plugins, list(agent_options)
        self.controller_options = list(controller_options)
        self.services = {}
        self.log = {}
        try:
            self._start_servers()
            for number in range(1, nodes + 1):
                self.join(f"node-{number}", labels=["role=db" if number == 1 else "role=web"])
            self.wait_online(nodes)
        except BaseException:
            self.close(show_logs=True)
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close(show_logs=kind is not None)

    def path(self, *parts):
        return self.dir.joinpath(*parts)

    def start(self, name, argv):
        self.services[name] = Service(argv, self.path(name + ".log"))

    def _start_servers(self):
        self.path("controller").mkdir(exist_ok=True)
        self.path("gateway").mkdir(exist_ok=True)
        self.start("controller", self.controller_argv(0))
        port = wait_for("the controller's port", lambda: self._port("api"))
        self.services["controller"].argv = [str(word) for word in self.controller_argv(port)]
        self.start("gateway", self.gateway_argv(0))
        gateway_port = wait_for("the gateway's port", lambda: self._port("gateway"))
        self.services["gateway"].argv = [str(word) for word in self.gateway_argv(gateway_port)]
        self.env = dict(os.environ, MUSTER_CONTROLLER=f"https://127.0.0.1:{port}",
                        MUSTER_CA_FILE=str(self.path("controller/tls/ca.crt")),
                        MUSTER_TOKEN_FILE=str(self.path("controller/admin.token")))
        wait_for("the gateway at the controller", lambda: any(
            gateway["connected"] for gateway in self.muster("status", "--json").json["gateways"]))

    def controller_argv(self, port):
        return [BIN / "muster-controller", "run", "--state", self.path("controller"), "--listen",
                f"127.0.0.1:{port}", "--port-file", self.path("api.port"), "--gateway-socket", self.path("gw.sock"),
                *self.controller_options]

    def gateway_argv(self, port):
        return [BIN / "muster-gateway", "--state", self.path("gateway"), "--listen", f"127.0.0.1:{port}",
                "--port-file", self.path("gateway.port"), "--controller", self.path("gw.sock")]

    def _port(self, name):
        try:
            return int(self.path(name + ".port").read_text() or 0)
        except FileNotFoundError:
            return 0

    def token(self, *options):
        done = self.muster("enroll", "token", "create", "--quiet", *options)
        assert done.code == 0, done
        return done.out.strip()

    def run_join(self, token, name, directory=None):
        """Runs `muster-agent join` and gives its Result."""
        return run([BIN / "muster-agent", "join", "-", "--state", directory or self.path(name), "--name", name],
                   input=token + "\n")

    def join(self, name, labels=()):
        options = [word for label in labels for word in ("--label", label)]
        self.path(name).mkdir(exist_ok=True)
        done = self.run_join(self.token(*options), name)
        assert done.code == 0, done
        self.start_agent(name)

    def start_agent(self, name):
        self.start(name, [BIN / "muster-agent", "run", "--state", self.path(name), "--plugins", self.plugins,
                          *self.agent_options])

    def muster(self, *words, **options):
        return run([BIN / "muster", *words], env=self.env, **options)

    def fetch(self, path):
        """What the controller's API answers to its administrator."""
        trusted = ssl.create_default_context(cafile=self.env["MUSTER_CA_FILE"])
        token = pathlib.Path(self.env["MUSTER_TOKEN_FILE"]).read_text().strip()
        request = urllib.request.Request(self.env["MUSTER_CONTROLLER"] + path,
                                         headers={"Authorization": "Bearer " + token})
        with urllib.request.urlopen(request, context=trusted, timeout=WAIT_SECONDS) as answer:
            return answer.read().decode()

    def nodes_online(self):
        return sum(node["presence"] == "online" for node in self.muster("node", "ls", "--json").json["nodes"])

    def wait_online(self, count):
        wait_for(f"{count} nodes to be online", lambda: self.nodes_online() >= count)

    def stop(self, name):
        self.services.pop(name).stop()

    def controller_said(self, sentence):
        """The lines of the controller's log, in all its lives, that have it."""
        log = self.path("controller.log")
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return [line for line in lines if sentence in line]

    def note_succeeded(self):
        if SUCCEEDED:
            with SUCCEEDED.open("a") as file:
                for line in self.controller_said("an operation has succeeded for the first time"):
                    file.write(line.rpartition("operation=")[2] + "\n")

    def close(self, show_logs=False):
        for name in list(self.services)[::-1]:
            self.stop(name)
        breaches = self.controller_said("an answer is not as the API's document says")
        self.note_succeeded()
        if show_logs:
            for log in sorted(self.dir.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}", flush=True)
        shutil.rmtree(self.dir, ignore_errors=True)
        assert not breaches, "\n".join(breaches)


class OneFleet(unittest.TestCase):
    """Tests that share one fleet of so many `nodes`; prepare() does what else they need."""

    nodes = 3

    @classmethod
    def setUpClass(cls):
        cls.fleet = Fleet(nodes=cls.nodes)
        try:
            cls.prepare()
        except BaseException:
            cls.fleet.close(show_logs=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.fleet.close()

    @classmethod
    def prepare(cls):
        pass


def run(argv, env=None, input=None, timeout=WAIT_SECONDS):
    return Result(subprocess.run([str(word) for word in argv], env=env, input=input, timeout=timeout,
                                 stdin=subprocess.DEVNULL if input is None else None,
                                 capture_output=True, text=True, errors="replace"))


def skip(why):
    """ctest reports 77 as skipped."""
    print(f"skipped: {why}")
    sys.exit(77)


def enter_own_mounts():
    """Runs the test's file again in a mount namespace of its own, or skips it where nobody may make one."""
    if "MUSTER_OWN_MOUNTS" in os.environ:
        return
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    try:
        tried = subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
        if tried.returncode != 0:
            skip(f"nothing can be mounted here: {tried.stderr.strip()}")
    except FileNotFoundError as error:
        skip(error)
    os.environ["MUSTER_OWN_MOUNTS"] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])
