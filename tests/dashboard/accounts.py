"""Accounts that nobody has: made up as plain tables of the names and columns that a copy has, for sql/dashboard.sql."""
import json
import sqlite3

TODAY = "2025-12-31"
COLUMNS = {
    "account": "name currency",
    "mrr": "interval date mrr mrr_new_business mrr_expansion mrr_contraction mrr_churn mrr_reactivation",
    "metrics": "interval date customers arpa customer_churn_rate mrr_churn_rate",
    "activities": "customer_uuid date type activity_mrr_movement plan_external_id subscription_external_id billing_connector_uuid",
    "customers": "uuid name company email external_id status mrr country lead_created_at free_trial_started_at customer_since custom",
    "plans": "data_source_uuid external_id name",
    "invoices": "customer_uuid currency status date due_date line_items transactions",
}
HOSTILE = "<script>alert('1')</script><img src=x onerror=\"x\">&amp;&#60;\x01\x1b\x7f]]></svg></style>"
RIGHT_TO_LEFT = "חברת הדוגמאות של ירושלים"
LONG = "A name that goes on and on, " * 40


def made(**rows):
    """A database with these rows: table=[{column: value}]."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    for table, columns in COLUMNS.items():
        db.execute(f"CREATE TABLE {table} ({', '.join(columns.split())})")
        for row in rows.get(table, []):
            db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    return db


def month_end(number):
    """The last day of the month so many months before December 2025."""
    year, month = divmod(2025 * 12 + 11 - number, 12)
    last = (31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return f"{year}-{month + 1:02}-{last}"


def by_month(levels, customers=None):
    """The metrics of an account that had these levels of MRR, in cents, the last of them in December."""
    mrr, metrics = [], []
    for place, level in enumerate(levels):
        moved = level - (levels[place - 1] if place else 0)
        date = month_end(len(levels) - 1 - place)
        mrr.append({"interval": "month", "date": date, "mrr": level, "mrr_new_business": max(moved, 0), "mrr_expansion": 0, "mrr_contraction": 0,
                    "mrr_churn": min(moved, 0), "mrr_reactivation": 0})
        count = customers[place] if customers else 1
        metrics.append({"interval": "month", "date": date, "customers": count, "arpa": level // count if count else 0, "customer_churn_rate": 0.0,
                        "mrr_churn_rate": 0.0})
    return {"account": [{"name": "Made up", "currency": "USD"}], "mrr": mrr, "metrics": metrics}


def customer(name, mrr=0, **members):
    return {"uuid": f"cus_{name[:9]}", "name": name, "status": "Active", "mrr": mrr, "custom": "{}", **members}


def invoice(of, cents, *, currency="USD", due="2025-12-01", failed=None, status="open"):
    payments = [{"type": "payment", "result": "failed", "date": failed, "amount_in_cents": cents}] if failed else []
    return {"customer_uuid": of["uuid"], "currency": currency, "status": status, "date": due, "due_date": due,
            "line_items": json.dumps([{"amount_in_cents": cents}]), "transactions": json.dumps(payments)}


def movement(of, date, cents, kind="new_biz", plan="gold"):
    return {"customer_uuid": of["uuid"], "date": date + " 00:00:00", "type": kind, "activity_mrr_movement": cents,
            "plan_external_id": plan, "subscription_external_id": "s", "billing_connector_uuid": "ds"}


def hostile():
    """Every text of it wants to be markup."""
    evil = customer(HOSTILE, 500000, country="<i>", lead_created_at="2025-11-01", customer_since="2025-11-02",
                    custom=json.dumps({"churn_reason": HOSTILE}))
    others = [customer(RIGHT_TO_LEFT, 400000, country='"&'), customer(LONG, 300000, country="'>"), customer("", 1, email="<b>"),
              customer("before\0<b>after", 3),
              customer("\u202eevil\u2066", 5, status="Past Due", country="<!--")]
    return made(**{**by_month([100000] * 13), "account": [{"name": HOSTILE, "currency": "<b>"}],
                   "customers": [evil, *others], "plans": [{"data_source_uuid": "ds", "external_id": "gold", "name": HOSTILE}],
                   "activities": [movement(evil, "2024-01-05", 500000), movement(others[0], "2025-01-05", 400000, plan="<u>"),
                                  movement(evil, "2025-12-05", -1, "churn")],
                   "invoices": [invoice(evil, 7000, currency="<s>", failed="2025-12-02"),
                                invoice(others[1], 7100, currency="<s>", failed="2025-12-02")]})


def payer_in(currency, cents=100000):
    return invoice(customer("Payer"), cents, currency=currency, failed="2025-12-05")


# The account, then what some of its pictures must say.
STORIES = {
    "nothing at all": (made, {
        "mrr": "There is no MRR yet", "waterfall": "Nothing has moved MRR", "movements": "No month moved MRR",
        "customers": "There are no customers yet", "arpa": "There is no average customer yet", "leads": "No lead came in these months",
        "plans": "No plan brings in MRR yet", "countries": "No country brings in MRR yet", "largest": "No customer pays yet",
        "retention": "There is no customer to keep yet", "churn": "No customer could leave yet",
        "reasons": "No customer left in these months", "risk": "No customer is known to be at risk",
        "failed": "No payment failed in 90 days", "due": "Everything is paid"}),
    "one month": (lambda: made(**by_month([120000])), {
        "mrr": "MRR is $1,200 in its first month", "movements": "MRR rose in Dec 2025", "customers": "1 customer in the first month",
        "waterfall": "$1,200 of MRR was won, $0 was lost", "arpa": "An average customer pays $1,200 a month",
        "churn": "No customer left in the first month"}),
    "months before the first customer": (lambda: made(**by_month([0] * 10 + [100000, 150000, 200000], [0] * 10 + [1, 1, 2])), {
        "mrr": "MRR grew 100.0 % in 2 months, to $2,000", "customers": "The number of customers grew 100.0 % in 2 months, to 2",
        "movements": "MRR rose in each of 3 months"}),
    "a fall": (lambda: made(**by_month([200000] * 12 + [150000], [4] * 12 + [3])), {
        "mrr": "MRR fell 25.0 % in a year, to $1,500", "customers": "The number of customers fell 25.0 % in a year, to 3",
        "movements": "MRR fell in 1 of 12 months"}),
    "no change": (lambda: made(**by_month([200000] * 13)), {
        "mrr": "MRR did not change in a year: $2,000", "movements": "No month moved MRR"}),
    "hardly a change": (lambda: made(**by_month([10000000] * 12 + [10000100])), {
        "mrr": "MRR hardly changed in a year: $100,001"}),
    "all gone": (lambda: made(**by_month([50000] * 12 + [0], [1] * 12 + [0])), {
        "mrr": "MRR fell 100.0 % in a year, to $0"}),
    "below zero": (lambda: made(**by_month([-50000] + [10000] * 11 + [-123456])), {
        "mrr": "MRR fell in a year, to −$1,235", "arpa": "What an average customer pays fell in a year, to −$1,235 a month"}),
    "large": (lambda: made(**by_month([250000000000 + 10000000000 * n for n in range(13)], [1000000 + n for n in range(13)])), {
        "mrr": "MRR grew 48.0 % in a year, to $3,700,000,000"}),
    "small": (lambda: made(**by_month([3, 5, 7])), {"mrr": "MRR grew 133.3 % in 2 months, to $0.07"}),
    "hostile texts": (hostile, {}),
    "another currency than the account's": (
        lambda: made(account=[{"name": "A", "currency": "USD"}], customers=[customer("Payer", 5)], invoices=[payer_in("EUR")] * 2), {
            "failed": "Payments of one customer failed; €2,000 is still missing", "due": "€2,000 is due, all of it late"}),
    "several currencies": (
        lambda: made(account=[{"name": "A", "currency": "PLN"}], customers=[customer("Payer", 5)],
                     invoices=[payer_in("EUR"), payer_in("EUR"), payer_in("PLN", 4200)]), {
            "failed": "Payments of one customer failed; PLN 42 is still missing", "due": "PLN 42 is due, all of it late"}),
}
