#include "explain/loops.h"

#include <stdio.h>
#include <string.h>

#include "base/sql_token.h"

enum { MAX_NODES = 10000 };

/* ---- the text ------------------------------------------------------------------------------- */

static bool is_end(const char *tail) {
  cm_sql_token token;
  (void)cm_sql_first(tail, &token);
  return token.kind == CM_SQL_OTHER && token.sign == '\0';
}

/** Prepare EXPLAIN QUERY PLAN of a text, and note every plan that our tables make for it. */
static int prepare(cm_session *session, const char *sql, cm_explained *explained,
                   sqlite3_stmt **out, cm_err *err) {
  const char *tail = NULL;
  char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
  *out = NULL;
  if (text == NULL) return cm_err_nomem(err);
  session->statement->explained = explained;
  int rc = sqlite3_prepare_v2(session->db, text, -1, out, &tail);
  session->statement->explained = NULL;
  if (rc == SQLITE_NOMEM) {
    cm_err_nomem(err);
  } else if (rc != SQLITE_OK) {
    cm_err_set(err, rc & 0xff, "the statement cannot be prepared (%s): mend it",
               sqlite3_errmsg(session->db));
  } else if (*out == NULL || sqlite3_stmt_isexplain(*out) != 2 || !is_end(tail)) {
    rc = cm_err_set(err, SQLITE_ERROR,
                    "this is more than one statement (one is explained at a time): give one");
  }
  sqlite3_free(text);
  if (rc == SQLITE_OK) return SQLITE_OK;
  sqlite3_finalize(*out);
  *out = NULL;
  return err->code;
}

/* ---- the lines ------------------------------------------------------------------------------ */

static bool begins(const char *text, const char *words) {
  return strncmp(text, words, strlen(words)) == 0;
}

/** SCAN CONSTANT ROW, SCAN 3 CONSTANT ROWS, and since SQLite 3.46 SCAN 3-ROW VALUES CLAUSE. */
static bool is_constant(const char *detail) {
  return strstr(detail, "CONSTANT ROW") != NULL || strstr(detail, "-ROW VALUES CLAUSE") != NULL;
}

/** What a line says by itself of its rows: constants have their number, and a key finds one. */
static int64_t rows_of(const char *detail) {
  int count = 1;
  if (begins(detail, "SEARCH ") && strstr(detail, " USING INTEGER PRIMARY KEY (rowid=?)") != NULL)
    return 1;
  if (!begins(detail, "SCAN ") || !is_constant(detail)) return CM_ROWS_UNKNOWN;
  (void)sscanf(detail, "SCAN %d", &count);
  return count > 0 ? count : 1;
}

