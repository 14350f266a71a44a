#!/bin/sh
# The same source makes the same packages, bit for bit, whatever the time and the umask: each is made once more and compared.
#
#   again.sh PACKAGE...      with MAKE and BUILD in the environment
set -u

# shellcheck source=tests/packaging/stage.sh
. "$(dirname "$0")/stage.sh"

for package; do
  cp "$package" "$folder/first"
  rm "$package"
  (umask 077 && MAKEFLAGS='' "$MAKE" --no-print-directory BUILD="$BUILD" "$package" >"$folder/said" 2>&1) || cat "$folder/said"
  same "$(basename "$package") is made in the same bytes" "$(sha256sum <"$folder/first")" "$(sha256sum <"$package")"
done
same "nothing is made twice" "" "$(MAKEFLAGS='' "$MAKE" --no-print-directory BUILD="$BUILD" "$@" 2>&1 | grep -v 'is up to date')"
summary
