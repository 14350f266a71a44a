"""Kills a program at the steps of a COMMIT, and lets chartmogul_resume() finish it.

usage: kill.py LIBRARY SANDBOX KILL_AT_LIBRARY [--rows N] [--step N] [--at N] [--bulk]

With --bulk the new rows leave in json imports.

A step is a sync of a file, bytes that leave, bytes that came. Three stories: the program is killed before a step; it is killed when
half of an answer has come; it is killed, and so is the resume, and a second one finishes. Where the COMMIT had begun, the account
holds each row exactly once afterwards. A row without a natural key whose fate nobody can tell is there or not, and is `unknown`
in the journal with its body. Where the COMMIT had not begun, the account is as it was.
"""
import argparse
import collections
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request

SETUP = """
INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');
INSERT INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, interval_unit)
SELECT uuid, 'p' || value, 'P' || value, 1, 'month' FROM chartmogul_data_sources, json_each('[1,2,3]') WHERE chartmogul_data_sources.name = 'Mine';
INSERT INTO chartmogul_plan_groups (name, plans) SELECT 'G', json_array(uuid) FROM chartmogul_plans WHERE external_id = 'p1';
INSERT INTO chartmogul_customers (data_source_uuid, external_id, name)
SELECT uuid, 'old' || value, 'Old' FROM chartmogul_data_sources, json_each('[1,2,3,4]') WHERE chartmogul_data_sources.name = 'Mine';
INSERT INTO chartmogul_customers (data_source_uuid, external_id, name)
SELECT uuid, 'known' || value, 'Known' FROM chartmogul_data_sources, json_each('[1,2,3,4,5]') WHERE chartmogul_data_sources.name = 'Mine';
"""

COMMIT = """
CREATE TEMP TABLE ds AS SELECT uuid FROM chartmogul_data_sources WHERE name = 'Mine';
CREATE TEMP TABLE olds AS SELECT uuid, external_id FROM chartmogul_customers WHERE external_id LIKE 'old%';
CREATE TEMP TABLE knowns AS SELECT uuid, external_id FROM chartmogul_customers WHERE external_id LIKE 'known%';
CREATE TEMP TABLE p AS SELECT uuid, external_id FROM chartmogul_plans;
CREATE TEMP TABLE g AS SELECT uuid FROM chartmogul_plan_groups;
CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < :rows) SELECT i FROM n;
BEGIN;
INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) SELECT ds.uuid, 'c' || i, 'C' || i FROM n, ds;
INSERT INTO chartmogul_invoices (data_source_uuid, customer_external_id, external_id, date, currency) SELECT ds.uuid, 'c' || i, 'i' || i, '2026-01-01', 'EUR' FROM n, ds;
INSERT INTO chartmogul_line_items (data_source_uuid, invoice_external_id, external_id, type, amount_in_cents, plan_external_id, subscription_external_id, service_period_start, service_period_end) SELECT ds.uuid, 'i' || i, 'l' || i, 'subscription', 100, 'p1', 's' || i, '2026-01-01', '2026-02-01' FROM n, ds;
INSERT INTO chartmogul_line_items (data_source_uuid, invoice_external_id, type, amount_in_cents, description) SELECT ds.uuid, 'i' || i, 'one_time', 7, 'd' || i FROM n, ds;
INSERT INTO chartmogul_transactions (data_source_uuid, invoice_external_id, external_id, type, date, result) SELECT ds.uuid, 'i' || i, 't' || i, 'payment', '2026-01-02', 'successful' FROM n, ds;
INSERT INTO chartmogul_invoices (customer_uuid, data_source_uuid, external_id, date, currency) SELECT knowns.uuid, ds.uuid, 'i of ' || external_id, '2026-01-01', 'EUR' FROM knowns, ds;
INSERT INTO chartmogul_line_items (data_source_uuid, invoice_external_id, external_id, type, amount_in_cents) SELECT ds.uuid, 'i of ' || external_id, 'l of ' || external_id, 'one_time', 100 FROM knowns, ds;
INSERT INTO chartmogul_notes (customer_uuid, type, text) SELECT olds.uuid, 'note', 'n' || i FROM n, olds WHERE olds.external_id = 'old1';
INSERT INTO chartmogul_contacts (customer_uuid, data_source_uuid, first_name, email) SELECT olds.uuid, ds.uuid, 'F' || i, 'a' || i || '@example.com' FROM n, olds, ds WHERE olds.external_id = 'old1';
INSERT INTO chartmogul_customer_tags (customer_uuid, tag) SELECT olds.uuid, 'tag' || i FROM n, olds WHERE olds.external_id = 'old2';
INSERT INTO chartmogul_plan_group_plans (plan_group_uuid, plan_uuid) SELECT g.uuid, p.uuid FROM g, p WHERE p.external_id IN ('p2', 'p3');
UPDATE chartmogul_customers SET company = 'New' WHERE uuid = (SELECT uuid FROM olds WHERE external_id = 'old1');
DELETE FROM chartmogul_customers WHERE uuid IN (SELECT uuid FROM olds WHERE external_id IN ('old3', 'old4'));
COMMIT;
"""

