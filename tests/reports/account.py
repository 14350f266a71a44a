"""An account of the sandbox, read over plain HTTP, and its books kept by hand.

The books come from invoices, plans and cancellations, never from what the API says of MRR: what a report reads of
activities, subscriptions or metrics has thus been worked out by other means.
"""
import base64
import bisect
import collections
import json
import urllib.parse
import urllib.request

Movement = collections.namedtuple("Movement", "date customer subscription type amount plan")


class Account:
    def __init__(self, base_url, key="test-key"):
        self.base_url = base_url
        self.root = base_url.rsplit("/v1", 1)[0]
        self.credentials = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, method, path, body=None, **query):
        address = path if path.startswith("http") else self.base_url + path
        if query:
            address += "?" + urllib.parse.urlencode(query)
        request = urllib.request.Request(address, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", self.credentials)
        request.add_header("Content-Type", "application/json")
        with self.opener.open(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def pages(self, path, root, **query):
        """The rows of a list, one page after the other."""
        rows, cursor = [], None
        while True:
            page = self.send("GET", path, **query, per_page=200, **({"cursor": cursor} if cursor else {}))
            rows += page[root]
            if not page.get("has_more"):
                return rows
            cursor = page["cursor"]

    def requests(self):
        return self.send("GET", self.root + "/control/requests")

    def forget_requests(self):
        self.send("DELETE", self.root + "/control/requests")


def half_away(number):
    """Rounded, halves away from zero."""
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)


def instant(text):
    """SQLite's form of a date and time of the API."""
    return text[:19].replace("T", " ")


class Books:
    """What the records mean: movements of MRR, by customer and plan."""

    def __init__(self, account):
        self.customers = {row["uuid"]: row for row in account.pages("/customers", "entries")}
        self.plans = {row["uuid"]: row for row in account.pages("/plans", "plans")}
        self.invoices = account.pages("/invoices", "invoices")
        self.invalid = account.pages("/invoices", "invoices", validation_type="invalid")
        self.movements, self.levels = [], {}
        changes = collections.defaultdict(list)
        for invoice in self.invoices:
            for line in invoice["line_items"]:
                if line["type"] == "subscription" and invoice["status"] != "voided":
                    changes[invoice["customer_uuid"]].append(self.change_of(line))
        for uuid in changes:
            for row in account.pages(f"/import/customers/{uuid}/subscriptions", "subscriptions"):
                for date in row["cancellation_dates"]:
                    changes[uuid].append((instant(date), "", row["external_id"], 0, None))
            self.follow(uuid, sorted(changes[uuid], key=lambda change: change[:2]))
        self.movements.sort(key=lambda movement: movement.date)
        self.index()

    def change_of(self, line):
        """(when, order, subscription, level of MRR, plan)"""
        plan = self.plans[line["plan_uuid"]]
        months = plan["interval_count"] * (12 if plan["interval_unit"] == "year" else 1)
        level = half_away((line["amount_in_cents"] - line["tax_amount_in_cents"]) / months)
        return instant(line["service_period_start"]), line["uuid"], line["subscription_external_id"], level, plan["name"]

    def follow(self, customer, changes):
        """The movements that the changes of a customer's subscriptions make."""
        levels, plans, was_customer = {}, {}, False
        for date, _, subscription, level, plan in changes:
            before = sum(levels.values())
            amount = level - levels.get(subscription, 0)
            levels[subscription] = level
            plan = plans[subscription] = plan or plans.get(subscription)
            if amount == 0:
                continue
            if before == 0:
                kind = "reactivation" if was_customer else "new_biz"
            elif before + amount == 0:
                kind = "churn"
            else:
                kind = "expansion" if amount > 0 else "contraction"
            was_customer = True
            self.movements.append(Movement(date, customer, subscription, kind, amount, plan))
        for subscription, level in levels.items():
            if level:
                at = self.levels.setdefault(customer, collections.Counter())
                at[plans[subscription]] += level

    def index(self):
        self.history = collections.defaultdict(lambda: ([], []))
        for movement in self.movements:
            dates, sums = self.history[movement.customer]
            dates.append(movement.date)
            sums.append((sums[-1] if sums else 0) + movement.amount)

    def level_at(self, customer, date):
        dates, sums = self.history[customer]
        count = bisect.bisect_right(dates, date)
        return sums[count - 1] if count else 0
