"""Every statement of chartmogul_endpoints makes the call that it stands for, on the sandbox, with real identifiers in it.

    examples.py LIBRARY SANDBOX

Each runs on an account of its own with one record of each kind. Nothing is exchanged but identifiers: what else a statement
says must do as it stands. The sandbox's log tells what was sent, and how it was answered.
"""
import json
import re
import sys
import urllib.request

from coverage import Sandbox, run_shell

NOBODY = "00000000-0000-0000-0000-000000000000"
LINES = [{"type": "subscription", "external_id": f"line-{n}", "subscription_external_id": f"subscription-{n}",
          "amount_in_cents": 1500, "service_period_start": "2025-01-01", "service_period_end": "2025-02-01"} for n in (1, 2)]
PAYMENT = {"type": "payment", "external_id": "payment-1", "date": "2025-01-02", "result": "successful", "amount_in_cents": 100}


class World:
    """One of each kind, by the names that the samples have; `ids` has their identifiers."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        sandbox.control("POST", "/reset")
        sandbox.control("POST", "/switches", {"async_delay_ms": 0, "disable_anywhere": True})
        source, other = (self.post("/data_sources", {"name": name})["uuid"] for name in ("First", "Second"))
        customer, merged, third = (self.post("/customers", {
            "data_source_uuid": place, "external_id": external_id, "name": "X", "email": "ann@example.com", "attributes": {
                "tags": ["old"], "custom": [{"type": "Integer", "key": "old", "value": 4}]}})["uuid"]
            for place, external_id in ((source, "customer-1"), (source, "customer-2"), (other, "scus_1")))
        plan, year = (self.post("/plans", {"data_source_uuid": source, "external_id": name, "name": name, "interval_count": 1,
                                           "interval_unit": "month"})["uuid"] for name in ("plan-1", "plan-2"))
        invoice = self.post(f"/import/customers/{customer}/invoices", {"invoices": [{
            "external_id": "invoice-1", "date": "2025-01-01", "currency": "USD", "transactions": [PAYMENT],
            "line_items": [{**line, "plan_uuid": plan} for line in LINES]}]})["invoices"][0]
        owner = {"customer_uuid": customer}
        contact, contact_2 = (self.post("/contacts", {**owner, "data_source_uuid": source})["uuid"] for _ in range(2))
        subscription = self.get(f"/customers/{customer}/subscriptions")["entries"][0]["uuid"]
        date = {"event_date": "2025-01-01", "effective_date": "2025-01-01"}
        self.ids = {
            "ds_": source, "cus_": customer, "con_": contact, "pl_": plan, "inv_": invoice["uuid"], "tr_": invoice["transactions"][0]["uuid"],
            "li_": invoice["line_items"][0]["uuid"], "sub_": invoice["line_items"][0]["subscription_uuid"],
            "note_": self.post("/notes", {**owner, "type": "note", "text": "x"})["uuid"],
            "plg_": self.post("/plan_groups", {"name": "g", "plans": [plan, year]})["uuid"],
            "opportunities": self.post("/opportunities", {
                **owner, "owner": "a@example.com", "pipeline": "p", "pipeline_stage": "s", "currency": "USD",
                "estimated_close_date": "2025-02-01", "amount_in_cents": 5})["uuid"],
            "tasks": self.post("/tasks", {**owner, "task_details": "x", "assignee": "a@example.com", "due_date": "2025-02-01"})["task_uuid"],
            "subscriptions": subscription,
            "subscription_events": self.post("/subscription_events", {"subscription_event": {
                "data_source_uuid": source, "external_id": "event-1", "customer_external_id": "customer-1",
                "subscription_external_id": "subscription-1", "event_type": "subscription_cancelled", **date}})["id"],
            "activities_exports": self.post("/activities_export", {})["id"],
            "json_imports": self.post(f"/data_sources/{source}/json_imports", {"external_id": "import-1"})["id"],
            "cus_2": merged, "con_2": contact_2, "third": third, "other": other, "year": year,
        }

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.sandbox.base_url + path, None if body is None else json.dumps(body).encode(),
                                         method=method, headers={"Authorization": "Basic dGVzdC1rZXk6",
                                                                 "Content-Type": "application/json"})
        with self.sandbox.opener.open(request) as answer:
            return json.loads(answer.read() or "null")

    def post(self, path, body):
        return self.call("POST", path, body)

    def get(self, path):
        return self.call("GET", path)


def prepare(world, row):
    """What must be there, or not be there, for the call of the statement to be the one that is needed."""
    method, path, table, _ = row
    ids, customer = world.ids, world.ids["cus_"]
    attributes = f"/customers/{customer}/attributes"
    if (method, path) == ("PUT", "/customers/{uuid}/attributes/custom"):
        world.post(attributes + "/custom", {"custom": [{"type": "Integer", "key": "seats", "value": 4}]})
    if table == "chartmogul_customer_attributes" and method in ("PUT", "DELETE"):
        world.post(attributes + "/custom", {"custom": [{"type": "String", "key": "tier", "value": "silver"}]})
    if table == "chartmogul_customer_tags" and method == "DELETE":
        world.post(attributes + "/tags", {"tags": ["vip"]})
    if table == "chartmogul_unmerge_customer":
        world.post("/customers/merges", {"from": {"customer_uuid": ids["third"]}, "into": {"customer_uuid": customer}})
        ids["ds_"] = ids["other"]
    if table == "chartmogul_disconnect_subscriptions":
        both = [{"data_source_uuid": ids["ds_"], "external_id": f"subscription-{n}"} for n in (1, 2)]
        world.post(f"/customers/{customer}/connect_subscriptions", {"subscriptions": both})
    if table == "chartmogul_plan_group_plans" and "INSERT" in row[3]:
        ids["pl_"] = ids["year"]
        world.call("PATCH", f"/plan_groups/{ids['plg_']}", {"plans": [world.get("/plans")["plans"][-1]["uuid"]]})


# Names in the samples of functions, and the record that each stands for.
NAMES = {"'cus_1'": "cus_", "'cus_2'": "cus_2", "'ds_1'": "ds_", "'con_1'": "con_", "'con_2'": "con_2"}


def with_identifiers(row, ids):
    """The statement with real identifiers; a new record gets an external id that no other has."""
    method, _, table, sql = row
    kind = table.removeprefix("chartmogul_")
    sql = re.sub(rf"([a-z]+_){NOBODY}", lambda found: ids[found[1]], sql)
    sql = sql.replace(f"'{NOBODY}'", f"'{ids.get(kind)}'").replace("'id-1'", f"'{ids.get(kind)}'")
    sql = sql.replace("WHERE id = 1", f"WHERE id = {ids.get(kind)}")
    for name, one in NAMES.items():
        sql = sql.replace(name, f"'{ids[one]}'")
    if "connect_subscriptions" in table:
        sql = sql.replace("'sub_1'", "'subscription-1'").replace("'sub_2'", "'subscription-2'")
    sql = sql.replace("'sub_1'", f"'{ids['sub_']}'").replace("name@example.com", "ann@example.com")
    if method == "POST" and kind in ("customers", "invoices", "json_imports"):
        sql = sql.replace("-1'", "-new'")
    return sql


def check(sandbox, library, row):
    """None, or why the statement does not do what it stands for."""
    method, path, table, _ = row
    world = World(sandbox)
    prepare(world, row)
    sql = with_identifiers(row, world.ids)
    sandbox.control("DELETE", "/requests")
    _, complaint = run_shell(library, sandbox.base_url, sql)
    if complaint:
        return f"{complaint}\n  {sql}"
    fits = re.compile(re.sub(r"\{\w+\}", "[^/?]+", path) + r"(\?.*)?")
    for one in sandbox.control("GET", "/requests"):
        if one["method"] == method and fits.fullmatch(one["target"]) and 200 <= one["status"] < 300:
            return None
    sent = "".join(f"\n    {one['status']} {one['method']} {one['target']}" for one in sandbox.control("GET", "/requests"))
    return f"{table}: not sent, or refused:{sent}\n  {sql}"


def main():
    library, program = sys.argv[1:3]
    sandbox, failed = Sandbox(program), 0
    shown, complaint = run_shell(library, sandbox.base_url, ".mode json\nSELECT method, path, table_name, sql FROM chartmogul_endpoints")
    rows = [] if complaint else [tuple(row.values()) for row in json.loads(shown)]
    try:
        for row in rows:
            problem = check(sandbox, library, row)
            if problem:
                failed += 1
                print(f"FAILED {row[0]} {row[1]}\n  {problem}")
    finally:
        sandbox.close()
    print(f"{len(rows) - failed} passed, {failed + (not rows)} failed")
    sys.exit(bool(failed or not rows))


if __name__ == "__main__":
    main()
