#!/bin/sh
# Loads the real shared library into the sqlite3 shell.
set -u
for name in $(env | sed -n 's/^\(CHARTMOGUL_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

library=$1
passed=0 failed=0
expect() { # expect WHAT SQL OUTPUT
  got=$(printf '.load ./%s\n%s\n' "$library" "$2" | sqlite3 -batch 2>&1)
  if [ "$got" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n  expected: %s\n  got:      %s\n' "$1" "$3" "$got"
  fi
}

expect "the version" "SELECT chartmogul_version();" "0.1.0"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
