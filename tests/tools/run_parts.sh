#!/bin/sh
# Runs parts of the tests (`test-PART` of the Makefile), JOBS of them at a time, and ends with the sum of their
# results: N passed, N failed. What a part says is printed whole when the part ends.
# Wants MAKE, BUILD and MARK in the environment.
set -u

# Nothing of the person who runs the tests takes part in them.
for name in $(env | sed -n 's/^\(CHARTMOGUL_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

# run_part PART: its output and its status into files, then its output to the screen.
run_part() {
  part=$1 log=$BUILD/test-$1.log started=$(date +%s)
  { $MAKE --no-print-directory "test-$part" 2>&1; echo $? >"$log.status"; } >"$log"
  { echo "== $part ($(($(date +%s) - started)) s)"; cat "$log"; } >"$log.shown"
  cat "$log.shown"
}

# number LINE WORD: the number that stands before the word in the line, 0 when there is none.
number() {
  printf '%s\n' "$1" | sed -n "s/.*\(^\|[^0-9]\)\([0-9][0-9]*\) $2.*/\2/p" | grep . || echo 0
}

# Each unit test is a program that ends with cmocka's own summary.
unit_summary() {
  find "$BUILD/unit" -name "*.log" -exec cat {} + 2>/dev/null | awk '
    /^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
    /^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
    END { printf "%d passed, %d failed\n", passed, failed }'
}

if [ "${1:-}" = --part ]; then
  run_part "$2"
  exit 0
fi

for part; do rm -f "$BUILD/test-$part.log.status"; done
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -n 1 sh "$0" --part

passed=0 failed=0 skipped=0
for part; do
  log=$BUILD/test-$part.log
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  [ "$part" != unit ] || line=$(unit_summary)
  part_failed=$(number "$line" failed)
  status=$(cat "$log.status" 2>/dev/null || echo none)
  if [ "$status" != 0 ] && [ "$part_failed" -eq 0 ]; then
    echo "FAILED $part: it broke off before it could count"
    part_failed=1
  fi
  [ "$part_failed" -eq 0 ] || echo "FAILED $part: $part_failed, see $log"
  passed=$((passed + $(number "$line" passed)))
  failed=$((failed + part_failed))
  skipped=$((skipped + $(number "$line" skipped)))
done

if [ -e "$MARK" ]; then
  echo "FAILED tests tried to leave this machine, for:"
  sort -u "$MARK"
  failed=$((failed + 1))
fi

echo
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
