#!/bin/sh
# Prints a python3 whose sqlite3 module can load extensions; fails where there is none.
for candidate in python3 /usr/bin/python3 /usr/local/bin/python3; do
  if "$candidate" -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension' 2>/dev/null; then
    echo "$candidate"
    exit 0
  fi
done
exit 1
