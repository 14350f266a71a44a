/*
** main.c -- every table that can be written × every verb × every odd answer × how the transaction ends: what
** chartmogul_writes says, the code of the statement and the account's own records agree.
**
**   outcomes [--sandbox PROGRAM] [--step N] [--only TEXT] [-v]
**
** The tables come from chartmogul_tables; each needs a row in rows.c. Where a write goes is learnt by a dry run. Then
** the sandbox answers it oddly (answers.c), having carried it out or not, and the records are read by another
** connection. recorded.c compares what a journal keeps. --step N tries every Nth; --only those whose name has TEXT in it.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "extension.h"
#include "fake_clock.h"
#include "recorded.h"
#include "rows.h"
#include "sandbox.h"

enum { STEP = 29 };

typedef enum write_verb { INSERT, OR_IGNORE, OR_REPLACE, UPDATE, DELETE, VERBS } write_verb;
static const char *const verb_words[] = { "INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE",
                                          "UPDATE", "DELETE" };

/* How the statement is run. */
typedef enum way { AUTOCOMMIT, THEN_ROLLBACK, THEN_COMMIT, ENDINGS } way;
static const char *const ending_words[] = { "autocommit", "COMMIT and ROLLBACK",
                                            "COMMIT and COMMIT" };
static const char *const sequel_words[] = { "", ", then the truth", ", then 422", ", then 401" };

/** One story. */
typedef struct story {
  const row_kind *row;
  write_verb verb;
  const odd_answer *answer;
  bool is_applied;
  sequel then;
  way ending;
  int number; /* of its row */
} story;

/** What came of it. */
typedef struct finding {
  int code;       /* of the statement, or of the last COMMIT */
  bool is_open;   /* after the first COMMIT */
  int first_code; /* of the first COMMIT */
  char state[16]; /* "": there is no line */
  int stored;     /* rows in the account; -1: nobody can tell */
  bool is_done;   /* what the statement says is so */
} finding;

static struct {
  sandbox *api;
  sqlite3 *records; /* the connection that makes and reads, without odd answers */
  fake_clock clock;
  const char *only;
  bool is_verbose;
  int step, seen;
  int passed, failed;
} run;

static void end_sandbox(void) {
  sandbox_free(run.api);
}

void die(const char *what, const char *why) {
  fprintf(stderr, "outcomes: %s: %s\n", what, why);
  exit(2);
}

int execute(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

void must(sqlite3 *db, const char *sql) {
  if (execute(db, sql) != SQLITE_OK) die(sql, sqlite3_errmsg(db));
}

char *ask(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) die(sql, sqlite3_errmsg(db));
  int rc = sqlite3_step(statement);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) die(sql, sqlite3_errmsg(db));
  const char *shown = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
  char *answer = text_copy(shown != NULL ? shown : "");
  sqlite3_finalize(statement);
  return answer;
}

int ask_number(sqlite3 *db, const char *sql) {
  char *answer = ask(db, sql);
  int number = (int)strtol(answer, NULL, 10);
  free(answer);
  return number;
}

sqlite3 *open_account(void) {
  sqlite3 *db = NULL;
  char *error = NULL;
  text sql = { 0 };
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) die("sqlite3_open", sqlite3_errmsg(db));
  int code = cm_extension_init(db, &error, &run.clock.face);
  if (code != SQLITE_OK && code != SQLITE_OK_LOAD_PERMANENTLY) die("load", error);
  text_printf(
      &sql,
      "SELECT chartmogul_config('base_url', '%s'), chartmogul_config('api_key', 'test-key'),"
      " chartmogul_config('max_retries', 1), chartmogul_config('requests_per_second', 0)",
      sandbox_base(run.api));
  must(db, text_str(&sql));
  text_clear(&sql);
  return db;
}

/* ---- statements ----------------------------------------------------------------------------- */

static bool is_insert(const story *of) {
  return of->verb == INSERT || of->verb == OR_IGNORE || of->verb == OR_REPLACE;
}

