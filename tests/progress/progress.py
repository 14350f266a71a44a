#!/usr/bin/env python3
"""The line of progress in a real terminal: one line, erased, and nothing of it on a pipe.

    progress.py LIBRARY SANDBOX

Each story runs the sqlite3 shell with its stderr, and where it says so its stdout, on a pseudo terminal.
"""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import urllib.request

LINE = re.compile(r"\r([^\r\n]*)\033\[K")
ERASE = "\r\033[K"
KEY = "test-key"
PATIENCE_S = 600  # longer than any machine needs: only what hangs is ended
FIRST_S = 1  # a statement that takes less shows nothing
failures = []
passed = 0


def check(what, is_right, seen):
    global passed
    if is_right:
        passed += 1
    else:
        failures.append(what)
        print(f"FAILED progress: {what}\n  seen: {seen!r}")


class Shell:
    """What sqlite3 wrote on the terminal, and on the pipe that is its stdout where it has one."""

    def __init__(self, library, base_url, *statements, mode="auto", on_terminal=("err",), stop_at=None, columns=200, per_page=50):
        terminal, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "CHARTMOGUL_BASE_URL": base_url, "CHARTMOGUL_API_KEY": KEY,
                       "CHARTMOGUL_EU_BASE_URL": base_url, "CHARTMOGUL_EU_API_KEY": KEY,
                       "CHARTMOGUL_PROGRESS": mode, "CHARTMOGUL_PER_PAGE": str(per_page)}
        program = ["sqlite3", "-batch", "-init", "/dev/null", ":memory:", f".load {library.removesuffix('.so')}", *statements]
        out = far if "out" in on_terminal else subprocess.PIPE
        err = far if "err" in on_terminal else subprocess.STDOUT
        began = time.monotonic()
        process = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        os.close(far)
        self.terminal = self.watch(process, terminal, stop_at)
        self.piped = process.stdout.read().decode() if process.stdout else ""
        self.code = process.wait()
        self.seconds = time.monotonic() - began
        os.close(terminal)

    @staticmethod
    def watch(process, terminal, stop_at):
        """Read until the program has closed the terminal; at the text `stop_at` press Ctrl-C."""
        seen = b""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if not select.select([terminal], [], [], 0.2)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                part = os.read(terminal, 65536)
            except OSError: # its other end is closed
                break
            seen += part
            if stop_at is not None and stop_at in seen:
                process.send_signal(signal.SIGINT)
                stop_at = None
        return seen.decode()


def shown(text):
    """The lines that were drawn, and what is left on the screen of them."""
    return [line for line in LINE.findall(text) if line]


def left(text):
    """What a terminal shows in the end, line by line."""
    screen = []
    for line in text.split("\n"):
        line = line.rstrip("\r")
        kept = ""
        for part in re.split(r"\r", line):
            kept = part.replace("\033[K", "") + ("" if "\033[K" in part else kept[len(part):])
        screen.append(kept)
    return "\n".join(screen)


