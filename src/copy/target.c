#include "copy/target.h"

#include <stdarg.h>
#include <string.h>

#include "client/schemas.h"
#include "client/writable.h"

enum {
  CHUNK_ROWS = 4000,           /* that one statement reads or writes */
  STEPS_BETWEEN_LOOKS = 20000, /* of SQLite's machine, for an interrupt */
  MAX_LOCKED_MS = 60 * 1000,   /* another process may hold the file for so long */
  LOCKED_NAP_MS = 20,
  CHUNK_NAP_MS = 10 /* in which another program can have the file */
};

/* KiB of memory for pages: rows of the stage are fetched in the order of their keys, which is not theirs. */
#define CACHES "PRAGMA main.cache_size = -8000; PRAGMA temp.cache_size = -8000"

/* ---- may it be written at all ------------------------------------------------------------------ */

static int check_schema(sqlite3 *db, const char *schema, cm_err *err) {
  cm_schemas schemas;
  bool is_found = false;
  int rc = cm_schemas_list(db, &schemas);
  for (int i = 0; i < schemas.count && rc == SQLITE_OK; i++)
    is_found = is_found || sqlite3_stricmp(schemas.names[i], schema) == 0;
  cm_schemas_clear(&schemas);
  if (rc != SQLITE_OK)
    return cm_err_set(err, rc, "the schemas cannot be listed (%s)", sqlite3_errmsg(db));
  if (!is_found || sqlite3_stricmp(schema, "temp") == 0) {
    return cm_err_set(
        err, SQLITE_ERROR,
        "there is no schema '%.80s' that can hold a copy: give main, or ATTACH a file "
        "and give its name",
        schema);
  }
  return SQLITE_OK;
}

static int check_transaction(sqlite3 *db, cm_err *err) {
  if (sqlite3_get_autocommit(db)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "a transaction is open (the copy is written in transactions of its own): "
                    "COMMIT or ROLLBACK first");
}

/** A statement that writes holds the file until it ends, and this call is a part of it. */
static int check_statements(sqlite3 *db, const char *schema, cm_err *err) {
  for (sqlite3_stmt *other = sqlite3_next_stmt(db, NULL); other != NULL;
       other = sqlite3_next_stmt(db, other)) {
    if (!sqlite3_stmt_busy(other) || sqlite3_stmt_readonly(other)) continue;
    return cm_err_set(
        err, SQLITE_ERROR,
        "a statement that writes is running (it holds the file until it ends): run "
        "SELECT * FROM chartmogul_refresh(…) by itself, and INSERT what it shows afterwards");
  }
  const char *file = sqlite3_db_filename(db, schema);
  if (sqlite3_txn_state(db, schema) == SQLITE_TXN_NONE) return SQLITE_OK;
  if (file == NULL || *file == '\0') {
    return cm_err_set(err, SQLITE_ERROR,
                      "this connection has %s open (it has no file, so that only one call at a "
                      "time can write it, "
                      "and nobody can read it meanwhile): call chartmogul_refresh once in a "
                      "statement, and finish or "
                      "reset the one that reads",
                      schema);
  }
  return cm_err_set(
      err, SQLITE_ERROR,
      "this connection is reading %s (what it reads cannot be written before it has "
      "ended): finish or reset the statement that reads, and name no table of %s in the "
      "statement that refreshes",
      schema, schema);
}

/** Does a PRAGMA of the schema, which only asks, say this word? */
static int says(sqlite3 *db, const char *schema, const char *pragma, const char *word, bool *out) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("PRAGMA \"%w\".%s", schema, pragma);
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  sqlite3_free(sql);
  *out = rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
         sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), word) == 0;
  return sqlite3_finalize(stmt);
}

/** Is the file locked by this connection while nothing of it reads or writes there? With WAL a shared lock always is. */
static bool is_held(sqlite3 *db, const char *schema, bool is_wal) {
  enum { NO_LOCK, SHARED_LOCK };
  int lock = NO_LOCK;
  bool is_told = sqlite3_file_control(db, schema, SQLITE_FCNTL_LOCKSTATE, &lock) == SQLITE_OK;
  return is_told && sqlite3_txn_state(db, schema) == SQLITE_TXN_NONE &&
         lock > (is_wal ? SHARED_LOCK : NO_LOCK);
}

/**
 * PRAGMA locking_mode keeps a lock for as long as the connection lives, and the copy's is another one. What was kept under
 * EXCLUSIVE is kept under NORMAL, too, until something is read.
 */
