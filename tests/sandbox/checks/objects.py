"""Each kind of object: its members, and how each is written."""
import re

from sandbox import Account, equal, expect

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
OFFSET = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
DAY = r"\d{4}-\d\d-\d\d"


class Or:
    """One of several forms."""

    def __init__(self, *forms):
        self.forms = forms


def maybe(form):
    return Or(form, None)


def fits(value, form):
    if isinstance(form, Or):
        return any(fits(value, one) for one in form.forms)
    if form is None:
        return value is None
    if isinstance(form, str):
        return isinstance(value, str) and re.fullmatch(form, value) is not None
    if isinstance(form, dict):
        return isinstance(value, dict) and not problems(value, form)
    if isinstance(form, list):
        return isinstance(value, list) and all(fits(one, form[0]) for one in value)
    return type(value) is form


def problems(value, form):
    """What is missing or written in another way. Members that the form does not name are wrong, too."""
    missing = [f"{name} is missing" for name in form if name not in value]
    unknown = [f"{name} is unknown" for name in value if name not in form]
    return missing + unknown + [f"{name} is {value[name]!r}" for name in form
                                if name in value and not fits(value[name], form[name])]


def has_form(value, form, what):
    wrong = problems(value, form)
    expect(not wrong, what + ":", "; ".join(wrong))


def uuid(prefix):
    return prefix + UUID


SOURCE = {"uuid": uuid("ds_"), "name": str, "system": str, "created_at": MS, "status": "idle|never_imported"}
CUSTOMER = {
    "id": int, "uuid": uuid("cus_"), "external_id": str, "name": str, "email": str,
    "status": "(New|Working|Qualified|Unqualified) Lead|Active|Past Due|Cancelled", "customer-since": maybe(OFFSET),
    "attributes": {"custom": dict, "stripe": dict, "tags": [str]}, "data_source_uuid": uuid("ds_"),
    "data_source_uuids": [uuid("ds_")], "external_ids": [str], "company": str, "country": maybe("[A-Z]{2}"),
    "state": maybe("[A-Z]{2}"), "city": maybe(str), "zip": maybe(str), "lead_created_at": maybe(MS),
    "free_trial_started_at": maybe(MS), "lead_status": str, "free_subscriber_status": str, "trial_subscriber_status": str,
    "paid_subscriber_status": str, "last_seen": maybe(MS),
    "address": {"country": maybe(str), "state": maybe(str), "city": maybe(str), "address_zip": maybe(str)},
    "mrr": int, "arr": int, "billing-system-url": maybe(str), "chartmogul-url": "https://app.chartmogul.com/#/customers/.*",
    "billing-system-type": str, "currency": "[A-Z]{3}", "currency-sign": str, "owner": maybe(str), "website_url": maybe(str),
}
CONTACT = {
    "uuid": uuid("con_"), "customer_uuid": maybe(uuid("cus_")), "customer_external_id": maybe(str),
    "data_source_uuid": maybe(uuid("ds_")), "external_id": maybe(str), "position": int, "last_seen": maybe(MS), "custom": dict,
    **dict.fromkeys(("first_name", "last_name", "title", "email", "phone", "linked_in", "twitter", "notes"), maybe(str)),
}
OWNER = {"customer_uuid": maybe(uuid("cus_")), "associated_object": "customer|contact",
         "associated_object_uuid": Or(uuid("cus_"), uuid("con_"))}
OLD_NOTE = {"uuid": uuid("note_"), "customer_uuid": uuid("cus_"), "type": "note|call", "text": str, "call_duration": int,
                "author": r".+ \(.+@.+\)", "created_at": MS, "updated_at": MS}
NOTE = {**OLD_NOTE, **OWNER}
OPPORTUNITY = {
    "uuid": UUID, "customer_uuid": uuid("cus_"), "owner": ".+@.+", "pipeline": str, "pipeline_stage": str,
    "estimated_close_date": DAY, "currency": "[A-Z]{3}", "amount_in_cents": int, "type": "recurring|one-time|arr",
    "forecast_category": "pipeline|best_case|committed|lost|won", "win_likelihood": int, "custom": dict, "created_at": MS,
    "updated_at": MS,
}
TASK = {"task_uuid": UUID, **OWNER, "task_details": str, "assignee": ".+@.+", "due_date": MS,
        "completed_at": maybe(MS), "created_at": MS, "updated_at": MS}
