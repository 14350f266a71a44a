"""What nobody has recorded: every switch changes what it says, and the extension is tested with each."""
import pathlib
import re

from sandbox import Account, equal, expect

CASES = pathlib.Path(__file__).resolve().parents[2] / "cases"
# What the extension meets through faults and replies of cases, in the benches, or not at all.
NOT_OF_THE_API = {
    "http_chunked", "gzip", "gzip_from_bytes", "rate_limit_per_second", "rate_limit_retry_after", "max_connections", "latency_ms", "slow_every", "statuses_move",
    "async_delay_ms", "processing_delay_ms", "today", "source_system", "read_only_status",
}


def check_every_switch_has_a_case(sandbox):
    cases = "".join(path.read_text(encoding="utf-8") for path in (CASES / "unrecorded").glob("*.case"))
    named = set(re.findall(r'[{,] *"(\w+)": *["\w]', cases))
    for name in sandbox.control("GET", "/switches"):
        expect(name in named or name in NOT_OF_THE_API, name, "is in no case of tests/cases/unrecorded")


def check_statuses(sandbox):
    account = Account(sandbox)
    invoice = account.invoice()["uuid"]
    line = {"type": "one_time", "amount_in_cents": 5}
    sandbox.switch(line_item_create_status=200, child_delete_status=200, json_import_status=202, wrong_verb_status=404,
                   custom_delete_status=200, invoice_errors_status=422, forbidden_status=409)
    made = sandbox.call("POST", f"/import/invoices/{invoice}/line_items", line)
    equal(made.status, 200)
    gone = sandbox.call("DELETE", f"/line_items/{made.json['uuid']}")
    equal((gone.status, gone.json), (200, {}))
    equal(sandbox.call("POST", f"/data_sources/{account.source}/json_imports", {"external_id": "x"}).status, 202)
    wrong = sandbox.call("PUT", "/customers")
    equal((wrong.status, wrong.raw), (404, b"404 Not Found"))
    answer = sandbox.call("DELETE", f"/customers/{account.customer}/attributes/custom", {"custom": ["x"]})
    equal((answer.status, answer.json), (200, {"custom": {}}))
    again = {"external_id": "i1", "date": "2025-01-01", "currency": "USD"}
    answer = sandbox.call("POST", f"/import/customers/{account.customer}/invoices", {"invoices": [again]})
    equal((answer.status, list(answer.json["invoices"][0]["errors"])), (422, ["external_id"]))
    equal(sandbox.call("PATCH", f"/invoices/{invoice}/disabled_state", {"disabled": True}).status, 409)


def check_the_limit_s_body(sandbox):
    sandbox.switch(rate_limit_per_second=1)
    for form, content_type, start in (("grape", "application/json", b'{"code":429'), ("text", "text/plain; charset=utf-8", b"Your request rate has"),
                                      ("rails", "application/json; charset=utf-8", b'{"error":')):
        sandbox.switch(limit_body=form)
        for _ in range(2):
            answer = sandbox.call("GET", "/ping")
        equal((answer.status, answer.type), (429, content_type))
        expect(answer.raw.startswith(start), answer.raw)
    sandbox.switch(limit_text="time")
    for _ in range(2):
        answer = sandbox.call("GET", "/ping")
    equal(answer.json["error"], "Too many requests")


def check_the_account(sandbox):
    equal("churn_recognition" in sandbox.get("/account", include="churn_recognition,nonsense"), True)
    sandbox.switch(unknown_include="refuse", account_settings="objects")
    equal(sandbox.call("GET", "/account?include=churn_recognition,nonsense").status, 400)
    answer = sandbox.get("/account", include="churn_recognition,refund_handling")
    equal((type(answer["churn_recognition"]), type(answer["refund_handling"])), (dict, str))


def check_data_sources(sandbox):
    account = Account(sandbox)
    sandbox.switch(source_settings="absent", source_status="never_imported")
    flags = {"with_processing_status": "true", "with_invoice_handling_setting": "true"}
    answer = sandbox.get(f"/data_sources/{account.source}", **flags)
    expect(answer["processing_status"] == {} and "invoice_handling_setting" not in answer, answer)
    equal(sandbox.good("POST", "/data_sources", {"name": "x"})["status"], "never_imported")


