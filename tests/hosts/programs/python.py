# host: Python, module `sqlite3`
# packages: python3
# present: sh "$HOSTS/../tools/python_with_extensions.sh"
# run: "$(sh "$HOSTS/../tools/python_with_extensions.sh")" -B python.py
# also: "$(sh "$HOSTS/../tools/python_with_extensions.sh")" -B "$HOSTS/connections/host.py" ./chartmogul.so
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
# sent: POST /data_sources {"name":"Second"}
# cannot returning: `RETURNING` shows what the statement gave, not what the API answers: the uuid is NULL. That is SQLite's order of things
#    and goes for every host; `chartmogul_last_uuid()` has it.
# cannot lastrowid: `cursor.lastrowid` is not the identifier of a row: the tables have uuids and no `rowid`.
# cannot rowid: `rowid` cannot be selected.
# note: A Python that was built without extensions takes it by `LD_PRELOAD=/path/chartmogul-preload.so` (`make preload`), and the two lines that load are left out.
# <lines>
import sqlite3

db = sqlite3.connect(":memory:", isolation_level=None)  # None: each statement is sent at once
db.enable_load_extension(True)
db.load_extension("./chartmogul")
for name, mrr in db.execute("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", ("Active",)):
    print(name, mrr)
db.execute("INSERT INTO chartmogul_data_sources (name) VALUES (?)", ("By host",))
print(*db.execute("SELECT chartmogul_last_uuid()").fetchone())
print(*[name for [name] in db.execute("SELECT name FROM pragma_table_list WHERE type = 'virtual'")])
# </lines>
try:
    db.execute("INSERT INTO chartmogul_plans (name) VALUES ('p')")
except sqlite3.OperationalError as error:
    print(error)

cursor = db.execute("INSERT INTO chartmogul_data_sources (name) VALUES ('Second') RETURNING uuid")
if cursor.fetchall() == [(None,)]:
    print("cannot returning: it shows NULL")
if cursor.lastrowid == 0:
    print("cannot lastrowid: it is 0")
try:
    db.execute("SELECT rowid FROM chartmogul_customers")
except sqlite3.OperationalError as error:
    print("cannot rowid:", error)
