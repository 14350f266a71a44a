#!/bin/sh
# Runs a command with a sandbox of 25 customers: its address and key are in the command's environment.
#
#   with_sandbox.sh SANDBOX COMMAND...
set -u

sandbox=$1
shift
folder=$(mktemp -d)
server=""
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkfifo "$folder/address"
"$sandbox" --port 0 --seed 25 >"$folder/address" &
server=$!
read -r CHARTMOGUL_BASE_URL <"$folder/address"
CHARTMOGUL_API_KEY=test-key
export CHARTMOGUL_BASE_URL CHARTMOGUL_API_KEY
"$@"
