"""The copy of an account (chartmogul_refresh), as programs use it: compared with the account table by table, with its former
versions, beside a program that writes to the same file, killed at any step and run again.

    copy.py LIBRARY SANDBOX KILL_AT_LIBRARY [STORY ...]
"""
import json
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

# Listed parent by parent: copied when they are named.
BY_PARENT = "customer_activities plan_group_plans subscriptions import_subscriptions".split()
KEPT = ("chartmogul_copy", "chartmogul_copy_added")
KILLS = 5  # of the first copy, and of later ones


class Failed(Exception):
    """What is wrong, in words."""


def must_be(what, shown, wanted):
    if isinstance(shown, list) and isinstance(wanted, list) and shown != wanted:
        shown, wanted = [row for row in shown if row not in wanted], [row for row in wanted if row not in shown]
    if shown != wanted:
        raise Failed(f"{what}: {str(shown)[:1000]}, must be {str(wanted)[:1000]}")


class Books:
    """A file with a copy of an account of the sandbox."""

    def __init__(self, library, sandbox, kill_at, url, folder):
        self.sandbox = sandbox
        self.library, self.kill_at, self.url = os.path.splitext(os.path.abspath(library))[0], kill_at, url
        self.path = os.path.join(folder, "books.db")

    def open(self):
        db = sqlite3.connect(self.path, isolation_level=None)
        db.enable_load_extension(True)
        db.load_extension(self.library)
        for name, value in (("base_url", self.url), ("api_key", "test-key"), ("requests_per_second", "0")):
            db.execute("SELECT chartmogul_config(?, ?)", (name, value)).fetchall()
        return db

    def refresh(self, tables=None):
        """Rows of the result by table: rows, added, changed, removed, requests."""
        db = self.open()
        sql = "SELECT table_name, rows, added, changed, removed, requests FROM chartmogul_refresh('main'%s)"
        rows = db.execute(sql % ("" if tables is None else f", '{tables}'")).fetchall()
        db.close()
        return {row[0]: row[1:] for row in rows}

    def rows(self, sql):
        db = sqlite3.connect(self.path, isolation_level=None)
        rows = db.execute(sql).fetchall()
        db.close()
        return rows

    def tables(self):
        names = [name for (name,) in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return [name for name in names if name not in KEPT and not name.endswith("_history") and name != "mine"]

    def content(self):
        """All that the file holds but the time of the last refresh."""
        return {name: sorted(self.rows(f'SELECT * FROM "{name}"'), key=repr)
                for name in [*self.tables(), *(name + "_history" for name in self.tables())]}


def shown(db, table, columns):
    """The same rows as the tables of the account show them; the metrics from the first movement on, as the copy has them."""
    where = ""
    if "date" in columns and "end_date" in [row[1] for row in db.execute(f"PRAGMA table_xinfo(chartmogul_{table})")]:
        where = " WHERE start_date = (SELECT date(min(date)) FROM chartmogul_activities)"
    names = ", ".join(f'"{name}"' for name in columns)
    return sorted(db.execute(f"SELECT {names} FROM chartmogul_{table}{where}").fetchall(), key=repr)


def must_be_the_account(books):
    db = books.open()
    for table in books.tables():
        cursor = db.execute(f'SELECT * FROM "{table}"')
        columns = [column[0] for column in cursor.description]
        must_be(f"rows of {table}", sorted(cursor.fetchall(), key=repr), shown(db, table, columns))
    db.close()


# ---- stories ---------------------------------------------------------------------------------------------------------------------


def whole(books, account):
    """Every table that can be listed, equal to the account column by column, in one request a page."""
    result = books.refresh()
    must_be("tables", sorted(result), sorted(books.tables()))
    must_be_the_account(books)
    for name in BY_PARENT:
        must_be(f"{name} without being named", name in result, False)
    named = books.refresh(", ".join(BY_PARENT))
    must_be("named tables", sorted(named), sorted(BY_PARENT))
    must_be_the_account(books)
    account.forget_requests()
    books.refresh("customers, customer_tags, customer_attributes, invoices, line_items, transactions")
    lists = [row["target"].split("?")[0] for row in account.requests()]
    # A long list is read by data source, which are listed for it.
    must_be("lists that were read", sorted(set(lists) - {"/data_sources"}), ["/account", "/customers", "/invoices"])
    must_be("requests", len(lists), len(set(row["target"] for row in account.requests())))


def unchanged(books, _account):
    """A second run on an account that has not changed changes the time of the refresh and nothing else."""
    books.refresh()
    before, stamps = books.content(), books.rows("SELECT table_name, account, version FROM chartmogul_copy")
    for name, row in books.refresh().items():
        must_be(f"changes of {name}", row[1:4], (0, 0, 0))
    must_be("content", books.content(), before)
    must_be("stamps", books.rows("SELECT table_name, account, version FROM chartmogul_copy"), stamps)


AS_OF = """
SELECT {columns} FROM customers AS t
 WHERE NOT EXISTS (SELECT 1 FROM customers_history AS h WHERE h.uuid = t.uuid AND h.valid_to > :moment)
   AND NOT EXISTS (SELECT 1 FROM chartmogul_copy_added AS a
                    WHERE a.table_name = 'customers' AND a.key = t.uuid AND a.added_at > :moment)
UNION ALL
SELECT {columns} FROM (SELECT *, min(valid_to) FROM customers_history WHERE valid_to > :moment GROUP BY uuid)
 WHERE valid_from IS NULL OR valid_from <= :moment"""


def history(books, account):
    """What the copy says of a moment is what it held then: rows that changed, came, went, and came again."""
    moments = []
    books.refresh("customers")
    source = account.send("GET", "/data_sources")["data_sources"][0]["uuid"]
    for round_ in range(4):
        moment = books.rows("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")[0][0]
        moments.append((moment, sorted(books.rows("SELECT * FROM customers"), key=repr)))
        entries = account.pages("/customers", "entries")
        for customer in entries[round_:round_ + 3]:
            account.send("PATCH", f"/customers/{customer['uuid']}", {"company": f"Round {round_}"})
        account.send("DELETE", f"/customers/{entries[-1]['uuid']}")
        account.send("POST", "/customers", {"data_source_uuid": source, "external_id": f"late-{round_}", "name": "Late"})
        must_be("changes", books.refresh("customers")["customers"][1:4], (1, 3, 1))
    columns = ", ".join(f'"{row[1]}"' for row in books.rows("PRAGMA table_info(customers)"))
    db = sqlite3.connect(books.path)
    with open("sql/README.md", encoding="utf-8") as manual:
        last_night = re.search(r"what is gone, and what came:\n\n```sql\n(.*?);\n(.*?);\n```", manual.read(), flags=re.S)
    must_be("the manual's rows of last night", [len(db.execute(query).fetchall()) for query in last_night.groups()], [16, 1])
    for moment, rows in moments:
        then = db.execute(AS_OF.format(columns=columns), {"moment": moment}).fetchall()
        must_be(f"customers at {moment}", sorted(then, key=repr), rows)
    db.close()
    must_be_the_account(books)


def recomputed(books, account):
    """Movements are read from the last day on, and again for a month whose sums have changed; no other is asked for."""
    books.refresh("activities")
    account.forget_requests()
    books.refresh("activities")
    asked = [row["target"] for row in account.requests() if row["target"].startswith("/activities")]
    must_be("a day of movements is asked for", ["start-date=" in target for target in asked], [True])
    invoices = sorted(account.pages("/invoices", "invoices"), key=lambda invoice: invoice["date"])
    account.send("DELETE", f"/invoices/{invoices[0]['uuid']}")
    account.forget_requests()
    result = books.refresh("activities")["activities"]
    must_be("movements changed", result[1] + result[2] + result[3] > 0, True)
    asked = [row["target"] for row in account.requests() if row["target"].startswith("/activities")]
    must_be("all are asked for by range", all("start-date=" in target for target in asked), True)
    must_be("months asked for", 2 <= len(asked) <= 12, True)
    db = books.open()  # a movement that is worked out anew with the same amounts has another uuid, which no sum shows
    ours, theirs = (sorted(row[1:] for row in db.execute(f"SELECT * FROM {table}")) for table in ("activities", "chartmogul_activities"))
    db.close()
    must_be("movements", ours, theirs)


def renamed(books, account):
    """Movements of customers that were renamed, merged, taken apart again and deleted, and of a plan that was renamed, are those of the
    account, and what they were is kept; nothing more is asked for when nothing has changed, and never more than the list twice."""
    lists = "customers, plans, activities"
    plan = account.pages("/plans", "plans")[0]["uuid"]
    account.send("POST", account.root + "/control/switches", {"async_delay_ms": 0})
    books.refresh(lists)
    rows = books.rows("SELECT customer_uuid, count(*) FROM activities WHERE date < '2025-06-01' GROUP BY 1 HAVING count(*) > 2 ORDER BY 1")
    uuids = [uuid for uuid, _ in rows]
    pages = -(-books.rows("SELECT count(*) FROM activities")[0][0] // 200)
    one = account.send("GET", f"/customers/{uuids[2]}")
    sides = {"from": {"customer_uuid": uuids[2]}, "into": {"customer_uuid": uuids[3]}}
    part = {"customer_uuid": uuids[3], "data_source_uuid": one["data_source_uuid"], "external_id": one["external_id"]}
    changes = [lambda: account.send("PATCH", f"/customers/{uuids[0]}", {"company": "Renamed"}),
               lambda: account.send("POST", "/customers/merges", sides),
               lambda: account.send("POST", "/customers/unmerges", part),
               lambda: account.send("DELETE", f"/customers/{uuids[1]}"),
               lambda: account.send("PATCH", f"/plans/{plan}", {"name": "Another plan"}),
               lambda: [account.send("PATCH", f"/customers/{uuid}", {"company": "All of them"}) for uuid in uuids[4:]]]
    for number, make in enumerate(changes):
        make()
        before = sorted(books.rows("SELECT * FROM activities"), key=repr)
        moment = books.rows("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")[0][0]
        account.forget_requests()
        result = books.refresh(lists)["activities"]
        asked = [row["target"] for row in account.requests() if row["target"].startswith("/activities")]
        must_be(f"movements differ after change {number}", result[1] + result[2] + result[3] > 0, True)
        must_be(f"requests of change {number}: {len(asked)}", len(asked) <= 2 * pages + 14, True)
        must_be_the_account(books)
        columns = ", ".join(f'"{row[1]}"' for row in books.rows("PRAGMA table_info(activities)"))
        former = AS_OF.format(columns=columns).replace("customers", "activities").replace(":moment", f"'{moment}'")
        must_be(f"movements of before change {number}", sorted(books.rows(former), key=repr), before)
        account.forget_requests()
        must_be("a second run", books.refresh(lists)["activities"][1:4], (0, 0, 0))
        asked = [row["target"] for row in account.requests() if row["target"].startswith("/activities")]
        must_be("requests of a second run", len(asked), 1)


def not_fetched(books, _account):
    """A program that calls execute() and fetches nothing, and LIMIT 1, have a whole copy."""
    db = books.open()
    cursor = db.execute("SELECT * FROM chartmogul_refresh('main', 'plans, customers')")
    must_be("customers", books.rows("SELECT count(*) > 0 FROM customers"), [(1,)])
    cursor.close()
    must_be("rows", len(db.execute("SELECT * FROM chartmogul_refresh('main', 'plans, invoices') LIMIT 1").fetchall()), 1)
    db.close()
    must_be_the_account(books)


def two_schemas(books, account):
    """One connection copies into two files, the account or two accounts: each copy is whole, and of its own account."""
    second, other = books.path + "-second", books.path + "-other"
    server = subprocess.Popen([books.sandbox, "--seed", "300"], stdout=subprocess.PIPE, text=True)
    try:
        db = books.open()
        for name, value in (("base_url", server.stdout.readline().strip()), ("api_key", "test-key"), ("requests_per_second", "0")):
            db.execute("SELECT chartmogul_config(?, ?)", ("eu." + name, value)).fetchall()
        db.execute("ATTACH ? AS second", (second,))
        db.execute("ATTACH ? AS eu", (other,))
        both = "{0}'main'{1} {2} {0}'second'{1}".format("SELECT table_name, rows FROM chartmogul_refresh(", ", 'customers, plans')", "{}")
        for how in ("UNION ALL", "EXCEPT"):
            must_be("rows of both", len(db.execute(both.format(how)).fetchall()), 4 if how == "UNION ALL" else 0)
        db.execute("SELECT * FROM chartmogul_refresh('main')").fetchall()
        reading = db.execute("SELECT uuid FROM main.customers")
        reading.fetchone()
        db.execute("SELECT * FROM chartmogul_refresh('second')").fetchall()
        reading.close()
        account.forget_requests()
        db.execute("SELECT chartmogul_config('account', 'eu')").fetchall()
        db.execute("SELECT * FROM chartmogul_refresh('eu')").fetchall()
        must_be("requests to the other account", account.requests(), [])
        db.close()
    finally:
        server.terminate()
        server.wait()
    listed = sorted((row["uuid"], row["name"]) for row in account.pages("/customers", "entries"))
    for path, wanted in ((books.path, True), (second, True), (other, False)):
        db = sqlite3.connect(path)
        is_same = db.execute("SELECT uuid, name FROM customers ORDER BY 1").fetchall() == listed
        db.close()
        must_be(f"customers of {path}", is_same, wanted)
    must_be_the_account(books)
    books.path = second
    must_be_the_account(books)


def by_a_timer(books, _account):
    """The cron line and the units of systemd that the manual shows make a copy."""
    with open("sql/README.md", encoding="utf-8") as manual:
        text = manual.read()
    units = dict(re.findall(r"```\n# /etc/systemd/system/(\S+)\n(.*?)```", text, flags=re.S))
    must_be("units", sorted(units), ["chartmogul-copy.service", "chartmogul-copy.timer"])
    folder = os.path.dirname(books.path)
    with open(os.path.join(folder, "key"), "w", encoding="ascii") as key:
        key.write("test-key\n")
    here = {"/srv/billing": folder, "/usr/local/lib/sqlite3/chartmogul": books.library}
    for name, unit in units.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(re.sub("|".join(here), lambda match: here[match[0]], unit.replace("User=billing\n", "")))
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(["systemd-analyze", "verify", "--man=no", *(os.path.join(folder, name) for name in units)],
                                 capture_output=True, text=True, check=False)
        ours = [line for line in checked.stderr.splitlines() if "chartmogul" in line]
        must_be("what systemd says of the units", ours, [])
    service = units["chartmogul-copy.service"]
    lines = {"cron": re.search(r"^15 3 \* \* \*  (.*) \|\| mail", text, flags=re.M)[1],
             "systemd": re.search("Environment=(.*)", service)[1] + " " + re.search("ExecStart=(.*)", service)[1]}
    for who, line in lines.items():
        line = re.sub("|".join(here), lambda match: here[match[0]], line)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTMOGUL_")}
        environment.update(CHARTMOGUL_BASE_URL=books.url, CHARTMOGUL_REQUESTS_PER_SECOND="0", HOME=folder)
        done = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, check=False)
        must_be(f"what the line of {who} complains of", (done.returncode, done.stderr), (0, ""))
        must_be_the_account(books)
        os.remove(books.path)


def write_meanwhile(path, mode, stop, failures):
    """The other program: a row each 50 ms, with the time-out that Python has by itself."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA journal_mode = {mode}")
    db.execute("CREATE TABLE IF NOT EXISTS mine (n INTEGER)")
    count = 0
    while not stop.wait(0.05):
        try:
            db.execute("INSERT INTO mine VALUES (?)", (count,))
            count += 1
        except sqlite3.Error as error:
            failures.put(f"the other program: {error}")
            return
    failures.put(count)


def beside_a_writer(books, _account, mode):
    stop, failures = multiprocessing.Event(), multiprocessing.Queue()
    writer = multiprocessing.Process(target=write_meanwhile, args=(books.path, mode, stop, failures))
    writer.start()
    for _ in range(2):
        books.refresh()
    stop.set()
    writer.join()
    written = failures.get()
    must_be("what the other program says", written, books.rows("SELECT count(*) FROM mine")[0][0])
    must_be_the_account(books)


def beside_a_writer_wal(books, account):
    """Another program writes to the file all the time, in WAL mode: neither fails."""
    beside_a_writer(books, account, "wal")


def beside_a_writer_rollback(books, account):
    """Another program writes to the file all the time, with a rollback journal: neither fails."""
    beside_a_writer(books, account, "delete")


def refresh_once(books, failures):
    try:
        books.refresh()
        failures.put(None)
    except sqlite3.Error as error:
        failures.put(str(error))


def two_at_once(books, _account):
    """Two programs refresh the same file at the same time: the copy is whole, and each ends well or says who holds it."""
    failures = multiprocessing.Queue()
    others = [multiprocessing.Process(target=refresh_once, args=(books, failures)) for _ in range(2)]
    for other in others:
        other.start()
    said = [failures.get() for _ in others]
    for other in others:
        other.join()
    for line in said:
        if line is not None and "another program" not in line:
            raise Failed(f"a program says: {line}")
    must_be("one of them has ended well", None in said, True)
    books.refresh()
    must_be_the_account(books)


def overtaken(books, account):
    """A program whose reading is overtaken by another one's refresh of the same tables reads again: what it holds is older than the
    copy by then, and would stand in the history as if the account had gone back."""
    lists = "customers, customer_tags"
    books.refresh(lists)
    account.forget_requests()
    account.send("POST", account.root + "/control/faults", {"path": "/customers?", "after": 1, "delay_ms": 600000})
    results = []

    def refresh_slowly():
        slow = books.open()
        slow.execute("SELECT chartmogul_config('timeout_ms', 600000)").fetchall()
        results.append(slow.execute(f"SELECT table_name, added, changed, removed FROM chartmogul_refresh('main', '{lists}')").fetchall())
        slow.close()

    slow = threading.Thread(target=refresh_slowly)
    slow.start()
    while len([row for row in account.requests() if row["target"].startswith("/customers?")]) < 2:
        pass
    changed = account.pages("/customers", "entries")[0]["uuid"]
    change(account, 0)
    must_be("the other program", books.refresh(lists)["customers"][1:4], (1, 1, 1))
    account.send("POST", account.root + "/control/hurry")
    slow.join()
    must_be("the program that was overtaken", results, [[("customers", 0, 0, 0), ("customer_tags", 0, 0, 0)]])
    former = books.rows(f"SELECT valid_from FROM customers_history WHERE uuid = '{changed}'")
    must_be("former versions of the customer that was changed once", former, [(None,)])
    must_be_the_account(books)


def refresh_until(books, step):
    """Refresh in a program of its own, which is killed before its step of that number: bytes that leave or come, a sync of a file.
    How many steps it made, 0 where it was killed: in what pieces bytes come varies, so that it may have ended before that step."""
    count = books.path + "-steps"
    preload = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), books.kill_at]))
    environment = {**os.environ, "LD_PRELOAD": preload, "KILL_COUNT": count, "CHARTMOGUL_BASE_URL": books.url,
                   "CHARTMOGUL_API_KEY": "test-key", "CHARTMOGUL_REQUESTS_PER_SECOND": "0", **({"KILL_AT": str(step)} if step else {})}
    command = ["sqlite3", "-batch", "-init", os.devnull, books.path, f".load {books.library}", "SELECT count(*) FROM chartmogul_refresh('main')"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800, check=False)
    made = 0
    if ended.returncode == 0:
        with open(count, encoding="ascii") as steps:
            made = int(steps.read())
    must_be(f"the program that is killed before step {step}", ended.returncode, 0 if step is None or 0 < made < step else -signal.SIGKILL)
    must_be("integrity", books.rows("PRAGMA integrity_check"), [("ok",)])
    return made


def change(account, number):
    """Something to do for a refresh."""
    source = account.send("GET", "/data_sources")["data_sources"][0]["uuid"]
    entries = account.pages("/customers", "entries")
    account.send("PATCH", f"/customers/{entries[number]['uuid']}", {"company": f"Company {number}"})
    account.send("DELETE", f"/customers/{entries[-1]['uuid']}")
    account.send("POST", "/customers", {"data_source_uuid": source, "external_id": f"new-{number}", "name": "New"})


def killed(books, account):
    """Killed at any step, in the first copy and in later ones: the file is sound, and the next run makes it whole."""
    with tempfile.TemporaryDirectory() as folder:
        other = Books(books.library, books.sandbox, books.kill_at, books.url, folder)
        steps = [refresh_until(other, None)]
        change(account, 0)
        steps.append(refresh_until(other, None))
    ended = []
    for total in steps:
        must_be("steps of a run", total > 100, True)
        for number in range(KILLS):
            change(account, 1 + number)
            ended.append(refresh_until(books, 1 + number * (total - 1) // KILLS))
            begun = {name for name in books.tables() if name.startswith("chartmogul_new_")}
            listed = {name for (name,) in books.rows("SELECT table_name FROM chartmogul_copy")} if set(books.tables()) - begun else set()
            must_be("tables that are not listed", set(books.tables()) - listed - begun, set())
            if total == steps[0]:
                books.refresh()
                left = [name for name in books.tables() if name.startswith("chartmogul_new_")]
                must_be("tables left behind", left, [])
                os.remove(books.path)
        books.refresh()
        must_be_the_account(books)
    must_be("most of them were killed", ended.count(0) > KILLS, True)


def short_list(books, account):
    """A list that ends after its first page, once, takes no row away: more than a hundred are lacking, so it is read once more."""
    books.refresh("customers")
    rows = books.rows("SELECT count(*) FROM customers")
    first = account.send("GET", "/customers", per_page=200)
    short = {**first, "has_more": False, "cursor": None}
    account.send("POST", account.root + "/control/faults", {
        "path": "/customers?", "status": 200, "content_type": "application/json", "body": json.dumps(short, ensure_ascii=False, separators=(",", ":"))})
    account.forget_requests()
    must_be("changes", books.refresh("customers")["customers"][1:4], (0, 0, 0))
    must_be("rows", books.rows("SELECT count(*) FROM customers"), rows)
    lists = [row["target"] for row in account.requests() if row["target"].startswith("/customers?")]
    must_be("the list is read again", len(lists), 1 + -(-rows[0][0] // 200))
    must_be("rows are not asked for one by one", len(account.requests()), 1 + len(lists))


def refused(books, db, why):
    try:
        db.execute("SELECT * FROM chartmogul_refresh('main', 'customers, plans')").fetchall()
    except sqlite3.Error as error:
        must_be("the error says why", why in str(error), True)
        return
    raise Failed(f"a file that {why} is copied into")


def moved(books, account):
    """A file that was renamed or replaced since it was opened, before a refresh or in the middle of one, is an error: nothing is
    written into what has its name now."""
    books.refresh("customers, plans")
    other = books.path + "-other"
    why = "was renamed, removed or replaced"
    db = books.open()
    os.rename(books.path, other)
    refused(books, db, why)
    sqlite3.connect(books.path).execute("CREATE TABLE mine (n)").connection.close()
    refused(books, db, why)
    must_be("tables of the file that has the name", books.rows("SELECT name FROM sqlite_schema"), [("mine",)])
    db.close()
    os.replace(other, books.path)
    books.refresh("customers, plans")

    db = books.open()
    account.forget_requests()
    account.send("POST", account.root + "/control/faults", {"path": "/plans", "delay_ms": 600000})
    db.execute("SELECT chartmogul_config('timeout_ms', 600000)").fetchall()

    def rename_in_the_middle():
        while not any(row["target"].startswith("/plans") and row["status"] for row in account.requests()):
            pass
        os.rename(books.path, other)
        account.send("POST", account.root + "/control/hurry")

    renaming = threading.Thread(target=rename_in_the_middle)
    renaming.start()
    refused(books, db, why)
    renaming.join()
    db.close()
    os.replace(other, books.path)
    books.refresh("customers, plans")
    must_be_the_account(books)


STORIES = [whole, unchanged, history, recomputed, renamed, not_fetched, two_schemas, by_a_timer, beside_a_writer_wal, beside_a_writer_rollback, two_at_once, overtaken, moved, short_list, killed]


def main():
    library, sandbox, kill_at = sys.argv[1:4]
    passed = failed = 0
    for story in STORIES:
        if sys.argv[4:] and story.__name__ not in sys.argv[4:]:
            continue
        server = subprocess.Popen([sandbox, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
        account = Account(server.stdout.readline().strip())
        try:
            with tempfile.TemporaryDirectory() as folder:
                story(Books(library, sandbox, kill_at, account.base_url, folder), account)
            passed += 1
        except (Failed, sqlite3.Error) as error:
            failed += 1
            print(f"FAILED {story.__name__}: {error}")
        finally:
            server.terminate()
            server.wait()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
