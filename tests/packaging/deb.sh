#!/bin/sh
# The Debian package: lintian has nothing to say; in a root of its own dpkg installs it, the library is found by its bare name and used over
# https, and dpkg takes it away again.
#
#   deb.sh PACKAGE.deb SANDBOX
set -u

package=$1 sandbox=$2
here=$(cd "$(dirname "$0")" && pwd)
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

serve_https "$sandbox"
export CHARTMOGUL_CA_FILE="$folder/ca.pem"
# use.sh FOLDER-OF-DOCUMENTS: rows, a write, a refusal, a report by the path that its manual has, and where Debian has examples.
cat >"$folder/use.sh" <<'USE'
cd "$1" || exit 1
shell() { printf '%s\n' ".load chartmogul" "$@" | sqlite3 -batch -init /dev/null 2>&1; }
shell "SELECT count(*) FROM chartmogul_customers;"
shell "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';"
shell "INSERT INTO chartmogul_plans (name) VALUES ('p');" | grep -o 'chartmogul_plans:'
shell ".output /dev/null" "SELECT chartmogul_short_names();" ".output" ".read sql/reports/arpa_by_country.sql" | grep -qE '^[A-Z]{2}\|' && echo "a report"
ls examples/load/load.sql
USE
used="25
Mine
chartmogul_plans:
a report
examples/load/load.sql"
documents=/usr/share/doc/libsqlite3-mod-chartmogul
# In a root that goes away afterwards; LD_PRELOAD is of this one.
inside() { env -u LD_PRELOAD -u LD_LIBRARY_PATH unshare --mount sh "$here/enter.sh" "$folder" "$@"; }
if [ "$(inside echo here 2>/dev/null)" = here ]; then
  cp "$package" "$folder/package.deb"
  same "installed it is used by its bare name, removed it is not found" "$used
gone" "$(inside sh -c "dpkg --install $folder/package.deb >/dev/null && sh $folder/use.sh $documents
    dpkg --remove libsqlite3-mod-chartmogul >/dev/null
    sqlite3 -batch -cmd '.load chartmogul' :memory: 'SELECT 1' 2>&1 | grep -q 'chartmogul.so: cannot open' && echo gone" 2>&1)"
else
  skip "dpkg installs it (this process may not mount): it is used from where it was unpacked"
  LD_LIBRARY_PATH=$(find "$folder/unpacked/usr/lib" -name 'chartmogul.so' -exec dirname {} \;)
  export LD_LIBRARY_PATH
  same "it is used by its bare name" "$used" "$(sh "$folder/use.sh" "$folder/unpacked$documents")"
fi

summary
