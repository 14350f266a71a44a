/*
** Unit test of src/client/writable.c: whoever opens a file read-only changes nothing, in the account neither.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sqlite_api.h"
#include "extension.h"

static char path[96];

static int make_file(void **state) {
  (void)state;
  const char *parent = getenv("TMPDIR");
  sqlite3 *db = NULL;
  snprintf(path, sizeof path, "%.40s/writable-%d.db", parent != NULL ? parent : "/tmp",
           (int)getpid());
  setenv("CHARTMOGUL_DRY_RUN", "1", 1); /* what is not refused is recorded, and not sent */
  setenv("CHARTMOGUL_API_KEY", "test-key", 1);
  int rc = sqlite3_open(path, &db);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "CREATE TABLE t(x)", NULL, NULL, NULL);
  sqlite3_close(db);
  return rc;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

/* %s is the file. */
static sqlite3 *open_db(const char *name, int flags) {
  sqlite3 *db = NULL;
  char *error = NULL;
  char *file = sqlite3_mprintf(name, path);
  int rc = sqlite3_open_v2(file, &db, flags | SQLITE_OPEN_URI, NULL);
  if (rc == SQLITE_OK) rc = cm_extension_init(db, &error, NULL);
  if (rc != SQLITE_OK) fail_msg("%s: %s", file, error);
  sqlite3_free(file);
  return db;
}

static const char *const writes[] = {
  "INSERT INTO chartmogul_data_sources(name) VALUES('Mine')",
  "DELETE FROM chartmogul_plans WHERE uuid = 'pl_1'",
  "SELECT chartmogul_request('POST', '/plans', '{}')",
  "SELECT chartmogul_request('DELETE', '/data_sources/ds_1')",
  "SELECT chartmogul_empty_data_source('ds_1')",
  "SELECT chartmogul_merge_customers('cus_1', 'cus_2')",
};

static const char advice[] = "open ':memory:' and ATTACH the file with mode=ro";

/** No write is recorded, none is tried, and each says why. */
static void refuses(sqlite3 *db, const char *words) {
  for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
    if (strncmp(writes[i], "DELETE FROM", 11) == 0) continue; /* it reads the row first */
    int rc = sqlite3_exec(db, writes[i], NULL, NULL, NULL);
    bool is_right = rc == SQLITE_READONLY && strstr(sqlite3_errmsg(db), words) != NULL;
    if (!is_right) fail_msg("%s: %d %s", writes[i], rc, sqlite3_errmsg(db));
  }
  sqlite3_stmt *stmt = NULL;
  sqlite3_prepare_v2(db, "SELECT count(*) FROM chartmogul_requests", -1, &stmt, NULL);
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int(stmt, 0), 0);
  sqlite3_finalize(stmt);
}

static void allows(sqlite3 *db) {
  static const char *const allowed[] = {
    "INSERT INTO chartmogul_data_sources(name) VALUES('Mine')",
    "SELECT chartmogul_request('POST', '/plans', '{}')",
    "SELECT chartmogul_merge_customers('cus_1', 'cus_2')",
  };
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    if (sqlite3_exec(db, allowed[i], NULL, NULL, NULL) != SQLITE_OK)
      fail_msg("%s: %s", allowed[i], sqlite3_errmsg(db));
  }
}

static void a_read_only_main_refuses(void **state) {
  static const struct {
    const char *name;
    int flags;
  } ways[] = {
    { "file:%s?mode=ro", SQLITE_OPEN_READWRITE },
    { "%s", SQLITE_OPEN_READONLY },
    { "file:%s?immutable=1", SQLITE_OPEN_READWRITE },
  };
  (void)state;
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    sqlite3 *db = open_db(ways[i].name, ways[i].flags);
    refuses(db, advice);
    sqlite3_close(db);
  }
}

static void others_do_not(void **state) {
  static const char *const names[] = { "%s", ":memory:", "", "file::memory:?mode=memory" };
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    sqlite3 *db = open_db(names[i], SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    char *attach = sqlite3_mprintf("ATTACH 'file:%q?mode=ro' AS theirs", path);
    assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    allows(db);
    sqlite3_free(attach);
    sqlite3_close(db);
  }
}

static void query_only_refuses_functions(void **state) {
  (void)state;
  sqlite3 *db = open_db(":memory:", SQLITE_OPEN_READWRITE);
  assert_int_equal(sqlite3_exec(db, "PRAGMA query_only = 1", NULL, NULL, NULL), SQLITE_OK);
  refuses(db, ""); /* of INSERT SQLite itself says so */
  assert_int_equal(sqlite3_exec(db, "PRAGMA query_only = 0", NULL, NULL, NULL), SQLITE_OK);
  allows(db);
  sqlite3_close(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_read_only_main_refuses),
    cmocka_unit_test(others_do_not),
    cmocka_unit_test(query_only_refuses_functions),
  };
  return cmocka_run_group_tests_name("writable", tests, make_file, remove_file);
}
