#include "explain/explain.h"

#include <string.h>

#include "client/caller.h"
#include "explain/lines.h"
#include "lists/list_store.h"
#include "lists/memo.h"
#include "sql/bridge.h"
#include "sql/functions/arguments.h"

static const char who[] = "chartmogul_explain";

enum { TABLE_NAME, REQUEST, SENT, KEPT, ROWS, REQUESTS, SECONDS, ADVICE, SQL }; /* columns */

enum { HAS_SQL = 1 << 0 }; /* of idxNum */

enum { COST = 10000, UNASKED_COST = 1000000000 };
static const double EARLY_COST = 1e18; /* any other order of the join is better */

typedef struct explain_table {
  sqlite3_vtab base;
  sqlite3 *db;
  cm_session *session; /* a reference */
} explain_table;

typedef struct explain_cursor {
  sqlite3_vtab_cursor base;
  char *sql; /* as given; owned, NULL: not given */
  cm_explain_lines lines;
  int at;
} explain_cursor;

static explain_table *table_of(sqlite3_vtab_cursor *cursor) {
  return (explain_table *)cursor->pVtab;
}

static int explain_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                           sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  int rc = sqlite3_declare_vtab(
      db, "CREATE TABLE chartmogul_explain(table_name TEXT, request TEXT, sent TEXT, kept TEXT, "
          "rows INTEGER, requests INTEGER, seconds REAL, advice TEXT, sql TEXT HIDDEN)");
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc != SQLITE_OK) return rc;
  explain_table *table = sqlite3_malloc64(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  memset(table, 0, sizeof *table);
  table->db = db;
  table->session = cm_session_ref(aux);
  *out = &table->base;
  return SQLITE_OK;
}

static int explain_disconnect(sqlite3_vtab *base) {
  cm_session_unref(((explain_table *)base)->session);
  sqlite3_free(base);
  return SQLITE_OK;
}

/** What it says of itself: it asks for lengths. */
static int note(cm_session *session, sqlite3_index_info *info) {
  const cm_explained_plan plan = { .session = session,
                                   .who = who,
                                   .text = "",
                                   .advice = "one for each list whose length is not known yet" };
  return cm_explained_note_call(session->statement->explained, &plan, info);
}

static int explain_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  bool is_early = false;
  cm_session *session = ((explain_table *)base)->session;
  info->idxNum = cm_arguments_take(info, SQL, SQL, &is_early);
  info->estimatedCost = is_early ? EARLY_COST : (info->idxNum & HAS_SQL) ? COST : UNASKED_COST;
  return session->statement->explained != NULL ? note(session, info) : SQLITE_OK;
}

static int explain_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  explain_table *table = (explain_table *)base;
  cm_err err = { 0 };
  if (cm_caller_check_table(table->db, who, &err) != SQLITE_OK)
    return cm_bridge_table_error(base, NULL, &err);
  explain_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  *out = &cursor->base;
  cm_list_store_open_cursor(table->session);
  return SQLITE_OK;
}

static void clear(explain_cursor *cursor) {
  cm_explain_lines_clear(&cursor->lines);
  sqlite3_free(cursor->sql);
  cursor->sql = NULL;
  cursor->at = 0;
}

static int explain_close(sqlite3_vtab_cursor *base) {
  cm_session *session = table_of(base)->session;
  clear((explain_cursor *)base);
  sqlite3_free(base);
  cm_list_store_close_cursor(session);
  return SQLITE_OK;
}

static int explain_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                          sqlite3_value **argv) {
  explain_cursor *cursor = (explain_cursor *)base;
  explain_table *table = table_of(base);
  cm_err err = { 0 };
  (void)text;
  (void)argc;
  clear(cursor);
  cm_memo_enter(table->session);
  int rc = SQLITE_OK;
  if (number & HAS_SQL) {
    rc = cm_arguments_text(argv[0], "the statement", &cursor->sql, &err);
  } else {
    rc = cm_err_set(&err, SQLITE_ERROR,
                    "the statement is missing (nothing says what to explain): write SELECT * FROM "
                    "%s('SELECT * FROM chartmogul_customers')",
                    who);
  }
  if (rc == SQLITE_OK && cursor->sql != NULL)
    rc = cm_explain_lines_make(table->session, cursor->sql, &cursor->lines, &err);
  return rc == SQLITE_OK ? SQLITE_OK : cm_bridge_table_error(base->pVtab, who, &err);
}

static int explain_next(sqlite3_vtab_cursor *base) {
  ((explain_cursor *)base)->at++;
  return SQLITE_OK;
}

static int explain_eof(sqlite3_vtab_cursor *base) {
  const explain_cursor *cursor = (const explain_cursor *)base;
  return cursor->at >= cursor->lines.count;
}

static void result_text(sqlite3_context *context, const char *text) {
  if (text != NULL && text[0] != '\0') sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void result_number(sqlite3_context *context, int64_t number) {
  if (number >= 0) sqlite3_result_int64(context, number);
}

static int explain_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  const explain_cursor *cursor = (const explain_cursor *)base;
  const cm_explain_line *line = &cursor->lines.list[cursor->at];
  switch (column) {
  case TABLE_NAME: result_text(context, line->table_name); break;
  case REQUEST: result_text(context, line->request); break;
  case SENT: result_text(context, line->sent); break;
  case KEPT: result_text(context, line->kept); break;
  case ROWS: result_number(context, line->price.rows); break;
  case REQUESTS: result_number(context, line->price.requests); break;
  case SECONDS:
    if (line->price.seconds >= 0) sqlite3_result_double(context, line->price.seconds);
    break;
  case ADVICE: result_text(context, line->price.advice); break;
  default: result_text(context, cursor->sql); break;
  }
  return SQLITE_OK;
}

static int explain_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((explain_cursor *)base)->at + 1;
  return SQLITE_OK;
}

/* Without xCreate it is a table-valued function and nothing else. */
static const sqlite3_module module = {
  .iVersion = 1,
  .xConnect = explain_connect,
  .xBestIndex = explain_best_index,
  .xDisconnect = explain_disconnect,
  .xOpen = explain_open,
  .xClose = explain_close,
  .xFilter = explain_filter,
  .xNext = explain_next,
  .xEof = explain_eof,
  .xColumn = explain_column,
  .xRowid = explain_rowid,
};

int cm_explain_register(sqlite3 *db, cm_session *session) {
  return sqlite3_create_module_v2(db, who, &module, cm_session_ref(session), cm_session_unref);
}
