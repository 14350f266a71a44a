#!/usr/bin/env python3
"""The shared library against recorded traffic of the real API.

    replay.py LIBRARY SERVER EXCHANGES...

Every recorded read is made by SQL, and every recorded member must be found in its column; every recorded
write is made by SQL, and the body that was sent must be the recorded one. What stands for which request:
statements.py. What was recorded of paths that the API has replaced is served under those of today. SERVER is a program that serves an exchanges file and logs what it was asked. It is started
with the exchanges of one recorded story at a time, so that each of them is reached.
"""
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

import compare
import statements

PREFIX = "/v1"
KEY = "replay-key"
ROOTS = ("entries", "customers", "plans", "plan_groups", "invoices", "subscriptions", "subscription_events",
         "data_sources")


class Failure(Exception):
    pass


class Skip(Exception):
    pass


# ---- the server and the connection -----------------------------------------------------------------


class Stage:
    """A replaying server with some exchanges, and a fresh connection to it."""

    def __init__(self, library, server, exchanges):
        self.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.folder.name)
        self.log_path = folder / "log"
        self.exchanges = exchanges
        file = folder / "exchanges.jsonl"
        file.write_text("".join(json.dumps(e) + "\n" for e in exchanges), encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, server, str(file), "--log", str(self.log_path)], stdout=subprocess.PIPE, text=True)
        base = self.process.stdout.readline().strip()
        self.db = sqlite3.connect(":memory:")
        self.db.row_factory = sqlite3.Row
        self.db.enable_load_extension(True)
        self.db.load_extension(library)
        for name, value in (("base_url", base), ("api_key", KEY), ("max_retries", 0)):
            self.db.execute("SELECT chartmogul_config(?, ?)", (name, value)).fetchall()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def log(self):
        if not self.log_path.exists():
            return []
        return [json.loads(line) for line in self.log_path.read_text(encoding="utf-8").splitlines()]

    def has(self, name):
        if name.endswith("()"):
            sql, name = "SELECT 1 FROM pragma_function_list WHERE name = ?", name[:-2]
        else:
            sql = "SELECT 1 FROM chartmogul_tables WHERE name = ?"
        return self.db.execute(sql, (name,)).fetchone() is not None

    def columns(self, table):
        sql = "SELECT name, type, json_path FROM chartmogul_columns WHERE table_name = ? AND json_path IS NOT NULL"
        return self.db.execute(sql, (table,)).fetchall()


# ---- reads -----------------------------------------------------------------------------------------


def rows_of(response):
    """The rows of a recorded answer: of a list, or the one object."""
    for root in ROOTS:
        if isinstance(response.get(root), list):
            return response[root]
    return [response]


def check_row(row, recorded, columns):
    for column in columns:
        path, name = column["json_path"], column["name"]
        expected, is_there = compare.find(recorded, path)
        if path == "$":
            if json.loads(row[name]) != recorded:
                raise Failure(f"json is not what was recorded: {row[name]:.300}")
        elif is_there and not compare.is_shown(row[name], expected, column["type"]):
            raise Failure(f"{name} shows {row[name]!r}, recorded was {expected!r}")
    lost = list(compare.uncovered(recorded, [c["json_path"] for c in columns if c["json_path"] != "$"]))
    if lost:
        raise Failure("no column shows " + ", ".join(lost))


# Their json is asked for with parameters that the recorded requests did not send: the whole row has their members, too.
JSON_ASKS_MORE = {"chartmogul_data_sources"}


def check_read(stage, exchange, table, conditions):
    paths = {exchange["path"], PREFIX + statements.same_list(exchange["path"][len(PREFIX):])[0]}
    recorded_rows = [row for e in stage.exchanges if e["path"] in paths and e["status"] == 200 for row in rows_of(e["response"])]
    columns = [c for c in stage.columns(table)
               if (table not in JSON_ASKS_MORE if c["json_path"] == "$"
                   else any(compare.find(row, c["json_path"])[1] for row in recorded_rows))]
    where, values = statements.where_of(conditions)
    sql = f"SELECT {', '.join(c['name'] for c in columns)} FROM {table}{where}"
    try:
        rows = stage.db.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise Failure(f"{sql}: {error}") from error
    pages = [r for r in stage.log() if r["method"] == "GET" and r["path"] in paths and r["matched"]]
    if not pages:
        raise Failure(f"{sql}: asked for {[r['path'] for r in stage.log()]} instead")
    by_place = {(e["cassette"], e["index"]): e for e in stage.exchanges}
    recorded = []
    for page in pages:
        found = by_place.get(tuple(page["matched"]))  # None: the empty page that the server puts at the end
        if found and found["status"] == 200:
            recorded += rows_of(found["response"])
    if len(rows) != len(recorded):
        raise Failure(f"{sql}: {len(rows)} rows, recorded were {len(recorded)}")
    for row, expected in zip(rows, recorded):
        check_row(row, expected, columns)


