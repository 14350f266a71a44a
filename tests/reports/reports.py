"""Runs every report and view of sql/ on the sandbox and compares it, row by row, with figures that are worked out here; and
then on a copy of the account, where it must show the same.

    reports.py LIBRARY SANDBOX

The figures come from the records, over plain HTTP and without SQL: account.py keeps the books, expected.py says what each
report must show. A report may not send a request twice either, nor more than the pages of its lists.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import expected
import on_copy
from account import Account, Books

# What a report asks for, in pages of these lists.
REPORTS = {
    "mrr_waterfall": ["metrics"],
    "revenue_retention": ["activities"],
    "churn_reasons": ["churn", "customers", "plans"],
    "arpa_by_country": ["active", "past_due"],
    "duplicate_customers": ["customers"],
    "invoices_due": ["invoices", "customers"],
    "failed_payments": ["invoices", "customers"],
    "lead_conversion": ["customers"],
    "plan_changes": ["activities", "plans"],
    "data_quality": ["invalid", "customers"],
}
VIEWS = {  # and the column that puts their rows in order
    "customer_money": "customer_uuid", "invoice_money": "invoice_uuid", "invoice_lines": "line_item_uuid",
    "customer_plan_mrr": "customer_uuid, plan", "mrr_movements": "month",
}
DECIMALS = {"percent": 1, "days": 1, "percent_of_mrr": 1, "percent_of_plan": 1, "arpa": 2}
DECIMALS.update({f"{kind}_{age}": 1 for kind in ("net", "gross") for age in (3, 6, 12, 24)})
PARAMETERS = {
    "mrr_waterfall": {":from": "2024-01-01", ":to": expected.TODAY},
    **dict.fromkeys(["churn_reasons", "failed_payments", "plan_changes"], {":from": expected.FROM}),
    **dict.fromkeys(["invoices_due", "revenue_retention"], {":today": expected.TODAY}),
}

# What these show where :today alone is given: the same as with these.
BY_DAY = {
    "mrr_waterfall": {":from": "2025-01-01", ":to": expected.TODAY},
    "failed_payments": {":from": "2025-10-02"},
}
BARS = {  # the column with a bar behind its number, and the number that a full bar stands for: None, the largest of the currency
    "mrr_waterfall": ("at_end", None), "arpa_by_country": ("percent_of_mrr", None), "churn_reasons": ("percent_of_plan", 100),
    "failed_payments": ("missing", None), "invoices_due": ("outstanding", None), "lead_conversion": ("percent", 100),
    "plan_changes": ("changes", None),
}


def run_shell(library, base_url, script):
    text, problem = on_copy.run_shell(library, base_url, ":memory:", ".mode json\n" + script)
    return problem or (json.loads(text) if text.strip() else [])


def is_same(name, shown, wanted):
    if isinstance(wanted, list):
        return sorted(json.loads(shown)) == wanted
    if isinstance(wanted, (int, float)) and isinstance(shown, (int, float)):
        return abs(shown - wanted) <= (0.5 * 10 ** -DECIMALS[name] if name in DECIMALS else 0) + 1e-6
    return shown == wanted


def difference(shown, wanted):
    """None, or where the first difference is."""
    if isinstance(shown, str):
        return shown
    for number, (row, other) in enumerate(zip(shown, wanted)):
        for name, value in other.items():
            if name not in row or not is_same(name, row[name], value):
                return f"row {number + 1}, {name}: {row.get(name)!r}, must be {value!r}\n  {row}\n  {other}"
    if len(shown) != len(wanted):
        return f"{len(shown)} rows, must be {len(wanted)}"
    return None if wanted else "there is nothing to compare"


def complicate(account):
    """The demo company is too tidy for some questions."""
    source = account.send("GET", "/data_sources")["data_sources"][-1]["uuid"]
    rows = account.pages("/customers", "entries")
    twin, second = rows[0], rows[5]

    def add(external_id, **members):
        return account.send("POST", "/customers", {"data_source_uuid": source, "external_id": external_id, **members})

    add("twin-1", name="Twin", email=twin["email"].upper(), country="DE", company="A company of its own")
    add("twin-2", name="Other twin", email="other@example.com", country="DE", company=second["company"].upper() + " ")
    add("silent-1", name="Silent", company="Silent Ltd")
    add("nameless", email="nameless@example.com", country="FR")
    payer = add("payer", name="Payer", email="payer@example.com", country="JP")["uuid"]
    line = {"type": "one_time", "amount_in_cents": 100000, "quantity": 1, "description": "Workshop"}
    payments = [{"type": "payment", "result": "failed", "date": "2025-12-02", "amount_in_cents": 100000},
                {"type": "payment", "result": "successful", "date": "2025-12-03", "amount_in_cents": 30000},
                {"type": "payment", "result": "successful", "date": "2025-12-04", "amount_in_cents": 10000}]
    account.send("POST", f"/import/customers/{payer}/invoices", {"invoices": [
        {"external_id": "YEN-1", "date": "2025-12-01", "currency": "JPY", "line_items": [line, line],
         "transactions": payments},
        {"external_id": "YEN-2", "date": "2025-12-01", "due_date": "2025-12-20", "currency": "JPY", "line_items": [line],
         "transactions": [{"type": "payment", "result": "failed", "date": "2025-12-05"}]},
        {"external_id": "YEN-3", "date": "2025-12-01", "currency": "JPY", "line_items": [line],
         "transactions": [{"type": "payment", "result": "failed", "date": "2025-12-06"}]}]})
    account.send("PUT", f"/data_sources/{source}/invoices/YEN-3/status", {"status": "voided"})
    left = [row["uuid"] for row in rows if row["status"] == "Cancelled"]
    for number, uuid in enumerate(left):
        if number % 3:
            reason = ("price", "no longer needed")[number % 2]
            custom = [{"type": "String", "key": "churn_reason", "value": reason}]
            account.send("POST", f"/customers/{uuid}/attributes/custom", {"custom": custom})


def count_pages(account, books):
    """How many requests each list takes."""
    lists = {"customers": len(books.customers), "invoices": len(books.invoices), "activities": len(books.movements),
             "churn": sum(movement.type == "churn" and movement.date >= expected.FROM for movement in books.movements),
             "invalid": len(books.invalid), "plans": len(books.plans), "metrics": 1}
    for status in ("Active", "Past Due"):
        lists[status.lower().replace(" ", "_")] = sum(row["status"] == status for row in books.customers.values())
    return {name: max(1, -(-count // 200)) for name, count in lists.items()}


def set_parameters(name, values=None):
    values = PARAMETERS.get(name, {}) if values is None else values
    return ".parameter init\n" + "".join(f".parameter set {key} \"'{value}'\"\n" for key, value in values.items())


def check_report(name, library, account, books, pages):
    account.forget_requests()
    parameters = set_parameters(name)
    shown = run_shell(library, account.base_url, f"{parameters}.read sql/reports/{name}.sql\n")
    sent = [request["target"] for request in account.requests()]
    yield "its rows", difference(shown, getattr(expected, name)(books))
    wanted = sum(pages[what] for what in REPORTS[name])
    # A long list is read by data source: these have to be listed first, and each ends with a page of its own.
    of_sources = sum("?data_source_uuid=" in target and "cursor=" not in target for target in sent)
    most = wanted + (2 + of_sources if of_sources else 0)
    right = len(set(sent)) == len(sent) and wanted <= len(sent) <= most
    barred = run_shell(library, account.base_url, f"{parameters}.parameter set :bars 1\n.read sql/reports/{name}.sql\n")
    yield "its bars", check_paths(shown, barred) if name == "revenue_retention" else check_bars(name, shown, barred)
    yield "its requests", None if right else f"{len(sent)} requests, must be {wanted} to {most}:\n  " + "\n  ".join(sent)
    shown = run_shell(library, account.base_url, f".read sql/reports/{name}.sql\n")
    if name in BY_DAY:
        by_day, by_bounds = (run_shell(library, account.base_url, f"{set_parameters(name, values)}.read sql/reports/{name}.sql\n")
                             for values in ({":today": expected.TODAY}, BY_DAY[name]))
        yield ":today alone", difference(by_day, by_bounds)
    yield "no parameters", shown if isinstance(shown, str) else None
    yield "its question", check_question(f"reports/{name}.sql")


def bar_of(text):
    number, _, bar = text.strip().partition(" ")
    return float(number), len(bar) if set(bar) <= {"█"} else None


def check_bars(name, plain, barred):
    """With :bars one column has a bar behind its number; all else is as without."""
    if isinstance(plain, str) or isinstance(barred, str):
        return f"{plain}\n{barred}"[:1000]
    if name not in BARS:
        return difference(barred, plain)
    column, full = BARS[name]
    for row, other in zip(barred, plain):
        number, length = bar_of(row[column])
        most = full or max(one[column] for one in plain if one.get("currency") == row.get("currency"))
        if abs(number - other[column]) > 0.051 or length is None or abs(length - 20 * other[column] / (most or 1)) > 0.52:
            return f"{row[column]!r} for {other[column]} of {most}"
    return difference([{**row, column: None} for row in barred], [{**row, column: None} for row in plain])


def check_paths(plain, barred):
    """With :bars the cohort has a sparkline of net behind it: as many levels as ages, by their height."""
    levels = []
    for row, other in zip(barred, plain):
        name, _, line = row["cohort"].partition(" ")
        net = [other[f"net_{age}"] for age in (3, 6, 12, 24) if other[f"net_{age}"] is not None]
        if name != other["cohort"] or len(line) != len(net):
            return f"{row['cohort']!r} for {net}"
        levels += zip(net, line)
    levels.sort()
    heights = ["▁▂▃▄▅▆▇█".index(level) for _, level in levels]
    return None if heights == sorted(heights) and heights[-1] == 7 and heights[0] < 7 else str(levels)


def check_question(path):
    """A file begins with its question, and the catalogue has it."""
    with open(f"sql/{path}", encoding="utf-8") as text, open("sql/README.md", encoding="utf-8") as catalogue:
        first = text.readline().strip().split(" (")[0]
        line = f"| `{path}` | {first.removeprefix('-- ')} |"
        return None if first.endswith("?") and line in catalogue.read() else f"sql/README.md has no line {line}"


def check_view(name, library, account, books):
    script = f".read sql/views.sql\nSELECT * FROM {name} ORDER BY {VIEWS[name]};\n"
    yield "its rows", difference(run_shell(library, account.base_url, script), getattr(expected, name)(books))


def main():
    library, sandbox = sys.argv[1:3]
    passed = failed = 0
    server = subprocess.Popen([sandbox, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
    folder = tempfile.mkdtemp()
    try:
        account = Account(server.stdout.readline().strip())
        complicate(account)
        books = Books(account)
        pages = count_pages(account, books)
        names = sorted(name[:-4] for name in os.listdir("sql/reports") if name.endswith(".sql"))
        checks = [(f"sql/reports: {name}", check_report(name, library, account, books, pages)) for name in names]
        checks += [(f"sql/views.sql: {name}", check_view(name, library, account, books)) for name in VIEWS]
        checks.append(("sql/views.sql", [("its question", check_question("views.sql"))]))
        checks += on_copy.checks(library, account, folder, {name: set_parameters(name) for name in names}, VIEWS)
        for name, results in checks:
            for what, problem in results:
                passed, failed = passed + (problem is None), failed + (problem is not None)
                if problem is not None:
                    print(f"FAILED {name}: {what}\n  {problem}")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
