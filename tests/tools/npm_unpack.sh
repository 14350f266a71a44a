#!/bin/sh
# Fetches an npm package and unpacks it, without what it depends on and without running anything of it. Where npm or
# its registry is out of reach nothing appears, and the tests that want the package are skipped.
#
#   npm_unpack.sh PACKAGE@VERSION FOLDER
set -eu

package=$1
folder=$PWD/$2
case $2 in /*) folder=$2 ;; esac
command -v npm >/dev/null || exit 0
rm -rf "$folder" "$folder.new"
mkdir -p "$folder.new"
cd "$folder.new"
if npm pack --silent --fetch-retries 0 "$package" >/dev/null 2>&1; then
  tar -xzf ./*.tgz --strip-components 1
  rm -f ./*.tgz
  mv "$folder.new" "$folder"
else
  rm -rf "$folder.new"
fi
