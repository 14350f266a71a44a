#!/bin/sh
# host: DB Browser for SQLite
# packages: sqlitebrowser xvfb xdotool xclip imagemagick sqlite3
# present: command -v sqlitebrowser && command -v Xvfb && command -v xdotool && command -v xclip && command -v import
# run: sh dbbrowser.sh
# note: Or Edit, Preferences, Extensions, for always; `-s` and `-t` (statements to begin with, a table to show) can be left out. The tables
#    stand under Temporary in Database Structure; Browse Data and Execute SQL show their rows. It runs a SELECT several times, for its rows,
#    their number and their pages: `CHARTMOGUL_CACHE_TTL=60` keeps that at one request.
# note: A cell that is edited in Browse Data, and what Execute SQL has written, leave with Write Changes, which is COMMIT.
# sent: POST /data_sources {"name":"By host"}
# sent: GET /customers?status=Active&per_page=200
# sent: GET /plans?per_page=200
# sent: GET /plans/pl_00000000-0000-4008-8000-000000000004
# sent: PATCH /plans/pl_00000000-0000-4008-8000-000000000004 {"name":"Edited"}
set -u
sqlite3 my.db VACUUM
sqlite3 other.db VACUUM
sqlite3 third.db VACUUM
mkdir -m 700 run
Xvfb -displayfd 3 -screen 0 1280x900x24 3>display 2>xvfb.log &
for _ in $(seq 100); do [ -s display ] || sleep 0.1; done
DISPLAY=:$(cat display)
export DISPLAY XDG_RUNTIME_DIR="$PWD/run" QT_QPA_PLATFORM=xcb CHARTMOGUL_CACHE_TTL=60
# window NAME: its id, when it has come, with the keys in it.
window() {
  id=$(timeout 60 xdotool search --sync --onlyvisible --name "$1")
  xdotool windowfocus --sync "$id" sleep 1
}
# answered: a question whether to end a read that is under way (the browser's own) is answered with no.
answered() {
  for other in $(xdotool search --onlyvisible --class sqlitebrowser); do
    [ "$other" = "$id" ] || xdotool windowfocus "$other" key Escape sleep 0.5
  done
  xdotool mousemove 746 440 click 1 sleep 0.5
}
# copied: the rows, as soon as they stand there.
copied() {
  for _ in $(seq 20); do
    answered
    xdotool windowfocus "$id" mousemove 100 202 click 1 sleep 0.5 key ctrl+a key ctrl+c sleep 0.5
    timeout 5 xclip -selection clipboard -o 2>/dev/null | grep -q '^tables' && break
  done
  timeout 5 xclip -selection clipboard -o
  echo
}
picture() { import -window root "$BUILD/hosts/dbbrowser-$1.png"; }

cat >story.sql <<'SQL'
INSERT INTO chartmogul_data_sources (name) VALUES ('By host');
CREATE TEMP VIEW active AS SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active' ORDER BY name LIMIT 3;
CREATE TEMP VIEW shown AS SELECT name, mrr FROM active UNION ALL SELECT 'made', chartmogul_last_uuid()
  UNION ALL SELECT 'tables', group_concat(name, ' ') FROM temp.sqlite_schema;
SQL
echo "INSERT INTO chartmogul_plans (name) VALUES ('p');" >refused.sql
# <lines>
sqlitebrowser -o extensions/list="$PWD/chartmogul.so" -s story.sql -t temp.shown my.db >browser.log 2>&1 &
# </lines>
window 'DB Browser for SQLite - my.db'
xdotool windowsize --sync "$id" 1280 900 sleep 2
copied
picture rows
xdotool mousemove 78 80 click 1 sleep 1 mousemove 39 266 click 1 sleep 1
picture tables
sqlitebrowser -o extensions/list="$PWD/chartmogul.so" -s refused.sql other.db >refused.log 2>&1 &
window 'DB Browser for SQLite - other.db'
sleep 1
cat refused.log
xdotool windowclose "$id"

# One cell is edited: it is one row that is written.
sqlitebrowser -o extensions/list="$PWD/chartmogul.so" -t temp.chartmogul_plans third.db >edited.log 2>&1 &
window 'DB Browser for SQLite - third.db'
xdotool windowsize --sync "$id" 1280 900 sleep 2
for _ in 1 2 3; do answered; done
xdotool windowfocus --sync "$id" mousemove 80 202 click 1 sleep 1 key Right sleep 0.3 key Right sleep 0.3 key Right sleep 1
xdotool mousemove 950 200 click 1 sleep 0.5 key ctrl+a type Edited
xdotool sleep 0.5 mousemove 1230 305 click 1 sleep 1
picture edited
xdotool mousemove 390 42 click 1 sleep 2
