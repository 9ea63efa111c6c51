"""Files that are no plugins, and plugins that do not start: each is named with its reason on the node, in
`muster plugin ls` and to who wants to run it, and the others work."""

import shutil
import unittest

import fleet

MOCK = fleet.PLUGINS.parent / "test-plugins" / "mock.so"
SYSTEM = fleet.PLUGINS / "system.so"
E_MACHINE = 18  # its offset in the header of an ELF file
EM_AARCH64, EM_X86_64 = 183, 62


def with_bytes(source, old, new):
    data = source.read_bytes()
    assert old in data, f"{old} is not in {source}"
    return data.replace(old, new)


def for_another_machine(source):
    data = bytearray(source.read_bytes())
    data[E_MACHINE] = EM_AARCH64 if data[E_MACHINE] == EM_X86_64 else EM_X86_64
    return bytes(data)


# What lies in the folder of plugins beside what is good, and what is said of it.
REJECTED = {
    "text": (lambda: b"I am no plugin.\n", "it is no plugin: no ELF shared library; remove it"),
    "bare": (lambda: with_bytes(SYSTEM, b"muster_manifest\0", b"muster_manufest\0"),
             "it has no manifest (section muster_manifest); build it with muster_add_plugin()"),
    "newer": (lambda: with_bytes(MOCK, b'"abi":{"major":1,', b'"abi":{"major":9,'),
              "it was built for ABI 9, this agent speaks ABI 1; upgrade the agent"),
    "foreign": (lambda: for_another_machine(MOCK), "; install its build for"),
    "narrow": (lambda: b"\x7fELF\x01" + MOCK.read_bytes()[5:],
               "it is for a machine that is not 64-bit and little-endian; install its build for"),
    "cut": (lambda: MOCK.read_bytes()[:4096], "it is damaged or cut short, copy it here again"),
    "atwin": (SYSTEM.read_bytes, "plugin system is loaded from system.so already; remove one of them"),
    "ztwin": (SYSTEM.read_bytes, "plugin system is loaded from system.so already; remove one of them"),
}


