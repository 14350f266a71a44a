#!/bin/sh
# The standalone library of another machine or C library, in that one's sqlite3, under an emulator if need be: what it needs, and that
# it reads, writes and tells errors over https.
#
#   foreign.sh TRIPLET 'EMULATOR SQLITE3' LIBRARY SANDBOX
#
# TRIPLET is the machine in GNU's form, empty where this machine's own tools read its files. With NEWEST_GLIBC the library may ask
# for no newer glibc; without it, it may ask for none.
set -u

tools=${1:+$1-} emulated=$2 library=$(cd "$(dirname "$3")" && pwd)/$(basename "$3") sandbox=$4
# shellcheck source=tests/packaging/stage.sh
. "$(dirname "$0")/stage.sh"

if ! command -v "${emulated%% *}" >/dev/null; then
  skip "no ${emulated%% *}"
  summary
  exit
fi
# shellcheck disable=SC2086 # a program with its options
shell() { printf '%s\n' ".load ${library%.so}" "$@" | $emulated -batch -init /dev/null 2>&1; }

same "names it shows" "sqlite3_chartmogul_init sqlite3_chartmogulreadonly_init sqlite3_extension_init" \
  "$("${tools}nm" -D --defined-only "$library" | awk '{ print $3 }' | grep -vE '^_(init|fini)$' | sort | tr '\n' ' ' | sed 's/ $//')"
same "libraries it needs" "" \
  "$("${tools}objdump" -p "$library" | awk '/NEEDED/ { print $2 }' | grep -vE '^(libc\.so(\.6)?|ld-linux.*)$')"
newest=$("${tools}objdump" -T "$library" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | sed 's/GLIBC_//')
echo "foreign: $(($(wc -c <"$library") / 1000)) kB${newest:+, glibc $newest or newer}"
same "the newest glibc it asks for" "${NEWEST_GLIBC:-}" "$(printf '%s\n' "$newest" "${NEWEST_GLIBC:-}" | sort -V | tail -n 1)"

serve_https "$sandbox"
unset LD_PRELOAD # the guard of the network is a library of this machine
# Mbed TLS 2 compares the names of hosts with a certificate's, no addresses.
CHARTMOGUL_BASE_URL=https://localhost:${CHARTMOGUL_BASE_URL##*:}
count="SELECT count(*) FROM chartmogul_customers;"
trusting() { SSL_CERT_FILE="$folder/ca.pem" shell "$@"; }
same "rows" 25 "$(trusting "$count")"
same "a row that is written" "Mine" "$(trusting "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" \
  "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';")"
has "a write that is refused" "chartmogul_plans: " "$(trusting "INSERT INTO chartmogul_plans (name) VALUES ('p');")"
has "a server that nobody vouches for" "ca_file if it is set" "$(SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt shell "$count")"
summary