def check_answers(sandbox):
    account = Account(sandbox)
    account.invoice("i1", account.line(external_id="l1"), transactions=[
        {"type": "payment", "external_id": "t1", "date": "2025-01-01", "result": "successful"}])
    event = account.event("subscription_cancelled", on="2026-06-01")
    named = f"data_source_uuid={account.source}&external_id="
    sandbox.switch(by_external_id="wrapped", event_answer="wrapped", status_answer="record", plan_group_missing="json",
                   duplicate_invoice="refuse")
    for path, name in (("line_items", "l1"), ("transactions", "t1")):
        answer = sandbox.good("GET", f"/{path}?{named}{name}")
        equal((list(answer), answer[path][0]["external_id"]), ([path], name))
    answer = sandbox.good("PATCH", "/subscription_events", {"subscription_event": {"id": event["id"], "quantity": 2}})
    equal((list(answer), answer["subscription_event"]["quantity"]), (["subscription_event"], 2))
    answer = sandbox.good("PUT", f"/data_sources/{account.source}/invoices/i1/status", {"status": "voided"})
    equal(answer, {"external_id": "i1", "status": "voided"})
    answer = sandbox.call("GET", "/plan_groups/plg_x")
    equal((answer.status, answer.json), (404, {"error": "Plan group not found"}))
    body = {"invoices": [{"external_id": "i1", "date": "2025-01-01", "currency": "USD", "line_items": [account.line("s9")]}]}
    answer = sandbox.call("POST", f"/import/customers/{account.customer}/invoices", body)
    equal((answer.status, list(answer.json["errors"])), (422, ["external_id"]))


def check_errors_as_lists(sandbox):
    account = Account(sandbox)
    sandbox.switch(errors_form="list")
    wrong = account.invoice("i1", {"type": "one_time"})
    equal(wrong["errors"], {"line_items.amount_in_cents": ["can't be blank"]})
    equal(sandbox.get(f"/line_items/{wrong['line_items'][0]['uuid']}")["errors"], {"amount_in_cents": ["can't be blank"]})
    again = account.invoice("i1")["errors"]
    equal(again, {"external_id": ["The external ID for this invoice already exists in our system."]})
    sandbox.good("PATCH", f"/line_items/{wrong['line_items'][0]['uuid']}", {"amount_in_cents": 5})
    equal(sandbox.get("/invoices")["invoices"][0]["errors"], {})


def check_contacts(sandbox):
    account = Account(sandbox)
    contact = {"customer_uuid": account.customer, "data_source_uuid": account.source, "last_seen": "2025-05-05"}
    first = sandbox.good("POST", "/contacts", contact)
    path = f"/contacts/{first['uuid']}"
    equal((first["last_seen"], sandbox.good("PATCH", path, {"customer_uuid": account.other})["customer_uuid"]),
          ("2025-05-05T00:00:00.000Z", account.other))
    sandbox.switch(contact_last_seen=False, contact_moves=False)
    kept = sandbox.good("PATCH", path, {"customer_uuid": account.customer})
    equal(("last_seen" in kept, kept["customer_uuid"]), (False, account.other))


