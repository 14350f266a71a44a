"""Joins, subqueries, IN lists and writes made at random, on accounts made at random: each within its bound, with the rows of a copy.

    random_requests.py LIBRARY SANDBOX [--seed N] [--number N] [--only NUMBER]

A mention of a table in FROM that is asked for many rows by equal terms may cost 2 x min(look-ups, pages) + 4 requests, beside the
scan that drives the join and the writes themselves; `look-ups` are counted on the copy, `pages` are those of the list that
holds the answers, hidden rows with it. No GET is sent more than twice in a statement. The accounts have merged customers, hidden
invoices, the same external ids in two data sources and keys that lead nowhere; how long their lists are the reader does not know.
"""
import collections
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

import at_random

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

# What the columns of the tables name, and what a row is shown by. Terms are built between columns that name the same.
COLUMNS = {
    "customers": {"uuid": "customer", "external_id": "customer_id", "data_source_uuid": "source", "email": "email"},
    "plans": {"uuid": "plan", "external_id": "plan_id", "data_source_uuid": "source"},
    "data_sources": {"uuid": "source"},
    "invoices": {"uuid": "invoice", "customer_uuid": "customer", "external_id": "invoice_id"},
    "line_items": {"uuid": "line", "invoice_uuid": "invoice", "invoice_external_id": "invoice_id", "customer_uuid": "customer",
                   "plan_uuid": "plan"},
    "transactions": {"uuid": "payment", "invoice_uuid": "invoice", "invoice_external_id": "invoice_id", "customer_uuid": "customer"},
    "notes": {"uuid": "note", "customer_uuid": "customer"},
    "tasks": {"customer_uuid": "customer", "assignee": "email"},
    "opportunities": {"customer_uuid": "customer"},
    "contacts": {"uuid": "contact", "customer_uuid": "customer", "data_source_uuid": "source", "email": "email"},
    "customer_tags": {"customer_uuid": "customer", "tag": "tag"},
    "customer_attributes": {"customer_uuid": "customer", "key": "key"},
    "import_subscriptions": {"customer_uuid": "customer", "external_id": "subscription"},
    "subscriptions": {"customer_uuid": "customer", "external_id": "subscription"},
    "customer_activities": {"customer_uuid": "customer", "subscription_external_id": "subscription"},
    "subscription_events": {"customer_external_id": "customer_id", "external_id": "event_id"},
}
SHOWN = {"customers": "uuid name", "plans": "uuid name", "data_sources": "name", "invoices": "uuid external_id",
         "line_items": "uuid amount_in_cents", "transactions": "uuid type", "notes": "uuid text", "tasks": "task_details",
         "opportunities": "pipeline", "contacts": "uuid email", "customer_tags": "customer_uuid tag",
         "customer_attributes": "customer_uuid value", "import_subscriptions": "uuid customer_uuid", "subscriptions": "uuid plan_uuid status", "customer_activities": "type date",
         "subscription_events": "event_type"}
# Terms by which a table is asked.
ASKED = {
    "customers": ["uuid", "external_id", "external_id data_source_uuid", "email", "uuid data_source_uuid", "email external_id"],
    "plans": ["uuid", "external_id", "external_id data_source_uuid"],
    "data_sources": ["uuid"],
    "invoices": ["uuid", "customer_uuid", "external_id", "customer_uuid external_id", "uuid customer_uuid"],
    "line_items": ["uuid", "uuid customer_uuid", "invoice_uuid", "invoice_external_id", "customer_uuid", "invoice_uuid plan_uuid"],
    "transactions": ["uuid", "invoice_uuid", "invoice_external_id", "customer_uuid"],
    "notes": ["uuid", "customer_uuid", "uuid customer_uuid"],
    "tasks": ["customer_uuid", "assignee", "customer_uuid assignee"],
    "opportunities": ["customer_uuid"],
    "contacts": ["uuid", "customer_uuid", "email", "customer_uuid email", "email data_source_uuid"],
    "customer_tags": ["customer_uuid", "customer_uuid tag"],
    "customer_attributes": ["customer_uuid", "customer_uuid key"],
    "import_subscriptions": ["customer_uuid", "customer_uuid external_id"],
    "subscriptions": ["customer_uuid", "customer_uuid external_id"],
    "customer_activities": ["customer_uuid", "customer_uuid subscription_external_id"],
    "subscription_events": ["customer_external_id", "external_id"],
}
# Terms with constants that may stand beside those.
BESIDE = {
    "customers": ["status = 'Active'", "name <> 'x'", "country = 'GB'"], "plans": ["interval_unit = 'month'"],
    "invoices": ["currency = 'USD'", "date >= '2023-01-15'", "status = 'paid'"], "line_items": ["type = 'subscription'"],
    "transactions": ["type = 'payment'"], "notes": ["type = 'note'", "text <> 'note 3'"], "tasks": ["due_date > '2026-01-05'"],
    "contacts": ["first_name IS NULL"], "customer_tags": ["tag = 'tag1'"], "customer_attributes": ["key = 'tier'"],
}
HOLDERS = {"line_items": "invoices", "transactions": "invoices", "customer_tags": "customers", "customer_attributes": "customers"}
LISTS = {"customers": "entries", "plans": "plans", "data_sources": "data_sources", "invoices": "invoices", "notes": "entries",
         "tasks": "entries", "opportunities": "entries", "contacts": "entries", "subscription_events": "subscription_events"}
