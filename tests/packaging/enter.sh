#!/bin/sh
# Runs a command in a root of its own: this system's files, on which everything that the command changes goes away with it.
#
#   unshare --mount enter.sh FOLDER COMMAND...      FOLDER is there too, as it is
set -eu

folder=$1
shift
mkdir -p "$folder/system"
mount -t tmpfs none "$folder/system"
mkdir "$folder/system/changed" "$folder/system/work" "$folder/system/whole"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/system/changed,workdir=$folder/system/work" "$folder/system/whole"
for shared in /dev /proc "$folder"; do
  mkdir -p "$folder/system/whole$shared"
  mount --bind "$shared" "$folder/system/whole$shared"
done
exec chroot "$folder/system/whole" "$@"
