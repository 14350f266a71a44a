#!/usr/bin/env python3
"""Connections that are kept: an answer belongs to the request before it, whatever else comes over the line.

    kept.py LIBRARY

Over http, and over https with a certificate authority made for it. Ends with "N passed, N failed".
"""
import sqlite3
import sys

from stage import keep, read, write

ROUNDS = 20


def after(stage, kind, act):
    """Something comes over an idle connection, then `act` needs one: it is a new one, and asked once."""
    db = stage.open()
    read(db, "cus_first")
    before = stage.counts("connections")
    for i in range(ROUNDS):
        read(db, f"cus_{kind}_{i}")
        stage.ask("/settled")
        act(db, f"{kind}_{act.__name__}_{i}")
    opened = stage.counts("connections") - before
    assert opened == 2 * ROUNDS + 1, opened  # one for each that was used up, and those that asked
    db.close()


def read_next(db, name):
    read(db, "cus_next_" + name)


def write_next(db, name):
    write(db, name)


def what_waits_is_no_answer(stage):
    for kind in ("twice", "408", "end"):
        after(stage, kind, read_next)
        after(stage, kind, write_next)
    got = stage.counts("created")
    wanted = {f"{kind}_write_next_{i}": 1 for kind in ("twice", "408", "end") for i in range(ROUNDS)}
    assert got == wanted, got


def refused(act, db, key):
    try:
        act(db, key)
    except sqlite3.Error as error:
        return str(error)
    raise AssertionError(f"{act.__name__} of {key} took the answer of another request")


def what_comes_late_is_one_error(stage):
    """An answer that nobody asked for comes when the next request has arrived: no other request is touched."""
    db = stage.open()
    for i in range(ROUNDS):
        read(db, f"cus_late_read_{i}")
        assert "cus_stray" in refused(read, db, f"cus_wrong_{i}")
        read(db, f"cus_right_{i}")
        write(db, f"late_right_{i}")
        read(db, f"cus_late_write_{i}")
        refused(write, db, f"late_wrong_{i}")
        write(db, f"late_after_{i}")
        read(db, f"cus_after_{i}")
    wrong = db.execute("SELECT count(*) FROM chartmogul_writes WHERE uuid LIKE '%stray%'").fetchone()[0]
    assert wrong == 0, wrong
    db.close()


def request(db, key):
    """As chartmogul_request and chartmogul_get show it."""
    shown = db.execute("SELECT chartmogul_request('GET', ?) ->> 'uuid'", ("/customers/" + key,)).fetchone()[0]
    assert shown == key, (key, shown)


def what_comes_late_is_asked_for_again(stage):
    """A function that retrieves one object by its key shows no other one: it asks once more, on a new connection."""
    db = stage.open()
    for i in range(ROUNDS):
        request(db, f"cus_late_function_{i}")
        request(db, f"cus_function_{i}")
    sent = db.execute("SELECT count(*) FROM chartmogul_requests").fetchone()[0]
    assert sent == 3 * ROUNDS, sent
    db.close()


def contact(db, key):
    """A contact has no natural key: nothing but its uuid says that an answer is its own."""
    db.execute("INSERT INTO chartmogul_contacts(customer_uuid, data_source_uuid, external_id) VALUES ('cus_1', 'ds_1', ?)", (key,))
    uuid = db.execute("SELECT chartmogul_last_uuid()").fetchone()[0]
    assert uuid == "cus_" + key, (key, uuid)


def what_comes_twice_makes_no_second_row(stage):
    """The answer to a create comes once more when the next create has arrived: that one is not known to be made."""
    db = stage.open()
    for i in range(ROUNDS):
        contact(db, f"late_contact_{i}")
        assert "created before" in refused(contact, db, f"contact_wrong_{i}")
        contact(db, f"contact_right_{i}")
    states = db.execute("SELECT state, count(*), count(DISTINCT uuid) FROM chartmogul_writes GROUP BY state ORDER BY state").fetchall()
    assert states == [("unknown", ROUNDS, 0), ("written", 2 * ROUNDS, 2 * ROUNDS)], states
    db.close()


def a_quiet_connection_is_kept(stage):
    """TLS 1.3 session tickets, which wait on a new connection, do not count against it."""
    db = stage.open()
    before = stage.counts("connections")
    for i in range(ROUNDS):
        read(db, f"cus_{i}")
        write(db, f"kept_{i}")
    opened = stage.counts("connections") - before
    assert opened == 2, opened  # one, and the one that asked
    db.close()


keep(sys.argv[1], [what_waits_is_no_answer, what_comes_late_is_one_error, what_comes_late_is_asked_for_again,
                    what_comes_twice_makes_no_second_row,
                    a_quiet_connection_is_kept])