# What the look-up of a row that its list does not show may find all the same, so that the list cannot say no.
FIND_HIDDEN = {("invoices", "uuid"): "invoices", ("line_items", "invoice_uuid"): "invoices", ("transactions", "invoice_uuid"): "invoices",
               ("line_items", "uuid"): "line_items", ("transactions", "uuid"): "transactions"}
# Of the tables that are listed for each customer alone, the lists that a row of them is made from.
PER_CUSTOMER = {"import_subscriptions": ["import_subscriptions"], "subscriptions": ["subscriptions", "import_subscriptions"],
                "customer_activities": ["customer_activities"]}
PER_ACCOUNT = 50  # statements
KINDS = sorted({kind for columns in COLUMNS.values() for kind in columns.values()})


class Mention:
    """A table in FROM, under its alias, asked by terms `column = expression`."""

    def __init__(self, table, alias, terms, beside=None):
        self.table, self.alias, self.terms, self.beside = table, alias, terms, beside

    def condition(self):
        terms = [f"{self.alias}.{column} = {value}" for column, value in self.terms]
        return " AND ".join(terms + ([f"{self.alias}.{self.beside}"] if self.beside else [])) or "1"

    def name(self):
        return f"{{{self.table}}} {self.alias}" if self.table in COLUMNS else f"{self.table} {self.alias}"


class Statement:
    """SQL with {table} for each table of the account, and what it may cost: (mention, FROM clause that drives it), scans."""

    def __init__(self):
        self.sql, self.asked, self.scanned, self.is_free, self.limit = "", [], [], False, None


