"""Reads, writes and is refused, through the package that is installed."""
import sqlite3

import sqlite_chartmogul

db = sqlite3.connect(":memory:", isolation_level=None)
sqlite_chartmogul.load(db)
print(db.execute("SELECT count(*) FROM chartmogul_customers").fetchone()[0])
db.execute("INSERT INTO chartmogul_data_sources (name) VALUES ('By wheel')")
print(db.execute("SELECT name FROM chartmogul_data_sources WHERE name = 'By wheel'").fetchone()[0])
try:
    db.execute("INSERT INTO chartmogul_plans (name) VALUES ('p')")
except sqlite3.Error as error:
    print(str(error).split(":", maxsplit=1)[0])
