#!/bin/sh
# host: ODBC, `isql` with libsqliteodbc
# packages: unixodbc libsqliteodbc
# present: command -v isql && odbcinst -q -d -n SQLite3
# run: sh odbc.sh
# cannot bind: `isql` binds no parameters; programs do, by ODBC's own calls.
# cannot main: programs that ask the driver for its tables see those of `main`: `SELECT chartmogul_store_tables()` puts them there.
# note: In `odbc.ini` the same words stand as `Database = …` and `LoadExt = /full/path/to/chartmogul.so`.
# <lines>
isql -b -d' ' -k "Driver=SQLite3;Database=:memory:;LoadExt=$PWD/chartmogul" <<'SQL'
SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active' ORDER BY name LIMIT 3
INSERT INTO chartmogul_data_sources (name) VALUES ('By host')
SELECT chartmogul_last_uuid()
SELECT chartmogul_store_tables()
help
SQL
# </lines>
connection="Driver=SQLite3;Database=:memory:;LoadExt=$PWD/chartmogul"
echo "INSERT INTO chartmogul_plans (name) VALUES ('p')" | isql -b -v -k "$connection"
echo help | isql -b -k "$connection" >listed
grep -q chartmogul_plans listed || echo "cannot main: help lists none before they are stored"
echo "SELECT ?" | isql -b -k "$connection" | grep -q . || echo "cannot bind: a statement with a parameter shows nothing"
