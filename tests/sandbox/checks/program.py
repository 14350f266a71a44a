"""The program itself: its options, its delays and limits, its faults, its end."""
import concurrent.futures
import contextlib
import gzip
import http.client
import json
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

from sandbox import LONG_MS, PATIENCE_S, Sandbox, equal, expect


@contextlib.contextmanager
def running(sandbox, *options):
    other = Sandbox(sandbox.program, *options)
    try:
        yield other
    finally:
        equal(other.stop(), 0, "the end of the program")


def check_its_first_line(sandbox):
    with running(sandbox) as other:
        equal(other.base_url, f"http://127.0.0.1:{other.port}/v1")
        equal(other.get("/ping"), {"data": "pong!"})
        taken = subprocess.run([sandbox.program, "--port", str(other.port)], capture_output=True, text=True)
        equal((taken.returncode, taken.stdout), (1, ""))
        expect(f"port {other.port} cannot be served" in taken.stderr, taken.stderr)
    with running(sandbox, "--port", other.port, "--key", "other") as same:
        equal(same.port, other.port)
        equal((same.call("GET", "/ping").status, same.call("GET", "/ping", key="other").status), (401, 200))


def check_its_day(sandbox):
    with running(sandbox, "--seed", "demo") as other:
        day = other.control("GET", "/switches")["today"]
        equal(other.process.stdout.readline(),
              f"The last day of this account is {day}. For the reports in sqlite3: .parameter set :today \"'{day}'\"\n")


def check_help(sandbox):
    answer = subprocess.run([sandbox.program, "--help"], capture_output=True, text=True)
    equal((answer.returncode, answer.stderr), (0, ""))
    for option in ("--port", "--key", "--read-only-key", "--seed", "--latency-ms", "--rate-limit", "--max-connections", "--tls"):
        expect(option in answer.stdout, option)


def check_wrong_options(sandbox):
    for options, said in (
            (["--prot", "1"], "--prot: there is no such option"), (["extra"], "extra: there is no such option"),
            (["--port"], "--port: a value is needed"), (["--port", "x"], "x: is no number"),
            (["--port", "65536"], "--port: there is no such port"), (["--latency-ms", "-1"], "-1: is no number"),
            (["--rate-limit", "1.5"], "1.5: is no number"), (["--seed", "demmo"], "demmo: is neither"),
            (["--seed", ""], ": is neither"), (["--seed", "-5"], "-5: is neither"), (["--tls", "a"], "--tls: a certificate and"),
            (["--tls", "/nonexistent/a", "/nonexistent/b"], "/nonexistent/a: cannot be read")):
        answer = subprocess.run([sandbox.program, *options], capture_output=True, text=True, timeout=PATIENCE_S)
        equal((answer.returncode, answer.stdout), (2, ""), options)
        expect(said in answer.stderr and "--help" in answer.stderr, options, answer.stderr)


