"""Runs sql/load/load.sql and sync.sql on the sandbox, as sql/README.md says, on the export of a made-up billing system.

    load.py LIBRARY SANDBOX [--show]

What the account shows afterwards, read over plain HTTP, is compared with the figures that make_export.py works out from its
records: every customer with its MRR, every plan, invoice, line, payment and cancellation. --show prints the scripts' own reports
of a first and a second night, and compares nothing.
"""
import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

CUSTOMERS = 2000
LISTS = [("customers", "entries"), ("plans", "plans"), ("invoices", "invoices"), ("subscription_events", "subscription_events")]
FILES = [f"{name}.csv" for name in ("plans", "customers", "invoices", "lines", "payments", "cancellations")]
LEFT_OUT = [("invoices.csv", "I-90001", "nobody knows C-99999"), ("invoices.csv", "I-90002", "a plan of the old shop"),
            ("invoices.csv", "I-90003", "that day never was"), ("invoices.csv", "I-90004", "settled otherwise")]


class Failed(Exception):
    """What is wrong, in words."""


def must_be(what, shown, wanted):
    if shown == wanted:
        return
    if isinstance(shown, dict) and isinstance(wanted, dict):
        keys = [key for key in sorted(shown.keys() | wanted.keys(), key=str) if shown.get(key) != wanted.get(key)]
        shown, wanted = ({key: rows.get(key) for key in keys[:3]} for rows in (shown, wanted))
    shown, wanted = (text if len(text) < 2000 else text[:2000] + "…" for text in (repr(shown), repr(wanted)))
    raise Failed(f"{what}: {shown}, must be {wanted}")


