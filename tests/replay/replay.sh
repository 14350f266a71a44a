#!/bin/sh
# Runs replay.py where recordings of the real API and a server that replays them lie beside the checkout.
#
#   replay.sh LIBRARY
set -u
for name in $(env | sed -n 's/^\(CHARTMOGUL_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

here=$(dirname "$0")
server=${REPLAY_SERVER:-$here/../../../shared/tools/replay.py}
recorded=$here/../../../shared/recorded

# Recordings that are not here are left out, and said so; REPLAY_EXCHANGES names others.
files=${REPLAY_EXCHANGES:-"$recorded/exchanges.jsonl $recorded/exchanges-2026.jsonl"}
set -- "$1"
for file in $files; do
  if [ -e "$file" ]; then
    set -- "$@" "$file"
  else
    echo "skipped: no recordings in $(basename "$file")"
  fi
done

if [ ! -e "$server" ] || [ $# -eq 1 ]; then
  echo "skipped: no recordings beside the checkout"
  echo "0 passed, 0 failed, 1 skipped"
elif ! python=$(sh "$here/../tools/python_with_extensions.sh"); then
  echo "skipped: no python3 here has a sqlite3 module that loads extensions"
  echo "0 passed, 0 failed, 1 skipped"
else
  library=$1
  shift
  exec "$python" "$here/replay.py" "$library" "$server" "$@"
fi
