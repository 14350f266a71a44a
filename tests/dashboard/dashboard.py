"""The page of sql/dashboard.sql: its marks against the numbers of the reports, on the account and on a copy; accounts of every
kind; what no page may have.

    dashboard.py LIBRARY SANDBOX
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

import accounts
from accounts import HOSTILE, LONG, RIGHT_TO_LEFT, TODAY
from page import Page, number, write

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402
from reports import complicate  # noqa: E402


class Failed(Exception):
    """What is wrong, in words."""


def must_be(what, shown, wanted):
    if shown != wanted:
        raise Failed(f"{what}: {str(shown)[:500]}, must be {str(wanted)[:500]}")


def must_fit(what, shown, wanted, least=0.006):
    """Numbers that are the same but for rounding."""
    shown, wanted = list(shown), list(wanted)
    must_be(f"{what}, how many", len(shown), len(wanted))
    for place, (one, other) in enumerate(zip(shown, wanted)):
        if abs(one - other) > least + 1e-9 * abs(other):
            raise Failed(f"{what}, number {place + 1}: {one}, must be {other}\n  {shown}\n  {wanted}")


def enrich(account):
    """More than the demo company has: reasons, yen, names that are markup, long, or written from the right."""
    complicate(account)
    source = account.send("GET", "/data_sources")["data_sources"][-1]["uuid"]
    plan = account.send("POST", "/plans", {"data_source_uuid": source, "external_id": "evil", "name": HOSTILE[:60], "interval_count": 1,
                                           "interval_unit": "month"})["uuid"]
    for place, name in enumerate((HOSTILE[:60], LONG[:250], RIGHT_TO_LEFT)):
        uuid = account.send("POST", "/customers", {"data_source_uuid": source, "external_id": f"odd-{place}", "name": name})["uuid"]
        line = {"type": "subscription", "plan_uuid": plan, "subscription_external_id": f"odd-{place}", "quantity": 1,
                "service_period_start": "2025-12-05", "service_period_end": "2026-01-05", "amount_in_cents": 2000000 - place}
        account.send("POST", f"/import/customers/{uuid}/invoices", {"invoices": [
            {"external_id": f"odd-{place}", "date": "2025-12-05", "currency": "USD", "line_items": [line], "transactions": [
                {"type": "payment", "result": "failed", "date": "2025-12-06"}]}]})


class Made:
    """The page of an account of the sandbox, and the means to ask for what it must show."""

    def __init__(self, library, sandbox, folder):
        self.library, self.folder = os.path.splitext(os.path.abspath(library))[0], folder
        self.path, self.sandbox = library, sandbox
        self.server = subprocess.Popen([sandbox, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
        self.account = Account(self.server.stdout.readline().strip())
        enrich(self.account)
        self.db = self.open(":memory:")
        self.db.execute("SELECT chartmogul_short_names()").fetchall()
        self.account.forget_requests()
        self.page = Page(write(self.db, today=TODAY))
        self.sent = [request["target"] for request in self.account.requests()]

    def open(self, path):
        db = sqlite3.connect(path, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.enable_load_extension(True)
        db.load_extension(self.library)
        for name, value in (("base_url", self.account.base_url), ("api_key", "test-key"), ("requests_per_second", "0")):
            db.execute("SELECT chartmogul_config(?, ?)", (name, value)).fetchall()
        return db

    def report(self, name, **parameters):
        bound = {"from": None, "to": None, "today": None, "attribute": None, "bars": None, **parameters}
        with open(f"sql/reports/{name}.sql", encoding="utf-8") as file:
            return self.db.execute(file.read(), bound).fetchall()

    def rows(self, sql):
        return self.db.execute(sql).fetchall()

    def close(self):
        self.db.close()
        self.server.terminate()
        self.server.wait()


def on_axis(picture, values, ends):
    """Values stand where the numbers of the axis say, in steps that are round."""
    ticks = picture.ticks()
    step = ticks[1][0] - ticks[0][0]
    zero = next(y for value, y in ticks if value == 0)
    per_pixel = step / (ticks[0][1] - ticks[1][1])
    must_be("the first digit of a step", f"{step:e}"[:3] in ("1.0", "2.0", "2.5", "5.0"), True)
    must_be("steps of an axis", 2 <= len(ticks) <= 7, True)
    must_fit("heights", ends, [zero - value / per_pixel for value in values], 0.06)


def mrr_by_month(made):
    months = made.report("mrr_waterfall", **{"from": "2025-01-01", "to": TODAY})
    levels = [months[0]["at_start"]] + [month["at_end"] for month in months]
    picture = made.page["mrr"]
    must_be("a bar for each month", len(picture.marks), 13)
    must_fit("numbers", map(number, picture.column(1)), levels, 0.5)
    tops = picture.sizes("y")
    on_axis(picture, levels, tops)
    must_fit("feet of the bars", (y + height for y, height in zip(tops, picture.sizes("height"))), [picture.ticks()[0][1]] * 13, 0.06)


def waterfall(made):
    months = made.report("mrr_waterfall", **{"from": "2025-01-01", "to": TODAY})
    steps = [sum(month[kind] for month in months) for kind in ("new_business", "expansion", "reactivation", "contraction", "churn")]
    wanted = [months[0]["at_start"], *steps, months[-1]["at_end"]]
    picture = made.page["waterfall"]
    must_fit("numbers", map(number, picture.column(1)), wanted, 0.5)
    ends, level = [(0, wanted[0])], wanted[0]
    for step in steps:
        ends.append((min(level, level + step), max(level, level + step)))
        level += step
    ends.append((0, level))
    scale = 356 / max(high for _, high in ends)
    must_fit("begins", picture.sizes("x"), [low * scale for low, _ in ends], 0.02)
    must_fit("widths", picture.sizes("width"), [(high - low) * scale for low, high in ends], 0.02)


def movements(made):
    months = made.report("mrr_waterfall", **{"from": "2025-01-01", "to": TODAY})
    kinds = ("new_business", "expansion", "reactivation", "contraction", "churn")
    picture = made.page["movements"]
    wanted = [month[kind] for month in months for kind in kinds]
    must_fit("numbers", (number(cell) for row in picture.rows for cell in row[1:]), wanted, 0.5)
    must_be("a mark for each month and kind", len(picture.marks), 12 * 5)
    ticks = picture.ticks()
    per_pixel = (ticks[1][0] - ticks[0][0]) / (ticks[0][1] - ticks[1][1])
    must_fit("heights", picture.sizes("height"), [abs(value) / per_pixel for value in wanted], 0.02)
    highest = min(picture.sizes("y"))
    must_fit("the highest pile", [highest], [next(y for value, y in ticks if value == 0)
                                             - max(sum(month[kind] for kind in kinds[:3]) for month in months) / per_pixel], 0.06)
    ups = sum(sum(month[kind] for kind in kinds) > 0 for month in months)
    must_be("the sentence", picture.sentence.startswith(f"MRR rose in {ups} of 12 months" if ups < 12 else "MRR rose in each"), True)


def metrics(made):
    months = made.rows("SELECT * FROM metrics WHERE date >= '2024-12-01' AND date <= '2025-12-31' ORDER BY date")
    customers, arpa, churn = (made.page[name] for name in ("customers", "arpa", "churn"))
    on_axis(customers, [month["customers"] for month in months], customers.sizes("y"))
    on_axis(arpa, [month["arpa"] / 100 for month in months], arpa.sizes("cy"))
    wanted = [value for month in months for value in (month["customer_churn_rate"], month["mrr_churn_rate"])]
    on_axis(churn, wanted, churn.sizes("cy"))
    must_fit("rates", (number(cell) for row in churn.rows for cell in row[1:]), wanted, 0.051)


def bars(picture, names, values, least=0.006, notes=None):
    """Lying bars: their names in the table, widths that are as their values."""
    must_be("names", picture.column(0), names)
    must_fit("numbers", map(number, picture.column(1)), values, least)
    if notes is not None:
        must_be("notes", picture.column(2), notes)
    longest = max(values)
    must_fit("widths", picture.sizes("width"), [value * 356 / longest for value in values], 0.02)


def cut(rows, others):
    """At most eight of (name, value, count): the last one then stands for the rest."""
    if len(rows) <= 8:
        return rows
    return [*rows[:7], (f"{len(rows) - 7} {others}", sum(row[1] for row in rows[7:]), sum(row[2] for row in rows[7:]))]


def countries(made):
    rows = sorted(((row["country"], row["mrr"], row["customers"]) for row in made.report("arpa_by_country")),
                  key=lambda row: (-row[1], row[0]))
    rows = cut(rows, "other countries")
    bars(made.page["countries"], [row[0] for row in rows], [row[1] for row in rows], 0.5)


def plans(made):
    """Against what each customer's subscriptions say, which is another list."""
    rows = made.rows("SELECT plan, sum(mrr) / 100.0 AS mrr FROM chartmogul_subscriptions WHERE mrr > 0 GROUP BY plan ORDER BY 2 DESC, 1")
    rows = cut([(row["plan"], row["mrr"], 0) for row in rows], "other plans")
    must_fit("numbers", map(number, made.page["plans"].column(1)), [row[1] for row in rows], 0.5)
    must_be("markup of a plan's name", made.page["plans"].column(0)[0].startswith("<script>alert('1')</script>"), True)