class Maker:
    """One statement, decided by its random numbers."""

    def __init__(self, dice):
        self.dice, self.count, self.kinds, self.prefixes = dice, 0, {}, []

    def alias(self):
        self.count += 1
        return f"t{self.count}"

    def add(self, table, alias):
        columns = COLUMNS[table] if table in COLUMNS else {kind: kind for kind in KINDS}
        for column, kind in columns.items():
            self.kinds.setdefault(kind, []).append(f"{alias}.{column}")

    def driver(self):
        """The first table: a local one, mostly, or one of the account, whole or a part of it."""
        table = "local" if self.dice.random() < 0.6 else self.dice.choice([name for name in LISTS])
        mention = Mention(table, self.alias(), [])
        if table in BESIDE and self.dice.random() < 0.3:
            mention.beside = self.dice.choice(BESIDE[table])
        self.add(table, mention.alias)
        return mention

    def mention(self):
        """A table that is asked by what stands further left."""
        while True:
            table = self.dice.choice(list(ASKED))
            columns = self.dice.choice(ASKED[table]).split()
            kinds = [COLUMNS[table][column] for column in columns]
            if not all(kind in self.kinds for kind in kinds):
                continue
            values = [self.dice.choice(self.kinds[kind]) for kind in kinds]
            if self.dice.random() < 0.1:
                values[0] = f"({values[0]} || '')"
            beside = self.dice.choice(BESIDE[table]) if table in BESIDE and self.dice.random() < 0.2 else None
            return Mention(table, self.alias(), list(zip(columns, values)), beside)

    def source_of(self, *mentions):
        """What must be read before a subquery on the mentions can be asked: SQLite waits no longer."""
        names = {value.strip("(").split(".")[0] for mention in mentions for _, value in mention.terms}
        names -= {mention.alias for mention in mentions}
        known, source = set(), ""
        for alias, source in self.prefixes:
            known.add(alias)
            if names <= known:
                break
        return source

    def shown(self, mention):
        columns = SHOWN[mention.table].split() if mention.table in SHOWN else ["n"]
        return f"{mention.alias}.{self.dice.choice(columns)}"

    def subquery(self, statement):
        """A subquery that asks one table, or a join of two."""
        kinds = {kind: list(columns) for kind, columns in self.kinds.items()}
        first = self.mention()
        source, where = first.name(), first.condition()
        second = None
        if self.dice.random() < 0.25:
            self.add(first.table, first.alias)
            second = self.mention()
            outer = self.source_of(first, second)
            statement.asked.append((second, f"{outer} CROSS JOIN {source} ON {where}"))
            source += f" CROSS JOIN {second.name()} ON {second.condition()}"
        statement.asked.append((first, self.source_of(first, second) if second else self.source_of(first)))
        self.kinds = kinds
        return first, source, where

    def statement(self):
        made = Statement()
        if self.dice.random() < 0.15:
            return self.in_list(made)
        driver = self.driver()
        made.scanned.append(driver)
        made.is_free = self.dice.random() < 0.15
        source, where = driver.name(), [driver.condition()]
        shown = [self.shown(driver)]
        self.prefixes.append((driver.alias, source))
        joins = self.dice.choice([0, 1, 1, 1, 2, 2, 3])
        for _ in range(joins):
            mention = self.mention()
            made.asked.append((mention, source))
            how = "JOIN" if made.is_free else self.dice.choice(["CROSS JOIN", "LEFT JOIN", "LEFT JOIN"])
            source += f" {how} {mention.name()} ON {mention.condition()}"
            self.add(mention.table, mention.alias)
            self.prefixes.append((mention.alias, source))
            shown.append(self.shown(mention))
        for _ in range(self.dice.choice([0, 0, 1, 1, 2]) if joins else self.dice.choice([1, 2, 2])):
            mention, inner, condition = self.subquery(made)
            how = self.dice.choice(["EXISTS", "NOT EXISTS", "IN", "NOT IN", "scalar", "scalar"])
            if how.endswith("EXISTS"):
                where.append(f"{how} (SELECT 1 FROM {inner} WHERE {condition})")
            elif how == "scalar":
                what = self.dice.choice(["count(*)", f"min({self.shown(mention)})", f"max({self.shown(mention)})"])
                shown.append(f"(SELECT {what} FROM {inner} WHERE {condition})")
            else:
                column, value = mention.terms[0]
                where.append(f"{value} {how} (SELECT {mention.alias}.{column} FROM {inner} WHERE {condition})")
        made.sql = f"SELECT {', '.join(shown)} FROM {source} WHERE {' AND '.join(where)}"
        if self.dice.random() < 0.1:
            made.limit = self.dice.choice([1, 3, 10])
        return made

    def in_list(self, made):
        """A table asked by an IN list of values, or of what another table has; perhaps with another behind it."""
        table = self.dice.choice([name for name in ASKED if name not in PER_CUSTOMER])
        column = self.dice.choice(ASKED[table]).split()[0]
        kind, alias = COLUMNS[table][column], self.alias()
        others = [(other, name) for other in LISTS for name, of in COLUMNS[other].items() if of == kind and other != table]
        mention = Mention(table, alias, [(column, f"l.{kind}")])
        values = f"SELECT {kind} FROM local WHERE n <= {self.dice.choice([3, 20, 1000])}"
        if others and self.dice.random() < 0.3:
            other, name = self.dice.choice(others)
            values = f"SELECT {name} FROM {{{other}}}"
            made.scanned.append(Mention(other, "", []))
            mention.terms = [(column, f"l.{name}")]
        made.asked.append((mention, f"({values}) l"))
        source, shown = mention.name(), [self.shown(mention)]
        condition = f"{alias}.{column} IN ({values})"
        self.add(table, alias)
        if self.dice.random() < 0.4:
            second = self.mention()
            made.asked.append((second, f"{source} ON {condition}".replace(" ON ", " JOIN (SELECT 1) ON ")))
            source += f" LEFT JOIN {second.name()} ON {second.condition()}"
            shown.append(self.shown(second))
        made.sql = f"SELECT {', '.join(shown)} FROM {source} WHERE {condition}"
        return made


