#!/bin/sh
# The extension in each program of this machine that can load it: it loads, reads with a filter, writes, refuses,
# closes. What is not here is skipped, with a word. with_sandbox.sh runs it.
#
#   hosts.sh LIBRARY HOST BETTER_SQLITE3 NODE_22   (the last two: folders with npm packages, or with nothing)
set -u
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
file=$(absolute "$1") host=$2 better_sqlite3=$(absolute "$3") node_22=$4
library=${file%.*}
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0 skipped=0

# run WHAT COMMAND...: the command checks, and says on its last line what it ran in.
run() {
  what=$1
  shift
  if "$@" >"$folder/out" 2>&1; then
    passed=$((passed + 1))
    echo "ok: $what $(tail -n 1 "$folder/out")"
  else
    failed=$((failed + 1))
    echo "FAILED hosts: $what"
    sed 's/^/  /' "$folder/out"
  fi
}

skip() {
  skipped=$((skipped + 1))
  echo "skipped: no $1"
}

has() { command -v "$1" >/dev/null 2>&1; }

# A script of SQL: the first Active customer is changed and found again. FIND is to give 1.
update="UPDATE chartmogul_customers SET company = 'SQL' WHERE uuid =
  (SELECT uuid FROM chartmogul_customers WHERE status = 'Active' LIMIT 1);"
find="SELECT count(*) FROM chartmogul_customers WHERE company = 'SQL';"
undo="UPDATE chartmogul_customers SET company = NULL WHERE company = 'SQL';"

# in_shell COMMAND...: a program that reads statements, one a line, and prints what they give.
in_shell() {
  printf '%s\n' "$update" "$find" "SELECT sqlite_version();" "$undo" | tr '\n' ' ' | sed 's/; */;\n/g' |
    "$@" >"$folder/shell" 2>&1
  cat "$folder/shell"
  [ "$(sed -n 1p "$folder/shell")" = 1 ] && echo "SQLite $(sed -n 2p "$folder/shell")"
}

run "C" "$host" "$library"
run "C (linked in)" "$host-static"

if has sqlite3; then
  run "sqlite3 shell" in_shell sqlite3 -batch -init /dev/null -cmd ".load $library"
else
  skip "sqlite3 shell"
fi

if python=$(sh "$here/../tools/python_with_extensions.sh"); then
  run "Python" "$python" -B "$here/host.py" "$library"
else
  skip "python3 with a sqlite3 module that loads extensions"
fi

if has perl && perl -MDBD::SQLite -e 1 2>/dev/null; then
  run "Perl" perl "$here/host.pl" "$library"
else
  skip "Perl with DBD::SQLite"
fi

if has php && php -r 'exit(class_exists("SQLite3") ? 0 : 1);'; then
  run "PHP" php -d sqlite3.extension_dir="${file%/*}" "$here/host.php" "${file##*/}"
else
  skip "PHP with the class SQLite3"
fi

if has Rscript && Rscript -e 'quit(status = !requireNamespace("RSQLite", quietly = TRUE))' >/dev/null 2>&1; then
  run "R" Rscript "$here/host.R" "$library"
else
  skip "R with RSQLite"
fi

if has isql && odbcinst -q -d -n SQLite3 >/dev/null 2>&1; then
  run "ODBC" in_shell isql -b -d'|' -k "Driver=SQLite3;Database=:memory:;LoadExt=$library"
else
  skip "ODBC (isql with the driver SQLite3)"
fi

# The node of this machine where it is new enough, else the one of the package.
node=node
"$node" -e 'process.exit(parseInt(process.versions.node) < 22)' 2>/dev/null || node=$node_22/bin/node
if ! has "$node"; then
  skip "Node 22 or newer"
else
  run "Node" "$node" --no-warnings "$here/host.js" node:sqlite "$library"
  if [ -e "$better_sqlite3/package.json" ]; then
    run "Node" "$node" "$here/host.js" "$better_sqlite3" "$library"
  else
    skip "better-sqlite3 for Node (npm is out of reach)"
  fi
fi

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
