#include "db.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Statements differ by the filters that a request has; this is far more than there are
   combinations in use. */
#define SLOTS 4096
#define HELD_MAX 64

struct sb_db {
  sqlite3 *handle;
  sqlite3_stmt *kept[SLOTS];
  int kept_count;
  sqlite3_stmt *held[HELD_MAX];
  int held_count;
};

sb_db *sb_db_open(void) {
  sb_db *db = sb_alloc(sizeof *db);
  /* One thread uses it at a time: the main one before and after, the server's in between. */
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(":memory:", &db->handle, flags, NULL) != SQLITE_OK)
    sb_stop("SQLite does not open");
  sb_db_exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY");
  return db;
}

void sb_db_close(sb_db *db) {
  if (!db) return;
  for (int i = 0; i < SLOTS; i++)
    sqlite3_finalize(db->kept[i]);
  for (int i = 0; i < db->held_count; i++)
    sqlite3_finalize(db->held[i]);
  if (sqlite3_close(db->handle) != SQLITE_OK) sb_stop("statements are left open");
  free(db);
}

sqlite3 *sb_db_handle(sb_db *db) {
  return db->handle;
}

void sb_db_exec(sb_db *db, const char *sql) {
  char *message = NULL;
  if (sqlite3_exec(db->handle, sql, NULL, NULL, &message) != SQLITE_OK)
    sb_stop("%s in: %s", message, sql);
}

static uint64_t hash_of(const char *sql) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *sql; sql++)
    hash = (hash ^ (unsigned char)*sql) * UINT64_C(1099511628211);
  return hash;
}

/* All statements of the cache are idle when it is full: forget them, they come back as they
   are asked for. */
static void forget_all(sb_db *db) {
  for (int i = 0; i < SLOTS; i++) {
    if (db->kept[i] && sqlite3_stmt_busy(db->kept[i])) sb_stop("too many statements in use");
    sqlite3_finalize(db->kept[i]);
    db->kept[i] = NULL;
  }
  db->kept_count = 0;
}

static sqlite3_stmt *prepare(sb_db *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    sb_stop("%s in: %s", sqlite3_errmsg(db->handle), sql);
  return statement;
}

sqlite3_stmt *sb_db_keep(sb_db *db, const char *sql) {
  if (db->held_count == HELD_MAX) sb_stop("too many statements are kept");
  return db->held[db->held_count++] = prepare(db, sql);
}

sqlite3_stmt *sb_db_statement(sb_db *db, const char *sql) {
  if (db->kept_count > SLOTS / 2) forget_all(db);
  size_t slot = hash_of(sql) % SLOTS;
  while (db->kept[slot] && strcmp(sqlite3_sql(db->kept[slot]), sql) != 0)
    slot = (slot + 1) % SLOTS;
  sqlite3_stmt *statement = db->kept[slot];
  if (!statement) {
    db->kept[slot] = statement = prepare(db, sql);
    db->kept_count++;
  }
  if (sqlite3_stmt_busy(statement)) sb_stop("a statement is in use already: %s", sql);
  return statement;
}

static void bind_all(sqlite3_stmt *statement, const char *binds, va_list args) {
  for (int i = 1; *binds; binds++, i++) {
    int result = SQLITE_OK;
    switch (*binds) {
    case 'i': result = sqlite3_bind_int64(statement, i, va_arg(args, int64_t)); break;
    case 'd': result = sqlite3_bind_double(statement, i, va_arg(args, double)); break;
    case 't':
      result = sqlite3_bind_text(statement, i, va_arg(args, const char *), -1, SQLITE_STATIC);
      break;
    default: result = sqlite3_bind_null(statement, i); break;
    }
    if (result != SQLITE_OK)
      sb_stop("parameter %d does not bind in: %s", i, sqlite3_sql(statement));
  }
}

static sqlite3_stmt *query(sb_db *db, const char *sql, const char *binds, va_list args) {
  sqlite3_stmt *statement = sb_db_statement(db, sql);
  bind_all(statement, binds, args);
  return statement;
}

sqlite3_stmt *sb_db_query(sb_db *db, const char *sql, const char *binds, ...) {
  va_list args;
  va_start(args, binds);
  sqlite3_stmt *statement = query(db, sql, binds, args);
  va_end(args);
  return statement;
}

bool sb_db_step(sqlite3_stmt *statement) {
  int result = sqlite3_step(statement);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE)
    sb_stop("%s in: %s", sqlite3_errmsg(sqlite3_db_handle(statement)), sqlite3_sql(statement));
  return false;
}

void sb_db_done(sqlite3_stmt *statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

int sb_db_run(sb_db *db, const char *sql, const char *binds, ...) {
  va_list args;
  va_start(args, binds);
  sqlite3_stmt *statement = query(db, sql, binds, args);
  va_end(args);
  while (sb_db_step(statement)) {
  }
  sb_db_done(statement);
  return sqlite3_changes(db->handle);
}

int64_t sb_db_int(sb_db *db, int64_t otherwise, const char *sql, const char *binds, ...) {
  va_list args;
  va_start(args, binds);
  sqlite3_stmt *statement = query(db, sql, binds, args);
  va_end(args);
  if (sb_db_step(statement) && sqlite3_column_type(statement, 0) != SQLITE_NULL)
    otherwise = sqlite3_column_int64(statement, 0);
  sb_db_done(statement);
  return otherwise;
}

char *sb_db_text(sb_db *db, const char *sql, const char *binds, ...) {
  va_list args;
  va_start(args, binds);
  sqlite3_stmt *statement = query(db, sql, binds, args);
  va_end(args);
  char *copy = NULL;
  if (sb_db_step(statement)) copy = sb_copy((const char *)sqlite3_column_text(statement, 0));
  sb_db_done(statement);
  return copy;
}

const char *sb_column_text(sqlite3_stmt *statement, int column) {
  const char *words = (const char *)sqlite3_column_text(statement, column);
  return words ? words : "";
}
