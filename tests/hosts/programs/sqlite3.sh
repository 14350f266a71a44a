#!/bin/sh
# host: `sqlite3` shell
# packages: sqlite3
# present: command -v sqlite3
# run: sh sqlite3.sh
# <lines>
sqlite3 -batch <<'SQL'
.load ./chartmogul
.parameter set ?1 Active
SELECT name, mrr FROM chartmogul_customers WHERE status = ?1 ORDER BY name LIMIT 3;
INSERT INTO chartmogul_data_sources (name) VALUES ('By host');
SELECT chartmogul_last_uuid();
.tables
SQL
# </lines>
! sqlite3 -batch -cmd '.load ./chartmogul' :memory: "INSERT INTO chartmogul_plans (name) VALUES ('p')"
