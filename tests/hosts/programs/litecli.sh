#!/bin/sh
# host: litecli
# packages: litecli
# present: command -v litecli
# run: sh litecli.sh
# cannot bind: it binds no parameters.
# cannot main: `.tables` and completion know the tables of `main` alone: `SELECT chartmogul_store_tables()` puts them there.
# note: Each line ends with a semicolon.
# <lines>
litecli :memory: <<'SQL'
.load ./chartmogul;
SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active' ORDER BY name LIMIT 3;
INSERT INTO chartmogul_data_sources (name) VALUES ('By host');
SELECT chartmogul_last_uuid();
SELECT chartmogul_store_tables();
.tables;
SQL
# </lines>
printf '%s\n' '.load ./chartmogul;' "INSERT INTO chartmogul_plans (name) VALUES ('p');" | litecli :memory:
printf '%s\n' '.load ./chartmogul;' '.tables;' | litecli :memory: >listed
grep -q chartmogul_plans listed || echo "cannot main: .tables lists none before they are stored"
echo "SELECT ?;" | litecli :memory: 2>&1 | sed -n 's/.*\(Incorrect number of bindings.*\)/cannot bind: \1/p'
