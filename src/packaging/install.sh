#!/bin/sh
# What `make install` does, and `make uninstall` takes back:
#
#   install.sh install PREFIX VERSION LIBRARY ARCHIVE MANUAL      MANUAL may not be there
#   install.sh uninstall PREFIX LIBRARY
#
# DESTDIR and STRIP are in the environment. Whatever the umask and the modes of the source are, all may read what was installed. A PREFIX
# that is relative is one of the folder where make runs.
set -eu
umask 022

prefix=$2
case $prefix in
/*) ;;
*) prefix=$PWD/$prefix ;;
esac
house=$(cd "$(dirname "$0")/../.." && pwd)
below=${DESTDIR:-}$prefix
data=$below/share/sqlite-chartmogul

# put FILE... FOLDER
put() {
  for to; do :; done
  mkdir -p "$to"
  install -m 644 "$@"
}

# The text as a file of pkg-config wants it, and sed's s|||.
for_pkg_config() { printf '%s' "$1" | sed 's/[\\ "'\''$#]/\\&/g; s/[\\&|]/\\&/g'; }

if [ "$1" = uninstall ]; then
  library=$(basename "$3")
  was_there=no
  for path in "$below/lib/sqlite3/$library" "$below/lib/libchartmogul.a" "$below/lib/pkgconfig/chartmogul.pc" \
    "$below/include/chartmogul.h" "$below/share/man/man7/chartmogul.7" "$data"; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    rm -rf "$path"
    echo "removed $path"
    was_there=yes
  done
  [ $was_there = yes ] || echo "nothing of sqlite-chartmogul is in $below: name the PREFIX and DESTDIR of its make install"
  rmdir "$below/lib/sqlite3" 2>/dev/null || true # others may be there
  exit 0
fi

version=$3 library=$4 archive=$5 manual=$6
put "$library" "$below/lib/sqlite3/"
${STRIP:-strip} -x "$below/lib/sqlite3/$(basename "$library")"
put "$archive" "$below/lib/"
${STRIP:-strip} -S "$below/lib/libchartmogul.a"
put "$house/src/chartmogul.h" "$below/include/"
mkdir -p "$below/lib/pkgconfig"
sed "s|@PREFIX@|$(for_pkg_config "$prefix")|; s|@VERSION@|$version|" "$house/src/packaging/chartmogul.pc.in" >"$below/lib/pkgconfig/chartmogul.pc"
[ ! -f "$manual" ] || put "$manual" "$below/share/man/man7/"
sh "$house/src/packaging/manuals.sh" "$data"
put "$house/LICENSE" "$data/"
echo "sqlite3 -cmd '.load $prefix/lib/sqlite3/chartmogul'"
