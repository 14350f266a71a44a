#!/usr/bin/env python3
"""Writes the manual page chartmogul(7) of what chartmogul_help says.

    man.py LIBRARY VERSION CHANGELOG PAGE

The page has the date of the newest entry of the change log, so that the same source makes the same page.
"""
import email.utils
import json
import os
import re
import subprocess
import sys

SAYS = """
CREATE TEMP TABLE topics AS
SELECT part AS kind, name AS called, substr(name, 1, instr(name || '(', '(') - 1) AS topic, text AS about FROM chartmogul_help;
SELECT kind, called, topic, about FROM topics ORDER BY rowid;
SELECT t.topic, h.part, h.name, h.text
FROM (SELECT DISTINCT topic FROM topics) AS t JOIN chartmogul_help(t.topic) AS h WHERE h.part NOT IN ('table', 'function', 'setting');
"""
DESCRIPTION = """
The extension shows a ChartMogul account as SQL tables in any program that embeds SQLite 3.38 or newer. SELECT fetches what it needs from
the API and no more; INSERT, UPDATE and DELETE write back, inside BEGIN at COMMIT. The key is taken from CHARTMOGUL_API_KEY, from the file
that CHARTMOGUL_API_KEY_FILE names, or from the setting api_key.

All tables are in the schema temp, under the names below; chartmogul_short_names() makes customers, plans and so on beside them. What stands
here of a table, a function or a setting is what chartmogul_help tells at the prompt.

Terms of a WHERE clause on the columns that are marked as sent narrow the request; SQLite checks all terms again. = ? stands for IN as well.
A page of a list has 200 rows (per_page).

A library that does not lie where the system's loader looks is loaded by its path, without the suffix: .load /usr/local/lib/sqlite3/chartmogul
"""
SYNOPSIS = [".load chartmogul", "SELECT * FROM chartmogul_help;", "SELECT * FROM chartmogul_help('customers');"]
PARTS = {"key": "keys", "join": "joins", "parameter": "parameters"}


def ask(library):
    done = subprocess.run(["sqlite3", "-batch", "-init", os.devnull], input=f".bail on\n.load {library}\n.mode json\n{SAYS}",
                          capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"man.py: sqlite3 and the library do not say anything: {done.stderr}")
    overview, lines = (json.loads(one) for one in re.findall(r"^\[.*?\]$", done.stdout, flags=re.M | re.S))
    return overview, lines


def roff(text):
    """Text as roff reads it: nothing in it is a request, every sign of it is ASCII."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti")
    text = "".join(sign if ord(sign) < 128 else f"\\[u{ord(sign):04X}]" for sign in text)
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def entry(tag, text):
    return [".TP", f"\\fB{roff(tag)}\\fR", roff(text) if text else "\\&"]


def example(question, sql):
    out = [".PP", roff(question)] if question else []
    return out + [".PP", ".RS 4", ".nf", roff(sql) + ";", ".fi", ".RE"]


def said(part, name, text):
    """A line of a table as words."""
    if part == "join":
        return f"{name} {text}"
    return ": ".join(one for one in (name, text) if one)


def table(name, about, lines):
    out, last = [f".SS {name}", roff(about)], None
    for part, called, text in lines:
        if part in ("column", "example"):
            continue
        out += [".br", roff(said(part, called, text))] if part == last else entry(PARTS.get(part, part), said(part, called, text))
        last = part
    out += entry("columns", ", ".join(called for part, called, _ in lines if part == "column"))
    for part, question, sql in lines:
        if part == "example":
            out += example(question, sql)
    return out


def page(overview, lines, version, date):
    by_topic = {}
    for line in lines:
        by_topic.setdefault(line["topic"], []).append((line["part"], line["name"], line["text"]))
    out = [f'.TH CHARTMOGUL 7 {date} "sqlite\\-chartmogul {version}" "SQLite extensions"', ".nh", ".ad l", ".SH NAME",
           "chartmogul \\- a ChartMogul account as SQL tables in SQLite", ".SH SYNOPSIS", ".nf",
           *(f"\\fB{roff(line)}\\fR" for line in SYNOPSIS), ".fi",
           ".SH DESCRIPTION"]
    out += "\n.PP\n".join(roff(part.strip()) for part in DESCRIPTION.split("\n\n")).split("\n")
    out.append(".SH TABLES")
    for row in overview:
        if row["kind"] == "table":
            out += table(row["topic"], row["about"], by_topic[row["topic"]])
    out.append(".SH FUNCTIONS")
    for row in overview:
        if row["kind"] == "function":
            out += entry(row["called"], row["about"])
    out.append(".SH SETTINGS")
    out += [roff("SELECT chartmogul_config('name', 'value') sets one for the connection, CHARTMOGUL_NAME in the environment for all.")]
    for row in overview:
        if row["kind"] == "setting":
            parts = {part: text for part, _, text in by_topic[row["topic"]]}
            values = f"Values: {parts['values']}; default" if "values" in parts else "Default"
            out += entry(row["topic"], f"{row['about']}\n{values}: {parts['default']}.")
    out += [".SH SEE ALSO", ".BR sqlite3 (1)"]
    return "\n".join(out) + "\n"


def main():
    library, version, changelog, path = sys.argv[1:5]
    with open(changelog, encoding="utf-8") as log:
        newest = re.search(r"^ -- .*>  (.*)$", log.read(), flags=re.M)
    date = email.utils.parsedate_to_datetime(newest[1]).date().isoformat()
    overview, lines = ask(os.path.splitext(os.path.abspath(library))[0])
    with open(path, "w", encoding="ascii") as out:
        out.write(page(overview, lines, version, date))


if __name__ == "__main__":
    main()