class World:
    """An account of random size on the sandbox, and copies of its tables beside it."""

    def __init__(self, library, sandbox):
        self.server = subprocess.Popen([sandbox], stdout=subprocess.PIPE, text=True)
        self.account = Account(self.server.stdout.readline().strip())
        self.library, self.folder, self.db, self.plain = os.path.abspath(library), tempfile.TemporaryDirectory(), None, None

    def end(self):
        self.close()
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()

    def close(self):
        for db in [self.db, self.plain]:
            if db is not None:
                db.close()
        self.db = self.plain = None

    def post(self, path, body):
        return self.account.send("POST", path, body)

    def make(self, dice):
        self.close()
        self.dice = dice
        self.account.send("POST", self.account.root + "/control/seed", {"seed": str(dice.choice([3, 10, 30, 60, 100, 150]))})
        self.account.send("POST", self.account.root + "/control/switches", {"async_delay_ms": 0, "disable_anywhere": True})
        self.per_page = dice.choice([2, 3, 5, 10, 20, 50])
        customers = self.account.pages("/customers", "entries")
        self.second_source(customers)
        self.belongings(customers)
        self.hide(customers)
        self.copy()

    def second_source(self, customers):
        """Some of the external ids once more in another data source, and some e-mail addresses."""
        self.other = self.post("/data_sources", {"name": "Other"})["uuid"]
        for row in self.dice.sample(customers, len(customers) // 4):
            self.post("/customers", {"data_source_uuid": self.other, "external_id": row["external_id"], "name": "Twin",
                                     "email": self.dice.choice([row["email"], None, f"{row['external_id']}@other.example"])})
        for plan in self.account.pages("/plans", "plans")[:2]:
            self.post("/plans", {"data_source_uuid": self.other, "external_id": plan["external_id"], "name": "Twin",
                                 "interval_count": 1, "interval_unit": "month"})

    def belongings(self, customers):
        dice = self.dice
        for kind in ["notes", "tasks", "opportunities", "contacts", "tags", "custom"]:
            few = dice.sample(customers, int(len(customers) * dice.choice([0, 0.1, 0.5, 0.9])))
            for number, row in enumerate(few):
                for again in range(dice.choice([1, 1, 1, 2])):
                    self.belonging(kind, row, number, again)

    def belonging(self, kind, row, number, again):
        uuid = row["uuid"]
        if kind == "notes":
            self.post("/notes", {"customer_uuid": uuid, "type": self.dice.choice(["note", "call"]), "text": f"note {number % 9}"})
        elif kind == "tasks":
            self.post("/tasks", {"customer_uuid": uuid, "assignee": self.dice.choice(["ann@example.com", row["email"]]),
                                 "task_details": f"task {number}", "due_date": f"2026-01-{1 + number % 28:02}"})
        elif kind == "opportunities":
            self.post("/opportunities", {
                "customer_uuid": uuid, "owner": "ann@example.com", "pipeline": f"P{number % 3}", "pipeline_stage": "Discovery",
                "estimated_close_date": "2026-02-01", "currency": "USD", "amount_in_cents": 100, "type": "recurring",
                "forecast_category": "pipeline", "win_likelihood": 3})
        elif kind == "contacts":
            self.post("/contacts", {"customer_uuid": uuid, "data_source_uuid": row["data_source_uuid"],
                                    "email": self.dice.choice([row["email"], f"c{number}{again}@example.com"])})
        elif kind == "tags":
            self.post(f"/customers/{uuid}/attributes/tags", {"tags": [f"tag{number % 4}", f"tag{number % 7}"]})
        else:
            self.post(f"/customers/{uuid}/attributes/custom", {"custom": [
                {"type": "String", "key": self.dice.choice(["tier", "size"]), "value": f"t{number % 5}"}]})

    def hide(self, customers):
        """Customers that are merged or gone, invoices that are disabled: what names them stays in the local table."""
        self.known = {kind: [] for kind in KINDS}
        self.remember()
        invoices = self.account.pages("/invoices", "invoices")
        for row in self.dice.sample(invoices, len(invoices) // 8):
            self.account.send("PATCH", f"/invoices/{row['uuid']}/disabled_state", {"disabled": True})
        for row in self.dice.sample(invoices, len(invoices) // 10):
            self.post(f"/import/customers/{row['customer_uuid']}/invoices", {"invoices": [{
                "external_id": f"{row['external_id']}-b", "date": "2024-05-01", "currency": "USD", "line_items": [
                    {"type": "one_time", "amount_in_cents": 100, "quantity": 1},
                    {"type": "one_time", "amount_in_cents": 200, "quantity": 1}]}]})
        few = self.dice.sample(customers, min(6, len(customers) // 3) // 2 * 2)
        for gone, stays in zip(few[::2], few[1::2]):
            if self.dice.random() < 0.5:
                self.post("/customers/merges", {"from": {"customer_uuid": gone["uuid"]}, "into": {"customer_uuid": stays["uuid"]}})
            else:
                self.account.send("DELETE", f"/customers/{gone['uuid']}")
        self.remember()
        for invoice in self.account.pages("/invoices", "invoices"):
            self.known["line"] += [row["uuid"] for row in invoice["line_items"]]
            self.known["payment"] += [row["uuid"] for row in invoice["transactions"]]

    def remember(self):
        for table, root in LISTS.items():
            for row in self.account.pages(f"/{table}", root):
                for column, kind in COLUMNS[table].items():
                    if row.get(column) is not None:
                        self.known[kind].append(row[column])
        self.known["tag"] += ["tag1", "tag2", "no tag"]
        self.known["key"] += ["tier", "size", "no key"]

    def connect(self):
        """A connection that knows nothing of the account yet."""
        if self.db is not None:
            self.db.close()
        self.db = sqlite3.connect(self.file, isolation_level=None)
        self.db.enable_load_extension(True)
        self.db.execute("SELECT load_extension(?)", [self.library])
        for name, value in [("base_url", self.account.base_url), ("api_key", "test-key"), ("requests_per_second", 0),
                            ("per_page", self.per_page), ("delete_limit", 100000)]:
            self.db.execute("SELECT chartmogul_config(?, ?)", [name, value])

    def copy(self):
        self.file = os.path.join(self.folder.name, f"copy{self.dice.random()}.db")
        self.connect()
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("BEGIN")
        for table in COLUMNS:
            self.db.execute(f"CREATE TABLE {table} AS SELECT * FROM chartmogul_{table}")
        self.local()
        self.db.execute("COMMIT")
        self.plain = sqlite3.connect(self.file, isolation_level=None)
        count = "SELECT count(*) FROM "
        self.pages = {table: self.pages_of(self.plain.execute(count + table).fetchone()[0]) for table in LISTS}
        hidden = len(self.account.pages("/invoices", "invoices", validation_type="all", with_disabled="true"))
        self.pages["invoices"] = self.pages_of(hidden)

    def pages_of(self, rows):
        return max(1, -(-rows // self.per_page))

    def local(self):
        """A table of keys, some of which lead nowhere, some twice, some NULL."""
        self.db.execute(f"CREATE TABLE local(n INTEGER, {', '.join(kind + ' TEXT' for kind in KINDS)})")
        marks = ", ".join("?" for _ in range(len(KINDS) + 1))
        for number in range(self.dice.choice([1, 4, 7, 20, 60, 200])):
            self.db.execute(f"INSERT INTO local VALUES ({marks})", [number, *[self.value(kind, number) for kind in KINDS]])

    def value(self, kind, number):
        chance = self.dice.random()
        if chance < 0.05:
            return None
        if chance < 0.2 and kind == "source":
            return "ds_gone"
        if chance < 0.2 or not self.known[kind]:
            some = self.dice.choice(self.known[kind]) if self.known[kind] else kind
            if kind in ("line", "payment"):  # which a look-up would find though its invoice is hidden
                return f"{some[:-4]}9{number:03}"
            return f"{some[:-3]}{number:03}" if "-" in some else f"{some}-{number}"
        return self.dice.choice(self.known[kind])

    # ---- what a statement may cost --------------------------------------------------------------

    def of_copy(self, text):
        return text.format(**{table: table for table in COLUMNS})

    def number(self, sql):
        return self.plain.execute(self.of_copy(sql)).fetchone()[0]

    def lookups(self, mention, source):
        """How many requests the look-ups take, each key once, and how many keys their list does not show."""
        values = ", ".join(f"{value} AS k{number}" for number, (_, value) in enumerate(mention.terms))
        given = " AND ".join(f"{value} IS NOT NULL" for _, value in mention.terms)
        column = mention.terms[0][0]
        whole = self.pages.get(HOLDERS.get(mention.table, mention.table), 1)
        empty = " OR ".join(f"k{number} = ''" for number in range(len(mention.terms)))  # which no request can carry
        lists = " + ".join(f"(SELECT max(1, (count(*) + {self.per_page - 1}) / {self.per_page}) FROM {{{table}}} x WHERE x.{column} = k0)"
                           for table in PER_CUSTOMER.get(mention.table, [mention.table]))
        pages = f"CASE WHEN {empty} THEN {whole} ELSE {lists} END"
        is_one = mention.table in HOLDERS and column != "invoice_external_id"
        count = self.number(f"SELECT coalesce(sum({1 if is_one else pages}), 0) FROM (SELECT DISTINCT {values} FROM {source}"
                            f" WHERE {given})")
        missing = 0
        for column, value in mention.terms:
            table = FIND_HIDDEN.get((mention.table, column))
            if table is not None:
                missing = self.number(f"SELECT count(DISTINCT {value}) FROM {source} WHERE {value} NOT IN (SELECT uuid FROM {{{table}}})")
        return count, missing

    def has_empty(self, mention, source):
        """Is one of the keys a text that no request can carry? Then the list itself is asked for, once."""
        return self.number(f"SELECT EXISTS (SELECT 1 FROM {source} WHERE '' IN ({', '.join(value for _, value in mention.terms)}))")

    def of_any_order(self, mention):
        """What a mention may cost where SQLite decides what is read first."""
        pages = self.pages.get(HOLDERS.get(mention.table, mention.table), 0)
        for table in PER_CUSTOMER.get(mention.table, []):
            pages += self.number("SELECT (SELECT count(*) FROM {customers}) + (SELECT count(*) FROM local)") + self.pages["customers"]
            pages += self.pages_of(self.number(f"SELECT count(*) FROM {{{table}}}"))
        hidden = any((mention.table, column) in FIND_HIDDEN for column, _ in mention.terms)
        return 3 * pages + 4 + (self.number("SELECT count(*) FROM local") if hidden else 0)

    def most(self, made):
        if made.is_free:
            return sum(map(self.of_any_order, made.scanned)) + sum(self.of_any_order(mention) for mention, _ in made.asked)
        total = sum(self.pages.get(mention.table, 0) for mention in made.scanned)
        for mention, source in made.asked:
            count, missing = self.lookups(mention, source)
            pages = self.pages.get(HOLDERS.get(mention.table, mention.table))
            total += 2 * (count if pages is None else min(count, pages)) + 4 + missing
            if pages is not None and self.has_empty(mention, source):
                total += pages
        return total

    # ---- a statement -------------------------------------------------------------------------------

    def ask(self, db, sql, prefix):
        try:
            return sorted(map(repr, db.execute(sql.format(**{table: prefix + table for table in COLUMNS})).fetchall()))
        except sqlite3.Error as error:
            return [f"{prefix}: {error}"]

    def read(self, made):
        """What is wrong with the statement, in words."""
        self.account.forget_requests()
        limit = f" LIMIT {made.limit}" if made.limit else ""
        shown = self.ask(self.db, made.sql + limit, "chartmogul_")
        sent = [row["target"] for row in self.account.requests()]
        plain = self.ask(self.plain, made.sql, "")
        most = self.most(made)
        self.sent = sent
        wrong = []
        if made.limit:  # which ones nothing says
            is_right = len(shown) == min(made.limit, len(plain)) and not collections.Counter(shown) - collections.Counter(plain)
        else:
            is_right = shown == plain
        if not is_right:
            lacks = [row for row in plain if row not in shown][:2]
            wrong.append(f"{len(shown)} rows, must be {len(plain)}; not in the copy: {[row for row in shown if row not in plain][:2]};"
                         f" not shown: {lacks}")
        if len(sent) > most:
            wrong.append(f"{len(sent)} requests, more than {most}")
        often = sorted({target for target in sent if sent.count(target) > 2})
        if often:
            wrong.append(f"sent {sent.count(often[0])} times: {often[0]} (and {len(often) - 1} others)")
        return wrong


def run(world, options):
    """One statement after the other, on another account now and then. @return how many are wrong"""
    failed = 0
    numbers = range(options.number) if options.only is None else [options.only]
    for number in numbers:
        if number % PER_ACCOUNT == 0 or options.only is not None:
            world.make(random.Random(f"{options.seed} {number // PER_ACCOUNT}"))
        dice = random.Random(f"{options.seed} {number}")
        made = Maker(dice).statement()
        if dice.random() < 0.7:
            world.connect()
        wrong = world.read(made)
        if options.only is not None:
            print("\n".join(world.sent))
        if wrong:
            failed += 1
            print(f"FAILED --seed {options.seed} --only {number}: {'; '.join(wrong)}\n  {made.sql} LIMIT {made.limit}\n  pages of {world.per_page}: {world.pages}")
    print(f"\n{len(numbers) - failed} passed, {failed} failed")
    return failed


at_random.main(World, run)
