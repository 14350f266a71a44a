"""A journal between processes, and on a disk that takes no more.

usage: processes.py LIBRARY SANDBOX KILL_AT_LIBRARY

KILL_AT_LIBRARY is preloaded where ten seconds are waited, which then pass at once.
"""
import fcntl
import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

INSERT = "INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) SELECT uuid, ?, ? FROM temp.ds"


def connect(library, journal):
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension(library)
    db.execute("CREATE TEMP TABLE ds AS SELECT uuid FROM chartmogul_data_sources")
    db.execute("SELECT chartmogul_config('journal', ?)", (journal,)).fetchall()
    return db


def one(db, sql, *values):
    return db.execute(sql, values).fetchall()[0][0]


def states(db):
    return dict(db.execute("SELECT key, state FROM chartmogul_writes"))


def error_of(db, sql, *values):
    try:
        db.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        return f"{error.sqlite_errorname if hasattr(error, 'sqlite_errorname') else ''} {error}".strip()
    return "none"


# ---- what a process of its own does -------------------------------------------------------------


def waits(library, journal):
    """Another process has the lock: COMMIT waits, fails, can be repeated; reads do not wait."""
    with open(journal + "-lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 7 on elsewhere")
        lock.flush()
        db = connect(library, journal)
        db.execute("BEGIN")
        db.execute(INSERT, ("c1", "a"))
        told = error_of(db, "COMMIT")
        assert f"process 7 on elsewhere writes with {journal} now" in told, told
        assert db.in_transaction and states(db) == {"c1": "queued"}, states(db)
        told = error_of(db, "SELECT chartmogul_resume()")
        assert "writes wait for COMMIT" in told, told
    db.execute("COMMIT")
    assert states(db) == {"c1": "written"}, states(db)