PLAN = {"uuid": uuid("pl_"), "external_id": str, "name": str, "interval_count": int, "interval_unit": "day|month|year",
        "data_source_uuid": uuid("ds_")}
GROUP = {"uuid": uuid("plg_"), "name": str, "plans_count": int}
HIDING = {"disabled": bool, "disabled_at": maybe(MS), "disabled_by": maybe(str), "user_created": bool}
# An import answers fewer members of lines and transactions than the other calls.
TRANSACTION_IMPORTED = {
    "uuid": uuid("tr_"), "external_id": maybe(str), "type": "payment|refund", "date": MS, "result": "successful|failed",
    "amount_in_cents": maybe(int), "transaction_fees_in_cents": maybe(int), "transaction_fees_currency": maybe(str),
}
TRANSACTION = {**TRANSACTION_IMPORTED, **HIDING, "errors": dict}
LINE_OF_ANY_TYPE = {
    "uuid": uuid("li_"), "external_id": maybe(str), "amount_in_cents": int, "quantity": int, "discount_code": str,
    "discount_amount_in_cents": int, "discount_description": maybe(str), "tax_amount_in_cents": int,
    "transaction_fees_in_cents": int, "transaction_fees_currency": maybe(str), "account_code": str,
    "event_order": maybe(int),
}
ONE_TIME_IMPORTED = {**LINE_OF_ANY_TYPE, "type": "one_time", "description": maybe(str)}
LINE_IMPORTED = {
    **LINE_OF_ANY_TYPE, "type": "subscription|trial", "subscription_uuid": uuid("sub_"), "subscription_external_id": str,
    "plan_uuid": uuid("pl_"), "service_period_start": MS, "service_period_end": MS, "prorated": bool,
    "proration_type": maybe("differential|full|differential_mrr"),
}
ONE_TIME = {**ONE_TIME_IMPORTED, **HIDING, "errors": dict, "plan_uuid": None}
LINE = {**LINE_IMPORTED, **HIDING, "errors": dict, "plan_external_id": str}
INVOICE_IMPORTED = {
    "uuid": uuid("inv_"), "external_id": str, "date": MS, "due_date": maybe(MS), "currency": "[A-Z]{3}", "errors": dict,
    "customer_external_id": str, "data_source_uuid": uuid("ds_"), "collection_method": maybe("automatic|manual"),
    "status": "paid|open|voided|written_off|refunded", "line_items": [Or(LINE_IMPORTED, ONE_TIME_IMPORTED)],
    "transactions": [TRANSACTION_IMPORTED], **HIDING,
}
INVOICE = {**INVOICE_IMPORTED, "customer_uuid": uuid("cus_"), "line_items": [Or(LINE, ONE_TIME)],
           "transactions": [TRANSACTION]}
INVOICE_LISTED = {**INVOICE, "line_items": [Or({**LINE, "balance_transfer": maybe(bool)},
                                               {**ONE_TIME, "balance_transfer": maybe(bool)})]}
IMPORT_SUBSCRIPTION = {"uuid": uuid("sub_"), "external_id": str, "cancellation_dates": [MS], "plan_uuid": uuid("pl_"),
                       "data_source_uuid": uuid("ds_")}
SUBSCRIPTION = {
    "id": int, "external_id": str, "subscription_set_external_id": str, "uuid": UUID, "quantity": int, "mrr": int, "arr": int,
    "status": "active|inactive", "plan": str, "billing-cycle": "day|month|year", "billing-cycle-count": int,
    "start-date": OFFSET, "end-date": OFFSET, "currency": "[A-Z]{3}", "currency-sign": str,
}
EVENT = {
    "id": int, "data_source_uuid": uuid("ds_"), "customer_external_id": str, "subscription_set_external_id": maybe(str),
    "subscription_external_id": str, "plan_external_id": maybe(str), "event_date": SECONDS, "effective_date": SECONDS,
    "event_type": "[a-z_]+", "external_id": maybe(str), "errors": dict, "created_at": SECONDS, "updated_at": SECONDS,
    "quantity": maybe(int), "currency": maybe(str), "amount_in_cents": maybe(int), "tax_amount_in_cents": maybe(int),
    "retracted_event_id": maybe(str), "event_order": maybe(int), **HIDING,
}
ACTIVITY_OF_ANY_LIST = {
    "description": str, "activity-mrr-movement": int, "activity-mrr": int, "activity-arr": int, "date": OFFSET,
    "type": "new_biz|reactivation|expansion|contraction|churn", "currency": "[A-Z]{3}", "subscription-external-id": str,
}
CUSTOMER_ACTIVITY = {**ACTIVITY_OF_ANY_LIST, "id": int, "currency-sign": str}
ACTIVITY = {**ACTIVITY_OF_ANY_LIST, "uuid": UUID, "subscription-set-external-id": str, "plan-external-id": str,
            "customer-name": str, "customer-uuid": uuid("cus_"), "customer-external-id": str,
            "billing-connector-uuid": uuid("ds_")}