def largest(made):
    rows = made.rows("SELECT name, mrr / 100.0 AS mrr FROM customers WHERE status IN ('Active', 'Past Due') ORDER BY mrr DESC, name LIMIT 8")
    bars(made.page["largest"], [row["name"].translate(str.maketrans({"\x01": " ", "\x1b": " ", "\x7f": " "})).strip() for row in rows],
         [row["mrr"] for row in rows], 0.5)


def leads(made):
    rows = [row for row in made.report("lead_conversion") if row["month"] >= "2025-01"]
    sums = [sum(row[name] for row in rows) for name in ("leads", "trials", "customers")]
    bars(made.page["leads"], ["Leads", "Began a trial", "Became customers"], sums)
    must_be("the sentence", made.page["leads"].sentence, f"{100 * sums[2] / sums[0]:.1f}\u00a0% of {sums[0]} leads became customers")


def retention(made):
    rows = made.report("revenue_retention", today=TODAY)[-12:]
    picture = made.page["retention"]
    must_be("cohorts", picture.column(0), [row["cohort"] for row in rows])
    names = [f"{kind}_{age}" for kind in ("net", "gross") for age in (3, 6, 12, 24)]
    wanted = [row[name] for row in rows for name in names]
    shown = [number(cell) if cell else None for row in picture.rows for cell in row[1:9]]
    must_be("shares", shown, wanted)
    must_be("a cell for each cohort and age", len(picture.marks), sum(value is not None for value in wanted))
    must_fit("words in the cells", [float(one.text) for one in picture.svg.iter("text") if one.get("class") == "cell"],
             [value for value in wanted if value is not None], 0.5)
    must_be("customers", [int(cell) for cell in picture.column(9)], [row["customers"] for row in rows])


