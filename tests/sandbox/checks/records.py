"""What records do to the account: subscriptions, statuses, MRR, activities, metrics; and what hides and repairs them."""
from sandbox import LONG_MS, Account, equal, expect

ALL = {"validation_type": "all", "with_disabled": "true"}


def check_an_invoice_makes_a_subscription(sandbox):
    account = Account(sandbox)
    before = account.read()
    equal((before["status"], before["mrr"], before["customer-since"]), ("New Lead", 0, None))
    account.invoice("i1", account.line("s1", 1000), account.line("s2", 12000, plan_uuid=account.year))
    after = account.read()
    equal((after["status"], after["mrr"], after["arr"]), ("Active", 2000, 24000))
    equal(after["customer-since"], "2025-01-01T00:00:00+00:00")
    subscriptions = account.subscriptions()
    equal([(row["external_id"], row["mrr"], row["status"], row["billing-cycle"]) for row in subscriptions],
          [("s1", 1000, "active", "month"), ("s2", 1000, "active", "year")])
    equal(account.movements(), [("new_biz", 1000), ("expansion", 1000)])
    line = sandbox.get("/invoices")["invoices"][0]["line_items"][0]
    imported = sandbox.rows(f"/import/customers/{account.customer}/subscriptions", "subscriptions")
    equal(imported[0]["uuid"], line["subscription_uuid"])
    expect(subscriptions[0]["uuid"] != imported[0]["uuid"][4:], "the two uuids are different")


def check_cancelling_ends_it_and_nothing_uncancels(sandbox):
    account = Account(sandbox)
    uuid = account.invoice()["line_items"][0]["subscription_uuid"]
    path = f"/import/subscriptions/{uuid}"
    answer = sandbox.good("PATCH", path, {"cancelled_at": "2025-03-01 12:00:00 UTC"})
    equal(answer["cancellation_dates"], ["2025-03-01T12:00:00.000Z"])
    equal((account.read()["status"], account.read()["mrr"]), ("Cancelled", 0))
    equal(account.movements(), [("new_biz", 1000), ("churn", -1000)])
    subscription = account.subscriptions()[0]
    equal((subscription["status"], subscription["end-date"]), ("inactive", "2025-03-01T12:00:00+00:00"))
    sandbox.good("PATCH", path, {"cancellation_dates": []})
    equal((account.read()["status"], account.read()["mrr"]), ("Active", 1000))
    sandbox.good("PATCH", path, {"cancellation_dates": ["2025-03-01", "2025-02-01"]})
    account.invoice("i2", account.line(start="2025-02-15", end="2025-03-15"))
    equal(account.movements(), [("new_biz", 1000), ("churn", -1000), ("reactivation", 1000), ("churn", -1000)])
    sandbox.good("PATCH", path, {"cancellation_dates": ["2027-01-01"]})
    equal(account.read()["status"], "Active", "what lies ahead has not happened")
    equal(sandbox.call("PATCH", path, {"cancelled_at": "soon"}).status, 422)
    equal(sandbox.call("PATCH", path, {}).status, 422)


def check_events_start_change_and_end(sandbox):
    account = Account(sandbox)
    account.event("subscription_start", amount_in_cents=1000, on="2025-01-01", external_id="e1")
    account.event("subscription_updated", amount_in_cents=1500, on="2025-02-01", external_id="e2")
    account.event("subscription_cancelled", on="2025-03-01", external_id="e3")
    equal(account.movements(), [("new_biz", 1000), ("expansion", 500), ("churn", -1500)])
    equal(account.read()["status"], "Cancelled")
    account.event("subscription_event_retracted", on="2025-03-02", retracted_event_id="e3")
    equal((account.read()["status"], account.read()["mrr"]), ("Active", 1500))
    name = {"data_source_uuid": account.source, "external_id": "e2"}
    sandbox.good("PATCH", "/subscription_events", {"subscription_event": {**name, "amount_in_cents": 2500}})
    equal(account.read()["mrr"], 2500)
    sandbox.good("DELETE", "/subscription_events", {"subscription_event": name})
    equal(account.read()["mrr"], 1000)
    account.event("subscription_cancellation_scheduled", on="2025-04-01", external_id="e4")
    equal(account.read()["mrr"], 0)
    account.event("scheduled_subscription_cancellation_retracted", on="2025-03-20")
    equal(account.read()["mrr"], 1000)


def check_events_name_plans_as_they_are_called(sandbox):
    account = Account(sandbox)
    for i, name in enumerate(('with "quotes"', "with\\slash", "größe", '"', " both ends ")):
        account.new_plan(name)
        account.event("subscription_start", f"s{i}", plan_external_id=name, external_id=name)
        equal(account.subscriptions()[-1]["plan"], name)
        for member in ("plan_external_id", "external_id"):
            found = sandbox.get("/subscription_events", **{member: name})["subscription_events"]
            equal(len(found), 1, f"events of the {member} {name}")
    account.event("subscription_event_retracted", "s0", retracted_event_id="größe")
    equal(len([row for row in account.subscriptions() if row["mrr"]]), 4)
    long_name = "e" * 255
    account.event("subscription_cancelled", "s0", external_id=long_name)
    named = {"data_source_uuid": account.source, "external_id": long_name}
    sandbox.good("DELETE", "/subscription_events", {"subscription_event": named})


