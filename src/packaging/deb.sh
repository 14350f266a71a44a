#!/bin/sh
# Makes the Debian package, without a build system of its own: deb.sh VERSION LIBRARY MANUAL OUT
# LIBRARY is named chartmogul.so.<version>, its SONAME is chartmogul.so.0. The loader finds it by that name, so
# that `.load chartmogul` works without a path.
set -eu
umask 022

version=$1 library=$2 manual=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)
house=$(cd "$here/../.." && pwd)
name=libsqlite3-mod-chartmogul
arch=$(dpkg --print-architecture)
root=$out/deb/$name
rm -rf "$out/deb"
libraries=$root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
documents=$root/usr/share/doc/$name
mkdir -p "$libraries" "$root/usr/share/man/man7" "$root/DEBIAN" "$out/deb/debian"

install -m 644 "$library" "$libraries/chartmogul.so.$version"
strip --strip-unneeded "$libraries/chartmogul.so.$version"
ln -s "chartmogul.so.$version" "$libraries/chartmogul.so.0"
ln -s "chartmogul.so.$version" "$libraries/chartmogul.so"

sh "$here/manuals.sh" "$documents"
ln -s sql "$documents/examples"
gzip -9nc "$here/CHANGELOG" >"$documents/changelog.gz"
gzip -9nc "$manual" >"$root/usr/share/man/man7/chartmogul.7.gz"
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo "Upstream-Name: sqlite-chartmogul"
  echo
  echo "Files: *"
  sed -n 's/^Copyright (c) /Copyright: /p' "$house/LICENSE"
  echo "License: Expat"
  sed '1,/^Copyright/d' "$house/LICENSE" | sed '/./,$!d; s/^$/./; s/^/ /'
} >"$documents/copyright"

# What it needs, from the packages of the libraries that it is linked with.
printf 'Source: sqlite-chartmogul\n\nPackage: %s\nArchitecture: any\n' "$name" >"$out/deb/debian/control"
needs=$(cd "$out/deb" && dpkg-shlibdeps -O --ignore-missing-info "$name${libraries#"$root"}/chartmogul.so.$version" 2>/dev/null |
  sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<CONTROL
Package: $name
Source: sqlite-chartmogul
Version: $version
Architecture: $arch
Maintainer: $(sed -n 's/^ -- \(.*>\)  .*/\1/p' "$here/CHANGELOG" | head -n 1)
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: $needs, libsqlite3-0 (>= 3.38)
Suggests: sqlite3
Section: database
Priority: optional
Multi-Arch: same
Description: ChartMogul account as SQL tables, for SQLite
 A loadable extension of SQLite. SELECT fetches customers, plans, invoices,
 subscriptions and metrics from the API of ChartMogul, INSERT, UPDATE and DELETE
 write back, and a copy of the account can be kept in a file.
 .
 In the sqlite3 shell: .load chartmogul
CONTROL
echo "activate-noawait ldconfig" >"$root/DEBIAN/triggers"
echo "chartmogul 0 $name (>= $version)" >"$root/DEBIAN/shlibs"
mkdir -p "$root/usr/share/lintian/overrides"
cat >"$root/usr/share/lintian/overrides/$name" <<'OVERRIDES'
# SQLite opens this name, at run time: `.load chartmogul`. Nothing is compiled against it.
link-to-shared-library-in-wrong-package
# Extensions of SQLite are called libsqlite3-mod-*.
package-name-doesnt-match-sonames
OVERRIDES
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group --build "$root" "$out" >/dev/null
echo "$out/${name}_${version}_$arch.deb"