def reasons(made):
    lost = {}
    for row in made.report("churn_reasons", **{"from": "2025-01-01"}):
        mrr, count = lost.get(row["reason"], (0, 0))
        lost[row["reason"]] = (mrr + row["lost_mrr"], count + row["cancellations"])
    rest = lost.pop("not recorded")
    rows = [*sorted(((name, *both) for name, both in lost.items()), key=lambda row: -row[1]), ("Not recorded", *rest)]
    bars(made.page["reasons"], [row[0] for row in rows], [row[1] for row in rows], 0.5, [f"{row[2]} left" for row in rows])


def failed(made):
    rows = made.report("failed_payments", **{"from": "2025-10-02"})
    shown = sorted(((row["customer"], row["missing"], row["failures"]) for row in rows if row["currency"] == "USD"),
                   key=lambda row: (-row[1], -row[2], row[0]))
    shown = cut(shown, "others")
    must_fit("numbers", map(number, made.page["failed"].column(1)), [row[1] for row in shown], 0.5)
    must_be("notes", made.page["failed"].column(2), [f"{row[2]} failed" for row in shown])
    must_be("what is left out", made.page["failed"].below.endswith(f"; {len(rows) - sum(row['currency'] == 'USD' for row in rows)} in other currencies"), True)


def due(made):
    rows = [row for row in made.report("invoices_due", today=TODAY) if row["currency"] == "USD"]
    found = [[row["outstanding"] for row in rows if low <= row["days_overdue"] <= high]
             for low, high in ((-9999, 0), (1, 30), (31, 60), (61, 90), (91, 9999))]
    bars(made.page["due"], made.page["due"].column(0), [sum(ages) for ages in found], 0.5,
         [f"{len(ages)} invoice{'' if len(ages) == 1 else 's'}" for ages in found])


