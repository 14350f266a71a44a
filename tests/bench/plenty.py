"""A stand-in for the API that has plenty of rows and makes them as fast as they are asked for: customers and their movements.

A row is worked out from its number, so the account needs no memory, and a page little time.
"""
import asyncio
import calendar
import datetime
import re
import threading
import time
import urllib.parse

BEGIN = datetime.datetime(2023, 1, 1, tzinfo=datetime.timezone.utc)
DAYS = 1000
AMOUNT = 100
SOURCE = "ds_00000000-0000-4002-8000-000000000001"
CUSTOMER = (
    '{"id":%(n)d,"uuid":"%(uuid)s","external_id":"customer-%(n)d","name":"Customer %(n)d","email":"c%(n)d@example.com","status":"Active",'
    '"customer-since":"2023-01-15T10:44:05+00:00","attributes":{"custom":{"channel":"webinar","employees":%(n)d},"stripe":{},"tags":["beta"]},'
    '"data_source_uuid":"' + SOURCE + '","data_source_uuids":["' + SOURCE + '"],"external_ids":["customer-%(n)d"],"company":"Company %(n)d",'
    '"country":"DE","state":null,"city":"Munich","zip":"80331","lead_created_at":null,"free_trial_started_at":null,'
    '"address":{"country":"Germany","state":null,"city":"Munich","address_zip":"80331"},"mrr":1000,"arr":12000,"billing-system-url":null,'
    '"chartmogul-url":"https://app.chartmogul.com/#/customers/%(n)d","billing-system-type":"Stripe","currency":"USD","currency-sign":"$"}')
MOVEMENT = (
    '{"description":"purchased the Team annual plan","activity-mrr-movement":' + str(AMOUNT) + ',"activity-mrr":%(n)d,"activity-arr":%(n)d,'
    '"date":"%(date)s","type":"new_biz","currency":"USD","subscription-external-id":"sub_%(n)d","subscription-set-external-id":"sub_%(n)d",'
    '"plan-external-id":"team-annual","customer-name":"Customer %(customer)d","customer-uuid":"%(customer_uuid)s",'
    '"customer-external-id":"customer-%(customer)d","billing-connector-uuid":"' + SOURCE + '","uuid":"%(uuid)s"}')


def uuid(begin, number):
    """Scattered, as those of the API are: their order is not that of the list."""
    digits = f"{number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x}"
    return f"{begin}{digits[:8]}-{digits[8:12]}-4000-8000-00000000{digits[12:]}"


class Plenty:
    """Serves an account with so many movements and customers, from a thread of its own."""

    def __init__(self, movements, customers):
        self.movements, self.customers, self.pages, self.requests = movements, customers, {}, 0
        self.step_s = DAYS * 86400 / movements
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(self.loop.create_server(lambda: Connection(self), "127.0.0.1", 0))
        self.base_url = "http://127.0.0.1:%d/v1" % self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        self.loop.close()

    def answer(self, target):
        self.requests += 1
        path, _, query = target.partition("?")
        given = dict(urllib.parse.parse_qsl(query))
        return {"/v1/account": self.account, "/v1/data_sources": self.sources, "/v1/customers": self.list_customers,
                "/v1/activities": self.list_movements, "/v1/metrics/mrr": self.mrr}[path](given)

    def account(self, _given):
        return '{"id":"acc_1","name":"Plenty","currency":"USD"}'

    def sources(self, _given):
        return '{"data_sources":[{"uuid":"%s","name":"One","system":"Stripe"}],"has_more":false,"cursor":null}' % SOURCE

    def page(self, given, first, last, row, more=""):
        """Rows from `first` on and before `last`, from the cursor on, as many as are asked for."""
        size = int(given.get("per_page", 200))
        if given.get("order") == "-date":
            first = max(first, last - size)
        at = int(given.get("cursor", first))
        end = min(at + size, last)
        rows = ",".join([row(n) for n in range(at, end)])
        return '{"entries":[%s],%s"has_more":%s,"per_page":%d,"cursor":"%d"}' % (rows, more, "true" if end < last else "false", size, end)

    def list_customers(self, given):
        count = self.customers if given.get("status", "Active") == "Active" else 0
        more = '"current_page":1,"total_pages":%d,' % -(-count // int(given.get("per_page", 200)))
        return self.page(given, 0, count, lambda n: CUSTOMER % {"n": n, "uuid": uuid("cus_", n)}, more)

    def number_at(self, moment):
        """The first movement that is not before a moment."""
        number = -int(-(moment - BEGIN).total_seconds() // self.step_s)
        return min(max(number, 0), self.movements)

    def movement(self, number):
        customer = number % self.customers
        date = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(BEGIN.timestamp() + int(number * self.step_s)))
        return MOVEMENT % {"n": number, "uuid": uuid("", number), "date": date, "customer": customer, "customer_uuid": uuid("cus_", customer)}

    def list_movements(self, given):
        def day(name, other, days):
            if name not in given:
                return other
            return self.number_at(datetime.datetime.fromisoformat(given[name][:10] + "T00:00:00+00:00") + datetime.timedelta(days=days))
        return self.page(given, day("start-date", 0, 0), day("end-date", self.movements, 1), self.movement)

    def mrr(self, given):
        """Months, each with the sum of its movements."""
        entries = []
        year, month = map(int, given["start-date"][:7].split("-"))
        while f"{year:04}-{month:02}" <= given["end-date"][:7]:
            first = datetime.datetime(year, month, 1, tzinfo=datetime.timezone.utc)
            last = calendar.monthrange(year, month)[1]
            count = self.number_at(first + datetime.timedelta(days=last)) - self.number_at(first)
            entries.append('{"date":"%04d-%02d-%02d","mrr":0,"mrr-new-business":%d,"mrr-expansion":0,"mrr-contraction":0,"mrr-churn":0,'
                           '"mrr-reactivation":0}' % (year, month, last, count * AMOUNT))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return '{"entries":[%s]}' % ",".join(entries)


class Connection(asyncio.Protocol):
    def __init__(self, plenty):
        self.plenty, self.transport, self.rest = plenty, None, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            head, _, self.rest = self.rest.partition(b"\r\n\r\n")
            body = self.plenty.answer(re.match(rb"GET (\S+)", head)[1].decode()).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
