# host: Python, APSW
# packages: python3-apsw
# present: /usr/bin/python3 -c 'import apsw'
# run: /usr/bin/python3 -B python_apsw.py
# <lines>
import apsw

db = apsw.Connection(":memory:")
db.enableloadextension(True)
db.loadextension("./chartmogul")
for name, mrr in db.execute("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", ("Active",)):
    print(name, mrr)
db.execute("INSERT INTO chartmogul_data_sources (name) VALUES (?)", ("By host",))
print(*db.execute("SELECT chartmogul_last_uuid()").fetchone())
print(*[name for [name] in db.execute("SELECT name FROM pragma_table_list WHERE type = 'virtual'")])
# </lines>
try:
    db.execute("INSERT INTO chartmogul_plans (name) VALUES ('p')")
except apsw.Error as error:
    print(error)
