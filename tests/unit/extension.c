/*
** Unit test of src/extension.c: what loading registers, and what it leaves alone.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "extension.h"
#include "registry.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_name_is_its_own),
    cmocka_unit_test(a_second_load_registers_nothing),
    cmocka_unit_test(a_table_of_the_user_wins),
    cmocka_unit_test(loads_where_nothing_can_be_created),
    cmocka_unit_test(stays_when_its_transaction_does_not),
    cmocka_unit_test(connections_are_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
