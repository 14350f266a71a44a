#!/usr/bin/env python3
"""The extension in Python: loads, reads, streams, refuses, closes. with_sandbox.sh runs it.

    host.py LIBRARY
"""
import contextlib
import gc
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time

library = sys.argv[1]


def connect(path=":memory:"):
    db = sqlite3.connect(path)
    db.enable_load_extension(True)
    db.load_extension(library)
    db.enable_load_extension(False)
    return db


def check(what, is_right):
    if not is_right:
        sys.exit(what)


db = connect()
db.row_factory = sqlite3.Row
names = [row["name"] for row in db.execute("SELECT name FROM chartmogul_tables")]
check("the tables describe themselves", "chartmogul_customers" in names)

row = db.execute("SELECT * FROM chartmogul_customers LIMIT 1").fetchone()
check("rows are text and numbers", isinstance(row["uuid"], str) and isinstance(row["mrr"], int))
again = db.execute("SELECT uuid FROM chartmogul_customers WHERE uuid = ?", (row["uuid"],)).fetchall()
check("a bound parameter finds the row", [r[0] for r in again] == [row["uuid"]])

try:
    db.execute("SELECT * FROM chartmogul_customers WHERE customer_since > '2025-01-01T00:00:00Z'").fetchall()
    check("a timestamp in another form is an error", False)
except sqlite3.Error as error:
    check("the error shows the right form: " + str(error), "2025-01-01 00:00:00" in str(error))

# A statement that is left half-way holds nothing back: the connection closes, another one works.
half = db.execute("SELECT uuid FROM chartmogul_customers")
half.fetchone()
half.close()
db.close()
del half, row, again
gc.collect()
other = connect()
check("a second connection is its own", other.execute("SELECT count(*) FROM chartmogul_requests").fetchone()[0] == 0)
check("and reads", other.execute("SELECT count(*) FROM chartmogul_customers").fetchone()[0] == 25)
other.close()

# A read that waits for the network holds no lock on the user's file: another connection writes meanwhile.
with tempfile.TemporaryDirectory() as folder:
    path = folder + "/user.db"
    reader = connect(path)
    reader.execute("CREATE TABLE notes(text)")
    half = reader.execute("SELECT uuid FROM chartmogul_customers")
    half.fetchone()
    writer = sqlite3.connect(path, timeout=0)
    writer.execute("INSERT INTO notes VALUES('written meanwhile')")
    writer.commit()
    check("the read goes on", len(half.fetchall()) == 24)
    check("and sees what was written", reader.execute("SELECT count(*) FROM notes").fetchone()[0] == 1)
    writer.close()
    reader.close()

# One connection in each thread, all reading at once.
counts = []


def read():
    with contextlib.closing(connect()) as db:
        counts.append(db.execute("SELECT count(*) FROM chartmogul_customers").fetchone()[0])


threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
check(f"connections in four threads read: {counts}", counts == [25] * 4)

# Ctrl-C reaches a read that takes 25 seconds where Python has a handler to call, and db.interrupt() from another thread does at once.


def requests_until_stopped(db, stop):
    """How many requests were sent since the call of `stop`, in another thread: before it, one a second."""
    called = []
    timer = threading.Timer(0.3, lambda: (called.append(time.monotonic()), stop()))
    began = time.monotonic()
    timer.start()
    try:
        db.execute("SELECT count(*) FROM chartmogul_customers").fetchall()
    except (KeyboardInterrupt, sqlite3.OperationalError):
        pass
    finally:
        timer.join()
    sent = db.execute("SELECT count(*) FROM chartmogul_requests").fetchone()[0]
    return sent - 1 - int(called[0] - began)


signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background begins without
for what, handler in (("db.interrupt()", None), ("Ctrl-C", lambda: 0)):
    slow = connect()
    slow.execute("SELECT chartmogul_config('requests_per_second', 1), chartmogul_config('per_page', 1)").fetchall()
    slow.set_progress_handler(handler, 1000)
    late = requests_until_stopped(slow, slow.interrupt if handler is None else lambda: os.kill(os.getpid(), signal.SIGINT))
    check(f"{what} ends a read before its next request but one, not {late} later", late <= 1)
    slow.close()

# What was changed is read back, and not before COMMIT.
writer = connect()
uuid = writer.execute("SELECT uuid FROM chartmogul_customers WHERE status = ?", ("Active",)).fetchone()[0]
company = "SELECT company FROM chartmogul_customers WHERE uuid = ?"
with writer:
    writer.execute("UPDATE chartmogul_customers SET company = 'Python' WHERE uuid = ?", (uuid,))
    check("an update waits for COMMIT", writer.execute(company, (uuid,)).fetchone()[0] != "Python")
check("and is sent by it", writer.execute(company, (uuid,)).fetchone()[0] == "Python")
print(f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
