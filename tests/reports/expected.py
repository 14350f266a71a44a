"""What each report and view must show, worked out from the books: a list of rows, each a dict. Figures are not rounded."""
import collections
import datetime
import statistics

TODAY = "2025-12-31"
FROM = "2025-03-15"  # days in the middle of things, so that bounds matter
KINDS = {"new_biz": "new_business", "expansion": "expansion", "contraction": "contraction", "churn": "churn",
         "reactivation": "reactivation"}


def day(text):
    return datetime.date.fromisoformat(text[:10])


def instant(text):
    return text and text[:19].replace("T", " ")


def by_month(books):
    months = collections.defaultdict(lambda: dict.fromkeys(KINDS.values(), 0))
    for movement in books.movements:
        months[movement.date[:7]][KINDS[movement.type]] += movement.amount / 100
    return months


def months_between(first, last):
    year, month = map(int, first.split("-"))
    while f"{year}-{month:02}" <= last:
        yield f"{year}-{month:02}"
        year, month = year + month // 12, month % 12 + 1


def mrr_waterfall(books):
    months, rows, level = by_month(books), [], 0
    for month in months_between(min(months), TODAY[:7]):
        moved = months[month]
        rows.append({"month": month, "at_start": level, **moved, "at_end": level + sum(moved.values())})
        level += sum(moved.values())
    return [row for row in rows if row["month"] >= "2024-01"]


def mrr_movements(books):
    rows, level = [], 0
    for month, moved in sorted(by_month(books).items()):
        net = sum(moved.values())
        level += net
        rows.append({"month": month, **moved, "net": net, "mrr": level})
    return rows


def months_later(moment, count):
    """As SQLite counts: a day that the month does not have runs into the next one."""
    year, month = divmod(int(moment[:4]) * 12 + int(moment[5:7]) - 1 + count, 12)
    date = datetime.date(year, month + 1, 1) + datetime.timedelta(days=int(moment[8:10]) - 1)
    return f"{date.isoformat()} {moment[11:]}"


def revenue_retention(books):
    cohorts = collections.defaultdict(list)
    for customer, (dates, _) in books.history.items():
        quarter = f"{dates[0][:4]}-Q{(int(dates[0][5:7]) + 2) // 3}"
        cohorts[quarter].append((customer, dates[0], books.level_at(customer, dates[0])))
    rows = []
    for cohort, members in sorted(cohorts.items()):
        row = {"cohort": cohort, "customers": len(members), "mrr_at_start": sum(start for *_, start in members) / 100}
        for age in (3, 6, 12, 24):
            old = [(start, books.level_at(customer, months_later(since, age))) for customer, since, start in members
                   if months_later(since, age) <= TODAY + " 00:00:00"]
            base = sum(start for start, _ in old)
            row[f"net_{age}"] = 100 * sum(now for _, now in old) / base if old else None
            row[f"gross_{age}"] = 100 * sum(min(now, start) for start, now in old) / base if old else None
        rows.append(row)
    return rows


def churn_reasons(books):
    losses = collections.defaultdict(list)
    for movement in books.movements:
        if movement.type == "churn" and movement.date >= FROM + " 00:00:00":
            custom = books.customers[movement.customer]["attributes"]["custom"]
            losses[movement.plan, custom.get("churn_reason", "not recorded")].append(-movement.amount / 100)
    rows = [{"plan": plan, "reason": reason, "cancellations": len(lost), "lost_mrr": sum(lost),
             "percent_of_plan": 100 * sum(lost) / sum(sum(more) for (name, _), more in losses.items() if name == plan)}
            for (plan, reason), lost in losses.items()]
    return sorted(rows, key=lambda row: (row["plan"], -row["lost_mrr"], row["reason"]))


def arpa_by_country(books):
    paid = collections.defaultdict(list)
    for customer, plans in books.levels.items():
        paid[books.customers[customer]["country"] or "unknown"].append(sum(plans.values()) / 100)
    total = sum(map(sum, paid.values()))
    rows = [{"country": country, "customers": len(mrr), "mrr": sum(mrr), "arpa": statistics.fmean(mrr),
             "percent_of_mrr": 100 * sum(mrr) / total} for country, mrr in paid.items()]
    return sorted(rows, key=lambda row: (-round(row["arpa"], 2), row["country"]))


def customer_plan_mrr(books):
    return [{"customer_uuid": customer, "customer": books.customers[customer]["name"], "plan": plan, "mrr": mrr / 100}
            for customer, plans in sorted(books.levels.items()) for plan, mrr in sorted(plans.items())]


def duplicate_customers(books):
    rows = []
    for same, member in (("e-mail", "email"), ("company", "company")):
        alike = collections.defaultdict(list)
        for customer in books.customers.values():
            alike[(customer[member] or "").strip().lower()].append(customer)
        rows += [{"same": same, "value": value, "customers": len(found), "uuids": sorted(one["uuid"] for one in found),
                  "mrr": sum(sum(books.levels.get(one["uuid"], {}).values()) for one in found) / 100}
                 for value, found in sorted(alike.items()) if value and len(found) > 1]
    return rows


def total_of(invoice):
    return sum(line["amount_in_cents"] for line in invoice["line_items"])


def sum_of(invoice, kind):
    """What the successful payments, or refunds, of an invoice come to."""
    return sum(total_of(invoice) if one["amount_in_cents"] is None else one["amount_in_cents"]
               for one in invoice["transactions"] if one["type"] == kind and one["result"] == "successful")


