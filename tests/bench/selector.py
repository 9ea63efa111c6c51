#!/usr/bin/env python3
"""Runs muster-bench-selector.

usage: selector.py [NODES]     (10000); MUSTER_BIN says where it is
"""

import os
import pathlib
import subprocess
import sys

import processes

print(processes.machine(), flush=True)
subprocess.run([pathlib.Path(os.environ["MUSTER_BIN"]) / "muster-bench-selector", *sys.argv[1:]], check=True)