def check_attributes(stage, exchange, customer):
    """GET .../attributes is two tables: a row per tag, a row per custom attribute."""
    recorded = exchange["response"]
    for table in ("chartmogul_customer_tags", "chartmogul_customer_attributes"):
        if not stage.has(table):
            raise Skip(f"no table {table} yet")
    tags = [r[0] for r in stage.db.execute("SELECT tag FROM chartmogul_customer_tags WHERE customer_uuid = ?", (customer,))]
    custom = {r[0]: r[1] for r in stage.db.execute(
        "SELECT key, value FROM chartmogul_customer_attributes WHERE customer_uuid = ?", (customer,))}
    if sorted(tags) != sorted(recorded["tags"]):
        raise Failure(f"tags are {tags}, recorded were {recorded['tags']}")
    for key, value in recorded["custom"].items():
        if custom.get(key) not in (value, compare.shown_as(value, "TIMESTAMP")):
            raise Failure(f"custom {key} is {custom.get(key)!r}, recorded was {value!r}")
    if len(custom) != len(recorded["custom"]):
        raise Failure(f"custom is {custom}, recorded was {recorded['custom']}")


def check_ping(stage, exchange):
    try:
        answer = stage.db.execute("SELECT chartmogul_ping()").fetchone()[0]
    except sqlite3.Error as error:
        if exchange["status"] < 400:
            raise Failure(str(error)) from error
        return
    if exchange["status"] < 400 and answer != exchange["response"]["data"]:
        raise Failure(f"ping says {answer!r}")
    if exchange["status"] >= 400 and answer == "pong!":
        raise Failure(f"ping says {answer!r} to a {exchange['status']}")


def read(stage, exchange):
    path = exchange["path"][len(PREFIX):]
    query = {name: value for name, value in exchange["query"] if name not in ("per_page", "cursor")}
    if path == "/ping":
        check_ping(stage, exchange)
        return
    groups = statements.match(rf"/customers/{statements.UUID}/attributes", path)
    if groups:
        check_attributes(stage, exchange, groups[0])
        return
    for pattern, name, conditions in statements.READS:
        groups = statements.match(pattern, path)
        if groups is not None:
            if not stage.has("chartmogul_" + name):
                raise Skip(f"no table chartmogul_{name} yet")
            check_read(stage, exchange, "chartmogul_" + name, conditions(groups, query))
            return
    raise Failure(f"statements.py knows nothing of GET {path}")


# ---- writes ----------------------------------------------------------------------------------------


