#!/bin/sh
# What `make install` puts where, used from there, and what `make uninstall` leaves.
#
#   install.sh SANDBOX      with MAKE, BUILD and CC in the environment
set -u

sandbox=$1
# shellcheck source=tests/packaging/stage.sh
. "$(dirname "$0")/stage.sh"

# Blanks in both, and a umask that shows nobody anything: all may read what was installed.
root="$folder/a root" prefix='/opt/c m'
umask 077
# The flags of the calling make name its targets and jobs.
of_make() { MAKEFLAGS='' "$MAKE" --no-print-directory BUILD="$BUILD" DESTDIR="$root" PREFIX="$prefix" "$@"; }

of_make install >"$folder/said"
same "it says how it is loaded" "sqlite3 -cmd '.load $prefix/lib/sqlite3/chartmogul'" "$(tail -n 1 "$folder/said")"
library=$(find "$root$prefix/lib/sqlite3" -name 'chartmogul.*')
serve "$sandbox" --port 0
same "the library reads" 25 "$(sqlite3 -batch -init /dev/null -cmd ".load \"${library%.*}\"" ':memory:' 'SELECT count(*) FROM chartmogul_customers' 2>&1)"
same "the manual page is there" 1 "$(grep -c '^\.TH CHARTMOGUL 7' "$root$prefix/share/man/man7/chartmogul.7")"
same "all may read it" "" "$(find "$root" -type f ! -perm 644 -o -type d ! -perm 755 ! -path "$root")"
same "it is stripped" 0 "$(nm "$library" 2>/dev/null | grep -c ' t ')"

cat >"$folder/program.c" <<'PROGRAM'
#include <chartmogul.h>
#include <sqlite3.h>
#include <stdio.h>

static int show(void *none, int count, char **texts, char **names) {
  (void)none, (void)count, (void)names;
  return puts(texts[0]) < 0;
}

int main(void) {
  sqlite3 *db = 0;
  char *error = 0;
  sqlite3_auto_extension((void (*)(void))sqlite3_chartmogul_init);
  int rc = sqlite3_open(":memory:", &db);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SELECT count(*) FROM chartmogul_customers", show, 0, &error);
  if (rc != SQLITE_OK) puts(error ? error : sqlite3_errmsg(db));
  sqlite3_free(error);
  sqlite3_close(db);
  return rc;
}
PROGRAM
if pkg-config --exists sqlite3 libcurl libcjson; then
  MAKEFLAGS='' "$MAKE" --no-print-directory BUILD="$BUILD" DESTDIR='' PREFIX="$folder/c m" install >"$folder/said"
  export PKG_CONFIG_PATH="$folder/c m/lib/pkgconfig"
  eval "\"$CC\" -o \"$folder/program\" \"$folder/program.c\" $(pkg-config --cflags --libs chartmogul)" 2>"$folder/compiler"
  same "a program is linked with what chartmogul.pc says" "" "$(cat "$folder/compiler")"
  same "and reads" 25 "$("$folder/program")"
  same "the version is told" "$(sed -n 's/^.define CM_VERSION "\(.*\)"/\1/p' src/base/base.h)" \
    "$(pkg-config --modversion chartmogul)"
else
  skip "pkg-config does not know sqlite3, libcurl and libcjson"
fi

installed=$(find "$root$prefix" -type f ! -path '*/sqlite-chartmogul/*' | LC_ALL=C sort && echo "$root$prefix/share/sqlite-chartmogul")
of_make uninstall >"$folder/said"
same "uninstall says what it removes" "$(echo "$installed" | LC_ALL=C sort)" "$(sed -n 's/^removed //p' "$folder/said" | LC_ALL=C sort)"
same "uninstall leaves no file" "" "$(find "$root" -type f)"
same "and no folder that is its own" "" "$(find "$root" -name sqlite3 -o -name sqlite-chartmogul)"
same "uninstall says where there was nothing" \
  "nothing of sqlite-chartmogul is in $root$prefix: name the PREFIX and DESTDIR of its make install" "$(of_make uninstall)"

MAKEFLAGS='' "$MAKE" --no-print-directory BUILD="$BUILD" DESTDIR="$folder/" PREFIX=opt install >"$folder/said"
same "a prefix may be relative" "prefix=$PWD/opt" "$(head -n 1 "$folder/$PWD/opt/lib/pkgconfig/chartmogul.pc")"
summary
