#!/bin/sh
# The manual and what it calls by its path, laid out as in the source: manuals.sh FOLDER
set -eu
umask 022
house=$(cd "$(dirname "$0")/../.." && pwd)

# put FILE... FOLDER
put() {
  for to; do :; done
  mkdir -p "$to"
  install -m 644 "$@"
}

put "$house/README.md" "$1/"
put "$house"/sql/*.sql "$house/sql/README.md" "$1/sql/"
put "$house/sql/tables/README.md" "$1/sql/tables/"
put "$house"/sql/reports/*.sql "$1/sql/reports/"
put "$house"/sql/load/*.sql "$house"/sql/load/*.py "$house"/sql/load/*.csv "$1/sql/load/"
