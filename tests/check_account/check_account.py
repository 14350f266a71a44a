"""`make check-account` against the sandbox: for each switch that reading can see, and each of its values, the lines of the report that
must change, and that no other line does; what the report never holds; what is sent.

    check_account.py LIBRARY SANDBOX [STORY ...]
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sandbox" / "checks"))
from sandbox import Sandbox  # noqa: E402

KEY = "test-key"
LISTS = {"customers": "entries", "contacts": "entries", "notes": "entries", "opportunities": "entries", "tasks": "entries", "plans": "plans",
         "plan_groups": "plan_groups", "invoices": "invoices", "subscription_events": "subscription_events", "activities": "entries"}
INCLUDE = "churn_recognition,churn_when_zero_mrr,auto_churn_subscription,refund_handling,proximate_movement_reclassification"

# Facts by the first words of their line. A pattern: the line must fit it.
MEMBERS = {name: f"GET /{path}: members" for name, path in {
    "account": "account", "sources": "data_sources", "customers": "customers", "movements": "customers/…/activities", "contacts": "contacts",
    "notes": "notes", "opportunities": "opportunities", "tasks": "tasks", "plans": "plans", "groups": "plan_groups", "invoices": "invoices",
    "lines": "invoices: line_items", "payments": "invoices: transactions", "subscriptions": "customers/…/subscriptions",
    "imported": "import/customers/…/subscriptions", "events": "subscription_events", "activities": "activities"}.items()}
LINE, NO_LINE = "GET /line_items with data_source_uuid and external_id", "the same with an external id that nothing has"
BY_CURSOR = ": the order, by the cursors of the first and the last row"
NEWER = "no row has .*(disabled|event_order|errors|status|external_id|subscription-set)"
NO_NOTES = {"GET /notes": "otherwise: status 404", "GET /notes: the order": "cannot be told: status 404", MEMBERS["notes"]: "cannot be told: status 404",
            "GET /notes?customer_uuid=…: notes of the contacts of that customer": "cannot be told: .*",
            "GET /customer_notes: notes of contacts": "cannot be told: .*"}

# (switch, value): the lines that are not those of the sandbox as it stands.
SEEN = {
    ("wrong_verb_status", 404): {"GET of a path that takes only POST": "otherwise: status 404"},
    ("unknown_include", "refuse"): {"GET /account?include=no_such_setting": "otherwise: status 400"},
    ("account_settings", "objects"): {"GET /account?include=…: the settings": "otherwise: .*churn_recognition is object.*"},
    ("source_settings", "absent"): {"GET /data_sources with all flags: the settings of a source": "otherwise: no source has them"},
    ("source_status", "never_imported"): {"GET /data_sources: status": "otherwise: never_imported"},
    ("by_external_id", "bare"): {LINE: "otherwise: one object", NO_LINE: "otherwise: status 404"},
    ("external_id_missing", "404"): {NO_LINE: "otherwise: status 404"},
    ("plan_group_missing", "json"): {"GET /plan_groups/… that does not exist: the form of the 404": "otherwise: json"},
    ("contact_last_seen", False): {MEMBERS["contacts"]: "otherwise: no row has last_seen"},
    ("customer_statuses", False): {MEMBERS["customers"]: "otherwise: no row has free_subscriber_status, last_seen, lead_status, "
                                   "paid_subscriber_status, trial_subscriber_status"},
    ("newer_members", False): {MEMBERS[name]: f"otherwise: {NEWER}.*" for name in ("contacts", "invoices", "lines", "payments", "events")} |
                              {"GET /invoices?data_source_uuid=…": "cannot be told: .*", "GET /line_items/…: invoice_uuid": "otherwise: is not there", "GET /transactions/…: invoice_uuid": "otherwise: is not there"},
    ("extra_members", True): {line: ".*no column has .*sandbox_extra.*" for line in MEMBERS.values()},
    ("numbers", "float"): {"amounts that the API computes": "otherwise: with a fraction"},
    ("numbers", "string"): {"amounts that the API computes": "otherwise: as text"},
    ("notes_path", "customer_notes"): NO_NOTES,
    ("notes_path", "notes"): {"GET /customer_notes": "otherwise: status 404", "GET /customer_notes: notes of contacts": "cannot be told: status 404"},
    ("notes_of_contacts", True): {"GET /notes?customer_uuid=…: notes of the contacts of that customer": "otherwise: are among them"},
    ("activities_cursor", "next_uuid"): {"GET /activities?per_page=2: the cursor": "otherwise: a uuid",
                                         "GET /activities?per_page=2&cursor=…: the next page": "otherwise: skips a row"},
    ("list_order", "oldest"): {line: "otherwise: oldest first" for line in (
        "GET /plans" + BY_CURSOR, "GET /plan_groups" + BY_CURSOR, "GET /contacts" + BY_CURSOR, "GET /customers/…/activities: the order of its numbers")},
    ("customers_by_email", True): {"GET /customers?email=…": "otherwise: only rows with the value that was sent"},
    ("event_dates", "instant"): {"GET /subscription_events with a day as event_date": "otherwise: its first instant"},
    ("activities_end", "midnight"): {"GET /activities with a day as start-date and end-date": "otherwise: its first instant"},
    ("metrics_interval", "day"): {"GET /metrics/mrr without interval": "otherwise: by day", "GET /metrics/mrr: summary": ".*"},
    ("metrics_interval", "week"): {"GET /metrics/mrr without interval": "otherwise: by week", "GET /metrics/mrr: summary": ".*"},
    ("metrics_interval", "quarter"): {"GET /metrics/mrr without interval": "otherwise: by quarter", "GET /metrics/mrr: summary": ".*"},
    ("metrics_interval", "year"): {"GET /metrics/mrr without interval": "otherwise: by year", "GET /metrics/mrr: summary": ".*"},
    ("metrics_dates", "optional"): {"GET /metrics/mrr without dates": "otherwise: is answered"},
    ("metrics_summary", "entries"): {"GET /metrics/mrr: summary": "otherwise: compares the last two entries"},
    ("late_import_side", True): {"GET /import/customers/…/subscriptions of a lead": "otherwise: status 404"},
    ("gzip", False): {"GET /customers: is the body compressed": "otherwise: it is not"},
}
# Why reading sixty requests does not show the others.
NOT_SEEN = {
    "a write": "duplicate_status read_only_status forbidden_status line_item_create_status child_delete_status json_import_status "
               "custom_delete_status invoice_errors_status status_change_status deletes unchanged_patch status_answer duplicate_invoice "
               "line_item_answer email_missing event_answer patch_tags existing_custom unknown_custom defined_custom_only contact_moves sent_system "
               "line_item_external_id opportunity_arr disable_anywhere delete_used_plan delete_automatic_customer source_system errors_form "
               "import_failure import_invalid import_words import_errors import_details import_source_prefix export_failure import_by_external_id "
               "import_by_id polls_until_done delete_delay_ms processing_delay_ms async_delay_ms",
    "the account's books, worked out": "tax_included today",
    "a limit that is passed (the story `limits`)": "rate_limit_per_second rate_limit_retry_after limit_body limit_text max_connections",
    "both forms were recorded": "http_chunked gzip_from_bytes",
    "time": "latency_ms slow_every statuses_move",
}


class Failed(Exception):
    """What is wrong, in words."""


def must_be(what, shown, wanted):
    if shown != wanted:
        raise Failed(f"{what}: {str(shown)[:1500]}, must be {str(wanted)[:1500]}")


class World:
    def __init__(self, library, program, folder):
        self.library, self.folder = library, pathlib.Path(folder)
        self.sandbox = Sandbox(program)
        self.fill()

    def fill(self):
        """A small account in which each fact can be told: two sources and systems, two of everything, a lead, times of day."""
        sandbox = self.sandbox
        sandbox.reset("12")
        sandbox.switch(source_system="Stripe", async_delay_ms=0)
        self.make_records()
        sandbox.switch(source_system="Custom")

    def make_records(self):
        good = self.sandbox.good
        source = good("POST", "/data_sources", {"name": "Ledger of Ypsilanti"})["uuid"]
        plans = [good("POST", "/plans", {"data_source_uuid": source, "external_id": f"quartz-{unit}", "name": f"Quartz {unit}", "interval_count": 1,
                                         "interval_unit": unit})["uuid"] for unit in ("month", "year")]
        for name in ("Minerals", "Gemstones"):
            good("POST", "/plan_groups", {"name": name, "plans": plans})
        people = [good("POST", "/customers", {"data_source_uuid": source, "external_id": f"zeta-{n}", "name": f"Zeta Works {n}",
                                              "email": f"desk{n}@zeta.example", "city": "Ypsilanti"})["uuid"] for n in range(3)]
        for n, customer in enumerate(people[:2]):
            line = {"type": "subscription", "subscription_external_id": f"zs-{n}", "plan_uuid": plans[0], "external_id": f"zeta-line-{n}",
                    "service_period_start": "2025-03-04T10:11:12Z", "service_period_end": "2025-04-04T10:11:12Z", "amount_in_cents": 123457}
            later = dict(line, external_id=f"zeta-more-{n}", amount_in_cents=223457, service_period_start="2025-09-04T10:11:12Z",
                         service_period_end="2025-10-04T10:11:12Z")
            latest = dict(line, external_id=f"zeta-most-{n}", amount_in_cents=323457, service_period_start="2025-12-05T10:11:12Z",
                          service_period_end="2026-01-05T10:11:12Z")
            for number, one in enumerate((line, later, latest)):
                good("POST", f"/import/customers/{customer}/invoices", {"invoices": [{
                    "external_id": f"zeta-invoice-{n}-{number}", "date": one["service_period_start"], "currency": "USD", "line_items": [one],
                    "transactions": [{"type": "payment", "external_id": f"zeta-pay-{n}-{number}", "date": one["service_period_start"],
                                      "result": "successful"}]}]})
            good("POST", "/subscription_events", {"subscription_event": {
                "data_source_uuid": source, "customer_external_id": f"zeta-{n}", "subscription_external_id": f"event-{n}", "external_id": f"ze-{n}",
                "event_type": ("subscription_start_scheduled", "subscription_start")[n], "event_date": f"2025-0{5 + n}-17T13:14:15Z",
                "effective_date": f"2025-0{5 + n}-17T13:14:15Z", "plan_external_id": f"quartz-{('month', 'year')[n]}", "currency": "USD",
                "amount_in_cents": 98765, "quantity": 1}})
        contacts = [good("POST", "/contacts", {"customer_uuid": people[0], "data_source_uuid": source, "first_name": name,
                                               "email": f"{name}@zeta.example"})["uuid"] for name in ("Quentin", "Ophelia")]
        for n in range(3):
            good("POST", "/opportunities", {"customer_uuid": people[0], "owner": f"seller{n % 2}@zeta.example", "pipeline": ("Northern", "Southern")[n % 2],
                                            "pipeline_stage": ("Handshake", "Signature")[n % 2], "estimated_close_date": f"2026-0{2 + n}-18",
                                            "currency": "USD", "amount_in_cents": 765432, "type": "recurring", "forecast_category": "best_case",
                                            "win_likelihood": 37})
            good("POST", "/tasks", {"customer_uuid": people[0], "assignee": f"seller{n % 2}@zeta.example", "task_details": f"Telephone Zeta {n}",
                                    "due_date": f"2026-01-1{n}"})
            good("POST", "/notes", {"customer_uuid": people[0], "type": "note", "text": f"Spoke about quartz {n}"})
        good("POST", "/notes", {"type": "call", "text": "Rang Ophelia", "associated_object_identifier": {
            "associated_object": "contact", "method": "uuid", "value": contacts[1]}})

    def run(self, key=KEY, path=None, **more):
        """The report's lines, {asked: here}, or the process where there is none; every run is held to what holds for all."""
        self.sandbox.control("DELETE", "/requests")
        environment = dict(os.environ, CHARTMOGUL_BASE_URL=self.sandbox.base_url, CHARTMOGUL_API_KEY=key, **more)
        if path:
            environment["PATH"] = path
        done = subprocess.run(["/bin/sh", "tests/tools/check_account.sh", self.library], env=environment, capture_output=True, text=True, timeout=600)
        sent = self.sandbox.control("GET", "/requests")
        must_be("methods", {row["method"] for row in sent} - {"GET"}, set())
        if len(sent) > 60:
            raise Failed(f"{len(sent)} requests")
        if done.returncode:
            return done
        must_be("stderr", done.stderr, "")
        lines = done.stdout.splitlines()
        rows = [re.fullmatch(r"\| (.+?) \| (.+?) \| (as believed|otherwise: .+|cannot be told: .+) \|", line) for line in lines[4:]]
        if None in rows:
            raise Failed(f"a line of another form: {lines[4 + rows.index(None)]}")
        report = {row[1]: row[3] for row in rows}
        must_be("each fact has one line", len(report), len(rows))
        counted = re.search(r"(\d+) requests: (\d+) facts as believed, (\d+) otherwise, (\d+) cannot be told", lines[0]).groups()
        ends = [sum(here.startswith(end) for here in report.values()) for end in ("as believed", "otherwise", "cannot")]
        must_be("the first line counts", [int(number) for number in counted], [len(sent)] + ends)
        self.text = done.stdout
        return report

    def values(self):
        """Every text and number of more than three characters that the account's rows hold."""
        found = set()

        def walk(value):
            if isinstance(value, dict):
                for one in value.values():
                    walk(one)
            elif isinstance(value, list):
                for one in value:
                    walk(one)
            elif value is not None and not isinstance(value, bool) and len(str(value)) > 3:
                found.add(str(value))

        for path, root in LISTS.items():
            if self.sandbox.call("GET", f"/{path}").status != 200:
                continue
            for row in self.sandbox.rows(f"/{path}", root):
                walk(row)
                if path == "customers":
                    walk(self.sandbox.get(f"/customers/{row['uuid']}/subscriptions"))
                    walk(self.sandbox.get(f"/customers/{row['uuid']}/activities")["entries"])
        for path in ("/data_sources", f"/account?include={INCLUDE}"):
            walk(self.sandbox.get(path))
        return found

    def check_privacy(self, values, own_words):
        told = {value for value in values if value not in own_words and value in self.text
                and (len(value) > 6 or re.search(rf"(?<!\w){re.escape(value)}(?!\w)", self.text))}
        must_be("values of the account in the report", told, set())


