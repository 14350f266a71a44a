/*
** account.c -- see account.h.
*/
#include "account.h"

#include <stdio.h>
#include <stdlib.h>

#include "extension.h"
#include "fake_clock.h"
#include "sandbox.h"

#define CONTENT "tests/columns/account.sql"

static sandbox *running;
static fake_clock clock_of_tests;

void account_die(const char *what, const char *why) {
  fprintf(stderr, "columns: %s: %s\n", what, why);
  exit(2);
}

static void end_sandbox(void) {
  sandbox_free(running);
}

/** Run statements until one fails, which ends the program. */
static void execute(sqlite3 *db, const char *sql) {
  int code = SQLITE_OK;
  while (code == SQLITE_OK && *sql != 0) {
    sqlite3_stmt *statement = NULL;
    code = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    while (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
    }
    if (code != SQLITE_OK || sqlite3_reset(statement) != SQLITE_OK)
      account_die(code == SQLITE_OK ? sqlite3_sql(statement) : sql, sqlite3_errmsg(db));
    sqlite3_finalize(statement);
  }
}

static sqlite3 *connect(const char *base_url) {
  sqlite3 *db = NULL;
  char *error = NULL;
  text sql = { 0 };
  fake_clock_init(&clock_of_tests);
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) account_die("sqlite3_open", sqlite3_errmsg(db));
  int code = cm_extension_init(db, &error, &clock_of_tests.face);
  if (code != SQLITE_OK && code != SQLITE_OK_LOAD_PERMANENTLY) account_die("load", error);
  text_printf(
      &sql,
      "SELECT chartmogul_config('base_url', '%s'), chartmogul_config('api_key', 'test-key'),"
      " chartmogul_config('requests_per_second', 0), chartmogul_config('per_page', 3)",
      base_url);
  execute(db, text_str(&sql));
  text_clear(&sql);
  return db;
}

sqlite3 *account_open(const char *sandbox_program) {
  static const char switches[] = /* what a user changes in a source that syncs itself is an edit */
      "{\"async_delay_ms\":0,\"disable_anywhere\":true,\"source_system\":\"Stripe\"}";
  text why = { 0 };
  char *content = text_read_file(CONTENT, NULL);
  if (content == NULL) account_die(CONTENT, "cannot be read");
  running = sandbox_new(sandbox_program, &why);
  if (running == NULL) account_die(sandbox_program, text_str(&why));
  atexit(end_sandbox);
  if (!sandbox_reset(running, "2", &why) ||
      !sandbox_control(running, "/control/switches", switches, &why))
    account_die("sandbox", text_str(&why));
  sqlite3 *db = connect(sandbox_base(running));
  execute(db, content);
  free(content);
  return db;
}

void account_close(sqlite3 *db) {
  if (sqlite3_close(db) != SQLITE_OK) account_die("sqlite3_close", sqlite3_errmsg(db));
}
