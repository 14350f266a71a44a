#include "client/writable.h"

int cm_writable_check_main(sqlite3 *db, const char *what, cm_err *err) {
  if (sqlite3_db_readonly(db, "main") != 1) return SQLITE_OK;
  const char *file = sqlite3_db_filename(db, "main");
  if (file == NULL || *file == '\0') return SQLITE_OK;
  return cm_err_set(err, SQLITE_READONLY,
                    "main is read-only (%s): open ':memory:' and ATTACH the file with mode=ro",
                    what);
}

/** Where an authorizer forbids to ask, SQLite still refuses the statements that write. */
static int is_query_only(sqlite3 *db, bool *out) {
  sqlite3_stmt *pragma = NULL;
  *out = false;
  int rc = sqlite3_prepare_v2(db, "PRAGMA query_only", -1, &pragma, NULL);
  if (rc == SQLITE_OK && sqlite3_step(pragma) == SQLITE_ROW) {
    *out = sqlite3_column_int(pragma, 0) != 0;
  }
  int end = sqlite3_finalize(pragma);
  return rc == SQLITE_NOMEM || (end & 0xff) == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

int cm_writable_check(sqlite3 *db, const char *what, cm_err *err) {
  bool is_refused = false;
  int rc = cm_writable_check_main(db, what, err);
  if (rc != SQLITE_OK) return rc;
  if (is_query_only(db, &is_refused) != SQLITE_OK) return cm_err_nomem(err);
  if (!is_refused) return SQLITE_OK;
  return cm_err_set(err, SQLITE_READONLY,
                    "PRAGMA query_only is on (%s): PRAGMA query_only = 0 allows writes", what);
}
