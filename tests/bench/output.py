#!/usr/bin/env python3
"""One task that prints 1 GiB: how fast it reaches the controller's disk, whole, and what it costs in memory.

usage: output.py [BYTES]     (1 GiB); MUSTER_BIN and MUSTER_PLUGINS say what to run

First with the output cap raised, then with the default one. What the disk and one SHA-256 give by themselves
is measured in the same run.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
import fleet
import processes

MIB = 1 << 20
PART = 1 << 20


def write_random(path, size):
    """A file that no shortcut can shrink, and its digest."""
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        left = size
        while left:
            part = os.urandom(min(PART, left))
            digest.update(part)
            file.write(part)
            left -= len(part)
    return digest.hexdigest()


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(PART):
            digest.update(part)
    return digest.hexdigest()


def copy_with_digest(source, target):
    """Seconds for what cannot be left out: read, SHA-256 once, write, fdatasync."""
    begin = time.monotonic()
    digest = hashlib.sha256()
    with open(source, "rb") as file, open(target, "wb") as copy:
        while part := file.read(64 << 10):
            digest.update(part)
            copy.write(part)
        copy.flush()
        os.fdatasync(copy.fileno())
    took = time.monotonic() - begin
    target.unlink()
    return took


def run_task(one, argv, cap):
    """(job, seconds, growth in bytes by process name)"""
    pids = {}
    for service in one.services.values():
        pids.update(processes.tree(service.process.pid))
    watch = processes.Watch(pids)
    # Not followed: who watches a task live pays for that, and this is about the way to the disk.
    words = ["exec", "--on", "all", "--detach", *(["--output-cap", cap] if cap else []), "--", *argv]
    begin = time.monotonic()
    started = one.muster(*words)
    if started.code != 0:
        raise SystemExit(f"the task was not started: {started}")
    job = fleet.wait_for("the end of the task", lambda: ended(one, started.out.strip()), 600)
    took = time.monotonic() - begin
    watch.stop()
    if job["tasks"][0]["state"] != "changed":
        raise SystemExit(f"the task failed: {job}")
    growth = {}
    for pid, name in pids.items():
        growth[name] = max(growth.get(name, 0), watch.highest[pid] - watch.first[pid])
    return job, took, growth


def ended(one, job):
    shown = one.muster("job", "show", job, "--json").json
    return shown if shown["state"] != "running" else None


def kept_files(one):
    return {path.name: path for path in one.path("controller").rglob("*") if len(path.name) == 64 and path.is_file()}


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 30
    with fleet.Fleet(nodes=1, controller_options=()) as one:
        source = one.path("bytes")
        digest = write_random(source, size)
        print(processes.machine())
        whole(one, source, size, digest)
        truncated(one, source, size)
        bare = copy_with_digest(source, one.path("copy"))
        print(f"limit: read, SHA-256, write and fdatasync in one process: {size / bare / 1e6:.0f} MB/s")


def whole(one, source, size, digest):
    job, took, growth = run_task(one, ["cat", str(source)], "2GiB")
    kept = kept_files(one).get(digest)
    if kept is None or kept.stat().st_size != size or digest_of(kept) != digest:
        raise SystemExit(f"the output on the controller's disk is not what was printed: {json.dumps(job)}")
    print(f"{size} bytes, cap raised: {took:.2f} s, {size / took / 1e6:.0f} MB/s (target 60), bytes and digest equal")
    for name, bytes_ in sorted(growth.items()):
        print(f"  {name:18} grew by {bytes_ / MIB:6.1f} MiB (target: at most 64)")


def truncated(one, source, size):
    before = set(kept_files(one))
    job, took, growth = run_task(one, ["cat", str(source)], None)
    new = [path.stat().st_size for name, path in kept_files(one).items() if name not in before]
    shown = subprocess.run([fleet.BIN / "muster", "job", "output", job["job"]], env=one.env, capture_output=True, check=True)
    with open(source, "rb") as file:
        if file.read(len(shown.stdout)) != shown.stdout:
            raise SystemExit("what was kept is not the beginning of what was printed")
    told = job["tasks"][0]["outputs"][0]
    print(f"{size} bytes, default cap: {took:.2f} s; the job says {told['size']} bytes, kept {told['kept']}, "
          f"truncated {str(told['truncated']).lower()}; on disk {new}, and `muster job output` gives the first {len(shown.stdout)}")
    print(f"  largest growth {max(growth.values()) / MIB:.1f} MiB")


if __name__ == "__main__":
    main()