/** SCAN name, SCAN name USING …, SEARCH name USING …: the name may hold spaces. @return SQLITE_OK or SQLITE_NOMEM. */
static int name_of(const char *detail, char **out) {
  static const char *const ends[] = { " USING ", " VIRTUAL TABLE ", " LEFT-JOIN" };
  const char *name = begins(detail, "SCAN ")     ? detail + strlen("SCAN ")
                     : begins(detail, "SEARCH ") ? detail + strlen("SEARCH ")
                                                 : NULL;
  *out = NULL;
  if (name == NULL || is_constant(detail)) return SQLITE_OK;
  size_t len = strlen(name);
  for (size_t i = 0; i < cm_countof(ends); i++) {
    const char *end = strstr(name, ends[i]);
    if (end != NULL && (size_t)(end - name) < len) len = (size_t)(end - name);
  }
  *out = sqlite3_mprintf("%.*s", (int)len, name);
  return *out != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

static int add_line(cm_loops *loops, sqlite3_stmt *stmt, cm_err *err) {
  const char *detail = (const char *)sqlite3_column_text(stmt, 3);
  if (detail == NULL) return cm_err_nomem(err);
  if (loops->count >= MAX_NODES)
    return cm_err_set(err, SQLITE_TOOBIG,
                      "the statement has too many parts: explain a smaller one");
  cm_loop *grown = sqlite3_realloc64(loops->list,
                                     ((sqlite3_uint64)loops->count + 1) * sizeof *grown);
  if (grown == NULL) return cm_err_nomem(err);
  loops->list = grown;
  const cm_explained_plan *plan = cm_explained_find(&loops->explained, detail);
  cm_loop *line = &loops->list[loops->count++];
  *line = (cm_loop){
    .id = sqlite3_column_int(stmt, 0),
    .parent = sqlite3_column_int(stmt, 1),
    .is_correlated = begins(detail, "CORRELATED "),
    .is_arm = begins(detail, "MULTI-INDEX OR") || begins(detail, "INDEX "),
    .is_loop = begins(detail, "SCAN ") || begins(detail, "SEARCH ") ||
               begins(detail, "MULTI-INDEX OR"),
    .is_search = begins(detail, "SEARCH "),
    .plan = plan != NULL ? (int)(plan - loops->explained.plans) : -1,
    .runs = 1,
    .rows = rows_of(detail),
  };
  loops->has_recursion = loops->has_recursion || begins(detail, "RECURSIVE STEP");
  loops->has_module = loops->has_module ||
                      (plan == NULL && strstr(detail, " VIRTUAL TABLE INDEX ") != NULL);
  if (plan != NULL || name_of(detail, &line->name) == SQLITE_OK) return SQLITE_OK;
  return cm_err_nomem(err);
}

int cm_loops_read(cm_session *session, const char *sql, cm_loops *out, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  int rc = prepare(session, sql, &out->explained, &stmt, err);
  if (rc != SQLITE_OK) return rc;
  int step = SQLITE_ROW;
  while (rc == SQLITE_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW)
    rc = add_line(out, stmt, err);
  if (rc == SQLITE_OK && step != SQLITE_DONE)
    rc = cm_err_set(err, step & 0xff, "the plan cannot be read (%s)", sqlite3_errmsg(session->db));
  sqlite3_finalize(stmt);
  return rc;
}

/* ---- how often ------------------------------------------------------------------------------ */

int64_t cm_loops_multiply(int64_t one, int64_t other) {
  if (one < 0 || other < 0) return CM_ROWS_UNKNOWN;
  if (one == 0 || other == 0) return 0;
  return one > CM_LOOPS_MOST / other ? CM_LOOPS_MOST : one * other;
}

int64_t cm_loops_runs(const cm_loops *loops, int index) {
  const cm_loop *line = &loops->list[index];
  int64_t runs = 1;
  bool is_loop = line->is_loop || line->is_correlated;
  for (int i = 0; i < index; i++) {
    const cm_loop *other = &loops->list[i];
    if (other->id == line->parent && (other->is_correlated || other->is_arm))
      runs = cm_loops_multiply(runs, other->runs);
    if (is_loop && other->parent == line->parent && other->is_loop)
      runs = cm_loops_multiply(runs, other->rows);
  }
  return runs;
}

int cm_loops_plans(const cm_loops *loops, int index) {
  int first = loops->list[index].plan;
  int count = 0;
  if (first < 0) return 0;
  do {
    count++;
  } while (first + count < loops->explained.count && loops->explained.plans[first + count].is_more);
  return count;
}

int64_t cm_loops_rows(const cm_loops *loops) {
  int64_t rows = 1;
  for (int i = 0; i < loops->count; i++) {
    const cm_loop *line = &loops->list[i];
    if (line->parent == 0 && line->is_loop) rows = cm_loops_multiply(rows, line->rows);
  }
  return rows;
}

void cm_loops_clear(cm_loops *loops) {
  for (int i = 0; i < loops->count; i++)
    sqlite3_free(loops->list[i].name);
  sqlite3_free(loops->list);
  cm_explained_clear(&loops->explained);
  *loops = (cm_loops){ 0 };
}