def fits(here, wanted):
    return re.fullmatch(wanted, here) is not None


def every_switch(world):
    """Each switch is in one of the two tables, with each of its values."""
    named = {name for name, _ in SEEN} | {name for names in NOT_SEEN.values() for name in names.split()}
    switches = world.sandbox.control("GET", "/switches")
    must_be("switches that no table has", set(switches) ^ named, set())
    source = (HERE.parent / "sandbox" / "base" / "decisions.c").read_text(encoding="utf-8")
    for name, choices in re.findall(r'SWITCH\((\w+), CHOICE, 0, "([^"]+)"\)', source):
        seen = {value for switch, value in SEEN if switch == name}
        if seen:
            must_be(f"values of {name}", seen, set(choices.split("|")[1:]))


def as_believed(world):
    """Of the sandbox as it stands each fact can be told, and is as believed."""
    must_be("lines", {asked: here for asked, here in world.usual.items() if here != "as believed"}, {})


def worlds(world):
    """Each value of each switch changes the lines that are named, and no other. Values that change different lines are tried together."""
    left, usual = dict(SEEN), world.sandbox.control("GET", "/switches")
    own_words = pathlib.Path("sql/check_account.sql").read_text(encoding="utf-8")
    while left:
        switches, wanted = {}, {}
        for (switch, value), lines in list(left.items()):
            if switch not in switches and not any(line in other or other in line for line in lines for other in wanted):
                switches[switch] = value
                wanted.update(lines)
                del left[switch, value]
        world.sandbox.switch(**switches)
        if "source_status" in switches:
            world.sandbox.good("POST", "/data_sources", {"name": "Fresh from Ypsilanti"})
        report = world.run()
        world.check_privacy(world.values(), own_words)
        for asked, here in report.items():
            expected = next((lines for line, lines in wanted.items() if asked == line or asked.startswith(line + " (")), re.escape(world.usual[asked]))
            if not fits(here, expected):
                raise Failed(f"in {switches}: {asked}: {here}, must be {expected}")
        world.sandbox.switch(**{switch: usual[switch] for switch in switches})
        if "source_status" in switches:
            world.fill()