class BadPlugins(fleet.OneFleet):
    nodes = 0

    @classmethod
    def prepare(cls):
        plugins = cls.fleet.path("plugins")
        plugins.mkdir()
        shutil.copy(SYSTEM, plugins)
        shutil.copy(MOCK, plugins)
        for name, (make, _) in REJECTED.items():
            plugins.joinpath(name + ".so").write_bytes(make())
        plugins.joinpath("od\nd" + "x" * 240 + ".so").write_bytes(b"")
        cls.fleet.plugins = plugins
        cls.start_node("crashing", "crash_init: true\n")
        cls.start_node("failing", "fail_init: no disk to speak of\n")
        cls.fleet.wait_online(2)

    @classmethod
    def start_node(cls, name, mock_config):
        config = cls.fleet.path(name + ".config")
        config.mkdir()
        config.joinpath("mock.yaml").write_text(mock_config)
        config.joinpath("moc.yaml").write_text(mock_config)
        cls.fleet.agent_options = ["--plugin-config", config]
        cls.fleet.join(name)

    def muster(self, *words):
        return self.fleet.muster(*words)

    def plugins(self):
        listed = self.muster("plugin", "ls", "--json").json["plugins"]
        return {(plugin["id"], plugin["version"]): plugin for plugin in listed}

    def wait_for_mock(self, state):
        def arrived():
            mock = [plugin for (name, _), plugin in self.plugins().items() if name == "mock"]
            return mock and mock[0]["states"].get(state) and mock[0]
        return fleet.wait_for(f"the mock to be {state}", arrived)

    def test_each_bad_file_is_named_once_by_the_agent(self):
        lines = self.fleet.path("failing.log").read_text().splitlines()
        for name, (_, why) in REJECTED.items():
            with self.subTest(file=name):
                said = [line for line in lines if f"/{name}.so" in line]
                self.assertEqual(len(said), 1, said)
                self.assertIn(why, said[0])

    def test_each_bad_file_is_listed_with_its_reason(self):
        plugins = self.plugins()
        shown = self.muster("plugin", "ls").out
        for name, (_, why) in REJECTED.items():
            with self.subTest(file=name):
                plugin = plugins[(name, "")]
                self.assertEqual((plugin["nodes"], plugin["states"]), (2, {"rejected": 2}))
                (reason,) = plugin["reasons"]
                self.assertIn(why, reason)
                self.assertIn(f"{name} on 2 nodes is rejected: ", shown)

    def test_a_file_may_have_any_name(self):
        self.assertEqual(self.plugins()[("od?d" + "x" * 240, "")]["states"], {"rejected": 2})

    def test_a_configuration_of_no_plugin_is_named_by_the_agent(self):
        lines = self.fleet.path("failing.log").read_text().splitlines()
        said = [line for line in lines if "there is no plugin for this configuration, ignoring" in line]
        self.assertEqual(len(said), 1, said)
        self.assertIn("/moc.yaml", said[0])

    def test_the_others_work(self):
        done = self.muster("run", "system.ping", "--on", "all", "--json")
        self.assertEqual((done.code, done.json["counts"]), (0, {"targets": 2, "ok": 2}), done)

    def test_to_run_what_a_bad_file_would_have_is_a_usage_error_with_the_reason(self):
        for name, (_, why) in REJECTED.items():
            with self.subTest(file=name):
                done = self.muster("run", name + ".read", "--on", "all")
                self.assertEqual(done.code, 2, done)
                self.assertIn(why, done.err)
        done = self.muster("plugin", "show", "text")
        self.assertEqual(done.code, 3, done)
        self.assertIn(REJECTED["text"][1], done.err)

    def test_a_plugin_that_fails_at_its_start_says_why(self):
        reasons = self.wait_for_mock("failed")["reasons"]
        self.assertIn("failed: init: no disk to speak of (at /fail_init)", reasons)
        done = self.muster("run", "mock.read", "--on", "node:failing")
        self.assertEqual(done.code, 1, done)
        self.assertIn("plugin mock on this node is failed: init: no disk to speak of", done.out + done.err)

    def test_a_plugin_that_crashes_again_and_again_is_quarantined_and_says_why(self):
        reasons = self.wait_for_mock("quarantined")["reasons"]
        self.assertTrue(any("quarantined: the plugin's process was killed by signal 11" in reason
                            for reason in reasons), reasons)
        done = self.muster("run", "mock.read", "--on", "node:crashing")
        self.assertEqual(done.code, 1, done)
        self.assertIn("plugin mock on this node is quarantined", done.out + done.err)


class ManyFiles(unittest.TestCase):
    def test_a_node_tells_of_256_plugins_and_of_the_good_ones_first(self):
        with fleet.Fleet(nodes=0) as many:
            many.plugins = many.path("plugins")
            many.plugins.mkdir()
            shutil.copy(SYSTEM, many.plugins)
            for number in range(300):
                many.plugins.joinpath(f"a{number}.so").write_bytes(b"")
            many.join("node-1")
            many.wait_online(1)
            listed = fleet.wait_for("the plugins", lambda: many.muster("plugin", "ls", "--json").json["plugins"])
            self.assertEqual(len(listed), 256)
            self.assertEqual(many.muster("run", "system.ping", "--on", "all").code, 0)


class NoFolder(unittest.TestCase):
    def test_an_agent_does_not_start_without_a_folder_that_it_was_given(self):
        with fleet.Fleet(nodes=0) as one:
            one.run_join(one.token(), "node-1")
            nope = one.path("nope")
            for plugins, configs in ((nope, one.dir), (fleet.PLUGINS, nope)):
                done = fleet.run([fleet.BIN / "muster-agent", "run", "--state", one.path("node-1"),
                                  "--plugins", plugins, "--plugin-config", configs])
                self.assertEqual(done.code, 1, done)
                self.assertIn(f"{nope}: No such file or directory", done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
