#!/bin/sh
# Makes the packages of every library that stands in a folder, and what is told of them:
#
#   packages.sh VERSION NEWEST-GLIBC RELEASES FOLDER OWN MANUAL
#
# FOLDER/<os>-<arch>[-musl]/chartmogul.* is a library. Of each: a tarball, and a wheel, but of OWN, the one of this machine, whose wheel
# is there as the npm packages are; of all: sqlpkg.json with the address RELEASES, and SHA256SUMS of all that is in FOLDER by then.
#
# In a tarball the library lies in no folder, because sqlpkg makes none when it unpacks: it takes what "pattern" says. What people read is
# in a folder.
set -eu

version=$1 glibc=$2 releases=$3 folder=$4 own=$5 manual=$6
here=$(cd "$(dirname "$0")" && pwd)
house=$here/../..

# sqlpkg's name of a platform; it knows no musl.
sqlpkg_name() {
  case $1 in
  *-musl) return 1 ;;
  *) echo "$1" | sed 's/x86_64/amd64/; s/aarch64/arm64/' ;;
  esac
}

# lay_out LIBRARY FOLDER
lay_out() {
  rm -rf "$2" && mkdir -p "$2/sqlite-chartmogul"
  cp "$1" "$house/src/chartmogul.h" "$manual" "$2/"
  cp "$house/LICENSE" "$2/sqlite-chartmogul/"
  sh "$here/manuals.sh" "$2/sqlite-chartmogul"
}

files="" sums=""
for library in "$folder"/linux-*/chartmogul.so "$folder"/windows-*/chartmogul.dll; do
  [ -e "$library" ] || continue
  platform=$(basename "$(dirname "$library")")
  tarball=sqlite-chartmogul-$version-$platform.tar.gz
  lay_out "$library" "$folder/laid"
  sh "$here/tarball.sh" "$folder/laid" "$folder/$tarball" "$(basename "$library")" chartmogul.h chartmogul.7 sqlite-chartmogul
  [ "$library" = "$own" ] || ! tag=$(sh "$here/wheel_tag.sh" "$platform" "$glibc") || sh "$here/wheel.sh" wheel "$version" "$library" "$tag" "$folder"
  named=$(sqlpkg_name "$platform") || continue
  files="$files${files:+, }\"$named\": \"$tarball\""
  sums="$sums${sums:+, }\"$tarball\": \"sha256-$(sha256sum <"$folder/$tarball" | cut -d ' ' -f 1)\""
done
sed "s|@VERSION@|$version|; s|@RELEASES@|$releases|; s|@FILES@|$files|; s|@CHECKSUMS@|$sums|" "$here/sqlpkg.json.in" >"$folder/sqlpkg.json"
cd "$folder"
sha256sum ./*.tar.gz ./*.tgz ./*.whl ./*.deb sqlpkg.json | sed 's| \./| |' >SHA256SUMS
cat SHA256SUMS
