"""The README's tour, typed line by line, prints what it shows.

Ids, times and the system's name are the machine's own and are not compared; nor is the order of lines that
begin with a node's name, as several nodes print them at once.
"""

import getpass
import pathlib
import re
import subprocess
import unittest

import fleet

README = pathlib.Path(__file__).parents[2] / "README.md"
OWN = [(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"), (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "TIME"),
       (r"Debian GNU/Linux \d+ \(\w+\)", "OS"), (r"hello from \S+", "hello from USER"), (r"  +", "  ")]
OF_NODE = r"node-\d: "


def steps():
    """(command, lines shown) of the section's indented blocks."""
    section = README.read_text().split("## Five minutes\n")[1].split("\n## ")[0]
    found = []
    for line in section.splitlines():
        if line.startswith("    $ "):
            found.append((line[6:], []))
        elif line.startswith("    ") and found:
            found[-1][1].append(line[4:])
    return found


def compared(lines):
    for pattern, name in OWN:
        lines = [re.sub(pattern, name, line) for line in lines]
    lines = [line.rstrip() for line in lines]
    of_nodes = iter(sorted(line for line in lines if re.match(OF_NODE, line)))
    return [next(of_nodes) if re.match(OF_NODE, line) else line for line in lines]


def printed(shell):
    """What a command prints, up to the mark behind it."""
    for line in shell.stdout:
        if line == "=end=\n":
            return
        yield line.rstrip("\n")
    raise AssertionError("the shell has ended")


class Tour(unittest.TestCase):
    def test_every_line_prints_what_the_readme_shows(self):
        commands = steps()
        self.assertGreater(len(commands), 8)
        with fleet.Fleet(nodes=3) as whole:
            env = dict(whole.env, PATH=f"{fleet.BIN}:{whole.env['PATH']}", USER=getpass.getuser())
            shell = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, env=env)
            for command, shown in commands:
                with self.subTest(command=command):
                    shell.stdin.write(f"{command}\necho =end=\n")
                    shell.stdin.flush()
                    self.assertEqual(compared(list(printed(shell))), compared(shown))
            shell.stdin.close()
            shell.wait()
            shell.stdout.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