def check_events_echo_what_was_sent(sandbox):
    account = Account(sandbox)
    for value in (1, 1.5, "1", "", None):
        event = account.event("subscription_cancelled", amount_in_cents=value, quantity=value, currency="")
        listed = sandbox.get("/subscription_events")["subscription_events"][0]
        for one in (event, listed):
            equal((one["amount_in_cents"], one["quantity"], one["currency"]), (value, value, ""))
    equal(account.event("subscription_cancelled")["quantity"], None)


def check_an_event_is_taken_once(sandbox):
    account = Account(sandbox)
    first, second = (account.event("subscription_cancelled", external_id=name) for name in ("e1", "e2"))
    body = {key: value for key, value in first.items() if key not in ("id", "errors", "created_at", "updated_at")}
    wanted = (422, {"errors": {"external_id": "has already been taken"}})
    again = sandbox.call("POST", "/subscription_events", {"subscription_event": body})
    equal((again.status, again.json), wanted)
    renamed = {"subscription_event": {"id": second["id"], "external_id": "e1"}}
    again = sandbox.call("PATCH", "/subscription_events", renamed)
    equal((again.status, again.json), wanted, "a name that another event has")
    sandbox.good("PATCH", "/subscription_events", {"subscription_event": {"id": first["id"], "external_id": "e1"}})
    sandbox.good("DELETE", f"/subscription_events?subscription_event%5Bid%5D={first['id']}")


def check_what_is_disabled_does_not_count(sandbox):
    account = Account(sandbox, system="Stripe")
    invoice = account.invoice("i1", account.line(external_id="l1"),
                              transactions=[{"type": "payment", "external_id": "t1", "date": "2025-01-01",
                                             "result": "successful"}])
    subscription = account.subscriptions()[0]
    event = account.event("subscription_updated", on="2025-02-01", amount_in_cents=3000, external_id="e1")
    named = f"data_source_uuid={account.source}&external_id="
    for path, name, hidden in ((f"/invoices/{invoice['uuid']}", "i1", 3000),
                               (f"/line_items/{invoice['line_items'][0]['uuid']}", "l1", 3000),
                               (f"/transactions/{invoice['transactions'][0]['uuid']}", "t1", 3000),
                               (f"/subscription_events/{event['id']}", None, 1000)):
        by_name = f"{path.rsplit('/', 1)[0]}/disabled_state?{named}{name}"
        for address in (path + "/disabled_state", by_name)[:2 if name else 1]:
            off = sandbox.good("PATCH", address, {"disabled": True})
            equal((off["disabled"], off["disabled_by"], bool(off["disabled_at"])), (True, "api@example.com", True))
            equal(account.read()["mrr"], hidden, f"MRR without {path}")
            if name and name != "i1":
                equal(sandbox.call("GET", path).status, 404, path)
                equal(sandbox.get(path, with_disabled="true")["disabled"], True)
            on = sandbox.good("PATCH", address, {"disabled": False})
            equal((on["disabled"], on["disabled_by"], on["disabled_at"]), (False, None, None))
            equal(account.read()["mrr"], 3000, path)
    equal(account.subscriptions()[0]["uuid"], subscription["uuid"], "the subscription is the same again")
    flat = {"data_source_uuid": account.source, "external_id": "e1"}
    for body in ({**flat, "disabled": True}, {"subscription_event": flat, "disabled": False}):
        answer = sandbox.good("PATCH", "/subscription_events/disabled_state", body)
        equal(answer["disabled"], body["disabled"])


def check_a_subscription_comes_back_with_its_invoice(sandbox):
    account = Account(sandbox, system="Stripe")
    invoice = account.invoice()
    path = f"/import/customers/{account.customer}/subscriptions"
    sandbox.good("PATCH", f"/invoices/{invoice['uuid']}/disabled_state", {"disabled": True})
    equal((account.subscriptions(), sandbox.rows(path, "subscriptions"), account.read()["status"]), ([], [], "New Lead"))
    sandbox.good("PATCH", f"/invoices/{invoice['uuid']}/disabled_state", {"disabled": False})
    equal((account.subscriptions()[0]["mrr"], account.read()["mrr"]), (1000, 1000))
    equal(sandbox.rows(path, "subscriptions")[0]["uuid"], invoice["line_items"][0]["subscription_uuid"])
    sandbox.good("DELETE", f"/invoices/{invoice['uuid']}")
    equal(account.subscriptions(), [])


def check_only_automatic_sources_disable(sandbox):
    account = Account(sandbox)
    invoice = account.invoice()
    answer = sandbox.call("PATCH", f"/invoices/{invoice['uuid']}/disabled_state", {"disabled": True})
    equal(answer.status, 422)
    sandbox.switch(disable_anywhere=True)
    sandbox.good("PATCH", f"/invoices/{invoice['uuid']}/disabled_state", {"disabled": True})


