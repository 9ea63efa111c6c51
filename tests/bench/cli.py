#!/usr/bin/env python3
"""How long the command line takes to start, and to answer a press of Tab in a fleet of many nodes.

usage: cli.py [NODES]     (10000); MUSTER_BIN and MUSTER_PLUGINS say what to run

Each figure is of 200 runs of the
program from start to end, next to /bin/true.
"""

import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
import copies
import fleet
import processes

RUNS = 200
STARTS = [["--version"], ["node", "ls", "--help"], ["help"]]
PRESSES = [["node", ""], ["node", "show", ""], ["node", "show", "web04"], ["node", "ls", "--on", ""],
           ["node", "ls", "--on", "role="], ["node", "ls", "--on", "os."], ["node", "ls", "--on", "net.addresses="],
           ["run", "system."], ["run", "system.exec", ""], ["job", "show", ""]]


def measure(what, argv, env, target=""):
    took = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        took.append((time.perf_counter() - begin) * 1000)
    took.sort()
    print(f"{what:44} {statistics.median(took):7.1f} {took[int(RUNS * 0.99)]:7.1f}   {target}")


def main():
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with fleet.Fleet(nodes=1, controller_options=()) as one:
        one.muster("exec", "--on", "all", "--", "true")
        copies.add_nodes(one, nodes)
        print(processes.machine())
        print(f"{'':44} {'p50 ms':>7} {'p99 ms':>7}   target")
        measure("/bin/true", ["/bin/true"], one.env)
        for words in STARTS:
            measure("muster " + " ".join(words), [fleet.BIN / "muster", *words], one.env, "30 ms")
        for words in PRESSES:
            shown = "muster " + " ".join(words) + " <Tab>"
            measure(shown, [fleet.BIN / "muster", "completion", "zsh", "--", *words], one.env, "100 ms")


if __name__ == "__main__":
    main()
