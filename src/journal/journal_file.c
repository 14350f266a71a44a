#include "journal/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH_BYTES = 4096 + 16, LOCK_POLL_MS = 20, LOCK_TEXT_BYTES = 256 };

/* The tables of a journal, as sqlite_schema shows them. */
static const char *const tables[] = {
  "CREATE TABLE run(id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, origin TEXT NOT NULL, "
  "account TEXT NOT NULL, name TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, process "
  "TEXT NOT NULL, "
  "whole_to INTEGER NOT NULL, is_ended INTEGER NOT NULL)",
  "CREATE TABLE line(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, time_ms INTEGER NOT NULL, "
  "table_name TEXT NOT NULL, operation TEXT NOT NULL, key TEXT, state TEXT NOT NULL, "
  "status INTEGER NOT NULL, error TEXT, uuid TEXT, not_taken TEXT, body TEXT, response TEXT, "
  "before TEXT, change TEXT, host INTEGER NOT NULL)",
};

/* ---- what went wrong ------------------------------------------------------------------------------ */

int cm_journal_file_fail(sqlite3 *db, const char *path, const char *what, cm_err *err) {
  int code = sqlite3_errcode(db) & 0xff;
  if (code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    return cm_err_set(err, SQLITE_BUSY,
                      "journal: nothing is written (%s %s: another program holds it in a "
                      "transaction of its own): try again when that has ended",
                      path, what);
  return cm_err_set(err, SQLITE_CANTOPEN,
                    "journal: nothing is written (%s %s: %s): make room or access for it, or set "
                    "journal to another file",
                    path, what, sqlite3_errmsg(db));
}

static int refuse_file(const char *path, const char *why, cm_err *err) {
  return cm_err_set(err, SQLITE_CANTOPEN,
                    "journal: nothing is written (%s %s): set journal to another file", path, why);
}

/* ---- opening -------------------------------------------------------------------------------------- */

/** SQLite would make it readable to all. One that is there stays as it is. */
static int make_file(const char *path, cm_err *err) {
  int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    return cm_err_set(err, SQLITE_CANTOPEN,
                      "journal: nothing is written (%s cannot be opened: %s): set journal to a "
                      "file that can be written",
                      path, strerror(errno));
  }
  struct stat what;
  bool is_file = fstat(file, &what) == 0 && S_ISREG(what.st_mode);
  close(file);
  return is_file ? SQLITE_OK : refuse_file(path, "is not a file", err);
}

static int read_integer(sqlite3 *db, const char *sql, int64_t *out) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    *out = sqlite3_column_int64(stmt, 0);
    rc = SQLITE_OK;
  }
  int end = sqlite3_finalize(stmt);
  return rc == SQLITE_OK ? end : rc;
}

/** A file of ours has exactly our tables. */
static int check_tables(sqlite3 *db, bool *is_ours) {
  sqlite3_stmt *stmt = NULL;
  size_t found = 0;
  *is_ours = true;
  int rc = sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_schema ORDER BY rowid LIMIT 9", -1, &stmt,
                              NULL);
  while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
    const char *sql = (const char *)sqlite3_column_text(stmt, 0);
    bool is_same = sql != NULL && found < cm_countof(tables) && strcmp(sql, tables[found]) == 0;
    *is_ours = *is_ours && is_same;
    found++;
  }
  int end = sqlite3_finalize(stmt);
  *is_ours = *is_ours && found == cm_countof(tables);
  return rc == SQLITE_OK ? end : rc;
}

static int make_tables(sqlite3 *db) {
  char version[96];
  sqlite3_snprintf(sizeof version, version,
                   "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                   CM_JOURNAL_APPLICATION, CM_JOURNAL_VERSION);
  int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  int64_t objects = 0;
  if (rc == SQLITE_OK) rc = read_integer(db, "SELECT count(*) FROM sqlite_schema", &objects);
  for (size_t i = 0; objects == 0 && i < cm_countof(tables) && rc == SQLITE_OK; i++)
    rc = sqlite3_exec(db, tables[i], NULL, NULL, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, objects == 0 ? version : "COMMIT", NULL, NULL, NULL);
  return rc;
}

/** Nothing that stands in the file is run, and a file that was made to break SQLite is looked at closely. */
static int distrust(sqlite3 *db) {
  sqlite3_extended_result_codes(db, 0);
  sqlite3_busy_timeout(db, CM_JOURNAL_LOCK_MS);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, CM_MAX_QUEUED_BYTES);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
  return sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", NULL, NULL, NULL);
}

