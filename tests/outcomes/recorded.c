#include "recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"
#include "text.h"

enum { FIRST_NUMBER = 1000000 }; /* no row of another story has it */

typedef enum deed { NEW, ANEW, REPLACED, UPDATED, DELETED, DEEDS } deed;
static const char *const deed_words[] = { "INSERT", "INSERT OR REPLACE of a new row",
                                          "INSERT OR REPLACE", "UPDATE", "DELETE" };
static const char *const modes[] = { "commit", "bulk", "immediate" };

/* All that a line says but its id, which is another one until it is in the journal. */
#define LINES                                                                                      \
  "SELECT json_group_array(json_array(table_name, operation, key, state, status, error, uuid, "    \
  "not_taken, body, response, before, time)) FROM chartmogul_writes"

static struct {
  sqlite3 *records;
  int passed, failed, number;
  char folder[32], path[48];
} run;

/** One write. */
typedef struct recorded {
  const row_kind *row;
  deed of;
  const char *mode;
  bool is_transaction;
} recorded;

static void tell(const recorded *what, const char *wrong, const char *shown) {
  *(wrong != NULL ? &run.failed : &run.passed) += 1;
  if (wrong == NULL) return;
  printf("FAILED %s %s, write_mode %s, %s: %s: %s\n", deed_words[what->of], what->row->table,
         what->mode, what->is_transaction ? "BEGIN … COMMIT" : "autocommit", wrong, shown);
}

static bool is_insert(deed of) {
  return of == NEW || of == ANEW || of == REPLACED;
}

static void put_insert(const recorded *what, text *into) {
  text_printf(into, "%s INTO chartmogul_%s ", what->of == NEW ? "INSERT" : "INSERT OR REPLACE",
              what->row->table);
  row_fill(what->row->insert, run.number, into);
}

/** Another row of the same name: one value of it differs. */
static void put_replace(const recorded *what, text *into) {
  const char *set = strstr(what->row->set, " = ");
  text values = { 0 };
  row_fill(what->row->insert, run.number, &values);
  const char *list = strchr(text_str(&values), '(');
  const char *from = strstr(text_str(&values), " VALUES (");
  text_printf(into, "INSERT OR REPLACE INTO chartmogul_%s (%.*s, ", what->row->table,
              (int)(set - what->row->set), what->row->set);
  text_printf(into, "%.*s VALUES (%s, %s", (int)(from - list - 1), list + 1, set + 3,
              from + strlen(" VALUES ("));
  text_clear(&values);
}

static void put_statement(const recorded *what, text *into) {
  const row_kind *row = what->row;
  if (what->of == REPLACED) {
    put_replace(what, into);
    return;
  }
  if (is_insert(what->of)) {
    put_insert(what, into);
    return;
  }
  text_printf(into, what->of == UPDATED ? "UPDATE chartmogul_%s" : "DELETE FROM chartmogul_%s",
              row->table);
  if (what->of == UPDATED) text_add(into, " SET ");
  if (what->of == UPDATED) row_fill(row->set, run.number, into);
  text_add(into, " WHERE ");
  row_fill(row->where, run.number, into);
}

/** What the row stands on, and the row itself where it is to be there. */
static void prepare(const recorded *what) {
  text sql = { 0 };
  row_fill(what->row->before, run.number, &sql);
  if (what->of >= REPLACED && what->row->insert != NULL) {
    text_printf(&sql, ";INSERT INTO chartmogul_%s ", what->row->table);
    row_fill(what->row->insert, run.number, &sql);
  }
  must(run.records, text_str(&sql));
  text_clear(&sql);
}

static void forget_journal(void) {
  static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
  char name[64];
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    snprintf(name, sizeof name, "%s%s", run.path, ends[i]);
    unlink(name);
  }
}

static sqlite3 *open_journal(const char *mode) {
  sqlite3 *db = open_account();
  text sql = { 0 };
  text_printf(&sql,
              "SELECT chartmogul_config('journal', '%s'), chartmogul_config('write_mode', '%s')",
              run.path, mode);
  must(db, text_str(&sql));
  text_clear(&sql);
  return db;
}

/** What its connection shows of the writes; to be freed. NULL: they failed, and it was told. */
static char *write_it(const recorded *what) {
  sqlite3 *db = open_journal(what->mode);
  text sql = { 0 };
  char *shown = NULL;
  put_statement(what, &sql);
  if (what->is_transaction) must(db, "BEGIN");
  int rc = execute(db, text_str(&sql));
  if (rc == SQLITE_OK && what->is_transaction) rc = execute(db, "COMMIT");
  if (rc == SQLITE_OK) {
    shown = ask(db, LINES);
  } else {
    tell(what, sqlite3_errmsg(db), text_str(&sql));
    if (what->is_transaction) execute(db, "ROLLBACK");
  }
  text_clear(&sql);
  if (sqlite3_close(db) != SQLITE_OK) die("sqlite3_close", "a statement is left");
  return shown;
}

static const char *judge(const recorded *what, sqlite3 *db, const char *shown, const char *read) {
  bool is_changed = what->of >= REPLACED;
  if (strcmp(shown, read) != 0) return "the next connection does not show what this one has shown";
  if (ask_number(db, "SELECT count(*) FROM chartmogul_writes WHERE state = 'written'") == 0)
    return "it was not written";
  if (is_changed && ask_number(db, "SELECT count(*) FROM chartmogul_writes WHERE "
                                   "json_valid(before)") == 0)
    return "the row as it was read is not there";
  if (!is_changed && ask_number(db, "SELECT count(before) FROM chartmogul_writes") != 0)
    return "nothing was read";
  return NULL;
}

