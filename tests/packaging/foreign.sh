#!/bin/sh
# The standalone library of another machine, C library or system, in that one's sqlite3, under an emulator if need be: what it needs,
# and that it reads, writes and tells errors over https.
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
shell() { printf '%s\n' ".load ${library%.*}" "$@" | $emulated -batch -init /dev/null 2>&1 | tr -d '\r'; }
shell >/dev/null # the first time, Wine says what it makes in its folder

case $library in
*.dll) # the names of exported functions, and the libraries of which Windows has none
  names() { "${tools}objdump" -p "$1" | sed -n '/Name Pointer. Table/,/^$/s/^[[:space:]]*\[ *[0-9]*\] //p'; }
  needs() {
    "${tools}objdump" -p "$1" | sed -n 's/.*DLL Name: //p' |
      grep -viE '^(kernel32|msvcrt|ws2_32|crypt32|bcrypt|advapi32|user32|secur32)\.dll$'
  }
  ;;
*)
  names() { "${tools}nm" -D --defined-only "$1" | awk '{ print $3 }' | grep -vE '^_(init|fini)$'; }
  needs() { "${tools}objdump" -p "$1" | awk '/NEEDED/ { print $2 }' | grep -vE '^(libc\.so(\.6)?|ld-linux.*)$'; }
  ;;
esac
same "names it shows" "sqlite3_chartmogul_init sqlite3_chartmogulreadonly_init sqlite3_extension_init" \
  "$(names "$library" | sort | tr '\n' ' ' | sed 's/ $//')"
same "libraries it needs" "" "$(needs "$library")"
newest=$("${tools}objdump" -T "$library" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | sed 's/GLIBC_//')
echo "foreign: $(($(wc -c <"$library") / 1000)) kB${newest:+, glibc $newest or newer}"
same "the newest glibc it asks for" "${NEWEST_GLIBC:-}" "$(printf '%s\n' "$newest" "${NEWEST_GLIBC:-}" | sort -V | tail -n 1)"

serve_https "$sandbox"
unset LD_PRELOAD # the guard of the network is a library of this machine
# Mbed TLS 2 compares the names of hosts with a certificate's, no addresses.
CHARTMOGUL_BASE_URL=https://localhost:${CHARTMOGUL_BASE_URL##*:}
count="SELECT count(*) FROM chartmogul_customers;"
case $library in
*.dll) # Windows has a store of its own: a file of authorities has to be named
  vouched_by() {
    file=$1
    shift
    shell "CREATE TEMP TABLE hush AS SELECT chartmogul_config('ca_file', '$file');" "$@"
  }
  skip "a server that the store of Windows does not know (Wine trusts every one): unproved"
  ;;
*)
  vouched_by() {
    file=$1
    shift
    SSL_CERT_FILE=$file shell "$@"
  }
  ;;
esac
trusting() { vouched_by "$folder/ca.pem" "$@"; }
same "rows" 25 "$(trusting "$count")"
same "the encoding of answers that it takes" gzip "$(encodings)"
same "a row that is written" "Mine" "$(trusting "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" \
  "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';")"
same "what a journal keeps of a write" "INSERT written" "$(trusting \
  "CREATE TEMP TABLE kept AS SELECT chartmogul_config('journal', '$folder/journal.db');" \
  "INSERT INTO chartmogul_data_sources (name) VALUES ('Kept');" ".separator ' '" "SELECT operation, state FROM chartmogul_writes;")"
has "a write that is refused" "chartmogul_plans: " "$(trusting "INSERT INTO chartmogul_plans (name) VALUES ('p');")"
has "a server that nobody vouches for" "ca_file if it is set" "$(vouched_by "$folder/other.pem" "$count")"
summary
