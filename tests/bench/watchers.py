#!/usr/bin/env python3
"""Many who watch one running job: what they cost the controller, and what they do to everybody else's requests.

usage: watchers.py [WATCHERS]     (500); MUSTER_BIN and MUSTER_PLUGINS say what to run

The job prints a line a second. Watchers come from 127.0.0.2 and up, 100 of each address, because one address may
not have more than 200 connections. Requests are GET /v1/status on one kept-alive connection.
"""

import asyncio
import http.client
import multiprocessing
import pathlib
import ssl
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
import fleet
import processes

REQUESTS = 2000
PER_ADDRESS = 100
MIB = 1 << 20


async def watch(index, address, path, context, token, heard):
    """One watcher: counts the lines of output that reach it."""
    reader, writer = await asyncio.open_connection(
        address.hostname, address.port, ssl=context, server_hostname="localhost",
        local_addr=(f"127.0.0.{2 + index // PER_ADDRESS}", 0))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    await writer.drain()
    while line := await reader.readline():
        if line.startswith(b"event: output"):
            heard[index] += 1


def watch_all(count, url, path, ca, token, heard):
    """A process of its own, so that what it costs is not taken for the controller's."""
    context = ssl.create_default_context(cafile=ca)

    async def all_of_them():
        address = urllib.parse.urlsplit(url)
        await asyncio.gather(*(watch(i, address, path, context, token, heard) for i in range(count)))

    asyncio.run(all_of_them())


class Requests:
    def __init__(self, one):
        address = urllib.parse.urlsplit(one.env["MUSTER_CONTROLLER"])
        context = ssl.create_default_context(cafile=one.env["MUSTER_CA_FILE"])
        self.http = http.client.HTTPSConnection(address.hostname, address.port, context=context)
        self.headers = {"Authorization": "Bearer " + token_of(one)}

    def percentiles(self):
        """(p50, p99) in milliseconds."""
        took = []
        for _ in range(REQUESTS):
            begin = time.perf_counter()
            self.http.request("GET", "/v1/status", headers=self.headers)
            answer = self.http.getresponse()
            answer.read()
            took.append(time.perf_counter() - begin)
            assert answer.status == 200, answer.status
        took.sort()
        return took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000


def token_of(one):
    return pathlib.Path(one.env["MUSTER_TOKEN_FILE"]).read_text().strip()


def measure(one, count):
    controller = one.services["controller"].process.pid
    job = one.muster("exec", "--on", "all", "--timeout", "20m", "--detach", "--", "sh", "-c",
                     "while date; do sleep 1; done").out.strip()
    requests = Requests(one)
    requests.percentiles()  # warms everything up
    quiet = requests.percentiles()
    before = processes.memory(controller)[0]
    heard = multiprocessing.Array("Q", count, lock=False)
    watchers = multiprocessing.Process(target=watch_all, daemon=True, args=(
        count, one.env["MUSTER_CONTROLLER"], f"/v1/jobs/{job}/events", one.env["MUSTER_CA_FILE"], token_of(one), heard))
    watchers.start()
    fleet.wait_for("each watcher to be told a line", lambda: all(heard), 120)
    cpu, begin = processes.cpu_seconds(controller), time.monotonic()
    busy = requests.percentiles()
    cpu = (processes.cpu_seconds(controller) - cpu) / (time.monotonic() - begin)
    after = processes.memory(controller)[0]
    told = sum(heard)
    fleet.wait_for("each watcher to be told more", lambda: sum(heard) >= told + count, 60)
    watchers.kill()
    one.muster("job", "cancel", job)
    print(f"{count} watchers, each told a line a second")
    print(f"memory of a watcher       {(after - before) / count / 1024:8.1f} KiB   target 1024")
    print(f"GET /v1/status, p50       {quiet[0]:8.2f} ms alone, {busy[0]:.2f} ms beside them")
    print(f"GET /v1/status, p99       {quiet[1]:8.2f} ms alone, {busy[1]:.2f} ms beside them: "
          f"{busy[1] / quiet[1]:.2f} x   target 2 x")
    print(f"controller meanwhile      {cpu * 100:8.1f} % of one processor, the requests included")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with fleet.Fleet(nodes=1, controller_options=("--requests-per-second", "1000000")) as one:
        fleet.wait_for("the system plugin", lambda: one.muster("run", "system.ping", "--on", "all").code == 0)
        print(processes.machine(), flush=True)
        measure(one, count)


if __name__ == "__main__":
    main()
