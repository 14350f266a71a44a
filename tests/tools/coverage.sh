#!/bin/sh
# Prints which share of each source file the tests have run, the least first, and fails below the
# floor. Wants the build folder.  The tests must have run in a build with --coverage.
set -eu

build=$1
floor=${COVERAGE_FLOOR:-96}

find "$build/obj/static" -name '*.gcda' -exec gcov -n {} + 2>/dev/null | awk -v floor="$floor" '
  /^File / { file = substr($2, 2, length($2) - 2) }
  /^Lines executed:/ && file ~ /^src\/.*\.c$/ {
    split($2, parts, ":"); share = parts[2] + 0
    lines[file] = $4; run[file] = share * $4 / 100
    file = ""
  }
  END {
    for (file in lines) {
      printf "%6.1f %%  %5d  %s\n", 100 * run[file] / lines[file], lines[file], file | "sort -n"
      all += lines[file]; done += run[file]
    }
    close("sort -n")
    if (!all) { print "coverage: nothing was run"; exit 1 }
    share = 100 * done / all
    printf "%6.1f %%  of %d lines; the floor is %s %%\n", share, all, floor
    exit share < floor
  }'
