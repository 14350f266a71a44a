"""Makes sql/tables/README.md of what chartmogul_help says, and runs the examples in it.

The examples of a table are run one behind the other on one account of the made-up company, each in a new sqlite3 shell, on the
company's own day. Each must give a row or write one; the page says how many requests it sent.
"""
import datetime
import json
import os
import re
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor

PAGE = "sql/tables/README.md"
NOON = datetime.datetime(2025, 12, 31, 12, tzinfo=datetime.timezone.utc)  # on the day of the sandbox
SAYS = """SELECT t.name AS of_table, h.part, h.name, h.text
FROM chartmogul_tables AS t JOIN chartmogul_help(t.name) AS h ORDER BY t.rowid, h.rowid"""
MEASURE = """
.mode list
SELECT char(30) || json_object('requests', (SELECT count(*) FROM chartmogul_requests), 'changes', total_changes());
"""
HEAD = """# The tables, one by one

For each table: its keys, what it joins to, which terms of a WHERE clause are sent to the API, what a read and a write cost in requests,
and questions that it answers. `SELECT * FROM chartmogul_help('customers')` says the same at the prompt. `= ?` stands for IN as well; a
page has 200 rows (`per_page`). How many rows and requests an example takes is counted on the made-up company of `make demo`, on its day,
31 December 2025; `chartmogul_explain` tells what a statement will cost on your account. `make docs` writes this page.
"""


class Company:
    """The made-up company, on a sandbox of its own, and sqlite3 shells on its day."""

    def __init__(self, library, sandbox, clock):
        self.library, self.clock = os.path.splitext(os.path.abspath(library))[0], os.path.abspath(clock)
        self.server = subprocess.Popen([sandbox, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
        self.base_url = self.server.stdout.readline().strip()
        try:
            self.do_jobs_at_once()
        except OSError:
            self.close()
            raise

    def do_jobs_at_once(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        address = self.base_url.rsplit("/v1", 1)[0] + "/control/switches"
        opener.open(urllib.request.Request(address, json.dumps({"async_delay_ms": 0}).encode(), method="POST")).close()

    def close(self):
        self.server.terminate()
        self.server.wait()

    def run(self, script):
        preloaded = f"{os.environ.get('LD_PRELOAD', '')} {self.clock}".strip()
        environment = dict(os.environ, CHARTMOGUL_BASE_URL=self.base_url, CHARTMOGUL_API_KEY="test-key",
                           BEGIN_AT=str(int(NOON.timestamp())), LD_PRELOAD=preloaded)
        done = subprocess.run(["sqlite3", "-batch"], input=f".bail on\n.load {self.library}\n{script}", env=environment,
                              capture_output=True, text=True)
        return done.stdout, done.stderr


def described(library, sandbox, clock):
    """Of each table of the API the lines of chartmogul_help: name -> [(part, name, text)]."""
    company = Company(library, sandbox, clock)
    try:
        shown, complaint = company.run(f".mode json\n{SAYS};\n")
    finally:
        company.close()
    tables = {}
    for row in [] if complaint else json.loads(shown):
        tables.setdefault(row["of_table"], []).append((row["part"], row["name"], row["text"]))
    return {name: lines for name, lines in tables.items() if any(part == "sent" or text.startswith("1 request") for part, _, text in lines)}


def run_examples(lines, library, sandbox, clock):
    """[(question, SQL, what is counted, complaint or None)]"""
    company, examples = Company(library, sandbox, clock), []
    try:
        for question, sql in [(name, text) for part, name, text in lines if part == "example"]:
            shown, complaint = company.run(f".mode json\n{sql};\n{MEASURE}")
            rows, _, counted = shown.partition("\x1e")
            counts = json.loads(counted) if counted else {}
            row_count = sum(len(json.loads(one)) for one in re.findall(r"^\[.*?\]$", rows, flags=re.M | re.S))
            if not complaint and row_count + counts["changes"] == 0:
                complaint = "it gives no row, and writes none"
            examples.append((question, sql, {**counts, "rows": row_count}, complaint))
    finally:
        company.close()
    return examples


def counted(number, what):
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def cost(counts):
    parts = [counted(counts["rows"], "row")] if counts["rows"] else []
    parts += [f"{counted(counts['changes'], 'row')} written"] if counts.get("changes") else []
    return ", ".join(parts + [counted(counts.get("requests", 0), "request")])


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def code(name, part):
    """Names of columns and tables as code, words of ours as they are."""
    if part in ("key", "join", "sent", "parameter", "column") or " = ?" in name:
        return f"`{name}`"
    return name


def section(table, lines, examples):
    short = table.removeprefix("chartmogul_")
    out = [f"## {short}", "", next(text for part, _, text in lines if part == "table"), "", "| | | |", "|---|---|---|"]
    last = None
    for part, name, text in lines:
        if part in ("table", "column", "example"):
            continue
        out.append(f"| {part if part != last else ''} | {code(name, part)} | {cell(text)} |")
        last = part
    for question, sql, counts, _ in examples:
        out += ["", f"**{question}** ({cost(counts)})", "", "```sql", f"{sql};", "```"]
    columns = [(name, text) for part, name, text in lines if part == "column"]
    out += ["", f"<details><summary>All {len(columns)} columns</summary>", "", "| column | |", "|---|---|"]
    out += [f"| `{name}` | {cell(text)} |" for name, text in columns]
    return out + ["", "</details>", ""]


def make_page(tables, examples):
    out = [HEAD, "| table | one row is |", "|---|---|"]
    for name, lines in tables.items():
        short = name.removeprefix("chartmogul_")
        out.append(f"| [{short}](#{short}) | {next(text for part, _, text in lines if part == 'table')} |")
    out.append("")
    for name, lines in tables.items():
        out += section(name, lines, examples[name])
    return "\n".join(out).rstrip() + "\n"


def check_tables(library, sandbox, clock, update, check):
    """Run all examples, compare the page or write it anew. `check` is told of each test: what, whether it is right, details."""
    tables = described(library, sandbox, clock)
    check("chartmogul_help describes the tables", len(tables) > 20, f"{len(tables)} tables")
    with ThreadPoolExecutor(2) as pool:
        ran = pool.map(lambda lines: run_examples(lines, library, sandbox, clock), tables.values())
        examples = dict(zip(tables, ran))
    for name, one in examples.items():
        for question, sql, _, complaint in one:
            check(f"{name}: {question}", not complaint, f"{complaint}\n{sql}")
    page = make_page(tables, examples)
    old = ""
    if os.path.exists(PAGE):
        with open(PAGE, encoding="utf-8") as document:
            old = document.read()
    if update and page != old:
        os.makedirs(os.path.dirname(PAGE), exist_ok=True)
        with open(PAGE, "w", encoding="utf-8") as document:
            document.write(page)
        print(f"written: {PAGE}")
    stale = [f"- {a}\n+ {b}" for a, b in zip(old.splitlines(), page.splitlines()) if a != b]
    check(f"{PAGE} is as the extension says (make docs writes it)", update or page == old, "\n".join(stale[:5]))
