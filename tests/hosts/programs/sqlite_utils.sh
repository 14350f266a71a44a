#!/bin/sh
# host: sqlite-utils
# packages: sqlite-utils
# present: command -v sqlite-utils
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
# sent: GET /data_sources?name=By%20host
# sent: POST /data_sources {"name":"Second"}
# sent: POST /data_sources {"name":"Third"}
# cannot main: `tables` and `insert` know the tables of `main` alone. `insert` writes the row to ChartMogul, and leaves an empty ordinary table with the
#    name in the file, which it took for a new one; where the tables are stored (`SELECT chartmogul_store_tables()`) it does not.
# note: Each command is a connection of its own, so the uuid is asked for by name: `chartmogul_last_uuid()` knows those of its connection.
# run: sh sqlite_utils.sh
# <lines>
cm() { sqlite-utils query :memory: --load-extension ./chartmogul "$@"; }
cm 'SELECT name, mrr FROM chartmogul_customers WHERE status = :status ORDER BY name LIMIT 3' -p status Active --table
cm "INSERT INTO chartmogul_data_sources (name) VALUES ('By host')"
cm "SELECT uuid FROM chartmogul_data_sources WHERE name = 'By host'"
cm 'SELECT name FROM chartmogul_tables' --csv
# </lines>
cm "INSERT INTO chartmogul_plans (name) VALUES ('p')"
echo '[{"name":"Second"}]' | sqlite-utils insert bare.db chartmogul_data_sources - --load-extension ./chartmogul
left=$(sqlite-utils query bare.db "SELECT sql FROM sqlite_master" --raw)
sqlite-utils query stored.db "SELECT chartmogul_store_tables()" --load-extension ./chartmogul
echo '[{"name":"Third"}]' | sqlite-utils insert stored.db chartmogul_data_sources - --load-extension ./chartmogul
sqlite-utils tables stored.db --load-extension ./chartmogul | grep -q chartmogul_plans && case $left in
"CREATE TABLE"*) echo "cannot main: insert leaves a table" ;;
esac
true
