"""The sandbox's answers have every member of recorded answers of the real API, in a compatible JSON type.

    shapes.py SANDBOX [EXCHANGES...]

Every recorded request is made again on a small account: its identifiers are those of the account, its cursor that of the page
before. Status, content type and members are compared. Skipped where no recordings lie beside the checkout.
"""
import json
import pathlib
import re
import sys
import urllib.parse

from sandbox import Account, Failure, Sandbox, expect, equal

RECORDED = pathlib.Path(__file__).resolve().parents[4] / "shared/recorded"
EXCHANGES = (RECORDED / "exchanges.jsonl", RECORDED / "exchanges-2026.jsonl")

# Bodies that were edited by hand after they had been recorded, or made up: only their status is compared.
EDITED = ("by_email", "Metrics_MRR/behaves_like_Summary", "Metrics_MRR/should_have_entries")
# A missing name is a 400 today; a server's failures are made by faults here.
NOT_REPEATED = {("POST", "/data_sources", 422), ("GET", "/ping", 500), ("GET", "/ping", 504)}
# A deletion that was answered in another way until 2026.
OLDER = {("/data_sources", 204)}
# Members that the API has left off since.
LEFT_OFF = {"clearbit"}
# Objects whose members the account's user chooses.
FREE = ("custom", "stripe", "errors")
# Content types have been as they are now since then.
TYPES_SINCE = 2022

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NAMED = re.compile(rf"\b(cus|ds|con|note|pl|plg|inv|li|tr|sub)_{UUID}")


class World:
    """One of everything, and two where a list has to have a second page; gives the identifier of each kind."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        account = self.account = Account(sandbox)
        payment = {"type": "payment", "date": "2025-01-01", "result": "successful"}
        for customer in (account.customer, account.other):
            sandbox.good("POST", f"/customers/{customer}/attributes/tags", {"tags": ["test-tag", "kept"]})
        once = {"type": "one_time", "amount_in_cents": 4500, "quantity": 2, "description": "setup"}
        line = account.line(subscription_set_external_id="set")
        invoice = account.invoice("i1", line, once, transactions=[payment])
        account.invoice("i2", account.line("s2", 2000), once, transactions=[payment])
        common = {"customer_uuid": account.customer}
        made = {"ds": account.source, "cus": account.customer, "pl": account.plan, "inv": invoice["uuid"],
                "sub": invoice["line_items"][0]["subscription_uuid"], "li": invoice["line_items"][0]["uuid"],
                "tr": invoice["transactions"][0]["uuid"]}
        for _ in range(2):
            for kind, path, body in (
                    ("con", "/contacts", {**common, "data_source_uuid": account.source, "first_name": "A",
                                          "email": "ann@example.com"}),
                    ("note", "/notes", {**common, "type": "call", "text": "x", "author_email": "user@example.com"}),
                    ("opportunities", "/opportunities", {
                        **common, "owner": "a@example.com", "pipeline": "New", "pipeline_stage": "First", "currency": "USD",
                        "estimated_close_date": "2026-01-10", "amount_in_cents": 100}),
                    ("tasks", "/tasks", {**common, "task_details": "x", "assignee": "a@example.com",
                                         "due_date": "2026-01-01"}),
                    ("plg", "/plan_groups", {"name": "g", "plans": [account.plan, account.year]})):
                answer = sandbox.good("POST", path, body)
                made[kind] = answer.get("uuid") or answer["task_uuid"]
        of_contact = {"associated_object_identifier": {"associated_object": "contact", "method": "uuid", "value": made["con"]}}
        sandbox.good("POST", "/notes", {**of_contact, "type": "call", "text": "x", "author_email": "user@example.com"})
        sandbox.good("POST", "/tasks", {**of_contact, "task_details": "x", "assignee": "a@example.com", "due_date": "2026-01-01"})
        self.made = made

    def translate(self, words):
        return NAMED.sub(lambda found: self.made[found[1]], words)

    def body(self, value):
        if isinstance(value, dict):
            return {name: self.body(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.body(one) for one in value]
        return self.translate(value) if isinstance(value, str) else value

    def prepare(self, method, path, body):
        """What the recorded account had and this one has not: addresses, merged customers."""
        if path.endswith("attributes/custom") and method == "PUT":
            kinds = {str: "String", bool: "Boolean", int: "Integer"}
            typed = [{"type": kinds[type(value)], "key": key, "value": value} for key, value in body["custom"].items()]
            self.sandbox.good("POST", path, {"custom": typed})
        if path == "/customers/merges":
            body["from"] = {"customer_uuid": self.account.other}
        if path == "/customers/unmerges":
            self.sandbox.good("POST", "/customers/merges", {
                "from": {"customer_uuid": self.account.other}, "into": {"customer_uuid": self.account.customer}})
            body.update({"customer_uuid": self.account.customer, "external_id": "c2"})
        if "email" in body and path.startswith("/customers/attributes"):
            body["email"] = "ann@example.com"
        if method == "POST" and path == "/customers":
            body["external_id"] = "new"
        if method == "POST" and path == "/data_sources":
            body["name"] = "new"

    def query(self, path, recorded, status):
        """The parameters; a cursor is that of the page before."""
        query = [(name, self.translate(value)) for name, value in recorded if name != "cursor"]
        known = {"email": "ann@example.com", "external_id": "c1"} if status == 200 else {}
        query = [(name, value if value == "nope" else known.get(name, value)) for name, value in query]
        if any(name == "cursor" for name, _ in recorded):
            first = self.sandbox.get(path, **dict(query))
            query.append(("cursor", first["cursor"]))
        return "?" + urllib.parse.urlencode(query) if query else ""

    def answer(self, exchange):
        method, path = exchange["method"], exchange["path"].removeprefix("/v1")
        for kind in ("opportunities", "tasks"):
            path = re.sub(f"^/{kind}/{UUID}", f"/{kind}/{self.made[kind]}", path)
        path = self.translate(path)
        body = None
        if method != "GET" and exchange["body"] is not None:
            body = self.body(exchange["body"])
            self.prepare(method, path, body)
        query = self.query(path, exchange["query"] or [], exchange["status"]) if method == "GET" else ""
        key = "wrong" if exchange["status"] == 401 else "test-key"
        return self.sandbox.call(method, path + query, body, key=key)


def kind_of(value, name):
    """The JSON type; of a text that is a date or an identifier, its form."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        return re.sub(r"\d", "0", value)
    if isinstance(value, str) and re.fullmatch(f"([a-z]+_)?{UUID}", value) and not re.search("external.id|cursor", name):
        return value[:-36] + "uuid"
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def missing_from(recorded, ours, where=""):
    """What the recorded value has and ours has not."""
    if recorded is None or ours is None:
        return []
    if kind_of(recorded, where) != kind_of(ours, where):
        return [f"{where} is {ours!r} and was {recorded!r}"]
    if isinstance(recorded, list):
        return [one for row in recorded for one in missing_from_all(row, ours, where + "[]")]
    if not isinstance(recorded, dict) or where.rsplit(".", 1)[-1] in FREE:
        return []
    wrong = [f"{where}.{name} is missing" for name in recorded if name not in ours and name not in LEFT_OFF]
    return wrong + [one for name in recorded if name in ours
                    for one in missing_from(recorded[name], ours[name], f"{where}.{name}")]


