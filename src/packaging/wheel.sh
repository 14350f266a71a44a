#!/bin/sh
# Makes a wheel of one platform, or a source distribution:
#
#   wheel.sh wheel VERSION LIBRARY PLATFORM OUT
#   wheel.sh sdist VERSION FOLDER-OF-ONE-SOURCE-FILE OUT
#
# PLATFORM is the tag, such as manylinux_2_34_x86_64: the oldest system that the library fits.
set -eu
umask 022

kind=$1 version=$2 given=$3
for out; do :; done
here=$(cd "$(dirname "$0")" && pwd)
laid=$out/python-$kind
rm -rf "$laid"
mkdir -p "$out"
cp -r "$here/python" "$laid"
chmod -R u+w "$laid"
case $kind in
wheel) cp "$given" "$laid/sqlite_chartmogul/" && export CHARTMOGUL_PLATFORM="$4" ;;
sdist) cp "$given/chartmogul.c" "$given/chartmogul.h" "$laid/" ;;
esac
cp "$here/../../LICENSE" "$laid/"
chmod -R u=rwX,go=rX "$laid" # the source may be read-only, or readable by its owner alone
echo "$version" >"$laid/VERSION"
out=$(cd "$out" && pwd)
cd "$laid"
made=$out
[ "$kind" = wheel ] || made=$PWD/made
for python in python3 /usr/bin/python3; do
  "$python" -c 'import build, setuptools, wheel' 2>/dev/null && break
  python=""
done
[ -n "$python" ] || {
  echo "wheel.sh: no python3 with build, setuptools and wheel here: apt-get install python3-build python3-setuptools python3-wheel" >&2
  exit 1
}
"$python" -m build --no-isolation "--$kind" --outdir "$made" >"$out/$kind.log" 2>&1 || {
  tail -n 20 "$out/$kind.log" >&2
  exit 1
}
# setuptools notes the time in a source distribution: it is packed once more.
if [ "$kind" = sdist ]; then
  tar -xzf "$made"/*.tar.gz -C "$made"
  for made in "$made"/*.tar.gz; do
    sh "$here/tarball.sh" "${made%/*}" "$out/$(basename "$made")" "$(basename "$made" .tar.gz)"
  done
fi
sed -n "s|^Successfully built |$out/|p" "$out/$kind.log"
