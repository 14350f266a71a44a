#!/bin/sh
# The real shared library in the sqlite3 shell: what loading it does and does not, and
# what `make demo` and `make shell` do on an account of one's own. Other programs: hosts/
#
#   smoke.sh LIBRARY SANDBOX
set -u

library=$1 sandbox=$2
case $library in /*) ;; *) library=./$library ;; esac
folder=$(mktemp -d)
server="" secure_server=""
cleanup() {
  for one in $server $secure_server; do { kill "$one" && wait "$one"; } 2>/dev/null; done
  rm -rf "$folder"
}
trap cleanup EXIT
passed=0 failed=0 skipped=0

# The library without its suffix: SQLite finds it, whatever the system calls it.
load=".load ${library%.*}"

shell() { printf '%s\n' "$@" | sqlite3 -batch -init /dev/null 2>&1; }

# same WHAT EXPECTED GOT
same() {
  if [ "$3" = "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED smoke: %s\n  expected: %s\n  got:      %s\n' "$@"
  fi
}

# expect WHAT EXPECTED LINE...: what the shell prints for these lines.
expect() {
  what=$1 expected=$2
  shift 2
  same "$what" "$expected" "$(shell "$@")"
}

# fail WHAT PART LINE...: what the shell prints must hold this part.
fail() {
  what=$1 part=$2
  shift 2
  got=$(shell "$@")
  case $got in
  *"$part"*) passed=$((passed + 1)) ;;
  *)
    failed=$((failed + 1))
    printf 'FAILED smoke: %s\n  expected: ...%s...\n  got:      %s\n' "$what" "$part" "$got"
    ;;
  esac
}

version=$(sed -n 's/^.define CM_VERSION "\(.*\)"/\1/p' src/base/base.h)
expect "the version" "$version" "$load" "SELECT chartmogul_version();"
expect "a second load changes nothing" "1" "$load" "$load" \
  "SELECT count(*) FROM temp.sqlite_schema WHERE name = 'chartmogul_customers';"
expect "the tables stand in temp" "temp" "$load" \
  "SELECT DISTINCT schema FROM pragma_table_list WHERE name LIKE 'chartmogul\\_%' ESCAPE '\\';"
expect "every table has a description and an example" "0" "$load" \
  "SELECT count(*) FROM chartmogul_tables WHERE description IS NULL OR example IS NULL;"
expect "read_only by its own entry point" "1" "$load sqlite3_chartmogulreadonly_init" \
  "SELECT chartmogul_config('read_only');"
expect "read_only by the second load" "1" "$load" "$load sqlite3_chartmogulreadonly_init" \
  "SELECT chartmogul_config('read_only');"

cp "$library" "$folder/any name.${library##*.}"
expect "it loads under any file name" "$version" ".load '$folder/any name'" "SELECT chartmogul_version();"

# Packagers have flags of their own, and compilers whose warnings nobody has seen.
asked_for() { "${MAKE:-make}" -nB V=1 WERROR= "$@" all 2>/dev/null | grep -c -e -DBY_A_PACKAGER; }
same "CPPFLAGS reach the compiler" "$(find src -name '*.c' -not -path 'src/packaging/*' | wc -l | tr -d ' ')" "$(asked_for CPPFLAGS=-DBY_A_PACKAGER)"
if [ ! -e config.mk ]; then # which holds what this checkout wants
  same "warnings are no errors unless asked" "0" \
    "$(env -u WERROR -u MAKEFLAGS -u MAKEOVERRIDES "${MAKE:-make}" -nB V=1 all 2>/dev/null | grep -c -e '-Werror')"
fi

mkfifo "$folder/address"
"$sandbox" --port 0 --seed 25 >"$folder/address" &
server=$!
read -r CHARTMOGUL_BASE_URL <"$folder/address"
CHARTMOGUL_API_KEY=test-key
export CHARTMOGUL_BASE_URL CHARTMOGUL_API_KEY

expect "settings from the environment" "pong!" "$load" "SELECT chartmogul_ping();"
expect "rows" "25" "$load" "SELECT count(*) FROM chartmogul_customers;"
expect "the key is shown nowhere" "0" "$load" ".output $folder/shown" "SELECT count(*) FROM chartmogul_plans;" \
  "SELECT * FROM chartmogul_settings; SELECT * FROM chartmogul_requests; SELECT chartmogul_debug();" \
  ".output stdout" "SELECT instr(readfile('$folder/shown'), 'test-key');"
fail "a table stored in a file needs leave" "cannot be stored in a file" ".open $folder/a.db" "$load" \
  "CREATE VIRTUAL TABLE plans USING chartmogul_plans;"

# A view in a file must not spend the key of whoever opens the file.
fail "a view stored in a file cannot send" "unsafe use of virtual table" ".open $folder/b.db" "$load" \
  "CREATE VIEW v AS SELECT * FROM chartmogul_plans;" "SELECT * FROM v;"

# https, with a certificate that only ca_file knows.
if command -v openssl >/dev/null; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key.pem" -out "$folder/ca.pem" 2>/dev/null
  mkfifo "$folder/secure"
  "$sandbox" --seed 25 --tls "$folder/ca.pem" "$folder/key.pem" >"$folder/secure" &
  secure_server=$!
  read -r secure_url <"$folder/secure"
  at_secure="SELECT chartmogul_config('base_url', '$secure_url'), chartmogul_config('api_key', 'test-key');"
  expect "rows over https" "25" "$load" ".output /dev/null" "$at_secure" \
    "SELECT chartmogul_config('ca_file', '$folder/ca.pem');" ".output stdout" "SELECT count(*) FROM chartmogul_customers;"
  fail "a certificate that nobody vouches for" "certificate" "$load" ".output /dev/null" "$at_secure" \
    "SELECT chartmogul_config('max_retries', 0);" ".output stdout" "SELECT count(*) FROM chartmogul_customers;"
  { kill "$secure_server" && wait "$secure_server"; } 2>/dev/null
  secure_server=""
else
  skipped=1
  echo "skipped: there is no openssl to make a certificate with"
fi

# What this sandbox was asked since the last time, method by method.
asked() {
  python3 - "${CHARTMOGUL_BASE_URL%/v1}/control/requests" <<'PYTHON'
import json, sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(sys.argv[1]) as answer:
    requests = json.load(answer)
print(*sorted({request["method"] for request in requests}))
opener.open(urllib.request.Request(sys.argv[1], method="DELETE"))
PYTHON
}

# The demo and the shell on an account of one's own: the demo only reads.
demo() { sh tests/tools/demo.sh "$@" 2>&1; }
asked >/dev/null
same "the demo finds the account" 1 "$(demo demo "$library" "$sandbox" | grep -c 'The account of CHARTMOGUL_API_KEY')"
same "and sends nothing but GET" "GET" "$(asked)"
same "make shell writes there" "1" "$(echo "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');
  SELECT count(*) FROM chartmogul_data_sources WHERE name = 'Mine';" | demo shell "$library" "$sandbox" | grep -c '│ 1 ')"
same "by INSERT" "GET POST" "$(asked)"
made_up() { env -u CHARTMOGUL_API_KEY sh tests/tools/demo.sh shell "$library" "$sandbox" 2>&1; }
same "make shell has the short names, and on the made-up account its day" 1 \
  "$(echo ".read sql/reports/failed_payments.sql" | made_up | grep -c '│ Grace Ellis ')"

# Ctrl-C in the shell ends a query, not the sandbox, which a script has started in the background.
kill -INT "$server"
expect "Ctrl-C leaves the sandbox alone" "25" "$load" ".output /dev/null" \
  "SELECT chartmogul_config('max_retries', 0);" ".output stdout" "SELECT count(*) FROM chartmogul_customers;"

# What keeps the tests on this machine is at work here too.
if [ -n "${LD_PRELOAD:-}" ]; then
  NO_NETWORK_MARK=$folder/mark shell "$load" "SELECT chartmogul_config('max_retries', 0);" \
    "SELECT chartmogul_config('base_url', 'https://192.0.2.1/v1');" "SELECT chartmogul_config('api_key', 'k');" \
    "SELECT chartmogul_ping();" >/dev/null
  same "a request that leaves this machine is noticed" "192.0.2.1" "$(cat "$folder/mark")"
fi

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
