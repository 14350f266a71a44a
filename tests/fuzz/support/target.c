/*
** target.c -- see target.h.
*/
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extension.h"

void target_require(bool is_true, const char *text, const char *file, int line) {
  if (is_true) return;
  fprintf(stderr, "%s:%d: it should hold that %s\n", file, line, text);
  abort();
}

/* ---- inputs -------------------------------------------------------------------------------- */

unsigned input_byte(input *from) {
  if (from->left == 0) return 0;
  from->left--;
  return (unsigned char)*from->at++;
}

cm_slice input_part(input *from, char end) {
  const char *found = from->left > 0 ? memchr(from->at, end, from->left) : NULL;
  size_t len = found != NULL ? (size_t)(found - from->at) : from->left;
  char *copy = malloc(len + 1);
  require(copy != NULL);
  if (len > 0) memcpy(copy, from->at, len);
  copy[len] = '\0';
  from->at += len + (found != NULL);
  from->left -= len + (found != NULL);
  return (cm_slice){ copy, len };
}

void target_free(cm_slice part) {
  free((char *)(uintptr_t)part.ptr);
}

/* ---- a connection -------------------------------------------------------------------------- */

static int64_t slept_ms;

static int64_t now_ms(void *context) {
  (void)context;
  return slept_ms;
}

static int64_t wall_ms(void *context) {
  (void)context;
  return INT64_C(1768478400000) + slept_ms; /* 2026-01-15 12:00:00 UTC */
}

static void sleep_ms(void *context, int duration_ms) {
  (void)context;
  slept_ms += duration_ms;
}

static void run(sqlite3 *db, const char *sql) {
  char *error = NULL;
  int code = sqlite3_exec(db, sql, NULL, NULL, &error);
  if (code != SQLITE_OK) fprintf(stderr, "%s: %s\n", sql, error);
  require(code == SQLITE_OK);
}

sqlite3 *target_open(const char *sql) {
  const cm_clock clock = { now_ms, wall_ms, sleep_ms, NULL };
  sqlite3 *db = NULL;
  char *error = NULL;
  require(sqlite3_open(":memory:", &db) == SQLITE_OK);
  int code = cm_extension_init(db, &error, &clock);
  if (code != SQLITE_OK) fprintf(stderr, "%s\n", error);
  require(code == SQLITE_OK);
  run(db, "SELECT chartmogul_config('base_url', 'http://127.0.0.1/v1'),"
          " chartmogul_config('api_key', 'fuzz-key'), chartmogul_config('max_retries', 1),"
          " chartmogul_config('requests_per_second', 0)");
  if (sql != NULL) run(db, sql);
  return db;
}

static bool is_shown(void) {
  return getenv("TARGET_SHOW") != NULL;
}

sqlite3_stmt *target_prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  if (is_shown()) fprintf(stderr, "%s\n", sql);
  int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (code != SQLITE_OK) fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
  require(code == SQLITE_OK && statement != NULL);
  return statement;
}

static void check_error(const char *text, int code) {
  static const int faults[] = { SQLITE_INTERNAL, SQLITE_NOMEM,  SQLITE_IOERR, SQLITE_CORRUPT,
                                SQLITE_FULL,     SQLITE_SCHEMA, SQLITE_MISUSE };
  if (is_shown()) fprintf(stderr, "error %d: %s\n", code, text);
  for (size_t i = 0; i < cm_countof(faults); i++)
    require((code & 0xff) != faults[i]);
  require(text[0] != '\0');
  for (const char *at = text; *at != '\0'; at++)
    require((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static uint64_t hash_value(uint64_t hash, sqlite3_value *value) {
  int type = sqlite3_value_type(value);
  const unsigned char *bytes = type == SQLITE_NULL ? NULL : sqlite3_value_blob(value);
  int len = type == SQLITE_NULL ? 0 : sqlite3_value_bytes(value);
  hash = (hash ^ (uint64_t)type) * 1099511628211u;
  for (int i = 0; i < len; i++)
    hash = (hash ^ bytes[i]) * 1099511628211u;
  return hash;
}

int target_run(sqlite3 *db, sqlite3_stmt *statement, int64_t *rows, uint64_t *hash) {
  int code;
  if (rows != NULL) *rows = 0;
  if (hash != NULL) *hash = 0;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    uint64_t of_row = 14695981039346656037u;
    for (int i = 0; i < sqlite3_column_count(statement); i++)
      of_row = hash_value(of_row, sqlite3_column_value(statement, i));
    if (rows != NULL) ++*rows;
    if (hash != NULL) *hash += of_row;
  }
  if (code == SQLITE_DONE) return SQLITE_OK;
  check_error(sqlite3_errmsg(db), code);
  return code;
}
