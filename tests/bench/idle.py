#!/usr/bin/env python3
"""Memory and processor time of a fleet of one node that has nothing to do.

usage: idle.py [SECONDS]     (60); MUSTER_BIN, MUSTER_PLUGINS and MUSTER_TEST_PLUGINS say what to run

The node has one plugin, the empty one. Memory is the highest proportional set size of the time. With
controller and gateway on the same machine the libraries are shared between more processes than on a
node, which makes that smaller; the resident set size, which counts all shared pages in full, stands beside it.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
import fleet
import processes

MIB = 1 << 20
TARGET_MIB = {"muster-agent": 16, "muster-plugin-host": 3}


def pids_of(one):
    found = {}
    for service in one.services.values():
        found.update(processes.tree(service.process.pid))
    return found


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    plugins = pathlib.Path(tempfile.mkdtemp(prefix="muster-bench-"))
    try:
        shutil.copy(pathlib.Path(os.environ["MUSTER_TEST_PLUGINS"], "empty.so"), plugins)
        with fleet.Fleet(nodes=1, plugins=plugins, controller_options=()) as one:
            measure(one, seconds)
    finally:
        shutil.rmtree(plugins)


def measure(one, seconds):
    fleet.wait_for("the empty plugin", lambda: "muster-plugin-host" in pids_of(one).values())
    time.sleep(5)  # what starting costs is not idling
    print(processes.machine())
    pids = pids_of(one)
    cpu = {pid: processes.cpu_seconds(pid) for pid in pids}
    begin = time.monotonic()
    watch = processes.Watch(pids, 1)
    time.sleep(seconds)
    watch.stop()
    took = time.monotonic() - begin
    print(f"idle for {took:.0f} s     PSS MiB   RSS MiB   CPU %   target")
    total = 0
    for pid, name in sorted(pids.items(), key=lambda pair: pair[1]):
        percent = 100 * (processes.cpu_seconds(pid) - cpu[pid]) / took
        pss, rss = watch.highest[pid] / MIB, watch.resident[pid] / MIB
        target = f"{TARGET_MIB[name]} MiB, 0.1 %" if name in TARGET_MIB else ""
        total += 0 if name in TARGET_MIB else pss
        print(f"{name:18} {pss:9.1f} {rss:9.1f} {percent:7.3f}   {target}")
    print(f"{'controller+gateway':18} {total:9.1f}                     40 MiB")


if __name__ == "__main__":
    main()