def altered(value):
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, dict):
        return {name: altered(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return []
    return "2001-01-01T00:00:00.000Z" if compare.instant(value) else "before"


def row_before(exchange):
    """What the row may have been before the write: the recordings begin with the write itself."""
    before = dict(exchange["response"]) if isinstance(exchange["response"], dict) else {}
    if exchange["method"] == "PATCH":
        before.update({name: altered(value) for name, value in exchange["body"].items()})
    key = "task_uuid" if exchange["path"].startswith(PREFIX + "/tasks/") else "uuid"
    return {**before, key: exchange["path"].split("/")[-1]}


def attributes_before(exchange):
    body = exchange["body"]
    custom = body.get("custom", {})
    custom = {key: "before" for key in custom} if isinstance(custom, list) else altered(custom)
    return {"tags": body.get("tags", []) if exchange["method"] == "DELETE" else [], "stripe": {}, "custom": custom}


def invented(exchange, story):
    """What else the API would have answered, had it been asked while this write was recorded."""
    path = exchange["path"]
    customers = sorted({found[1] for e in story if (found := re.match(r"/v1/import/customers/([^/]+)/", e["path"]))})

    def answer(method, at, response, query=()):
        return {"cassette": "invented", "index": len(answers), "method": method, "path": at, "query": list(query),
                "body": None, "status": 200, "headers": {}, "response": response}

    answers = []
    groups = statements.match(r"(/v1/customers/[^/]+/attributes)/(?:custom|tags)", path)
    if groups and exchange["method"] != "POST":
        answers.append(answer("GET", groups[0], attributes_before(exchange)))
    elif exchange["method"] in ("PATCH", "DELETE") and "/import/" not in path:
        answers.append(answer("GET", path, row_before(exchange)))
    if exchange["method"] == "PATCH" and path.startswith(PREFIX + "/customers/"):
        for method in ("POST", "PUT", "DELETE"):
            for kind in ("custom", "tags"):
                answers.append(answer(method, f"{path}/attributes/{kind}", {}))
    if "/import/subscriptions/" in path:  # found by walking the customers
        entries = [{"uuid": uuid} for uuid in customers]
        answers.append(answer("GET", PREFIX + "/customers", {"entries": entries, "has_more": False, "cursor": None}))
    if exchange["method"] == "DELETE" and path.startswith(PREFIX + "/data_sources/"):
        nobody = {"entries": [], "has_more": False, "cursor": None}
        answers.append(answer("GET", PREFIX + "/customers", nobody, [["data_source_uuid", path.split("/")[-1]]]))
    return answers


def union(bodies):
    """What several calls say together."""
    together = {}
    for body in bodies:
        for name, value in (body or {}).items():
            if isinstance(value, list):
                together.setdefault(name, []).extend(value)
            elif isinstance(value, dict) and isinstance(together.get(name), dict):
                together[name].update(value)
            else:
                together[name] = value
    return together or None


def body_of(stage, exchange):
    """The body that was sent; attributes of a customer travel in calls of their own."""
    log = stage.log()
    sent = [r for r in log if r["method"] == exchange["method"] and r["path"] == exchange["path"]]
    if not sent:
        raise Failure(f"sent {[(r['method'], r['path']) for r in log]} instead")
    body = union([r["body"] for r in sent])
    attributes = [r["body"] for r in log
                  if r["path"].startswith(exchange["path"] + "/attributes/") and r["method"] != "GET"]
    if attributes:
        body = union([body, {"attributes": union(attributes)}])
    return body


def check_body(stage, exchange):
    sent, recorded = body_of(stage, exchange), exchange["body"]
    if exchange["method"] == "PATCH":
        by_place = {(e["cassette"], e["index"]): e for e in stage.exchanges}
        read = [r for r in stage.log() if r["method"] == "GET" and r["path"] == exchange["path"] and r["matched"]]
        before = by_place[tuple(read[0]["matched"])]["response"] if read else {}
        is_right = compare.is_same_change(sent or {}, recorded, before)
    else:
        said_by_path = exchange["path"].split("/")
        if isinstance(recorded, dict):
            recorded = {name: value for name, value in recorded.items() if value not in said_by_path}
        if isinstance(recorded, dict) and exchange["method"] == "POST":  # INSERT sends no NULL
            recorded = {name: value for name, value in recorded.items() if value is not None}
        is_one_call = sum(r["path"] == exchange["path"] and r["method"] == exchange["method"] for r in stage.log()) == 1
        is_right = compare.is_same_body(sent, recorded, in_order=is_one_call)
    if not is_right:
        raise Failure(f"sent {json.dumps(sent)}, recorded was {json.dumps(recorded)}")


def write(stage, exchange):
    path = exchange["path"][len(PREFIX):]
    for method, pattern, name, how in statements.WRITES:
        groups = statements.match(pattern, path) if method == exchange["method"] else None
        if groups is None:
            continue
        if not stage.has(name):
            raise Skip(f"no {'function' if name.endswith('()') else 'table'} {name} yet")
        sql, values = how(groups, exchange["body"])
        perform_write(stage, exchange, sql, values)
        return
    raise Failure(f"statements.py knows nothing of {exchange['method']} {path}")


def perform_write(stage, exchange, sql, values):
    is_refused = exchange["status"] >= 400 and exchange["method"] != "DELETE"  # deleting what is gone is done
    try:
        stage.db.isolation_level = None  # each statement by itself: sent at once
        stage.db.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        if is_refused:
            return
        raise Failure(f"{sql}: {error}") from error
    if is_refused:
        raise Failure(f"{sql}: no error, although the API refused it with {exchange['status']}")
    check_body(stage, exchange)


# ---- all of them -----------------------------------------------------------------------------------


def story_of(exchange, exchanges):
    """The exchanges of the same story; of those that share method, path and query only this one."""
    def place(e):
        return e["method"], e["path"], json.dumps(e["query"])

    story = [e for e in exchanges if e["cassette"] == exchange["cassette"]]
    story = [e for e in story if e is exchange or place(e) != place(exchange)]
    if exchange["method"] == "GET":
        path, query = statements.same_list(exchange["path"][len(PREFIX):])
        if PREFIX + path != exchange["path"]:
            told = dict(query)  # each row of the list says what the path of the recorded one did
            rows = [{**row, **told} for row in rows_of(exchange["response"])]
            response = {**exchange["response"], path[1:]: rows}
            story.append({**exchange, "path": PREFIX + path, "query": exchange["query"] + query, "response": response})
        return story
    return story + invented(exchange, story)


def run_one(library, server, exchange, exchanges):
    is_later_page = any(name == "cursor" for name, _ in exchange["query"])
    if exchange["method"] == "GET" and is_later_page:
        # Reached by its first page; one that belongs to another list cannot be.
        first = [e for e in story_of(exchange, exchanges) if e["path"] == exchange["path"] and e is not exchange]
        exchange = first[0] if first else exchange
    with Stage(library, server, story_of(exchange, exchanges)) as stage:
        if exchange["method"] == "GET":
            read(stage, exchange)
        else:
            write(stage, exchange)


def main():
    library, server, *files = sys.argv[1:]
    library = str(pathlib.Path(library).resolve().with_suffix(""))
    exchanges = [statements.of_today(json.loads(line)) for file in files
                 for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
    passed, failed, skipped = 0, 0, {}
    for exchange in exchanges:
        try:
            run_one(library, server, exchange, exchanges)
            passed += 1
        except Skip as why:
            skipped[str(why)] = skipped.get(str(why), 0) + 1
        except (Failure, sqlite3.Error, TypeError, ValueError) as why:
            failed += 1
            print(f"FAILED replay: {exchange['method']} {exchange['path']} ({exchange['cassette']} "
                  f"{exchange['index']})\n  {why}")
    for why, count in sorted(skipped.items()):
        print(f"skipped: {why} ({count})")
    total = sum(skipped.values())
    print(f"{passed} passed, {failed} failed" + (f", {total} skipped" if total else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