def missing_of(invoice):
    if invoice["status"] in ("voided", "written_off"):
        return 0
    return max(total_of(invoice) - sum_of(invoice, "payment"), 0)


def invoice_money(books):
    return [{"invoice_uuid": one["uuid"], "currency": one["currency"], "status": one["status"], "total": total_of(one) / 100,
             "paid": sum_of(one, "payment") / 100, "refunded": sum_of(one, "refund") / 100,
             "outstanding": missing_of(one) / 100} for one in sorted(books.invoices, key=lambda one: one["uuid"])]


def invoice_lines(books):
    lines = [(line, invoice) for invoice in books.invoices for line in invoice["line_items"]]
    return [{"line_item_uuid": line["uuid"], "invoice_uuid": invoice["uuid"], "currency": invoice["currency"],
             "type": line["type"], "plan_uuid": line.get("plan_uuid"), "quantity": line["quantity"],
             "amount": line["amount_in_cents"] / 100, "discount": line["discount_amount_in_cents"] / 100,
             "tax": line["tax_amount_in_cents"] / 100, "service_period_end": instant(line.get("service_period_end"))}
            for line, invoice in sorted(lines, key=lambda pair: pair[0]["uuid"])]


def customer_money(books):
    return [{"customer_uuid": uuid, "mrr": sum(books.levels.get(uuid, {}).values()) / 100,
             "arr": sum(books.levels.get(uuid, {}).values()) * 12 / 100} for uuid in sorted(books.customers)]


def invoices_due(books):
    rows = []
    for invoice in books.invoices:
        if invoice["status"] != "open" or missing_of(invoice) == 0:
            continue
        due = (invoice["due_date"] or invoice["date"])[:10]
        customer = books.customers[invoice["customer_uuid"]]
        rows.append({"invoice": invoice["external_id"], "customer": customer["name"], "email": customer["email"],
                     "date": invoice["date"][:10], "due": due, "currency": invoice["currency"],
                     "total": total_of(invoice) / 100, "outstanding": missing_of(invoice) / 100,
                     "days_overdue": (day(TODAY) - day(due)).days})
    return sorted(rows, key=lambda row: (-row["days_overdue"], -row["outstanding"], row["invoice"]))


def failed_payments(books):
    found = {}
    for invoice in books.invoices:
        dates = [instant(one["date"]) for one in invoice["transactions"] if one["type"] == "payment"
                 and one["result"] == "failed" and instant(one["date"]) >= FROM + " 00:00:00"]
        if not dates:
            continue
        customer = books.customers[invoice["customer_uuid"]]
        row = found.setdefault((customer["uuid"], invoice["currency"]), {
            "customer": customer["name"], "email": customer["email"], "status": customer["status"], "failures": 0,
            "mrr": sum(books.levels.get(customer["uuid"], {}).values()) / 100, "last_failure": "",
            "currency": invoice["currency"], "missing": 0})
        row["failures"] += len(dates)
        row["last_failure"] = max(row["last_failure"], *dates)
        row["missing"] += missing_of(invoice) / 100
    rows = sorted(found.items())
    rows.sort(key=lambda item: item[1]["last_failure"], reverse=True)
    rows.sort(key=lambda item: item[1]["missing"], reverse=True)
    return [row for _, row in rows]


def lead_conversion(books):
    leads = collections.defaultdict(list)
    for customer in books.customers.values():
        if customer["lead_created_at"]:
            leads[customer["lead_created_at"][:7]].append(customer)
    rows = []
    for month, found in sorted(leads.items()):
        days = [(datetime.datetime.fromisoformat(books.history[one["uuid"]][0][0])
                 - datetime.datetime.fromisoformat(instant(one["lead_created_at"]))).total_seconds() / 86400
                for one in found if one["uuid"] in books.history]
        rows.append({"month": month, "leads": len(found), "trials": sum(bool(one["free_trial_started_at"]) for one in found),
                     "customers": len(days), "percent": 100 * len(days) / len(found),
                     "days": statistics.fmean(days) if days else None})
    return rows


def plan_changes(books):
    last, found = {}, {}
    for movement in books.movements:
        old = last.get((movement.customer, movement.subscription))
        last[movement.customer, movement.subscription] = movement.plan
        if old in (None, movement.plan) or movement.date < FROM + " 00:00:00":
            continue
        row = found.setdefault((old, movement.plan), {"from_plan": old, "to_plan": movement.plan, "changes": 0, "upgrades": 0,
                                                      "downgrades": 0, "returns": 0, "mrr": 0})
        row["changes"] += 1
        row["upgrades"] += movement.type == "expansion"
        row["downgrades"] += movement.type == "contraction"
        row["returns"] += movement.type == "reactivation"
        row["mrr"] += movement.amount / 100
    return sorted(found.values(), key=lambda row: (-row["changes"], row["from_plan"], row["to_plan"]))


def data_quality(books):
    rows = [{"problem": "invoice with errors", "uuid": one["uuid"], "external_id": one["external_id"]}
            for one in books.invalid]
    for member, word in (("email", "e-mail"), ("country", "country"), ("name", "name")):
        rows += [{"problem": f"customer without {word}", "uuid": one["uuid"], "external_id": one["external_id"]}
                 for one in books.customers.values() if not one[member]]
    return sorted(rows, key=lambda row: (row["problem"], row["external_id"]))
