#!/bin/sh
# Runs what stands in this folder, one program after the other, and ends with the sum of their results.
#
#   transport.sh LIBRARY SANDBOX
set -u
here=$(dirname "$0")
if ! python=$(sh "$here/../tools/python_with_extensions.sh"); then
  echo "skipped: no python3 here has a sqlite3 module that loads extensions"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
for program in fork kept servers; do
  "$python" -B "$here/$program.py" "$1" "$2" || echo "FAILED transport: $program.py"
done | awk '
  /^[0-9]+ passed, [0-9]+ failed/ { passed += $1; failed += $3; skipped += $5; next }
  /^FAILED transport: [a-z]*\.py$/ { broken++; next }
  { print }
  END {
    if (broken > 0 && failed == 0) failed = broken # it broke off before it could count
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed > 0
  }'