static int check_locking(sqlite3 *db, const char *schema, cm_err *err) {
  bool is_kept = false, is_wal = false;
  int rc = says(db, schema, "locking_mode", "exclusive", &is_kept);
  if (rc != SQLITE_NOMEM) rc = says(db, schema, "journal_mode", "wal", &is_wal);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (is_kept) {
    return cm_err_set(err, SQLITE_BUSY,
                      "this connection keeps %s locked (PRAGMA locking_mode is EXCLUSIVE): set it "
                      "to NORMAL and read a table of %s, which ends the lock",
                      schema, schema);
  }
  if (!is_held(db, schema, is_wal)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_BUSY,
                    "this connection keeps %s locked (PRAGMA locking_mode was EXCLUSIVE): read a "
                    "table of %s, which ends the lock",
                    schema, schema);
}

static int check_writable(sqlite3 *db, const char *schema, cm_err *err) {
  if (sqlite3_db_readonly(db, schema) != 1) return cm_writable_check(db, "nothing was copied", err);
  return cm_err_set(err, SQLITE_READONLY,
                    "%s is read-only (nothing was copied): open its file for writing", schema);
}

/* ---- the connection ---------------------------------------------------------------------------- */

/** SQLite's machine asks now and then: 1 stops the statement. */
static int look_for_interrupt(void *context) {
  const cm_target *target = context;
  return cm_statement_is_interrupted(target->session->statement);
}

/** Another process holds the file. @return 0: do not wait any longer. */
static int wait_for_file(void *context, int tries) {
  if (tries >= MAX_LOCKED_MS / LOCKED_NAP_MS || look_for_interrupt(context)) return 0;
  sqlite3_sleep(LOCKED_NAP_MS);
  return 1;
}

static int moved(const char *schema, cm_err *err) {
  return cm_err_set(err, SQLITE_CANTOPEN,
                    "the file of %s was renamed, removed or replaced since it was opened (this "
                    "connection would not see what is written): open it anew, and run it again",
                    schema);
}

