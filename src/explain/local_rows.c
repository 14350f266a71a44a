#include "explain/local_rows.h"

#include <stdarg.h>
#include <string.h>

#include "explain/loops.h"
#include "explain/steps.h"

/*
** A count takes as many steps as its loops have turns. There is no other bound: SQLite has room for one progress handler, and that
** is the program's. So it is worked out beforehand, from the rows of the tables that would be opened; an index is taken to find few.
*/
enum { MOST_TURNS = 10000000, FOUND_BY_INDEX = 50 };

/* ---- asking SQLite -------------------------------------------------------------------------- */

static int say_why(cm_local_rows *out, const char *format, ...) CM_PRINTF(2, 3);

static int say_why(cm_local_rows *out, const char *format, ...) {
  va_list values;
  va_start(values, format);
  sqlite3_vsnprintf(CM_LOCAL_WHY, out->why, format, values);
  va_end(values);
  out->count = CM_ROWS_UNKNOWN;
  return SQLITE_OK;
}

/** What SQLite says is a reason, but for what ends the call that asks. */
static int refused(cm_session *session, int rc, cm_local_rows *out, cm_err *err) {
  if ((rc & 0xff) == SQLITE_NOMEM) return cm_err_nomem(err);
  if ((rc & 0xff) == SQLITE_INTERRUPT) return cm_err_set(err, SQLITE_INTERRUPT, "interrupted");
  return say_why(out, "%s", sqlite3_errmsg(session->db));
}

/** The first value of a query of one text; its owner is `stmt`. @return SQLITE_ROW, SQLITE_DONE or an error. */
static int ask(sqlite3 *db, const char *sql, const char *text, sqlite3_stmt **stmt) {
  *stmt = NULL;
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = sqlite3_prepare_v2(db, sql, -1, stmt, NULL);
  if (rc == SQLITE_OK && text != NULL) rc = sqlite3_bind_text(*stmt, 1, text, -1, SQLITE_TRANSIENT);
  return rc == SQLITE_OK ? sqlite3_step(*stmt) : rc;
}

/** The rows of a query, at most CM_LOCAL_MOST + 1. @param sql  To be freed; NULL: memory ran out. */
static int count_up_to(sqlite3 *db, char *sql, int64_t *out) {
  sqlite3_stmt *stmt = NULL;
  char *text = sql != NULL ? sqlite3_mprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d)",
                                             sql, CM_LOCAL_MOST + 1)
                           : NULL;
  int rc = ask(db, text, NULL, &stmt);
  if (rc == SQLITE_ROW) *out = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  sqlite3_free(text);
  sqlite3_free(sql);
  return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* ---- may it run? ---------------------------------------------------------------------------- */

/** SQLite's own functions change nothing, but for the few that no view may call. */
static int check_function(cm_session *session, const char *name, size_t len, cm_local_rows *out,
                          cm_err *err) {
  enum { DIRECT_ONLY = 0x80000 }; /* SQLITE_DIRECTONLY, as SQL says it */
  sqlite3_stmt *stmt = NULL;
  char *text = sqlite3_mprintf("%.*s", (int)len, name);
  char *sql = sqlite3_mprintf("SELECT min(builtin AND NOT flags & %d) "
                              "FROM pragma_function_list WHERE name = lower(?1)",
                              DIRECT_ONLY);
  int rc = text != NULL ? ask(session->db, sql, text, &stmt) : SQLITE_NOMEM;
  bool is_harmless = rc == SQLITE_ROW && sqlite3_column_int(stmt, 0) == 1;
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  sqlite3_free(text);
  if (is_harmless) return SQLITE_OK;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return refused(session, rc, out, err);
  return say_why(out, "it calls %.*s", (int)len, name);
}

