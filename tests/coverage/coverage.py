"""Every endpoint of the API is reached by the SQL that endpoints.txt has for it, on the sandbox.

    coverage.py LIBRARY SANDBOX

The sandbox's log says what was reached: the right method and path, answered with success. The list itself is held against the
routes of the sandbox and against chartmogul_endpoints, so that none of the three can lack what another has.
"""
import json
import os
import re
import subprocess
import sys
import urllib.request

ENDPOINTS = "tests/coverage/endpoints.txt"
ROUTES = "tests/sandbox/api/routes.c"
STATES = ("current", "deprecated", "legacy")


def read_endpoints():
    """[(method, path, state, sql or None)]"""
    with open(ENDPOINTS, encoding="utf-8") as text:
        lines = re.sub(r"\n[ \t]+", " ", re.sub(r"(?m)^#.*\n", "", text.read())).splitlines()
    rows = [line.split(None, 3) for line in lines if line]
    return [(method, path, state, None if sql == "-" else sql) for method, path, state, sql in rows]


def same_for_all(path):
    """The path with the names of its placeholders left out."""
    return re.sub(r"\{\w+\}", "{}", path)


def routes():
    with open(ROUTES, encoding="utf-8") as text:
        return {(method, same_for_all(path)) for method, path in re.findall(r'\{ "([A-Z]+)", "(/[^"]*)"', text.read())}


def endpoint_of(endpoints, method, target):
    """The endpoint that a request is for: of several that fit, the one with the fewest placeholders."""
    path = target.split("?")[0]
    fitting = [(row[1].count("{"), row[:2]) for row in endpoints
               if row[0] == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", row[1]), path)]
    return min(fitting)[1] if fitting else None


class Sandbox:
    def __init__(self, program):
        self.server = subprocess.Popen([program, "--seed", "demo"], stdout=subprocess.PIPE, text=True)
        self.base_url = self.server.stdout.readline().strip()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.control("POST", "/switches", {"async_delay_ms": 0})  # merges are done before the next statement

    def control(self, method, path, body=None):
        address = self.base_url.rsplit("/v1", 1)[0] + "/control" + path
        data = None if body is None else json.dumps(body).encode()
        with self.opener.open(urllib.request.Request(address, data, method=method)) as answer:
            return json.loads(answer.read() or "null")

    def close(self):
        self.server.terminate()
        self.server.wait()


def run_shell(library, base_url, sql):
    """What the statement printed, and what it complained of."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTMOGUL_")}
    environment.update(CHARTMOGUL_BASE_URL=base_url, CHARTMOGUL_API_KEY="test-key", CHARTMOGUL_REQUESTS_PER_SECOND="0")
    begin = f".bail on\n.load {os.path.splitext(os.path.abspath(library))[0]}\n"
    done = subprocess.run(["sqlite3", "-batch", "-init", os.devnull], input=f"{begin}{sql};\n", env=environment,
                          capture_output=True, text=True, check=False)
    return done.stdout, done.stderr.strip()


def check_reached(sandbox, library, endpoints, row):
    """None, or why the endpoint counts as not reached."""
    sandbox.control("DELETE", "/requests")
    _, complaint = run_shell(library, sandbox.base_url, row[3])
    sent = sandbox.control("GET", "/requests")
    if complaint:
        return complaint
    if any(endpoint_of(endpoints, one["method"], one["target"]) == row[:2] and 200 <= one["status"] < 300 for one in sent):
        return None
    return "not reached; sent were:" + "".join(f"\n    {one['status']} {one['method']} {one['target']}" for one in sent)


def check_lists(library, base_url, endpoints):
    """(what, why not) for each line that one of the lists lacks."""
    shown, complaint = run_shell(library, base_url, ".separator ' '\nSELECT DISTINCT method, path FROM chartmogul_endpoints")
    if complaint:
        return [("chartmogul_endpoints", complaint)]
    documented = {tuple(same_for_all(line).split(" ")) for line in shown.splitlines()}
    listed = {(method, same_for_all(path)) for method, path, *_ in endpoints}
    reachable = {(method, same_for_all(path)) for method, path, state, sql in endpoints if state == "current"}
    problems = [(" ".join(one), f"{ENDPOINTS} lacks it; {ROUTES} has it") for one in sorted(routes() - listed)]
    problems += [(" ".join(one), f"{ENDPOINTS} lacks it; chartmogul_endpoints has it") for one in sorted(documented - listed)]
    problems += [(" ".join(one), "chartmogul_endpoints lacks it") for one in sorted(reachable - documented)]
    problems += [(f"{row[0]} {row[1]}", "its state is unknown") for row in endpoints if row[2] not in STATES]
    problems += [(f"{row[0]} {row[1]}", "it is current and has no SQL") for row in endpoints
                 if row[2] == "current" and not row[3]]
    if len(listed) != len(endpoints):
        problems.append((ENDPOINTS, "an endpoint stands there twice"))
    return problems


def main():
    library, program = sys.argv[1:3]
    endpoints, problems = read_endpoints(), []
    sandbox = Sandbox(program)
    try:
        statements = [row for row in endpoints if row[3]]
        for row in statements:
            problem = check_reached(sandbox, library, endpoints, row)
            if problem:
                problems.append((f"{row[0]} {row[1]}", f"{problem}\n  {row[3]}"))
        passed = len(statements) - len(problems)
        differences = check_lists(library, sandbox.base_url, endpoints)
    finally:
        sandbox.close()
    for what, problem in problems + differences:
        print(f"FAILED {what}\n  {problem}")
    print(f"{passed + (not differences)} passed, {len(problems) + len(differences)} failed")
    sys.exit(bool(problems or differences))


if __name__ == "__main__":
    main()
