"""A sandbox program under test, and the account that most checks begin with."""
import base64
import http.client
import json
import subprocess
import time
import urllib.parse

KEY = "test-key"
PATIENCE_S = 300  # longer than any machine needs: only what hangs is ended
LONG_MS = 600000  # what is delayed so long is let go by /control/hurry


class Failure(Exception):
    pass


def expect(condition, *what):
    if not condition:
        raise Failure(" ".join(str(one) for one in what))


def equal(actual, wanted, what=""):
    expect(actual == wanted, what, f"is {actual!r} and not {wanted!r}")


class Answer:
    def __init__(self, response, raw):
        self.status, self.raw = response.status, raw
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.type = self.headers.get("content-type")

    @property
    def json(self):
        return json.loads(self.raw)


class Sandbox:
    """A running program. One connection serves all calls, so that a broken one shows."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen([program, *map(str, options)], stdout=subprocess.PIPE, text=True)
        self.base_url = self.process.stdout.readline().strip()
        address = urllib.parse.urlsplit(self.base_url)
        self.host, self.port = address.hostname, address.port
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)

    def call(self, method, path, body=None, key=KEY, headers=None, prefix="/v1"):
        sent = dict(headers or {})
        if key is not None:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        data = None
        if body is not None:
            data = body if isinstance(body, (str, bytes)) else json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        self.connection.request(method, prefix + path, data, sent)
        response = self.connection.getresponse()
        return Answer(response, response.read())

    def get(self, path, **query):
        return self.good("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def good(self, method, path, body=None):
        """The JSON of a call that must succeed; None where there is none."""
        answer = self.call(method, path, body)
        expect(answer.status < 300, method, path, "is answered", answer.status, answer.raw[:300])
        return answer.json if answer.raw else None

    def control(self, method, path, body=None):
        answer = self.call(method, path, body, key=None, prefix="/control")
        expect(answer.status == 200, method, "/control" + path, answer.status, answer.raw)
        return answer.json

    def switch(self, **values):
        return self.control("POST", "/switches", values)

    def wait_for(self, figure, count):
        """Until so many requests are there, by the figures of /control/stats."""
        end = time.monotonic() + PATIENCE_S
        while self.control("GET", "/stats")[figure] != count:
            expect(time.monotonic() < end, f"{figure} never is {count}")

    def reset(self, seed="empty"):
        self.control("POST", "/reset")
        if seed != "empty":
            self.control("POST", "/seed", {"seed": seed})

    def pages(self, path, **query):
        """All pages of a list, as a client that goes by has_more reads them."""
        answers = [self.get(path, **query)]
        while answers[-1]["has_more"]:
            answers.append(self.get(path, **query, cursor=answers[-1]["cursor"]))
            expect(len(answers) < 10000, path, "never ends")
        return answers

    def rows(self, path, root="entries", **query):
        return [row for page in self.pages(path, **query) for row in page[root]]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        self.connection.close()
        return code


class Account:
    """A small account: one of everything that can be written, and two where a page has to end."""

    def __init__(self, sandbox, system="Custom"):
        self.sandbox = sandbox
        sandbox.reset()
        sandbox.switch(source_system=system, async_delay_ms=0)
        self.source = sandbox.good("POST", "/data_sources", {"name": "Billing"})["uuid"]
        self.customer = self.new_customer("c1", name="Ann", email="ann@example.com", city="Berlin", country="DE")
        self.other = self.new_customer("c2", name="Bob", email="bob@example.com", country="US", state="NY")
        self.plan = self.new_plan("gold")
        self.year = self.new_plan("gold-year", interval_unit="year")

    def new_customer(self, external_id, **more):
        return self.sandbox.good("POST", "/customers", {
            "data_source_uuid": self.source, "external_id": external_id, **more})["uuid"]

    def new_plan(self, external_id, **more):
        return self.sandbox.good("POST", "/plans", {
            "data_source_uuid": self.source, "external_id": external_id, "name": external_id, "interval_count": 1,
            "interval_unit": "month", **more})["uuid"]

    def line(self, subscription="s1", amount=1000, start="2025-01-01", end="2025-02-01", **more):
        return {"type": "subscription", "subscription_external_id": subscription, "plan_uuid": self.plan,
                "service_period_start": start, "service_period_end": end, "amount_in_cents": amount, **more}

    def invoice(self, external_id="i1", *lines, customer=None, date="2025-01-01", **more):
        """Import one invoice and give its record."""
        body = {"external_id": external_id, "date": date, "currency": "USD", "line_items": list(lines) or [self.line()],
                **more}
        path = f"/import/customers/{customer or self.customer}/invoices"
        return self.sandbox.good("POST", path, {"invoices": [body]})["invoices"][0]

    def event(self, event_type="subscription_start", subscription="s1", on="2025-01-01", **more):
        body = {"data_source_uuid": self.source, "customer_external_id": "c1", "subscription_external_id": subscription,
                "event_type": event_type, "event_date": on, "effective_date": on}
        if event_type in ("subscription_start", "subscription_updated"):
            body.update({"plan_external_id": "gold", "currency": "USD", "amount_in_cents": 1000, "quantity": 1})
        body.update(more)
        return self.sandbox.good("POST", "/subscription_events", {"subscription_event": body})

    def read(self, customer=None):
        return self.sandbox.get(f"/customers/{customer or self.customer}")

    def subscriptions(self, customer=None):
        return self.sandbox.rows(f"/customers/{customer or self.customer}/subscriptions")

    def movements(self, customer=None):
        """[(type, movement)], the oldest first."""
        rows = self.sandbox.rows(f"/customers/{customer or self.customer}/activities")
        return [(row["type"], row["activity-mrr-movement"]) for row in reversed(rows)]