def check_user_edits_are_remembered(sandbox):
    account = Account(sandbox, system="Stripe")
    invoice = account.invoice()
    line = invoice["line_items"][0]["uuid"]
    for amount in (2000, 3000):
        sandbox.good("PATCH", f"/line_items/{line}?handle_as_user_edit=true", {"amount_in_cents": amount})
    summary = sandbox.get(f"/line_items/{line}", include_edit_histories="true")["edit_history_summary"]
    equal(summary["values_changed"], {"amount_in_cents": {"original_value": 1000, "edited_value": 3000}})
    expect("edit_history_summary" not in sandbox.get(f"/line_items/{line}"), "only when it is asked for")
    path = f"/import/customers/{account.customer}/invoices?handle_as_user_edit=true"
    body = {"invoices": [{"external_id": "i2", "date": "2025-01-01", "currency": "USD", "line_items": [account.line("s2")]}]}
    equal(sandbox.good("POST", path, body)["invoices"][0]["user_created"], True)


def shown(sandbox, **query):
    return [row["external_id"] for row in sandbox.get("/invoices", **query)["invoices"]]


def check_invalid_invoices_are_hidden_and_repaired(sandbox):
    account = Account(sandbox)
    broken = account.line()
    del broken["plan_uuid"], broken["service_period_end"]
    refund = {"type": "refund", "date": "2025-02-30", "result": "successful"}
    invoice = account.invoice("i1", account.line("s0", 500), broken, transactions=[refund])
    wrong = {"line_items.plan_uuid": "can't be blank", "line_items.service_period_end": "can't be blank",
             "transactions.date": "date is not a valid date"}
    equal(invoice["errors"], wrong)
    equal((shown(sandbox), shown(sandbox, validation_type="invalid"), shown(sandbox, validation_type="all")),
          ([], ["i1"], ["i1"]))
    path = f"/invoices/{invoice['uuid']}"
    equal(sandbox.call("GET", path).status, 404)
    whole = sandbox.get(path, validation_type="invalid")
    equal(whole["errors"], wrong)
    equal([row["errors"] for row in whole["line_items"] + whole["transactions"]], [
        {}, {"plan_uuid": "can't be blank", "service_period_end": "can't be blank"}, {"date": "date is not a valid date"}])
    equal((account.read()["status"], account.subscriptions()), ("New Lead", []))
    line = f"/line_items/{whole['line_items'][1]['uuid']}"
    sandbox.good("PATCH", line, {"plan_uuid": account.plan})
    equal(sandbox.get(path, validation_type="all")["errors"], {
        name: text for name, text in wrong.items() if name != "line_items.plan_uuid"})
    answer = sandbox.good("PATCH", line, {"service_period_end": "2025-02-01"})
    equal((answer["errors"], bool(answer["subscription_uuid"])), ({}, True))
    equal(shown(sandbox), [])
    sandbox.good("PATCH", f"/transactions/{whole['transactions'][0]['uuid']}", {"date": "2025-02-28"})
    equal((shown(sandbox), shown(sandbox, validation_type="invalid")), (["i1"], []))
    equal((sandbox.get(path)["errors"], account.read()["mrr"]), ({}, 1500))
    equal([row["external_id"] for row in account.subscriptions()], ["s0", "s1"])


def check_deleting_or_adding_a_line_repairs(sandbox):
    account = Account(sandbox)
    invoice = account.invoice("i1", account.line(), {"type": "nothing", "amount_in_cents": "many"})
    equal(sorted(invoice["errors"]), ["line_items.amount_in_cents", "line_items.type"])
    sandbox.good("DELETE", f"/line_items/{invoice['line_items'][1]['uuid']}")
    equal((shown(sandbox), account.read()["mrr"]), (["i1"], 1000))
    path = f"/import/customers/{account.other}/invoices"
    empty = {"invoices": [{"external_id": "i2", "date": "2025-01-01", "currency": "USD"}]}
    invoice = sandbox.good("POST", path, empty)["invoices"][0]
    equal(invoice["errors"], {"line_items": "can't be blank"})
    sandbox.good("POST", f"/import/invoices/{invoice['uuid']}/line_items", account.line())
    equal((shown(sandbox), account.read(account.other)["mrr"]), (["i2", "i1"], 1000))


def check_what_is_there_already_is_told(sandbox):
    account = Account(sandbox)
    payment = {"type": "payment", "external_id": "t1", "date": "2025-01-01", "result": "successful"}
    account.invoice("i1", account.line(external_id="l1"), transactions=[payment])
    again = account.invoice("i1", account.line(external_id="l1"), transactions=[payment])
    equal(again["errors"], {
        "external_id": "The external ID for this invoice already exists in our system.",
        "line_items.external_id": "The external ID for this line item already exists in our system.",
        "transactions.external_id": "has already been taken"})
    equal(len(shown(sandbox, **ALL)), 1)
    partly = account.invoice("i2", account.line(external_id="l1"))
    equal(list(partly["errors"]), ["line_items.external_id"])
    sandbox.good("PATCH", f"/invoices/{partly['uuid']}", {"due_date": "2025-02-01"})
    equal(shown(sandbox), ["i1"], "a line that was not stored is not repaired by another change")


