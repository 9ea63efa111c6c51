"""Secret arguments: nothing that the fleet keeps on its disks or says has them, and what waited for a node when the
controller was killed ends and does not run."""

import tempfile
import unittest

import fleet

SECRET = "$y$j9T$correct-horse"


class Secrets(fleet.OneFleet):
    nodes = 2

    @classmethod
    def prepare(cls):
        cls.file = tempfile.NamedTemporaryFile("w")  # not among what the fleet keeps
        cls.addClassCleanup(cls.file.close)
        cls.file.write(SECRET)
        cls.file.flush()

    def run_secret(self, *options):
        """In check mode: nobody is made or changed."""
        return self.fleet.muster("run", "system.user.present", "name=muster-e2e", f"password_hash=@{self.file.name}",
                                 "--check", *options)

    def files_with_the_secret(self):
        found = []
        for path in self.fleet.dir.rglob("*"):
            try:
                if path.is_file() and SECRET.encode() in path.read_bytes():
                    found.append(path)
            except FileNotFoundError:  # a journal's old segment
                continue
        return found

    def job(self, identity):
        return self.fleet.muster("job", "show", identity, "--json").json

    def test_no_disk_and_no_answer_has_it(self):
        done = self.run_secret("--on", "all", "--json")
        self.assertNotIn(SECRET, done.out + done.err)
        self.assertEqual([task["result"]["changes"] for task in done.json["tasks"]], 2 * [["created"]], done)
        identity = done.json["job"]
        self.assertEqual([path for path in self.files_with_the_secret() if "controller" in path.parts], [])
        fleet.wait_for("the agents' journals to be wiped", lambda: not self.files_with_the_secret())
        for words in (["job", "show", identity], ["job", "ls", "--json"], ["event", "ls", "--json"]):
            self.assertNotIn(SECRET, self.fleet.muster(*words).out)
        again = self.fleet.muster("job", "retry", identity, "--state", "changed", "--state", "ok")
        self.assertEqual(again.code, 2, again)
        self.assertIn("are secret and were not kept", again.err)

    def test_what_waits_ends_with_the_controller(self):
        self.fleet.stop("node-2")
        fleet.wait_for("node-2 to be away", lambda: self.fleet.nodes_online() == 1)
        identity = self.run_secret("--on", "node:node-2", "--offline", "queue", "--detach").out.strip()
        self.assertEqual(self.job(identity)["counts"], {"targets": 1, "queued": 1})
        self.fleet.services["controller"].kill()
        fleet.wait_for("the controller to be back", lambda: self.fleet.muster("status").code == 0)
        job = fleet.wait_for("the job to end", lambda: (self.job(identity)["ended"] and self.job(identity)))
        self.assertEqual(job["tasks"][0]["state"], "cancelled")
        self.assertIn("secret arguments are not kept", job["tasks"][0]["error"]["message"])
        self.fleet.start_agent("node-2")
        self.fleet.wait_online(2)
        self.assertEqual(self.job(identity)["counts"], {"targets": 1, "cancelled": 1})


if __name__ == "__main__":
    unittest.main(verbosity=2)