/** The rows of the table whose tree, or whose index, has this root. */
static int count_table(cm_session *session, int root, int schema, int64_t *out) {
  sqlite3_stmt *names = NULL, *tables = NULL;
  char *sql = sqlite3_mprintf("SELECT name FROM pragma_database_list WHERE seq = %d", schema);
  *out = 0;
  int rc = ask(session->db, sql, NULL, &names);
  sqlite3_free(sql);
  if (rc == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(names, 0);
    sql = sqlite3_mprintf("SELECT tbl_name FROM \"%w\".sqlite_schema WHERE rootpage = %d", name,
                          root);
    rc = ask(session->db, sql, NULL, &tables);
    sqlite3_free(sql);
    if (rc == SQLITE_ROW) {
      rc = count_up_to(session->db,
                       sqlite3_mprintf("\"%w\".\"%w\"", name, sqlite3_column_text(tables, 0)), out);
    }
  }
  sqlite3_finalize(tables);
  sqlite3_finalize(names);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** Look at each step of a prepared EXPLAIN. @param most  Receives the rows of the largest table that is opened. */
static int check_steps(cm_session *session, sqlite3_stmt *stmt, int64_t *most, cm_local_rows *out,
                       cm_err *err) {
  cm_vdbe_step step;
  int rc = SQLITE_OK, next = SQLITE_ROW;
  *most = 1;
  while (rc == SQLITE_OK && out->why[0] == '\0' &&
         (next = cm_steps_next(stmt, &step)) == SQLITE_ROW) {
    int64_t rows = 0;
    if (strcmp(step.opcode, "VOpen") == 0) return say_why(out, "it reads a virtual table");
    if (step.function != NULL)
      rc = check_function(session, step.function, step.function_len, out, err);
    if (strcmp(step.opcode, "OpenRead") != 0) continue;
    int counted = count_table(session, step.p2, step.p3, &rows);
    if (counted != SQLITE_OK) return refused(session, counted, out, err);
    if (rows > *most) *most = rows;
  }
  bool is_bad = next != SQLITE_ROW && next != SQLITE_DONE;
  return rc == SQLITE_OK && is_bad ? refused(session, next, out, err) : rc;
}

/** How many turns its loops take, if the largest table is read in each. */
static int64_t count_turns(cm_loops *loops, int64_t most) {
  int64_t turns = 0;
  for (int i = 0; i < loops->count; i++) {
    cm_loop *line = &loops->list[i];
    line->runs = cm_loops_runs(loops, i);
    int64_t found = most < FOUND_BY_INDEX ? most : FOUND_BY_INDEX;
    if (line->rows < 0) line->rows = line->is_search ? found : most;
    if (line->is_loop) turns += cm_loops_multiply(line->runs, line->rows);
  }
  return turns;
}

static int check(cm_session *session, const char *sql, cm_local_rows *out, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  cm_loops loops = { 0 };
  cm_err ignored = { 0 };
  int64_t most = 0;
  int rc = cm_loops_read(session, sql, &loops, &ignored);
  if (rc == SQLITE_NOMEM) {
    rc = cm_err_nomem(err);
  } else if (rc != SQLITE_OK) {
    rc = say_why(out, "it does not stand by itself");
  } else if (loops.has_recursion) {
    say_why(out, "it is recursive");
  } else if (loops.explained.count > 0) {
    say_why(out, "it reads the account");
  } else if (loops.has_module) {
    say_why(out, "it reads a virtual table");
  }
  if (rc == SQLITE_OK && out->why[0] == '\0') {
    int prepared = cm_steps_open(session, sql, &stmt);
    if (prepared != SQLITE_OK) {
      rc = refused(session, prepared, out, err);
    } else if (sqlite3_bind_parameter_count(stmt) > 0) {
      say_why(out, "a parameter has no value yet");
    } else {
      rc = check_steps(session, stmt, &most, out, err);
    }
    sqlite3_finalize(stmt);
  }
  if (rc == SQLITE_OK && out->why[0] == '\0' && count_turns(&loops, most) > MOST_TURNS)
    say_why(out, "to count them takes too long");
  cm_loops_clear(&loops);
  return rc;
}

int cm_local_rows_count(cm_session *session, const char *sql, cm_local_rows *out, cm_err *err) {
  *out = (cm_local_rows){ 0, "" };
  char *text = sqlite3_mprintf("SELECT 1 FROM (%s\n)", sql);
  if (text == NULL) return cm_err_nomem(err);
  int rc = check(session, text, out, err);
  sqlite3_free(text);
  if (rc != SQLITE_OK || out->why[0] != '\0') return rc;
  int counted = count_up_to(session->db, sqlite3_mprintf("(%s\n)", sql), &out->count);
  if (counted != SQLITE_OK) return refused(session, counted, out, err);
  if (out->count > CM_LOCAL_MOST) say_why(out, "they are more than %d", CM_LOCAL_MOST);
  return SQLITE_OK;
}