def check_answers_of_2026(sandbox):
    account = Account(sandbox)
    made = account.invoice("i1", account.line(external_id="l1"))
    note = f"/notes/{sandbox.good('POST', '/notes', {'customer_uuid': account.customer, 'type': 'note', 'text': 'x'})['uuid']}"
    equal(sandbox.call("PATCH", note, {"text": "x"}).status, 200)
    sandbox.switch(unchanged_patch="repeated")
    equal([sandbox.call("PATCH", note, {"text": text}).status for text in ("x", "y")], [304, 200])
    equal(sandbox.call("PATCH", f"/customers/{account.customer}", {}).status, 200)
    sandbox.switch(unchanged_patch="everywhere", customer_statuses=False)
    equal(sandbox.call("PATCH", f"/customers/{account.customer}", {"name": account.read()["name"]}).status, 304)
    equal(sandbox.call("PATCH", f"/customers/{account.customer}", {"attributes": {"tags": ["a"]}}).status, 200)
    expect("lead_status" not in account.read() and "last_seen" not in account.read(), account.read())
    sandbox.switch(delete_delay_ms=600000)
    equal([sandbox.call("DELETE", note).status, sandbox.call("GET", note).status], [202, 200])
    sandbox.switch(deletes="older")
    answer = sandbox.call("DELETE", note)
    equal((answer.status, answer.raw, sandbox.call("GET", note).status), (200, b"{}", 404))
    sandbox.switch(late_import_side=True)
    answer = sandbox.call("GET", f"/import/customers/{account.other}/subscriptions")
    equal((answer.status, answer.json), (404, {"error": "Customer not found"}))
    equal(sandbox.call("GET", f"/import/customers/{account.customer}/subscriptions").status, 200)
    line = f"/line_items/{made['line_items'][0]['uuid']}"
    equal(sandbox.good("PATCH", line, {"external_id": "l2"})["external_id"], "l2")
    sandbox.switch(line_item_external_id="ignore", sent_system="take", status_change_status=200)
    equal(sandbox.good("PATCH", line, {"external_id": "l3"})["external_id"], "l2")
    equal(sandbox.good("POST", "/data_sources", {"name": "x", "system": "Stripe"})["system"], "Stripe")
    status = f"/data_sources/{account.source}/invoices/i1/status"
    equal(sandbox.call("PUT", status, {"status": "voided"}).status, 200)


def check_families_of_notes(sandbox):
    account = Account(sandbox)
    contact = sandbox.good("POST", "/contacts", {"customer_uuid": account.customer, "data_source_uuid": account.source})["uuid"]
    sandbox.good("POST", "/notes", {"type": "note", "associated_object_identifier": {
        "associated_object": "contact", "method": "uuid", "value": contact}})
    found = lambda: len(sandbox.get("/notes", customer_uuid=account.customer)["entries"])
    equal(found(), 0)
    sandbox.switch(notes_of_contacts=True)
    equal(found(), 1)
    for served, other in (("customer_notes", "notes"), ("notes", "customer_notes")):
        sandbox.switch(notes_path=served)
        answer = sandbox.call("GET", f"/{other}")
        equal((sandbox.call("GET", f"/{served}").status, answer.status, answer.raw), (200, 404, b"404 Not Found"))


def check_answers_by_name(sandbox):
    account = Account(sandbox)
    invoice = account.invoice("i1", account.line(external_id="l1"))["uuid"]
    named = f"data_source_uuid={account.source}&external_id="
    one_time = {"type": "one_time", "amount_in_cents": 5}
    equal(sandbox.good("GET", f"/line_items?{named}none"), {"line_items": []})
    sandbox.switch(external_id_missing="404", line_item_answer="wrapped", email_missing="404", by_external_id="bare")
    equal(sandbox.call("GET", f"/line_items?{named}none").status, 404)
    equal(sandbox.good("GET", f"/line_items?{named}l1")["external_id"], "l1")
    made = sandbox.good("POST", f"/import/invoices/{invoice}/line_items", one_time)
    equal(made["line_items"][0]["amount_in_cents"], 5)
    nobody = {"email": "none@example.com", "tags": []}
    equal(sandbox.call("POST", "/customers/attributes/tags", nobody).status, 404)


def check_orders(sandbox):
    account = Account(sandbox)
    names = [row["external_id"] for row in sandbox.get("/plans")["plans"]]
    sandbox.switch(list_order="oldest")
    equal([row["external_id"] for page in sandbox.pages("/plans", per_page=1) for row in page["plans"]], names[::-1])
    account.invoice("i1")
    account.invoice("i2", account.line("s2"))
    equal([row["external_id"] for row in sandbox.get("/invoices")["invoices"]], ["i2", "i1"])


def check_filters(sandbox):
    account = Account(sandbox)
    account.event("subscription_start", on="2025-02-01T10:00:00Z")
    customers = lambda: len(sandbox.get("/customers", email="ann@example.com")["entries"])
    events = lambda on: len(sandbox.get("/subscription_events", event_date=on)["subscription_events"])
    activities = lambda: len(sandbox.get("/activities", **{"end-date": "2025-02-01"})["entries"])
    equal((customers(), events("2025-02-01"), activities()), (2, 1, 1))
    sandbox.switch(customers_by_email=True, event_dates="instant", activities_end="midnight")
    equal((customers(), events("2025-02-01"), events("2025-02-01T10:00:00Z"), activities()), (1, 0, 1, 0))


