"""Folders of programs as plugins: the checks of Debian's monitoring-plugins without a change to them, programs that
speak JSON, metrics of collectors; and folders that come, change, break and go while the agent runs."""

import os
import pathlib
import re
import shutil
import unittest
import urllib.request

import fleet

EXAMPLES = pathlib.Path(__file__).parents[2] / "plugins/script/examples"
CHECKS = pathlib.Path("/usr/lib/nagios/plugins")

MANIFEST = """\
muster: 1
id: {id}
version: {version}
operations:
  {id}.say:
    doc: Says it.
    risk: read
    protocol: {protocol}
    run: [{program}, "{word}"]
"""
SAY = '#!/bin/sh\necho "$1"\n'

# What is wrong with a folder, and what is said of it: the place in its plugin.yaml and why.
BROKEN = {
    "syntax": ({"more": 'name: "Half\n'}, "plugin.yaml:10:7: this quote is never closed"),
    "sentence": ({"drop": "    doc: Says it.\n"}, "plugin.yaml:5:3: "),
    "protocols": ({"protocol": "telepathy"}, "plugin.yaml:8:5: must be json or nagios"),
    "values": ({"word": "{{who}}"}, "plugin.yaml:9:18: {{who}} is not among the properties of the arguments"),
    "missing": ({"program": "./shout"}, "plugin.yaml:9:11: there is no "),
    "looked-up": ({"program": "say"}, "plugin.yaml:9:11: a program is ./NAME in this folder or a full path"),
    "misnamed": ({"id": "other"}, "plugin.yaml:2:1: its id is other and its folder is misnamed"),
    "tight": ({"more": "class: confined\n"}, "plugin.yaml:10:1: a folder cannot be confined"),
}


def root_is_mounted():
    """Whether check_disk knows the root file system: it reads /etc/mtab, in which that of a chroot is not."""
    mtab = pathlib.Path("/etc/mtab")
    return mtab.exists() and any(line.split()[1] == "/" for line in mtab.read_text().splitlines())


