"""How many requests joins, subqueries, IN lists and upserts cost, beside what they may: a job a line.

    requests.py LIBRARY SANDBOX [--customers N] [--few N] [--per-page N] [--only N,N] [--document FILE]

For each mention of a table in FROM that is asked for many rows by equal terms a statement may send 2 x min(look-ups, pages) + 4
requests, beside the scan that drives it and the writes themselves; `pages` are those of the list that holds the answers. A COMMIT
knows the number of its rows: pages + 4. The sandbox counts. Each statement that reads runs on a copy of the tables as well, and
the rows must be the same. A job that costs more, or shows other rows, is a failure. Some jobs run on a second account, of `--few`
customers. "before" is what a request for each row costs, on the accounts of the default size.

With --document the table is also written into FILE, between `<!-- generated: requests -->` and `<!-- end -->`.
"""
import argparse
import os
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

TABLES = "customers plans invoices line_items transactions notes tasks opportunities contacts customer_tags customer_attributes".split()
MEMBERS = {"customers": "entries", "plans": "plans", "invoices": "invoices", "notes": "entries", "tasks": "entries",
           "opportunities": "entries", "contacts": "entries"}

# What a job asks for: what it cost before, the table of its look-ups and the one that is asked by equal terms, once for each
# mention of it, and the list that drives it, if any.
JOBS = [
    (4, "3,000 rows of a ledger LEFT JOIN customers by external id and source", "3,000", "ledger", "customers", None,
     "SELECT l.n, c.uuid, c.name FROM ledger l LEFT JOIN {customers} c"
     " ON c.external_id = l.external_id AND c.data_source_uuid = l.source"),
    (4, "the same with NOT EXISTS", "3,000", "ledger", "customers", None,
     "SELECT l.n FROM ledger l WHERE NOT EXISTS (SELECT 1 FROM {customers} c"
     " WHERE c.external_id = l.external_id AND c.data_source_uuid = l.source)"),
    (4, "the same with IN (SELECT …)", "3,000", "ledger", "customers", None,
     "SELECT l.n FROM ledger l WHERE l.external_id IN (SELECT c.external_id FROM {customers} c WHERE c.data_source_uuid = l.source"
     " AND c.external_id = l.external_id)"),
    (4, "the same with a scalar subquery", "3,000", "ledger", "customers", None,
     "SELECT l.n, (SELECT c.name FROM {customers} c WHERE c.external_id = l.external_id AND c.data_source_uuid = l.source)"
     " FROM ledger l"),
    (5, "NOT EXISTS on invoices by external id and source", "3,000", "ledger", "invoices", None,
     "SELECT l.n FROM ledger l WHERE NOT EXISTS (SELECT 1 FROM {invoices} i"
     " WHERE i.external_id = l.invoice AND i.data_source_uuid = l.source)"),
    *[(6, f"400 parents LEFT JOIN {table} on customer_uuid", "400", "big", "customers" if table.startswith("customer_") else table, None,
       f"SELECT b.uuid, t.{column} FROM big b LEFT JOIN {{{table}}} t ON t.customer_uuid = b.uuid")
      for table, column in [("notes", "text"), ("tasks", "task_details"), ("opportunities", "pipeline"), ("contacts", "email"),
                            ("customer_tags", "tag"), ("customer_attributes", "value"), ("invoices", "external_id")]],
    (7, "invoices LEFT JOIN line_items on invoice_uuid", "30,000", "invoices", "invoices", "invoices",
     "SELECT i.uuid, l.uuid FROM {invoices} i LEFT JOIN {line_items} l ON l.invoice_uuid = i.uuid"),
    (8, "customers JOIN customers on email", "402", "customers", "customers", "customers",
     "SELECT c1.uuid, c2.uuid FROM {customers} c1 CROSS JOIN {customers} c2 ON c1.email = c2.email"),
    (8, "customers LEFT JOIN plans on external_id", "402", "customers", "plans", "customers",
     "SELECT c.uuid, p.uuid FROM {customers} c LEFT JOIN {plans} p ON p.external_id = c.external_id"),
    (9, "notes WHERE customer_uuid IN (400 values)", "400", "big", "notes", None,
     "SELECT uuid, text FROM {notes} WHERE customer_uuid IN (SELECT uuid FROM big)"),
    (16, "20,000 look-ups of customers that are not there", "20,000", "gone", "customers", None,
     "SELECT g.uuid, c.name FROM gone g LEFT JOIN {customers} c ON c.uuid = g.uuid"),
    (16, "uuid IN (20,000 values of which none exists)", "20,000", "gone", "customers", None,
     "SELECT count(*) FROM {customers} WHERE uuid IN (SELECT uuid FROM gone)"),
    (17, "invoices WHERE NOT EXISTS (transactions)", "30,000", "invoices", "invoices", "invoices",
     "SELECT i.uuid FROM {invoices} i WHERE NOT EXISTS (SELECT 1 FROM {transactions} t WHERE t.invoice_uuid = i.uuid)"),
    (17, "customers LEFT JOIN customer_attributes AND key = 'tier'", "10,000", "customers", "customers", "customers",
     "SELECT c.uuid, a.value FROM {customers} c LEFT JOIN {customer_attributes} a ON a.customer_uuid = c.uuid AND a.key = 'tier'"),
]
OF_THE_SECOND = {8, 10, 11}  # jobs on the account of few customers

