"""Two accounts in one connection: two sandboxes with keys of their own, one statement over both, and what each server saw.

    accounts.py LIBRARY SANDBOX [STORY ...]
"""
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "reports"))
from account import Account  # noqa: E402

KEYS = {"us": "key-of-the-us-account", "eu": "key-of-the-eu-account"}


class Failed(Exception):
    """What is wrong, in words."""


def must_be(what, shown, wanted):
    if shown != wanted:
        raise Failed(f"{what}: {str(shown)[:1000]}, must be {str(wanted)[:1000]}")


class World:
    """Two sandboxes, and a connection whose first account is `us`, and whose second is `eu`."""

    def __init__(self, library, sandbox, folder):
        self.servers, self.accounts = [], {}
        for name, seed in (("us", "demo"), ("eu", "300")):
            server = subprocess.Popen([sandbox, "--seed", seed, "--key", KEYS[name]], stdout=subprocess.PIPE, text=True)
            self.servers.append(server)
            self.accounts[name] = Account(server.stdout.readline().strip(), KEYS[name])
        self.path = os.path.join(folder, "main.db")
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.db.enable_load_extension(True)
        self.db.load_extension(os.path.splitext(os.path.abspath(library))[0])
        for prefix, name in (("", "us"), ("eu.", "eu")):
            for setting, value in (("base_url", self.accounts[name].base_url), ("api_key", KEYS[name])):
                self.rows("SELECT chartmogul_config(?, ?)", (prefix + setting, value))
        self.rows("SELECT chartmogul_short_names()")
        self.rows("SELECT chartmogul_short_names('eu')")
        for account in self.accounts.values():
            account.forget_requests()

    def rows(self, sql, values=()):
        return self.db.execute(sql, values).fetchall()

    def listed(self, name, path, root):
        return sorted(row["uuid"] for row in self.accounts[name].pages(path, root))

    def stats(self, name):
        account = self.accounts[name]
        return account.send("GET", account.root + "/control/stats")

    def check_keys(self):
        """Every request that came anywhere had the key of that server, and no text of the connection has any key."""
        for name, account in self.accounts.items():
            others = [row["target"] for row in account.requests() if not row["authorized"]]
            must_be(f"requests to {name} with another key", others, [])
        texts = repr([self.rows(f"SELECT * FROM chartmogul_{table}") for table in ("requests", "writes", "settings")])
        must_be("keys in texts", [key for key in KEYS.values() if key in texts], [])

    def close(self):
        self.db.close()
        for server in self.servers:
            server.terminate()
            server.wait()


def one_statement(world):
    """UNION ALL, and a join of both; each row is of its own account."""
    shown = world.rows("SELECT 'us', uuid FROM customers UNION ALL SELECT 'eu', uuid FROM eu_customers")
    for name in KEYS:
        rows = sorted(uuid for account, uuid in shown if account == name)
        must_be(f"customers of {name}", rows, world.listed(name, "/customers", "entries"))
    mixed = world.rows("SELECT count(*) FROM customers AS a JOIN eu_plans AS b ON b.uuid > a.uuid")
    world.rows("CREATE TEMP TABLE a AS SELECT uuid FROM customers")
    world.rows("CREATE TEMP TABLE b AS SELECT uuid FROM eu_plans")
    must_be("join", mixed, world.rows("SELECT count(*) FROM temp.a JOIN temp.b ON b.uuid > a.uuid"))
    world.check_keys()


def limits(world):
    """Each account has a limit of its own: the slow one does not slow the other down."""
    world.rows("SELECT chartmogul_config('eu.requests_per_second', 5), chartmogul_config('requests_per_second', 0)")
    world.rows("SELECT chartmogul_config('per_page', 40)")
    began = time.monotonic()
    world.rows("SELECT count(*) FROM customers UNION ALL SELECT count(*) FROM eu_customers")
    world.rows("SELECT count(*) FROM invoices")
    seconds = time.monotonic() - began
    sent = {name: world.stats(name)["requests"] for name in KEYS}
    if not 5 < sent["eu"] <= 5 * (1 + int(seconds)) or sent["us"] <= 5:
        raise Failed(f"requests in {seconds} s: {sent}")
    waited = world.rows("SELECT max(waited_ms) FROM chartmogul_requests WHERE account IS NULL")
    must_be("how long the fast one waited", waited, [(0,)])
    world.check_keys()


def writes_to_one(world):
    """What is written to one account is not in the other."""
    before = world.listed("us", "/plans", "plans")
    (source,), = world.rows("SELECT uuid FROM eu_data_sources LIMIT 1")
    world.rows("INSERT INTO eu_plans (data_source_uuid, name, interval_count, interval_unit) "
               "SELECT ?, 'of us: ' || name, interval_count, interval_unit FROM plans", (source,))
    must_be("plans of us", world.listed("us", "/plans", "plans"), before)
    names = sorted(row["name"] for row in world.accounts["eu"].pages("/plans", "plans") if row["name"].startswith("of us: "))
    must_be("plans of eu", names, sorted("of us: " + name for (name,) in world.rows("SELECT name FROM plans")))
    world.check_keys()


def wrong_key(world):
    """One account's 401 does not touch the other."""
    world.rows("SELECT chartmogul_config('eu.api_key', 'a-wrong-key-of-somebody')")
    try:
        world.rows("SELECT uuid FROM customers UNION ALL SELECT uuid FROM eu_customers")
        raise Failed("no error")
    except sqlite3.Error as error:
        must_be("the error names the account", str(error).split(":")[0], "eu_customers")
    must_be("us", [uuid for (uuid,) in world.rows("SELECT uuid FROM customers ORDER BY uuid")],
            world.listed("us", "/customers", "entries"))
    must_be("refused", sorted({row["status"] for row in world.accounts["eu"].requests()}), [401])
    must_be("us is not asked with another key", [row for row in world.accounts["us"].requests() if not row["authorized"]], [])


def other_address(world):
    """A key goes to the origin that it was set for, also where one account is given the address of the other."""
    world.rows("SELECT chartmogul_config('eu.base_url', ?)", (world.accounts["us"].base_url,))
    try:
        world.rows("SELECT uuid FROM eu_customers")
        raise Failed("no error")
    except sqlite3.Error as error:
        must_be("the key is forgotten", "eu.api_key" in str(error), True)
    must_be("nothing was asked", [len(account.requests()) for account in world.accounts.values()], [0, 0])


STORIES = [one_statement, limits, writes_to_one, wrong_key, other_address]


def main():
    library, sandbox = sys.argv[1:3]
    passed = failed = 0
    for story in STORIES:
        if sys.argv[3:] and story.__name__ not in sys.argv[3:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            world = World(library, sandbox, folder)
            try:
                story(world)
                passed += 1
            except (Failed, sqlite3.Error) as error:
                failed += 1
                print(f"FAILED {story.__name__}: {error}")
            finally:
                world.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