def check_it_ends_on_signals(sandbox):
    # Where the tests run in the background SIGINT is ignored, and what they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        other = Sandbox(sandbox.program)
        other.control("POST", "/faults", {"path": "/ping", "stall": True})
        hanging = socket.create_connection((other.host, other.port))
        hanging.sendall(b"GET /v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        other.wait_for("in_flight", 1)
        other.process.send_signal(number)
        equal(other.process.wait(timeout=PATIENCE_S), 0, f"the end after {number}")
        hanging.close()
        other.process.stdout.close()


def check_many_wait_without_a_thread_each(sandbox):
    with running(sandbox, "--latency-ms", LONG_MS) as other:
        clients = [http.client.HTTPConnection(other.host, other.port, timeout=PATIENCE_S) for _ in range(400)]
        for one in clients:
            one.request("GET", "/v1/ping", headers={"Authorization": "Basic dGVzdC1rZXk6"})
        other.wait_for("in_flight", 400)
        status = pathlib.Path(f"/proc/{other.process.pid}/status")
        if status.exists():
            threads = int(status.read_text().split("Threads:")[1].split()[0])
            expect(threads <= 4, f"{threads} threads for 400 requests")
        other.control("POST", "/hurry")
        for one in clients:
            equal(one.getresponse().read(), b'{"data":"pong!"}')
            one.close()
        stats = other.control("GET", "/stats")
        equal((stats["requests"], stats["max_in_flight"], stats["status_counts"]), (400, 400, {"200": 400}))


def check_the_limit_of_a_second(sandbox):
    with running(sandbox, "--rate-limit", 5) as other:
        seconds = 2.0
        while seconds >= 1:  # a slow machine may need several tries to send eight in a second
            other.control("POST", "/reset")
            started = time.monotonic()
            answers = [other.call("GET", "/ping") for _ in range(7)]
            other.switch(rate_limit_retry_after=2)
            answers.append(other.call("GET", "/ping"))
            seconds = time.monotonic() - started
        equal([answer.status for answer in answers], [200] * 5 + [429] * 3)
        equal((answers[5].json["code"], answers[5].headers.get("retry-after")), (429, None))
        equal(answers[7].headers.get("retry-after"), "2")
        equal(other.control("GET", "/stats")["max_requests_in_any_second"], 8, "refused requests count")
        time.sleep(1.1)
        equal(other.call("GET", "/ping").status, 200)


def check_the_limit_of_connections(sandbox):
    with running(sandbox, "--max-connections", 3, "--latency-ms", LONG_MS) as other:
        address = other.base_url + "/ping"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def ask(_):
            request = urllib.request.Request(address, headers={"Authorization": "Basic dGVzdC1rZXk6"})
            try:
                with opener.open(request) as answer:
                    return answer.status
            except urllib.error.HTTPError as refusal:
                return refusal.code

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            statuses = pool.map(ask, range(6))
            other.wait_for("in_flight", 6)
            other.control("POST", "/hurry")
            equal(sorted(statuses), [200] * 3 + [503] * 3)


def check_seeds(sandbox):
    first, second = (Sandbox(sandbox.program, "--seed", 1000) for _ in "12")
    try:
        for path in ("/customers", "/invoices?per_page=7", "/activities", "/metrics/mrr?start-date=2023-01-01&end-date=2025-12-31"):
            equal(first.call("GET", path).raw, second.call("GET", path).raw, f"the same seed at {path}")
        equal(first.get("/customers")["total_pages"], 5)
    finally:
        equal((first.stop(), second.stop()), (0, 0))


def check_the_demo_company(sandbox):
    sandbox.reset("demo")
    customers = sandbox.rows("/customers")
    equal((len(sandbox.get("/data_sources")["data_sources"]), len(sandbox.rows("/plans", "plans")), len(customers)), (2, 12, 400))
    statuses = [row["status"] for row in customers]
    leads = sum("Lead" in status for status in statuses)
    expect(30 <= leads <= 80 and statuses.count("Cancelled") >= 50 and statuses.count("Past Due") >= 3, leads,
           statuses.count("Cancelled"), statuses.count("Past Due"))
    types = [row["type"] for row in sandbox.rows("/activities")]
    for name, least in (("new_biz", 250), ("churn", 80), ("expansion", 80), ("contraction", 20), ("reactivation", 10)):
        expect(types.count(name) >= least, f"{types.count(name)} of {name}")
    dates = [row["date"] for row in sandbox.rows("/activities")]
    expect(dates[0] < "2023-03" and dates[-1] > "2025-12", dates[0], dates[-1])
    invoices = sandbox.rows("/invoices", "invoices", validation_type="all", with_disabled="true")
    equal({row["status"] for row in invoices}, {"paid", "open", "refunded", "voided"})
    expect(any(row["errors"] for row in invoices) and any(row["disabled"] for row in invoices), "nothing is hidden")
    refunds = [one for row in invoices for one in row["transactions"] if one["type"] == "refund"]
    failed = [one for row in invoices for one in row["transactions"] if one["result"] == "failed"]
    expect(len(refunds) >= 5 and len(failed) >= 50, len(refunds), len(failed))


def check_large_answers_are_packed(sandbox):
    sandbox.reset("300")
    plain = sandbox.call("GET", "/customers")
    packed = sandbox.call("GET", "/customers", headers={"Accept-Encoding": "gzip, deflate"})
    equal((packed.headers["content-encoding"], packed.headers["vary"]), ("gzip", "Accept-Encoding"))
    equal(gzip.decompress(packed.raw), plain.raw)
    expect("content-encoding" not in sandbox.call("GET", "/ping", headers={"Accept-Encoding": "gzip"}).headers, "a small one")
    sandbox.switch(http_chunked=True)
    chunked = sandbox.call("GET", "/customers")
    equal((chunked.headers["transfer-encoding"], chunked.raw), ("chunked", plain.raw))


def fault(sandbox, **members):
    sandbox.control("DELETE", "/faults")
    sandbox.control("POST", "/faults", members)


def check_faults_of_status(sandbox):
    for status in (429, 500, 502, 503, 504):
        fault(sandbox, path="/ping", status=status, times=2)
        answers = [sandbox.call("GET", "/ping") for _ in range(3)]
        equal([answer.status for answer in answers], [status, status, 200])
        equal(answers[0].type, "text/plain; charset=utf-8")
        expect(answers[0].raw.startswith(f"{status} ".encode()), answers[0].raw)
    fault(sandbox, path="/ping", status=429, body='{"code":429}', retry_after=3)
    answer = sandbox.call("GET", "/ping")
    equal((answer.status, answer.type, answer.json, answer.headers["retry-after"]), (429, "application/json", {"code": 429}, "3"))
    fault(sandbox, path="/ping", status=503, body="<html>", content_type="text/html")
    equal(sandbox.call("GET", "/ping").type, "text/html")


def check_faults_by_path(sandbox):
    fault(sandbox, path="POST /data_sources", status=500, times=-1)
    equal((sandbox.call("GET", "/data_sources").status, sandbox.call("POST", "/data_sources", {"name": "x"}).status), (200, 500))
    equal(sandbox.get("/data_sources")["data_sources"], [], "it was not carried out")
    fault(sandbox, path="POST /data_sources", status=500, apply=True)
    sandbox.call("POST", "/data_sources", {"name": "x"})
    equal(len(sandbox.get("/data_sources")["data_sources"]), 1, "it was, although it is not said")
    fault(sandbox, path="/pi", status=500, after=1)
    equal([sandbox.call("GET", "/ping").status for _ in range(3)], [200, 500, 200])


def check_faults_of_the_connection(sandbox):
    def is_cut():
        try:
            sandbox.call("GET", "/ping")
        except (http.client.HTTPException, ConnectionError):
            sandbox.connection.close()
            return True
        return False

    fault(sandbox, path="/ping", cut=4)
    equal((is_cut(), is_cut()), (True, False))
    fault(sandbox, path="/ping", drop=True)
    equal((is_cut(), is_cut()), (True, False))
    fault(sandbox, path="/ping", garbage=True)
    answer = sandbox.call("GET", "/ping")
    equal((answer.status, answer.type), (200, "application/json"))
    try:
        answer.json
        expect(False, "garbage is JSON")
    except ValueError:
        pass
    fault(sandbox, path="/ping", delay_ms=80)
    started = time.monotonic()
    sandbox.get("/ping")
    expect(time.monotonic() - started >= 0.08, "not delayed")


def check_wrong_faults_and_switches(sandbox):
    for body in ({}, {"path": 5}, {"path": "/x", "stats": 5}, [{"path": "/x"}, {"no": 1}], 5, {"path": "/x", "times": "2"}):
        equal(sandbox.call("POST", "/faults", body, key=None, prefix="/control").status, 400, body)
    for body in ({"nothing": 1}, {"gzip": 1}, {"numbers": "roman"}, {"today": "tomorrow"}, {"duplicate_status": "x"}, []):
        equal(sandbox.call("POST", "/switches", body, key=None, prefix="/control").status, 400, body)
    equal(sandbox.call("GET", "/nothing", key=None, prefix="/control").status, 404)
    equal(sandbox.call("POST", "/seed", {"seed": "x"}, key=None, prefix="/control").status, 400)


def check_the_log(sandbox):
    sandbox.call("POST", "/data_sources?a=%20b", {"name": "x"}, headers={"User-Agent": "me"})
    sandbox.call("GET", "/nothing", key="wrong")
    first, second = sandbox.control("GET", "/requests")
    equal((first["method"], first["target"], json.loads(first["body"]), first["status"], first["user_agent"], first["authorized"]),
          ("POST", "/data_sources?a=%20b", {"name": "x"}, 201, "me", True))
    equal((second["status"], second["body"], second["authorized"]), (401, None, False))
    sandbox.control("DELETE", "/requests")
    equal(sandbox.control("GET", "/requests"), [])


def check_the_account_s_day(sandbox):
    sandbox.reset("demo")
    before = sum(row["mrr"] for row in sandbox.rows("/customers"))
    sandbox.switch(today="2024-06-30")
    earlier = sum(row["mrr"] for row in sandbox.rows("/customers"))
    expect(0 < earlier < before, earlier, before)
    sandbox.switch(today="2025-12-31")
    equal(sum(row["mrr"] for row in sandbox.rows("/customers")), before)


def check_tls(sandbox):
    if not shutil.which("openssl"):
        print("no openssl: TLS is not checked")
        return
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        wrong = subprocess.run([sandbox.program, "--tls", key, key], capture_output=True, text=True, timeout=PATIENCE_S)
        equal((wrong.returncode, wrong.stdout), (1, ""), "a key for a certificate")
        with running(sandbox, "--tls", certificate, key, "--latency-ms", 20) as other:
            equal(other.base_url, f"https://127.0.0.1:{other.port}/v1")
            trusted = ssl.create_default_context(cafile=certificate)
            other.connection = http.client.HTTPSConnection(other.host, other.port, timeout=PATIENCE_S, context=trusted)
            equal(other.get("/ping"), {"data": "pong!"})
            strict = http.client.HTTPSConnection(other.host, other.port, timeout=PATIENCE_S, context=ssl.create_default_context())
            try:
                strict.request("GET", "/v1/ping")
                expect(False, "an unknown certificate is trusted")
            except ssl.SSLError:
                pass
            strict.close()


def check_a_client_that_leaves(sandbox):
    fault(sandbox, path="/ping", stall=True, times=-1)
    for _ in range(5):
        with socket.create_connection((sandbox.host, sandbox.port)) as one:
            one.sendall(b"GET /v1/ping HTTP/1.1\r\nHost: x\r\nAuthorization: Basic dGVzdC1rZXk6\r\n\r\n")
            sandbox.wait_for("in_flight", 1)
        sandbox.wait_for("in_flight", 0)  # a client that has left is no longer there


def check_many_clients_write_at_once(sandbox):
    sandbox.reset()
    source = sandbox.good("POST", "/data_sources", {"name": "x"})["uuid"]
    lock, made = threading.Lock(), []

    def write(number):
        other = http.client.HTTPConnection(sandbox.host, sandbox.port, timeout=PATIENCE_S)
        body = json.dumps({"data_source_uuid": source, "external_id": f"c{number}"})
        other.request("POST", "/v1/customers", body, {"Authorization": "Basic dGVzdC1rZXk6"})
        answer = json.loads(other.getresponse().read())
        other.close()
        with lock:
            made.append(answer["uuid"])

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(100)))
    equal(len(set(made)), 100)
    equal({row["uuid"] for row in sandbox.rows("/customers")}, set(made))
