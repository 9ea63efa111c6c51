"""A full disk: what cannot be written down is refused with its cause, what runs is not lost, nothing has to be
restarted, and all is well again when there is room.

The small disks are tmpfs in a mount namespace of this test's own.
"""

import subprocess
import unittest

import fleet

DISK_MIB = 6


class SmallDiskFleet(fleet.Fleet):
    """A fleet of two nodes; the state directories in `small` have a disk of DISK_MIB each."""

    def __init__(self, small):
        self.small = small
        super().__init__(nodes=2)

    def _start_servers(self):
        for name in self.small:
            self.path(name).mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "tmpfs", self.path(name)],
                           check=True)
        super()._start_servers()

    def close(self, show_logs=False):
        for name in list(self.services)[::-1]:
            self.stop(name)
        for name in self.small:
            subprocess.run(["umount", "-l", self.path(name)], check=False)
        super().close(show_logs)

    def fill(self, name):
        """Until not one byte more goes on the disk."""
        with open(self.path(name, "ballast"), "wb", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(b"x" * size)
                except OSError:
                    continue

    def make_room(self, name):
        self.path(name, "ballast").unlink()

    def starts(self, name):
        return self.services[name].starts


class DiskFull(unittest.TestCase):
    def make_fleet(self, small):
        self.fleet = SmallDiskFleet([small])
        self.addCleanup(self.fleet.close)

    def muster(self, *words):
        return self.fleet.muster(*words)

    def start_held(self, script, on="node:node-1"):
        """A job that runs and waits for release()."""
        self.mark = self.fleet.path("go")
        done = self.muster("exec", "--on", on, "--detach", "--json", "--", "sh", "-c",
                           f"while [ ! -e {self.mark} ]; do sleep 0.05; done; {script}")
        self.assertEqual(done.code, 0, done)
        job = done.json["job"]
        fleet.wait_for("the task to run", lambda: self.shown(job)["counts"].get("running"))
        return job

    def release(self):
        self.mark.touch()

    def shown(self, job):
        return self.muster("job", "show", job, "--json").json

    def ended(self, job):
        shown = self.shown(job)
        counts = shown["counts"]
        self.assertEqual(sum(count for state, count in counts.items() if state != "targets"), counts["targets"])
        return shown if all(task["ended"] for task in shown["tasks"]) else None

    def jobs(self):
        return len(self.muster("job", "ls", "--json").json["jobs"])

    def test_a_controller_without_room_takes_no_job_and_loses_none(self):
        self.make_fleet("controller")
        held = self.start_held("head -c 300000 /dev/zero | tr '\\0' x")
        self.fleet.fill("controller")
        taken = []
        refused = None
        while refused is None:  # the log of the database has room for a few more
            done = self.muster("run", "system.ping", "payload=" + "x" * 60000, "--on", "all", "--detach", "--json")
            if done.code == 0:
                taken.append(done.json["job"])
                self.assertLess(len(taken), 100)
            else:
                refused = done
        self.assertEqual(refused.code, 4, refused)
        self.assertIn("disk", refused.err)
        self.assertIn("free some space", refused.err)
        self.assertEqual(self.jobs(), len(taken) + 1)
        self.release()
        self.assertEqual(self.muster("status", "--json").json["nodes"]["online"], 2)
        self.fleet.make_room("controller")
        shown = fleet.wait_for("the job of before to end", lambda: self.ended(held))
        self.assertEqual(shown["counts"], {"targets": 1, "changed": 1}, shown)
        self.assertEqual(self.muster("job", "output", held).out, "x" * 300000)
        for job in taken:
            shown = fleet.wait_for("a job that was taken to end", lambda: self.ended(job))
            self.assertEqual(shown["counts"], {"targets": 2, "ok": 2}, shown)
        self.assertEqual(self.muster("run", "system.ping", "--on", "all").code, 0)
        self.assertEqual(self.fleet.starts("controller"), 1)

    def test_a_node_without_room_promises_nothing_and_loses_nothing(self):
        self.make_fleet("node-1")
        held = self.start_held("echo done")
        self.fleet.fill("node-1")
        for _ in range(200):  # the journal's last page has room for a few more
            refused = self.muster("exec", "--on", "all", "--json", "--", "true")
            if refused.code != 0:
                break
        self.assertEqual(refused.code, 1, refused)
        self.assertEqual(refused.json["counts"], {"targets": 2, "refused": 1, "changed": 1})
        (why,) = [task["error"]["message"] for task in refused.json["tasks"] if task["state"] == "refused"]
        self.assertIn("cannot write down its promise", why)
        self.assertIn("No space left on device", why)
        self.assertEqual(self.muster("run", "system.ping", "--on", "all").code, 0)  # reading promises nothing
        self.release()
        self.assertEqual(self.shown(held)["counts"], {"targets": 1, "running": 1})
        self.fleet.make_room("node-1")
        shown = fleet.wait_for("the task of before to end", lambda: self.ended(held))
        self.assertEqual(shown["counts"], {"targets": 1, "changed": 1}, shown)
        self.assertEqual(self.muster("job", "output", held).out, "done\n")
        self.assertEqual(self.muster("exec", "--on", "all", "--", "true").code, 0)
        self.assertEqual(self.fleet.starts("node-1"), 1)

    def test_output_that_finds_no_room_on_the_node_is_cut_and_said(self):
        self.make_fleet("node-1")
        held = self.start_held("head -c 300000 /dev/zero | tr '\\0' x")
        self.fleet.fill("node-1")
        self.release()
        fleet.wait_for("the output to be lost", lambda: "output" in self.fleet.path("node-1.log").read_text())
        self.fleet.make_room("node-1")
        shown = fleet.wait_for("the task to end", lambda: self.ended(held))
        self.assertEqual(shown["counts"], {"targets": 1, "changed": 1}, shown)
        (output,) = shown["tasks"][0]["outputs"]
        self.assertEqual((output["size"], output["truncated"]), (300000, True))
        self.assertLess(output["kept"], 300000)
        self.assertEqual(self.muster("job", "output", held).out, "x" * output["kept"])

    def test_nothing_starts_on_a_full_disk_and_each_says_why(self):
        self.make_fleet("spare")
        self.fleet.fill("spare")
        state = self.fleet.path("spare")
        controller = self.fleet.controller_argv(0)
        controller[controller.index("--state") + 1] = state
        gateway = self.fleet.gateway_argv(0)
        gateway[gateway.index("--state") + 1] = state
        for argv in (controller, gateway):
            with self.subTest(program=argv[0].name):
                done = fleet.run(argv)
                self.assertEqual(done.code, 1, done)
                self.assertRegex(done.err, "disk .* full|No space left on device")
        token = self.fleet.token()
        done = self.fleet.run_join(token, "spare")
        self.assertEqual(done.code, 1, done)
        self.assertIn("No space left on device", done.err)
        self.assertFalse(state.joinpath("identity.json").exists())
        self.assertEqual(self.fleet.run_join(token, "elsewhere").code, 0, "the token is used up")


if __name__ == "__main__":
    fleet.enter_own_mounts()
    unittest.main(verbosity=2)
