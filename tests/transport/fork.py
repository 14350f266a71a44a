#!/usr/bin/env python3
"""A connection whose process forks: every process reads and writes on connections of its own, and the
writes of a transaction stay with the process that began it.

    fork.py LIBRARY

Over http, and over https with a certificate authority made for it. Ends with "N passed, N failed".
"""
import os
import sqlite3
import sys
import traceback

from stage import keep, read, write

CHILDREN = 8
ROUNDS = 30


def in_child(work, *arguments):
    """Fork; the child ends with what `work` does."""
    child = os.fork()
    if child:
        return child
    try:
        work(*arguments)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def wait_for(children):
    failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
    assert not failed, f"{len(failed)} of {len(children)} children failed"


def refused(db, statement, words):
    try:
        db.execute(statement).fetchall()
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 21)
        assert code == 21 and words in str(error), (statement, code, str(error))
        return
    raise AssertionError(f"not refused: {statement}")


# ---- what is promised ------------------------------------------------------------------------------


def mix(db, name):
    for i in range(ROUNDS):
        read(db, f"cus_{name}_{i}")
        if i % 3 == 0:
            write(db, f"{name}_{i}")
        if i % 10 == 0:  # several at once, and too few for the list to be read instead
            keys = [f"cus_{name}_{i}_{n}" for n in range(4)]
            rows = db.execute("SELECT uuid, name FROM chartmogul_customers WHERE uuid IN (?, ?, ?, ?)", keys)
            assert sorted(rows) == sorted((key, "name of " + key) for key in keys), name


def every_process_has_its_own_answers(stage):
    db = stage.open()
    mix(db, "before")
    children = [in_child(mix, db, f"child{n}") for n in range(CHILDREN)]
    mix(db, "parent")
    wait_for(children)
    mix(db, "after")
    names = ["before", "parent", "after"] + [f"child{n}" for n in range(CHILDREN)]
    wanted = {f"{name}_{i}": 1 for name in names for i in range(0, ROUNDS, 3)}
    got = stage.counts("created")
    assert got == wanted, {key: got.get(key) for key in wanted if got.get(key) != 1}


def a_child_that_closes_leaves_the_connections_alone(stage):
    db = stage.open()
    read(db, "cus_1")
    before = stage.counts("connections")
    wait_for([in_child(db.close) for _ in range(CHILDREN)])
    read(db, "cus_2")
    assert stage.counts("connections") == before + 1, "the connection of the parent was ended"  # +1: counts


def a_scan_goes_on_in_every_process(stage):
    db = stage.open()
    cursor = db.execute("SELECT uuid FROM chartmogul_customers")
    first = cursor.fetchone()[0]
    wanted = [f"cus_{page}_{i}" for page in range(6) for i in range(3)]

    def go_on():
        assert [first] + [row[0] for row in cursor] == wanted

    children = [in_child(go_on) for _ in range(CHILDREN)]
    go_on()
    wait_for(children)


def the_queue_stays_with_its_process(stage):
    db = stage.open()
    read(db, "cus_1")
    db.execute("BEGIN")
    insert = "INSERT INTO chartmogul_customers(data_source_uuid, external_id) VALUES ('ds_1', '%s')"
    db.execute(insert % "of_parent")
    db.execute("SAVEPOINT inner")
    db.execute(insert % "of_savepoint")

    def child(ending):
        read(db, "cus_of_child")
        refused(db, insert % "of_child", "began this transaction")
        if ending == "RELEASE":
            refused(db, "RELEASE inner", "")
        if ending == "COMMIT":
            refused(db, "COMMIT", "ROLLBACK here")
        if ending == "ROLLBACK":
            db.execute("ROLLBACK TO inner")
            db.execute("ROLLBACK")
        if ending in ("COMMIT", "ROLLBACK"):
            assert not db.in_transaction
            db.execute("BEGIN")
            db.execute(insert % f"own_{ending}")
            db.execute("COMMIT")
            write(db, f"alone_{ending}")
        if ending != "exit":
            db.close()

    wait_for([in_child(child, ending) for ending in ("COMMIT", "ROLLBACK", "RELEASE", "close", "exit")])
    own = {f"{how}_{ending}": 1 for how in ("own", "alone") for ending in ("COMMIT", "ROLLBACK")}
    assert stage.counts("created") == own, stage.counts("created")
    db.execute("COMMIT")
    got = stage.counts("created")
    assert got == {**own, "of_parent": 1, "of_savepoint": 1}, got


keep(sys.argv[1], [every_process_has_its_own_answers, a_child_that_closes_leaves_the_connections_alone,
                   a_scan_goes_on_in_every_process, the_queue_stays_with_its_process])
