#!/bin/sh
# Installs the packages that building and testing need, or those that are named. Does nothing where all are there.
#
#   deps.sh [PACKAGE...]
set -eu

needed="git make gcc pkg-config sqlite3 curl python3 libsqlite3-dev libcurl4-openssl-dev libcjson-dev
  libcmocka-dev libmicrohttpd-dev zlib1g-dev clang clang-format clang-tidy cppcheck shellcheck
  valgrind ca-certificates openssl libdbd-sqlite3-perl"
packages=${*:-$needed}
# Beside them, where the system has it: the runtime of libFuzzer, which elsewhere comes with clang.
optional="libclang-rt-dev"

if ! command -v apt-get >/dev/null 2>&1; then
  echo "make deps installs with apt-get, which this machine lacks. Install by its own means:" >&2
  echo "  a C compiler, make, pkg-config; libcurl, cJSON and SQLite 3.40 or newer with headers;" >&2
  echo "  for the tests cmocka, libmicrohttpd, zlib, python3, curl, the sqlite3 shell;" >&2
  echo "  for make lint clang-format, clang-tidy, cppcheck, shellcheck." >&2
  exit 1
fi

is_installed() {
  [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null || true)" = "install ok installed" ]
}

missing=""
for package in $packages; do
  is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

root=""
if [ "$(id -u)" -ne 0 ]; then
  root="sudo"
  if ! command -v sudo >/dev/null 2>&1; then
    echo "make deps wants to install packages, which only root can do, and there is no sudo. As root:" >&2
    echo "  apt-get install -y --no-install-recommends$missing" >&2
    exit 1
  fi
fi
$root apt-get update -qq
for package in $optional; do
  is_installed "$package" || ! apt-cache show "$package" >/dev/null 2>&1 || missing="$missing $package"
done
echo "installing:$missing"
# shellcheck disable=SC2086 # one word per package is meant
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
