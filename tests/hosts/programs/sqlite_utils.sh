#!/bin/sh
# host: sqlite-utils
# packages: sqlite-utils
# present: command -v sqlite-utils
# sent: GET /customers?status=Active&per_page=200
# sent: POST /data_sources {"name":"By host"}
# sent: GET /data_sources?name=By%20host
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
true