static void put_statement(const story *of, text *into) {
  const row_kind *row = of->row;
  if (is_insert(of)) {
    text_printf(into, "%s INTO chartmogul_%s ", verb_words[of->verb], row->table);
    row_fill(row->insert, of->number, into);
    return;
  }
  text_printf(into, of->verb == UPDATE ? "UPDATE chartmogul_%s" : "DELETE FROM chartmogul_%s",
              row->table);
  if (of->verb == UPDATE) text_add(into, " SET ");
  if (of->verb == UPDATE) row_fill(row->set, of->number, into);
  text_add(into, " WHERE ");
  row_fill(row->where, of->number, into);
}

/** What the row stands on, and the row itself where it is to be changed. */
static void prepare(const story *of) {
  text sql = { 0 };
  row_fill(of->row->before, of->number, &sql);
  if (!is_insert(of) && of->row->insert != NULL) {
    text_printf(&sql, ";INSERT INTO chartmogul_%s ", of->row->table);
    row_fill(of->row->insert, of->number, &sql);
  }
  must(run.records, text_str(&sql));
  text_clear(&sql);
}

/** How many rows of the story's kind the account has. */
static int count(const story *of, bool is_changed) {
  text sql = { 0 };
  text_printf(&sql, "SELECT count(*) FROM chartmogul_%s WHERE ", of->row->table);
  row_fill(of->row->where, of->number, &sql);
  if (is_changed) text_add(&sql, " AND ");
  if (is_changed) row_fill(of->row->is_set, of->number, &sql);
  int number = ask_number(run.records, text_str(&sql));
  text_clear(&sql);
  return number;
}

/* ---- a story -------------------------------------------------------------------------------- */

/** "POST /plans": where the write goes. */
static char *find_target(const story *of) {
  sqlite3 *db = open_account();
  text sql = { 0 };
  must(db, "SELECT chartmogul_config('dry_run', 1)");
  put_statement(of, &sql);
  must(db, text_str(&sql));
  char *target = ask(db, "SELECT method || ' ' || substr(path, 1, instr(path || '?', '?') - 1)"
                         " FROM chartmogul_requests WHERE method <> 'GET' ORDER BY id LIMIT 1");
  if (*target == 0) die("nothing is sent by", text_str(&sql));
  text_clear(&sql);
  if (sqlite3_close(db) != SQLITE_OK) die("sqlite3_close", "");
  return target;
}

static void clear_faults(void) {
  text why = { 0 };
  if (!sandbox_forget_faults(run.api, &why)) die("faults", text_str(&why));
  text_clear(&why);
}

static void set_faults(const story *of, const char *target) {
  text faults = { 0 }, why = { 0 };
  answer_faults(of->answer, target, of->is_applied, of->then, &faults);
  if (!sandbox_control(run.api, "/control/faults", text_str(&faults), &why))
    die(text_str(&faults), text_str(&why));
  text_clear(&faults);
  text_clear(&why);
}

static void write_it(sqlite3 *db, const story *of, finding *found) {
  text sql = { 0 };
  put_statement(of, &sql);
  if (of->ending == AUTOCOMMIT) {
    found->code = found->first_code = execute(db, text_str(&sql)) & 0xff;
  } else {
    must(db, "BEGIN");
    must(db, text_str(&sql));
    found->code = found->first_code = execute(db, "COMMIT") & 0xff;
    found->is_open = sqlite3_get_autocommit(db) == 0;
    clear_faults();
    if (found->is_open && of->ending == THEN_ROLLBACK) must(db, "ROLLBACK");
    if (found->is_open && of->ending == THEN_COMMIT) found->code = execute(db, "COMMIT") & 0xff;
    if (sqlite3_get_autocommit(db) == 0) must(db, "ROLLBACK");
  }
  clear_faults();
  text_clear(&sql);
}

