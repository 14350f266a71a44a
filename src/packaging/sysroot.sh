#!/bin/sh
# Lays out packages of another architecture in a folder, for a cross compiler and for qemu: sysroot.sh ARCH FOLDER PACKAGE...
# The system knows nothing of that architecture afterwards: lists and packages are kept in the folder. apt checks the signatures.
set -eu

arch=$1 folder=$2
shift 2
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac

command -v apt-get >/dev/null 2>&1 || {
  echo "sysroot.sh: no apt-get here (libraries for $arch come from Debian's packages): build on Debian or Ubuntu" >&2
  exit 1
}
apt=$folder/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$folder/laid"
: >"$apt/status"
private() {
  command=$1
  shift
  "$command" -qq -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Dir::State::lists="$apt/lists" \
    -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" -o APT::Sandbox::User=root "$@"
}
private apt-get update
cd "$apt/archives"
private apt-get download "$@"
for package in ./*.deb; do
  dpkg-deb --extract "$package" "$folder/laid"
done
