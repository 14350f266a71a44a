# host: Python, pandas
# packages: python3-pandas
# present: /usr/bin/python3 -c 'import pandas'
# run: /usr/bin/python3 -B python_pandas.py
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
# sent: POST /data_sources {"name":"Second"}
# cannot main: `to_sql` sees the tables of `main` alone: without `schema="temp"` the rows go to ChartMogul too, and an empty ordinary table with the
#    name is left in `main`, which it took for a new one.
# <lines>
import sqlite3

import pandas

db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension("./chartmogul")
active = "SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3"
print(pandas.read_sql(active, db, params=("Active",)))
sources = pandas.DataFrame({"name": ["By host"]})
sources.to_sql("chartmogul_data_sources", db, schema="temp", if_exists="append", index=False)
db.commit()
print(pandas.read_sql("SELECT chartmogul_last_uuid()", db).squeeze())
print(*pandas.read_sql("SELECT name FROM chartmogul_tables", db)["name"])
# </lines>
try:
    pandas.DataFrame({"name": ["p"]}).to_sql("chartmogul_plans", db, schema="temp", if_exists="append", index=False)
    db.commit()
except sqlite3.DatabaseError as error:
    print(error)
pandas.DataFrame({"name": ["Second"]}).to_sql("chartmogul_data_sources", db, if_exists="append", index=False)
db.commit()
left = db.execute("SELECT type FROM main.sqlite_schema WHERE name = 'chartmogul_data_sources' AND sql NOT LIKE '%VIRTUAL%'").fetchall()
if left and not db.execute("SELECT 1 FROM main.chartmogul_data_sources").fetchall():
    print("cannot main: an empty", left[0][0], "is left")
