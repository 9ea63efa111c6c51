"""Facts that plugins tell, the system plugin and a folder of one's own, choose nodes."""

import shutil
import unittest

import fleet

MANIFEST = """\
muster: 1
id: app
version: 1.0.0
provides: [facts/1]
operations:
  app.tell_facts:
    doc: Tell which release of the app is here.
    risk: read
    run: [./tell]
"""


class Facts(fleet.OneFleet):
    nodes = 0

    @classmethod
    def prepare(cls):
        cls.fleet.plugins = cls.fleet.path("plugins")
        cls.fleet.plugins.mkdir(mode=0o755)
        for library in ("system", "script"):
            shutil.copy(fleet.PLUGINS / (library + ".so"), cls.fleet.plugins)
        cls.fleet.agent_options = ["--facts-every", "1s"]
        cls.write("plugin.yaml", MANIFEST, 0o644)
        cls.tell("2.4")
        cls.fleet.join("node-1")
        cls.fleet.wait_online(1)

    @classmethod
    def write(cls, name, text, mode):
        folder = cls.fleet.plugins / "app"
        folder.mkdir(mode=0o755, exist_ok=True)
        new = cls.fleet.plugins.parent / ("new-" + name)
        new.write_text(text)
        new.chmod(mode)
        new.replace(folder / name)  # never half of it

    @classmethod
    def tell(cls, release, age=0):
        answer = '{"result": {"facts": {"app.release": "%s", "nodot": "x"}, "age_seconds": {"app.release": %d}}}' % (
            release, age)
        cls.write("tell", f"#!/bin/sh\necho '{answer}'\n", 0o755)

    def facts(self):
        return self.fleet.muster("node", "facts", "node-1", "--json").json["facts"]

    def wait_for_release(self, release):
        fleet.wait_for(f"release {release}", lambda: self.facts().get("app.release") == release)

    def test_a_program_of_ones_own_tells_facts_and_a_change_is_told(self):
        self.tell("2.4")
        self.wait_for_release("2.4")
        self.assertEqual(self.fleet.muster("run", "system.ping", "--on", "app.release=2.4").code, 0)
        self.tell("2.10")
        self.wait_for_release("2.10")
        self.assertEqual(self.fleet.muster("run", "system.ping", "--on", "app.release>=2.9").code, 0)
        self.assertEqual(self.fleet.muster("run", "system.ping", "--on", "app.release=2.4").code, 3)
        self.assertNotIn("nodot", self.facts())
        fleet.wait_for("the system plugin's facts", lambda: "disk.root_used_percent" in self.facts())

    def test_a_fact_is_as_old_as_its_plugin_says(self):
        self.tell("5.0", age=3 * 86400)
        self.wait_for_release("5.0")
        shown = self.fleet.muster("node", "facts", "node-1")
        self.assertRegex(shown.out, r"(?m)^app\.release +3d +5\.0$")
        self.assertNotRegex(shown.out, r"(?m)^os\.id +3d ")
        explained = self.fleet.muster("selector", "explain", "app.release=5.0")
        self.assertEqual(explained.code, 3)
        self.assertIn("has not told the fact app.release for 3 days  1: node-1", explained.out)
        self.assertEqual(self.fleet.muster("run", "system.ping", "--on", "age(app.release)>2d").code, 0)
        self.tell("5.1")
        self.wait_for_release("5.1")
        self.assertEqual(self.fleet.muster("run", "system.ping", "--on", "app.release=5.1").code, 0)

    def test_the_system_plugin_tells_what_the_agent_does_not(self):
        fleet.wait_for("the system plugin's facts", lambda: "boot.unix" in self.facts())
        facts = self.facts()
        self.assertGreater(int(facts["boot.unix"]), 1_000_000_000)
        self.assertIn("os.id", facts)  # the agent's own are still there
        self.assertEqual(self.fleet.muster("run", "system.ping", "--on", "boot.unix>1000000000").code, 0)

    def test_the_facts_of_a_plugin_that_stops_telling_are_forgotten(self):
        self.tell("3.0")
        self.wait_for_release("3.0")
        self.write("tell", "#!/bin/sh\nexit 1\n", 0o755)
        fleet.wait_for("the facts to be forgotten", lambda: "app.release" not in self.facts())
        self.tell("3.1")
        self.wait_for_release("3.1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
