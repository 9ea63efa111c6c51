#!/usr/bin/env python3
"""Says which plugins export anything but the entry, or lack their manifest's section.

usage: check_exports.py NM READELF PLUGIN...
"""
import subprocess
import sys

ENTRY = "muster_plugin_entry_v1"


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def faults_of(nm, readelf, plugin):
    lines = output_of(nm, "-D", "--defined-only", plugin).splitlines()
    symbols = [line.split()[-1] for line in lines]
    if symbols != [ENTRY]:
        yield f"exports {symbols}, not only {ENTRY}"
    if any(line.split()[1] in "uU" for line in lines):
        yield "has a unique symbol, which keeps it resident"
    sections = [line for line in output_of(readelf, "-SW", plugin).splitlines()
                if "muster_manifest" in line]
    if len(sections) != 1:
        yield "has no section muster_manifest"
    elif "X" in sections[0].split("]")[1].split()[6]:
        yield "has its manifest in an executable section"
    if "TEXTREL" in output_of(readelf, "-dW", plugin):
        yield "has text relocations"


def main():
    nm, readelf, *plugins = sys.argv[1:]
    faults = [f"{plugin} {fault}" for plugin in plugins for fault in faults_of(nm, readelf, plugin)]
    print("\n".join(faults) or f"{len(plugins)} plugins export one symbol each")
    return 1 if faults or not plugins else 0


if __name__ == "__main__":
    sys.exit(main())
