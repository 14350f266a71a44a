"""Reads, writes and is refused, through the package that is installed: use.py sqlite3|apsw"""
import sqlite3
import sys

import sqlite_chartmogul

host = sys.argv[1]
if host == "apsw":
    import apsw

    db, Error = apsw.Connection(":memory:"), apsw.Error
else:
    db, Error = sqlite3.connect(":memory:", isolation_level=None), sqlite3.Error
sqlite_chartmogul.load(db)
[count] = db.execute("SELECT count(*) FROM chartmogul_customers").fetchone()
print(count)
db.execute("INSERT INTO chartmogul_data_sources (name) VALUES (?)", (host,))
[name] = db.execute("SELECT name FROM chartmogul_data_sources WHERE name = ?", (host,)).fetchone()
print(name)
try:
    db.execute("INSERT INTO chartmogul_plans (name) VALUES ('p')").fetchall()
except Error as error:
    print(str(error).removeprefix("SQLError: ").split(":", maxsplit=1)[0])
try:
    db.execute("SELECT load_extension('nothing')").fetchall()
except Error as error:
    print(str(error).removeprefix("SQLError: "))
