#!/usr/bin/env python3
"""muster-plugin generate: what it writes, and that it writes nothing when anything is wrong.

usage: generate_test.py MUSTER_PLUGIN   (UPDATE_GOLDEN=1 writes the expected header anew)
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent / "generate"
TOOL = sys.argv.pop(1)
GOOD = """muster: 1
id: thing
version: 1.0.0
doc: A thing.
abi: {major: 1}
"""


class Generate(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def run_tool(self, *arguments):
        return subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=False)

    def generate(self, text):
        manifest = self.folder / "plugin.yaml"
        manifest.write_text(text, encoding="utf-8")
        out = self.folder / "out"
        out.mkdir()
        return self.run_tool("generate", "--manifest", str(manifest), "--json", str(out / "m.json"),
                             "--header", str(out / "m.hpp"), "--source", str(out / "m.cpp"))

    def assert_refused(self, text, said):
        done = self.generate(text)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(said, done.stderr)
        self.assertEqual(list((self.folder / "out").iterdir()), [])

    def test_the_json_is_canonical(self):
        self.assertEqual(self.generate(GOOD).returncode, 0)
        written = (self.folder / "out/m.json").read_text(encoding="utf-8")
        wanted = {"muster": 1, "id": "thing", "version": "1.0.0", "doc": "A thing.", "abi": {"major": 1}}
        self.assertEqual(written, json.dumps(wanted, sort_keys=True, separators=(",", ":")))

    def test_the_same_manifest_gives_the_same_files(self):
        text = (HERE / "every_type.yaml").read_text(encoding="utf-8")
        self.assertEqual(self.generate(text).returncode, 0)
        header = (self.folder / "out/m.hpp").read_text(encoding="utf-8")
        golden = HERE / "every_type.hpp.expected"
        if os.environ.get("UPDATE_GOLDEN") == "1":
            golden.write_text(header, encoding="utf-8")
        self.assertEqual(header, golden.read_text(encoding="utf-8"))

    def test_broken_yaml_is_refused_with_its_place(self):
        self.assert_refused(GOOD + "operations: {\n", "plugin.yaml:7:")

    def test_a_key_used_twice_is_refused_with_its_place(self):
        self.assert_refused(GOOD + "id: other\n", "plugin.yaml:6:1")

    def test_an_unknown_key_is_refused_with_a_pointer(self):
        self.assert_refused(GOOD + "licence: none\n", "/licence")

    def test_an_operation_of_another_plugin_is_refused(self):
        self.assert_refused(GOOD + "operations: {other.run: {doc: x, risk: read}}\n", "/operations/other.run")

    def test_two_operations_with_one_name_in_cpp_are_refused(self):
        self.assert_refused(GOOD + "operations: {thing.a-b: {doc: x, risk: read}, thing.a_b: {doc: x, risk: read}}\n",
                            "/operations/thing.a_b has the same name in C++")

    def test_two_properties_with_one_name_in_cpp_are_refused(self):
        self.assert_refused(GOOD + "config: {type: object, properties: {a-b: {type: string}, a_b: {type: string}}}\n",
                            "/config/properties/a_b has the same name in C++")

    def test_a_result_that_is_no_object_is_refused(self):
        self.assert_refused(GOOD + "operations: {thing.run: {doc: x, risk: read, result: {type: string}}}\n",
                            "/operations/thing.run/result must have type: object")

    def test_a_missing_manifest_is_refused(self):
        done = self.run_tool("generate", "--manifest", "/no/such.yaml", "--json", str(self.folder / "m.json"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("/no/such.yaml", done.stderr)

    def test_a_place_that_cannot_be_written_is_a_failure(self):
        (self.folder / "plugin.yaml").write_text(GOOD, encoding="utf-8")
        done = self.run_tool("generate", "--manifest", str(self.folder / "plugin.yaml"), "--json", "/no/such/m.json")
        self.assertEqual(done.returncode, 1)

    def test_nothing_is_written_when_a_later_file_cannot_be(self):
        manifest = self.folder / "plugin.yaml"
        manifest.write_text(GOOD, encoding="utf-8")
        out = self.folder / "out"
        (out / "folder").mkdir(parents=True)
        (out / "m.json").write_text("before", encoding="utf-8")
        for header in [out / "no/such/m.hpp", out / "folder"]:
            done = self.run_tool("generate", "--manifest", str(manifest), "--json", str(out / "m.json"),
                                 "--header", str(header), "--source", str(out / "m.cpp"))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(str(header), done.stderr)
            self.assertEqual((out / "m.json").read_text(encoding="utf-8"), "before")
            self.assertEqual(sorted(path.name for path in out.iterdir()), ["folder", "m.json"])

    def test_wrong_usage_is_exit_2_and_help_is_exit_0(self):
        for arguments in [[], ["no-such-command"], ["generate"], ["generate", "--no-such-option"]]:
            self.assertEqual(self.run_tool(*arguments).returncode, 2, arguments)
        for arguments in [["--help"], ["generate", "--help"]]:
            done = self.run_tool(*arguments)
            self.assertEqual(done.returncode, 0)
            self.assertIn("usage:", done.stdout)


if __name__ == "__main__":
    unittest.main()
