"""The extension in other programs, each with a file in programs/: host.py says what stands there.

    hosts.py LIBRARY PRELOAD SANDBOX NAME...     (`all`: every host)

Each host runs on the sandbox of 25 customers, over https, in a folder of its own below build/. It prints whatever it likes, and in that
must be: the three rows that the sandbox has for the question, the uuid of the data source that was made, the text of the error, the
names of all tables, and a line `cannot KEY: why` for each `cannot KEY` of its file. The sandbox must have got these requests
and no other. A host that is not here is skipped, with the reason.
"""
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request

from host import INSTALLED, chosen, environment

ERROR = "chartmogul_plans: name p: data_source_uuid is missing: give it a value"
SENT = ["GET /customers?status=Active&per_page=200", 'POST /data_sources {"name":"By host"}']
SECONDS = 1800  # a host may take, a compiler included, on a slow machine


class Account:
    """A sandbox over https, by an authority that is made here."""

    def __init__(self, sandbox, folder):
        self.ca_file, key = os.path.join(folder, "ca.pem"), os.path.join(folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.ca_file],
                       check=True, capture_output=True)
        self.server = subprocess.Popen([sandbox, "--port", "0", "--tls", self.ca_file, key], stdout=subprocess.PIPE, text=True)
        self.base_url = self.server.stdout.readline().strip()
        self.root = self.base_url.rsplit("/v1", 1)[0]
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.ca_file))
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), tls)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.root + path, method=method, data=json.dumps(body).encode() if body is not None else None)
        request.add_header("Authorization", "Basic dGVzdC1rZXk6")
        with self.opener.open(request, timeout=SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None

    def control(self, method, path, body=None):
        return self.ask(method, f"/control/{path}", body)

    def begin(self):
        """The account as it is at first; the rows that are asked for."""
        self.control("POST", "reset")
        self.control("POST", "seed", {"seed": "25"})
        active = self.ask("GET", "/v1/customers?status=Active&per_page=200")["entries"]
        self.control("DELETE", "requests")
        return sorted((customer["name"], customer["mrr"]) for customer in active)[:3]

    def sent(self):
        return [" ".join(filter(None, (one["method"], one["target"], one["body"]))) for one in self.control("GET", "requests")]

    def made(self):
        sources = self.ask("GET", "/v1/data_sources")["data_sources"]
        return [source["uuid"] for source in sources if source["name"] == "By host"]


class Run:
    """One host: its folder, what it printed, what is wrong with that."""

    def __init__(self, host, account, files):
        self.host, self.account, self.output, self.wrong = host, account, "", []
        self.folder = os.path.join(INSTALLED, "run", host.name)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(os.path.join(self.folder, "tmp"))
        for file in [host.path] + files:
            shutil.copy(file, self.folder)
        os.symlink(os.path.join(INSTALLED, "node_modules"), os.path.join(self.folder, "node_modules"))

    def expect(self, what, is_right, detail=""):
        if not is_right:
            self.wrong.append(f"{what}: {detail}")

    def command(self, command):
        """What it prints; nothing that it starts outlives it."""
        settings = {"CHARTMOGUL_BASE_URL": self.account.base_url, "CHARTMOGUL_CA_FILE": self.account.ca_file, "CHARTMOGUL_API_KEY": "test-key",
                    "CHARTMOGUL_MAX_RETRIES": "0", "HOME": self.folder, "TMPDIR": os.path.join(self.folder, "tmp")}
        with open(os.path.join(self.folder, "output"), "w+", encoding="utf-8", errors="replace") as out:
            process = subprocess.Popen(["sh", "-c", command], cwd=self.folder, env=dict(environment(), **settings), stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                self.expect("it ends with 0", process.wait(SECONDS) == 0, process.returncode)
            except subprocess.TimeoutExpired:
                self.expect(f"it ends within {SECONDS} s", False)
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            out.seek(0)
            return out.read()

    def story(self, tables):
        rows = self.account.begin()
        self.output = self.command(self.host.one("run"))
        text = " ".join(re.sub(r"[^\w'\"{}:.,;/?&=()#<>|-]", " ", self.output).split())
        shown = re.findall(r"(Customer \d+)\b\D*?(\d+)(?:\.0)?\b", text)
        self.expect("rows", shown == [(name, str(mrr)) for name, mrr in rows], f"{shown}, not {rows}")
        sent, made = self.account.sent(), self.account.made()
        self.expect("the uuid of the data source that was made", len(made) == 1 and made[0] in text, made)
        self.expect("the error has its text", ERROR in text, ERROR)
        missing = [table for table in tables if not re.search(rf"\b{table}\b", text)]
        self.expect("the tables are listed", not missing, " ".join(missing))
        cannot = dict(re.findall(r"^cannot (\w+): *(.*\S)", self.output, flags=re.M))
        self.expect("what the host cannot do", cannot.keys() == self.host.cannot.keys(), f"{sorted(cannot)}, not {sorted(self.host.cannot)}")
        expected = self.host.said["sent"] or SENT
        self.expect("requests", sent == expected, "\n".join(["", *sent, "  not", *expected]))

    def also(self, command):
        self.account.begin()
        self.output += self.command(command)


def all_tables(library):
    script = f".load {os.path.splitext(os.path.abspath(library))[0]}\nSELECT name FROM chartmogul_tables;\n"
    done = subprocess.run(["sqlite3", "-batch", "-init", os.devnull], input=script, capture_output=True, text=True, check=True)
    return done.stdout.split()


def main():
    library, preload, sandbox = map(os.path.abspath, sys.argv[1:4])
    count = {"passed": 0, "failed": 0, "skipped": 0}
    tables = all_tables(library)
    os.makedirs(INSTALLED, exist_ok=True)
    with Account(sandbox, INSTALLED) as account:
        for host in chosen(sys.argv[4:]):
            began, why = time.monotonic(), host.why_absent()
            if why:
                count["skipped"] += 1
                print(f"skipped {host.name}: {why}")
                continue
            run = Run(host, account, [library, preload])
            run.story(tables)
            for command in host.said["also"]:
                run.also(command)
            count["failed" if run.wrong else "passed"] += 1
            print(f"{'FAILED hosts:' if run.wrong else 'ok:'} {host.name} ({host.version()}) {time.monotonic() - began:.1f} s", flush=True)
            if run.wrong:
                print("\n".join(run.wrong + ["  " + line for line in run.output.splitlines()]))
    shutil.rmtree(os.path.join(INSTALLED, "run"), ignore_errors=True)
    print(", ".join(f"{number} {word}" for word, number in count.items() if number or word != "skipped"))
    sys.exit(count["failed"] > 0)


if __name__ == "__main__":
    main()