EXPORT = {"id": UUID, "status": "pending|succeeded", "file_url": maybe("https://.*"), "expires_at": maybe(OFFSET),
          "created_at": OFFSET, "params": {"kind": "activities", "params": dict}}
JSON_IMPORT = {"id": UUID, "data_source_uuid": UUID, "status": "queued|processing|completed", "external_id": str,
               "status_details": dict, "created_at": SECONDS, "updated_at": SECONDS}


def check_lists_of_the_demo_company(sandbox):
    sandbox.reset("demo")
    for path, root, form in (
            ("/customers", "entries", CUSTOMER), ("/contacts", "entries", CONTACT), ("/notes", "entries", NOTE),
            ("/customer_notes", "entries", OLD_NOTE),
            ("/opportunities", "entries", OPPORTUNITY), ("/tasks", "entries", TASK), ("/plans", "plans", PLAN),
            ("/plan_groups", "plan_groups", GROUP), ("/invoices", "invoices", INVOICE_LISTED),
            ("/subscription_events", "subscription_events", EVENT), ("/activities", "entries", ACTIVITY)):
        rows = sandbox.rows(path, root)
        expect(rows, path, "is empty")
        for row in rows:
            has_form(row, form, path)
    for row in sandbox.get("/data_sources")["data_sources"]:
        has_form(row, SOURCE, "/data_sources")


def check_lists_of_one_customer(sandbox):
    sandbox.reset("demo")
    seen = set()
    for customer in sandbox.rows("/customers", status="Cancelled")[:20]:
        for path, root, form in ((f"/customers/{customer['uuid']}/subscriptions", "entries", SUBSCRIPTION),
                                 (f"/customers/{customer['uuid']}/activities", "entries", CUSTOMER_ACTIVITY),
                                 (f"/customers/{customer['uuid']}/contacts", "entries", CONTACT),
                                 (f"/import/customers/{customer['uuid']}/subscriptions", "subscriptions", IMPORT_SUBSCRIPTION),
                                 (f"/import/customers/{customer['uuid']}/invoices", "invoices", INVOICE_IMPORTED)):
            for row in sandbox.rows(path, root):
                seen.add(path.rsplit("/", 1)[1] + path[:3])
                has_form(row, form, path)
    equal(len(seen), 5, "lists with rows")


def check_single_objects(sandbox):
    account = Account(sandbox)
    one_time = {"type": "one_time", "amount_in_cents": 500}
    payment = {"type": "payment", "date": "2025-01-01", "result": "successful"}
    imported = account.invoice("i1", account.line(), one_time, transactions=[payment])
    has_form(imported, INVOICE_IMPORTED, "an imported invoice")
    invoice = sandbox.get(f"/invoices/{imported['uuid']}")
    has_form(invoice, INVOICE, "an invoice")
    line, other = invoice["line_items"]
    alone = {"invoice_uuid": uuid("inv_")}
    has_form(sandbox.get(f"/line_items/{line['uuid']}"), {**LINE, **alone}, "a line item")
    has_form(sandbox.get(f"/line_items/{other['uuid']}"), {**ONE_TIME, **alone}, "a one_time line item")
    has_form(sandbox.get(f"/transactions/{invoice['transactions'][0]['uuid']}"), {**TRANSACTION, **alone}, "a transaction")
    has_form(sandbox.get(f"/customers/{account.customer}"), CUSTOMER, "a customer")
    has_form(sandbox.get(f"/customers/{account.customer}/attributes"), CUSTOMER["attributes"], "attributes")
    has_form(sandbox.get(f"/plans/{account.plan}"), PLAN, "a plan")
    has_form(sandbox.get(f"/data_sources/{account.source}"), SOURCE, "a data source")
    has_form(account.event(subscription="s2"), EVENT, "an event")
    cancelled = sandbox.good("PATCH", f"/import/subscriptions/{line['subscription_uuid']}", {"cancelled_at": "2025-05-01"})
    has_form(cancelled, {**IMPORT_SUBSCRIPTION, "customer_uuid": uuid("cus_")}, "a cancelled subscription")


