#!/bin/sh
# Fetches Debian's source package of a library and lays it out: fetch_source.sh PACKAGE FOLDER
# The system's own lists are not touched: those of source packages are kept below FOLDER. apt checks the signatures.
set -eu

package=$1 folder=$2
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac

command -v apt-get >/dev/null 2>&1 || {
  echo "fetch_source.sh: no apt-get here (sources come from Debian's packages): build on Debian or Ubuntu" >&2
  exit 1
}
apt=$folder/apt
mkdir -p "$apt/lists/partial" "$apt/parts"

# Each place that the system takes packages from, as a place for sources.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -f "$list" ] || continue
  case $list in
  *.sources) sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/parts/$(basename "$list")" ;;
  *.list) sed -n 's/^deb /deb-src /p' "$list" >"$apt/parts/$(basename "$list")" ;;
  esac
done

private() {
  apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/parts" -o Dir::State::lists="$apt/lists" \
    -o APT::Sandbox::User=root "$@"
}
private update
cd "$folder"
private source --download-only "$package"
dpkg-source --extract --no-check "$package"_*.dsc "$package"
