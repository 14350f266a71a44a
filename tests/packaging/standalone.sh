#!/bin/sh
# The library that needs only libc: what it is made of, and that it reads, writes and tells errors over https.
#
#   standalone.sh LIBRARY SANDBOX      (wants NEWEST_GLIBC)
set -u

library=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") sandbox=$2
# shellcheck source=tests/packaging/stage.sh
. "$(dirname "$0")/stage.sh"

shell() { printf '%s\n' ".load ${library%.so}" "$@" | sqlite3 -batch -init /dev/null 2>&1; }

# ---- what it is made of --------------------------------------------------------------------------

same "libraries it needs" "" "$(ldd "$library" | sed 's/^[[:space:]]*//; s/ .*//' |
  grep -vE '^(linux-vdso\.so\.1|libc\.so\.6|/lib.*/ld-.*)$' | grep -v no_network)"
same "names it shows" "sqlite3_chartmogul_init sqlite3_chartmogulreadonly_init sqlite3_extension_init" \
  "$(nm -D --defined-only "$library" | awk '{ print $3 }' | sort | tr '\n' ' ' | sed 's/ $//')"
same "names of others that it would take from the program" "" \
  "$(nm -D --undefined-only "$library" | awk '{ print $NF }' | grep -E '^(SSL|EVP|X509|BIO|CRYPTO|curl|cJSON|sqlite3|inflate|deflate)_?')"
newest=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | sed 's/GLIBC_//')
echo "standalone: $(($(wc -c <"$library") / 1000)) kB, glibc $newest or newer"
same "the newest glibc it asks for" "$NEWEST_GLIBC" "$(printf '%s\n' "$newest" "$NEWEST_GLIBC" | sort -V | tail -n 1)"

# ---- what it does --------------------------------------------------------------------------------

serve_https "$sandbox"

count="SELECT count(*) FROM chartmogul_customers;"
trusting() { SSL_CERT_FILE="$folder/ca.pem" shell "$@"; }
same "rows, the authority from SSL_CERT_FILE" 25 "$(trusting "$count")"
same "the encoding of answers that it takes" gzip "$(encodings)"
same "rows, the authority from ca_file" 25 \
  "$(shell ".output /dev/null" "SELECT chartmogul_config('ca_file', '$folder/ca.pem');" ".output stdout" "$count")"
same "a row that is written" "Mine" "$(trusting "INSERT INTO chartmogul_data_sources (name) VALUES ('Mine');" \
  "SELECT name FROM chartmogul_data_sources WHERE name = 'Mine';")"
has "a write that is refused" "chartmogul_plans: " "$(trusting "INSERT INTO chartmogul_plans (name) VALUES ('p');")"
has "a server that nobody vouches for" "certificate" "$(shell "$count")"
has "an authority that is not there" "certificate" "$(SSL_CERT_FILE=$folder/none.pem shell "$count")"

# A system without any file of authorities: its places are hidden, for this one process.
bare() { unshare --mount sh -c 'mount -t tmpfs none /etc/ssl && exec sqlite3 -batch -init /dev/null' 2>&1; }
if [ ! -e /etc/pki ] && unshare --mount mount -t tmpfs none /etc/ssl 2>/dev/null; then
  has "no authorities at all" "no file of certificate authorities is here (looked for SSL_CERT_FILE, /etc/ssl/certs/ca-certificates.crt," \
    "$(printf '%s\n' ".load ${library%.so}" "$count" | bare)"
else
  skip "a system without authorities (this process may not mount)"
fi

summary
