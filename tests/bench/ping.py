#!/usr/bin/env python3
"""Runs muster-bench-ping with the plugins it needs, in a directory of its own.

usage: ping.py [CALLS]     (5000); MUSTER_BIN, MUSTER_PLUGINS and MUSTER_TEST_PLUGINS say what to run
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import processes


def main():
    binaries = pathlib.Path(os.environ["MUSTER_BIN"])
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        plugins = pathlib.Path(name, "plugins")
        plugins.mkdir()
        shutil.copy(pathlib.Path(os.environ["MUSTER_PLUGINS"], "system.so"), plugins)
        shutil.copy(pathlib.Path(os.environ["MUSTER_TEST_PLUGINS"], "empty.so"), plugins)
        print(processes.machine(), flush=True)
        subprocess.run([binaries / "muster-bench-ping", binaries, plugins, name, *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