static void look(sqlite3 *db, const story *of, finding *found) {
  char *state = ask(db, "SELECT state FROM chartmogul_writes ORDER BY id DESC LIMIT 1");
  snprintf(found->state, sizeof found->state, "%s", state);
  free(state);
  found->stored = -1;
  if (of->row->where == NULL) return;
  found->stored = count(of, false);
  found->is_done = of->verb == UPDATE ? count(of, true) > 0 : (found->stored > 0) == is_insert(of);
}

static bool is_state(const finding *found, const char *state) {
  return strcmp(found->state, state) == 0;
}

/** What is wrong, NULL: nothing. */
static const char *judge(const story *of, bool is_create, const finding *found) {
  bool is_written = is_state(found, "written");
  bool is_seen = found->stored >= 0;
  bool is_gone = found->is_open &&
                 of->ending == THEN_ROLLBACK; /* what was told is the first COMMIT */
  if (is_state(found, "queued") || is_state(found, "sent")) return "it ended in no state";
  if (found->stored > 1) return "it was stored twice";
  if (is_seen && found->is_done && !is_written && !is_state(found, "unknown"))
    return "it was carried out, and the log does not say so";
  if (is_seen && !found->is_done && is_written)
    return "it is called written and was not carried out";
  if (!is_gone && (found->code == SQLITE_OK) != is_written)
    return "the code and the state disagree";
  if (is_gone && found->first_code == SQLITE_OK) return "a COMMIT that stays open is no success";
  if (of->ending != AUTOCOMMIT && (found->first_code == SQLITE_BUSY) != found->is_open)
    return "COMMIT is SQLITE_BUSY where the transaction stays open, and nowhere else";
  if (of->answer->meaning == NO && !is_state(found, "refused")) return "it was refused";
  bool can_mend = of->ending == THEN_COMMIT && of->then == THE_SAME &&
                  strchr("l54", of->answer->name[0]) != NULL && of->answer->meaning != NO;
  if (can_mend && (!is_create || of->row->is_found) && !is_written)
    return "COMMIT again did not mend it";
  return NULL;
}

static void tell(const story *of, const finding *found, const char *wrong) {
  bool is_told = wrong != NULL || run.is_verbose;
  *(wrong != NULL ? &run.failed : &run.passed) += 1;
  if (!is_told) return;
  printf("%s %s %s: %s%s%s, %s: code %d, then %d, state '%s', stored %d, done %d%s%s\n",
         wrong != NULL ? "FAILED" : "ok", verb_words[of->verb], of->row->table, of->answer->name,
         of->is_applied ? ", carried out" : "", sequel_words[of->then], ending_words[of->ending],
         found->first_code, found->code, found->state, found->stored, found->is_done,
         wrong != NULL ? ": " : "", wrong != NULL ? wrong : "");
}