def nothing_there(world):
    """An empty account: what can be told is as believed."""
    world.sandbox.reset()
    report = world.run()
    must_be("otherwise", {asked: here for asked, here in report.items() if here.startswith("otherwise")}, {})
    world.fill()


def not_in_the_plan(world):
    """Endpoints that the account may not use: their facts cannot be told, all others are told as ever."""
    usual = world.usual
    for path, status in (("/invoices", 403), ("/customers", 402), ("/activities", 404), ("/", 403)):
        world.sandbox.control("POST", "/faults", [{"path": "GET /ping" if path == "/" else "/none", "times": -1, "status": 200,
                                                   "body": '{"data":"pong!"}', "content_type": "application/json"},
                                                  {"path": path, "times": -1, "status": status, "body": '{"error":"Ypsilanti"}'}])
        report = world.run()
        world.sandbox.control("DELETE", "/faults")
        must_be("facts", set(report), set(usual))
        odd = {asked: here for asked, here in report.items() if here != usual[asked] and not here.startswith("cannot be told") and path != "/activities"}
        must_be(f"{path} answers {status}", odd, {})
        if "Ypsilanti" in world.text:
            raise Failed("the report holds a text of the API")


def limits(world):
    """An account that takes fewer requests: the report says so, in no more than sixty."""
    world.sandbox.switch(rate_limit_per_second=25)
    report = world.run()
    world.sandbox.switch(rate_limit_per_second=0)
    here = report["these requests, one after the other"]
    if not here.startswith("otherwise"):
        raise Failed(f"25 requests in a second: {here}")


