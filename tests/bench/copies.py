"""A large fleet of which one node is real: the others are copies of what the controller's store knows of it."""

import contextlib
import os
import sqlite3

import fleet


def add_nodes(one, count):
    """Copies of the real node under other names, ids and keys, until there are `count`. They are offline, and so is it."""
    one.stop("gateway")
    controller = one.services["controller"]
    argv = controller.argv
    one.stop("controller")
    with contextlib.closing(sqlite3.connect(one.path("controller/muster.db"))) as store, store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(nodes)")]
        real = dict(zip(columns, store.execute("SELECT * FROM nodes").fetchone()))
        for number in range(count - 1):
            copy = dict(real, id=os.urandom(16), transport_key=os.urandom(32), session_key=os.urandom(32),
                        name=f"web{number:05}", machine_id=f"{number:032x}",
                        labels='{"role":"%s","rack":"r%d"}' % (("web", "db", "cache")[number % 3], number % 40))
            store.execute(f"INSERT INTO nodes VALUES ({', '.join('?' * len(columns))})", [copy[name] for name in columns])
    one.start("controller", argv)
    fleet.wait_for("the controller with its nodes",
                   lambda: one.muster("status", "--json").code == 0 and
                   one.muster("status", "--json").json["nodes"]["total"] == count)
