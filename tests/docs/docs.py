"""Runs the examples of the documents on the sandbox, and compares what they print with what stands there.

    docs.py LIBRARY SANDBOX CLOCK MANUAL [--update]

In README.md and sql/README.md each ```sql block is run in a new sqlite3 shell on a new account of the demo company; the
```text block behind it holds its output. Tables between `<!-- generated: NAME -->` and `<!-- end -->` come from the extension
itself, and so does sql/tables/README.md (tables.py); tests/hosts/README.md comes from the programs there (readme.py); what `make bench-docs` and `make bench-requests-docs` measure is left alone.
--update writes outputs and tables anew; without it a difference is a failure. Every table, function and setting of the extension must
be named in README.md and in MANUAL, the page chartmogul(7), and every ```sql example of the descriptors must run. Links of the
manuals lead somewhere, and the targets of make that they name are there (links.py).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "hosts"))

from links import check_links
from manual import check_manual
from readme import check_hosts
from tables import check_tables

DOCUMENTS = ["README.md", "sql/README.md"]

TABLES = """SELECT '`' || name || '`', description FROM chartmogul_tables"""

FILTERS = """
SELECT '`' || table_name || '`', group_concat('`' || name || CASE WHEN hidden THEN '` (parameter)'
         WHEN filter LIKE '%>=%' THEN '` (ranges too)' ELSE '`' END, ', ')
FROM chartmogul_columns WHERE filter IS NOT NULL GROUP BY table_name ORDER BY min(rowid)"""

WRITES = """
WITH writable AS (
  SELECT table_name,
         group_concat('`' || name || '`', ', ') FILTER (WHERE can_insert) AS inserts,
         group_concat('`' || name || '`', ', ') FILTER (WHERE can_update) AS updates
  FROM chartmogul_columns GROUP BY table_name)
SELECT '`' || t.name || '`', CASE WHEN can_insert THEN coalesce(inserts, 'yes') ELSE '–' END,
       CASE WHEN can_update THEN coalesce(updates, 'yes') ELSE '–' END, CASE WHEN can_delete THEN 'yes' ELSE '–' END