static void play(story *of) {
  static int number = 0;
  finding found = { 0 };
  of->number = ++number;
  prepare(of);
  char *target = find_target(of);
  bool is_create = strncmp(target, "POST ", 5) == 0;
  sqlite3 *db = open_account();
  set_faults(of, target);
  write_it(db, of, &found);
  look(db, of, &found);
  tell(of, &found, judge(of, is_create, &found));
  if (sqlite3_close(db) != SQLITE_OK) die("sqlite3_close", "a statement is left");
  free(target);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool is_chosen(const story *of) {
  char name[256];
  snprintf(name, sizeof name, "%s %s: %s", verb_words[of->verb], of->row->table, of->answer->name);
  if (run.only != NULL) return strstr(name, run.only) != NULL;
  return run.seen++ % run.step == 0;
}

static void play_endings(const row_kind *row, write_verb verb, const odd_answer *answer,
                         bool is_applied) {
  for (int then = 0; then < SEQUELS; then++) {
    /* A sequel to what is no doubt is another story's beginning. */
    if (then != THE_SAME && answer->meaning != DOUBT) continue;
    for (int ending = 0; ending < ENDINGS; ending++) {
      story of = { .row = row,
                   .verb = verb,
                   .answer = answer,
                   .is_applied = is_applied,
                   .then = (sequel)then,
                   .ending = (way)ending };
      if (is_chosen(&of)) play(&of);
    }
  }
}

static write_kind kind_of(const row_kind *row, write_verb verb) {
  bool is_list = strcmp(row->table, "plan_group_plans") == 0; /* it is sent whole, by PATCH */
  if (verb == UPDATE || is_list) return CHANGES;
  if (verb == DELETE) return REMOVES;
  return row->is_found ? MAKES : MAKES_NAMELESS;
}

static void play_verb(const row_kind *row, write_verb verb) {
  write_kind kind = kind_of(row, verb);
  for (int i = 0; i < answer_count; i++) {
    for (int is_applied = 0; is_applied < 2; is_applied++) {
      if (answer_can(&answers[i], kind, is_applied != 0))
        play_endings(row, verb, &answers[i], is_applied != 0);
    }
  }
}

static void play_table(const char *name, bool can_insert, bool can_update, bool can_delete) {
  const row_kind *row = row_find(name);
  bool is_whole = row != NULL && (!can_insert || row->insert != NULL) &&
                  (!can_update || row->set != NULL) && (!can_delete || row->where != NULL);
  if (!is_whole) die(name, "it can be written, and rows.c does not say how");
  for (int verb = 0; verb < VERBS; verb++) {
    bool is_by_key = verb == OR_IGNORE || verb == OR_REPLACE;
    bool can = verb == UPDATE ? can_update : verb == DELETE ? can_delete : can_insert;
    if (can && (!is_by_key || row->is_found)) play_verb(row, (write_verb)verb);
  }
}

void each_table(table_story *tell_it) {
  sqlite3_stmt *tables = NULL;
  sqlite3 *db = open_account();
  const char *sql = "SELECT name, can_insert, can_update, can_delete FROM chartmogul_tables"
                    " WHERE can_insert OR can_update OR can_delete";
  if (sqlite3_prepare_v2(db, sql, -1, &tables, NULL) != SQLITE_OK) die(sql, sqlite3_errmsg(db));
  while (sqlite3_step(tables) == SQLITE_ROW) {
    tell_it((const char *)sqlite3_column_text(tables, 0), sqlite3_column_int(tables, 1) != 0,
            sqlite3_column_int(tables, 2) != 0, sqlite3_column_int(tables, 3) != 0);
  }
  sqlite3_finalize(tables);
  sqlite3_close(db);
}

static const char *read_options(int argc, char **argv) {
  const char *program = "build/chartmogul-sandbox";
  run.step = STEP;
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "-v") == 0) {
      run.is_verbose = true;
      continue;
    }
    if (strcmp(argv[i], "--sandbox") == 0) {
      program = value;
    } else if (strcmp(argv[i], "--step") == 0) {
      run.step = (int)strtol(value, NULL, 10);
    } else if (strcmp(argv[i], "--only") == 0) {
      run.only = value;
    } else {
      die("unknown option", argv[i]);
    }
    i++;
  }
  if (run.step < 1) run.step = 1;
  return program;
}

int main(int argc, char **argv) {
  text why = { 0 };
  const char *program = read_options(argc, argv);
  run.api = sandbox_new(program, &why);
  if (run.api == NULL) die("sandbox", text_str(&why));
  atexit(end_sandbox);
  if (!sandbox_reset(run.api, "empty", &why)) die("sandbox", text_str(&why));
  fake_clock_init(&run.clock);
  run.records = open_account();
  rows_prepare(run.records);
  each_table(play_table);
  if (run.only == NULL) recorded_check(run.records, &run.passed, &run.failed);
  sqlite3_close(run.records);
  text_clear(&why);
  printf("%d passed, %d failed\n", run.passed, run.failed);
  return run.failed != 0 || run.passed == 0;
}
