#!/usr/bin/env python3
"""What a fleet of many nodes costs whoever lists it, or makes a job over all of it.

usage: large.py [NODES]     (10000); MUSTER_BIN and MUSTER_PLUGINS say what to run

One kept-alive HTTPS connection. A job's time is from its request to its answer, 201, after which it is stored with all
of its tasks. Beside it stand as many rows of the size of a task in a database of their own, written in one commit, and
the commit's bytes written and synced as one file.
"""

import contextlib
import http.client
import json
import os
import pathlib
import sqlite3
import ssl
import statistics
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
import copies
import fleet
import processes

ROUNDS = 20
LISTS = [("/v1/nodes", "50 ms"), ("/v1/nodes?limit=1000", ""), ("/v1/nodes?selector=role%3Dweb", "50 ms"),
         ("/v1/nodes?selector=os.version%3E%3D12+and+not+rack%3Dr7", "50 ms"),
         ("/v1/selector?selector=role%3Dweb", "50 ms"), ("/v1/status", "50 ms"), ("/v1/jobs", "50 ms")]


class Api:
    def __init__(self, one):
        address = urllib.parse.urlsplit(one.env["MUSTER_CONTROLLER"])
        context = ssl.create_default_context(cafile=one.env["MUSTER_CA_FILE"])
        self.http = http.client.HTTPSConnection(address.hostname, address.port, context=context)
        self.headers = {"Authorization": "Bearer " + pathlib.Path(one.env["MUSTER_TOKEN_FILE"]).read_text().strip(),
                        "Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        """(milliseconds, status, answer)"""
        begin = time.perf_counter()
        self.http.request(method, path, body and json.dumps(body), self.headers)
        answer = self.http.getresponse()
        text = answer.read()
        return (time.perf_counter() - begin) * 1000, answer.status, json.loads(text)


def row(what, took, target=""):
    took.sort()
    print(f"{what:56} {statistics.median(took):8.1f} {took[-1]:8.1f}   {target}", flush=True)


def measure_lists(api):
    for path, target in LISTS:
        took = []
        for _ in range(ROUNDS):
            milliseconds, status, answer = api.ask("GET", path)
            assert status == 200, answer
            took.append(milliseconds)
        row("GET " + path, took, target)


def measure_jobs(api, nodes, offline):
    took = []
    for _ in range(ROUNDS):
        milliseconds, status, answer = api.ask(
            "POST", "/v1/jobs", {"operation": "system.ping", "selector": "all", "offline": offline})
        assert status == 201, answer
        took.append(milliseconds)
        counts = api.ask("GET", "/v1/jobs/" + answer["job"])[2]["counts"]
        assert counts["targets"] == nodes, counts
        if offline == "queue":
            api.ask("POST", f"/v1/jobs/{answer['job']}/cancel")
            fleet.wait_for("its end", lambda: api.ask("GET", "/v1/jobs/" + answer["job"])[2]["ended"])
    row(f"POST /v1/jobs over all of them, offline: {offline}", took, "300 ms")


def measure_disk(one, nodes):
    """The same in bare SQLite, and in a bare file."""
    rows, synced = [], []
    with contextlib.closing(sqlite3.connect(one.path("bare.db"), isolation_level=None)) as store:
        store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "CREATE TABLE tasks (id BLOB PRIMARY KEY, job BLOB, node BLOB, name TEXT, state INTEGER);")
        for _ in range(ROUNDS):
            job = os.urandom(16)
            values = [(os.urandom(16), job, os.urandom(16), f"web{number:05}", 1) for number in range(nodes)]
            begin = time.perf_counter()
            store.execute("BEGIN")
            store.executemany("INSERT INTO tasks VALUES (?, ?, ?, ?, ?)", values)
            store.execute("COMMIT")
            rows.append((time.perf_counter() - begin) * 1000)
    for _ in range(ROUNDS):
        with open(one.path("bare.file"), "wb") as file:
            begin = time.perf_counter()
            file.write(os.urandom(100 * nodes))
            file.flush()
            os.fdatasync(file.fileno())
            synced.append((time.perf_counter() - begin) * 1000)
    row("as many rows of 60 bytes in bare SQLite, one commit", rows)
    row("100 bytes for each of them written and synced", synced)


def main():
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with fleet.Fleet(nodes=1, controller_options=("--requests-per-second", "1000000")) as one:
        one.muster("exec", "--on", "all", "--", "true")
        copies.add_nodes(one, nodes)
        print(processes.machine())
        print(f"{nodes} nodes, {ROUNDS} times each{'':26} {'p50 ms':>8} {'most ms':>8}   target")
        api = Api(one)
        measure_lists(api)
        for offline in ("skip", "queue"):
            measure_jobs(api, nodes, offline)
        measure_disk(one, nodes)


if __name__ == "__main__":
    main()
