"""Makes what a made-up billing system exports: the CSV files that clean.sql reads, and what should come of them.

    make_export.py FOLDER [--customers 2000] [--night 1]

Night 1 is the first export, night 2 the next one: some rows are new, some have changed, some have left. The same arguments give
the same files on every machine. The files are as untidy as real ones: four ways to write a date, "4,998.00" and "(98.00)", rows
that come twice, blanks and capitals, a byte order mark, an invoice of a customer that is not there, a plan that nobody knows.

figures.json holds what the account must show afterwards, in integer cents. It is worked out from the records as they were before
they were written down, so without SQL and without reading the files.
"""
import argparse
import calendar
import csv
import datetime
import json
import os
import zlib

LAST_DAY = datetime.date(2025, 12, 15)

# code, title, months, price in cents
PLANS = [("starter-m", "Starter", 1, 2900), ("team-m", "Team", 1, 9900), ("team-y", "Team, yearly", 12, 99000),
         ("business-q", "Business, quarterly", 3, 135000), ("business-y", "Business, yearly", 12, 499800)]
PERIODS = {1: "monthly", 3: "quarterly", 12: "Yearly"}
COUNTRIES = {"DE": "Germany", "FR": "France", "CZ": "Czechia", "PL": "Poland", "GR": "Greece", "US": "United States",
             "GB": "United Kingdom", "JP": "Japan"}
IN_DOLLARS = {"US", "GB", "JP"}
FIRST_NAMES = ["Žofie", "Łukasz", "Ægir", "Ελένη", "美咲", "Zoë", "Ada", "José", "Ingrid", "O'Neill", "Chloé", "Müge"]
LAST_NAMES = ["Dvořáková", "Wiśniewski", "Straße", "Παππάς", "佐藤", "Smith", "Lovelace", "Núñez", "Åberg", "Brontë"]
COMPANIES = ["{} GmbH", "{} & Söhne", "{}, Inc.", "Atelier {}", "{} \"the shop\"", "株式会社{}", "{} s.r.o."]
INVOICES_OF = [0] + [1] * 13 + [2] * 5 + [3]


def pick(what, number, count):
    """A number below count, the same for the same question on every machine."""
    return zlib.crc32(f"{what} {number}".encode()) % count


