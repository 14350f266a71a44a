/*
** Unit test of src/extension.c: what loading registers, and what it leaves alone.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "chartmogul.h"
#include "extension.h"
#include "spec/registry.h"

static sqlite3 *open_db(void) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  return db;
}

static void load(sqlite3 *db) {
  char *error = NULL;
  int rc = cm_extension_init(db, &error, NULL);
  if (rc != SQLITE_OK) fail_msg("%s", error);
}

static void run(sqlite3 *db, const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", sql, error);
}

/** What a statement says in its only row. */
static int number(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  int result = sqlite3_column_int(stmt, 0);
  sqlite3_finalize(stmt);
  return result;
}

/* What a connection knew before, and how much more it knows now. */
static const char note_names[] =
    "CREATE TEMP TABLE old_functions AS SELECT name, narg FROM pragma_function_list;"
    "CREATE TEMP TABLE old_modules AS SELECT name FROM pragma_module_list;";
static const char new_functions[] =
    "SELECT count(*) FROM (SELECT name, narg FROM pragma_function_list"
    " EXCEPT SELECT name, narg FROM old_functions) WHERE name NOT LIKE 'chartmogul\\_%' ESCAPE "
    "'\\'";
static const char new_modules[] = "SELECT count(*) FROM (SELECT name FROM pragma_module_list"
                                  " EXCEPT SELECT name FROM old_modules)"
                                  " WHERE name NOT LIKE 'chartmogul\\_%' ESCAPE '\\'"
                                  " AND name NOT LIKE 'pragma\\_%' ESCAPE '\\'";

static void every_name_is_its_own(void **state) {
  (void)state;
  int tables = 0;
  sqlite3 *db = open_db();
  run(db, note_names);
  load(db);
  assert_int_equal(number(db, new_functions), 0);
  assert_int_equal(number(db, new_modules), 0);
  cm_registry_list(&tables);
  assert_true(number(db, "SELECT count(*) FROM chartmogul_tables") > tables);
  assert_int_equal(number(db, "SELECT count(*) FROM chartmogul_tables WHERE name NOT IN"
                              " (SELECT name FROM temp.sqlite_schema)"),
                   0);
  assert_int_equal(number(db, "SELECT count(*) FROM main.sqlite_schema"), 0);
  sqlite3_close(db);
}

static void a_second_load_registers_nothing(void **state) {
  (void)state;
  sqlite3 *db = open_db();
  load(db);
  run(db, "SELECT chartmogul_config('per_page', 7)");
  run(db, "DROP TABLE temp.chartmogul_plans");
  run(db, note_names);
  load(db);
  assert_int_equal(number(db, "SELECT chartmogul_config('per_page')"), 7);
  assert_int_equal(number(db, "SELECT (SELECT count(*) FROM pragma_function_list) -"
                              " (SELECT count(*) FROM old_functions)"),
                   0);
  assert_int_equal(number(db, "SELECT count(*) FROM temp.sqlite_schema"
                              " WHERE name = 'chartmogul_plans'"),
                   0);
  sqlite3_close(db);
}

static void a_table_of_the_user_wins(void **state) {
  (void)state;
  sqlite3 *db = open_db();
  run(db, "ATTACH ':memory:' AS other; CREATE TABLE other.Chartmogul_Invoices(mine);"
          "CREATE TABLE chartmogul_plans(mine); INSERT INTO chartmogul_plans VALUES(42);"
          "CREATE TEMP VIEW chartmogul_customers AS SELECT 43 AS mine;");
  load(db);
  assert_int_equal(number(db, "SELECT mine FROM chartmogul_plans"), 42);
  assert_int_equal(number(db, "SELECT mine FROM chartmogul_customers"), 43);
  assert_int_equal(number(db, "SELECT count(*) FROM temp.sqlite_schema WHERE name IN"
                              " ('chartmogul_plans', 'chartmogul_invoices')"),
                   0);
  assert_true(number(db, "SELECT count(*) FROM chartmogul_settings") > 0);
  sqlite3_close(db);
}

static void loads_where_nothing_can_be_created(void **state) {
  (void)state;
  sqlite3 *db = open_db();
  run(db, "PRAGMA query_only = 1");
  load(db);
  assert_true(number(db, "SELECT count(*) FROM chartmogul_settings") > 0);
  sqlite3_close(db);
}

static void stays_when_its_transaction_does_not(void **state) {
  (void)state;
  sqlite3 *db = open_db();
  run(db, "BEGIN");
  load(db);
  run(db, "ROLLBACK");
  assert_true(number(db, "SELECT count(*) FROM chartmogul_settings") > 0);
  assert_int_equal(number(db, "SELECT count(*) FROM temp.sqlite_schema"), 0);
  sqlite3_close(db);
}

/** Each connection has settings of its own. */
static void connections_are_apart(void **state) {
  (void)state;
  sqlite3 *one = open_db(), *two = open_db();
  load(one);
  load(two);
  run(one, "SELECT chartmogul_config('per_page', 3)");
  assert_int_equal(number(two, "SELECT chartmogul_config('per_page')"), 200);
  sqlite3_close(one);
  assert_int_equal(number(two, "SELECT chartmogul_config('per_page')"), 200);
  sqlite3_close(two);
}

/* ---- a table of the user's that hides one of ours ------------------------------------------- */

static char logged[1000];

static void keep_log(void *context, int code, const char *text) {
  (void)context;
  if (code == SQLITE_WARNING) snprintf(logged, sizeof logged, "%s", text);
}