# What reading the whole list by status costs beside its pages: the sources, a page begun for each of seven, the number of rows.
SPLIT = 9


class Bench:
    def __init__(self, library, sandbox, customers, per_page):
        self.server = subprocess.Popen([sandbox, "--seed", str(customers)], stdout=subprocess.PIPE, text=True)
        self.account = Account(self.server.stdout.readline().strip())
        self.customers, self.per_page, self.table, self.failed = customers, per_page, [], 0
        self.fill()
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.enable_load_extension(True)
        self.db.execute("SELECT load_extension(?)", [os.path.abspath(library)])
        for name, value in [("base_url", self.account.base_url), ("api_key", "test-key"), ("requests_per_second", 0),
                            ("per_page", per_page), ("delete_limit", 100000)]:
            self.db.execute("SELECT chartmogul_config(?, ?)", [name, value])
        self.copy()

    def end(self):
        self.db.close()
        self.server.terminate()
        self.server.wait()

    def fill(self):
        """Three invoices to a customer; what else the account has is of every third one among the first, notes of more."""
        everybody = self.account.pages("/customers", "entries")
        self.fill_invoices(everybody)
        for number, row in enumerate(everybody[200:200 + self.customers * 3 // 10]):
            self.account.send("POST", "/notes", {"customer_uuid": row["uuid"], "type": "note", "text": f"further note {number}"})
        customers = everybody[:200]
        for number, row in enumerate(customers):
            uuid = row["uuid"]
            if number % 3:
                continue
            for _ in range(1 + number % 2):
                self.account.send("POST", "/notes", {"customer_uuid": uuid, "type": "note", "text": f"note {number}"})
            self.account.send("POST", "/tasks", {"customer_uuid": uuid, "assignee": "ann@example.com", "task_details": f"task {number}",
                                                 "due_date": "2026-01-01"})
            self.account.send("POST", "/opportunities", {
                "customer_uuid": uuid, "owner": "ann@example.com", "pipeline": "New", "pipeline_stage": "Discovery",
                "estimated_close_date": "2026-02-01", "currency": "USD", "amount_in_cents": 100, "type": "recurring",
                "forecast_category": "pipeline", "win_likelihood": 3})
            self.account.send("POST", "/contacts", {"customer_uuid": uuid, "data_source_uuid": row["data_source_uuid"],
                                                    "email": f"c{number}@example.com"})
            self.account.send("POST", f"/customers/{uuid}/attributes/tags", {"tags": [f"tag{number % 7}"]})
            self.account.send("POST", f"/customers/{uuid}/attributes/custom", {"custom": [
                {"type": "String", "key": "tier", "value": f"t{number % 5}"}]})

    def fill_invoices(self, customers):
        """A thousand customers to an import."""
        more = 3 * self.customers - len(self.account.pages("/invoices", "invoices"))
        of_each = [[] for _ in customers]
        for number in range(more):
            row = customers[number % len(customers)]
            of_each[number % len(customers)].append({
                "customer_external_id": row["external_id"], "external_id": f"more_{number:06}", "date": "2025-03-01", "currency": "USD",
                "line_items": [{"type": "one_time", "amount_in_cents": 100, "quantity": 1}]})
        for start in range(0, len(customers), 1000):
            invoices = [one for some in of_each[start:start + 1000] for one in some]
            self.account.send("POST", f"/data_sources/{customers[0]['data_source_uuid']}/json_imports",
                              {"external_id": f"import {start}", "invoices": invoices})

    def copy(self):
        """A copy of the tables, and the local tables that joins begin with."""
        for table in TABLES:
            self.db.execute(f"CREATE TABLE {table} AS SELECT * FROM chartmogul_{table}")
            columns = [row[1] for row in self.db.execute(f"PRAGMA table_info({table})") if row[1].endswith(("uuid", "id", "email"))]
            for column in columns:
                self.db.execute(f"CREATE INDEX {table}_{column} ON {table}({column})")
        source = self.db.execute("SELECT data_source_uuid FROM customers").fetchone()[0]
        self.db.execute("UPDATE invoices SET data_source_uuid = ?", [source])
        rows = self.customers * 3 // 10
        self.db.execute(f"CREATE TABLE ledger AS SELECT row_number() OVER () AS n, external_id, data_source_uuid AS source,"
                        f" replace(external_id, 'cus_', 'inv_') AS invoice FROM customers ORDER BY external_id LIMIT {rows}")
        self.db.execute(f"INSERT INTO ledger SELECT {rows} + value, 'nobody' || value, ?, 'nothing' || value"
                        f" FROM json_each('[1, 2, 3]')", [source])
        self.db.execute("CREATE TABLE big AS SELECT uuid FROM customers ORDER BY external_id LIMIT 397")
        self.db.execute("INSERT INTO big VALUES ('cus_gone_1'), ('cus_gone_2'), ('cus_gone_3')")
        self.db.execute(f"CREATE TABLE gone AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {2 * self.customers})"
                        f" SELECT printf('cus_00000000-0000-0000-0000-%012d', i) AS uuid FROM n")
        self.rows = {name: self.db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in [*TABLES, "ledger", "big", "gone"]}

    def pages(self, table):
        return 0 if table is None else max(1, -(-self.rows[table] // self.per_page))

    def run(self, sql):
        """The rows on the account, on the copy, and the requests that were sent."""
        names = {table: f"chartmogul_{table}" for table in TABLES}
        self.account.forget_requests()
        shown = sorted(map(repr, self.db.execute(sql.format(**names)).fetchall()))
        sent = [row["target"] for row in self.account.requests()]
        plain = sorted(map(repr, self.db.execute(sql.format(**{table: table for table in TABLES})).fetchall()))
        return shown, plain, sent

    # ---- jobs ----------------------------------------------------------------------------------

    def line(self, number, name, before, measured, most, wrong):
        """A line of the table; what is wrong with the job stands behind it on the screen, in words."""
        text = f"| {number} | {name} | {before} | {measured} | {most} |"
        print(text + (" FAILED: " + "; ".join(wrong) if wrong else ""), flush=True)
        self.table.append((number, text + (" **missed**" if wrong else "")))
        self.failed += bool(wrong)

    def job(self, number, name, before, outer, table, driver, sql):
        shown, plain, sent = self.run(sql)
        most = 2 * min(self.rows[outer], self.pages(table)) + 4
        count = len(sent) - self.pages(driver)
        twice = [target for target in set(sent) if sent.count(target) > 2]
        wrong = []
        if shown != plain:
            wrong.append(f"{len(shown)} rows, must be {len(plain)}: {[row for row in shown if row not in plain][:3]}")
        if count > most:
            wrong.append(f"more than {most}")
        if twice:
            wrong.append(f"sent more than twice: {twice[0]}")
        self.line(number, name, before, f"{count:,}", f"{most:,}", wrong)

    def one_more_condition(self):
        """A join by the key and by something more, from one row: not a request for each customer."""
        sql = ("SELECT i.uuid, c.name FROM {invoices} i JOIN {customers} c ON c.uuid = i.customer_uuid"
               " AND c.data_source_uuid = i.data_source_uuid WHERE i.external_id = 'inv_000007'")
        shown, plain, sent = self.run(sql)
        wrong = (["other rows"] if shown != plain or not plain else [])
        first = self.pages("customers") if sent[0].startswith("/customers?per_page") else 0  # where SQLite reads them first
        wrong += ["more than 4"] if len(sent) - first > 4 or len(sent) > self.pages("customers") + 4 else []
        self.line(10, "invoices JOIN customers by uuid and source, WHERE external_id = ?", "402",
                  f"{len(sent) - first:,}" + (f" + list of {first}" if first else ""), "4", wrong)

    def beside(self):
        """A statement with subqueries that ask the same for each row, alone and for some rows of another one that is open."""
        outer, rows, subqueries = "SELECT uuid FROM chartmogul_customers", 3, 30
        inner = ("SELECT b.uuid, (SELECT count(*) FROM chartmogul_plans p WHERE p.external_id = iif(b.uuid > '', 'team', b.uuid)),"
                 " (SELECT c.name FROM chartmogul_customers c WHERE c.uuid = first) FROM big b, (SELECT min(uuid) AS first FROM big)"
                 f" LIMIT {subqueries}")
        self.account.forget_requests()
        alone = self.db.execute(inner).fetchall()
        most = rows * len(self.account.requests()) + self.pages("customers")
        self.account.forget_requests()
        shown = [self.db.execute(inner).fetchall() for _ in zip(range(rows), self.db.execute(outer))]
        count = len(self.account.requests())
        wrong = (["other rows than alone"] if shown != [alone] * rows else []) + ([f"more than {most}"] if count > most else [])
        self.line(14, f"a correlated subquery of {subqueries} rows, {rows} times while another SELECT is open",
                  f"{2 * subqueries * rows}", f"{count:,}", f"{most:,}", wrong)

    def again(self):
        """Rows that a filter of SQLite's lets through by twos: what was asked ahead of each second one serves later runs."""
        times = 50
        sql = (f"WITH RECURSIVE v(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM v WHERE x < {times}) SELECT x, c.uuid, s.uuid FROM v"
               " CROSS JOIN chartmogul_customers c CROSS JOIN chartmogul_import_subscriptions s ON s.customer_uuid = c.uuid"
               " WHERE substr(c.external_id, -1) IN ('1', '2', '5', '6') AND c.external_id < 'cus_000080'")
        self.account.forget_requests()
        rows = self.db.execute(sql).fetchall()
        sent = [row["target"] for row in self.account.requests()]
        most = 2 * len(set(sent))
        wrong = [f"sent more than twice: {target}" for target in set(sent) if sent.count(target) > 2][:1]
        wrong += ["no rows"] if not rows else []
        self.line(15, f"(VALUES ×{times}) CROSS JOIN customers CROSS JOIN import_subscriptions, each GET at most twice",
                  "350 of 105", f"{len(sent):,} of {len(set(sent)):,}", f"{most:,}", wrong)

    # ---- jobs that write -----------------------------------------------------------------------

    def write(self, number, name, before, sql, writes, most):
        """Statements that write: their requests beside the writes themselves, which are `writes`."""
        self.account.forget_requests()
        for statement in sql:
            self.db.execute(statement)
        sent = self.account.requests()
        written = sum(row["method"] != "GET" for row in sent)
        count = len(sent) - written
        wrong = [f"more than {most:,}"] if count > most else []
        wrong += [f"{written} writes, must be {writes}"] if written != writes else []
        self.line(number, name, before, f"{count:,} + {written:,} writes", f"{most:,} + {writes:,} writes", wrong)

    def upserts(self):
        pages, size = self.pages, f"{self.customers:,}"
        columns = "data_source_uuid, external_id, name, company, city"
        self.db.execute(f"CREATE TABLE nightly AS SELECT {columns} FROM customers")
        for mode, most in [("autocommit", 2 * pages("customers") + 4), ("COMMIT", pages("customers") + 4)]:
            self.db.execute("UPDATE nightly SET city = ? WHERE external_id IN (SELECT external_id FROM nightly ORDER BY 1 LIMIT 10 OFFSET 30)",
                            [f"Moved for {mode}"])
            insert = f"INSERT OR REPLACE INTO chartmogul_customers ({columns}) SELECT {columns} FROM nightly"
            self.write(1, f"INSERT OR REPLACE of {size} customers of which 10 differ, {mode}", "10,010",
                       [insert] if mode == "autocommit" else ["BEGIN", insert, "COMMIT"], 10, most)
        self.db.execute("CREATE TABLE incoming AS SELECT customer_uuid, data_source_uuid, external_id, date, currency,"
                        f" json_array(json_object('type', 'one_time', 'amount_in_cents', 100)) AS line_items FROM invoices LIMIT {self.customers}")
        insert = "INSERT OR IGNORE INTO chartmogul_invoices ({0}) SELECT {0} FROM incoming".format(
            "customer_uuid, data_source_uuid, external_id, date, currency, line_items")
        most = 2 * pages("invoices") + 4
        self.write(2, f"INSERT OR IGNORE of {size} invoices that exist", "10,000", [insert], 0, most)
        self.db.execute("UPDATE incoming SET external_id = 'new ' || external_id"
                        " WHERE external_id IN (SELECT external_id FROM incoming ORDER BY 1 LIMIT 10)")
        self.write(2, "the same where 10 are new", "10,000", [insert], 10, most)

    def names(self):
        """New invoices, each of another customer, and their lines, all by names of the billing system."""
        self.db.execute("CREATE TABLE billed AS SELECT data_source_uuid AS source, external_id AS customer, 'billed ' || external_id AS invoice,"
                        " CASE n % 4 WHEN 0 THEN 'starter' WHEN 1 THEN 'team' WHEN 2 THEN 'business' ELSE 'business-year' END AS plan"
                        " FROM (SELECT *, row_number() OVER () AS n FROM customers)")
        most = 2 * self.pages("customers") + 4 + 2 * self.pages("plans") + 4
        self.write(3, f"{self.customers:,} new invoices that name customers and plans by external id", "10,000", [
            "BEGIN",
            "INSERT INTO chartmogul_invoices (data_source_uuid, customer_external_id, external_id, date, currency)"
            " SELECT source, customer, invoice, '2025-06-01', 'USD' FROM billed",
            "INSERT INTO chartmogul_line_items (data_source_uuid, invoice_external_id, type, plan_external_id, subscription_external_id,"
            " service_period_start, service_period_end, amount_in_cents, quantity) SELECT source, invoice, 'subscription', plan,"
            " 'of ' || invoice, '2025-06-01', '2025-07-01', 1000, 1 FROM billed",
            "COMMIT"], self.customers, most)

    def cancellations(self):
        self.db.execute("CREATE TABLE named AS SELECT data_source_uuid, external_id, replace(external_id, 'cus_', 'sub_') AS subscription"
                        " FROM customers WHERE status = 'Active' ORDER BY external_id LIMIT 10 OFFSET 50")
        most = 2 * min(10, self.pages("customers")) + 4
        dates = iter(f"2026-01-{day:02}" for day in range(1, 32))
        self.write(11, "10 cancellations through import_subscriptions, joined to customers by natural key", "412", [
            f"UPDATE chartmogul_import_subscriptions AS s SET cancelled_at = '{next(dates)}' FROM (SELECT c.uuid, n.subscription FROM named n"
            " JOIN chartmogul_customers c ON c.data_source_uuid = n.data_source_uuid AND c.external_id = n.external_id) x"
            " WHERE s.customer_uuid = x.uuid AND s.external_id = x.subscription"], 10, most + 10)
        for table in ["import_subscriptions", "subscriptions"]:
            self.write(11, f"10 cancellations through {table}, uuid IN (SELECT … NATURAL JOIN …)", "412", [
                f"UPDATE chartmogul_{table} SET cancelled_at = '{next(dates)}' WHERE uuid IN (SELECT s.uuid FROM"
                " (SELECT c.uuid AS customer_uuid, subscription FROM named NATURAL JOIN chartmogul_customers c)"
                f" NATURAL JOIN chartmogul_{table} s WHERE s.external_id = subscription)"], 10, most + 20)

    def sets(self):
        """Each finds the account as the one before has left it."""
        for what, columns in [("tag", "customer_uuid, tag"), ("attribute", "customer_uuid, key, value")]:
            table = "customer_tags" if what == "tag" else "customer_attributes"
            insert = f"INSERT OR IGNORE INTO chartmogul_{table} ({columns}) SELECT {columns} FROM {table} LIMIT 9"
            self.write(12, f"INSERT OR IGNORE of {'a' if what == 'tag' else 'an'} {what} that 9 customers have", "9 writes", [insert], 0,
                       self.pages("customers") + 4)
        self.db.execute("CREATE TABLE stays AS SELECT data_source_uuid AS source, external_id FROM customers ORDER BY external_id LIMIT -1 OFFSET 7")
        self.write(13, "DELETE … WHERE (source, external_id) NOT IN (SELECT …), 7 go", "list + 7 writes", [
            "DELETE FROM chartmogul_customers WHERE (data_source_uuid, external_id) NOT IN (SELECT source, external_id FROM stays)"],
            7, self.pages("customers") + SPLIT)


def work(bench, only):
    """All jobs of these numbers, in the order in which each finds the account as it needs it."""
    for job in JOBS:
        if job[0] in only:
            bench.job(*job)
    for numbers, jobs in [({10}, bench.one_more_condition), ({14}, bench.beside), ({15}, bench.again), ({1, 2}, bench.upserts),
                          ({3}, bench.names), ({11}, bench.cancellations), ({12, 13}, bench.sets)]:
        if numbers & only:
            jobs()


def write_table(document, table):
    with open(document, encoding="utf-8") as file:
        old = file.read()
    new, count = re.subn("(<!-- generated: requests -->\n).*?(<!-- end -->)", lambda m: m[1] + table + "\n" + m[2], old, flags=re.S)
    if count != 1:
        sys.exit(f"{document}: there is no place for the table, <!-- generated: requests --> and <!-- end -->")
    with open(document, "w", encoding="utf-8") as file:
        file.write(new)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("sandbox")
    parser.add_argument("--customers", type=int, default=10000)
    parser.add_argument("--few", type=int, default=400)
    parser.add_argument("--per-page", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--document", default="")
    options = parser.parse_args()
    only = {int(number) for number in options.only.split(",") if number} or set(range(1, 18))
    header = "| # | job | before | measured | at most |\n|---|---|---|---|---|"
    print(header)
    lines, failed = [], 0
    seconds = set() if options.few == options.customers else OF_THE_SECOND
    for customers, numbers in [(options.customers, only - seconds), (options.few, only & seconds)]:
        if not numbers:
            continue
        bench = Bench(options.library, options.sandbox, customers, options.per_page)
        try:
            work(bench, numbers)
        finally:
            bench.end()
        lines += bench.table
        failed += bench.failed
    if options.document:
        write_table(options.document, header + "\n" + "\n".join(text for _, text in sorted(lines, key=lambda line: line[0])))
    print(f"\n{len(lines) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