def check_settings_of_data_sources(sandbox):
    account = Account(sandbox)
    rules = {**dict.fromkeys(("create_subscription_when_invoice_is", "update_subscription_when_invoice_is"), str),
             **{f"prevent_subscription_for_invoice_{state}": bool for state in ("voided", "refunded", "written_off")}}
    form = {**SOURCE, "processing_status": {"processed": int, "failed": int, "pending": int},
            "auto_churn_subscription_setting": {"enabled": bool, "interval": maybe(int)},
            "invoice_handling_setting": {"manual": rules, "automatic": rules}}
    flags = {"with_processing_status": "true", "with_auto_churn_subscription_setting": "true",
             "with_invoice_handling_setting": "true"}
    has_form(sandbox.get(f"/data_sources/{account.source}", **flags), form, "a data source with its settings")
    has_form(sandbox.get("/data_sources", **flags)["data_sources"][0], form, "a listed data source with its settings")


def check_account_and_its_settings(sandbox):
    form = {"id": uuid("acc_"), "name": str, "currency": "[A-Z]{3}", "time_zone": ".+/.+", "week_start_on": "monday|sunday"}
    has_form(sandbox.get("/account"), form, "the account")
    settings = ("churn_recognition", "churn_when_zero_mrr", "auto_churn_subscription", "refund_handling",
                "proximate_movement_reclassification")
    answer = sandbox.get("/account", include=",".join(settings))
    has_form(answer, {**form, **dict.fromkeys(settings, Or(str, bool))}, "the account with its settings")


def check_jobs(sandbox):
    account = Account(sandbox)
    job = sandbox.good("POST", "/activities_export", {"type": "churn", "start-date": "2025-01-01"})
    has_form(job, EXPORT, "a new export")
    equal((job["status"], job["file_url"]), ("pending", None))
    equal(job["params"]["params"], {"activity_type": "churn", "start_date": "2025-01-01 00:00:00 +0000"})
    for _ in range(2):
        job = sandbox.get(f"/activities_export/{job['id']}")
    has_form(job, EXPORT, "a finished export")
    equal(job["status"], "succeeded")
    expect(job["file_url"] and job["expires_at"], job)
    job = sandbox.good("POST", f"/data_sources/{account.source}/json_imports", {"external_id": "first"})
    has_form(job, JSON_IMPORT, "a new import")
    states = [job["status"]] + [sandbox.get(f"/data_sources/{account.source}/json_imports/first")["status"] for _ in "12"]
    equal(states, ["queued", "processing", "completed"])


def check_more_members_in_every_object(sandbox):
    def every_object(value):
        if isinstance(value, dict):
            yield value
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from every_object(one)

    sandbox.reset("demo")
    sandbox.switch(extra_members=True)
    for path in ("/ping", "/account", "/data_sources", "/customers?per_page=3", "/contacts?per_page=3", "/plans?per_page=3",
                 "/plan_groups", "/invoices?per_page=3", "/activities?per_page=3", "/tasks?per_page=3",
                 "/opportunities?per_page=3", "/notes?per_page=3", "/customer_notes?per_page=3", "/subscription_events?per_page=3",
                 "/metrics/all?start-date=2025-01-01&end-date=2025-02-28&interval=month"):
        answer = sandbox.get(path)
        for one in every_object(answer):
            if "note" in one and "at" in one or one in ({}, answer.get("errors")) or "sandbox_extra" in one:
                continue
            free = [row.get("attributes", row).get("custom") for row in answer.get("entries", [])]
            expect(one in free, path, "has an object without another member:", one)