def missing_from_all(row, rows, where):
    """A recorded row must be like one of ours, of the same type where it has one."""
    if isinstance(row, dict) and "type" in row:
        rows = [one for one in rows if one.get("type") == row["type"]] or rows
    found = [missing_from(row, one, where) for one in rows]
    return min(found, key=len) if found else [f"{where} is empty"]


def check(sandbox, exchange):
    method, path, status = exchange["method"], exchange["path"].removeprefix("/v1"), exchange["status"]
    answer = World(sandbox).answer(exchange)
    equal(answer.status, status, "status")
    recorded_type = (exchange["headers"].get("content-type") or [None])[0]
    if int(exchange["recorded_at"].split()[3]) >= TYPES_SINCE:
        equal(answer.type, recorded_type, "content type")
    if any(part in exchange["cassette"] for part in EDITED) or not isinstance(exchange["response"], dict):
        return
    wrong = missing_from(exchange["response"], answer.json)
    if "has_more" in exchange["response"]:
        equal(sorted(answer.json), sorted(exchange["response"]), f"members of a page of {path}")
    expect(not wrong, f"{method} {path}:", "; ".join(dict.fromkeys(wrong)))


def is_older(exchange):
    path, status = exchange["path"].removeprefix("/v1"), exchange["status"]
    return exchange["method"] == "DELETE" and any(path.startswith(start) and status == old for start, old in OLDER)


def main(program, *exchanges):
    files = [pathlib.Path(file) for file in exchanges or EXCHANGES]
    lines = [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()]
    if not lines:
        print("skipped: no recordings beside the checkout\n0 passed, 0 failed, 1 skipped")
        return 0
    passed = failed = 0
    sandbox = Sandbox(program)
    for line in lines:
        exchange = json.loads(line)
        if is_older(exchange) or (exchange["method"], exchange["path"].removeprefix("/v1"), exchange["status"]) in NOT_REPEATED:
            continue
        try:
            check(sandbox, exchange)
            passed += 1
        except Failure as failure:
            print(f"FAILED {exchange['cassette']} {exchange['index']}: {failure}")
            failed += 1
    sandbox.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
