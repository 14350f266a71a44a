#!/bin/sh
# Runs client.js on a sandbox with the demo company; skips where there is no Node, or no client of it.
#
#   node.sh SANDBOX FOLDER   (FOLDER holds node_modules)
set -eu

sandbox=$1 folder=$2
skip() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}
command -v node >/dev/null || skip "there is no node on this machine"
[ -e "$folder/node_modules/chartmogul-node/package.json" ] ||
  skip "the official client (npm package chartmogul-node) could not be fetched"

work=$(mktemp -d)
server=""
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkfifo "$work/address"
"$sandbox" --seed demo >"$work/address" &
server=$!
read -r base_url <"$work/address"
NODE_PATH=$folder/node_modules node tests/node/client.js "$base_url" test-key
