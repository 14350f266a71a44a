#!/bin/sh
# Makes the wheel of one platform: wheel.sh VERSION LIBRARY PLATFORM OUT
# PLATFORM is the tag, such as manylinux_2_34_x86_64: the oldest system that the library fits.
set -eu

version=$1 library=$2 platform=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)
laid=$out/python
rm -rf "$laid"
mkdir -p "$out"
cp -r "$here/python" "$laid"
cp "$library" "$laid/sqlite_chartmogul/"
cp "$here/../../LICENSE" "$laid/"
echo "$version" >"$laid/VERSION"
out=$(cd "$out" && pwd)
cd "$laid"
for python in python3 /usr/bin/python3; do
  "$python" -c 'import build, setuptools, wheel' 2>/dev/null && break
  python=""
done
[ -n "$python" ] || {
  echo "wheel.sh: no python3 with build, setuptools and wheel here: apt-get install python3-build python3-setuptools python3-wheel" >&2
  exit 1
}
CHARTMOGUL_PLATFORM=$platform "$python" -m build --no-isolation --wheel --outdir "$out" >"$out/wheel.log" 2>&1 || {
  tail -n 20 "$out/wheel.log" >&2
  exit 1
}
find "$out" -maxdepth 1 -name "*-$version-py3-none-$platform.whl"