def check_metrics(sandbox):
    sandbox.reset("demo")
    query = {"start-date": "2024-01-01", "end-date": "2024-06-30"}
    equal(len(sandbox.get("/metrics/mrr", **query)["entries"]), 6)
    sandbox.switch(metrics_interval="quarter", metrics_dates="optional", metrics_summary="entries")
    answer = sandbox.get("/metrics/mrr", **query)
    equal(len(answer["entries"]), 2)
    equal([answer["summary"][name] for name in ("previous", "current")], [entry["mrr"] for entry in answer["entries"]])
    equal(sandbox.get("/metrics/mrr")["entries"][-1]["date"], "2025-12-31")


def check_numbers(sandbox):
    account = Account(sandbox)
    account.invoice()
    for form, wanted in (("float", 1000.25), ("string", "1000"), ("integer", 1000)):
        sandbox.switch(numbers=form)
        equal((account.read()["mrr"], account.subscriptions()[0]["mrr"]), (wanted, wanted))
        query = {"start-date": "2025-01-01", "end-date": "2025-01-31"}
        equal(sandbox.get("/metrics/mrr", **query)["entries"][0]["mrr"], wanted)


def check_attributes(sandbox):
    account = Account(sandbox)
    path = f"/customers/{account.customer}/attributes/custom"
    seats = {"custom": [{"type": "Integer", "key": "seats", "value": 5}]}
    sandbox.good("POST", path, seats)
    equal(sandbox.good("PUT", path, {"custom": {"unknown": 1}}), {"custom": {"seats": 5}})
    sandbox.good("PATCH", f"/customers/{account.customer}", {"attributes": {"tags": ["a"]}})
    sandbox.switch(existing_custom="refuse", unknown_custom="refuse", patch_tags="extend")
    equal((sandbox.call("POST", path, seats).status, sandbox.call("PUT", path, {"custom": {"unknown": 1}}).status), (422, 422))
    equal(sandbox.good("PATCH", f"/customers/{account.customer}", {"attributes": {"tags": ["b"]}})["attributes"]["tags"], ["a", "b"])
    sandbox.switch(defined_custom_only=False)
    body = {"customer_uuid": account.customer, "data_source_uuid": account.source, "custom": [{"key": "any", "value": 1}]}
    equal(sandbox.good("POST", "/contacts", body)["custom"], {"any": 1})


def check_what_may_be_deleted(sandbox):
    account = Account(sandbox, system="Stripe")
    account.invoice()
    sandbox.switch(delete_used_plan=False, delete_automatic_customer=False)
    for path in (f"/plans/{account.plan}", f"/customers/{account.customer}"):
        equal(sandbox.call("DELETE", path).status, 422, path)
    sandbox.good("DELETE", f"/plans/{account.year}")
    sandbox.switch(delete_used_plan=True, delete_automatic_customer=True)
    for path in (f"/plans/{account.plan}", f"/customers/{account.customer}"):
        equal(sandbox.call("DELETE", path).status, 204, path)


def check_jobs(sandbox):
    account = Account(sandbox)
    sandbox.switch(polls_until_done=1, import_failure="failed", export_failure="failed", import_by_id=False)
    job = sandbox.good("POST", "/activities_export", {})
    answer = sandbox.get(f"/activities_export/{job['id']}")
    equal((answer["status"], answer["file_url"]), ("failed", None))
    path = f"/data_sources/{account.source}/json_imports"
    made = sandbox.good("POST", path, {"external_id": "x"})
    equal((sandbox.call("GET", f"{path}/{made['id']}").status, sandbox.get(f"{path}/x")["status"]), (404, "failed"))


