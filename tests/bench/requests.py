"""How many requests joins, subqueries and IN lists cost, beside what they may: a job a line.

    requests.py LIBRARY SANDBOX [--customers N] [--per-page N] [--only N,N]

For each mention of a table in FROM that is asked for many rows by equal terms a statement may send 2 x min(look-ups, pages) + 4
requests, beside the scan that drives it; `pages` are those of the list that holds the answers. The sandbox counts. Each
statement runs on a copy of the tables as well, and the rows must be the same. A job that costs more, or shows other rows, is a failure.
"""
import argparse
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

TABLES = "customers plans invoices line_items transactions notes tasks opportunities contacts customer_tags customer_attributes".split()
MEMBERS = {"customers": "entries", "plans": "plans", "invoices": "invoices", "notes": "entries", "tasks": "entries",
           "opportunities": "entries", "contacts": "entries"}
ODD_ROWS = 3  # of a local table: rows that the account has not

# What a job asks for: the table that is asked by equal terms, once for each mention of it, and the list that drives it, if any.
JOBS = [
    (4, "ledger LEFT JOIN customers by external id and source", "ledger", "customers", None,
     "SELECT l.n, c.uuid, c.name FROM ledger l LEFT JOIN {customers} c"
     " ON c.external_id = l.external_id AND c.data_source_uuid = l.source"),
    (4, "the same with NOT EXISTS", "ledger", "customers", None,
     "SELECT l.n FROM ledger l WHERE NOT EXISTS (SELECT 1 FROM {customers} c"
     " WHERE c.external_id = l.external_id AND c.data_source_uuid = l.source)"),
    (4, "the same with IN (SELECT ...)", "ledger", "customers", None,
     "SELECT l.n FROM ledger l WHERE l.external_id IN (SELECT c.external_id FROM {customers} c WHERE c.data_source_uuid = l.source"
     " AND c.external_id = l.external_id)"),
    (4, "the same with a scalar subquery", "ledger", "customers", None,
     "SELECT l.n, (SELECT c.name FROM {customers} c WHERE c.external_id = l.external_id AND c.data_source_uuid = l.source)"
     " FROM ledger l"),
    (5, "NOT EXISTS on invoices by external id and source", "ledger", "invoices", None,
     "SELECT l.n FROM ledger l WHERE NOT EXISTS (SELECT 1 FROM {invoices} i"
     " WHERE i.external_id = l.invoice AND i.data_source_uuid = l.source)"),
    *[(6, f"big LEFT JOIN {table} on customer_uuid", "big", "customers" if table.startswith("customer_") else table, None,
       f"SELECT b.uuid, t.{column} FROM big b LEFT JOIN {{{table}}} t ON t.customer_uuid = b.uuid")
      for table, column in [("notes", "text"), ("tasks", "task_details"), ("opportunities", "pipeline"), ("contacts", "email"),
                            ("customer_tags", "tag"), ("customer_attributes", "value"), ("invoices", "external_id")]],
    (7, "invoices LEFT JOIN line_items on invoice_uuid", "invoices", "invoices", "invoices",
     "SELECT i.uuid, l.uuid FROM {invoices} i LEFT JOIN {line_items} l ON l.invoice_uuid = i.uuid"),
    (8, "customers JOIN customers ON email", "customers", "customers", "customers",
     "SELECT c1.uuid, c2.uuid FROM {customers} c1 CROSS JOIN {customers} c2 ON c1.email = c2.email"),
    (8, "customers LEFT JOIN plans ON external_id", "customers", "plans", "customers",
     "SELECT c.uuid, p.uuid FROM {customers} c LEFT JOIN {plans} p ON p.external_id = c.external_id"),
    (9, "notes WHERE customer_uuid IN (400 values)", "big", "notes", None,
     "SELECT uuid, text FROM {notes} WHERE customer_uuid IN (SELECT uuid FROM big)"),
    (16, "look-ups of customers that are not there", "gone", "customers", None,
     "SELECT g.uuid, c.name FROM gone g LEFT JOIN {customers} c ON c.uuid = g.uuid"),
    (16, "uuid IN (values of which none exists)", "gone", "customers", None,
     "SELECT count(*) FROM {customers} WHERE uuid IN (SELECT uuid FROM gone)"),
    (17, "invoices WHERE NOT EXISTS (transactions)", "invoices", "invoices", "invoices",
     "SELECT i.uuid FROM {invoices} i WHERE NOT EXISTS (SELECT 1 FROM {transactions} t WHERE t.invoice_uuid = i.uuid)"),
    (17, "customers LEFT JOIN customer_attributes AND key", "customers", "customers", "customers",
     "SELECT c.uuid, a.value FROM {customers} c LEFT JOIN {customer_attributes} a ON a.customer_uuid = c.uuid AND a.key = 'tier'"),
]


