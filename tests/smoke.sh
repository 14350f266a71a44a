#!/bin/sh
# The real shared library where users load it: in the sqlite3 shell here, in Python in smoke.py.
#
#   smoke.sh LIBRARY SANDBOX
set -u
for name in $(env | sed -n 's/^\(CHARTMOGUL_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

library=$1 sandbox=$2
case $library in /*) ;; *) library=./$library ;; esac
here=$(dirname "$0")
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

# expect WHAT EXPECTED LINE...: what the shell prints for these lines.
expect() {
  what=$1 expected=$2
  shift 2
  got=$(shell "$@")
  if [ "$got" = "$expected" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED smoke: %s\n  expected: %s\n  got:      %s\n' "$what" "$expected" "$got"
  fi
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

version=$(sed -n 's/^.define CM_VERSION "\(.*\)"/\1/p' src/base.h)
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

if python=$(sh "$here/tools/python_with_extensions.sh"); then
  if "$python" "$here/smoke.py" "$library"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED smoke: Python"
  fi
else
  skipped=1
  echo "skipped: no python3 here has a sqlite3 module that loads extensions"
fi

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
