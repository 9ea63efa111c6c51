#!/usr/bin/env python3
"""packaging/test fails when a test did not run that tests/allowed_skips does not name.

usage: skips_test.py TREE

The script runs as it is, with the real ctest, in a copy of packaging/ beside tests of three lines; only the
installing and the building are played.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TREE = pathlib.Path(sys.argv.pop(1))
PASSES = 'add_test("{0}" "true")\n'
FAILS = 'add_test("{0}" "false")\n'
SKIPS = 'add_test("{0}" "sh" "-c" "exit 77")\nset_tests_properties("{0}" PROPERTIES SKIP_RETURN_CODE 77)\n'
DISABLED = 'add_test("{0}" "true")\nset_tests_properties("{0}" PROPERTIES DISABLED ON)\n'
ABSENT = 'add_test("{0}" "/nowhere/at/all")\n'


class Skips(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="muster-skips-"))
        self.addCleanup(shutil.rmtree, self.dir)
        shutil.copytree(TREE / "packaging", self.dir / "packaging")
        for folder in ("tests", "build/release", "bin"):
            (self.dir / folder).mkdir(parents=True)
        for name, body in (("cmake", "exit 0"), ("dpkg-query", "echo installed"), ("nproc", "echo 2")):
            played = self.dir / "bin" / name
            played.write_text(f"#!/bin/sh\n{body}\n")
            played.chmod(0o755)

    def packaging_test(self, tests, allowed=(), options=()):
        lines = "".join(kind.format(name) for name, kind in tests.items())
        (self.dir / "build/release/CTestTestfile.cmake").write_text(lines)
        (self.dir / "tests/allowed_skips").write_text(
            "# name, a tab, the reason\n" + "".join(f"{name}\ta reason\n" for name in allowed))
        return subprocess.run([self.dir / "packaging/test", *options], capture_output=True, text=True,
                              env=dict(os.environ, PATH=f"{self.dir / 'bin'}:{os.environ['PATH']}"))

    def complaints(self, done):
        return [line for line in done.stderr.splitlines() if "not in tests/allowed_skips" in line]

    def test_all_tests_that_ran_and_passed_are_a_success(self):
        done = self.packaging_test({"one": PASSES, "two": PASSES})
        self.assertEqual((done.returncode, self.complaints(done)), (0, []), done)
        self.assertIn("100% tests passed", done.stdout)

    def test_a_test_that_failed_is_a_failure(self):
        self.assertNotEqual(self.packaging_test({"one": PASSES, "two": FAILS}).returncode, 0)

    def test_an_unexplained_skip_is_a_failure_and_is_named_in_full(self):
        for kind in (SKIPS, DISABLED, ABSENT):
            with self.subTest(kind=kind):
                done = self.packaging_test({"one": PASSES, "a: longer name, with (some) signs. x": kind}, ["one"])
                self.assertNotEqual(done.returncode, 0, done)
                self.assertEqual(self.complaints(done),
                                 ["skipped, but not in tests/allowed_skips: a: longer name, with (some) signs. x"])

    def test_an_allowed_skip_is_a_success(self):
        for kind in (SKIPS, DISABLED):
            with self.subTest(kind=kind):
                done = self.packaging_test({"one": PASSES, "needs a disk": kind}, ["needs a disk"])
                self.assertEqual((done.returncode, self.complaints(done)), (0, []), done)

    def test_an_allowed_name_allows_no_other(self):
        for other in ("needs a disk too", "it needs a disk", "needs"):
            with self.subTest(other=other):
                done = self.packaging_test({"one": PASSES, other: SKIPS}, ["needs a disk"])
                self.assertNotEqual(done.returncode, 0, done)

    def test_a_name_in_a_comment_allows_nothing(self):
        done = self.packaging_test({"one": PASSES, "name, a tab, the reason": SKIPS, "# x": SKIPS}, ["# x"])
        self.assertNotEqual(done.returncode, 0, done)
        self.assertEqual(len(self.complaints(done)), 2, done)

    def test_options_choose_tests_and_a_skip_outside_the_choice_does_not_matter(self):
        done = self.packaging_test({"one": PASSES, "two": SKIPS}, options=["-R", "one"])
        self.assertEqual(done.returncode, 0, done)


if __name__ == "__main__":
    unittest.main(verbosity=2)
