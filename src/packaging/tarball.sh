#!/bin/sh
# Packs what is in a folder, always in the same bytes: tarball.sh FOLDER FILE NAME...
# SOURCE_DATE_EPOCH is the time of all that is in it.
set -eu
folder=$1 file=$2
shift 2
for name; do chmod -R u=rwX,go=rX "$folder/$name"; done
tar -C "$folder" --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner -cf - "$@" | gzip -9n >"$file.part"
mv "$file.part" "$file"
