#!/bin/sh
# The library for LD_PRELOAD before programs that load nothing themselves.
#
#   preload.sh LIBRARY SANDBOX
set -u

preload=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") sandbox=$2
# shellcheck source=tests/packaging/stage.sh
. "$(dirname "$0")/stage.sh"

serve_https "$sandbox"
export CHARTMOGUL_CA_FILE="$folder/ca.pem"

if [ -x /usr/bin/python3 ]; then
  with_python() { LD_PRELOAD="${LD_PRELOAD:-} $preload" /usr/bin/python3 -c "import sqlite3; $1" 2>&1; }
  same "rows in Python" "(25,)" "$(with_python 'print(sqlite3.connect(":memory:").execute("SELECT count(*) FROM chartmogul_customers").fetchone())')"
  same "in each connection" "[1, 1]" "$(with_python 'print([sqlite3.connect(":memory:").execute("SELECT count(*) FROM chartmogul_account").fetchone()[0] for _ in "ab"])')"
  same "a row that is written" "('Mine',)" "$(with_python 'db = sqlite3.connect(":memory:", isolation_level=None)
db.execute("INSERT INTO chartmogul_data_sources (name) VALUES (?)", ("Mine",))
print(db.execute("SELECT name FROM chartmogul_data_sources WHERE name = ?", ("Mine",)).fetchone())')"
  has "an error" "chartmogul_plans: " "$(with_python 'sqlite3.connect(":memory:", isolation_level=None).execute("INSERT INTO chartmogul_plans (name) VALUES (1)")')"
else
  skip "no /usr/bin/python3"
fi

if command -v php >/dev/null && php -m | grep -qx pdo_sqlite; then
  # shellcheck disable=SC2016
  same "rows in PHP's PDO" 25 "$(LD_PRELOAD="${LD_PRELOAD:-} $preload" php -r 'echo (new PDO("sqlite::memory:"))->query("SELECT count(*) FROM chartmogul_customers")->fetchColumn();' 2>&1)"
else
  skip "no PHP with pdo_sqlite"
fi

same "nothing else is exported" "" "$(nm -D --defined-only "$preload" | grep -v ' sqlite3_chartmogul')"
summary
