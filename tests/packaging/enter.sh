#!/bin/sh
# Runs a command in a root of its own: this system's files, on which everything that the command changes goes away with it.
#
#   unshare --mount enter.sh FOLDER COMMAND...      FOLDER is there too, as it is
set -eu

folder=$1
shift
mkdir -p "$folder/root"
mount -t tmpfs none "$folder/root"
mkdir "$folder/root/changed" "$folder/root/work" "$folder/root/whole"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/root/changed,workdir=$folder/root/work" "$folder/root/whole"
for shared in /dev /proc "$folder"; do
  mkdir -p "$folder/root/whole$shared"
  mount --bind "$shared" "$folder/root/whole$shared"
done
exec chroot "$folder/root/whole" "$@"