def check_a_change_to_nonsense_is_refused(sandbox):
    account = Account(sandbox)
    line = f"/line_items/{account.invoice()['line_items'][0]['uuid']}"
    for body in ({"service_period_end": "2024-12-31"}, {"type": "x"}, {"plan_uuid": "pl_nope"}, {"amount_in_cents": None},
                 {"amount_in_cents": 1.5}, {"type": ""}):
        equal(sandbox.call("PATCH", line, body).status, 422, f"a line with {body}")
    equal((shown(sandbox), account.read()["mrr"]), (["i1"], 1000))
    sandbox.good("PATCH", line, {"subscription_external_id": "s9"})
    equal([(row["external_id"], row["mrr"]) for row in account.subscriptions()], [("s9", 1000)])
    equal(sandbox.call("PATCH", line, {"cancelled_at": "2025-06-01", "type": "x"}).status, 422)
    equal(account.read()["status"], "Active", "a refused change cancels nothing")
    sandbox.good("PATCH", line, {"cancelled_at": "2025-06-01"})
    equal(account.read()["status"], "Cancelled")


def check_a_refused_line_leaves_nothing(sandbox):
    account = Account(sandbox)
    invoice = account.invoice("i1", {"type": "one_time", "amount_in_cents": 5})
    path = f"/import/invoices/{invoice['uuid']}/line_items"
    for body in (account.line(amount=None), account.line(amount="x"), {**account.line(), "type": "subscription", "plan_uuid": ""}):
        equal(sandbox.call("POST", path, body).status, 422)
    equal(sandbox.rows(f"/import/customers/{account.customer}/subscriptions", "subscriptions"), [])
    equal(len(sandbox.get(f"/invoices/{invoice['uuid']}")["line_items"]), 1)


def check_statuses_of_invoices_and_customers(sandbox):
    account = Account(sandbox)
    payment = {"type": "payment", "date": "2025-01-02", "result": "successful"}

    def status():
        return sandbox.get(f"/invoices/{invoice['uuid']}")["status"], account.read()["status"]

    invoice = account.invoice("i1", date="2025-01-01", due_date="2025-01-31")
    add = f"/import/invoices/{invoice['uuid']}/transactions"
    equal(status(), ("open", "Past Due"))
    sandbox.good("POST", add, {**payment, "result": "failed"})
    equal(status(), ("open", "Past Due"))
    part = sandbox.good("POST", add, {**payment, "amount_in_cents": 400})
    equal(status()[0], "open")
    sandbox.good("PATCH", f"/transactions/{part['uuid']}", {"amount_in_cents": 1000})
    equal(status(), ("paid", "Active"))
    refund = sandbox.good("POST", add, {**payment, "type": "refund"})
    equal((status()[0], refund["amount_in_cents"]), ("refunded", None))
    sandbox.good("DELETE", f"/transactions/{refund['uuid']}")
    equal(status()[0], "paid")
    path = f"/data_sources/{account.source}/invoices/i1/status"
    sandbox.good("PUT", path, {"status": "written_off"})
    equal(sandbox.get(f"/invoices/{invoice['uuid']}")["status"], "written_off")
    equal((sandbox.call("PUT", path, {"status": "paid"}).status, sandbox.call("PUT", path, {}).status), (422, 422))
    strange = account.invoice("a/b c")
    sandbox.good("PUT", f"/data_sources/{account.source}/invoices/a%2Fb%20c/status", {"status": "voided"})
    equal(sandbox.get(f"/invoices/{strange['uuid']}")["status"], "voided")


def check_merge_and_unmerge(sandbox):
    account = Account(sandbox)
    sandbox.switch(async_delay_ms=LONG_MS)
    account.invoice("i1", account.line("s1"))
    account.invoice("i2", account.line("s2", 500), customer=account.other)
    note = sandbox.good("POST", "/customer_notes", {"customer_uuid": account.other, "type": "note", "text": "x"})["uuid"]
    equal(sandbox.good("POST", "/customers/merges", {
        "from": {"data_source_uuid": account.source, "external_id": "c2"}, "into": {"customer_uuid": account.customer}}), {})
    equal((account.read()["mrr"], account.read(account.other)["mrr"]), (1000, 500), "not yet")
    sandbox.control("POST", "/hurry")
    equal(sandbox.call("GET", f"/customers/{account.other}").status, 404)
    merged = account.read()
    equal((merged["mrr"], merged["external_ids"], merged["external_id"]), (1500, ["c1", "c2"], "c1"))
    equal(len(merged["data_source_uuids"]), 2)
    expect("merged-customer" in merged["attributes"]["tags"], merged["attributes"])
    for name in ("c1", "c2"):
        equal([row["uuid"] for row in sandbox.get("/customers", external_id=name)["entries"]], [account.customer])
    equal(sandbox.get(f"/customer_notes/{note}")["customer_uuid"], account.customer)
    more = account.invoice("i3", account.line("s2", 700), customer_external_id="c2")
    equal((more["errors"], more["customer_external_id"]), ({}, "c2"))
    body = {"customer_uuid": account.customer, "data_source_uuid": account.source, "external_id": "c2",
            "move_to_new_customer": ["notes"]}
    equal(sandbox.good("POST", "/customers/unmerges", body), {})
    equal(account.read()["mrr"], 2200, "not yet")
    sandbox.control("POST", "/hurry")
    fresh = sandbox.get("/customers", external_id="c2")["entries"][0]
    equal((account.read()["mrr"], account.read()["external_ids"]), (1000, ["c1"]))
    equal((fresh["mrr"], fresh["status"], fresh["external_ids"]), (1200, "Active", ["c2"]))
    equal(sandbox.get(f"/customer_notes/{note}")["customer_uuid"], fresh["uuid"])
    equal(sandbox.call("POST", "/customers/unmerges", body).status, 422, "there is nothing to split any more")
    again = {"from": {"customer_uuid": account.other}, "into": {"customer_uuid": account.customer}}
    equal(sandbox.call("POST", "/customers/merges", again).status, 422)


