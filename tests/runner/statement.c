/*
** statement.c -- see statement.h.
*/
#include "statement.h"

#include <stdlib.h>
#include <string.h>

static const char *const code_names[] = {
  [SQLITE_OK] = "SQLITE_OK",
  [SQLITE_ERROR] = "SQLITE_ERROR",
  [SQLITE_INTERNAL] = "SQLITE_INTERNAL",
  [SQLITE_PERM] = "SQLITE_PERM",
  [SQLITE_ABORT] = "SQLITE_ABORT",
  [SQLITE_BUSY] = "SQLITE_BUSY",
  [SQLITE_LOCKED] = "SQLITE_LOCKED",
  [SQLITE_NOMEM] = "SQLITE_NOMEM",
  [SQLITE_READONLY] = "SQLITE_READONLY",
  [SQLITE_INTERRUPT] = "SQLITE_INTERRUPT",
  [SQLITE_IOERR] = "SQLITE_IOERR",
  [SQLITE_CORRUPT] = "SQLITE_CORRUPT",
  [SQLITE_NOTFOUND] = "SQLITE_NOTFOUND",
  [SQLITE_FULL] = "SQLITE_FULL",
  [SQLITE_CANTOPEN] = "SQLITE_CANTOPEN",
  [SQLITE_PROTOCOL] = "SQLITE_PROTOCOL",
  [SQLITE_EMPTY] = "SQLITE_EMPTY",
  [SQLITE_SCHEMA] = "SQLITE_SCHEMA",
  [SQLITE_TOOBIG] = "SQLITE_TOOBIG",
  [SQLITE_CONSTRAINT] = "SQLITE_CONSTRAINT",
  [SQLITE_MISMATCH] = "SQLITE_MISMATCH",
  [SQLITE_MISUSE] = "SQLITE_MISUSE",
  [SQLITE_NOLFS] = "SQLITE_NOLFS",
  [SQLITE_AUTH] = "SQLITE_AUTH",
  [SQLITE_FORMAT] = "SQLITE_FORMAT",
  [SQLITE_RANGE] = "SQLITE_RANGE",
  [SQLITE_NOTADB] = "SQLITE_NOTADB",
};

/* `failed`: what the failing call returned, for calls that tell the connection nothing. */
static void note_error(sqlite3 *db, int failed, outcome *into) {
  bool is_told = sqlite3_errcode(db) != SQLITE_OK;
  size_t code = (size_t)(is_told ? sqlite3_errcode(db) : failed) & 0xff;
  bool is_known = code < sizeof code_names / sizeof *code_names && code_names[code];
  const char *message = is_told ? sqlite3_errmsg(db) : sqlite3_errstr(failed);
  into->code = (int)code;
  text_printf(&into->error, "%s: ", is_known ? code_names[code] : "SQLITE_?");
  text_add_escaped(&into->error, message, strlen(message));
}

static void add_column(text *to, sqlite3_stmt *statement, int column) {
  int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) {
    text_add(to, "NULL");
  } else if (type == SQLITE_FLOAT) {
    /* as older SQLites do themselves: newer ones show 17 digits where 15 are not all */
    char shown[64];
    text_add(to, sqlite3_snprintf(sizeof shown, shown, "%!.15g",
                                  sqlite3_column_double(statement, column)));
  } else if (type == SQLITE_BLOB) {
    const unsigned char *bytes = sqlite3_column_blob(statement, column);
    int len = sqlite3_column_bytes(statement, column);
    text_add(to, "x'");
    for (int i = 0; i < len; i++)
      text_printf(to, "%02x", bytes[i]);
    text_add(to, "'");
  } else {
    const char *value = (const char *)sqlite3_column_text(statement, column);
    if (value) text_add_escaped(to, value, (size_t)sqlite3_column_bytes(statement, column));
  }
}

