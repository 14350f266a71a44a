"""The files of sql/ on a copy of the account: the same figures as on the account, and no request.

A file that does not run there, or not all of it, says so in its first line.
"""
import os
import re
import subprocess

ASIDE = r"^-- \[(account|writes)\]$.*?^-- \[end of \1\]$\n"


def run_shell(library, base_url, file, script):
    """What the shell prints, and what it complains of. Without a library the file is read as it is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTMOGUL_")}
    environment.update(CHARTMOGUL_BASE_URL=base_url, CHARTMOGUL_API_KEY="test-key", CHARTMOGUL_REQUESTS_PER_SECOND="0")
    begin = ".bail on\n"
    if library is not None:
        begin += f".load {os.path.splitext(os.path.abspath(library))[0]}\n.once {os.devnull}\nSELECT chartmogul_short_names();\n"
    done = subprocess.run(["sqlite3", "-batch", "-init", os.devnull, file], input=begin + script, env=environment,
                          capture_output=True, text=True, check=False)
    return done.stdout, done.stderr.strip()


def check_same(library, account, file, script):
    on_account, problem = run_shell(library, account.base_url, ":memory:", script)
    yield "on the account", problem or (None if on_account.strip() else "there is nothing to compare")
    account.forget_requests()
    for who in (library, None):
        shown, problem = run_shell(who, account.base_url, file, script)
        same = shown == on_account
        yield "on a copy" if who else "on a copy, without the extension", problem or (
            None if same else f"it shows\n{shown[:1000]}\n, must show\n{on_account[:1000]}")
    yield "requests on a copy", None if not account.requests() else str(account.requests())


def check_not(library, account, file, script):
    account.forget_requests()
    _, problem = run_shell(library, account.base_url, file, script)
    yield "its first line says that it does not run on a copy", None if problem else "it does run there"
    yield "requests on a copy", None if not account.requests() else str(account.requests())


def first_line(path):
    with open(path, encoding="utf-8") as text:
        return text.readline()


def check_demo(library, account, file):
    with open("sql/demo.sql", encoding="utf-8") as text:
        demo = text.read()
    apart = re.sub(ASIDE, "", demo, flags=re.S | re.M)
    yield "its first line says what is left out on a copy", None if "between [account] and [end of account]" in demo.split("\n")[0] else demo[:200]
    yield "what is left out", None if "[" not in re.sub(r"^.*?\n\n", "", apart, count=1, flags=re.S) else apart
    yield from check_same(library, account, file, apart)


def checks(library, account, folder, reports, views):
    """(name, results) of all files; `reports` says how the parameters of each are set, `views` in which order rows come."""
    file = os.path.join(folder, "books.db")
    copied, problem = run_shell(library, account.base_url, file, "SELECT count(*) FROM chartmogul_refresh('main');\n"
                                "SELECT count(*) FROM chartmogul_refresh('main', 'subscriptions');\n")
    yield "the copy", [("it is made", problem or (None if copied.endswith("\n1\n") else copied))]
    for name, parameters in reports.items():
        path = f"sql/reports/{name}.sql"
        check = check_not if "(Not on a copy: " in first_line(path) else check_same
        yield path, check(library, account, file, f".mode json\n{parameters}.read {path}\n")
    made, _ = run_shell(None, account.base_url, file, ".read sql/views.sql\nSELECT name FROM sqlite_temp_schema ORDER BY name;\n")
    yield "sql/views.sql", [("every view is compared", None if made.split() == sorted(views) else made)]
    for name, order in views.items():
        script = f".mode json\n.read sql/views.sql\nSELECT * FROM {name} ORDER BY {order};\n"
        yield f"sql/views.sql: {name}", check_same(library, account, file, script)
    yield "sql/demo.sql", check_demo(library, account, file)
