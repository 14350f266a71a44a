/*
** scan_texts.c -- the texts of the running statements, and of the TEMP views that they name: where SQLite does not say
** what a statement compares, its text does.
*/
#include "read/scan_state.h"

/** The TEMP views that the text names. */
static int ask_views(sqlite3 *db, const char *sql, cm_scan_says *says, void *context, bool *found,
                     cm_err *err) {
  static const char query[] = "SELECT sql FROM temp.sqlite_schema WHERE type = 'view' AND "
                              "instr(lower(?1), lower(name)) > 0";
  sqlite3_stmt *views = NULL;
  int rc = sqlite3_prepare_v2(db, query, -1, &views, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(views, 1, sql, -1, SQLITE_STATIC);
  while (rc == SQLITE_OK && !*found && (rc = sqlite3_step(views)) == SQLITE_ROW) {
    *found = says((const char *)sqlite3_column_text(views, 0), context);
    rc = SQLITE_OK;
  }
  sqlite3_finalize(views);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err)
                            : SQLITE_OK; /* where nothing can be read, nothing is known */
}

int cm_scan_ask_texts(const cm_scan *scan, cm_scan_says *says, void *context, bool *found,
                      cm_err *err) {
  sqlite3 *db = scan->session->db;
  sqlite3_stmt *statement = sqlite3_next_stmt(db, NULL);
  int rc = SQLITE_OK;
  for (; statement != NULL && !*found && rc == SQLITE_OK;
       statement = sqlite3_next_stmt(db, statement)) {
    const char *sql = sqlite3_sql(statement);
    if (sql == NULL || !sqlite3_stmt_busy(statement)) continue;
    *found = says(sql, context);
    if (!*found) rc = ask_views(db, sql, says, context, found, err);
  }
  return rc;
}
