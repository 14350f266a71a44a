"""Measures the extension against plain libcurl and the official Node client, on the sandbox.

    bench.py LIBRARY SANDBOX RAW STEP [--runs N] [--only 1,4,9] [--node DIRECTORY] [--document FILE]

Each line of work is run several times in alternation with what it is measured against; printed are the median, the least and the
greatest ratio beside the target, which the median of times has to hold, and each count. Every process is timed as a whole, so what a
ratio holds is what a user waits for.
With --document the table is also written into FILE, between `<!-- generated: bench -->` and `<!-- end -->`.
"""
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

KEY = "test-key"
LATENCY_MS = 50
CONCURRENCY = 8
PER_SECOND = 40


class Sandbox:
    """The stand-in for the API, with an account of `customers`."""

    def __init__(self, program, customers, *options):
        command = [program, "--seed", str(customers), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base_url = self.process.stdout.readline().strip()
        self.root = self.base_url.removesuffix("/v1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def control(self, method, path, value=None):
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.root + "/control" + path, body, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read().decode()
        return json.loads(text) if text else None

    def forget(self):
        self.control("DELETE", "/requests")

    def requests(self):
        return self.control("GET", "/requests")


class Done:
    """How a finished process did."""

    def __init__(self, output, wall_s, cpu_s):
        self.output, self.wall_s, self.cpu_s = output, wall_s, cpu_s


def run(command, text="", environment=None):
    started = time.monotonic()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
        given.write(text.encode())
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=taken, stderr=subprocess.STDOUT, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - started
        taken.seek(0)
        output = taken.read().decode()
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed: {output}")
    return Done(output, wall_s, usage.ru_utime + usage.ru_stime)


class Bench:
    def __init__(self, library, sandbox, raw, step, runs, node):
        self.library = os.path.splitext(os.path.abspath(library))[0]
        self.sandbox, self.raw, self.step, self.runs, self.node = sandbox, raw, step, runs, node

    def sql(self, server, sql, **settings):
        settings = {"requests_per_second": 0, "concurrency": CONCURRENCY, **settings}
        environment = dict(os.environ, CHARTMOGUL_BASE_URL=server.base_url, CHARTMOGUL_API_KEY=KEY)
        environment.update({"CHARTMOGUL_" + name.upper(): str(value) for name, value in settings.items()})
        return run([self.step, self.library], sql, environment)

    def peak_mib(self, server, sql):
        """The most memory that a process which does nothing else ever has."""
        words = self.sql(server, sql).output.split()
        return int(words[words.index("peak_kib") + 1]) / 1024

    def count_rows(self, server, table):
        """How many rows a table has, by the pages of its one chain."""
        server.control("POST", "/switches", {"latency_ms": 0})
        server.forget()
        self.sql(server, f"SELECT * FROM {table};", concurrency=1)
        server.control("POST", "/switches", {"latency_ms": FAR_MS})
        return 200 * len(server.requests())

    def urls(self, server, sql):
        """The URLs that a statement asks for, in a file."""
        server.forget()
        self.sql(server, sql)
        file = tempfile.NamedTemporaryFile("w", suffix=".urls", delete=False)
        for request in server.requests():
            file.write(server.base_url + request["target"] + "\n")
        file.close()
        return file.name

    def alternate(self, ours, theirs):
        """Ratios of ours() to theirs(), pair by pair after one pair that does not count."""
        ours(), theirs()
        return [ours() / theirs() for _ in range(self.runs)]

    def against(self, ours, ideal):
        ours()
        return [ours() / ideal for _ in range(self.runs)]

    def count(self, server, sql, **settings):
        server.forget()
        self.sql(server, sql, **settings)
        return len(server.requests())


ALL_CUSTOMERS = "SELECT * FROM chartmogul_customers;"

# Two lists of the API describe a customer's subscriptions. These are the columns of the current one; `*` would ask for those of the
# import list too (import_uuid, plan_uuid, ...), and that is a second request for each customer.
SUBSCRIPTION = "customer_uuid, uuid, id, external_id, plan, quantity, mrr, arr, status, billing_cycle, start_date, end_date, currency"
ALL_SUBSCRIPTIONS = f"SELECT {SUBSCRIPTION} FROM chartmogul_subscriptions;"
JOIN = "SELECT c.name, s.plan FROM chartmogul_customers c JOIN chartmogul_subscriptions s ON s.customer_uuid = c.uuid{};"
IN_ALL = f"SELECT {SUBSCRIPTION} FROM chartmogul_subscriptions WHERE customer_uuid IN (SELECT uuid FROM chartmogul_customers);"


def latency(server_program, customers, *options):
    return Sandbox(server_program, customers, "--latency-ms", str(LATENCY_MS), *options)


def line_1(bench):
    with latency(bench.sandbox, 20000) as server:
        urls = bench.urls(server, ALL_CUSTOMERS)
        return bench.alternate(lambda: bench.sql(server, ALL_CUSTOMERS).wall_s,
                               lambda: run([bench.raw, urls, KEY]).wall_s)


def node_ms(bench, server, job):
    environment = dict(os.environ, NODE_PATH=os.path.join(bench.node, "node_modules"))
    done = run(["node", "tests/bench/node_client.js", server.base_url, KEY, job], environment=environment)
    return float(done.output.split()[1])


def line_2(bench):
    if not bench.node:
        return None
    with latency(bench.sandbox, 20000) as server:
        return bench.alternate(lambda: bench.sql(server, ALL_CUSTOMERS).wall_s * 1000,
                               lambda: node_ms(bench, server, "customers"))


FIRST_ROW = """
import sqlite3, sys, time
db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
start = time.monotonic()
db.execute("SELECT * FROM chartmogul_customers").fetchone()
print((time.monotonic() - start) * 1000)
"""


def line_3(bench):
    python = next((p for p in ("/usr/bin/python3", "python3") if can_load(p)), None)
    if python is None:
        return None
    with latency(bench.sandbox, 20000) as server:
        urls = bench.urls(server, ALL_CUSTOMERS)
        environment = dict(os.environ, CHARTMOGUL_BASE_URL=server.base_url, CHARTMOGUL_API_KEY=KEY)
        return bench.alternate(
            lambda: float(run([python, "-c", FIRST_ROW, bench.library], environment=environment).output),
            lambda: float(run([bench.raw, urls, KEY]).output.split()[0]))


def can_load(python):
    test = "import sqlite3; sqlite3.connect(':memory:').enable_load_extension(True)"
    return subprocess.run([python, "-c", test], capture_output=True).returncode == 0


def fan_out(bench, sql):
    with latency(bench.sandbox, 1000) as server:
        ideal = 1000 * LATENCY_MS / 1000 / CONCURRENCY
        return bench.against(lambda: bench.sql(server, sql).wall_s, ideal)


def line_4(bench):
    return fan_out(bench, ALL_SUBSCRIPTIONS)


def line_5(bench):
    return fan_out(bench, JOIN.format(""))


def line_6(bench):
    return fan_out(bench, IN_ALL)


def line_7(bench):
    ratios = []
    enforced = ("--rate-limit", str(PER_SECOND), "--max-connections", "20")
    with latency(bench.sandbox, 1000, *enforced) as server:
        for sql in (ALL_SUBSCRIPTIONS, JOIN.format(""), IN_ALL):
            server.forget()
            wall_s = bench.sql(server, sql, requests_per_second=PER_SECOND).wall_s
            requests = server.requests()
            refused = [r for r in requests if r["status"] in (429, 503)]
            if refused:
                sys.exit(f"line 7: {len(refused)} requests were refused as too many")
            ratios.append(wall_s / (len(requests) / PER_SECOND))
    return ratios


def line_8(bench):
    if not bench.node:
        return None
    with latency(bench.sandbox, 1000) as server:
        return [node_ms(bench, server, "subscriptions") / (bench.sql(server, ALL_SUBSCRIPTIONS).wall_s * 1000)]


def line_9(bench):
    with latency(bench.sandbox, 1000) as server:
        lists = bench.count(server, ALL_CUSTOMERS)
        return [bench.count(server, JOIN.format(" WHERE c.name LIKE '%11'")) - lists]


def insert_customers(server, count, in_transaction):
    rows = [f"('ds_none', 'bench-{i}', 'Bench {i}')" for i in range(count)]
    source = "(SELECT uuid FROM chartmogul_data_sources LIMIT 1)"
    if in_transaction:
        head = "INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) VALUES "
        each = "".join(f"{head}((SELECT uuid FROM temp.source), 'bench-{i}', 'Bench {i}');\n" for i in range(count))
        return f"CREATE TEMP TABLE source AS SELECT {source} AS uuid;\nBEGIN;\n{each}COMMIT;"
    return (f"CREATE TEMP TABLE source AS SELECT {source} AS uuid;\n"
            "INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) "
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
            "SELECT (SELECT uuid FROM temp.source), 'bench-' || i, 'Bench ' || i FROM n;")


def line_10(bench):
    ratios = []
    for in_transaction in (False, True):
        for _ in range(2):
            with latency(bench.sandbox, 10) as server:
                wall_s = bench.sql(server, insert_customers(server, 1000, in_transaction)).wall_s
            ratios.append(wall_s / (1000 * LATENCY_MS / 1000 / CONCURRENCY))
    return ratios


def line_11(bench):
    with latency(bench.sandbox, 20000) as server:
        urls = bench.urls(server, ALL_CUSTOMERS)
        return bench.alternate(lambda: bench.sql(server, ALL_CUSTOMERS).cpu_s,
                               lambda: run([bench.raw, urls, KEY, "--parse"]).cpu_s)


def line_12(bench):
    """A list that is read in several chains remembers the keys of its rows."""
    peaks, sizes = [], (2000, 200000)
    for customers in sizes:
        with Sandbox(bench.sandbox, customers) as server:
            peaks.append(bench.peak_mib(server, ALL_CUSTOMERS))
    return [peaks[1] - peaks[0] - 24 * (sizes[1] - sizes[0]) / 1024 / 1024]


def line_13(bench):
    # count(name), not count(*): SQLite leaves out a column that nobody uses, and the look-ups with it
    look_up = "SELECT count(name) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) " \
              "SELECT (SELECT name FROM chartmogul_customers WHERE uuid = '{0}' AND n.i > 0) AS name FROM n);"
    with Sandbox(bench.sandbox, 1000) as server:
        server.forget()
        with urllib.request.urlopen(urllib.request.Request(
                server.base_url + "/customers?per_page=1",
                headers={"Authorization": "Basic dGVzdC1rZXk6"})) as answer:
            uuid = json.load(answer)["entries"][0]["uuid"]
        return [bench.count(server, "SELECT * FROM chartmogul_customers LIMIT 10;"),
                bench.count(server, f"SELECT * FROM chartmogul_customers WHERE uuid = '{uuid}';"),
                bench.count(server, look_up.format(uuid))]


def import_invoices(bench, server):
    """Give each of the customers four more invoices."""
    bench.sql(server, """
        CREATE TEMP TABLE c AS SELECT uuid, row_number() OVER () AS n FROM chartmogul_customers;
        BEGIN;
        INSERT INTO chartmogul_invoices (customer_uuid, external_id, date, currency, line_items)
        SELECT uuid, 'bench-' || n || '-' || value, '2025-01-0' || value, 'USD',
               json_array(json_object('type', 'one_time', 'amount_in_cents', 100))
        FROM c, json_each('[1,2,3,4]');
        COMMIT;""")


def line_14(bench):
    join = "SELECT i.uuid, c.name FROM chartmogul_invoices i JOIN chartmogul_customers c ON c.uuid = i.customer_uuid;"
    self_join = "SELECT a.name, b.name FROM chartmogul_customers a JOIN chartmogul_customers b ON b.uuid = a.uuid;"
    with Sandbox(bench.sandbox, 1000) as server:
        import_invoices(bench, server)
        customers = bench.count(server, ALL_CUSTOMERS)
        invoices = bench.count(server, "SELECT uuid FROM chartmogul_invoices;")
        return [bench.count(server, join) - customers - invoices, bench.count(server, self_join) - customers]


def line_15(bench):
    """What comes after parsing is what a scan costs beyond one that reads no column of the same rows."""
    with Sandbox(bench.sandbox, 10000) as server:
        def cpu_s(columns):
            return bench.sql(server, f"SELECT {columns} FROM chartmogul_customers;").cpu_s
        parsing_s = statistics.median([cpu_s("1") for _ in range(max(bench.runs, 5))])
        return bench.alternate(lambda: cpu_s("uuid, name") - parsing_s, lambda: cpu_s("*") - parsing_s)


def line_16(bench):
    """A journal makes every write durable before it leaves, and its outcome before what depends on it."""
    def wall_s(journal):
        with latency(bench.sandbox, 10) as server, tempfile.TemporaryDirectory() as folder:
            settings = {"journal": os.path.join(folder, "journal.db")} if journal else {}
            return bench.sql(server, insert_customers(server, 1000, True), **settings).wall_s
    return bench.alternate(lambda: wall_s(True), lambda: wall_s(False))


SLOW_EVERY = 40
SLOW_S = 1


def with_a_tail(bench, sql):
    """One answer in forty takes a second: what `concurrency` connections can do in the meantime is the ideal."""
    with latency(bench.sandbox, 1000) as server:
        server.control("POST", "/switches", {"slow_every": SLOW_EVERY})
        requests = bench.count(server, sql)
        slow = requests // SLOW_EVERY
        ideal = ((requests - slow) * LATENCY_MS / 1000 + slow * SLOW_S) / CONCURRENCY
        return bench.against(lambda: bench.sql(server, sql).wall_s, ideal)


def line_17(bench):
    return with_a_tail(bench, ALL_SUBSCRIPTIONS)


def line_18(bench):
    return with_a_tail(bench, JOIN.format(""))


FAR_MS = 200


def far(bench, customers):
    """As far away as the API is; the limiter is off, because 8 at once would be its 40 a second."""
    return Sandbox(bench.sandbox, customers, "--latency-ms", str(FAR_MS))


def line_19(bench):
    with far(bench, 110000) as server:
        rows = bench.count_rows(server, "chartmogul_activities")
        ideal = rows / 200 * FAR_MS / 1000 / CONCURRENCY
        return bench.against(lambda: bench.sql(server, "SELECT * FROM chartmogul_activities;").wall_s, ideal)


def line_20(bench):
    with far(bench, 40000) as server:
        server.forget()
        bench.sql(server, ALL_CUSTOMERS)
        parts = [request["target"].split("&")[0] for request in server.requests()]
        ideal = max(parts.count(part) for part in parts) * FAR_MS / 1000
        return bench.against(lambda: bench.sql(server, ALL_CUSTOMERS).wall_s, ideal)


# Of times the median has to hold the target. Where a line counts, or measures different works, each value has to.
LINES = [
    (1, line_1, "scan of 20,000 customers, 100 pages / raw", "≤", 1.05),
    (2, line_2, "the same / node", "≤", 1.00),
    (3, line_3, "its first row / one raw request", "≤", 1.05),
    (4, line_4, "subscriptions of 1,000 customers / ideal at 8", "≤", 1.10),
    (5, line_5, "the same as a join / ideal", "≤", 1.15),
    (6, line_6, "the same with IN (SELECT …) / ideal", "≤", 1.10),
    (7, line_7, "4–6 at 40 requests a second / requests / 40 s", "≤", 1.05, max),
    (8, line_8, "4 by node, one call after another / ours", "≥", 7),
    (9, line_9, "join filtered to 10 of 1,000: requests beside the list", "≤", 14, max),
    (10, line_10, "1,000 inserts, one statement and BEGIN … COMMIT / ideal at 8", "≤", 1.10, max),
    (11, line_11, "CPU of 1 / raw and cJSON_Parse", "≤", 1.5),
    (12, line_12, "peak memory, 200,000 customers less 2,000, beside 24 bytes a row, MiB", "≤", 4, max),
    (13, line_13, "requests: LIMIT 10, uuid = ?, the same 1,000 times", "≤", 1, max),
    (14, line_14, "requests beside the lists: many to one, self-join", "≤", 16, max),
    (15, line_15, "CPU after parsing, 2 columns / all", "≤", 0.7),
    (16, line_16, "1,000 inserts in BEGIN … COMMIT with a journal / without", "≤", 1.05),
    (17, line_17, "4 where one answer in 40 takes a second / ideal at 8", "≤", 1.20),
    (18, line_18, "5 where one answer in 40 takes a second / ideal at 8", "≤", 1.30),
    (19, line_19, "scan of 100,000 activities at 200 ms / pages × latency / 8", "≤", 1.25),
    (20, line_20, "scan of 40,000 customers at 200 ms / pages of the largest status × latency", "≤", 1.10),
]


def option(name, default):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def measured(bench, number, measure, what, relation, target, held_by=statistics.median):
    """One line of the table, and whether the target was held; a line that was skipped holds it."""
    values = measure(bench)
    if values is None:
        return f"| {number} | {what} | skipped: the Node client or a Python that loads extensions is missing | | | |", True
    median = statistics.median(values)
    held = held_by(values) <= target if relation == "≤" else held_by(values) >= target
    mark = "" if held else " **missed**"
    return f"| {number} | {what} | {median:.2f} | {min(values):.2f} | {max(values):.2f} | {relation} {target}{mark} |", held


def write_table(document, table):
    with open(document, encoding="utf-8") as file:
        old = file.read()
    new, count = re.subn("(<!-- generated: bench -->\n).*?(<!-- end -->)", lambda m: m[1] + table + "\n" + m[2], old, flags=re.S)
    if count != 1:
        sys.exit(f"{document}: there is no place for the table, <!-- generated: bench --> and <!-- end -->")
    with open(document, "w", encoding="utf-8") as file:
        file.write(new)


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    node, document = option("--node", ""), option("--document", "")
    bench = Bench(*sys.argv[1:5], int(option("--runs", "3")), node if os.path.isdir(node) else "")
    only = {int(n) for n in option("--only", "").split(",") if n}
    table = ["| # | work / measured against | median | min | max | target |", "|---|---|---|---|---|---|"]
    print("\n".join(table), flush=True)
    missed = 0
    for line in LINES:
        if only and line[0] not in only:
            continue
        text, held = measured(bench, *line)
        missed += not held
        table.append(text)
        print(text, flush=True)
    print(f"\n{len(table) - 2 - missed} within target, {missed} missed")
    if document:
        write_table(document, "\n".join(table))


if __name__ == "__main__":
    main()
