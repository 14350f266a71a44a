#!/bin/sh
# The Debian package: lintian has nothing to say, and the library is found by its bare name in a root of its own.
#
#   deb.sh PACKAGE.deb SANDBOX
set -u

package=$1 sandbox=$2
# shellcheck source=tests/packaging/stage.sh
. "$(dirname "$0")/stage.sh"

if command -v lintian >/dev/null; then
  same "lintian" "" "$(lintian --allow-root --tag-display-limit 0 "$package" 2>&1)"
else
  skip "no lintian"
fi

dpkg-deb --extract "$package" "$folder/unpacked"
(cd "$folder/unpacked" && dpkg-deb --control "$OLDPWD/$package" "$folder/control" && md5sum --quiet -c "$folder/control/md5sums")
same "its files are as it says" 0 "$?"
same "what it needs is told" 1 "$(dpkg-deb --field "$package" Depends | grep -c 'libcjson1.*libcurl4.*libsqlite3-0')"

same "its manual page" 1 "$(gunzip -c "$folder/unpacked/usr/share/man/man7/chartmogul.7.gz" | grep -c '^\.TH CHARTMOGUL 7')"

serve "$sandbox" --port 0
LD_LIBRARY_PATH=$(find "$folder/unpacked/usr/lib" -name 'chartmogul.so' -exec dirname {} \;)
export LD_LIBRARY_PATH
shell() { printf '%s\n' ".load chartmogul" "$@" | (cd / && sqlite3 -batch -init /dev/null) 2>&1; }
same "rows" 25 "$(shell "SELECT count(*) FROM chartmogul_customers;")"
same "a row that is written" "Mine" "$(shell "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" \
  "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';")"
same "a write that is refused" 1 "$(shell "INSERT INTO chartmogul_plans (name) VALUES ('p');" | grep -c 'chartmogul_plans: ')"

summary
