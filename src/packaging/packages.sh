#!/bin/sh
# Makes the packages of every library that stands in a folder, and what is told of them:
#
#   packages.sh VERSION NEWEST-GLIBC RELEASES FOLDER OWN
#
# FOLDER/<os>-<arch>[-musl]/chartmogul.* is a library. Of each: a tarball, and a wheel, but of OWN, the one of this machine, whose wheel
# is there as the npm packages are; of all: sqlpkg.json with the address RELEASES, and SHA256SUMS of all that is in FOLDER by then.
set -eu

version=$1 glibc=$2 releases=$3 folder=$4 own=$5
here=$(cd "$(dirname "$0")" && pwd)
house=$here/../..

# sqlpkg's name of a platform; it knows no musl.
sqlpkg_name() {
  case $1 in
  *-musl) return 1 ;;
  *) echo "$1" | sed 's/x86_64/amd64/; s/aarch64/arm64/' ;;
  esac
}

files=""
for library in "$folder"/linux-*/chartmogul.so "$folder"/windows-*/chartmogul.dll; do
  [ -e "$library" ] || continue
  platform=$(basename "$(dirname "$library")") name=sqlite-chartmogul-$version-$(basename "$(dirname "$library")")
  rm -rf "$folder/laid" && mkdir -p "$folder/laid/$name"
  cp "$library" "$house/README.md" "$house/LICENSE" "$house/src/chartmogul.h" "$folder/laid/$name/"
  sh "$here/tarball.sh" "$folder/laid" "$name" "$folder/$name.tar.gz"
  [ "$library" = "$own" ] || ! tag=$(sh "$here/wheel_tag.sh" "$platform" "$glibc") || sh "$here/wheel.sh" wheel "$version" "$library" "$tag" "$folder"
  ! named=$(sqlpkg_name "$platform") || files="$files${files:+, }\"$named\": \"$name.tar.gz\""
done
sed "s|@VERSION@|$version|; s|@RELEASES@|$releases|; s|@FILES@|$files|" "$here/sqlpkg.json.in" >"$folder/sqlpkg.json"
cd "$folder"
sha256sum ./*.tar.gz ./*.tgz ./*.whl ./*.deb sqlpkg.json | sed 's| \./| |' >SHA256SUMS
cat SHA256SUMS
