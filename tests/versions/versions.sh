#!/bin/sh
# The tests on the oldest SQLite that is promised and on the newest that is known: unit tests, cases, the
# differential test, and the shared library in a C program. The programs are those that this machine's headers
# made, and another SQLite is slipped in below them. For the newest the cases and the library are built a second
# time, with its own headers, because what only newer ones have is then used; that library must load into older
# ones too. It is built of the one file that src/packaging makes of the source. One program has both SQLites in it.
#
#   versions.sh OLDEST NEWEST   (folders with npm packages of better-sqlite3; wants MAKE, CC and BUILD)
set -u

oldest=$PWD/$1 newest=$PWD/$2
skip() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}
[ "$(uname -s)" = Linux ] || skip "only Linux lets another SQLite be slipped in (LD_LIBRARY_PATH)"
for folder in "$oldest" "$newest"; do
  [ -e "$folder/package.json" ] || skip "the sources of SQLite (npm package better-sqlite3) could not be fetched"
done

compile() {
  [ ! -e "$1/libsqlite3.so" ] || return 0
  "$CC" -O0 -w -fPIC -DSQLITE_THREADSAFE=1 -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_MATH_FUNCTIONS \
    -shared -Wl,-soname,libsqlite3.so.0 -o "$1/libsqlite3.so.0" "$1/deps/sqlite3/sqlite3.c" -lpthread -ldl -lm
  ln -s libsqlite3.so.0 "$1/libsqlite3.so"
}

build_with_newest() {
  $MAKE --no-print-directory -j2 BUILD="$BUILD/newest" ONE_FILE="$PWD/$BUILD/amalgamation/chartmogul.c" OPT='-O0 -DNDEBUG' EXTRA_CFLAGS="-I$newest/deps/sqlite3" \
    EXTRA_LDFLAGS="-L$newest" all "$BUILD/newest/run-cases" >"$newest/make.log" 2>&1 || cat "$newest/make.log"
}

# record WHAT COMMAND...: one line for what passes; it must end in `N passed, N failed`.
record() {
  what=$1
  shift
  if "$@" >"$log.out" 2>&1; then
    echo "$what: $(tail -n 1 "$log.out")" >>"$log"
  else
    { echo "FAILED $what"; cat "$log.out"; } >>"$log"
    tail -n 1 "$log.out" | grep -qE '^[0-9]+ passed, [0-9]+ failed' || echo "0 passed, 1 failed" >>"$log"
  fi
}

units() {
  rm -f "$log.units"
  find "$BUILD/unit" -type f -perm -100 ! -name '*.*' | while read -r test; do
    if ! "$test" >"$log.unit" 2>&1; then
      cat "$log.unit"
      echo "[  FAILED  ] 1 test" >>"$log.units" # it may have crashed before it could count
    fi
    cat "$log.unit" >>"$log.units"
  done
  awk '/^\[  PASSED  \] [0-9]+ test/ { passed += $4 } /^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
    END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }' "$log.units"
}

# in_host LIBRARY: the program says which SQLite it runs on.
in_host() {
  sh tests/tools/with_sandbox.sh "$sandbox" "$BUILD/host-connections" "${1%.*}" >"$log.host" 2>&1
  cat "$log.host"
  grep -qx "SQLite $version" "$log.host" && echo "1 passed, 0 failed"
}

# The page of sql/dashboard.sql, where there is a Python whose sqlite3 module takes the SQLite that is slipped in.
dashboard() {
  "$python" -B tests/dashboard/dashboard.py "$BUILD/chartmogul.so" "$sandbox"
}

version_of() { sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' "$1/deps/sqlite3/sqlite3.h"; }

# all_tests FOLDER RUN-CASES
all_tests() {
  log=$1/tests.log version=$(version_of "$1")
  : >"$log"
  LD_LIBRARY_PATH=$1
  export LD_LIBRARY_PATH
  record "$version, units" units
  record "$version, cases" "$2" --sandbox "$sandbox"
  record "$version, differential" "$BUILD/differential" --sandbox "$sandbox" --count 400
  record "$version, library" in_host "$BUILD/chartmogul.so"
  record "$version, library with the newest headers" in_host "$BUILD/newest/chartmogul.so"
  [ "$("$python" -c 'import sqlite3; print(sqlite3.sqlite_version)')" != "$version" ] || record "$version, dashboard" dashboard
}

two_libraries() {
  cp "$BUILD/chartmogul.so" "$newest/any name.so"
  "$BUILD/two-libraries" "$oldest/libsqlite3.so.0" "$newest/libsqlite3.so.0" "$BUILD/chartmogul" "$newest/any name"
}

sandbox=$BUILD/chartmogul-sandbox
python=$(sh tests/tools/python_with_extensions.sh) || python=false
compile "$oldest" &
compile "$newest"
wait
build_with_newest
all_tests "$oldest" "$BUILD/run-cases" &
all_tests "$newest" "$BUILD/newest/run-cases" &
wait
log=$BUILD/versions-here.log version=$(pkg-config --modversion sqlite3)
: >"$log"
record "$version, library with the newest headers" in_host "$BUILD/newest/chartmogul.so"
record "two libraries in one process" two_libraries

cat "$oldest/tests.log" "$newest/tests.log" "$log" | tee "$BUILD/versions.log"
sed -nE 's/^(.*: )?([0-9]+) passed, ([0-9]+) failed$/\2 \3/p' "$BUILD/versions.log" |
  awk '{ passed += $1; failed += $2 }
    END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || !passed }'
