#!/bin/sh
# Shows the extension at work, on the sandbox's made-up account or on yours.
#
#   demo.sh demo|shell LIBRARY SANDBOX
#   demo.sh dashboard LIBRARY SANDBOX PAGE
#
# demo runs sql/demo.sql, shell leaves you at a sqlite3 prompt, dashboard makes the page of sql/dashboard.sql. With
# CHARTMOGUL_API_KEY (or CHARTMOGUL_API_KEY_FILE) in the environment all are on that account, and only the shell may write.
set -eu

CHARTMOGUL_PROGRESS=${CHARTMOGUL_PROGRESS:-auto}
export CHARTMOGUL_PROGRESS
mode=$1 library=$2 sandbox=$3
last_day=2025-12-31 # of the made-up account
today=NULL
case $library in /*) ;; *) library=./$library ;; esac
load=".load ${library%.*}"
folder=$(mktemp -d)
server=""
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Settings of a real account have no say in the made-up one.
start_sandbox() {
  for name in $(env | sed -n 's/^\(CHARTMOGUL_[A-Z_]*\)=.*/\1/p'); do
    [ "$name" = CHARTMOGUL_PROGRESS ] || unset "$name"
  done
  mkfifo "$folder/address"
  "$sandbox" --port 0 --seed demo >"$folder/address" &
  server=$!
  read -r CHARTMOGUL_BASE_URL <"$folder/address"
  CHARTMOGUL_API_KEY=test-key
  export CHARTMOGUL_BASE_URL CHARTMOGUL_API_KEY
}

# Each statement is shown below its question, then its result.
show() {
  awk '
    /^$/ { heading = 1; next }
    /^-- \[/ || !heading { next } # what stands above the first empty line is for readers of the file
    /^--/ && !statement { print ".print"; printf ".print \"%s\"\n", $0; next }
    { statement = statement $0 "\n"; quoted = $0; gsub(/"/, "\\\"", quoted); printf ".print \"  %s\"\n", quoted }
    /;$/ { printf "%s", statement; statement = "" }' "$1" |
    sqlite3 -batch -init /dev/null -cmd "$load" -cmd '.output /dev/null' -cmd 'SELECT chartmogul_short_names()' -cmd '.output' \
      -cmd '.mode column' -cmd '.headers on' :memory:
}

is_real=${CHARTMOGUL_API_KEY:-}${CHARTMOGUL_API_KEY_FILE:-}
case $mode in
demo)
  if [ -n "$is_real" ]; then
    echo "The account of CHARTMOGUL_API_KEY, only reading."
    CHARTMOGUL_READ_ONLY=1
    export CHARTMOGUL_READ_ONLY
    sed '/^-- \[writes\]/,/^-- \[end of writes\]/d' sql/demo.sql >"$folder/demo.sql"
  else
    start_sandbox
    echo "A made-up account at $CHARTMOGUL_BASE_URL."
    cp sql/demo.sql "$folder/demo.sql"
  fi
  show "$folder/demo.sql"
  ;;
shell)
  if [ -n "$is_real" ]; then
    echo "The account of CHARTMOGUL_API_KEY: what you write is written there."
  else
    start_sandbox
    echo "A made-up account; it is gone when you leave. Its last day is $last_day: that is what :today is set to, from which"
    echo "reports take their day. In statements of your own, and in examples of chartmogul_help, write '$last_day' for 'now'."
    today="'$last_day'"
  fi
  echo "Begin with: SELECT name, description FROM chartmogul_tables; or .read sql/reports/mrr_waterfall.sql"
  trap : INT # Ctrl-C ends a query
  # A home of its own instead of -init /dev/null, which the shell would speak of. The code is that of the last
  # statement, which says nothing about the shell.
  HOME=$folder XDG_CONFIG_HOME=$folder sqlite3 -cmd "$load" -cmd '.output /dev/null' -cmd 'SELECT chartmogul_short_names()' -cmd '.output' \
    -cmd '.parameter init' -cmd ".parameter set :today \"$today\"" -cmd '.headers on' -cmd '.mode box' :memory: || true
  ;;
dashboard)
  page=$4
  if [ -n "$is_real" ]; then
    CHARTMOGUL_READ_ONLY=1
    export CHARTMOGUL_READ_ONLY
  else
    start_sandbox
    today="'$last_day'"
  fi
  {
    printf '%s\n' '.bail on' '.mode list' '.headers off' '.once /dev/null' 'SELECT chartmogul_short_names();' '.parameter init'
    printf '.parameter set :today "%s"\n' "$today"
    echo '.read sql/dashboard.sql'
  } | sqlite3 -batch -init /dev/null -cmd "$load" :memory: >"$folder/page.html"
  mv "$folder/page.html" "$page"
  echo "$page"
  ;;
*)
  echo "demo.sh: $mode is none of demo, shell, dashboard" >&2
  exit 2
  ;;
esac