def check_connected_subscriptions_are_one(sandbox):
    account = Account(sandbox)
    account.invoice("i1", account.line("s1", cancelled_at="2025-02-01"))
    account.invoice("i2", account.line("s2", 1200, "2025-02-01", "2025-03-01"))
    account.invoice("i3", account.line("s3", 900, "2025-04-01", "2025-05-01"))
    rows = account.subscriptions()
    items = [{"data_source_uuid": account.source, "uuid": row["uuid"]} for row in rows]
    equal(sandbox.good("POST", f"/customers/{account.customer}/connect_subscriptions", {"subscriptions": items[:2]}), {})
    equal(account.movements(), [("new_biz", 1000), ("expansion", 200), ("expansion", 900)])
    equal(sandbox.good("POST", f"/customers/{account.customer}/disconnect_subscriptions", {"subscriptions": items[:2]}), {})
    equal(account.movements()[0], ("new_biz", 1000))
    equal(len(account.movements()), 4)
    path = f"/customers/{account.customer}/connect_subscriptions"
    equal(sandbox.call("POST", path, {"subscriptions": items[:1]}).status, 422, "one alone")


def check_deleting_a_source_takes_its_part_only(sandbox):
    account = Account(sandbox)
    second = sandbox.good("POST", "/data_sources", {"name": "Second"})["uuid"]
    theirs = sandbox.good("POST", "/customers", {"data_source_uuid": second, "external_id": "x1"})["uuid"]
    plan = sandbox.good("POST", "/plans", {"data_source_uuid": second, "name": "P", "interval_count": 1,
                                           "interval_unit": "month"})["uuid"]
    account.invoice("i1", account.line("s1", 1000))
    account.invoice("x1", account.line("s2", 300, plan_uuid=plan), customer=theirs)
    sandbox.good("POST", "/customers/merges", {"from": {"customer_uuid": theirs}, "into": {"customer_uuid": account.customer}})
    equal(account.read()["mrr"], 1300)
    sandbox.good("DELETE", f"/data_sources/{second}")
    left = account.read()
    equal((left["mrr"], left["external_ids"], left["data_source_uuids"]), (1000, ["c1"], [account.source]))
    equal(sandbox.get("/customers", external_id="x1")["entries"], [])
    equal(sum(row["activity-mrr-movement"] for row in sandbox.rows("/activities")), 1000)
    equal([plan["external_id"] for plan in sandbox.get("/plans")["plans"]], ["gold-year", "gold"])
    sandbox.good("DELETE", f"/data_sources/{account.source}/all")
    equal((sandbox.get("/customers")["entries"], sandbox.get("/plans")["plans"], sandbox.rows("/activities")), ([], [], []))
    equal(sandbox.get(f"/data_sources/{account.source}")["name"], "Billing")


def check_records_show_later_when_asked(sandbox):
    account = Account(sandbox)
    sandbox.switch(processing_delay_ms=LONG_MS)
    account.invoice()
    equal((shown(sandbox), account.read()["mrr"], account.movements()), (["i1"], 0, []))
    sandbox.control("POST", "/hurry")
    equal((account.read()["mrr"], account.movements()), (1000, [("new_biz", 1000)]))


MOVEMENTS = ("mrr-new-business", "mrr-expansion", "mrr-contraction", "mrr-churn", "mrr-reactivation")


