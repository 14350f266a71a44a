"""Upserts, deletes, updates and names made at random, on accounts made at random: each within its bound, with the rows of a copy.

    random_writes.py LIBRARY SANDBOX [--seed N] [--number N] [--only NUMBER]

A statement that looks for many rows before it writes may send 2 x min(look-ups, pages) + 4 requests beside its writes, a COMMIT,
which knows the number of its rows beforehand, min(look-ups, pages) + 4; `pages` are those of the list that holds the answers, hidden
rows with it. No more is written than rows differ afterwards. A copy in plain tables, on which the same is done by plain SQL, says
which rows the account must have; they are read over plain HTTP. The accounts have the same external ids in two data sources, customers
that were merged, whom each of their names means, and disabled invoices; how long their lists are the connection does not know.
"""
import collections
import os
import random
import sqlite3
import subprocess
import sys

import at_random

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

CONCURRENCY = 8  # unless it is set
PER_ACCOUNT = 25  # statements
TABLES = {"customers": "uuid, source, ext, name, city", "plans": "uuid, source, ext, name", "invoices": "uuid, source, of_source, customer, ext",
          "notes": "uuid, source, customer, note", "tags": "uuid, source, customer, tag"}
LINES = '[{"type":"one_time","amount_in_cents":100}]'
LOCAL = "source, ext, name, city, customer_uuid, invoice, note, tag, named_source, named_ext"  # the last two as the statement has them


