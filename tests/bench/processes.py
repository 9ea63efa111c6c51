"""What the kernel says of processes, asked from outside: memory and processor time."""

import os
import pathlib
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """The process and all that descend from it, as {pid: name}."""
    children = {}
    names = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
            names[int(entry.name)] = os.path.basename(os.readlink(entry / "exe"))
        except OSError:
            continue
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, waiting = {}, [pid]
    while waiting:
        one = waiting.pop()
        if one in names:
            found[one] = names[one]
        waiting += children.get(one, [])
    return found


def memory(pid):
    """(proportional, resident) set size in bytes."""
    values = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        values[name] = int(rest.split()[0]) * 1024
    return values["Pss"], values["Rss"]


def cpu_seconds(pid):
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


class Watch:
    """Polls the memory of processes in a thread until stop(); keeps the first and the highest value."""

    def __init__(self, pids, seconds=0.1):
        self.pids, self.seconds = dict(pids), seconds
        self.first = {pid: memory(pid)[0] for pid in self.pids}
        self.highest = dict(self.first)
        self.resident = {pid: memory(pid)[1] for pid in self.pids}
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._poll, daemon=True)
        self.thread.start()

    def _poll(self):
        while not self.stopping.wait(self.seconds):
            for pid in self.pids:
                try:
                    pss, rss = memory(pid)
                except OSError:
                    continue  # a program of the task, over by now
                self.highest[pid] = max(self.highest[pid], pss)
                self.resident[pid] = max(self.resident[pid], rss)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        return self


def machine():
    """One line: what this was measured on, and how busy it was."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return (f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())}, {os.cpu_count()} x {model}, {gib} GiB, "
            f"Linux {os.uname().release}, load {os.getloadavg()[0]:.2f}")
