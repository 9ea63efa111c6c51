"""What the agent finds out by itself is looked for again while it runs: a node whose system was upgraded is chosen as such.

The node's os-release is a file of this test's own, in a mount namespace of its own.
"""

import pathlib
import subprocess
import unittest

import fleet

OS_RELEASE = pathlib.Path("/etc/os-release")


class OwnFacts(unittest.TestCase):
    def setUp(self):
        self.fleet = fleet.Fleet(nodes=0)
        self.addCleanup(self.fleet.close)
        self.is_now("12")
        subprocess.run(["mount", "--bind", self.release, OS_RELEASE.resolve()], check=True)
        self.addCleanup(subprocess.run, ["umount", OS_RELEASE.resolve()], check=True)
        self.fleet.agent_options += ["--facts-every", "1s"]
        self.fleet.join("node-1")
        self.fleet.wait_online(1)

    @property
    def release(self):
        return self.fleet.path("os-release")

    def is_now(self, version):
        self.release.write_text(f"ID=testos\nVERSION_ID={version}\n")

    def chosen(self, selector):
        return self.fleet.muster("run", "system.ping", "--on", selector).code == 0

    def test_a_system_that_is_upgraded_while_the_agent_runs_is_chosen_as_what_it_is(self):
        self.assertTrue(self.chosen("os.id=testos and os.version=12"))
        self.is_now("13")
        fleet.wait_for("the upgrade to be told", lambda: self.chosen("os.id=testos and os.version>=13"))
        self.assertFalse(self.chosen("os.version=12"))
        self.assertEqual(self.fleet.services["node-1"].starts, 1)


if __name__ == "__main__":
    fleet.enter_own_mounts()
    unittest.main(verbosity=2)
