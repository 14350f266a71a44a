"""Lists: their paging, what their first page has, their order, their filters."""
import base64

from sandbox import Account, equal, expect

# What stands on a first page besides the rows, and what on the later ones.
PAGES = ["current_page", "total_pages", "has_more", "cursor"]
ANALYTICS = ["has_more", "per_page", "page", "cursor"]
FIRST_PAGES = {
    "/customers": ("entries", PAGES[:2] + ANALYTICS),
    "/customers/search?email=same@example.com": ("entries", PAGES[:2] + ANALYTICS),
    "/customers/{cus}/activities": ("entries", ANALYTICS),
    "/customers/{cus}/subscriptions": ("entries", ANALYTICS),
    "/customers/{cus}/contacts": ("entries", ["cursor", "has_more"]),
    "/activities": ("entries", ["has_more", "per_page", "cursor"]),
    "/plans": ("plans", PAGES),
    "/plan_groups": ("plan_groups", PAGES),
    "/plan_groups/{plg}/plans": ("plans", PAGES),
    "/invoices": ("invoices", PAGES),
    "/import/customers/{cus}/invoices": ("invoices", ["customer_uuid"] + PAGES),
    "/import/customers/{cus}/subscriptions": ("subscriptions", ["customer_uuid"] + PAGES),
    "/subscription_events": ("subscription_events", ["meta", "cursor", "has_more"]),
    "/contacts": ("entries", ["cursor", "has_more"]),
    "/notes": ("entries", ["cursor", "has_more"]),
    "/customer_notes": ("entries", ["cursor", "has_more"]),
    "/opportunities": ("entries", ["cursor", "has_more"]),
    "/tasks": ("entries", ["cursor", "has_more"]),
}
OPPORTUNITY = {"owner": "a@example.com", "pipeline": "New", "pipeline_stage": "First", "estimated_close_date": "2026-01-10",
               "currency": "USD", "amount_in_cents": 100}


def fill(sandbox):
    """Three rows in every list of FIRST_PAGES; gives the account and its plan group."""
    account = Account(sandbox)
    sandbox.good("DELETE", f"/customers/{account.other}")
    of_customer = {"customer_uuid": account.customer}
    group = None
    for i in range(3):
        account.new_customer(f"same-{i}", email="same@example.com")
        account.new_plan(f"plan-{i}")
        plans = [plan["uuid"] for plan in sandbox.get("/plans")["plans"][:3]]
        group = sandbox.good("POST", "/plan_groups", {"name": f"group-{i}", "plans": plans})["uuid"]
        account.invoice(f"i{i}", account.line(f"s{i}", 1000 * (i + 1), f"2025-0{i + 1}-01", f"2025-0{i + 2}-01"))
        account.event("subscription_cancelled", f"s{i}", f"2025-06-0{i + 1}")
        sandbox.good("POST", "/contacts", {**of_customer, "data_source_uuid": account.source, "first_name": f"c{i}"})
        sandbox.good("POST", "/customer_notes", {**of_customer, "type": "note", "text": f"n{i}"})
        sandbox.good("POST", "/opportunities", {**of_customer, **OPPORTUNITY})
        sandbox.good("POST", "/tasks", {**of_customer, "task_details": f"t{i}", "assignee": "a@example.com",
                                        "due_date": f"2026-01-0{i + 1}"})
    return account, group


def key_of(row):
    return row.get("uuid") or row.get("task_uuid") or row["id"]


def every_list(sandbox):
    account, group = fill(sandbox)
    for path, (root, members) in FIRST_PAGES.items():
        yield path.format(cus=account.customer, plg=group), root, members


