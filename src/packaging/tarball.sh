#!/bin/sh
# Packs a folder, always in the same bytes: tarball.sh PARENT NAME FILE
# SOURCE_DATE_EPOCH is the time of all that is in it.
set -eu
chmod -R u=rwX,go=rX "$1/$2"
tar -C "$1" --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner -cf - "$2" | gzip -9n >"$3.part"
mv "$3.part" "$3"