def other_names(library, journal):
    """A link to the journal, and a name in another folder, are the same journal: one lock."""
    connect(library, journal).execute(INSERT, ("c1", "a"))
    link = journal + "-link"
    os.symlink(journal, link)
    for name in (link, os.path.basename(journal)):
        os.chdir(os.path.dirname(journal))
        db = connect(library, name)
        assert states(db) == {"c1": "written"}, states(db)
        os.chdir("/")
        with open(journal + "-lock", "r+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            told = error_of(db, INSERT, "c2", "b")
            assert f"writes with {journal} now" in told, told
    assert not os.path.exists(link + "-lock")


def removed(library, journal):
    """The file is gone under an open handle: what is written there would be read by nobody."""
    db = connect(library, journal)
    db.execute(INSERT, ("c1", "a"))
    for end in ("", "-wal", "-shm"):
        os.unlink(journal + end)
    told = error_of(db, INSERT, "c2", "b")
    assert "was moved or removed" in told, told
    connect(library, journal).execute(INSERT, ("c3", "c"))
    assert one(connect(library, journal), "SELECT group_concat(key) FROM chartmogul_writes") == "c3"


def held(library, journal):
    """Another program holds the file in a transaction: COMMIT waits, fails, can be repeated."""
    db = connect(library, journal)
    db.execute(INSERT, ("c1", "a"))
    other = sqlite3.connect(journal, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db.execute("BEGIN")
    db.execute(INSERT, ("c2", "b"))
    told = error_of(db, "COMMIT")
    assert "another program holds it" in told and db.in_transaction, told
    other.execute("ROLLBACK")
    db.execute("COMMIT")
    assert states(db) == {"c1": "written", "c2": "written"}, states(db)


def foreign_lock(library, journal):
    """What stands where the lock is to be, and is somebody's, stays as it is."""
    pathlib.Path(journal + "-lock").write_text("precious", encoding="ascii")
    db = connect(library, journal)
    db.execute(INSERT, ("c1", "a"))
    assert pathlib.Path(journal + "-lock").read_text(encoding="ascii") == "precious"
    db.close()
    os.rename(journal + "-lock", journal + "-own")
    os.symlink(journal + "-own", journal + "-lock")
    db = connect(library, journal)
    told = error_of(db, INSERT, "c2", "b")
    assert "-lock cannot be opened" in told, told
    assert pathlib.Path(journal + "-own").read_text(encoding="ascii") == "precious"


def forks(library, journal):
    """The child of a fork leaves the handle of its parent alone, and has a run of its own."""
    db = connect(library, journal)
    db.execute(INSERT, ("c1", "a"))
    child = os.fork()
    if child == 0:
        db.execute(INSERT, ("c2", "b"))
        os._exit(0 if states(db)["c2"] == "written" and one(db, "SELECT max(run) FROM chartmogul_writes") == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    db.execute(INSERT, ("c3", "c"))
    runs = db.execute("SELECT key, run, state FROM chartmogul_writes ORDER BY key").fetchall()
    assert runs == [("c1", 1, "written"), ("c2", 2, "written"), ("c3", 1, "written")], runs
    assert json.loads(one(db, "SELECT chartmogul_resume()")) == {"written": 0, "refused": 0, "unknown": 0}


def count_commits(wal):
    """How many transactions of the file stand in its write-ahead log: the last page of each says how long the file is then."""
    page = 24 + int.from_bytes(wal[8:12], "big")
    return sum(wal[at + 4 : at + 8] != bytes(4) for at in range(32, len(wal) - page + 1, page))


def syncs(library, journal):
    """One sync of the file does for many calls, and for many outcomes that a look would tell."""
    db = connect(library, journal)
    db.execute("BEGIN")
    for i in range(200):
        db.execute(INSERT, (f"c{i}", "a"))
    began = time.monotonic()
    db.execute("COMMIT")
    seconds = time.monotonic() - began
    assert one(db, "SELECT count(*) FROM chartmogul_writes WHERE state = 'written'") == 200
    commits = count_commits(pathlib.Path(journal + "-wal").read_bytes())
    may = 40 + seconds * 4  # outcomes wait for others, but not for more than 250 ms
    assert 4 < commits <= may, f"{commits} commits for 200 rows in {seconds} s"


def lock_folder(library, journal):
    """The folder of the journal cannot be written any more."""
    db = connect(library, None)
    folder = os.path.dirname(journal)
    connect(library, journal).execute(INSERT, ("c1", "a"))
    os.chmod(folder, 0o555)
    if os.geteuid() == 0:
        os.chmod(journal, 0o600)
        os.chown(journal, 65534, 65534)
        os.seteuid(65534)
    db.execute("SELECT chartmogul_config('journal', ?)", (journal,)).fetchall()
    told = error_of(db, INSERT, "c2", "b")
    assert "journal: nothing is written" in told or "journal: nothing was sent" in told, told
    assert error_of(db, "SELECT count(*) FROM chartmogul_writes") == "none"
    assert error_of(db, "SELECT count(*) FROM chartmogul_customers") == "none"


def limit_files(size):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def fills(library, journal, room, goes_on):
    """No file may grow beyond some size from the COMMIT on. What is told agrees with what is in the account. With room again
    the COMMIT goes on; without, what it left is dropped."""
    db = connect(library, journal)
    db.execute(INSERT, ("c0", "a"))
    db.execute("BEGIN")
    for i in range(1, 31):
        db.execute(INSERT, (f"c{i}", "x" * 2000))
    limit_files(os.path.getsize(journal + "-wal") + room)
    told = error_of(db, "COMMIT")
    limit_files(resource.RLIM_INFINITY)
    assert "journal: nothing is written" in told, told
    assert db.in_transaction == ("SQLITE_BUSY" in told or "COMMIT again" in told), told
    if goes_on and db.in_transaction:
        db.execute("COMMIT")
        assert set(states(db).values()) == {"written"}, states(db)
    elif db.in_transaction:
        db.execute("ROLLBACK")
    own = states(db)
    print(json.dumps(own))
    db.close()


STORIES = {"waits": waits, "other_names": other_names, "removed": removed, "held": held, "foreign_lock": foreign_lock, "forks": forks, "syncs": syncs, "lock_folder": lock_folder, "fills": fills}

# ---- around it ----------------------------------------------------------------------------------


class Account:
    def __init__(self, sandbox):
        self.server = subprocess.Popen([sandbox, "--seed", "empty"], stdout=subprocess.PIPE, text=True)
        self.base_url = self.server.stdout.readline().strip()
        os.environ.update(CHARTMOGUL_BASE_URL=self.base_url, CHARTMOGUL_API_KEY="test-key", CHARTMOGUL_REQUESTS_PER_SECOND="0",
                          CHARTMOGUL_MAX_RETRIES="0")

    def post_source(self):
        request = urllib.request.Request(self.base_url + "/data_sources", data=b'{"name":"Mine"}',
                                         headers={"Authorization": "Basic dGVzdC1rZXk6", "Content-Type": "application/json"})
        urllib.request.urlopen(request).close()

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()


def customers(library):
    db = connect(library, None)
    found = sorted(row[0] for row in db.execute("SELECT external_id FROM chartmogul_customers"))
    db.close()
    return found


def check_full(library, journal, output):
    """What the failed COMMIT said, the account, and the journal afterwards: nothing more is sent, nothing is there twice."""
    own = json.loads(output)
    there = customers(library)
    written = sorted(key for key, state in own.items() if state == "written")
    assert there == written, (there, written)
    db = connect(library, journal)
    resumed = json.loads(one(db, "SELECT chartmogul_resume()"))
    assert resumed["written"] == 0 and customers(library) == there, (resumed, there)
    left = db.execute("SELECT count(*) FROM chartmogul_writes WHERE state IN ('queued', 'sent')").fetchone()[0]
    told = states(db)
    assert left == 0 and all(told.get(key) == "written" for key in written), told
    db.close()


def tell(library, sandbox, kill_at, name, *options):
    account = Account(sandbox)
    account.post_source()
    with tempfile.TemporaryDirectory() as outer:
        folder = os.path.join(outer, "folder")
        os.chmod(outer, 0o755)
        os.mkdir(folder)
        journal = os.path.join(folder, "j.db")
        preload = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), kill_at]))
        try:
            ended = subprocess.run([sys.executable, "-B", __file__, library, sandbox, kill_at, name, journal, *options],
                                   env={**os.environ, "LD_PRELOAD": preload, "NO_SLEEP": "1"}, timeout=1800, check=False,
                                   stdout=subprocess.PIPE, text=True)
            if ended.returncode != 0:
                return f"it ended with {ended.returncode}"
            if name == "fills":
                check_full(library, journal, ended.stdout)
        except AssertionError as error:
            return f"{error}"
        finally:
            os.chmod(folder, 0o755)
            account.close()
    return None


def main():
    library, sandbox, kill_at, *story = sys.argv[1:]
    if story:
        STORIES[story[0]](library, story[1], *map(int, story[2:]))
        return 0
    library, sandbox = os.path.abspath(library), os.path.abspath(sandbox)
    failed = told = 0
    for name, *options in [("waits",), ("other_names",), ("removed",), ("held",), ("foreign_lock",), ("forks",), ("syncs",), ("lock_folder",)] + [("fills", str(room), then) for room in (0, 150000, 330000, 500000) for then in "01"]:
        wrong = tell(library, sandbox, str(pathlib.Path(kill_at).resolve()), name, *options)
        told += 1
        if wrong:
            failed += 1
            print(f"FAILED {name} {' '.join(options)}: {wrong}")
    # the last line of the whole is that of the kills
    print(f"journal: {told - failed} of {told} stories of processes are as they must be")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