class Bench:
    def __init__(self, library, sandbox, customers, per_page):
        self.server = subprocess.Popen([sandbox, "--seed", str(customers)], stdout=subprocess.PIPE, text=True)
        self.account = Account(self.server.stdout.readline().strip())
        self.customers, self.per_page = customers, per_page
        self.fill()
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.enable_load_extension(True)
        self.db.execute("SELECT load_extension(?)", [os.path.abspath(library)])
        for name, value in [("base_url", self.account.base_url), ("api_key", "test-key"), ("requests_per_second", 0),
                            ("per_page", per_page)]:
            self.db.execute("SELECT chartmogul_config(?, ?)", [name, value])
        self.copy()

    def end(self):
        self.db.close()
        self.server.terminate()
        self.server.wait()

    def fill(self):
        """What the account has beside customers and invoices: of every third customer among the first, and some twice."""
        customers = self.account.send("GET", "/customers", per_page=200)["entries"][:200]
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
        self.db.execute(f"CREATE TABLE gone AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
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
        print(f"| 14 | a correlated subquery, {rows} times while another SELECT is open | {2 * subqueries * rows} | {count:,} | {most:,} |"
              + (" FAILED: " + "; ".join(wrong) if wrong else ""), flush=True)
        return not wrong

    def again(self):
        """Rows that a filter of SQLite's lets through by twos: what was asked ahead of each second one serves later runs."""
        sql = ("WITH v(x) AS (SELECT value FROM json_each('[1, 2, 3, 4, 5, 6, 7, 8]')) SELECT x, c.uuid, s.uuid FROM v"
               " CROSS JOIN chartmogul_customers c CROSS JOIN chartmogul_import_subscriptions s ON s.customer_uuid = c.uuid"
               " WHERE substr(c.external_id, -1) IN ('1', '2', '5', '6') AND c.external_id < 'cus_000080'")
        self.account.forget_requests()
        rows = self.db.execute(sql).fetchall()
        sent = [row["target"] for row in self.account.requests()]
        most = 2 * len(set(sent))
        wrong = [f"sent more than twice: {target}" for target in set(sent) if sent.count(target) > 2][:1]
        wrong += ["no rows"] if not rows else []
        print(f"| 15 | (VALUES) CROSS JOIN customers CROSS JOIN import_subscriptions, 8 times | {len(set(sent)):,} | {len(sent):,}"
              f" | {most:,} |" + (" FAILED: " + "; ".join(wrong) if wrong else ""), flush=True)
        return not wrong

    def write(self, number, name, before, sql, rows, bound):
        """A statement that writes: its requests beside the writes themselves, which are `rows`."""
        self.account.forget_requests()
        for statement in sql:
            self.db.execute(statement)
        sent = self.account.requests()
        writes = sum(row["method"] != "GET" for row in sent)
        count = len(sent) - writes
        wrong = [f"more than {bound:,}"] if count > bound else []
        wrong += [f"{writes} writes, must be {rows}"] if writes != rows else []
        print(f"| {number} | {name} | {before} | {count:,} + {writes:,} | {bound:,} + {rows:,} |" + (" FAILED: " + "; ".join(wrong) if wrong else ""), flush=True)
        return not wrong

    def writing(self, only):
        """Jobs that write. Each finds the account as the one before has left it."""
        pages = self.pages
        tags = pages("customers")
        self.db.execute("SELECT chartmogul_config('delete_limit', 100000)")
        self.db.execute("CREATE TABLE named AS SELECT data_source_uuid AS source, external_id AS customer, replace(external_id, 'cus_', 'sub_') AS subscription"
                        " FROM customers WHERE status = 'Active' ORDER BY external_id LIMIT 10 OFFSET 50")
        self.db.execute("CREATE TABLE stays AS SELECT data_source_uuid AS source, external_id FROM customers ORDER BY external_id LIMIT -1 OFFSET 7")
        jobs = [
            (11, "cancel 10 subscriptions through import_subscriptions", 412, [
                "UPDATE chartmogul_import_subscriptions AS s SET cancelled_at = '2026-01-01' FROM (SELECT c.uuid, n.subscription FROM named n"
                " JOIN chartmogul_customers c ON c.data_source_uuid = n.source AND c.external_id = n.customer) x"
                " WHERE s.customer_uuid = x.uuid AND s.external_id = x.subscription"], 10, 2 * min(10, pages("customers")) + 10 + 4),
            (11, "the same with uuid IN (...)", 412, [
                "UPDATE chartmogul_import_subscriptions SET cancelled_at = '2026-01-02' WHERE uuid IN (SELECT s.uuid FROM named n"
                " JOIN chartmogul_customers c ON c.data_source_uuid = n.source AND c.external_id = n.customer"
                " JOIN chartmogul_import_subscriptions s ON s.customer_uuid = c.uuid AND s.external_id = n.subscription)"], 10, 2 * min(10, pages("customers")) + 20 + 4),
            (12, "INSERT OR IGNORE of a tag that 9 customers have", 9,
                ["INSERT OR IGNORE INTO chartmogul_customer_tags (customer_uuid, tag) SELECT customer_uuid, tag FROM customer_tags LIMIT 9"], 0, tags + 4),
            (12, "the same of an attribute", 9,
                ["INSERT OR IGNORE INTO chartmogul_customer_attributes (customer_uuid, key, value) SELECT customer_uuid, key, value FROM customer_attributes LIMIT 9"], 0, tags + 4),
            (13, "DELETE of customers whose natural key is NOT IN (SELECT ...)", tags,
                ["DELETE FROM chartmogul_customers WHERE (data_source_uuid, external_id) NOT IN (SELECT source, external_id FROM stays)"], 7, tags),
        ]
        return [self.write(number, name, before, sql, rows, bound) for number, name, before, sql, rows, bound in jobs if not only or number in only]

    def job(self, number, name, outer, table, driver, sql):
        shown, plain, sent = self.run(sql)
        lookups, pages = self.rows[outer], self.pages(table)
        most = 2 * min(lookups, pages) + 4
        count = len(sent) - self.pages(driver)
        twice = [target for target in set(sent) if sent.count(target) > 2]
        wrong = []
        if shown != plain:
            wrong.append(f"{len(shown)} rows, must be {len(plain)}: {[row for row in shown if row not in plain][:3]}")
        if count > most:
            wrong.append(f"more than {most}")
        if twice:
            wrong.append(f"sent more than twice: {twice[0]}")
        print(f"| {number} | {name} | {lookups:,} | {count:,} | {most:,} |" + (" FAILED: " + "; ".join(wrong) if wrong else ""), flush=True)
        return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("sandbox")
    parser.add_argument("--customers", type=int, default=10000)
    parser.add_argument("--per-page", type=int, default=200)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    only = [int(number) for number in options.only.split(",") if number]
    jobs = [job for job in JOBS if not only or job[0] in only]
    bench = Bench(options.library, options.sandbox, options.customers, options.per_page)
    print("| # | job | look-ups | requests | at most |\n|---|---|---|---|---|")
    try:
        passed = sum(bench.job(*job) for job in jobs)
        for number, special in [(14, bench.beside), (15, bench.again)]:
            if not only or number in only:
                passed += special()
                jobs.append(special)
        done = bench.writing(only)
        passed += sum(done)
        jobs += done
    finally:
        bench.end()
    print(f"\n{passed} passed, {len(jobs) - passed} failed")
    sys.exit(0 if passed == len(jobs) else 1)


main()