def months_later(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_later(day, days):
    return day + datetime.timedelta(days=days)


class Company:
    """The records: plain values, days as dates, money in cents; lines and payments stand in their invoice."""

    def __init__(self, customers):
        self.plans = {code: {"title": title, "months": months, "price": price} for code, title, months, price in PLANS}
        self.customers, self.invoices, self.cancellations = {}, {}, {}
        for number in range(1, customers + 1):
            self.add_customer(number)
            self.add_history(number)

    def add_customer(self, number):
        first, last = FIRST_NAMES[pick("first", number, 12)], LAST_NAMES[pick("last", number, 10)]
        self.customers[f"C-{number:05}"] = {
            "name": f"{first} {last}", "email": f"user{number}@example.com",
            "company": COMPANIES[pick("company", number, 7)].format(last) if pick("has company", number, 3) else None,
            "country": list(COUNTRIES)[pick("country", number, 8)]}

    def add_history(self, number):
        """The invoices of a customer, one after the other, and the end of the subscription where there is one."""
        plan = PLANS[pick("plan", number, 5)][0]
        quantity, day = 1 + pick("quantity", number, 3), days_later(datetime.date(2023, 1, 5), pick("since", number, 900))
        for place in range(INVOICES_OF[number % 20]):
            if day > days_later(LAST_DAY, -30):
                break
            if place == 1 and number % 3 == 0:  # an upgrade
                plan = "business-y"
            self.add_invoice(number, place + 1, day, plan, quantity)
            if number % 10 == 3:
                self.cancel(number, days_later(day, 20))
            day = months_later(day, self.plans[plan]["months"])

    def add_invoice(self, number, place, day, plan, quantity, is_paid=True):
        customer, invoice = f"C-{number:05}", f"I-{number:05}-{place}"
        currency = "USD" if self.customers[customer]["country"] in IN_DOLLARS else "EUR"
        self.invoices[invoice] = {"customer": customer, "day": day, "due": days_later(day, 14), "currency": currency,
                                  "lines": {}, "payments": {}}
        self.add_line(invoice, self.plans[plan]["title"], self.plans[plan]["price"] * quantity, plan, quantity)
        if pick("setup", invoice, 7) == 0:
            self.add_line(invoice, "Setup,\n1 day", 120050)
        if pick("credit", invoice, 12) == 0:
            self.add_line(invoice, "Credit for an outage", -980)
        if is_paid and pick("unpaid", invoice, 30):
            self.pay(invoice)

    def add_line(self, invoice, text, cents, plan=None, quantity=1):
        """With a plan it is a line of the customer's subscription, else an item."""
        row = self.invoices[invoice]
        end = months_later(row["day"], self.plans[plan]["months"]) if plan else None
        row["lines"][f"{invoice}/{len(row['lines']) + 1}"] = {
            "text": text, "cents": cents, "plan": plan, "quantity": quantity, "start": row["day"] if plan else None, "end": end,
            "subscription": "S" + row["customer"][1:] if plan else None}

    def pay(self, invoice):
        """A payment, sometimes at the second attempt, and sometimes some of it goes back."""
        day = days_later(self.invoices[invoice]["day"], pick("pays", invoice, 12))
        if pick("fails", invoice, 40) == 0:
            self.add_payment(invoice, "payment", day, self.total(invoice), is_done=False)
        self.add_payment(invoice, "payment", days_later(day, 1), self.total(invoice))
        if pick("refund", invoice, 60) == 0:
            self.add_payment(invoice, "refund", days_later(day, 9), 1000)

    def add_payment(self, invoice, kind, day, cents, is_done=True):
        payments = self.invoices[invoice]["payments"]
        payments[f"P{invoice[1:]}-{len(payments) + 1}"] = {"kind": kind, "day": day, "cents": cents, "is_done": is_done}

    def cancel(self, number, day):
        self.cancellations[f"S-{number:05}"] = {"customer": f"C-{number:05}", "day": min(day, LAST_DAY)}

    def total(self, invoice):
        return sum(row["cents"] for row in self.invoices[invoice]["lines"].values())

    def parts(self, what):
        """Lines or payments of all invoices: the invoice, the key, the row."""
        return [(invoice, key, row) for invoice, whole in self.invoices.items() for key, row in whole[what].items()]

    def drop_customer(self, customer):
        self.invoices = {key: row for key, row in self.invoices.items() if row["customer"] != customer}
        self.cancellations.pop("S" + customer[1:], None)
        del self.customers[customer]


def next_night(company):
    """What a day does to the records."""
    numbers = [int(key[2:]) for key in company.customers]
    for number in numbers[4::len(numbers) // 6]:
        company.customers[f"C-{number:05}"]["email"] = f"new{number}@example.org"
    company.plans["team-m"]["title"] = "Team, monthly"
    correct(company)
    once = [int(key[2:7]) for key in company.invoices if f"{key[:-1]}2" not in company.invoices]
    for number in range(numbers[-1] + 1, numbers[-1] + 5):
        company.add_customer(number)
        company.add_invoice(number, 1, LAST_DAY, "team-m", 2)
    for number in once[1:9]:
        company.add_invoice(number, 2, LAST_DAY, "team-m", 1, is_paid=False)
    for number in once[20:23]:
        company.cancel(number, LAST_DAY)
    del company.cancellations[list(company.cancellations)[0]]
    del company.invoices[f"I-{once[10]:05}-1"]
    company.drop_customer(f"C-{once[12]:05}")


def correct(company):
    """Invoices that are there already change."""
    unpaid = [key for key, row in company.invoices.items() if not row["payments"]]
    for invoice in unpaid[:4]:
        company.add_payment(invoice, "payment", LAST_DAY, company.total(invoice))
    failed = next(row for _, _, row in company.parts("payments") if not row["is_done"])
    failed["day"] = days_later(failed["day"], 1)
    single = [key for key, row in company.invoices.items() if len(row["lines"]) == 1]
    company.invoices[single[30]]["lines"][f"{single[30]}/1"]["cents"] += 500
    company.invoices[single[31]]["due"] = days_later(company.invoices[single[31]]["due"], 30)
    company.add_line(single[32], "Discount", -2500)
    for what, text in (("lines", "Credit for an outage"), ("payments", "refund")):
        invoice, key, _ = next(part for part in company.parts(what) if text in part[2].values())
        del company.invoices[invoice][what][key]
    for what, place in (("lines", 33), ("payments", 34)):  # what was booked to the wrong invoice
        invoice, key, row = next(part for part in company.parts(what) if part[2].get("plan") is None and part[0] not in single[30:36])
        del company.invoices[invoice][what][key]
        company.invoices[single[place]][what][key] = row


# ---- how the export writes it down ------------------------------------------------------------------------------------------

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def date_text(day, way):
    """One of four ways."""
    if day is None:
        return ""
    return [day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%m/%d/%Y}", f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"][way % 4]


def money_text(cents):
    """4,998.00; what is less than nothing stands in parentheses."""
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    return f"({text})" if cents < 0 else text


def customer_rows(company):
    for number, (key, row) in enumerate(company.customers.items(), 1):
        country = COUNTRIES[row["country"]] if number % 4 == 0 else row["country"].lower() if number % 9 == 0 else row["country"]
        email = row["email"].upper() if number % 5 == 0 else row["email"]
        name = f" {row['name']}  " if number % 6 == 0 else row["name"]
        if number % 50 == 0:  # an older form of the row comes first
            yield [key, name, row["company"] or "", f"old-{email}", country]
        yield [key, name, row["company"] or "", email, country]
        if number % 70 == 0:
            yield [key, name, row["company"] or "", email, country]


def plan_rows(company):
    for key, row in company.plans.items():
        yield [key, row["title"], PERIODS[row["months"]]]


def invoice_rows(company):
    for number, (key, row) in enumerate(company.invoices.items()):
        yield [key, row["customer"], date_text(row["day"], number), date_text(row["due"], number + 1), row["currency"]]
        if number % 80 == 7:
            yield [key, row["customer"], date_text(row["day"], number + 2), date_text(row["due"], number), row["currency"]]
    yield ["I-90001", "C-99999", "2025-11-03", "2025-11-17", "EUR"]
    yield ["I-90002", "C-00002", "03.11.2025", "2025-11-17", "EUR"]
    yield ["I-90003", "C-00004", "31.02.2025", "", "USD"]
    yield ["I-90004", "C-00004", "2025-11-03", "", "USD"]


def line_rows(company):
    for number, (invoice, key, row) in enumerate(company.parts("lines")):
        yield [key, invoice, "SUBSCRIPTION" if row["plan"] else "ITEM", row["plan"] or "", row["subscription"] or "", row["text"],
               row["quantity"], money_text(row["cents"]), date_text(row["start"], number), date_text(row["end"], number + 1)]
    yield ["I-90001/1", "I-90001", "ITEM", "", "", "Nobody's", 1, "10.00", "", ""]
    yield ["I-90002/1", "I-90002", "SUBSCRIPTION", "legacy-9", "S-90002", "Legacy", 1, "9.00", "2025-11-03", "2025-12-03"]
    yield ["I-90003/1", "I-90003", "ITEM", "", "", "On a day that never was", 1, "10.00", "", ""]
    yield ["I-90004/1", "I-90004", "ITEM", "", "", "To be agreed", 1, "n/a", "", ""]
    yield ["I-90004/2", "I-90004", "ITEM", "", "", "Of another office", 1, "4.998,00", "", ""]
    yield ["I-90004/3", "I-90004", "ITEM", "", "", "Half a day", "0.5", "10.00", "", ""]


def payment_rows(company):
    for number, (invoice, key, row) in enumerate(company.parts("payments")):
        cents = -row["cents"] if row["kind"] == "refund" else row["cents"]
        result = "ok" if row["is_done"] else "FAILED"
        for _ in range(2 if number % 90 == 3 else 1):
            yield [key, invoice, row["kind"], date_text(row["day"], number), money_text(cents), result]
    yield ["P-90001-1", "I-90001", "payment", "2025-11-04", "10.00", "ok"]


def cancellation_rows(company):
    for number, (key, row) in enumerate(company.cancellations.items()):
        yield [key, row["customer"], date_text(row["day"], number)]


FILES = {
    "customers.csv": ("customer_no,name,company,email,country", customer_rows),
    "plans.csv": ("code,title,billed", plan_rows),
    "invoices.csv": ("invoice_no,customer_no,issued,due,currency", invoice_rows),
    "lines.csv": ("line_no,invoice_no,kind,plan,subscription_no,text,quantity,amount,period_from,period_to", line_rows),
    "payments.csv": ("payment_no,invoice_no,kind,paid_on,amount,result", payment_rows),
    "cancellations.csv": ("subscription_no,customer_no,cancelled_on", cancellation_rows),
}
WRONG = {  # what cannot go in, by table
    "chartmogul_invoices": ["I-90001", "I-90002", "I-90003", "I-90004"],
    "chartmogul_line_items": ["I-90001/1", "I-90002/1", "I-90003/1", "I-90004/1", "I-90004/2", "I-90004/3"],
    "chartmogul_transactions": ["P-90001-1"],
}


def write_files(company, folder):
    os.makedirs(folder, exist_ok=True)
    for name, (header, rows) in FILES.items():
        encoding = "utf-8-sig" if name == "customers.csv" else "utf-8"
        with open(os.path.join(folder, name), "w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n" if name == "payments.csv" else "\n")
            writer.writerow(header.split(","))
            writer.writerows(rows(company))


# ---- what must come of it -----------------------------------------------------------------------------------------------------


def mrr(company, invoices, cancelled):
    """What the last line of a customer's subscription pays a month, halves up, unless it has been cancelled since."""
    lines = [line for invoice in invoices for line in invoice["lines"].values() if line["plan"]]
    last = max(lines, key=lambda line: line["start"], default=None)
    if not last or (cancelled and cancelled["day"] >= last["start"]):
        return 0
    months = company.plans[last["plan"]]["months"]
    return (2 * last["cents"] + months) // (2 * months)


def figures(company):
    """What the account must show; days as texts, money in cents."""
    invoices_of = {key: [] for key in company.customers}
    for row in company.invoices.values():
        invoices_of[row["customer"]].append(row)
    lines, payments = company.parts("lines"), company.parts("payments")
    return {
        "plans": {key: [row["title"], row["months"]] for key, row in company.plans.items()},
        "customers": {key: list(row.values()) for key, row in company.customers.items()},
        "mrr": {key: mrr(company, invoices, company.cancellations.get("S" + key[1:])) for key, invoices in invoices_of.items()},
        "invoices": {key: [row["customer"], row["day"], row["due"], row["currency"]] for key, row in company.invoices.items()},
        "lines": {key: [invoice, *row.values()] for invoice, key, row in lines},
        "payments": {key: [invoice, *row.values()] for invoice, key, row in payments},
        "cancellations": {key: list(row.values()) for key, row in company.cancellations.items()},
        "refused": WRONG,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--night", type=int, choices=(1, 2), default=1)
    options = parser.parse_args()
    company = Company(options.customers)
    if options.night == 2:
        next_night(company)
    write_files(company, options.folder)
    with open(os.path.join(options.folder, "figures.json"), "w", encoding="utf-8") as file:
        json.dump(figures(company), file, ensure_ascii=False, indent=1, default=str)
    print(f"{len(company.customers)} customers, {len(company.plans)} plans, {len(company.invoices)} invoices, "
          f"{len(company.parts('lines'))} lines, {len(company.parts('payments'))} payments, "
          f"{len(company.cancellations)} cancellations")


if __name__ == "__main__":
    main()
