#!/bin/sh
# The Debian package: lintian has nothing to say, and the library is found by its bare name in a root of its own.
#
#   deb.sh PACKAGE.deb SANDBOX
set -u

package=$1 sandbox=$2
folder=$(mktemp -d)
server=""
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
  rm -rf "$folder"
}
trap cleanup EXIT
passed=0 failed=0 skipped=0

# same WHAT EXPECTED GOT
same() {
  if [ "$3" = "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED deb: %s\n  expected: %s\n  got:      %s\n' "$@"
  fi
}

if command -v lintian >/dev/null; then
  same "lintian" "" "$(lintian --allow-root --tag-display-limit 0 "$package" 2>&1)"
else
  skipped=1
  echo "skipped: no lintian"
fi

dpkg-deb --extract "$package" "$folder/unpacked"
(cd "$folder/unpacked" && dpkg-deb --control "$OLDPWD/$package" "$folder/control" && md5sum --quiet -c "$folder/control/md5sums")
same "its files are as it says" 0 "$?"
same "what it needs is told" 1 "$(dpkg-deb --field "$package" Depends | grep -c 'libcjson1.*libcurl4.*libsqlite3-0')"

mkfifo "$folder/address"
"$sandbox" --port 0 --seed 25 >"$folder/address" &
server=$!
read -r CHARTMOGUL_BASE_URL <"$folder/address"
CHARTMOGUL_API_KEY=test-key LD_LIBRARY_PATH=$(find "$folder/unpacked/usr/lib" -name 'chartmogul.so' -exec dirname {} \;)
export CHARTMOGUL_BASE_URL CHARTMOGUL_API_KEY LD_LIBRARY_PATH
shell() { printf '%s\n' ".load chartmogul" "$@" | (cd / && sqlite3 -batch -init /dev/null) 2>&1; }
same "rows" 25 "$(shell "SELECT count(*) FROM chartmogul_customers;")"
same "a row that is written" "Mine" "$(shell "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" \
  "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';")"
same "a write that is refused" 1 "$(shell "INSERT INTO chartmogul_plans (name) VALUES ('p');" | grep -c 'chartmogul_plans: ')"

echo
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