def check_the_words_of_imports(sandbox):
    account = Account(sandbox)
    path = f"/data_sources/{account.source}/json_imports"
    sandbox.switch(polls_until_done=1)

    def told(name, **switches):
        """How an import ends: one customer is new, the other one there already."""
        sandbox.switch(**switches)
        sandbox.good("POST", path, {"external_id": name, "customers": [{"external_id": f"new of {name}"}, {"external_id": "c1"}]})
        job = sandbox.get(f"{path}/{name}")
        return job["status"], job["status_details"]

    words = "external_id: The external ID for this customer already exists in our system."
    good, bad = {"status": "imported"}, {"status": "failed"}
    equal(told("a"), ("completed", {"new of a": {**good, "customers": good}, "c1": {**bad, "customers": {**bad, "error": words}}}))
    equal(told("b", import_errors="records")[1]["c1"]["customers"], {**bad, "errors": [{"external_id": "c1", "error": words}]})
    equal(told("c", import_errors="none")[1]["c1"]["customers"], bad)
    equal(told("d", import_details="customers")[1], {"new of d": good, "c1": bad})
    equal(told("e", import_words="others"), ("done", {"new of e": {"status": "ok"}, "c1": {"status": "rejected"}}))
    equal(told("f", import_details="none"), ("done", {}))
    sandbox.switch(import_details="customers", import_words="documented", import_failure="failed_midway")
    equal(told("g"), ("failed", {"new of g": good}))
    equal(told("h", import_failure="failed_with_words"), ("failed", {}))
    equal(sandbox.get(f"{path}/h")["error"], "the import could not be processed")
    equal([len(sandbox.get("/customers", external_id=f"new of {name}")["entries"]) for name in "agh"], [1, 1, 0])
    made = sandbox.good("POST", path, {"external_id": "i"})
    equal(made["data_source_uuid"], account.source[3:])
    sandbox.switch(import_source_prefix=True, import_by_external_id=False)
    made = sandbox.good("POST", path, {"external_id": "j"})
    equal(made["data_source_uuid"], account.source)
    equal((sandbox.call("GET", f"{path}/j").status, sandbox.call("GET", f"{path}/{made['id']}").status), (404, 200))


def check_wrong_records_of_imports(sandbox):
    account = Account(sandbox)
    path = f"/data_sources/{account.source}/json_imports"
    invoice = {"date": "2025-01-01", "currency": "USD", "customer_external_id": "c1"}
    line = {"type": "subscription", "amount_in_cents": 1, "subscription_external_id": "s", "plan_external_id": "no such plan",
            "service_period_start": "2025-01-01", "service_period_end": "2025-02-01"}

    def stored(name):
        sandbox.good("POST", path, {"external_id": name, "invoices": [{**invoice, "external_id": name}],
                                    "line_items": [{**line, "external_id": f"{name}/1", "invoice_external_id": name}]})
        return [sorted(row["errors"]) for row in sandbox.get("/invoices", external_id=name, validation_type="all")["invoices"]]

    equal(stored("x"), [])
    sandbox.good("POST", path, {"external_id": "w", "invoices": [{**invoice, "external_id": "without a line"}]})
    equal(sandbox.get("/invoices", external_id="without a line", validation_type="all")["invoices"], [])
    sandbox.switch(import_invalid="store")
    equal(stored("y"), [["line_items.plan_uuid"]])
    equal(sandbox.call("POST", path, {"external_id": "x"}).status, 422, "a name twice")
    many = [{"external_id": f"m{number}"} for number in range(1001)]
    equal(sandbox.call("POST", path, {"external_id": "many", "customers": many}).status, 422)
    large = [{"external_id": "l", "name": "l" * 5_000_000}]
    equal(sandbox.call("POST", path, {"external_id": "large", "customers": large}).status, 413)


def check_taxes_and_opportunities(sandbox):
    account = Account(sandbox)
    account.invoice("i1", account.line(amount=1200, tax_amount_in_cents=200))
    equal(account.read()["mrr"], 1000)
    sandbox.switch(tax_included=False, opportunity_arr=False)
    equal(account.read()["mrr"], 1200)
    body = {"customer_uuid": account.customer, "owner": "a@example.com", "pipeline": "New", "pipeline_stage": "First",
            "currency": "USD", "estimated_close_date": "2026-01-10", "amount_in_cents": 100, "type": "arr"}
    equal(sandbox.call("POST", "/opportunities", body).status, 422)