LISTS = {
    "customers": "SELECT external_id FROM chartmogul_customers WHERE external_id LIKE 'c%'",
    "old": "SELECT external_id || coalesce(company, '') FROM chartmogul_customers WHERE external_id LIKE 'old%'",
    "invoices": "SELECT external_id FROM chartmogul_invoices",
    "invoices by uuid": "SELECT external_id || customer_external_id FROM chartmogul_invoices WHERE external_id LIKE 'i of %'",
    "lines": "SELECT external_id || ' of ' || invoice_external_id FROM chartmogul_line_items WHERE description IS NULL",
    "plain lines": "SELECT description || ' of ' || invoice_external_id FROM chartmogul_line_items WHERE description IS NOT NULL",
    "transactions": "SELECT external_id || ' of ' || invoice_external_id FROM chartmogul_transactions",
    "notes": "SELECT text FROM chartmogul_notes",
    "contacts": "SELECT first_name FROM chartmogul_contacts",
    "tags": "SELECT t.tag FROM chartmogul_customers c JOIN chartmogul_customer_tags t ON t.customer_uuid = c.uuid WHERE c.external_id = 'old2'",
    "group": "SELECT p.external_id FROM chartmogul_plan_groups g JOIN chartmogul_plan_group_plans gp ON gp.plan_group_uuid = g.uuid JOIN chartmogul_plans p ON p.uuid = gp.plan_uuid",
}
KNOWN = range(1, 6)
PATIENCE_S = 1800  # longer than any machine needs: only what hangs is ended
KEYLESS = ("notes", "contacts", "plain lines")


def expected(rows):
    each = range(1, rows + 1)
    return {
        "customers": {f"c{i}" for i in each},
        "old": {"old1New", "old2"},
        "invoices": {f"i{i}" for i in each} | {f"i of known{i}" for i in KNOWN},
        "invoices by uuid": {f"i of known{i}known{i}" for i in KNOWN},
        "lines": {f"l{i} of i{i}" for i in each} | {f"l of known{i} of i of known{i}" for i in KNOWN},
        "plain lines": {f"d{i} of i{i}" for i in each},
        "transactions": {f"t{i} of i{i}" for i in each},
        "notes": {f"n{i}" for i in each},
        "contacts": {f"F{i}" for i in each},
        "tags": {f"tag{i}" for i in each},
        "group": {"p1", "p2", "p3"},
    }


def connect(library, journal=None, write_mode="commit"):
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension(library)
    db.execute("SELECT chartmogul_config('requests_per_second', 0)").fetchall()
    db.execute("SELECT chartmogul_config('write_mode', ?)", (write_mode,)).fetchall()
    if journal:
        db.execute("SELECT chartmogul_config('journal', ?)", (journal,)).fetchall()
    return db