static void what_hides_a_table_is_logged(void **state) {
  (void)state;
  sqlite3 *db = open_db();
  logged[0] = 0;
  load(db);
  assert_string_equal(logged, "");
  sqlite3_close(db);
  db = open_db();
  run(db, "ATTACH ':memory:' AS other; CREATE VIEW other.chartmogul_tasks AS SELECT 1;"
          "CREATE TABLE chartmogul_customers(mine)");
  load(db);
  assert_string_equal(logged,
                      "chartmogul: these hide the account's tables (they were there before): "
                      "main.chartmogul_customers, other.chartmogul_tasks: rename or drop them");
  assert_int_equal(number(db, "SELECT count(*) FROM chartmogul_tables WHERE hidden_by = 'main'"),
                   1);
  assert_int_equal(number(db, "SELECT count(hidden_by) FROM chartmogul_tables"), 2);
  sqlite3_close(db);
}

/** A table that is ours, and that a file has stored, is no reason to leave the one in temp out. */
static void a_stored_table_of_ours_hides_nothing(void **state) {
  (void)state;
  sqlite3 *db = open_db();
  run(db,
      "PRAGMA writable_schema = 1; INSERT INTO sqlite_schema VALUES('table', 'chartmogul_plans',"
      " 'chartmogul_plans', 0, 'CREATE VIRTUAL TABLE chartmogul_plans USING chartmogul_plans');"
      "CREATE TABLE noticed(x)");
  logged[0] = 0;
  load(db);
  assert_string_equal(logged, "");
  assert_int_equal(
      number(db, "SELECT count(*) FROM temp.sqlite_schema WHERE name = 'chartmogul_plans'"), 1);
  assert_int_equal(number(db, "SELECT count(hidden_by) FROM chartmogul_tables"), 0);
  sqlite3_close(db);
}

/* ---- a file that somebody else holds -------------------------------------------------------- */

static int waits;

static int count_wait(void *context, int count) {
  (void)context;
  if (count == 0) waits++;
  return 0;
}

static char path[96];

/** A file that `other` holds, and a connection to it that may have read its schema before. */
static void lock_file(sqlite3 **other, sqlite3 **db, bool is_read) {
  const char *parent = getenv("TMPDIR");
  snprintf(path, sizeof path, "%.40s/extension-%d.db", parent != NULL ? parent : "/tmp",
           (int)getpid());
  assert_int_equal(sqlite3_open(path, other), SQLITE_OK);
  run(*other, "CREATE TABLE theirs(x)");
  assert_int_equal(sqlite3_open(path, db), SQLITE_OK);
  if (is_read) assert_int_equal(number(*db, "SELECT count(*) FROM theirs"), 0);
  run(*other, "BEGIN EXCLUSIVE");
  sqlite3_busy_handler(*db, count_wait, NULL);
  waits = 0;
}

static void close_file(sqlite3 *other, sqlite3 *db) {
  sqlite3_close(db);
  sqlite3_close(other);
  unlink(path);
}

static void waits_once_for_a_locked_file(void **state) {
  (void)state;
  sqlite3 *other = NULL, *db = NULL;
  lock_file(&other, &db, false);
  load(db);
  assert_int_equal(waits, 1);
  load(db); /* a second time it is seen to be there */
  assert_int_equal(waits, 1);
  if (sqlite3_libversion_number() < 3041000) { /* newer ones want the file for any SELECT */
    assert_int_equal(number(db, "SELECT chartmogul_config('per_page', 7)"), 7);
    assert_int_equal(number(db, "SELECT chartmogul_config('per_page')"), 7);
    assert_int_equal(waits, 1);
  }
  run(other, "COMMIT");
  assert_int_equal(number(db, "SELECT count(*) > 20 FROM chartmogul_tables"), 1);
  assert_int_equal(number(db, "SELECT count(*) FROM theirs"), 0);
  assert_int_equal(waits, 1);
  close_file(other, db);
}

/** read_only does not wait for the file, and is not lost by it. */
static void read_only_needs_no_file(void **state) {
  (void)state;
  sqlite3 *other = NULL, *db = NULL;
  lock_file(&other, &db, false);
  assert_int_equal(sqlite3_chartmogulreadonly_init(db, NULL, NULL), SQLITE_OK);
  assert_int_equal(waits, 1);
  run(other, "COMMIT");
  assert_int_equal(number(db, "SELECT chartmogul_config('read_only')"), 1);
  close_file(other, db);
}

/** The same where its schema was read before: then SQLite makes the tables in temp. */
static void waits_once_for_a_file_that_was_read(void **state) {
  (void)state;
  sqlite3 *other = NULL, *db = NULL;
  lock_file(&other, &db, true);
  load(db);
  assert_int_equal(number(db, "SELECT chartmogul_config('per_page')"), 200);
  assert_int_equal(number(db, "SELECT chartmogul_config('per_page', 7)"), 7);
  assert_int_equal(waits, 1);
  run(other, "COMMIT");
  close_file(other, db);
}

int main(void) {
  sqlite3_config(SQLITE_CONFIG_LOG, keep_log, NULL);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_name_is_its_own),
    cmocka_unit_test(a_second_load_registers_nothing),
    cmocka_unit_test(a_table_of_the_user_wins),
    cmocka_unit_test(loads_where_nothing_can_be_created),
    cmocka_unit_test(stays_when_its_transaction_does_not),
    cmocka_unit_test(connections_are_apart),
    cmocka_unit_test(what_hides_a_table_is_logged),
    cmocka_unit_test(a_stored_table_of_ours_hides_nothing),
    cmocka_unit_test(waits_once_for_a_locked_file),
    cmocka_unit_test(waits_once_for_a_file_that_was_read),
    cmocka_unit_test(read_only_needs_no_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