def tell(library, base_url):
    whole = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers")
    lines = shown(whole.terminal)
    check("a statement of two seconds shows a line", len(lines) >= 3, whole.terminal)
    pattern = (r"chartmogul_customers: \d+ rows, page \d+ of 8(, \d+ s left)?, \d+\.\d requests a second, "
               r"waits for \d answers?")
    check("it is of one form", all(re.fullmatch(pattern, line) for line in lines), lines)
    check("it says how long it takes", any("s left" in line for line in lines), lines)
    check("it is erased", whole.terminal.endswith(ERASE) and left(whole.terminal) == "", whole.terminal)
    check("the rows are there", whole.piped == "400\n", whole.piped)

    split = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers", per_page=5)
    pages = [int(page) for page in re.findall(r"page (\d+) of 80", split.terminal)]
    check("a list in chains counts the pages of all", pages and pages == sorted(pages) and pages[-1] > 40, split.terminal)

    narrow = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers", columns=30)
    check("it is no wider than the terminal", shown(narrow.terminal) and max(map(len, shown(narrow.terminal))) == 29, narrow.terminal)

    usual = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers", columns=80)
    check("80 columns hold what it waits for", shown(usual.terminal) and
          all(len(line) < 80 and re.search(r", waits for \d answers?$", line) for line in shown(usual.terminal)), usual.terminal)
    check("what they lack room for is the pace", any("s left" in line for line in shown(usual.terminal)) and
          not any("a second" in line for line in shown(usual.terminal)[-1:]), usual.terminal)

    join = "SELECT c.name, s.uuid FROM chartmogul_customers AS c CROSS JOIN chartmogul_subscriptions AS s ON s.customer_uuid = c.uuid"
    inner = Shell(library, base_url, f"SELECT count(*) FROM ({join})", columns=80, stop_at=b"of chartmogul_subscriptions")
    check("the table at work is named", any(re.search(r"^chartmogul_customers.*, waits for \d answers? of chartmogul_subscriptions$", line)
                                            and len(line) < 80 for line in shown(inner.terminal)), inner.terminal)
    limited = Shell(library, base_url, f"SELECT count(*) FROM ({join} LIMIT 150)")
    check("a join with LIMIT says no number of pages that it may not read", shown(limited.terminal) and
          not any(re.search(r"page \d+ of|left", line) for line in shown(limited.terminal)), limited.terminal)
    check("and names the page that it reads", any(", page 1, " in line for line in shown(limited.terminal)), limited.terminal)

    rows = Shell(library, base_url, "SELECT uuid FROM chartmogul_customers", on_terminal=("out", "err"))
    names = left(rows.terminal).split()
    check("it stands in no row", len(names) == 400 and all(re.fullmatch(r"cus_[0-9a-f-]+", name) for name in names), names[:9])
    check("it is shown among them", len(shown(rows.terminal)) >= 3, rows.terminal[-300:])

    piped = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers", on_terminal=())
    check("nothing of it is on a pipe", piped.piped == "400\n" and piped.terminal == "", piped.piped)
    off = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers", mode="off")
    check("nothing is shown where it is off", off.terminal == "", off.terminal)
    quick = Shell(library, base_url, "SELECT count(*) FROM chartmogul_plans")
    check("nothing is shown of a quick one", quick.terminal == "" or quick.seconds >= FIRST_S, quick.terminal)

    walk = Shell(library, base_url, "SELECT count(*) FROM chartmogul_subscriptions WHERE customer_uuid IN "
                                    "(SELECT uuid FROM chartmogul_customers LIMIT 60)")
    check("many lists tell no time left", shown(walk.terminal) and not any("left" in line for line in shown(walk.terminal)),
          walk.terminal)
    check("and are erased", left(walk.terminal) == "", walk.terminal)

    write = Shell(library, base_url, "BEGIN; INSERT INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, "
                                     "interval_unit) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
                                     "SELECT (SELECT uuid FROM chartmogul_data_sources), 'p' || i, 'P', 1, 'month' FROM n; COMMIT;")
    check("a COMMIT shows a line", any(re.match(r"chartmogul_plans: \d+ requests, ", line) for line in shown(write.terminal)),
          write.terminal)
    check("and erases it", left(write.terminal) == "", write.terminal)

    bulk = Shell(library, base_url, "SELECT chartmogul_config('write_mode', 'bulk')", "BEGIN; INSERT INTO chartmogul_customers "
                                    "(data_source_uuid, external_id, name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                    "WHERE i < 900) SELECT (SELECT uuid FROM chartmogul_data_sources), 'b' || i, 'B' FROM n; COMMIT;")
    check("COMMIT says that it waits for an import", any(re.search(r", waits for the import, asks again in \d+ s$", line)
                                                         for line in shown(bulk.terminal)), bulk.terminal)

    other = Shell(library, base_url, "SELECT chartmogul_short_names('eu')", "SELECT count(*) FROM eu_customers")
    check("the table of another account is named so", shown(other.terminal) and
          all(line.startswith("eu_customers: ") for line in shown(other.terminal)), other.terminal)

    stall = json.dumps({"path": "/customers?", "after": 6, "stall": True}).encode()
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(base_url.rsplit("/v1", 1)[0] + "/control/faults", stall).close()
    stopped = Shell(library, base_url, "SELECT count(*) FROM chartmogul_customers", stop_at=b"waits for")
    check("Ctrl-C erases it", ERASE in stopped.terminal and not shown(stopped.terminal.split(ERASE)[-1]), stopped.terminal)
    check("and ends the statement", stopped.code != 0 and "interrupted" in left(stopped.terminal), stopped.terminal)
    check("no secret is shown", KEY not in whole.terminal + stopped.terminal, stopped.terminal)


def main():
    library, sandbox = os.path.abspath(sys.argv[1]), sys.argv[2]
    server = subprocess.Popen([sandbox, "--port", "0", "--seed", "demo", "--latency-ms", "200"], stdout=subprocess.PIPE, text=True)
    try:
        tell(library, server.stdout.readline().strip())
    finally:
        server.terminate()
        server.wait()
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