def check_first_and_later_pages(sandbox):
    for path, root, members in every_list(sandbox):
        join = "&" if "?" in path else "?"
        first = sandbox.get(f"{path}{join}per_page=2")
        equal(sorted(first), sorted([root] + members), f"members of {path}")
        equal((len(first[root]), first["has_more"]), (2, True), path)
        later = sandbox.get(f"{path}{join}per_page=2&cursor={first['cursor']}".replace("=&", "%3D&"))
        kept = [root, "cursor", "has_more"] + ["customer_uuid"] * ("customer_uuid" in members)
        equal(sorted(later), sorted(kept), f"members of a later page of {path}")
        if "total_pages" in first:
            rows = len(sandbox.rows(path.split("?")[0], root)) if "search" not in path else None
            equal(first["total_pages"], rows and (rows + 1) // 2, f"total_pages of {path}")


def check_pages_are_the_list(sandbox):
    for path, root, _ in every_list(sandbox):
        path, query = (path.split("?") + [""])[:2]
        query = dict(pair.split("=") for pair in query.split("&") if pair)
        whole = [key_of(row) for row in sandbox.get(path, **query)[root]]
        expect(len(whole) >= 3, path, "has few rows")
        equal(len(set(whole)), len(whole), path)
        for per_page in (1, 2, 3, len(whole)):
            pages = sandbox.pages(path, per_page=per_page, **query)
            equal([key_of(row) for page in pages for row in page[root]], whole, f"{path} by {per_page}")
            expect(all(page["cursor"] for page in pages), path, "has a page without a cursor")
        behind = sandbox.get(path, cursor=pages[-1]["cursor"], per_page=len(whole), **query)
        equal((behind[root], behind["has_more"], behind["cursor"]), ([], False, None), f"behind the end of {path}")


def check_cursors_are_opaque(sandbox):
    for path, root, _ in every_list(sandbox):
        cursor = sandbox.get(path)["cursor"]
        plain = base64.b64decode(cursor, validate=True).decode()
        expect("&" in plain or plain.startswith("subscriptions_next_page="), path, plain)
        wrong = sandbox.call("GET", path + ("&" if "?" in path else "?") + "cursor=bm90aGluZw==")
        equal(wrong.status, 422, f"a cursor of nothing at {path}")


def check_empty_lists(sandbox):
    account = Account(sandbox)
    group = sandbox.good("POST", "/plan_groups", {"name": "g", "plans": [account.plan]})["uuid"]
    sandbox.good("DELETE", f"/plans/{account.plan}")
    sandbox.good("DELETE", f"/plans/{account.year}")
    paths = {path.format(cus=account.customer, plg=group): form for path, form in FIRST_PAGES.items()
             if path not in ("/customers", "/plan_groups") and "search" not in path}
    paths["/customers?external_id=nope"] = FIRST_PAGES["/customers"]
    for path, (root, members) in paths.items():
        answer = sandbox.get(path)
        equal(sorted(answer), sorted([root] + members), f"members of {path} when empty")
        equal((answer[root], answer["has_more"], answer["cursor"]), ([], False, None), path)


def check_rows_on_a_page(sandbox):
    sandbox.reset("450")
    for asked, wanted in ((1, 1), (199, 199), (200, 200), (201, 200), (9999, 200), (0, 200), ("many", 200)):
        answer = sandbox.get("/customers", per_page=asked)
        equal((len(answer["entries"]), answer["per_page"]), (wanted, wanted), f"per_page={asked}")
    equal([len(page["entries"]) for page in sandbox.pages("/customers")], [200, 200, 50])


def check_the_deprecated_page(sandbox):
    fill(sandbox)
    for path, root in (("/plans", "plans"), ("/plan_groups", "plan_groups"), ("/invoices", "invoices")):
        answer = sandbox.get(path, page=2, per_page=2)
        equal(sorted(answer), sorted([root, "current_page", "total_pages"]), path)
        equal(answer["current_page"], 2)
        equal([key_of(row) for row in answer[root]], [key_of(row) for row in sandbox.get(path)[root][2:4]])
    customers = sandbox.get("/customers", page=1, per_page=2)
    expect("has_more" in customers and "cursor" not in customers, customers)
    expect("cursor" in sandbox.get("/contacts", page=3), "contacts do not know it")


def check_order(sandbox):
    account, group = fill(sandbox)
    for path, root in (("/plans", "plans"), ("/plan_groups", "plan_groups"), ("/invoices", "invoices"),
                       ("/contacts", "entries"), ("/notes", "entries"), ("/opportunities", "entries"),
                       ("/tasks", "entries"), ("/subscription_events", "subscription_events"),
                       (f"/plan_groups/{group}/plans", "plans"), (f"/customers/{account.customer}/activities", "entries")):
        keys = [key_of(row) for row in sandbox.rows(path, root)]
        equal(keys, sorted(keys, reverse=True), f"newest first: {path}")
    for path in ("invoices", "subscriptions"):
        keys = [row["uuid"] for row in sandbox.rows(f"/import/customers/{account.customer}/{path}", path)]
        equal(keys, sorted(keys), f"oldest first: import {path}")
    sandbox.reset("demo")
    customers = sandbox.rows("/customers")
    equal(customers, sorted(customers, key=lambda row: (row["customer-since"] or "9", row["id"])), "order of customers")
    expect(customers[0]["customer-since"] and not customers[-1]["customer-since"], "leads are not last")
    dates = [row["date"] for row in sandbox.rows("/activities")]
    equal(dates, sorted(dates))
    equal([row["date"] for row in sandbox.rows("/activities", order="-date")], dates[::-1])


# (list, root, {parameter: (values, what a row has to be)})
FILTERS = (
    ("/customers", "entries", {
        "data_source_uuid": lambda row, value: value in row["data_source_uuids"],
        "external_id": lambda row, value: value in row["external_ids"],
        "status": lambda row, value: row["status"] == value.replace("_", " "),
        "system": lambda row, value: row["billing-system-type"] == value}),
    ("/contacts", "entries", {name: lambda row, value, name=name: row[name] == value for name in (
        "email", "customer_uuid", "customer_external_id", "data_source_uuid")}),
    ("/customer_notes", "entries", {
        "customer_uuid": lambda row, value: row["customer_uuid"] == value,
        "type": lambda row, value: row["type"] == value,
        "author_email": lambda row, value: row["author"].endswith(f"({value})")}),
    ("/opportunities", "entries", {
        **{name: lambda row, value, name=name: row[name] == value for name in (
            "customer_uuid", "owner", "pipeline", "pipeline_stage")},
        "estimated_close_date_on_or_after": lambda row, value: row["estimated_close_date"] >= value,
        "estimated_close_date_on_or_before": lambda row, value: row["estimated_close_date"] <= value}),
    ("/tasks", "entries", {
        **{name: lambda row, value, name=name: row[name] == value for name in ("customer_uuid", "assignee")},
        "due_date_on_or_after": lambda row, value: row["due_date"][:10] >= value,
        "due_date_on_or_before": lambda row, value: row["due_date"][:10] <= value,
        "completed": lambda row, value: (row["completed_at"] is not None) == (value == "true")}),
    ("/plans", "plans", {
        "data_source_uuid": lambda row, value: row["data_source_uuid"] == value,
        "external_id": lambda row, value: row["external_id"] == value,
        "system": lambda row, value: row["data_source_uuid"].endswith("1") == (value == "Stripe")}),
    ("/invoices", "invoices", {
        **{name: lambda row, value, name=name: row[name] == value for name in (
            "customer_uuid", "data_source_uuid", "external_id")},
        "validation_type": lambda row, value: value == "all" or bool(row["errors"]) == (value == "invalid"),
        "with_disabled": lambda row, value: value == "true" or not row["disabled"]}),
    ("/subscription_events", "subscription_events", {
        **{name: lambda row, value, name=name: row[name] == value for name in (
            "data_source_uuid", "external_id", "customer_external_id", "subscription_external_id", "event_type",
            "plan_external_id")},
        "event_date": lambda row, value: row["event_date"][:10] == value,
        "effective_date": lambda row, value: row["effective_date"][:10] == value,
        "with_disabled": lambda row, value: value == "true" or not row["disabled"]}),
    ("/activities", "entries", {
        "start-date": lambda row, value: row["date"][:10] >= value,
        "end-date": lambda row, value: row["date"][:10] <= value,
        "type": lambda row, value: row["type"] == value}),
)
VALUES = {
    "status": ["Active", "Cancelled", "New_Lead", "Past_Due"], "system": ["Stripe", "Custom"], "type": ["note", "call"],
    "completed": ["true", "false"], "validation_type": ["valid", "invalid", "all"], "with_disabled": ["true", "false"],
    "estimated_close_date_on_or_after": ["2026-01-20"], "estimated_close_date_on_or_before": ["2026-02-10"],
    "due_date_on_or_after": ["2025-12-25"], "due_date_on_or_before": ["2026-01-10"], "start-date": ["2024-02-01"],
    "end-date": ["2025-03-31"],
}


def values_of(path, name, rows):
    """What to ask for: of the members of a few rows, where nothing else is said."""
    if path == "/activities" and name == "type":
        return ["churn", "new_biz", "expansion", "contraction", "reactivation"]
    if name in VALUES:
        return VALUES[name]
    members = {"author_email": lambda row: row["author"].split("(")[1][:-1],
               "event_date": lambda row: row["event_date"][:10], "effective_date": lambda row: row["effective_date"][:10]}
    read = members.get(name, lambda row: row[name])
    return [read(rows[i]) for i in (0, len(rows) // 2) if read(rows[i]) is not None]


def check_each_filter_alone(sandbox):
    sandbox.reset("demo")
    for path, root, filters in FILTERS:
        everything = {"validation_type": "all", "with_disabled": "true"} if "with_disabled" in filters else {}
        rows = sandbox.rows(path, root, **everything)
        for name, fits in filters.items():
            for value in values_of(path, name, rows):
                hidden = {**everything, name: value}
                wanted = [row for row in rows if fits(row, value)]
                found = sandbox.rows(path, root, **hidden)
                equal(found, wanted, f"{path}?{name}={value}: {len(found)} of {len(wanted)} rows")
                expect(wanted or name == "plan_external_id", f"{path}?{name}={value} has no row to show")


def check_filters_together(sandbox):
    sandbox.reset("demo")
    for path, root, filters in FILTERS:
        hiding = {"validation_type", "with_disabled"}
        everything = {"validation_type": "all", "with_disabled": "true"} if "with_disabled" in filters else {}
        rows = sandbox.rows(path, root, **everything)
        names = list(filters)
        for i, first in enumerate(names):
            for second in names[i + 1:]:
                for one in values_of(path, first, rows)[:2]:
                    for two in values_of(path, second, rows)[:2]:
                        query = {**everything, first: one, second: two}
                        kept = [row for row in rows if filters[first](row, one) and filters[second](row, two)]
                        found = sandbox.rows(path, root, **query)
                        equal([key_of(row) for row in found], [key_of(row) for row in kept], f"{path} {query} {hiding}")


def check_what_no_filter_knows(sandbox):
    sandbox.reset("demo")
    for path, root, filters in FILTERS:
        whole = sandbox.get(path)
        equal(sandbox.get(path, no_such_parameter="x", customer="y"), whole, f"unknown parameters of {path}")
        for name in ("data_source_uuid", "customer_uuid"):
            if name in filters:
                equal(sandbox.get(path, **{name: "ds_nope"})[root], [], f"{path} of a {name} that is not there")
    events = sandbox.get("/subscription_events")
    equal(sandbox.get("/subscription_events", customer_uuid="cus_nope"), events, "events do not know customers")
    for path, root, name in (("/customers", "entries", "status"), ("/customer_notes", "entries", "type"),
                             ("/activities", "entries", "type"), ("/subscription_events", "subscription_events", "event_type")):
        equal(sandbox.get(path, **{name: "Nothing"})[root], [], f"{path} of a {name} that does not exist")
    for path, name in (("/tasks", "completed"), ("/invoices", "validation_type"), ("/invoices", "with_disabled")):
        for value in ("Nothing", "valid:t.is_valid|invalid", "true:1|1", ":", "|"):
            equal(sandbox.get(path, **{name: value}), sandbox.get(path), f"{path}?{name}={value}")


def check_filters_of_data_sources(sandbox):
    sandbox.reset("demo")
    names = lambda **query: [row["name"] for row in sandbox.get("/data_sources", **query)["data_sources"]]
    equal(names(), ["Stripe", "Contracts"])
    equal(names(name="Contracts"), ["Contracts"])
    equal(names(system="Stripe"), ["Stripe"])
    equal(names(system="stripe"), [], "a system in small letters")
    equal(names(name="Contracts", system="Stripe"), [])
    equal(names(name=""), ["Stripe", "Contracts"])


def check_search(sandbox):
    account = Account(sandbox)
    contact = {"customer_uuid": account.customer, "data_source_uuid": account.source, "email": "bob@example.com"}
    sandbox.good("POST", "/contacts", contact)
    equal(len(sandbox.get("/customers/search", email="bob@example.com")["entries"]), 1)
    both = sandbox.get("/customers/search", email="bob@example.com", with_associated_emails="true")
    equal(len(both["entries"]), 2)
    missing = sandbox.call("GET", "/customers/search?email=no%40email.com")
    equal((missing.status, missing.json), (404, {
        "code": 404, "message": 'Can\'t find any customers with email: "no@email.com"', "param": "email"}))
    equal(sandbox.call("GET", "/customers/search").status, 400)


def check_activities_whose_cursor_names_the_next_row(sandbox):
    fill(sandbox)
    keys = [row["uuid"] for row in sandbox.rows("/activities")]
    sandbox.switch(activities_cursor="next_uuid")
    first = sandbox.get("/activities", per_page=2)
    equal(first["cursor"], keys[2])
    equal([row["uuid"] for row in sandbox.get("/activities", cursor=first["cursor"])["entries"]], keys[3:],
          "a row is lost at the border")
    equal([row["uuid"] for row in sandbox.get("/activities", cursor=keys[1])["entries"]], keys[2:])
    query = {"start-after": keys[1], "per-page": 1}
    equal([row["uuid"] for row in sandbox.get("/activities", **query)["entries"]], keys[2:3], "the legacy anchor")
