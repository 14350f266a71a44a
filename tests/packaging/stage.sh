# shellcheck shell=sh
# What the tests of packages share: a folder that goes away, a sandbox, the count of checks. Included, not run:
#
#   . stage.sh        then `same`, `has`, `skip`, `serve`, `summary`
unset SSL_CERT_FILE

folder=$(mktemp -d)
server=""
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
  rm -rf "$folder"
}
trap cleanup EXIT
passed=0 failed=0 skipped=0

# judge RESULT WHAT EXPECTED GOT
judge() {
  if [ "$1" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s: %s\n  expected: %s\n  got:      %s\n' "$(basename "$0" .sh)" "$2" "$3" "$4"
  fi
}

# same WHAT EXPECTED GOT
same() {
  [ "$3" = "$2" ]
  judge $? "$@"
}

# has WHAT PART TEXT
has() {
  case $3 in
  *"$2"*) judge 0 "$@" ;;
  *) judge 1 "$@" ;;
  esac
}

skip() {
  skipped=$((skipped + 1))
  echo "skipped: $1"
}

# serve SANDBOX OPTION...: an account of 25 customers, in the environment.
serve() {
  mkfifo "$folder/address"
  "$@" --seed 25 >"$folder/address" &
  server=$!
  read -r CHARTMOGUL_BASE_URL <"$folder/address"
  CHARTMOGUL_API_KEY=test-key CHARTMOGUL_MAX_RETRIES=0
  export CHARTMOGUL_BASE_URL CHARTMOGUL_API_KEY CHARTMOGUL_MAX_RETRIES
}

# new_key REQUEST-OPTION...: openssl req with a key that it makes.
new_key() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "$@" 2>/dev/null; }

# The same over https, with a certificate of an authority that only $folder/ca.pem knows. $folder/other.pem is another one.
serve_https() {
  for authority in ca other; do
    new_key -x509 -days 2 -subj "/CN=$authority" -keyout "$folder/$authority.key" -out "$folder/$authority.pem"
  done
  new_key -subj /CN=localhost -keyout "$folder/key.pem" -out "$folder/request.pem"
  echo subjectAltName=DNS:localhost,IP:127.0.0.1 >"$folder/names"
  openssl x509 -req -in "$folder/request.pem" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial -days 2 \
    -extfile "$folder/names" -out "$folder/server.pem" 2>/dev/null
  serve "$1" --tls "$folder/server.pem" "$folder/key.pem"
}

# The encodings that the last request said it takes, as a word: gzip, or none.
encodings() {
  curl --silent --insecure "${CHARTMOGUL_BASE_URL%/v1}/control/requests" | python3 -c 'import json, sys
print("gzip" if "gzip" in (json.load(sys.stdin)[-1]["accept_encoding"] or "") else "none")'
}

# The last line. Fails where a check has.
summary() {
  echo
  if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
  else
    echo "$passed passed, $failed failed"
  fi
  [ "$failed" -eq 0 ]
}