static int open_file(cm_target *out, sqlite3 *users, const char *file, cm_err *err) {
  sqlite3_vfs *vfs = NULL;
  int has_moved = 0;
  (void)sqlite3_file_control(users, out->shown, SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (has_moved) return moved(out->shown, err);
  (void)sqlite3_file_control(users, out->shown, SQLITE_FCNTL_VFS_POINTER, &vfs);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE;
  int rc = sqlite3_open_v2(file, &out->db, flags, vfs != NULL ? vfs->zName : NULL);
  out->is_own = true;
  out->schema = "main";
  if (rc != SQLITE_OK) return cm_target_error(out, rc, err);
  (void)sqlite3_db_config(out->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  /* A table gets its name when it is full: views of the user's that are broken must not hinder that. */
  (void)sqlite3_db_config(out->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, NULL);
  sqlite3_busy_handler(out->db, wait_for_file, out);
  (void)sqlite3_exec(out->db, CACHES, NULL, NULL, NULL);
  sqlite3_progress_handler(out->db, STEPS_BETWEEN_LOOKS, look_for_interrupt, out);
  return SQLITE_OK;
}

static bool has_file(sqlite3 *db, const char *schema) {
  const char *file = sqlite3_db_filename(db, schema);
  return file != NULL && *file != '\0';
}

int cm_target_check(cm_session *session, const char *schema, cm_err *err) {
  sqlite3 *db = session->db;
  int rc = check_schema(db, schema, err);
  if (rc == SQLITE_OK) rc = check_transaction(db, err);
  if (rc == SQLITE_OK) rc = check_writable(db, schema, err);
  return rc == SQLITE_OK && has_file(db, schema) ? check_locking(db, schema, err) : rc;
}

int cm_target_open(cm_target *out, cm_session *session, const char *schema, cm_err *err) {
  sqlite3 *db = session->db;
  *out = (cm_target){ .session = session, .db = db, .schema = schema, .shown = schema };
  int rc = cm_target_check(session, schema, err);
  if (rc == SQLITE_OK) rc = check_statements(db, schema, err);
  if (rc != SQLITE_OK) return rc;
  if (has_file(db, schema)) rc = open_file(out, db, sqlite3_db_filename(db, schema), err);
  out->quoted = sqlite3_mprintf("\"%w\"", out->schema);
  return rc == SQLITE_OK && out->quoted == NULL ? cm_err_nomem(err) : rc;
}

int cm_target_renew(cm_target *target, cm_err *err) {
  sqlite3 *users = target->session->db;
  if (!target->is_own) return SQLITE_OK;
  sqlite3_close(target->db);
  target->db = NULL;
  return open_file(target, users, sqlite3_db_filename(users, target->shown), err);
}

void cm_target_close(cm_target *target) {
  if (target->is_own) sqlite3_close(target->db);
  sqlite3_free(target->quoted);
  *target = (cm_target){ 0 };
}

/* ---- running SQL --------------------------------------------------------------------------------- */

int cm_target_error(const cm_target *target, int rc, cm_err *err) {
  const char *what = target->db != NULL ? sqlite3_errmsg(target->db) : sqlite3_errstr(rc);
  if ((rc & 0xff) == SQLITE_NOMEM) return cm_err_nomem(err);
  if ((rc & 0xff) == SQLITE_INTERRUPT) return cm_err_set(err, SQLITE_INTERRUPT, "interrupted");
  if ((rc & 0xff) == SQLITE_BUSY) {
    return cm_err_set(
        err, SQLITE_BUSY,
        "%s is locked (another program, or another connection of this one, has held its file for a "
        "minute): end what reads or writes there, and run it again",
        target->shown);
  }
  if ((rc & 0xff) == SQLITE_FULL) {
    return cm_err_set(err, SQLITE_FULL,
                      "%s cannot be written (%s): make room where it is, and where temporary files "
                      "are (SQLITE_TMPDIR), and run it again",
                      target->shown, what);
  }
  if (target->db != NULL && sqlite3_extended_errcode(target->db) == SQLITE_READONLY_DBMOVED)
    return moved(target->shown, err);
  return cm_err_set(err, rc, "%s cannot be written (%s): mend that, and run it again",
                    target->shown, what);
}

int cm_target_run(cm_target *target, const char *sql, cm_err *err) {
  int rc = sqlite3_exec(target->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? SQLITE_OK : cm_target_error(target, rc, err);
}

int cm_target_run_buf(cm_target *target, cm_buf *sql, cm_err *err) {
  int rc = sql->code != SQLITE_OK ? cm_err_nomem(err) : cm_target_run(target, cm_buf_str(sql), err);
  cm_buf_clear(sql);
  return rc;
}

int cm_target_table(const cm_target *target, const char *name, cm_buf *out) {
  cm_buf_text(out, target->quoted);
  return cm_buf_printf(out, ".\"%s\"", name);
}

int cm_target_runf(cm_target *target, cm_err *err, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *sql = sqlite3_vmprintf(format, arguments);
  va_end(arguments);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_run(target, sql, err);
  sqlite3_free(sql);
  return rc;
}

int cm_target_prepare(cm_target *target, const char *sql, sqlite3_stmt **out, cm_err *err) {
  int rc = sqlite3_prepare_v2(target->db, sql, -1, out, NULL);
  return rc == SQLITE_OK ? SQLITE_OK : cm_target_error(target, rc, err);
}

int cm_target_number(cm_target *target, const char *sql, int64_t *out, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  *out = 0;
  int rc = cm_target_prepare(target, sql, &stmt, err);
  if (rc != SQLITE_OK) return rc;
  rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) *out = sqlite3_column_int64(stmt, 0);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) cm_target_error(target, rc, err);
  sqlite3_finalize(stmt);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : err->code;
}

/* ---- many rows in short statements --------------------------------------------------------------------- */

static int run_step(cm_target *target, sqlite3_stmt *stmt, int64_t first, int64_t last,
                    cm_err *err) {
  sqlite3_bind_int64(stmt, 1, first);
  sqlite3_bind_int64(stmt, 2, last);
  (void)sqlite3_step(stmt);
  int rc = sqlite3_reset(stmt);
  return rc == SQLITE_OK ? SQLITE_OK : cm_target_error(target, rc, err);
}

/** The rowid that ends a chunk which begins behind `last`: rowids may lie far apart. */
static int end_of_chunk(cm_target *target, sqlite3_stmt *ends, int64_t last, int64_t *out,
                        cm_err *err) {
  sqlite3_bind_int64(ends, 1, last);
  int rc = sqlite3_step(ends);
  if (rc == SQLITE_ROW) *out = sqlite3_column_int64(ends, 0);
  int end = sqlite3_reset(ends);
  if (rc == SQLITE_ROW) return SQLITE_ROW;
  return rc == SQLITE_DONE ? SQLITE_DONE : cm_target_error(target, end, err);
}

int cm_target_by_chunks(cm_target *target, const char *table, const char *sql, cm_err *err) {
  sqlite3_stmt *stmt = NULL, *ends = NULL;
  int64_t last = INT64_MIN, end = 0;
  char *bounds = sqlite3_mprintf(
      "SELECT last FROM (SELECT max(rowid) AS last FROM (SELECT rowid FROM %s WHERE rowid > ?1 "
      "ORDER BY rowid LIMIT %d)) WHERE last IS NOT NULL",
      table, CHUNK_ROWS);
  int rc = bounds == NULL ? cm_err_nomem(err) : cm_target_prepare(target, bounds, &ends, err);
  sqlite3_free(bounds);
  if (rc == SQLITE_OK) rc = cm_target_prepare(target, sql, &stmt, err);
  while (rc == SQLITE_OK) {
    rc = end_of_chunk(target, ends, last, &end, err);
    if (rc != SQLITE_ROW) break;
    if (last != INT64_MIN && target->is_own) sqlite3_sleep(CHUNK_NAP_MS);
    rc = run_step(target, stmt, last == INT64_MIN ? last : last + 1, end, err);
    last = end;
  }
  sqlite3_finalize(stmt);
  sqlite3_finalize(ends);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}