FROM chartmogul_tables t LEFT JOIN writable w ON w.table_name = t.name WHERE can_insert OR can_update OR can_delete"""

SETTINGS = """
SELECT '`' || name || '`', CASE WHEN default_value IS NULL THEN '' ELSE '`' || default_value || '`' END, description
FROM chartmogul_settings"""

MEASURED = {"bench", "requests"}

GENERATED = {
    "tables": (("table", "one row is"), TABLES),
    "filters": (("table", "sent to the API"), FILTERS),
    "writes": (("table", "INSERT", "UPDATE", "DELETE"), WRITES),
    "settings": (("setting", "default", "meaning"), SETTINGS),
}


class Shell:
    """The sqlite3 shell with the extension, on a sandbox of its own for each script."""

    def __init__(self, library, sandbox):
        self.library, self.sandbox = os.path.splitext(os.path.abspath(library))[0], sandbox

    def run(self, script, mode="list"):
        server = subprocess.Popen([self.sandbox, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
        try:
            base_url = server.stdout.readline().strip()
            environment = dict(os.environ, CHARTMOGUL_BASE_URL=base_url, CHARTMOGUL_API_KEY="test-key")
            begin = f".bail on\n.load {self.library}\n.mode {mode}\n.headers {'off' if mode == 'list' else 'on'}\n"
            done = subprocess.run(["sqlite3", "-batch"], input=begin + script, env=environment, capture_output=True, text=True)
            return (done.stdout + done.stderr).rstrip("\n")
        finally:
            server.terminate()
            server.wait()

    def command(self, line, folder):
        """A command of a document, as it stands there but for where the library is: what it prints, and what it complains of."""
        server = subprocess.Popen([self.sandbox, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
        try:
            base_url = server.stdout.readline().strip()
            environment = dict(os.environ, CHARTMOGUL_BASE_URL=base_url, CHARTMOGUL_API_KEY="test-key", HOME=folder)
            done = subprocess.run(["sh", "-c", line.replace("./build/chartmogul", self.library)], env=environment, cwd=folder,
                                  capture_output=True, text=True)
            return done.stdout, done.stderr
        finally:
            server.terminate()
            server.wait()

    def rows(self, sql):
        return [line.split("\x1f") for line in self.run('.separator "\x1f"\n' + sql + ";").splitlines()]


def markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def with_examples(text, shell):
    """The document with the output of each example written anew."""
    def run(match):
        output = shell.run(match.group(1), "column")
        output = "\n".join(line.rstrip() for line in output.splitlines())
        return f"```sql\n{match.group(1)}```\n```text\n{output}\n```"
    return re.sub(r"```sql\n((?:(?!```).)*)```\n```text\n.*?```", run, text, flags=re.S)


def with_tables(text, shell):
    """The document with its generated tables written anew."""
    def generate(match):
        if match.group(1) in MEASURED:
            return match.group(0)
        header, sql = GENERATED[match.group(1)]
        return f"<!-- generated: {match.group(1)} -->\n{markdown(header, shell.rows(sql))}\n<!-- end -->"
    return re.sub(r"<!-- generated: (\w+) -->.*?<!-- end -->", generate, text, flags=re.S)


def check_commands(shell, check):
    """The first commands of sql/README.md: a report, alone in the output, also as CSV and of a copy; a page of the help."""
    with open("sql/README.md", encoding="utf-8") as document:
        lines = re.findall(r"^sqlite3 .*$", document.read(), flags=re.M)
    [report] = [line for line in lines if "load ./build" in line and line.endswith("mrr_waterfall.sql'")]
    [page] = [line for line in lines if "chartmogul_help" in line]
    [copied, as_csv] = [line for line in lines if "books.db" in line and "mrr_waterfall" in line]
    folder = tempfile.mkdtemp()
    try:
        shutil.copytree("sql", os.path.join(folder, "sql"))
        for command, begin in ((report, r"\d{4}-\d\d\|"), (report.replace("sqlite3 ", "sqlite3 -csv -header ", 1), "month,at_start,")):
            shown, problem = shell.command(command, folder)
            check(f"sql/README.md: {command}", re.match(begin, shown) and not problem, shown[:200] + problem)
        _, problem = shell.command(page, folder)
        with open(os.path.join(folder, "customers.txt"), encoding="utf-8") as file:
            shown = file.read()
        check(f"sql/README.md: {page}", "\nexample " in shown and max(map(len, shown.splitlines())) < 140 and not problem, problem)
        copy = "sqlite3 books.db -cmd '.load ./build/chartmogul' \"SELECT count(*) FROM chartmogul_refresh('main')\""
        shown, problem = shell.command(f"{copy}; {copied}; {as_csv}; head -1 mrr.csv", folder)
        check(f"sql/README.md: {as_csv}", shown.splitlines()[-1].startswith("month,at_start,") and not problem, shown + problem)
    finally:
        shutil.rmtree(folder)


def check_mail(shell, check):
    """The cron line of a copy: a bad night mails its error, a good one prints and mails nothing."""
    with open("sql/README.md", encoding="utf-8") as document:
        line = re.search(r"^15 3 \* \* \*  (.*)$", document.read(), flags=re.M).group(1)
    folder = tempfile.mkdtemp()
    try:
        os.mkdir(os.path.join(folder, "bin"))
        mail = os.path.join(folder, "bin", "mail")
        with open(mail, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\n{ echo "$@"; cat; } >letter\n')
        os.chmod(mail, 0o755)
        line = line.replace("/srv/billing", folder).replace("/usr/local/lib/sqlite3/chartmogul", shell.library)
        for key, letter in (("wrong-key", "-s ChartMogul copy you@example.com\n"), ("test-key", "")):
            with open(os.path.join(folder, "key"), "w", encoding="ascii") as file:
                file.write(key + "\n")
            told = shell.command(f"unset CHARTMOGUL_API_KEY; rm -f letter; export PATH={folder}/bin:$PATH; ( {line} ) </dev/null; [ ! -e letter ] || mv letter {key}",
                                 folder)
            path = os.path.join(folder, key)
            shown = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
            check(f"sql/README.md: the cron line with {key} prints nothing", told == ("", ""), told)
            check(f"sql/README.md: the cron line with {key} mails what it must", shown.startswith(letter) and bool(letter) == ("401" in shown), shown)
    finally:
        shutil.rmtree(folder)


def all_names(shell):
    """Of all tables, settings and functions."""
    names = shell.rows("SELECT name FROM chartmogul_tables UNION ALL SELECT name FROM chartmogul_settings UNION ALL "
                       "SELECT DISTINCT name FROM pragma_function_list WHERE name LIKE 'chartmogul%'")
    return [name for [name] in names]


def main():
    library, sandbox, clock, manual = sys.argv[1:5]
    update = "--update" in sys.argv
    shell, passed, failed = Shell(library, sandbox), 0, 0

    def check(what, is_right, detail=""):
        nonlocal passed, failed
        passed, failed = passed + bool(is_right), failed + (not is_right)
        if not is_right:
            print(f"FAILED {what}\n{detail}")

    for name in filter(os.path.exists, DOCUMENTS):
        with open(name, encoding="utf-8") as document:
            old = document.read()
        new = with_tables(with_examples(old, shell), shell)
        if update and new != old:
            with open(name, "w", encoding="utf-8") as document:
                document.write(new)
            print(f"written: {name}")
        stale = [f"- {a}\n+ {b}" for a, b in zip(old.splitlines(), new.splitlines()) if a != b]
        check(f"{name} is as the extension says (make docs writes it)", update or new == old, "\n".join(stale[:5]))
        for block in re.findall(r"```text\n(.*?)```", new, flags=re.S):
            check(f"{name}: an example works", "error" not in block.lower(), block)
    with open("sql/views.sql", encoding="utf-8") as views, open("README.md", encoding="utf-8") as readme:
        money = [re.findall(r"Money is in .*?\.(?=\s)", text.read(), flags=re.S) for text in (views, readme)]
    check("README.md and sql/views.sql say the same of money", money[0] and money[0] == money[1], money)
    with open("README.md", encoding="utf-8") as document:
        text, names = document.read(), all_names(shell)
    missing = [name for name in names if name not in text]
    check("README.md names every table, function and setting", not missing, ", ".join(missing))
    for name, example in shell.rows("SELECT name, example FROM chartmogul_tables WHERE example IS NOT NULL AND example <> ''"):
        output = shell.run(example + ";")
        check(f"the example of {name} runs", "error" not in output.lower(), f"{example}\n{output}")
    check_commands(shell, check)
    check_mail(shell, check)
    check_links(check)
    check_manual(manual, names, check)
    check_tables(library, sandbox, clock, update, check)
    check_hosts(update, check)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