static void add_row(text *to, sqlite3_stmt *statement) {
  size_t before = to->len;
  int count = sqlite3_column_count(statement);
  for (int i = 0; i < count; i++) {
    if (i) text_add(to, "|");
    add_column(to, statement, i);
  }
  if (to->len == before) text_add(to, "\"\""); /* an empty line would be lost in the case file */
  text_add(to, "\n");
}

/* Bind the value of a literal. */
static int bind_literal(sqlite3 *db, sqlite3_stmt *statement, int place, const char *literal) {
  text select = { 0 };
  sqlite3_stmt *source = NULL;
  text_printf(&select, "SELECT %s", literal);
  int code = sqlite3_prepare_v2(db, text_str(&select), -1, &source, NULL);
  if (code == SQLITE_OK) code = sqlite3_step(source);
  if (code == SQLITE_ROW)
    code = sqlite3_bind_value(statement, place, sqlite3_column_value(source, 0));
  sqlite3_finalize(source);
  text_clear(&select);
  return code;
}

static int bind_all(sqlite3 *db, sqlite3_stmt *statement, const char *binds) {
  int wanted = sqlite3_bind_parameter_count(statement), code = SQLITE_OK;
  const char *at = binds;
  for (int place = 1; *at && place <= wanted && code == SQLITE_OK; place++) {
    size_t len = strcspn(at, "\n");
    char *literal = text_copy_part(at, len);
    code = bind_literal(db, statement, place, literal);
    free(literal);
    at += len + (at[len] == '\n');
  }
  return code;
}

/*
** A plan is to be the same on all versions of SQLite: newer ones mark the right side of an outer join, and
** the Bloom filters that they make of local rows come and go.
*/
static void add_detail(text *to, const char *detail) {
  static const char mark[] = " LEFT-JOIN";
  size_t len = strlen(detail), mark_len = sizeof mark - 1;
  if (strstr(detail, "BLOOM FILTER")) return;
  if (len > mark_len && strcmp(detail + len - mark_len, mark) == 0) len -= mark_len;
  text_append(to, detail, len);
  text_add(to, "\n");
}

static int add_plan(sqlite3 *db, sqlite3_stmt *statement, text *to) {
  enum { DETAIL = 3 };
  text explain = { 0 };
  sqlite3_stmt *plan = NULL;
  text_printf(&explain, "EXPLAIN QUERY PLAN %s", sqlite3_sql(statement));
  int code = sqlite3_prepare_v2(db, text_str(&explain), -1, &plan, NULL);
  while (code == SQLITE_OK && sqlite3_step(plan) == SQLITE_ROW) {
    const char *detail = (const char *)sqlite3_column_text(plan, DETAIL);
    add_detail(to, detail ? detail : "");
  }
  int end_code = sqlite3_finalize(plan);
  if (code == SQLITE_OK) code = end_code;
  text_clear(&explain);
  return code;
}

static int run_one(sqlite3 *db, sqlite3_stmt *statement, const char *binds, bool is_planned,
                   outcome *into) {
  int code = bind_all(db, statement, binds);
  if (code == SQLITE_OK && is_planned) code = add_plan(db, statement, &into->plan);
  if (code != SQLITE_OK) return code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW)
    add_row(&into->rows, statement);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

void statement_run(sqlite3 *db, const char *sql, const char *binds, bool is_planned,
                   outcome *into) {
  int code = SQLITE_OK;
  for (const char *at = sql; *at && code == SQLITE_OK;) {
    sqlite3_stmt *statement = NULL;
    code = sqlite3_prepare_v2(db, at, -1, &statement, &at);
    if (code == SQLITE_OK && statement) code = run_one(db, statement, binds, is_planned, into);
    if (code != SQLITE_OK) note_error(db, code, into);
    sqlite3_finalize(statement);
  }
  into->changes = sqlite3_changes(db);
}

void outcome_clear(outcome *done) {
  text_clear(&done->rows);
  text_clear(&done->error);
  text_clear(&done->plan);
  *done = (outcome){ 0 };
}