class World:
    """An account of random size on the sandbox, a connection, and a plain copy."""

    def __init__(self, library, sandbox):
        self.server = subprocess.Popen([sandbox], stdout=subprocess.PIPE, text=True)
        self.account = Account(self.server.stdout.readline().strip())
        self.library, self.db = os.path.abspath(library), None

    def end(self):
        if self.db is not None:
            self.db.close()
        self.server.terminate()
        self.server.wait()

    def make(self, dice):
        self.account.send("POST", self.account.root + "/control/seed", {"seed": str(dice.choice([3, 10, 30, 60, 100, 150]))})
        self.account.send("POST", self.account.root + "/control/switches", {"disable_anywhere": True, "async_delay_ms": 0})
        self.per_page = dice.choice([2, 3, 5, 10, 20, 50])
        customers = self.account.pages("/customers", "entries")
        other = self.account.send("POST", "/data_sources", {"name": "Other"})["uuid"]
        for row in dice.sample(customers, len(customers) // 4):
            self.account.send("POST", "/customers", {"data_source_uuid": other, "external_id": row["external_id"], "name": "Twin"})
        for row in dice.sample(customers, len(customers) // 2):
            self.account.send("POST", "/notes", {"customer_uuid": row["uuid"], "type": "note", "text": f"note {dice.randrange(5)}"})
            self.account.send("POST", f"/customers/{row['uuid']}/attributes/tags", {"tags": [f"tag{dice.randrange(3)}"]})
        merged = dice.sample(self.account.pages("/customers", "entries"), len(customers) // 3 // 2 * 2)
        for row, into in zip(merged[::2], merged[1::2]):
            self.account.send("POST", "/customers/merges", {"from": {"customer_uuid": row["uuid"]}, "into": {"customer_uuid": into["uuid"]}})
        invoices = self.account.pages("/invoices", "invoices")
        for row in dice.sample(invoices, len(invoices) // 8):
            self.account.send("PATCH", f"/invoices/{row['uuid']}/disabled_state", {"disabled": True})
        self.sources = [customers[0]["data_source_uuid"], other]

    def connect(self):
        """A connection that knows nothing of the account yet."""
        if self.db is not None:
            self.db.close()
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.enable_load_extension(True)
        self.db.execute("SELECT load_extension(?)", [self.library])
        for name, value in [("base_url", self.account.base_url), ("api_key", "test-key"), ("requests_per_second", 0),
                            ("per_page", self.per_page), ("delete_limit", 100000)]:
            self.db.execute("SELECT chartmogul_config(?, ?)", [name, value])

    def read(self):
        """The rows of the account, by table."""
        customers = self.account.pages("/customers", "entries")
        names = {row["uuid"]: (row["data_source_uuid"], row["external_id"]) for row in customers}
        self.pairs = {row["uuid"]: list(zip(row["data_source_uuids"], row["external_ids"])) for row in customers}
        self.meant = {pair: names[uuid] for uuid, pairs in self.pairs.items() for pair in pairs}
        return {
            "customers": [(row["uuid"], *names[row["uuid"]], row["name"], row["city"]) for row in customers],
            "plans": [(row["uuid"], row["data_source_uuid"], row["external_id"], row["name"])
                      for row in self.account.pages("/plans", "plans")],
            "invoices": [(row["uuid"], row["data_source_uuid"], *names[row["customer_uuid"]], row["external_id"]) for row in
                         self.account.pages("/invoices", "invoices", validation_type="all", with_disabled="true")],
            "notes": [(row["uuid"], *names[row["customer_uuid"]], row["text"]) for row in self.account.pages("/notes", "entries")],
            "tags": [(row["uuid"], *names[row["uuid"]], tag) for row in customers for tag in row["attributes"]["tags"]]}

    def copy(self):
        """The same in plain tables."""
        self.rows = self.read()
        self.pages = {table: max(1, -(-len(rows) // self.per_page)) for table, rows in self.rows.items()}
        chains = collections.Counter(source for pairs in self.pairs.values() for source in {source for source, _ in pairs})
        self.chained = {**self.pages, "customers": max(self.pages["customers"], sum(-(-count // self.per_page) for count in chains.values()))}
        self.plain = sqlite3.connect(":memory:", isolation_level=None)
        for table, columns in TABLES.items():
            self.plain.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * (columns.count(",") + 1))
            self.plain.executemany(f"INSERT INTO {table} VALUES ({marks})", self.rows[table])
        for table, key in [("customers", "source, ext"), ("plans", "source, ext"), ("invoices", "source, ext"),
                           ("tags", "source, customer, tag")]:
            self.plain.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({key})")

    def local(self, rows):
        """The plain copy has a customer under one name."""
        for db in [self.db, self.plain]:
            named = [(*(self.meant.get(row[:2], row[:2]) if db is self.plain else row[:2]), *row[2:], *row[:2]) for row in rows]
            db.execute("DROP TABLE IF EXISTS l")
            db.execute(f"CREATE TABLE l ({LOCAL})")
            db.executemany(f"INSERT INTO l VALUES ({', '.join('?' * (LOCAL.count(',') + 1))})", named)

    def given(self, condition=""):
        """Rows of the local table, as the statement has them."""
        return [(*row[8:], *row[2:8]) for row in self.plain.execute(f"SELECT * FROM l {condition}").fetchall()]

    def wanted(self):
        return {table: self.plain.execute(f"SELECT {columns} FROM {table}").fetchall() for table, columns in TABLES.items()}


class Made:
    """What is done to the account, and to the copy; how many rows are looked for in which lists; which list is scanned.

    `again` is what look-ups of several pages cost beyond their first ones.
    """

    def __init__(self, kind, sql, plain, looked_for, scanned=(), again=0):
        self.kind, self.sql, self.plain, self.looked_for, self.scanned, self.again = kind, sql, plain, looked_for, scanned, again


class Maker:
    """A statement, decided by its random numbers."""

    def __init__(self, dice, world):
        self.dice, self.world = dice, world

    def rows(self):
        """A local table: most of its rows name what is there, some the same twice, some nothing."""
        dice, made = self.dice, []
        customers, invoices = self.world.rows["customers"], self.world.rows["invoices"]
        for number in range(dice.choice([1, 3, 8, 20, 60, 150])):
            uuid, source, ext, name, city = dice.choice(customers)
            if dice.random() < 0.5:
                source, ext = dice.choice(self.world.pairs[uuid])
            if dice.random() < 0.2:
                source, ext = dice.choice(self.world.sources), f"new {dice.randrange(9)}"
                uuid = f"cus_00000000-0000-4003-8000-9999{dice.randrange(99):08}"
            if dice.random() < 0.3:
                name = f"Name {dice.randrange(3)}"
            if dice.random() < 0.3:
                city = dice.choice(["Oslo", "Rome"])
            invoice = dice.choice(invoices)[4] if invoices and dice.random() < 0.5 else f"more {dice.randrange(30)}"
            made.append((source, ext, name, city, uuid, invoice, f"note {number}", f"tag{dice.randrange(6)}"))
        return made

    def make(self):
        self.world.local(self.rows())
        kinds = [self.upsert, self.upsert, self.invoices, self.tags, self.delete, self.delete_notes, self.update, self.update_notes,
                 self.named_notes, self.named_invoices]
        return self.dice.choice(kinds)()

    def count(self, sql):
        return self.world.plain.execute(sql.replace("DISTINCT source, ext", "DISTINCT named_source, named_ext")).fetchone()[0]

    def name_plans(self):
        rows = []
        for row in self.world.given():
            plan = self.dice.choice(self.world.rows["plans"])
            rows.append((*(plan[1:3] if self.dice.random() < 0.7 else row[:2]), *row[2:]))
        self.world.local(rows)

    def upsert(self):
        table = self.dice.choice(["customers", "customers", "plans"])
        column = "city" if table == "customers" else None
        columns = "data_source_uuid, external_id, name" + (", city" if column else ", interval_count, interval_unit")
        values = "source, ext, name" + (", city" if column else ", 1, 'month'")
        own = "source, ext, name" + (", city" if column else "")
        meant = own if table == "customers" else "named_source, named_ext, name"
        how = self.dice.choice(["IGNORE", "REPLACE"])
        then = "NOTHING" if how == "IGNORE" else "UPDATE SET name = excluded.name" + (", city = coalesce(excluded.city, city)" if column else "")
        kept = self.dice.choice(["ORDER BY rowid", "ORDER BY ext, rowid"])
        if table == "plans":
            self.name_plans()
        if how == "REPLACE":  # a row that is written twice is another one in between: asked for, and written, twice
            self.world.local(self.world.given("GROUP BY source, ext"))
        return Made(f"{how} of {table}",
                    f"INSERT OR {how} INTO chartmogul_{table} ({columns}) SELECT {values} FROM l {kept}",
                    [f"INSERT INTO {table} ({own}) SELECT {meant} FROM l WHERE true {kept} ON CONFLICT (source, ext) DO {then}"],
                    [(self.count("SELECT count(*) FROM (SELECT DISTINCT source, ext FROM l)"), table)])

    def invoices(self):
        """By the uuid of their customers, who are there. Lines are given where an invoice is new: they are compared otherwise."""
        there = "FROM l JOIN known ON known.uuid = l.customer_uuid"
        for db in [self.world.db, self.world.plain]:
            db.execute("DROP TABLE IF EXISTS known")
            db.execute("CREATE TABLE known (uuid, source, ext, invoice_source, invoice_ext)")
            db.executemany("INSERT INTO known (uuid, source, ext) VALUES (?, ?, ?)", [row[:3] for row in self.world.rows["customers"]])
            db.executemany("INSERT INTO known (invoice_source, invoice_ext) VALUES (?, ?)",
                           [(row[1], row[4]) for row in self.world.rows["invoices"]])
        return Made("IGNORE of invoices",
                    "INSERT OR IGNORE INTO chartmogul_invoices (customer_uuid, data_source_uuid, external_id, date, currency, line_items)"
                    " SELECT customer_uuid, known.source, invoice, '2025-05-01', 'USD', CASE WHEN (known.source, invoice) NOT IN"
                    f" (SELECT invoice_source, invoice_ext FROM known WHERE invoice_ext IS NOT NULL) THEN '{LINES}' END {there} ORDER BY l.rowid",
                    [f"INSERT OR IGNORE INTO invoices SELECT NULL, known.source, known.source, known.ext, invoice {there} ORDER BY l.rowid"],
                    [(self.count(f"SELECT count(*) FROM (SELECT DISTINCT known.source, invoice {there})"), "invoices")])

    def tags(self):
        there = "WHERE customer_uuid NOT LIKE '%-9999%'"
        return Made("IGNORE of tags",
                    f"INSERT OR IGNORE INTO chartmogul_customer_tags (customer_uuid, tag) SELECT customer_uuid, tag FROM l {there}",
                    ["INSERT OR IGNORE INTO tags SELECT c.uuid, c.source, c.ext, tag FROM l JOIN customers c ON c.uuid = customer_uuid"],
                    [(self.count(f"SELECT count(*) FROM (SELECT DISTINCT customer_uuid, tag FROM l {there})"), "customers")])

    def gone(self):
        """What goes with customers."""
        return [f"DELETE FROM {table} WHERE ({source}, customer) NOT IN (SELECT source, ext FROM customers)"
                for table, source in [("invoices", "of_source"), ("notes", "source"), ("tags", "source")]]

    def delete(self):
        """A few go, or all but many."""
        if self.dice.random() < 0.5:
            stay = self.world.plain.execute("SELECT source, ext FROM customers EXCEPT SELECT * FROM (SELECT source, ext FROM l LIMIT 7)").fetchall()
            self.world.local([(source, ext, *[None] * 6) for source, ext in stay])
            condition = "NOT IN (SELECT source, ext FROM l)"
            return Made("DELETE … NOT IN", f"DELETE FROM chartmogul_customers WHERE (data_source_uuid, external_id) {condition}",
                        [f"DELETE FROM customers WHERE (source, ext) {condition}", *self.gone()], [], ["customers"])
        condition = "IN (SELECT customer_uuid FROM l LIMIT 7)"
        return Made("DELETE … uuid IN", f"DELETE FROM chartmogul_customers WHERE uuid {condition}",
                    [f"DELETE FROM customers WHERE uuid {condition}", *self.gone()],
                    [(self.count("SELECT count(DISTINCT customer_uuid) FROM (SELECT customer_uuid FROM l LIMIT 7)"), "customers")])

    def open_pages(self):
        """What the look-ups that are under way when the list is read cost beyond their first pages."""
        most = self.count("SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM notes GROUP BY source, customer)")
        return CONCURRENCY * 2 * max(0, -(-most // self.world.per_page) - 1)

    def pages_of_notes(self):
        """Of the answers, one for each customer."""
        size = self.world.per_page
        return self.count(f"SELECT sum(max(1, ((SELECT count(*) FROM notes n JOIN customers c ON c.source = n.source AND c.ext = n.customer"
                          f" WHERE c.uuid = k.uuid) + {size - 1}) / {size})) FROM (SELECT DISTINCT customer_uuid AS uuid FROM l) k")

    def delete_notes(self):
        return Made("DELETE of notes", "DELETE FROM chartmogul_notes WHERE customer_uuid IN (SELECT customer_uuid FROM l)",
                    ["DELETE FROM notes WHERE (source, customer) IN (SELECT c.source, c.ext FROM customers c WHERE uuid IN"
                     " (SELECT customer_uuid FROM l))"],
                    [(self.pages_of_notes(), "notes")], again=self.open_pages())

    def update(self):
        return Made("UPDATE … FROM", "UPDATE chartmogul_customers SET city = o.city FROM"
                    " (SELECT source, ext, min(coalesce(city, 'Rome')) AS city FROM l GROUP BY 1, 2) o"
                    " WHERE chartmogul_customers.data_source_uuid = o.source AND chartmogul_customers.external_id = o.ext",
                    ["UPDATE customers SET city = o.city FROM (SELECT named_source AS source, named_ext AS ext, min(coalesce(city, 'Rome')) AS city FROM l GROUP BY 1, 2) o"
                     " WHERE customers.source = o.source AND customers.ext = o.ext"],
                    [(self.count("SELECT count(*) FROM (SELECT DISTINCT source, ext FROM l)"), "customers")])

    def update_notes(self):
        return Made("UPDATE of notes", "UPDATE chartmogul_notes SET text = 'changed' WHERE customer_uuid IN (SELECT customer_uuid FROM l)",
                    ["UPDATE notes SET note = 'changed' WHERE (source, customer) IN (SELECT c.source, c.ext FROM customers c WHERE uuid IN"
                     " (SELECT customer_uuid FROM l))"],
                    [(self.pages_of_notes(), "notes")], again=self.open_pages())

    def named(self):
        """Rows of the local table whose customers are there; how many customers that are."""
        there = "WHERE customer_uuid NOT LIKE '%-9999%'"
        return there, self.count(f"SELECT count(*) FROM (SELECT DISTINCT source, ext FROM l {there})")

    def named_notes(self):
        there, count = self.named()
        return Made("notes by name", "INSERT INTO chartmogul_notes (data_source_uuid, customer_external_id, type, text)"
                    f" SELECT source, ext, 'note', note FROM l {there}",
                    [f"INSERT INTO notes SELECT NULL, source, ext, note FROM l {there}"], [(count, "customers")])

    def named_invoices(self):
        there, count = self.named()
        fresh = f"{there} AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.source = named_source AND i.ext = l.invoice) GROUP BY named_source, invoice"
        self.world.local(self.world.given(fresh))
        return Made("invoices by name", "INSERT INTO chartmogul_invoices (data_source_uuid, customer_external_id, external_id, date, currency,"
                    f" line_items) SELECT source, ext, invoice, '2025-05-01', 'USD', '{LINES}' FROM l",
                    ["INSERT INTO invoices SELECT NULL, named_source, source, ext, invoice FROM l"], [(count, "customers")])


def differing(table, before, after):
    """How many rows are new, gone or others."""
    columns = slice(1, None)
    old, new = (collections.Counter(row[columns] for row in rows[table]) for rows in (before, after))
    return max(sum((old - new).values()), sum((new - old).values()))


def most_of(world, made, is_commit):
    """What reads before it writes may read the list in a chain for each data source, and a merged customer stands in several."""
    is_read = made.kind.startswith(("DELETE", "UPDATE"))
    pages = world.chained if is_read else world.pages
    total = 4 + made.again + sum(pages[table] for table in made.scanned)
    return total + sum((1 if is_commit and not is_read else 2) * min(count, pages[table]) for count, table in made.looked_for)


def check(world, made, is_commit):
    """Do it, on the account and on the copy. @return what is wrong, in words"""
    wrong = []
    world.account.forget_requests()
    try:
        for sql in ["BEGIN", made.sql, "COMMIT"] if is_commit else [made.sql]:
            world.db.execute(sql)
    except sqlite3.Error as error:
        wrong.append(f"{error}")
        if world.db.in_transaction:
            world.db.execute("ROLLBACK")
    sent = world.account.requests()
    for sql in made.plain:
        world.plain.execute(sql)
    wanted, shown = world.wanted(), world.read()
    for table in TABLES:
        left, right = (collections.Counter(row[1:] for row in rows[table]) for rows in (shown, wanted))
        if left != right:
            wrong.append(f"{table}: not in the copy {list((left - right).items())[:2]}, not in the account {list((right - left).items())[:2]}")
    lookups = [row["target"] for row in sent if row["method"] == "GET"]
    most = most_of(world, made, is_commit)
    if len(lookups) > most:
        wrong.append(f"{len(lookups)} requests, more than {most}")
    writes, changed = len(sent) - len(lookups), sum(differing(table, world.rows, wanted) for table in TABLES)
    if writes > changed:
        wrong.append(f"{writes} writes for {changed} rows")
    world.sent = [f"{row['method']} {row['target']} {row['body'] or ''}" for row in sent]
    return wrong


def run(world, options):
    """One statement after the other, on another account now and then. @return how many are wrong"""
    failed = 0
    numbers = range(options.number) if options.only is None else range(options.only // PER_ACCOUNT * PER_ACCOUNT, options.only + 1)
    for number in numbers:
        if number % PER_ACCOUNT == 0:
            world.make(random.Random(f"{options.seed} {number // PER_ACCOUNT}"))
            world.connect()
        dice = random.Random(f"{options.seed} {number}")
        if dice.random() < 0.7:
            world.connect()
        world.copy()
        if not world.rows["customers"]:
            world.make(dice)
            world.connect()
            world.copy()
        made, is_commit = Maker(dice, world).make(), dice.random() < 0.5
        wrong = check(world, made, is_commit)
        if number == options.only:
            print("\n".join(world.sent))
        if wrong:
            failed += 1
            print(f"FAILED --seed {options.seed} --only {number} ({made.kind}, {'COMMIT' if is_commit else 'autocommit'}): {'; '.join(wrong)}\n"
                  f"  {made.sql}\n  pages of {world.per_page}: {world.pages}, looked for {made.looked_for}")
    print(f"\n{len(numbers) - failed} passed, {failed} failed")
    return failed


at_random.main(World, run)
