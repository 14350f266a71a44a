#!/bin/sh
# Runs replay.py where recordings of the real API and a server that replays them lie beside the checkout.
#
#   replay.sh LIBRARY
set -u
for name in $(env | sed -n 's/^\(CHARTMOGUL_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

here=$(dirname "$0")
server=${REPLAY_SERVER:-$here/../../../shared/tools/replay.py}
exchanges=${REPLAY_EXCHANGES:-$here/../../../shared/recorded/exchanges.jsonl}

if [ ! -e "$server" ] || [ ! -e "$exchanges" ]; then
  echo "skipped: no recordings beside the checkout"
  echo "0 passed, 0 failed, 1 skipped"
elif ! python=$(sh "$here/../tools/python_with_extensions.sh"); then
  echo "skipped: no python3 here has a sqlite3 module that loads extensions"
  echo "0 passed, 0 failed, 1 skipped"
else
  exec "$python" "$here/replay.py" "$1" "$server" "$exchanges"
fi