def risk(made):
    owing = {(row["customer"], row["email"]) for row in made.report("failed_payments", **{"from": "2025-10-02"}) if row["missing"] > 0}
    shrunk = {row["customer_uuid"] for row in made.rows("""
        SELECT customer_uuid FROM activities WHERE date >= '2025-10-02' GROUP BY customer_uuid HAVING sum(activity_mrr_movement) < 0""")}
    rows = []
    for row in made.rows("""SELECT uuid, name, email, status, mrr / 100.0 AS mrr FROM customers
                             WHERE status IN ('Active', 'Past Due') AND mrr > 0 ORDER BY mrr DESC, name, uuid"""):
        why = ("past due" if row["status"] == "Past Due" else "unpaid" if (row["name"], row["email"]) in owing
               else "pays less" if row["uuid"] in shrunk else None)
        rows += [(row["name"], row["mrr"], 1, why)] if why else []
    picture = made.page["risk"]
    must_fit("numbers", map(number, picture.column(1)), [row[1] for row in cut(rows, "others")], 0.5)
    must_be("risks", picture.column(2)[:7], [row[3] for row in rows[:7]])
    must_be("the sentence", picture.sentence, f"{len(rows)} customers with ${sum(row[1] for row in rows):,.0f} of MRR are at risk")


