"""packaging/quickstart: starts again at once, survives kills, stops what it started and touches nothing else."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import fleet

QUICKSTART = pathlib.Path(__file__).parents[2] / "packaging/quickstart"


def quickstart(*words):
    return subprocess.run([QUICKSTART, *map(str, words)], capture_output=True, text=True, timeout=300)


class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="muster ")  # a blank in every path
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "fleet"
        self.addCleanup(quickstart, "--state", self.state, "stop")

    def start(self, *words):
        done = quickstart("--state", self.state, *words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def shell(self, line):
        """Types a line as the closing words say: with the fleet's environment."""
        return subprocess.run(["bash", "-c", f'. "$1"; {line}', "bash", self.state / "env"], capture_output=True, text=True)

    def processes(self):
        """Programs of the fleet, by name, with their process ids."""
        found = {}
        for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = file.read_bytes().split(b"\0")
            except OSError:
                continue
            if any(bytes(self.state) in word for word in words):
                found.setdefault(pathlib.Path(os.fsdecode(words[0])).name, []).append(int(file.parent.name))
        return found

    def test_once_with_one_node_leaves_nothing_running(self):
        said = self.start("--once", "--nodes", 1)
        self.assertIn("every step did what it says", said)
        self.assertEqual(self.processes(), {})

    def test_the_fleet_outlives_kills_and_a_second_start(self):
        said = self.start("--nodes", 2)
        for name in "muster-gateway", "muster-controller":
            for pid in self.processes()[name]:
                os.kill(pid, signal.SIGKILL)
        fleet.wait_for("both nodes to answer again", lambda: self.shell("muster run system.ping --on all").returncode == 0)
        before = self.processes()
        self.start("--nodes", 2)
        self.assertEqual({name: pids for name, pids in self.processes().items() if name != "muster-plugin-host"},
                         {name: pids for name, pids in before.items() if name != "muster-plugin-host"})
        stop = next(line for line in said.splitlines() if line.endswith(" stop")).strip()
        done = subprocess.run(["bash", "-c", stop], cwd=QUICKSTART.parents[1], capture_output=True, text=True)
        self.assertTrue(done.stdout.startswith("stopped"), done)
        self.assertEqual(self.processes(), {})
        self.assertIn("no fleet runs", quickstart("--state", self.state, "stop").stdout)

    def test_a_directory_of_somebody_else_is_left_alone(self):
        self.state.mkdir(mode=0o755)
        (self.state / "thesis.txt").touch()
        done = quickstart("--state", self.state)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("choose another directory with --state", done.stderr)
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o755)
        self.assertEqual([file.name for file in self.state.iterdir()], ["thesis.txt"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
