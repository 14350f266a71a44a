#!/bin/sh
# Installs what src/packaging/ makes, from the built files and from nowhere else, and uses it over https.
#
#   packages.sh wheel WHEEL SANDBOX
#   packages.sh sdist TARBALL SANDBOX
#   packages.sh npm FOLDER-OF-TARBALLS BETTER-SQLITE3 NODE-22 SANDBOX
set -u

kind=$1 package=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
for sandbox; do :; done
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/packaging/stage.sh
. "$here/stage.sh"
serve_https "$sandbox"

# use PROGRAM...: what it prints, in one line. The standalone library looks for authorities as OpenSSL does; libcurl of the system
# has its own.
case $kind in
sdist) export CHARTMOGUL_CA_FILE="$folder/ca.pem" ;;
*) export SSL_CERT_FILE="$folder/ca.pem" ;;
esac
use() { NODE_NO_WARNINGS=1 "$@" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }

# try_python OPTION...: of pip
try_python() {
  python=$(sh "$here/../tools/python_with_extensions.sh") || { skip "no python3 whose sqlite3 module loads extensions"; return; }
  "$python" -m pip --version >/dev/null 2>&1 || { skip "this python3 has no pip"; return; }
  "$python" -m pip install --quiet --no-cache-dir --no-index --no-deps "$@" --target "$folder/python" "$package" >"$folder/pip.log" 2>&1
  same "pip installs the $kind" "0 " "$? $(grep -i error "$folder/pip.log")"
  same "without extensions it names the ways out" "use a Python that has them, or apsw, or without this module LD_PRELOAD=chartmogul-preload.so" \
    "$(PYTHONPATH=$folder/python use "$python" -B -c 'import sqlite_chartmogul; sqlite_chartmogul.load(object())' |
      sed 's/.*without them): //; s/ (.make preload.*//')"
  for host in sqlite3 apsw; do
    "$python" -c "import $host" 2>/dev/null || { skip "this python3 has no $host"; continue; }
    same "Python's $host" "25 $host chartmogul_plans not authorized" "$(PYTHONPATH=$folder/python use "$python" -B "$here/use.py" "$host")"
  done
}

# try_host MODULE PROGRAM ARGUMENT...
try_host() {
  module=$1 program=$(basename "$2")
  shift
  same "$module of $program" "25 $module of $program chartmogul_plans" "$(cd "$folder/npm" && use "$@" use.cjs "$module" "$program")"
}

# The program of a package that `make deps-hosts` has installed; nothing where it has not.
hosts=$(cd "${BUILD:-build}/hosts/node_modules" 2>/dev/null && pwd)
of_hosts() { [ -z "$hosts" ] || find "$hosts/" -path "*/$1" -type f | head -n 1; }

try_npm() {
  command -v npm >/dev/null || { skip "no npm"; return; }
  mkdir "$folder/npm" && cp "$here/use.cjs" "$folder/npm/" && cd "$folder/npm" || exit 1
  echo '{ "private": true }' >package.json
  # That of this machine alone: npm refuses the others, which `make packages` puts beside it.
  npm install --offline --silent --no-audit --no-fund "$package"/sqlite-chartmogul-[0-9]*.tgz \
    "$package/sqlite-chartmogul-linux-$(node -p process.arch)"-[0-9]*.tgz >npm.log 2>&1
  same "npm installs the tarballs" "0" "$?"
  same "types and module" "function" "$(node --input-type=module -e 'import { load } from "sqlite-chartmogul"; console.log(typeof load)' 2>&1)"
  cd "$here" || exit 1
  if [ -x "$2/bin/node" ]; then
    try_host node:sqlite "$2/bin/node"
  else
    skip "Node 22 could not be fetched"
  fi
  if [ -x "$2/bin/node" ] && [ -d "$1/lib" ]; then
    ln -s "$1" "$folder/npm/node_modules/better-sqlite3"
    try_host better-sqlite3 "$2/bin/node"
  else
    skip "better-sqlite3, or the Node 22 that it wants, could not be fetched"
  fi
  if [ -n "$bun" ]; then try_host bun:sqlite "$bun"; else skip "Bun is not here (make deps-hosts HOSTS=bun)"; fi
  if [ -n "$deno" ]; then try_host node:sqlite "$deno" run --allow-all; else skip "Deno is not here (make deps-hosts HOSTS=deno)"; fi
}

bun=$(of_hosts 'bun-*/bin/bun') deno=$(of_hosts '@deno/*/deno')
case $kind in
wheel) try_python ;;
sdist) try_python --no-build-isolation ;;
npm) try_npm "$(cd "$3" 2>/dev/null && pwd)" "$(cd "$4" 2>/dev/null && pwd)" ;;
esac

summary
