#!/bin/sh
# Which facts that nobody has recorded are so on an account: sql/check_account.sql, and what curl sees of headers.
#
#   check_account.sh LIBRARY
#
# The account is that of CHARTMOGUL_API_KEY or CHARTMOGUL_API_KEY_FILE. Sixty requests at most, and all of them read. stdout is the
# report; what the shell says of requests that failed is not shown, because it may name records of the account.
set -eu

library=$1
case $library in /*) ;; *) library=./$library ;; esac
base_url=${CHARTMOGUL_BASE_URL:-https://api.chartmogul.com/v1}
base_url=${base_url%/}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
unset CHARTMOGUL_JOURNAL

if [ -z "${CHARTMOGUL_API_KEY:-}${CHARTMOGUL_API_KEY_FILE:-}" ]; then
  echo "check-account: whose account is not said: set CHARTMOGUL_API_KEY, or CHARTMOGUL_API_KEY_FILE to a file with the key" >&2
  exit 1
fi

# One request, NAME and PATH. The key comes by standard input: every user of the machine can read a command line. Of each header only what
# is known to belong to nobody goes on: names of a few, and words and small numbers for values.
headers_of() {
  key=${CHARTMOGUL_API_KEY:-$(head -n 1 "$CHARTMOGUL_API_KEY_FILE")}
  case $base_url in
  https://*) scheme=https ;;
  http://127.0.0.1* | http://localhost* | 'http://[::1]'*) scheme=http ;;
  *) return 0 ;;
  esac
  printf '%s' "$key" | tr -d '[:space:]' | sed 's/[\\"]/\\&/g; s/^/user = "/; s/$/:"/' |
    curl -q --config - --silent --proto "=$scheme" --noproxy '127.0.0.1,localhost,::1' --max-time 30 --suppress-connect-headers \
      ${CHARTMOGUL_CA_FILE:+--cacert "$CHARTMOGUL_CA_FILE"} --header 'Accept-Encoding: gzip' --write-out 'size: %{size_download}\n' --output /dev/null --dump-header - "$base_url$2" |
    tr -d "\\r" | awk -v request="$1" '
      function put(name, value) { printf "INSERT INTO check_headers VALUES (\047%s\047, \047%s\047, \047%s\047);\n", request, name, value }
      function word(value, known) { return index(known, " " value " ") ? value : "other" }
      /^HTTP\/[0-9.]+ [0-9][0-9][0-9]/ { split($1, version, "/"); put("http-version", version[2]); put("status", substr($2, 1, 3)); next }
      {
        colon = index($0, ":"); name = tolower(substr($0, 1, colon - 1)); value = tolower(substr($0, colon + 1)); sub(/^ +/, "", value)
        if (!colon || name !~ /^[a-z0-9-]+$/ || length(name) > 40) next
        if (name == "content-type") { sub(/;.*/, "", value); sub(/.*\//, "", value); put(name, word(value, " html json plain ")) }
        else if (name == "size") put(name, value + 0 < 1500 ? "small" : "large")
        else if (name == "content-encoding") put(name, word(value, " gzip "))
        else if (name ~ /limit/ || name == "retry-after") put(name, value ~ /^[0-9]+$/ && length(value) < 4 ? value : "")
      }'
}

{
  printf 'CREATE TABLE temp.check_headers (request TEXT, name TEXT, value TEXT);\n'
  if command -v curl >/dev/null; then
    headers_of customers '/customers?per_page=20'
    headers_of 'plan group' /plan_groups/plg_00000000-0000-0000-0000-000000000000
  fi
} >"$folder/headers.sql"

sqlite3 -batch -init /dev/null -cmd ".load \"${library%.*}\" sqlite3_chartmogulreadonly_init" -cmd ".read \"$folder/headers.sql\"" :memory: \
  '.read sql/check_account.sql' >"$folder/report" 2>"$folder/errors" || true
if head -n 1 "$folder/report" | grep -q ' requests: '; then
  cat "$folder/report"
else
  echo "check-account: nothing can be told, because the account does not answer:" >&2
  head -n 1 "$folder/errors" >&2
  exit 1
fi
