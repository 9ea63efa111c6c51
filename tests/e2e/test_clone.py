"""A copy of a node on another machine: it is refused, both are told, and the node goes on.

The other machine is this one with another /etc/machine-id, in a mount namespace of the test's own.
"""

import pathlib
import shutil
import subprocess
import unittest

import fleet

MACHINE_ID = pathlib.Path("/etc/machine-id")


class Clone(unittest.TestCase):
    def test_a_copy_of_a_node_is_refused_and_seen(self):
        with fleet.Fleet(nodes=1) as one:
            shutil.copytree(one.path("node-1"), one.path("copy"), ignore=lambda *_: ["lock"])
            one.path("machine-id").write_text("0123456789abcdef0123456789abcdef\n")
            subprocess.run(["mount", "--bind", one.path("machine-id"), MACHINE_ID], check=True)
            self.addCleanup(subprocess.run, ["umount", "-l", MACHINE_ID], check=True)
            one.start_agent("copy")
            node = fleet.wait_for("the copy to be seen", lambda: [
                node for node in one.muster("node", "ls", "--json").json["nodes"] if "clone" in node])[0]
            self.assertEqual((node["name"], node["presence"]), ("node-1", "online"))
            self.assertEqual(node["clone"]["machine_id"], "0123456789abcdef0123456789abcdef")
            self.assertIn("node-1: another machine has this node's identity and was refused",
                          one.muster("node", "ls").out)
            self.assertIn("another machine has this node's identity", one.muster("node", "show", "node-1").out)
            fleet.wait_for("the copy to say so", lambda: "another machine is connected as this node"
                           in one.path("copy.log").read_text())
            self.assertEqual(one.muster("run", "system.ping", "--on", "all").code, 0)


if __name__ == "__main__":
    if not MACHINE_ID.exists():
        fleet.skip(f"no {MACHINE_ID} to put another one in the place of")
    fleet.enter_own_mounts()
    unittest.main(verbosity=2)