class Night:
    """A folder with the scripts and an export, an account, and what the last run of a script did to it."""

    def __init__(self, library, sandbox, folder):
        self.library, self.folder = os.path.splitext(os.path.abspath(library))[0], folder
        self.server = subprocess.Popen([sandbox, "--seed", "empty"], stdout=subprocess.PIPE, text=True)
        self.account = Account(self.server.stdout.readline().strip())
        shutil.copytree("sql/load", folder, dirs_exist_ok=True)
        with open("sql/README.md", encoding="utf-8") as text:
            self.whole_manual = text.read().replace("\n  ", " ")
        self.manual = self.whole_manual.split("\n## Every night\n", 1)[1].replace("\n", " ")
        self.command = re.search(r"``` (.*?) ```", self.manual).group(1).replace("\\", "")
        with open(os.path.join(folder, "key"), "w", encoding="utf-8") as key:
            key.write("test-key\n")
        self.code, self.output, self.requests, self.figures = 0, "", [], {}
        self.stood, self.number = {}, 0  # the account before the second night; its run in the journal

    def end(self):
        self.server.terminate()
        self.server.wait()

    def export(self, night):
        subprocess.run([sys.executable, "make_export.py", "export", "--customers", str(CUSTOMERS), "--night", str(night)],
                       cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.folder, "export", "figures.json"), encoding="utf-8") as file:
            self.figures = json.load(file)

    def leave_out(self, rows):
        with open(os.path.join(self.folder, "left_out.csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("file", "key", "why"), *rows])

    def last_run(self):
        """Its number in the journal, where chartmogul_writes has it from."""
        journal = sqlite3.connect(os.path.join(self.folder, "journal.db"))
        try:
            return journal.execute("SELECT max(run) FROM line").fetchone()[0]
        finally:
            journal.close()

    def run(self, script, command=None, **settings):
        """A command of sql/README.md, with the folder, the library and the script of this test in it."""
        command = (command or self.command).replace("/srv/billing", self.folder).replace("/usr/local/lib/sqlite3/chartmogul", self.library)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTMOGUL_")}
        environment.update(CHARTMOGUL_BASE_URL=self.account.base_url, CHARTMOGUL_REQUESTS_PER_SECOND="0", HOME=self.folder, **settings)
        self.account.forget_requests()
        self.code = subprocess.run(["sh", "-c", command.replace("sync.sql", script)], env=environment, check=False).returncode
        with open(os.path.join(self.folder, "night.log"), encoding="utf-8") as log:
            self.output = log.read()
        self.requests = self.account.requests()

    def ask(self, sql):
        """The lines that a statement returns, on the journal."""
        environment = dict(os.environ, CHARTMOGUL_BASE_URL=self.account.base_url, CHARTMOGUL_API_KEY="test-key",
                           CHARTMOGUL_JOURNAL=os.path.join(self.folder, "journal.db"))
        done = subprocess.run(["sqlite3", "-batch", "-init", os.devnull, ":memory:"], input=f".load {self.library}\n{sql}\n;", env=environment,
                              capture_output=True, text=True, check=False)
        must_be(f"what {sql} complains of", done.stderr, "")
        return done.stdout.splitlines()

    def writes(self):
        return [f"{row['method']} {row['target']}" for row in self.requests if row["method"] != "GET"]

    def part(self, heading):
        """The lines below a heading of the report."""
        if f"\n{heading}:\n" not in self.output:
            raise Failed(f"there is no report: {self.output}")
        return self.output.split(f"\n{heading}:", 1)[1].split("\n\n", 1)[0].splitlines()[1:]

    def pages(self):
        """What reading the four lists costs."""
        sizes = [len(self.figures[name]) for name in ("customers", "plans", "invoices", "cancellations")]
        return sum(max(1, -(-size // 200)) for size in sizes)


# ---- the account -----------------------------------------------------------------------------------------------------------------


def of_customer(row):
    return [row["name"], row["email"], row["company"] or None, row["country"]]


def of_line(invoice, row, plans):
    """A line of a subscription has no text, an item neither plan nor period."""
    days = [(row.get(name) or "")[:10] or None for name in ("service_period_start", "service_period_end")]
    return [invoice, row.get("description"), row["amount_in_cents"], plans.get(row.get("plan_uuid")), row["quantity"], *days,
            row.get("subscription_external_id")]


def of_payment(invoice, row):
    return [invoice, row["type"], row["date"][:10], row["amount_in_cents"], row["result"] == "successful"]


def shown_by(account):
    """The account's records in the form of the figures."""
    lists = {name: account.pages(f"/{name}", root) for name, root in LISTS}
    customers = {row["uuid"]: row for row in lists["customers"]}
    plans = {row["uuid"]: row["external_id"] for row in lists["plans"]}
    invoices, months = lists["invoices"], {"month": 1, "year": 12}
    return {
        "plans": {row["external_id"]: [row["name"], row["interval_count"] * months[row["interval_unit"]]] for row in lists["plans"]},
        "customers": {row["external_id"]: of_customer(row) for row in lists["customers"]},
        "mrr": {row["external_id"]: row["mrr"] for row in lists["customers"]},
        "invoices": {row["external_id"]: [customers[row["customer_uuid"]]["external_id"], row["date"][:10], row["due_date"][:10],
                                          row["currency"]] for row in invoices},
        "lines": {line["external_id"]: of_line(row["external_id"], line, plans) for row in invoices for line in row["line_items"]},
        "payments": {paid["external_id"]: of_payment(row["external_id"], paid) for row in invoices for paid in row["transactions"]},
        "cancellations": {row["subscription_external_id"]: [row["customer_external_id"], row["effective_date"][:10]]
                          for row in lists["subscription_events"]},
    }


def figures_of(figures):
    """The same of the figures, where ChartMogul has no text for a line of a subscription."""
    wanted = {name: rows for name, rows in figures.items() if name != "refused"}
    wanted["lines"] = {key: [row[0], None if row[3] else row[1], *row[2:]] for key, row in wanted["lines"].items()}
    return wanted


def check_books(night):
    shown, wanted = shown_by(night.account), figures_of(night.figures)
    for name, rows in wanted.items():
        must_be(name, shown[name], rows)
    must_be("all MRR", sum(shown["mrr"].values()) > 0, True)


def writes_between(old, new):
    """How many requests the difference of two exports takes: each row one, what is inside a new invoice or goes with it none."""
    count = 0
    for name in ("plans", "customers", "invoices", "lines", "payments", "cancellations"):
        before, after = old[name], new[name]
        for key in before.keys() | after.keys():
            if before.get(key) == after.get(key):
                continue
            row = after.get(key) or before.get(key)
            if name in ("lines", "payments"):
                moves = key in before and key in after and before[key][0] != after[key][0]  # the old one goes, the new one comes
                count += 2 * moves or (row[0] in old["invoices"] and row[0] in new["invoices"])
            elif name == "invoices" and key not in after:
                count += row[0] in new["customers"]
            elif name == "cancellations" and key in before and key in after:
                count += 2  # its key holds the day: the old one goes, the new one comes
            else:
                count += 1
    return count


# ---- the nights ------------------------------------------------------------------------------------------------------------------


def check_load(night):
    night.export(1)
    night.run("load.sql")
    must_be("its exit code", night.code, 1)
    check_refused(night)
    yield "a first load: what cannot go in is named, with the reason"
    check_books(night)
    yield "a first load: the books"
    must_be("its look-ups are few", len(night.requests) - len(night.writes()) <= night.pages() + 8, True)
    yield "a first load: lists instead of look-ups"
    night.run("load.sql")
    must_be("its exit code", night.code, 1)
    must_be("what it writes", night.writes(), [])
    must_be("what it asks for are the lists, twice", len(night.requests) <= 2 * night.pages() + 4, True)
    states = {" ".join(line.split()[2:-1]) for line in night.part("Written")[2:]}
    must_be("what became of the rows", states, {"left alone", "refused"})
    check_refused(night)
    yield "the same load again writes nothing, and says so"
    read = [row["target"] for row in night.requests if row["target"].startswith("/invoices?") and "validation_type=all" in row["target"]]
    night.account.send("POST", night.account.root + "/control/faults", {"path": read[-1].split("&cursor")[0], "status": 503, "times": -1})
    night.run("load.sql", CHARTMOGUL_MAX_RETRIES="0")
    night.account.send("DELETE", night.account.root + "/control/faults")
    must_be("its exit code", night.code, 1)
    must_be("not compared, and nothing but the failure before it", [words in night.output for words in (
        "not compared: the account did not answer", "503", "no such table", "Books:")], [True, True, False, False])
    yield "lists that do not answer after COMMIT: the report says that nothing was compared"


def hidden_by(account):
    """Invoices that the account holds as invalid."""
    return [row["external_id"] for row in account.pages("/invoices", "invoices", validation_type="invalid")]


def check_bulk(night):
    """The same load into an empty account by json imports. The nights after it go on with what it has made."""
    account, by_row = night.account, (shown_by(night.account), hidden_by(night.account))
    account.send("POST", account.root + "/control/reset")
    account.send("POST", account.root + "/control/switches", {"polls_until_done": 1})
    night.run("load.sql", CHARTMOGUL_WRITE_MODE="bulk")
    must_be("its exit code", night.code, 1)
    polls = [row for row in night.requests if row["method"] == "GET" and "/json_imports/" in row["target"]]
    imports = [write for write in night.writes() if write.endswith("/json_imports")]
    must_be("what it writes", night.writes(), ["POST /data_sources", *imports])
    in_commit = [row for row in night.requests[: -night.pages() - 1] if row not in polls]
    must_be("its imports and look-ups are few", (len(in_commit) - 3 <= 12, len(imports), len(polls)), (True, 3, 3))
    check_refused_in_bulk(night)
    yield "a first load by imports: what was not taken is named, in the words of the API"
    check_books(night)
    must_be("the account is that of the load row by row", (shown_by(account), hidden_by(account)), by_row)
    yield "a first load by imports: the books"
    must_be(f"sql/README.md has this number ({len(night.requests)})", f" {len(night.requests)} requests" in night.whole_manual, True)
    yield "a first load by imports: the number of its requests"


def check_refused_in_bulk(night):
    wrong = sorted(key for keys in night.figures["refused"].values() for key in keys)
    lines = [line.split(": ", 2) for line in night.part("Not written")[1:]]
    must_be("what is refused", sorted(line[0] for line in lines), wrong)
    must_be("its states", {line[1] for line in lines}, {"refused"})
    for line, words in (("I-90001", "customer 'C-99999' not found"), ("I-90002", "plan 'legacy-9' not found"), ("I-90003", "'31.02.2025'")):
        if not any(key == line and words in reason for key, _, reason in lines):
            raise Failed(f"{line}: {words} is not in its reason: {lines}")


def check_refused(night):
    wrong = sorted(key for keys in night.figures["refused"].values() for key in keys)
    lines = [line.split(": ", 2) for line in night.part("Not written")[1:]]
    must_be("what is refused", sorted(line[0] for line in lines), wrong)
    must_be("its states", {line[1] for line in lines}, {"refused"})
    for line, words in (("I-90001", "'C-99999'"), ("I-90002/1", "'legacy-9'"), ("I-90003", "'31.02.2025'"), ("I-90004/1", "'n/a'"),
                        ("I-90004/2", "'4.998,00'"), ("I-90004/3", "'0.5'")):
        if not any(key == line and words in reason for key, _, reason in lines):
            raise Failed(f"{line}: {words} is not in its reason")
    must_be("what differs", sorted(line.split()[1] for line in night.part("Different from the export")[2:]), wrong)


def check_sync(night):
    old = night.figures
    night.export(2)
    night.leave_out(LEFT_OUT)
    night.run("sync.sql", CHARTMOGUL_DRY_RUN="1")
    must_be("its exit code and writes", (night.code, night.writes()), (1, []))
    planned = [line.replace("dry run", "written") for line in night.part("Written")]
    yield "a dry run sends nothing"
    night.stood = shown_by(night.account)
    night.run("sync.sql")
    night.number = night.last_run()
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    must_be("what it writes", night.part("Written"), planned)
    yield "the next night writes what the dry run said"
    check_books(night)
    yield "the next night: the books"
    must_be("its writes", len(night.writes()), writes_between(old, night.figures))
    yield "the next night: as many writes as there are differences"
    night.run("sync.sql")
    must_be("its exit code", night.code, 0)
    must_be("what it writes", night.writes(), [])
    must_be("what it asks for", len(night.requests), 2 * night.pages() + 2)  # the data source, and for the journal the account
    must_be("sql/README.md has this number", f" {len(night.requests)} requests where nothing changed" in night.manual, True)
    yield "a night without changes reads the lists twice and writes nothing"


def check_settled(night):
    """Rows that nobody will write go out of the list of what is still to be done, by one statement."""
    to_do = re.search(r"```sql (SELECT id, time, table_name, key, state, error FROM .*?) ```", night.manual).group(1)
    settle = re.search(r"```sql (SELECT chartmogul_settle\(id, 'drop'\) FROM .*?) ```", night.manual).group(1)
    run = re.search("run = [0-9]+", settle).group(0)
    open_rows, runs = night.ask(to_do), night.ask("SELECT DISTINCT run FROM chartmogul_writes WHERE state = 'refused'")
    must_be("there are refused rows", (len(open_rows) > 3, len(runs) > 0), (True, True))
    for number in runs:
        night.ask(settle.replace(run, f"run = {number}"))
    must_be("what is still to be done", night.ask(to_do), [])
    yield "refused rows are settled by one statement for each run"


def without(shown, gone):
    """What the account shows but for the invoices of these customers, which left with them, and what they were worth."""
    invoices = {key for key, row in shown["invoices"].items() if row[0] in gone}
    kept = dict(shown, mrr={key: mrr for key, mrr in shown["mrr"].items() if key not in gone},
                invoices={key: row for key, row in shown["invoices"].items() if key not in invoices})
    kept.update({name: {key: row for key, row in shown[name].items() if row[0] not in invoices} for name in ("lines", "payments")})
    return kept


def check_undo(night):
    """The night is taken back by its journal, then done once more."""
    gone = night.stood["customers"].keys() - night.figures["customers"].keys()
    command = re.search(r"``` (cd [^`]*?undo[.]sql.*?) ```", night.manual).group(1).replace("\\", "")
    set_run = " -cmd '.parameter set :run 7'"
    for what, wrong, words in (("no run", command.replace(set_run, ""), "no run is given: "),
                               ("a run that is not there", command.replace("run 7", "run 700"), "no such run in the journal: SELECT run, "),
                               ("no journal", re.sub("CHARTMOGUL_JOURNAL=[^ ]*", "", command), "there is no journal: set CHARTMOGUL_JOURNAL")):
        os.remove(os.path.join(night.folder, "night.log"))
        night.run("sync.sql", wrong.replace("undo.log", "night.log"))
        must_be(what, (set_run in command, night.code, night.writes(), words in night.output), (True, 1, [], True))
    yield "an undo without a run that is there says so"
    night.run("sync.sql", command.replace("run 7", f"run {night.number}"))
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    shown = shown_by(night.account)
    for name, rows in without(night.stood, gone).items():
        must_be(name, without(shown, gone)[name], rows)
    must_be("customers were deleted, and changed", (len(gone) > 0, shown != night.stood), (True, True))
    yield "an undo of the whole night: the account is as it stood before"
    night.run("sync.sql")
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    check_books(night)
    yield "the night once more: the books"


def check_merged(night):
    """Somebody merges two customers in ChartMogul, and there are records of another source."""
    rows = night.account.pages("/customers", "entries")
    night.account.send("POST", "/customers/merges", {"from": {"customer_uuid": rows[7]["uuid"]}, "into": {"customer_uuid": rows[9]["uuid"]}})
    source = night.account.send("POST", "/data_sources", {"name": "By hand"})["uuid"]
    night.account.send("POST", "/customers", {"data_source_uuid": source, "external_id": "C-00001", "name": "Another"})
    while len(night.account.pages("/customers", "entries")) != len(rows):
        pass
    night.run("sync.sql")
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    must_be("what it writes", night.writes(), [])
    yield "merged customers and another source are left alone"


def check_bad_exports(night):
    for name, half in (*((name, False) for name in FILES), ("invoices.csv", True)):
        path, words = os.path.join(night.folder, "export", name), "delete_limit" if half else f"{name} has no rows"
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines[:len(lines) // 2 if half else 1])
        night.run("sync.sql")
        must_be(f"{name}: exit code and writes", (night.code, night.writes()), (1, []))
        if words not in night.output:
            raise Failed(f"{words} is not in its words: {night.output}")
        yield f"{'half of' if half else 'an empty'} {name} ends the night before anything is sent"
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)
    night.leave_out([("invoices", "I-90001", "the file is invoices.csv")])
    night.run("sync.sql")
    must_be("its exit code and requests", (night.code, night.requests), (1, []))
    must_be("its words", "left_out.csv names a file that is none of plans.csv, " in night.output, True)
    night.leave_out(LEFT_OUT)
    yield "a wrong name in left_out.csv ends the night before anything is sent"
    path = os.path.join(night.folder, "export", "invoices.csv")
    os.remove(path)
    night.run("sync.sql")
    must_be("its exit code and requests", (night.code, night.requests), (1, []))
    yield "a file that is not there ends the night before anything is sent"


def check_left_out(night):
    """A customer is left out, and a key that no row has."""
    customer = min(row[0] for row in night.figures["invoices"].values())
    night.leave_out([*LEFT_OUT, ("customers.csv", customer, "a test of ours"), ("invoices.csv", "I-00000", "mistyped")])
    night.run("sync.sql")
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    told = night.part("In left_out.csv, but not in the export")
    must_be("what is in vain", [line.split() for line in told[2:]], [["invoices.csv", "I-00000", "mistyped"]])
    shown, wanted = shown_by(night.account), figures_of(night.figures)
    kept = {key for key, row in wanted["invoices"].items() if row[0] != customer}
    must_be("customers", shown["customers"].keys(), wanted["customers"].keys() - {customer})
    must_be("invoices", shown["invoices"].keys(), kept)
    must_be("lines", shown["lines"].keys(), {key for key, row in wanted["lines"].items() if row[0] in kept})
    must_be("cancellations", shown["cancellations"].keys(), {key for key, row in wanted["cancellations"].items() if row[0] != customer})
    yield "a customer in left_out.csv takes all of his along, and a key that no row has is told"
    night.leave_out(LEFT_OUT)
    night.run("sync.sql")
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    must_be("what is in vain", night.part("In left_out.csv, but not in the export"), [])
    check_books(night)
    yield "without that line he is in again: the books"


def check_troubles(night):
    """The API takes no invoices for a while: what was not done is done the next night."""
    night.export(1)
    night.leave_out(LEFT_OUT)
    night.account.send("POST", night.account.root + "/control/faults", {"path": "/import/", "status": 503, "times": -1})
    night.run("sync.sql", CHARTMOGUL_MAX_RETRIES="0")
    must_be("its exit code", night.code, 1)
    if not night.part("Not written")[1:]:
        raise Failed("it does not say what was not written")
    must_be("what was finished of earlier nights", night.part("Resumed"), [])
    yield "an API that is down: exit code and report"
    night.account.send("DELETE", night.account.root + "/control/faults")
    night.run("sync.sql")
    must_be("its exit code", (night.code, night.output if night.code else ""), (0, ""))
    must_be("it says what it has finished", any(" written " in line for line in night.part("Resumed")), True)
    yield "the night after it does the rest"
    os.remove(os.path.join(night.folder, "key"))
    night.run("sync.sql")
    must_be("its exit code and requests", (night.code, night.requests), (1, []))
    yield "without a key nothing is sent"


def check_questions():
    with open("sql/README.md", encoding="utf-8") as catalogue:
        lines = catalogue.read()
    for name in sorted(os.listdir("sql/load")):
        if not name.endswith(".sql"):
            continue
        with open(f"sql/load/{name}", encoding="utf-8") as text:
            line = f"| `load/{name}` | {text.readline().strip().removeprefix('-- ')} |"
        must_be(f"sql/README.md has the line {line}", line in lines, True)
        yield f"the question of {name}"


def show(night):
    for script in ("load.sql", "sync.sql"):
        night.export(1 if script == "load.sql" else 2)
        night.run(script)
        print(f"== {script}, {len(night.requests)} requests, exit code {night.code}\n{night.output}")
        night.leave_out(LEFT_OUT)


def main():
    library, sandbox = sys.argv[1:3]
    passed, failed, last = 0, 0, "its beginning"
    with tempfile.TemporaryDirectory() as folder:
        night = Night(library, sandbox, folder)
        try:
            if "--show" in sys.argv:
                show(night)
                return
            for check in (check_load, check_bulk, check_sync, check_settled, check_undo, check_left_out, check_merged, check_bad_exports, check_troubles,
                          lambda _: check_questions()):
                try:
                    for last in check(night):
                        passed += 1
                except Failed as problem:
                    failed += 1
                    print(f"FAILED sql/load, after: {last}\n  {problem}")
                    break  # each night begins with what the one before has left
        finally:
            night.end()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
