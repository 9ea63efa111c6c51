#!/usr/bin/env python3
"""The lint of the headers sees each kind of mistake, one at a time."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lint_headers  # noqa: E402

GOOD = """
#define MUSTER_EXT_THING_1 "muster.thing/1"
typedef struct muster_thing_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* Does it.
   * [strand & active|draining, <= 10 ms]
   * @since 1.0 @rule T4 M1 */
  muster_status (*run)(struct muster_plugin* plugin);
} muster_thing_v1;
"""
RULES = {"T4", "M1"}


def faults(text):
    return list(lint_headers.check_header(pathlib.Path("thing.h"), text, RULES))


class LintHeaders(unittest.TestCase):
    def test_a_good_header_has_no_fault(self):
        self.assertEqual(faults(GOOD), [])

    def test_each_mistake_is_seen(self):
        for wrong, right, said in [
            ("", "[strand & active|draining, <= 10 ms]", "run: no tag"),
            ("[strnd]", "[strand & active|draining, <= 10 ms]", "run: no tag"),
            ("", "@since 1.0", "run: no @since"),
            ("", "@rule T4 M1", "run: no @rule"),
            ("@rule T4 Z9", "@rule T4 M1", "run: rule Z9 is not in abi-rules.md"),
            ("muster.other/1", "muster.thing/1", "is not its own name"),
            ("muster.thing/2", "muster.thing/1", "is not its own name"),
            ("uint64_t", "uint32_t", "struct_size does not come first"),
            ("", "/* Does it.\n   * [strand & active|draining, <= 10 ms]\n   * @since 1.0 @rule T4 M1 */",
             "run: no tag"),
        ]:
            with self.subTest(said=said):
                found = faults(GOOD.replace(right, wrong))
                self.assertTrue(any(said in fault for fault in found), found)

    def test_a_long_header_is_seen(self):
        self.assertIn("lines are too many", faults(GOOD + "\n" * 120)[0])

    def test_rules_are_the_first_column(self):
        self.assertEqual(lint_headers.rules_of("| id | rule |\n|---|---|\n| T4 | x |\n"), {"T4"})


if __name__ == "__main__":
    unittest.main()
