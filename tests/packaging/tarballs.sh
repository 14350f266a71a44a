#!/bin/sh
# What `make packages` leaves: the checksums are right, sqlpkg finds a library for each platform, and the tarball of this one is used over https.
#
#   tarballs.sh FOLDER PLATFORM SANDBOX
set -u

packages=$(cd "$1" && pwd) platform=$2 sandbox=$3
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/packaging/stage.sh
. "$here/stage.sh"

same "the checksums are right" "" "$(cd "$packages" && sha256sum --quiet -c SHA256SUMS 2>&1)"
same "each package has one" "$(cd "$packages" && printf '%s\n' sqlpkg.json *.tar.gz *.tgz *.whl *.deb | LC_ALL=C sort)" \
  "$(sed 's/.*  //' "$packages/SHA256SUMS" | LC_ALL=C sort)"

for named in $(python3 -c 'import json, sys; print(*json.load(open(sys.argv[1]))["assets"]["files"])' "$packages/sqlpkg.json"); do
  mkdir "$folder/$named"
  has "sqlpkg, $named" "$folder/$named/chartmogul." "$(python3 -B "$here/sqlpkg.py" "$packages" "$named" "$folder/$named" 2>&1)"
done

mkdir "$folder/unpacked"
tar -xzf "$packages"/sqlite-chartmogul-*-"$platform".tar.gz -C "$folder/unpacked"
same "what a tarball puts where it is unpacked" "chartmogul.7 chartmogul.h chartmogul.so sqlite-chartmogul" \
  "$(cd "$folder/unpacked" && echo *)"
serve_https "$sandbox"
export SSL_CERT_FILE="$folder/ca.pem"
# From the folder of the manual, by the paths that it has.
shell() { printf '%s\n' ".load ../chartmogul" "$@" | (cd "$folder/unpacked/sqlite-chartmogul" && sqlite3 -batch -init /dev/null) 2>&1; }
same "rows" 25 "$(shell "SELECT count(*) FROM chartmogul_customers;")"
same "a row that is written" "Mine" "$(shell "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" \
  "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';")"
has "a write that is refused" "chartmogul_plans: " "$(shell "INSERT INTO chartmogul_plans (name) VALUES ('p');")"
has "a report" "|" "$(shell ".output /dev/null" "SELECT chartmogul_short_names();" ".output" ".read sql/reports/arpa_by_country.sql")"

summary