def requests(made):
    """Each request once: one for account and metrics each, the pages of five lists, and what reading in chains adds."""
    lists = {"activities": "activities", "customers": "customers", "plans": "plans", "invoices": "invoices"}
    pages = sum(max(1, -(-made.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] // 200)) for table in lists)
    of_sources = sum("?data_source_uuid=" in target and "cursor=" not in target for target in made.sent)
    must_be("each once", len(set(made.sent)), len(made.sent))
    most = 3 + pages + (2 + of_sources if of_sources else 0)
    must_be(f"{len(made.sent)} requests for {pages} pages, at most {most}", 3 + pages <= len(made.sent) <= most, True)


def copy(made):
    path = os.path.join(made.folder, "books.db")
    db = made.open(path)
    db.execute("SELECT * FROM chartmogul_refresh('main', 'account, mrr, metrics, activities, customers, plans, invoices')").fetchall()
    db.close()
    made.account.forget_requests()
    db = sqlite3.connect(path, isolation_level=None)
    must_be("the page of a copy", write(db, today=TODAY), made.page.text)
    must_be("that of a second run", write(db, today=TODAY), made.page.text)
    db.close()
    must_be("its requests", len(made.account.requests()), 0)


def shell(made):
    """As sql/README.md says: two lines at a prompt."""
    path = os.path.join(made.folder, "books.db")
    script = f"SELECT sqlite_version();\n.parameter init\n.parameter set :today \"'{TODAY}'\"\n.read sql/dashboard.sql\n"
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}  # the shell keeps its own SQLite
    done = subprocess.run(["sqlite3", "-batch", "-init", os.devnull, path], input=script, env=environment, capture_output=True,
                          text=True, check=False)
    must_be("errors", done.stderr, "")
    version, _, text = done.stdout.partition("\n")
    if version == sqlite3.sqlite_version:
        must_be("the page", text, made.page.text)
    else:  # halves are rounded in another way
        must_be("lines of the page", text.count("\n"), made.page.text.count("\n"))


def no_parameters(made):
    """Without parameters the page is of today; nothing of the account is of that day, and it still is a page."""
    must_be("problems", list(Page(write(made.db)).problems()), [])


def script(made):
    """What `make dashboard` does: on the made-up account, and on that of a key, where it only reads."""
    page = os.path.join(made.folder, "page.html")
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH" and not name.startswith("CHARTMOGUL_")}
    of_key = {"CHARTMOGUL_BASE_URL": made.account.base_url, "CHARTMOGUL_API_KEY": "test-key"}
    for more, name in (({}, "Northwind Analytics"), (of_key, "Northwind Analytics")):
        made.account.forget_requests()
        done = subprocess.run(["sh", "tests/tools/demo.sh", "dashboard", made.path, made.sandbox, page],
                              env={**environment, **more}, capture_output=True, text=True, check=False)
        must_be("errors", done.stderr, "")
        with open(page, encoding="utf-8") as file:
            shown = Page(file.read())
        must_be("problems", list(shown.problems()), [])
        must_be("whose", shown.root.find("body/header/h1").text, name)
        must_be("the sandbox was asked", {request["method"] for request in made.account.requests()}, {"GET"} if more else set())
        os.remove(page)


def told(name):
    make, wanted = accounts.STORIES[name]
    page = Page(write(make(), today=TODAY))
    for picture, sentence in wanted.items():
        must_be(picture, page[picture].sentence.replace("\u00a0", " "), sentence)
    must_be("problems", list(page.problems()), [])
    if name == "hostile texts":
        must_be("a name that is markup", page["largest"].column(0)[0], HOSTILE.translate(str.maketrans(dict.fromkeys("\x01\x1b\x7f", " "))))
        must_be("a name with a NUL", "before" in page["largest"].column(0), True)
        must_be("a long name", page["largest"].column(0)[2], LONG.strip())
    for picture in page.pictures.values():
        if picture.svg.find("line") is not None and "grid" in picture.svg.find("line").get("class"):
            values = [number(cell) for row in picture.rows for cell in row[1:]]
            highest = max(value for value, _ in picture.ticks())
            must_be(f"{picture.sentence}: the axis reaches the highest value", highest >= max(values) * 0.999 - 0.5, True)


def catalogue():
    with open("sql/dashboard.sql", encoding="utf-8") as file, open("sql/README.md", encoding="utf-8") as text:
        line = f"| `dashboard.sql` | {file.readline().strip().removeprefix('-- ')} |"
        must_be(f"sql/README.md has {line}", line in text.read(), True)


def contrast():
    """WCAG AA in both modes: 4.5 for text, 3 for marks; text on the fullest cell too."""
    style = "".join(Page(write(accounts.made(), today=TODAY)).root.find("head/style").itertext())
    light, dark = style.split("@media screen and (prefers-color-scheme: dark)")
    for mode, text in (("light", light), ("dark", dark.split("* {")[0])):
        colours = {name: [int(value[at:at + 2], 16) for at in (0, 2, 4)] for name, value in
                   (part.split(": #") for part in text.replace("}", "").replace("{", ";").replace("\n", " ").split("--")[1:] for part in [part.strip(" ;")])}
        for name, ground, least in (("text", "card", 4.5), ("quiet", "card", 4.5), ("quiet", "page", 4.5), ("text", "page", 4.5),
                                    ("accent", "card", 4.5), ("loss", "card", 4.5), ("growth", "card", 3), ("growth2", "card", 3),
                                    ("growth3", "card", 3), ("loss2", "card", 3), ("muted", "card", 3), ("zero", "card", 3)):
            shown = ratio(colours[name], colours[ground])
            must_be(f"{mode}: {name} on {ground} {shown:.2f}, at least {least}", shown >= least, True)
        for strength in (0.06, 0.56, 0.68):
            cell = [strength * one + (1 - strength) * other for one, other in zip(colours["warm"], colours["card"])]
            shown = ratio(colours["text"], cell)
            must_be(f"{mode}: text on a cell of {strength} {shown:.2f}, at least 4.5", shown >= 4.5, True)


def ratio(one, other):
    def brightness(colour):
        parts = [part / 255 / 12.92 if part <= 10.31 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    first, second = sorted((brightness(one), brightness(other)))
    return (second + 0.05) / (first + 0.05)


ON_THE_SANDBOX = [mrr_by_month, waterfall, movements, metrics, leads, plans, countries, largest, retention, reasons, risk, failed, due,
                  requests, copy, shell, no_parameters, script]


def main():
    library, sandbox = sys.argv[1:3]
    checks = [(f"an account with {name}", lambda name=name: told(name)) for name in accounts.STORIES]
    checks += [("catalogue", catalogue), ("contrast", contrast)]
    passed = failures = 0
    with tempfile.TemporaryDirectory() as folder:
        made = Made(library, sandbox, folder)
        checks += [("the page of the sandbox", lambda: must_be("problems", list(made.page.problems()), []))]
        checks += [(check.__name__, lambda check=check: check(made)) for check in ON_THE_SANDBOX]
        try:
            for name, check in checks:
                try:
                    check()
                    passed += 1
                except (Failed, sqlite3.Error, ValueError, KeyError, IndexError, TypeError, StopIteration) as problem:
                    failures += 1
                    print(f"FAILED dashboard: {name}\n  {json.dumps(str(problem), ensure_ascii=False)[:1500]}")
        finally:
            made.close()
    print(f"SQLite {sqlite3.sqlite_version}")
    print(f"{passed} passed, {failures} failed")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