def check_movements_add_up(sandbox):
    sandbox.reset("demo")
    activities = sandbox.rows("/activities")
    equal({row["type"] for row in activities}, {"new_biz", "expansion", "contraction", "churn", "reactivation"})
    total = sum(row["mrr"] for row in sandbox.rows("/customers"))
    equal(sum(row["activity-mrr-movement"] for row in activities), total, "activities and customers")
    for interval in ("day", "week", "month", "quarter", "year"):
        query = {"start-date": "2022-12-01", "end-date": "2025-12-31", "interval": interval}
        entries = sandbox.get("/metrics/mrr", **query)["entries"]
        level = 0
        for entry in entries:
            moved = sum(entry[name] for name in MOVEMENTS)
            equal(level + moved, entry["mrr"], f"{interval} {entry['date']}")
            expect(entry["mrr-contraction"] <= 0 and entry["mrr-churn"] <= 0, entry)
            expect(entry["mrr-new-business"] >= 0 and entry["mrr-expansion"] >= 0 and entry["mrr-reactivation"] >= 0, entry)
            level = entry["mrr"]
        equal(level, total, interval)
        equal(entries[-1]["date"], "2025-12-31")
        every = sandbox.get("/metrics/all", **query)["entries"]
        equal([entry["mrr"] for entry in every], [entry["mrr"] for entry in entries])
        customers = sandbox.get("/metrics/customer-count", **query)["entries"]
        equal([entry["customers"] for entry in customers], [entry["customers"] for entry in every])


def check_metrics_count_what_is_there(sandbox):
    sandbox.reset("demo")
    customers = sandbox.rows("/customers")
    query = {"start-date": "2025-12-01", "end-date": "2025-12-31", "interval": "month"}
    active = [row for row in customers if row["mrr"]]
    entry = sandbox.get("/metrics/all", **query)["entries"][0]
    equal((entry["customers"], entry["arr"]), (len(active), 12 * entry["mrr"]))
    equal(entry["arpa"], round(entry["mrr"] / len(active)))
    german = sum(row["mrr"] for row in active if row["country"] in ("DE", "FR"))
    equal(sandbox.get("/metrics/mrr", **query, geo="DE,FR")["entries"][0]["mrr"], german)
    plans = [plan["uuid"] for plan in sandbox.rows("/plans", "plans")]
    everything = sandbox.get("/metrics/mrr", **query, plans=",".join(plans))["entries"][0]["mrr"]
    equal(everything, entry["mrr"])
    one = [sandbox.get("/metrics/mrr", **query, plans=name)["entries"][0]["mrr"] for name in ("Team", "team-monthly")]
    expect(0 < one[0] < everything and one[0] == one[1], one)


def check_metrics_refuse(sandbox):
    for path in ("mrr", "all", "ltv"):
        answer = sandbox.call("GET", f"/metrics/{path}?start-date=2025-01-01")
        equal((answer.status, list(answer.json)), (422, ["end-date", "error_details"]))
    for query in ("start-date=x&end-date=2025-01-01", "start-date=2025-02-01&end-date=2025-01-01",
                  "start-date=2025-01-01&end-date=2025-02-01&interval=hour",
                  "start-date=1000-01-01&end-date=2999-01-01&interval=day",
                  "start-date=1000-01-01&end-date=2999-01-01&interval=month"):
        equal(sandbox.call("GET", f"/metrics/mrr?{query}").status, 422, query)


def check_bulk_imports(sandbox):
    account = Account(sandbox)
    path = f"/data_sources/{account.source}/json_imports"
    body = {
        "external_id": "bulk 1/2",
        "plans": [{"external_id": "p", "name": "P", "interval_count": 1, "interval_unit": "month"}],
        "customers": [{"external_id": "b1", "name": "B"}, {"external_id": "c1", "name": "twice"}],
        "invoices": [{"external_id": "bi", "date": "2025-01-01", "currency": "USD", "customer_external_id": "b1"},
                     {"external_id": "lost", "date": "2025-01-01", "currency": "USD", "customer_external_id": "nobody"}],
        "line_items": [{**account.line(), "invoice_external_id": "bi", "plan_external_id": "p"}],
        "transactions": [{"type": "payment", "date": "2025-01-01", "result": "successful", "invoice_external_id": "bi"}],
        "subscription_events": [{"customer_external_id": "b1", "subscription_external_id": "s1", "event_date": "2025-02-01",
                                 "event_type": "subscription_cancelled", "effective_date": "2025-02-01"}],
    }
    del body["line_items"][0]["plan_uuid"]
    made = sandbox.good("POST", path, body)
    equal((made["status"], made["status_details"]), ("queued", {}))
    for name in ("bulk%201%2F2", made["id"]):
        job = sandbox.get(f"{path}/{name}")
    equal(job["status"], "completed")
    details = job["status_details"]
    equal(details["plans"], {"status": "imported"})
    equal(details["b1"], {"status": "imported", **dict.fromkeys(
        ("customers", "invoices", "line_items", "transactions", "subscription_events"), {"status": "imported"})})
    equal((details["c1"]["status"], details["nobody"]["status"]), ("failed", "failed"))
    expect("already exists" in details["c1"]["customers"]["error"], details["c1"])
    customer = sandbox.get("/customers", external_id="b1")["entries"][0]
    equal((customer["status"], account.movements(customer["uuid"])), ("Cancelled", [("new_biz", 1000), ("churn", -1000)]))
    equal(sandbox.get("/invoices", external_id="bi")["invoices"][0]["status"], "paid")
    equal(sandbox.call("GET", f"{path}/none").status, 404)