class Script(fleet.OneFleet):
    nodes = 0

    @classmethod
    def setUpClass(cls):
        if not CHECKS.joinpath("check_disk").exists():
            fleet.skip("it needs Debian's package monitoring-plugins-basic")
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.plugins = cls.fleet.path("plugins")
        cls.plugins.mkdir()
        cls.plugins.chmod(0o755)
        for library in ("system", "script"):
            shutil.copy(fleet.PLUGINS / (library + ".so"), cls.plugins)
        for example in ("disk", "health", "hello"):
            cls.put(example)
        cls.fleet.plugins = cls.plugins
        cls.fleet.agent_options = ["--metrics", "127.0.0.1:0"]
        cls.fleet.join("node-1")
        cls.fleet.wait_online(1)
        for plugin in ("disk", "health", "hello", "script"):
            cls.wait_for_state(plugin, "ready")
        cls.agent = cls.fleet.services["node-1"].process.pid

    @classmethod
    def put(cls, example):
        """Nobody but us may change it, whatever the umask was when the tree came here."""
        target = cls.plugins / example
        shutil.copytree(EXAMPLES / example, target)
        for path in (target, *target.iterdir()):
            path.chmod(path.stat().st_mode & 0o755)

    @classmethod
    def write(cls, folder, script=SAY, more="", drop="", **words):
        """Puts a folder with one operation there, `say`, or writes it again."""
        words = {"id": folder, "version": "1.0.0", "protocol": "nagios", "program": "./say", "word": "one", **words}
        folder = cls.plugins / folder
        folder.mkdir(exist_ok=True)
        for name, text, mode in (("say", script, 0o755),
                                 ("plugin.yaml", MANIFEST.format(**words).replace(drop or "\0", "") + more, 0o644)):
            folder.joinpath(name).write_text(text)
            folder.joinpath(name).chmod(mode)
        folder.chmod(0o755)

    @classmethod
    def states(cls):
        listed = cls.fleet.muster("plugin", "ls", "--json").json["plugins"]
        return {(plugin["id"], state): plugin for plugin in listed for state in plugin["states"]}

    @classmethod
    def wait_for_state(cls, plugin, state):
        return fleet.wait_for(f"{plugin} to be {state}", lambda: cls.states().get((plugin, state)))

    def task(self, operation, *words, code=0):
        """What became of the one task of a job."""
        done = self.fleet.muster("run", operation, *words, "--on", "all", "--json")
        self.assertEqual(done.code, code, done)
        return done.json["tasks"][0]

    def test_three_checks_of_debian_run_unchanged(self):
        for operation, text, label in (("health.swap", r"^SWAP \w+ - \d+% free", "swap"),
                                       ("health.load", r"LOAD \w+ - .*average:", "load1"),
                                       ("health.procs", r"^PROCS \w+: \d+ process", "procs")):
            with self.subTest(operation=operation):
                result = self.task(operation)["result"]
                self.assertIn(result["status"], ("ok", "warning", "critical"))
                self.assertRegex(result["text"], text)
                self.assertIn(label, [value["label"] for value in result["values"]])

    def test_a_check_with_thresholds_as_arguments(self):
        result = self.task("disk.root", "warn:=1", "crit:=1")["result"]
        if root_is_mounted():
            self.assertRegex(result["text"], r"^DISK \w+ - free space: / ")
            self.assertIn("/", [value["label"] for value in result["values"]])
        else:  # in a chroot
            self.assertEqual((result["status"], result["text"]), ("critical", "DISK CRITICAL: / not found"))

    def test_a_check_that_finds_something_wrong_was_made_all_the_same(self):
        task = self.task("health.procs", "warn:=1", "crit:=1")
        self.assertEqual((task["state"], task["result"]["status"]), ("ok", "critical"))

    def test_a_check_that_finds_nothing_out_has_failed(self):
        self.write("dummy", program=CHECKS / "check_dummy", word="3")
        self.wait_for_state("dummy", "ready")
        task = self.task("dummy.say", code=1)
        self.assertEqual((task["state"], task["result"]["status"]), ("failed", "unknown"))
        self.assertIn("check_dummy does not know: UNKNOWN", task["error"]["message"])

    def test_arguments_are_typed_and_stay_words(self):
        task = self.task("disk.usage", 'paths:=["/", "/proc; touch /tmp/x"]')
        self.assertIn("/proc; touch /tmp/x is not accessible", task["result"]["text"])
        done = self.fleet.muster("run", "disk.root", "warn:=200", "--on", "all")
        self.assertEqual(done.code, 2, done)
        self.assertIn("/warn", done.err)

    def test_a_program_of_ones_own_speaks_json(self):
        task = self.task("hello.greet", "name=Ann", "times:=2")
        self.assertEqual((task["state"], task["result"]), ("ok", {"text": "Hello, Ann! Hello, Ann!"}))
        task = self.task("hello.greet", "name=nobody", code=1)
        self.assertEqual((task["error"]["message"], task["error"]["field"]), ("nobody was named", "/name"))
        self.assertIn("Ann was greeted", self.fleet.path("node-1.log").read_text())

    def test_what_an_operation_printed_and_what_it_found_are_both_shown(self):
        words = ("run", "hello.greet", "name=Ann", "times:=2", "--on", "all")
        for form in ("variants", "by-node"):
            done = self.fleet.muster(*words, "--output", form)
            self.assertEqual(done.out, "node-1: ok\ngreeting\n1\n2\ngreeted Ann\n  text  Hello, Ann! Hello, Ann!\n", done)
        done = self.fleet.muster(*words, "--output", "stream")
        self.assertEqual(done.out, "".join("node-1: " + line + "\n" for line in (
            '{"greeting":1}', '{"greeting":2}', "text  Hello, Ann! Hello, Ann!")), done)
        self.assertIn("node-1: greeted Ann\n", done.err)

    def test_collectors_are_on_the_agents_page(self):
        port = re.search(r"serving metrics port=(\d+)", self.fleet.path("node-1.log").read_text()).group(1)

        def page():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                return answer.read().decode()
        for line in (r'check_status\{plugin="disk",check="root"\} [012]',
                     r'check_value\{plugin="health",check="swap",label="swap",unit="bytes"\} [\d.e+]+',
                     r'check_value\{plugin="health",check="load",label="load1"\} [\d.]+',
                     r'uptime\{plugin="health",source="proc"\} [\d.e+]+',
                     r'script_collector_up\{plugin="health",collector="uptime"\} 1'):
            fleet.wait_for(line, lambda: re.search("^" + line + "$", page(), re.M))

    def hosts(self):
        """The process of each plugin by its name."""
        found = {}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = process.joinpath("cmdline").read_bytes().split(b"\0")
                parent = process.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
            except OSError:
                continue
            if words[0].endswith(b"muster-plugin-host") and int(parent) == self.agent:
                found[words[1].decode()] = process.name
        return found

    def text_is(self, text):
        def says():
            done = self.fleet.muster("run", "late.say", "--on", "all", "--json")
            # While the changed folder is not known yet there is no such operation, and no job.
            return bool(done.out) and done.json["tasks"][0].get("result", {}).get("text") == text
        return says

    def test_a_folder_comes_changes_breaks_and_goes_and_nothing_else_notices(self):
        before = self.hosts()
        self.write("late")
        self.wait_for_state("late", "ready")
        self.assertEqual(self.task("late.say")["result"]["text"], "one")
        self.write("late", word="two")
        fleet.wait_for("the change", self.text_is("two"))
        self.write("late", word="two", script='#!/bin/sh\necho "not $1"\n')
        fleet.wait_for("the change of its program", self.text_is("not two"))
        self.write("late", more="  late.more: {}\n")
        (reason,) = self.wait_for_state("late", "rejected")["reasons"]
        self.assertIn("/late/plugin.yaml:10:3: ", reason)
        self.assertEqual(self.fleet.muster("run", "late.say", "--on", "all").code, 2)
        self.write("late")
        self.wait_for_state("late", "ready")
        shutil.rmtree(self.plugins / "late")
        fleet.wait_for("it to be gone", lambda: not [key for key in self.states() if key[0] == "late"])
        done = self.fleet.muster("run", "late.say", "--on", "all")
        self.assertEqual(done.code, 2, done)
        after = self.hosts()
        self.assertNotIn("late", after)
        same = ("system", "disk", "health", "hello")
        self.assertEqual([before[name] for name in same], [after[name] for name in same])
        self.assertEqual(self.fleet.services["node-1"].process.pid, self.agent)

    def test_a_call_goes_on_when_its_folder_changes_and_ends_under_the_manifest_it_began_with(self):
        gate = self.fleet.path("gate")
        os.mkfifo(gate)
        waits = f'#!/bin/sh\ntouch {gate}.waits\nread answer < {gate}\necho "$1 $answer"\n'
        self.write("slow", script=waits)
        self.wait_for_state("slow", "ready")
        job = self.fleet.muster("run", "slow.say", "--on", "all", "--detach", "--json").json["job"]
        fleet.wait_for("the program", lambda: self.fleet.path("gate.waits").exists())
        self.write("slow", version="2.0.0", word="new")
        fleet.wait_for("the new one", lambda: self.states().get(("slow", "ready"), {}).get("version") == "2.0.0")
        self.assertEqual(self.task("slow.say")["result"]["text"], "new")

        def old_tasks():
            tasks = self.fleet.muster("job", "show", job, "--json").json["tasks"]
            return tasks if tasks[0].get("result") else None
        with open(os.open(gate, os.O_RDWR), "w") as both_ends:  # which waits for nobody
            both_ends.write("answer\n")
            both_ends.flush()
            shown = fleet.wait_for("the old call's end", old_tasks)
        self.assertEqual(shown[0]["result"]["text"], "one answer")

    def test_each_broken_folder_is_rejected_with_its_place(self):
        for name, (words, _) in BROKEN.items():
            self.write(name, **words)
        for name, (_, why) in BROKEN.items():
            with self.subTest(folder=name):
                (reason,) = self.wait_for_state(name, "rejected")["reasons"]
                self.assertIn(f"/{name}/{why}", reason)

    def test_what_others_can_change_and_what_leads_elsewhere_is_not_run(self):
        for name in ("open", "open-program", "linked", "leading"):
            self.write(name)
        self.plugins.joinpath("open").chmod(0o777)
        self.plugins.joinpath("open-program/say").chmod(0o775)
        self.plugins.joinpath("linked/plugin.yaml").rename(self.fleet.path("plugin.yaml"))
        self.plugins.joinpath("linked/plugin.yaml").symlink_to(self.fleet.path("plugin.yaml"))
        self.plugins.joinpath("leading/say").unlink()
        self.plugins.joinpath("leading/say").symlink_to("/bin/echo")
        for name, why in (("open", "/open can be changed by others, its mode is 0777; chmod go-w it"),
                          ("open-program", "/say can be changed by others, its mode is 0775; chmod go-w it"),
                          ("linked", "/linked/plugin.yaml: it is a symbolic link, which is not followed"),
                          ("leading", "plugin.yaml:9:11: ./say leads out of its folder, to /usr/bin/echo")):
            with self.subTest(folder=name):
                (reason,) = self.wait_for_state(name, "rejected")["reasons"]
                self.assertIn(why, reason)
        self.plugins.joinpath("open").chmod(0o755)
        self.wait_for_state("open", "ready")


if __name__ == "__main__":
    unittest.main(verbosity=2)
