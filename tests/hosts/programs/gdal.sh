#!/bin/sh
# host: GDAL, `ogrinfo`
# packages: gdal-bin
# present: command -v ogrinfo
# run: sh gdal.sh
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
# sent: GET /customers?status=Active&per_page=200
# sent: GET /customers?status=Active&per_page=200
# cannot bind: `-sql` takes no parameters.
# cannot layers: it lists the tables as layers, and asks each of them for a row: `ogrinfo file`, `ogrinfo -al` and a `-sql` that is no SELECT
#    cost some fifty requests. Name the tables in a SELECT, and write with `PRELUDE_STATEMENTS`.
# cannot once: it runs such a SELECT twice, for its columns and for its rows; `CHARTMOGUL_CACHE_TTL` spares the second.
# <lines>
export OGR_SQLITE_LOAD_EXTENSIONS=./chartmogul CHARTMOGUL_CACHE_TTL=60
ogrinfo -q :memory: -sql "SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active' ORDER BY name LIMIT 3"
ogrinfo -q :memory: -sql "SELECT chartmogul_last_uuid()" \
  -oo PRELUDE_STATEMENTS="INSERT INTO chartmogul_data_sources (name) VALUES ('By host')"
ogrinfo -q :memory: -sql "SELECT name FROM chartmogul_tables"
# </lines>
ogrinfo -q :memory: -sql "SELECT 1" -oo PRELUDE_STATEMENTS="INSERT INTO chartmogul_plans (name) VALUES ('p')"
ogrinfo -q :memory: -sql "SELECT ?1 AS parameter" | grep -q 'parameter.*null' && echo "cannot bind: a parameter is NULL"
CHARTMOGUL_CACHE_TTL=0 ogrinfo -q :memory: -sql "SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active' ORDER BY name LIMIT 3" >/dev/null &&
  echo "cannot once: see what was sent"
asked=$(CHARTMOGUL_API_KEY='' ogrinfo -so :memory: 2>&1 | grep -c 'no API key')
[ "$asked" -gt 20 ] && echo "cannot layers: $asked tables are asked for rows when they are listed"