def check_attributes(sandbox):
    account = Account(sandbox)
    path = f"/customers/{account.customer}/attributes"
    typed = [{"type": "String", "key": "s", "value": "x"}, {"type": "Integer", "key": "i", "value": "5"},
             {"type": "Timestamp", "key": "t", "value": "2016-01-31 00:00:00 UTC"},
             {"type": "Boolean", "key": "b", "value": "t"}, {"type": "Decimal", "key": "d", "value": 1.5}]
    wanted = {"s": "x", "i": 5, "t": "2016-01-31T00:00:00.000Z", "b": True, "d": 1.5}
    equal(sandbox.good("POST", path + "/custom", {"custom": typed}), {"custom": wanted})
    equal(sandbox.good("PUT", path + "/custom", {"custom": {"i": 6, "b": {"value": False, "source": "x"}}}),
          {"custom": {**wanted, "i": 6, "b": False}})
    for method, custom in (("POST", {"i": 7}), ("PUT", typed), ("POST", [{"key": "i", "value": 7}]), ("PUT", {"i": "seven"}),
                           ("POST", [{"type": "String", "key": "no good", "value": ""}])):
        equal(sandbox.call(method, path + "/custom", {"custom": custom}).status, 422, f"{method} {custom}")
    equal(sandbox.good("DELETE", path + "/custom", {"custom": ["s", "t", "b", "d"]}), {"custom": {"i": 6}})
    gone = sandbox.call("DELETE", path + "/custom", {"custom": ["i"]})
    equal((gone.status, gone.raw), (204, b""))
    equal(sandbox.good("POST", path + "/tags", {"tags": ["a", "b", "a"]}), {"tags": ["a", "b"]})
    equal(sandbox.good("DELETE", path + "/tags", {"tags": ["a", "z"]}), {"tags": ["b"]})
    by_email = {"email": "ann@example.com", "tags": ["c"]}
    entries = sandbox.good("POST", "/customers/attributes/tags", by_email)["entries"]
    equal([row["attributes"]["tags"] for row in entries], [["b", "c"]])
    sandbox.good("PATCH", f"/customers/{account.customer}", {"attributes": {"custom": typed}})
    sandbox.good("PATCH", f"/customers/{account.customer}", {"attributes": {"custom": {"i": 9}, "tags": ["z"]}})
    equal(account.read()["attributes"], {"tags": ["z"], "custom": {**wanted, "i": 9}, "stripe": {}})
    equal(sandbox.good("POST", "/customers/attributes/tags", {"email": "none@example.com", "tags": []}), {"entries": []})


def check_notes_and_calls(sandbox):
    account = Account(sandbox)
    common = {"customer_uuid": account.customer, "text": "x", "author_email": "jane.doe@example.com"}
    note, call = (sandbox.good("POST", "/customer_notes", {**common, "type": kind}) for kind in ("note", "call"))
    equal((note["call_duration"], call["call_duration"]), (0, 60))
    equal(note["author"], "Jane Doe (jane.doe@example.com)")
    dated = sandbox.good("PATCH", f"/customer_notes/{call['uuid']}", {"created_at": "2020-01-01", "updated_at": "2020-01-02"})
    equal((dated["created_at"], dated["updated_at"]), ("2020-01-01T00:00:00.000Z", "2020-01-02T00:00:00.000Z"))
    other = sandbox.good("POST", f"/customers/{account.other}/notes", {**common, "type": "note"})
    equal(other["customer_uuid"], account.other, "the path says whose note it is")
    for body in ({**common, "type": "letter"}, {**common, "type": "note", "author_email": "unknown@example.com"}):
        equal(sandbox.call("POST", "/customer_notes", body).status, 422)


def check_owners_of_notes_and_tasks(sandbox):
    account = Account(sandbox)
    alone = sandbox.good("POST", "/contacts", {"first_name": "Eve", "external_id": None})
    equal([alone[name] for name in ("customer_uuid", "customer_external_id", "data_source_uuid", "external_id", "position")],
          [None, None, None, None, 1])
    contact = {"associated_object_identifier": {"associated_object": "contact", "method": "uuid", "value": alone["uuid"]}}
    customer = {"associated_object_identifier": {"associated_object": "customer", "method": "uuid", "value": account.customer}}
    task = {"task_details": "x", "assignee": "a@example.com", "due_date": "2026-01-01"}
    for path, body in (("/notes", {"type": "note"}), ("/tasks", task)):
        ours = sandbox.good("POST", path, {**contact, **body})
        equal([ours[name] for name in ("customer_uuid", "associated_object", "associated_object_uuid")],
              [None, "contact", alone["uuid"]], path)
        theirs = [sandbox.good("POST", path, {**owner, **body}) for owner in (customer, {"customer_uuid": account.customer})]
        for row in theirs:
            equal([row[name] for name in ("customer_uuid", "associated_object", "associated_object_uuid")],
                  [account.customer, "customer", account.customer], path)
        equal(sandbox.get(path, contact_uuid=alone["uuid"])["entries"], [ours], path)
        equal(len(sandbox.get(path, customer_uuid=account.customer)["entries"]), 2, path)
        equal(len(sandbox.get(path)["entries"]), 3, path)
        for owners in ({}, {**contact, "customer_uuid": account.customer}):
            answer = sandbox.call("POST", path, {**owners, **body})
            equal((answer.status, answer.json["param"]), (422, "associated_object_identifier"), path)
        contact["associated_object_identifier"]["value"] = "con_none"
        for owners in (contact, {"customer_uuid": "cus_none"}):
            equal(sandbox.call("POST", path, {**owners, **body}).status, 404, path)
        contact["associated_object_identifier"]["value"] = alone["uuid"]
    equal(len(sandbox.get("/customer_notes")["entries"]), 2, "notes of contacts are not among the older ones")
    expect("associated_object" not in sandbox.get("/customer_notes")["entries"][0], "nor do they have owners")
    before = sandbox.get("/notes")["entries"][0]
    equal(sandbox.call("PATCH", f"/notes/{before['uuid']}", {"type": "call"}).status, 304)
    equal(sandbox.get(f"/notes/{before['uuid']}"), before)
    sandbox.good("DELETE", f"/contacts/{alone['uuid']}")
    equal([len(sandbox.get(path)["entries"]) for path in ("/notes", "/tasks")], [2, 2], "its rows go with a contact")