static void play(const recorded *what) {
  run.number++;
  forget_journal();
  prepare(what);
  char *shown = write_it(what);
  if (shown == NULL) return;
  sqlite3 *db = open_journal(what->mode);
  char *read = ask(db, LINES);
  const char *wrong = judge(what, db, shown, read);
  text both = { 0 };
  text_printf(&both, "%s, then %s", shown, read);
  tell(what, wrong, text_str(&both));
  text_clear(&both);
  free(read);
  free(shown);
  if (sqlite3_close(db) != SQLITE_OK) die("sqlite3_close", "a statement is left");
}

/* ---- rows that are refused before they are sent ----------------------------------------------- */

/** A column that the row's INSERT leaves out, and that does not take any text; to be freed. "": there is none. */
static char *find_column(sqlite3 *db, const row_kind *row) {
  text sql = { 0 };
  char *names = text_copy(row->insert);
  char *end = strchr(names, ')');
  if (end != NULL) *end = 0;
  for (char *at = names; *at != 0; at++)
    if (strchr("( ", *at) != NULL) *at = ',';
  text_printf(
      &sql,
      "SELECT name FROM chartmogul_columns WHERE table_name = 'chartmogul_%s' AND can_insert"
      " AND type NOT IN ('TEXT', 'ANY') AND instr('%s,', ',' || name || ',') = 0",
      row->table, names);
  char *column = ask(db, text_str(&sql));
  text_clear(&sql);
  free(names);
  return column;
}

/** The row of an INSERT with one value more, which does not fit: the statement goes on without it. */
static void put_unfit(const row_kind *row, const char *column, text *into) {
  text values = { 0 };
  row_fill(row->insert, run.number, &values);
  const char *rest = strchr(text_str(&values), '(') + 1;
  const char *from = strstr(rest, " VALUES (");
  text_printf(into, "INSERT INTO chartmogul_%s (%s, %.*s VALUES ('{', %s", row->table, column,
              (int)(from - rest), rest, from + strlen(" VALUES ("));
  text_clear(&values);
}

/** Its body has all that the body of the row has which was sent, at the same places. */
static const char *judge_unfit(sqlite3 *db) {
  if (ask_number(db, "SELECT count(*) FROM chartmogul_writes WHERE state = 'refused'") != 1)
    return "it was not refused";
  if (ask_number(db, "SELECT count(*) FROM chartmogul_writes WHERE state = 'written'") != 1)
    return "the row without that value was not written";
  if (ask_number(
          db, "SELECT count(*) FROM (SELECT fullkey, atom FROM chartmogul_writes, json_tree(body)"
              " WHERE state = 'written' AND atom IS NOT NULL EXCEPT "
              "SELECT fullkey, atom FROM chartmogul_writes, json_tree(body) WHERE state = "
              "'refused')") != 0)
    return "its body has another form than that of the row which was sent";
  return NULL;
}

static void play_unfit(const row_kind *row, const char *mode, bool is_transaction) {
  recorded what = { .row = row, .of = NEW, .mode = mode, .is_transaction = is_transaction };
  run.number++;
  forget_journal();
  prepare(&what);
  sqlite3 *db = open_journal(mode);
  char *column = find_column(db, row);
  if (*column != 0) {
    text sql = { 0 };
    must(db, "SELECT chartmogul_config('on_refusal', 'ignore')");
    if (is_transaction) must(db, "BEGIN");
    put_unfit(row, column, &sql);
    must(db, text_str(&sql));
    text_clear(&sql);
    put_statement(&what, &sql);
    must(db, text_str(&sql));
    if (is_transaction) must(db, "COMMIT");
    char *shown = ask(db, LINES);
    sqlite3_close(db);
    db = open_journal(mode);
    char *read = ask(db, LINES);
    const char *wrong = strcmp(shown, read) != 0
                            ? "the next connection does not show what this one has shown"
                            : judge_unfit(db);
    tell(&what, wrong, read);
    free(read);
    free(shown);
    text_clear(&sql);
  }
  free(column);
  sqlite3_close(db);
}

/* ---- all of them ------------------------------------------------------------------------------- */

static void play_unfits(const row_kind *row) {
  bool can = row->insert != NULL && strstr(row->insert, " VALUES (") != NULL;
  for (size_t mode = 0; can && mode < sizeof modes / sizeof *modes; mode++) {
    play_unfit(row, modes[mode], false);
    play_unfit(row, modes[mode], true);
  }
}

static void play_table(const char *name, bool can_insert, bool can_update, bool can_delete) {
  const row_kind *row = row_find(name);
  play_unfits(row);
  for (int of = 0; of < DEEDS; of++) {
    bool can = of == UPDATED ? can_update : of == DELETED ? can_delete : can_insert;
    bool is_by_key = of == ANEW || of == REPLACED;
    if (!can || (is_by_key && !row->is_found) || (of == REPLACED && row->set == NULL)) continue;
    for (size_t mode = 0; mode < sizeof modes / sizeof *modes; mode++) {
      for (int is_transaction = 0; is_transaction < 2; is_transaction++) {
        recorded what = {
          .row = row, .of = (deed)of, .mode = modes[mode], .is_transaction = is_transaction != 0
        };
        play(&what);
      }
    }
  }
}

void recorded_check(sqlite3 *records, int *passed, int *failed) {
  run.records = records;
  run.number = FIRST_NUMBER;
  snprintf(run.folder, sizeof run.folder, "/tmp/cm-outcomes-XXXXXX");
  if (mkdtemp(run.folder) == NULL) die("mkdtemp", run.folder);
  snprintf(run.path, sizeof run.path, "%s/j.db", run.folder);
  each_table(play_table);
  forget_journal();
  rmdir(run.folder);
  *passed += run.passed;
  *failed += run.failed;
}
