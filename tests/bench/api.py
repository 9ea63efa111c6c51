#!/usr/bin/env python3
"""Starts a fleet of one node and runs muster-bench-api against it.

usage: api.py [CALLS]     (1000); MUSTER_BIN and MUSTER_PLUGINS say what to run
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
import fleet
import processes


def main():
    with fleet.Fleet(nodes=1, controller_options=("--requests-per-second", "1000000")) as one:
        fleet.wait_for("the system plugin", lambda: one.muster("run", "system.ping", "--on", "all").code == 0)
        print(processes.machine(), flush=True)
        subprocess.run([fleet.BIN / "muster-bench-api", one.dir, *sys.argv[1:]], env=one.env, check=True)


if __name__ == "__main__":
    main()