def check_contacts_move(sandbox):
    account = Account(sandbox)
    path = f"/contacts/{sandbox.good('POST', '/contacts', {'external_id': 'x1', 'last_seen': '2025-05-05'})['uuid']}"
    equal(sandbox.get("/contacts", external_id="x1")["entries"][0]["last_seen"], "2025-05-05T00:00:00.000Z")
    for body, external_id in (({"customer_uuid": account.customer}, "c1"), ({"customer_external_id": "c2"}, "c2"),
                              ({"customer_external_id": "c1", "data_source_uuid": account.source}, "c1"),
                              ({"customer_uuid": None}, None)):
        equal(sandbox.good("PATCH", path, body)["customer_external_id"], external_id)
    equal(sandbox.call("PATCH", path, {"customer_external_id": "none"}).status, 422)
    equal(sandbox.good("PATCH", path, {"external_id": None})["external_id"], None)


def check_contacts_merge(sandbox):
    account = Account(sandbox)
    common = {"customer_uuid": account.customer, "data_source_uuid": account.source}
    into = sandbox.good("POST", "/contacts", {**common, "first_name": "A"})
    other = sandbox.good("POST", f"/customers/{account.customer}/contacts", {
        "data_source_uuid": account.source, "first_name": "B", "last_name": "C", "custom": [
            {"key": "Toggle", "value": True}, {"key": "unknown", "value": 1}]})
    equal((other["custom"], other["position"]), ({"Toggle": True}, 2))
    merged = sandbox.good("POST", f"/contacts/{into['uuid']}/merge/{other['uuid']}")
    equal((merged["customer_uuid"], merged["first_name"], merged["last_name"]), (None, "A", "C"))
    equal(sandbox.get(f"/contacts/{into['uuid']}")["customer_uuid"], account.customer)
    equal(sandbox.call("GET", f"/contacts/{other['uuid']}").status, 404)


def check_customers_as_recorded(sandbox):
    account = Account(sandbox)
    german = sandbox.good("PATCH", f"/customers/{account.customer}", {"state": "NY"})
    equal((german["state"], german["address"]["country"]), (None, "Germany"), "states are for the US only")
    equal(account.read(account.other)["address"]["state"], "New York")
    sandbox.good("PATCH", f"/customers/{account.customer}", {"owner": "someone@example.com"})
    kept = sandbox.good("PATCH", f"/customers/{account.customer}", {"owner": "unknown@example.com", "external_id": "new"})
    equal((kept["owner"], kept["external_id"]), ("someone@example.com", "c1"))
    equal(account.new_customer("c3", owner="unknown@example.com", status="Working Lead") and
          [(row["owner"], row["status"]) for row in sandbox.get("/customers", external_id="c3")["entries"]],
          [(None, "Working Lead")])
    wrong = sandbox.call("PATCH", f"/customers/{account.customer}", {"email": "nowhere"})
    equal((wrong.status, wrong.json), (422, {
        "code": 422, "message": "The value provided does not appear to be a valid email address.", "param": "email"}))


def check_a_primary_contact_is_a_contact(sandbox):
    account = Account(sandbox)
    uuid = account.new_customer("c3", primary_contact={"first_name": "Pat", "email": "pat@example.com", "title": "CEO"})
    contacts = sandbox.get("/contacts", customer_uuid=uuid)["entries"]
    equal([(row["first_name"], row["email"], row["title"], row["position"]) for row in contacts],
          [("Pat", "pat@example.com", "CEO", 1)])
    sandbox.good("PATCH", f"/customers/{uuid}", {"primary_contact": {"title": "CTO", "external_id": "p1"}})
    contacts = sandbox.get("/contacts", customer_uuid=uuid)["entries"]
    equal([(row["first_name"], row["title"], row["external_id"]) for row in contacts], [("Pat", "CTO", "p1")])
