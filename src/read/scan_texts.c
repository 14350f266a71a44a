/*
** scan_texts.c -- the texts of the running statements, and of the TEMP views that they name: where SQLite does not say
** what a statement compares, its text does.
*/
#include "base/sql_lists.h"
#include "read/scan_state.h"
#include "record/url.h"

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

static bool is_equal(const char *sql, void *context) {
  return cm_sql_is_equated(sql, context);
}

static bool is_in_row(const char *sql, void *context) {
  return cm_sql_is_in_row_value(sql, context);
}

int cm_scan_refuse_parameter(const cm_scan *scan, int column, cm_err *err) {
  const cm_column *described = &scan->resource->columns[column];
  void *name = (void *)(uintptr_t)described->name;
  const char *way = "";
  char sample[64];
  bool found = false;
  cm_url_sample(described, sample, (int)sizeof sample);
  int rc = cm_scan_ask_texts(scan, is_equal, name, &found, err);
  if (found) way = " (SQLite hands over no value here): put the comparison into ON, or";
  if (rc == SQLITE_OK && !found) rc = cm_scan_ask_texts(scan, is_in_row, name, &found, err);
  if (found && way[0] == '\0')
    way = " (SQLite hands over no list of row values here): compare each column alone, and";
  if (rc != SQLITE_OK) return rc;
  return cm_err_set(err, SQLITE_ERROR, "%s: %s is a parameter%s write %s = %s",
                    scan->resource->name, described->name, found ? way : ":", described->name,
                    sample);
}
