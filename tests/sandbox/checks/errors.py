"""What is refused, in the words of the API: statuses, content types and bodies of the two families."""
from sandbox import Account, equal, expect

G, R = "application/json", "application/json; charset=utf-8"
NONE = "00000000-0000-4000-8000-ffffffffffff"


def check_keys(sandbox):
    wanted = {"code": 401, "message": "No valid API key provided", "param": None}
    for key in (None, "", "wrong", "test-key-and-more"):
        answer = sandbox.call("GET", "/ping", key=key)
        equal((answer.status, answer.type, answer.json), (401, G, wanted), f"key {key}")
    equal(sandbox.call("GET", "/ping", key="test-key:whatever").status, 200, "the password does not matter")
    strange = sandbox.call("GET", "/ping", key=None, headers={"Authorization": "Basic !!!"})
    equal((strange.status, sandbox.call("GET", "/ping", key=None, headers={"Authorization": "Bearer x"}).status), (401, 401))


def check_unknown_paths(sandbox):
    for path in ("/nothing", "/customers/a/b/c", "/subscriptions", "/activities_export/a/b", "/", "/import/plans"):
        answer = sandbox.call("GET", path)
        equal((answer.status, answer.type, answer.raw), (404, "text/plain", b"404 Not Found"), path)
    answer = sandbox.call("GET", "/customers", prefix="/v2")
    equal((answer.status, answer.type), (404, "text/plain"), "another version")
    for method, path in (("PUT", "/customers"), ("DELETE", "/ping"), ("GET", "/import/customers//invoices"),
                         ("POST", "/import/customers//invoices"), ("PATCH", "/data_sources/x")):
        equal(sandbox.call(method, path).status, 405, f"{method} {path}")


def check_what_is_not_there(sandbox):
    account = Account(sandbox)
    for path, param, label in (("/customers/cus_", "customer_id", "Customer"), ("/contacts/con_", "contact_uuid", "Contact"),
                               ("/notes/note_", "note_uuid", "Note"), ("/customer_notes/note_", "note_uuid", "Note"), ("/tasks/", "task_uuid", "Task"),
                               ("/opportunities/", "opportunity_uuid", "Opportunity")):
        for method in ("GET", "PATCH", "DELETE"):
            answer = sandbox.call(method, path + NONE, {} if method == "PATCH" else None)
            wanted = {"code": 404, "message": f'{label} "{NONE}" does not exist', "param": param}
            equal((answer.status, answer.type, answer.json), (404, G, wanted), f"{method} {path}")
    for path, text in (("/plans/pl_", "Plan not found"), ("/invoices/inv_", "Invoice not found"),
                       ("/line_items/li_", "Line item not found"), ("/transactions/tr_", "Transaction not found")):
        for method in ("GET", "PATCH", "DELETE"):
            answer = sandbox.call(method, path + NONE, {} if method == "PATCH" else None)
            equal((answer.status, answer.type, answer.json), (404, R, {"error": text}), f"{method} {path}")
    source = sandbox.call("DELETE", "/data_sources/1234-a-uuid-that-doesnt-exist")
    equal((source.status, source.json), (404, {"error": "Data source not found"}))
    wrong = sandbox.call("DELETE", "/invoices/inv_I_dont_exists")
    equal((wrong.status, wrong.json), (422, {"error": "Invalid UUID passed", "error_details": [
        {"param": "uuid", "code": "invalid", "message": "Invalid UUID passed"}]}))
    invoice = {"external_id": "i", "date": "2025-01-01", "currency": "USD", "line_items": [account.line()]}
    lost = sandbox.call("POST", f"/import/customers/cus_{NONE}/invoices", {"invoices": [invoice]})
    equal((lost.status, lost.json), (404, {"error": "Invoice not found", "error_details": [
        {"param": "invoice", "code": "invalid", "message": "Invoice not found"}]}))
    lost = sandbox.call("GET", f"/import/customers/cus_{NONE}/subscriptions")
    equal((lost.status, lost.type, lost.json), (404, R, {"error": "Customer not found"}))
    group = sandbox.call("GET", f"/plan_groups/plg_{NONE}")
    equal((group.status, group.type), (404, "text/html; charset=utf-8"))


def check_currencies(sandbox):
    account = Account(sandbox)
    for code, is_one in (("EURO", False), ("eur", False), ("E", False), ("EUR|USD", False), ("PLN", True)):
        invoice = {"external_id": f"i{code}", "date": "2025-01-01", "currency": code, "line_items": [account.line()]}
        answer = sandbox.call("POST", f"/import/customers/{account.customer}/invoices", {"invoices": [invoice]})
        equal((answer.status, "currency" in answer.json), (201, False) if is_one else (422, True), f"invoice in {code}")
        opportunity = {"customer_uuid": account.customer, "owner": "a@example.com", "pipeline": "New", "pipeline_stage": "First",
                       "estimated_close_date": "2025-01-01", "currency": code, "amount_in_cents": 1}
        answer = sandbox.call("POST", "/opportunities", opportunity)
        equal((answer.status, answer.json.get("param")), (201, None) if is_one else (422, "currency"), f"opportunity in {code}")
    event = {"external_id": "e", "data_source_uuid": account.source, "customer_external_id": "c1", "subscription_external_id": "s",
             "event_type": "subscription_cancelled", "event_date": "2025-01-01", "effective_date": "2025-01-01", "currency": "EURO"}
    equal(sandbox.call("POST", "/subscription_events", {"subscription_event": event}).status, 422)