def child(arguments):
    db = connect(arguments.library, arguments.child, arguments.write_mode)
    if arguments.resume:
        db.execute("SELECT chartmogul_resume()").fetchall()
    else:
        for statement in COMMIT.replace(":rows", str(arguments.rows)).split(";\n"):
            if statement.strip():
                db.execute(statement).fetchall()
    db.close()


def read(library):
    db = connect(library)
    found = {name: [row[0] for row in db.execute(sql)] for name, sql in LISTS.items()}
    db.close()
    return found


def body_names(body):
    return json.dumps(json.loads(body)) if body else ""


def judge(found, wanted, unknown):
    """What is wrong with an account to which all is written: a list of lines."""
    wrong = []
    for name, rows in wanted.items():
        for row, count in collections.Counter(found[name]).items():
            if count > 1:
                wrong.append(f"{name}: {row} is there {count} times")
            if row not in rows:
                wrong.append(f"{name}: {row} should not be there")
        for row in sorted(rows - set(found[name])):
            short = row.split(" of ")[0]
            if name in KEYLESS and any(f'"{short}"' in body for body in unknown):
                continue
            wrong.append(f"{name}: {row} is lost")
    return wrong


def has_begun(journal):
    """Does the journal say that a COMMIT was to be written?"""
    if not os.path.exists(journal) or os.path.getsize(journal) == 0:
        return False
    file = sqlite3.connect(journal)
    try:
        return file.execute("SELECT coalesce(max(whole_to), 0) > 0 FROM run").fetchone()[0] == 1
    except sqlite3.OperationalError:
        return False
    finally:
        file.close()


class Story:
    def __init__(self, arguments, folder, number):
        self.arguments = arguments
        self.journal = str(pathlib.Path(folder) / f"journal{number}.db")
        self.server = subprocess.Popen([arguments.sandbox, "--seed", "empty"], stdout=subprocess.PIPE, text=True)
        os.environ["CHARTMOGUL_BASE_URL"] = self.server.stdout.readline().strip()
        self.control = os.environ["CHARTMOGUL_BASE_URL"].removesuffix("/v1") + "/control/requests"
        os.environ["CHARTMOGUL_API_KEY"] = "test-key"
        db = connect(arguments.library)
        for statement in SETUP.split(";\n"):
            if statement.strip():
                db.execute(statement).fetchall()
        db.close()

    def run(self, *options, **environment):
        command = [sys.executable, "-B", __file__, self.arguments.library, self.arguments.sandbox, self.arguments.kill_at,
                   "--rows", str(self.arguments.rows), "--child", self.journal, "--write-mode", self.arguments.write_mode, *options]
        # what is preloaded already stays
        preload = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), self.arguments.kill_at]))
        return subprocess.run(command, env={**os.environ, "LD_PRELOAD": preload, **environment}, timeout=PATIENCE_S, check=False)

    def count(self, folder, *options):
        """How many steps there are when nothing is killed."""
        file = pathlib.Path(folder) / "count"
        ended = self.run(*options, KILL_COUNT=str(file))
        if ended.returncode != 0:
            sys.exit(f"without a kill: {ended.returncode}")
        return int(file.read_text())

    def wrote(self):
        """Has the API seen a write of the program?"""
        with urllib.request.urlopen(self.control) as answer:
            return any(request["method"] != "GET" for request in json.load(answer))

    def forget(self):
        urllib.request.urlopen(urllib.request.Request(self.control, method="DELETE")).close()

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()