def keys_and_programs(world):
    """The key is in no command line, the entry point is the one that writes nothing; without curl only SQL's facts are told."""
    tools = world.folder / "tools"
    tools.mkdir()
    for name in ("sh", "mktemp", "awk", "sed", "tr", "head", "grep", "cat", "rm"):
        (tools / name).symlink_to(shutil.which(name))
    seen = world.folder / "seen"
    for name in ("sqlite3", "curl"):
        (tools / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>"{seen}"\nexec {shutil.which(name)} "$@"\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    key_file = world.folder / "key"
    key_file.write_text(f"{KEY}\n", encoding="utf-8")
    world.run(key="", path=str(tools), CHARTMOGUL_API_KEY_FILE=str(key_file))
    lines = seen.read_text(encoding="utf-8").splitlines()
    must_be("programs", [line.split()[0] for line in lines], ["curl", "curl", "sqlite3"])
    must_be("command lines with the key", [line for line in lines if KEY in line], [])
    if "sqlite3_chartmogulreadonly_init" not in lines[2]:
        raise Failed(lines[2])
    (tools / "curl").unlink()
    report = world.run(path=str(tools))
    untold = {asked for asked, here in report.items() if here != "as believed"}
    must_be("facts that SQL cannot tell", len(untold), 4)


def no_key(world):
    """A wrong key, or none: no report, and what to do about it."""
    for key, word in (("of-somebody-else", "CHARTMOGUL_API_KEY"), ("", "CHARTMOGUL_API_KEY_FILE")):
        done = world.run(key=key)
        must_be("the code and what is printed", (done.returncode, done.stdout, word in done.stderr), (1, "", True))


STORIES = [every_switch, as_believed, worlds, nothing_there, not_in_the_plan, limits, keys_and_programs, no_key]


def main():
    library, program = sys.argv[1:3]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        world = World(library, program, folder)
        world.usual = world.run()
        for story in STORIES:
            if sys.argv[3:] and story.__name__ not in sys.argv[3:]:
                continue
            try:
                story(world)
                passed += 1
            except Failed as problem:
                failed += 1
                print(f"FAILED {story.__name__}: {problem}")
        world.sandbox.stop()
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