def check_what_is_missing_in_a_body(sandbox):
    answer = sandbox.call("POST", "/data_sources", {})
    equal((answer.status, answer.type, answer.json), (
        400, G, {"code": 400, "message": 'Parameter "name" is missing', "param": "name"}))
    answer = sandbox.call("POST", "/plan_groups", {})
    equal((answer.status, answer.type, answer.json), (422, R, {
        "name": ["Name can't be blank"], "plan_ids": ["Plan ids can't be blank"], "error_details": [
            {"param": "name", "code": "blank", "message": "Name can't be blank"},
            {"param": "plan_ids", "code": "blank", "message": "Plan ids can't be blank"}]}))
    answer = sandbox.call("POST", "/plan_groups", {"name": "x", "plans": ["pl_a", "pl_b"]})
    equal((answer.status, answer.raw.count(b'"plan_ids":')), (422, 1), "a member twice in an object")
    for method, path in (("GET", "/line_items"), ("PATCH", "/transactions"), ("DELETE", "/invoices")):
        answer = sandbox.call(method, path + "?external_id=x")
        equal((answer.status, list(answer.json)), (422, ["data_source_uuid", "error_details"]), path)


def check_bodies_that_are_no_objects(sandbox):
    account = Account(sandbox)
    for body in ("{", "[]", "5", '"text"', "null", "{}x"):
        for path, content_type in (("/customers", G), ("/plans", R)):
            answer = sandbox.call("POST", path, body)
            equal((answer.status, answer.type), (400, content_type), f"{path} with {body}")
            expect("message" in answer.json or "error" in answer.json, answer.json)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    job = sandbox.call("POST", "/activities_export", "type=churn&start-date=2025-01-01", headers=form)
    equal((job.status, job.json["params"]["params"]["activity_type"]), (200, "churn"))
    equal(sandbox.call("POST", "/customers", "x" * (7 << 20)).status, 413)
    equal(account.read()["name"], "Ann")


def check_duplicates(sandbox):
    account = Account(sandbox)
    customer = {"data_source_uuid": account.source, "external_id": "c1"}
    plan = {**customer, "external_id": "gold", "name": "x", "interval_count": 1, "interval_unit": "day"}
    account.invoice("i1", account.line(external_id="l1"), transactions=[
        {"type": "payment", "external_id": "t1", "date": "2025-01-01", "result": "successful"}])
    invoice = sandbox.get("/invoices")["invoices"][0]["uuid"]
    transaction = {"external_id": "t1", "type": "refund", "date": "2025-01-01", "result": "successful"}
    for path, body, member, text in (
            ("/data_sources", {"name": "Billing"}, "name", "Has already been taken."),
            ("/customers", customer, "external_id", "The external ID for this customer already exists in our system."),
            ("/plans", plan, "external_id", "A plan with this identifier already exists in our system."),
            (f"/import/invoices/{invoice}/line_items", account.line(external_id="l1"), "external_id",
             "The external ID for this line item already exists in our system."),
            (f"/import/invoices/{invoice}/transactions", transaction, "external_id", "has already been taken")):
        answer = sandbox.call("POST", path, body)
        equal((answer.status, answer.json), (422, {"errors": {member: text}}), path)
        sandbox.switch(duplicate_status=409)
        equal(sandbox.call("POST", path, body).status, 409)
        sandbox.switch(duplicate_status=422)


def check_statuses_of_success(sandbox):
    account = Account(sandbox)
    common = {"customer_uuid": account.customer}
    opportunity = {**common, "owner": "a@example.com", "pipeline": "New", "pipeline_stage": "First", "currency": "USD",
                   "estimated_close_date": "2026-01-10", "amount_in_cents": 100}
    task = {**common, "task_details": "x", "assignee": "a@example.com", "due_date": "2026-01-01"}
    for path, body, created, changed, deleted in (
            ("/data_sources", {"name": "x"}, 201, None, "Source deleted"),
            ("/customers", {"data_source_uuid": account.source, "external_id": "x"}, 201, 200, 204),
            ("/contacts", {**common, "data_source_uuid": account.source}, 201, 200, "Contact deleted"),
            ("/notes", {**common, "type": "call"}, 201, 304, "Call log deleted"),
            ("/notes", {**common, "type": "note"}, 201, 304, "Note deleted"),
            ("/customer_notes", {**common, "type": "call"}, 201, 200, 200), ("/opportunities", opportunity, 201, 200, 200),
            ("/tasks", task, 201, 304, "Task deleted"), ("/plan_groups", {"name": "g", "plans": [account.plan]}, 200, 200, 204),
            ("/plans", {"data_source_uuid": account.source, "name": "x", "interval_count": 1, "interval_unit": "day"},
             201, 202, 204)):
        answer = sandbox.call("POST", path, body)
        equal(answer.status, created, f"POST {path}")
        address = f"{path}/{answer.json.get('uuid') or answer.json['task_uuid']}"
        if changed:
            answer = sandbox.call("PATCH", address, {})
            equal(answer.status, changed, f"PATCH {path}")
            expect(changed != 304 or (answer.raw == b"" and answer.type is None), f"PATCH {path}", answer.raw, answer.type)
        answer = sandbox.call("DELETE", address)
        wanted = (202, b'{"message":"%s"}' % deleted.encode()) if isinstance(deleted, str) else (deleted, b"{}" * (deleted == 200))
        equal((answer.status, answer.raw), wanted, f"DELETE {path}")
        equal(sandbox.call("DELETE", address).status, 404, f"DELETE {path} again")


def check_read_only_keys(sandbox):
    from sandbox import Sandbox
    other = Sandbox(sandbox.program, "--read-only-key", "look")
    try:
        equal(other.call("GET", "/customers", key="look").status, 200)
        answer = other.call("POST", "/data_sources", {"name": "x"}, key="look")
        equal((answer.status, answer.json["code"]), (403, 403))
    finally:
        other.stop()