def look(arguments, story, before, wanted):
    """After the kills: resume, and what is wrong then."""
    has_to_be_all = story.wrote() or has_begun(story.journal)
    db = connect(arguments.library, story.journal, arguments.write_mode)
    try:
        counts = db.execute("SELECT chartmogul_resume()").fetchone()[0]
        again = db.execute("SELECT chartmogul_resume()").fetchone()[0]
    except sqlite3.Error as error:
        return [f"resume: {error}"]
    unknown = [body_names(row[0]) for row in db.execute("SELECT body FROM chartmogul_writes WHERE state = 'unknown'")]
    open_lines = db.execute("SELECT count(*) FROM chartmogul_writes WHERE state IN ('queued', 'sent')").fetchone()[0]
    states = db.execute("SELECT table_name, state, count(*), min(error) FROM chartmogul_writes GROUP BY 1, 2").fetchall()
    db.close()
    found = read(arguments.library)
    wrong = judge(found, wanted, unknown) if has_to_be_all else []
    if not has_to_be_all and found != before:
        wrong.append("it was changed although its COMMIT had not begun")
    if json.loads(again) != {"written": 0, "refused": 0, "unknown": 0}:
        wrong.append(f"a second resume found {again}")
    if open_lines:
        wrong.append(f"{open_lines} lines are open")
    if wrong:
        wrong.append(f"resume: {counts}; {states}")
    return wrong


def tell(arguments, folder, number, wanted, kill, resume_kill=None):
    """Kill the COMMIT, perhaps a resume too, and look. Whether it was killed before its end, and what is wrong."""
    story = Story(arguments, folder, number)
    try:
        before = read(arguments.library)
        story.forget()
        made = pathlib.Path(folder) / f"made{number}"
        ended = story.run(**kill, KILL_COUNT=str(made))
        if ended.returncode not in (0, -signal.SIGKILL):
            return False, [f"it ended with {ended.returncode}"]
        if ended.returncode == 0 and int(made.read_text()) >= int(kill.get("KILL_AT", sys.maxsize)):
            return False, [f"it made {made.read_text().strip()} steps and was not killed"]
        if resume_kill:
            story.run("--resume", **resume_kill)
        return ended.returncode != 0, look(arguments, story, before, wanted)
    finally:
        story.close()


def count_resume(arguments, folder, at):
    """How many steps the resume of a COMMIT has that was killed there."""
    story = Story(arguments, folder, f"-of-{at}")
    try:
        story.run(KILL_AT=str(at))
        return story.count(folder, "--resume")
    finally:
        story.close()


def stories(arguments, folder, total):
    """Each as what is killed, and where."""
    step = arguments.step
    if arguments.at:
        return [({"KILL_AT": str(arguments.at)}, None)]
    told = [({"KILL_AT": str(at)}, None) for at in range(1, total + 1, step)]
    told += [({"CUT_AT": str(at)}, None) for at in range(1 + step // 2, total, step)]
    for at in range(total // 2, total, max(total // 3, 1) if step > 1 else 25):
        steps = count_resume(arguments, folder, at)
        told += [({"KILL_AT": str(at)}, {"KILL_AT": str(then)}) for then in range(1, steps + 1, step if step > 1 else 7)]
    return told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("sandbox")
    parser.add_argument("kill_at")
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--at", type=int)
    parser.add_argument("--bulk", dest="write_mode", action="store_const", const="bulk", default="commit")
    parser.add_argument("--write-mode")
    parser.add_argument("--child")
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments)
        return 0
    wanted = expected(arguments.rows)
    failed = told = struck = 0
    with tempfile.TemporaryDirectory() as folder:
        story = Story(arguments, folder, "whole")
        total = story.count(folder)
        wrong = judge(read(arguments.library), wanted, [])
        story.close()
        if wrong:
            print("without a kill:", *wrong, sep="\n  ")
            return 1
        for kill, resume_kill in stories(arguments, folder, total):
            killed, wrong = tell(arguments, folder, told, wanted, kill, resume_kill)
            struck += killed
            told += 1
            if wrong:
                failed += 1
                print(f"FAILED {kill}, resume {resume_kill}, of {total} steps:", *wrong[:12], sep="\n  ")
    if struck < told / 2:  # in what pieces bytes come varies, and so does the number of steps
        failed += 1
        print(f"only {struck} of {told} were killed")
    print(f"{told - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