static int check_file(sqlite3 *db, const char *path, cm_err *err) {
  int64_t application = 0;
  int64_t version = 0;
  int64_t pages = 0;
  bool is_ours = false;
  int rc = distrust(db);
  if (rc == SQLITE_OK) rc = read_integer(db, "PRAGMA page_count", &pages);
  if (rc == SQLITE_OK && pages == 0) rc = make_tables(db);
  if (rc == SQLITE_OK) rc = read_integer(db, "PRAGMA application_id", &application);
  if (rc == SQLITE_OK) rc = read_integer(db, "PRAGMA user_version", &version);
  if (rc == SQLITE_NOTADB) return refuse_file(path, "is not a journal", err);
  if (rc != SQLITE_OK) return cm_journal_file_fail(db, path, "cannot be read", err);
  if (application != CM_JOURNAL_APPLICATION) return refuse_file(path, "is not a journal", err);
  if (version > CM_JOURNAL_VERSION)
    return refuse_file(path, "is a journal of a newer version of this extension", err);
  rc = check_tables(db, &is_ours);
  if (rc != SQLITE_OK) return cm_journal_file_fail(db, path, "cannot be read", err);
  if (!is_ours || version != CM_JOURNAL_VERSION)
    return refuse_file(path, "is a journal with other tables than ours", err);
  rc = sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", NULL, NULL, NULL);
  return rc == SQLITE_OK ? SQLITE_OK : cm_journal_file_fail(db, path, "cannot be written", err);
}

int cm_journal_file_open(const char *path, sqlite3 **out, cm_err *err) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  char plain[MAX_PATH_BYTES];
  *out = NULL;
  /* a program may have told SQLite to take any name as an URI */
  bool is_like_uri = sqlite3_strnicmp(path, "file:", 5) == 0;
  sqlite3_snprintf(sizeof plain, plain, "%s%s", is_like_uri ? "./" : "", path);
  int rc = make_file(plain, err);
  if (rc != SQLITE_OK) return rc;
  rc = sqlite3_open_v2(plain, out, flags, NULL);
  if (rc == SQLITE_OK) {
    rc = check_file(*out, path, err);
  } else {
    rc = *out != NULL ? cm_journal_file_fail(*out, path, "cannot be opened", err)
                      : cm_err_nomem(err);
  }
  if (rc == SQLITE_OK) return rc;
  sqlite3_close(*out);
  *out = NULL;
  return rc;
}

/* ---- the lock ------------------------------------------------------------------------------------- */

static const char signature[] = "process ";

/** Of the whole file, for this handle; it ends with the process. */
static bool try_lock(int file) {
  return flock(file, LOCK_EX | LOCK_NB) == 0;
}

static int refuse_lock(const char *path, int file, cm_err *err) {
  char holder[LOCK_TEXT_BYTES + 1];
  ssize_t len = pread(file, holder, LOCK_TEXT_BYTES, 0);
  holder[len > 0 ? len : 0] = '\0';
  for (char *at = holder; *at != '\0'; at++) {
    if ((unsigned char)*at < ' ' || (unsigned char)*at > '~') *at = '\0';
    if (*at == '\0') break;
  }
  return cm_err_set(err, SQLITE_BUSY,
                    "journal: nothing was sent (%s writes with %s now): try again when it has "
                    "ended",
                    strncmp(holder, signature, strlen(signature)) == 0 ? holder : "another process",
                    path);
}

/** A file of this name that says something else is somebody's, and stays as it is. */
static bool may_sign(int file) {
  char text[sizeof signature - 1];
  ssize_t len = pread(file, text, sizeof text, 0);
  return len == 0 || (len == (ssize_t)sizeof text && memcmp(text, signature, sizeof text) == 0);
}

static void sign(int file) {
  char host[128] = "";
  char text[LOCK_TEXT_BYTES];
  if (!may_sign(file)) return;
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  sqlite3_snprintf(sizeof text, text, "%s%ld on %s", signature, (long)getpid(),
                   *host != '\0' ? host : "this machine");
  size_t len = strlen(text);
  /* who has the lock is told to those who wait, no more */
  if (ftruncate(file, 0) != 0 || pwrite(file, text, len, 0) != (ssize_t)len) return;
}

int cm_journal_lock(const char *path, const cm_clock *clock, int *out, cm_err *err) {
  char name[MAX_PATH_BYTES];
  sqlite3_snprintf(sizeof name, name, "%s-lock", path);
  *out = -1;
  int file = open(name, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return cm_err_set(err, SQLITE_CANTOPEN,
                      "journal: nothing was sent (%s cannot be opened: %s): make its folder "
                      "writable, or set journal to another file",
                      name, strerror(errno));
  }
  int waited = 0;
  while (!try_lock(file)) {
    if (waited >= CM_JOURNAL_LOCK_MS) {
      int rc = refuse_lock(path, file, err);
      close(file);
      return rc;
    }
    clock->sleep_ms(clock->context, LOCK_POLL_MS);
    waited += LOCK_POLL_MS;
  }
  sign(file);
  *out = file;
  return SQLITE_OK;
}

void cm_journal_unlock(int lock) {
  if (lock < 0) return;
  flock(lock, LOCK_UN); /* a process that was forked has a copy of the handle */
  close(lock);
}
