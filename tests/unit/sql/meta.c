/*
** meta.c -- the tables that describe the extension say what the descriptors and the session hold.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spec/registry.h"
#include "sql/functions/actions.h"
#include "sql/functions/functions.h"
#include "sql/meta/meta.h"
#include "sql/meta/meta_names.h"

typedef struct bed {
  sqlite3 *db;
  cm_session *session;
} bed;

static int set_up(void **state) {
  static bed fixture;
  cm_err err = { 0 };
  unsetenv("CHARTMOGUL_API_KEY");
  unsetenv("CHARTMOGUL_API_KEY_FILE");
  assert_int_equal(sqlite3_open(":memory:", &fixture.db), SQLITE_OK);
  assert_int_equal(cm_session_new(fixture.db, NULL, &fixture.session, &err), SQLITE_OK);
  assert_int_equal(cm_meta_register(fixture.db, fixture.session), SQLITE_OK);
  *state = &fixture;
  return 0;
}

static int tear_down(void **state) {
  bed *fixture = *state;
  cm_session_unref(fixture->session);
  return sqlite3_close(fixture->db);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  return stmt;
}

/** Assert the first row: its columns with "|" between, NULL as "-". */
static void assert_row(sqlite3 *db, const char *sql, const char *expected) {
  sqlite3_stmt *stmt = prepare(db, sql);
  cm_buf row;
  cm_buf_init(&row, CM_MAX_URL_BYTES);
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  for (int i = 0; i < sqlite3_column_count(stmt); i++) {
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    cm_buf_printf(&row, "%s%s", i > 0 ? "|" : "", text != NULL ? text : "-");
  }
  assert_string_equal(cm_buf_str(&row), expected);
  cm_buf_clear(&row);
  sqlite3_finalize(stmt);
}

static void names_are_those_of_the_tables(void **state) {
  int name_count = 0;
  int table_count = 0;
  const char *const *names = cm_meta_names(&name_count);
  const cm_meta_table *const *tables = cm_meta_tables(&table_count);
  (void)state;
  assert_int_equal(name_count, table_count);
  for (int i = 0; i < name_count; i++) {
    assert_string_equal(names[i], tables[i]->name);
    assert_true(tables[i]->column_count <= CM_META_MAX_COLUMNS);
  }
}

static void every_table_has_a_row(void **state) {
  const bed *fixture = *state;
  int resource_count = 0;
  int meta_count = 0;
  char expected[16];
  cm_registry_list(&resource_count);
  cm_meta_tables(&meta_count);
  sqlite3_snprintf(sizeof expected, expected, "%d", resource_count + meta_count);
  assert_row(fixture->db, "SELECT count(*) FROM chartmogul_tables", expected);
  assert_row(fixture->db,
             "SELECT description, key, can_insert, can_update, can_delete FROM chartmogul_tables "
             "WHERE name = 'chartmogul_data_sources'",
             "A billing source; deleting one deletes its customers, plans and invoices "
             "too.|uuid|1|0|1");
  assert_row(fixture->db,
             "SELECT key, can_insert, can_update, can_delete FROM chartmogul_tables WHERE name = "
             "'chartmogul_requests'",
             "-|0|0|0");
}

static void every_example_of_a_description_works(void **state) {
  const bed *fixture = *state;
  int count = 0;
  const cm_meta_table *const *tables = cm_meta_tables(&count);
  for (int i = 0; i < count; i++) {
    sqlite3_stmt *stmt = prepare(fixture->db, tables[i]->example);
    int rc = SQLITE_ROW;
    while (rc == SQLITE_ROW)
      rc = sqlite3_step(stmt);
    assert_int_equal(rc, SQLITE_DONE);
    sqlite3_finalize(stmt);
  }
}

static void columns_tell_path_filter_and_use(void **state) {
  const bed *fixture = *state;
  static const struct {
    const char *column;
    const char *expected; /* type, json_path, filter, can_insert, can_update, hidden */
  } rows[] = {
    { "customers' AND name = 'uuid", "TEXT|$.uuid|uuid =|0|0|0" },
    { "customers' AND name = 'customer_since", "TIMESTAMP|$.customer-since|-|0|0|0" },
    { "customers' AND name = 'tags", "JSON|$.attributes.tags|-|1|1|0" },
    { "customers' AND name = 'status", "TEXT|$.status|status =|1|1|0" },
    { "customers' AND name = 'email", "TEXT|$.email|email =|1|1|0" },
    { "customers' AND name = 'search_email", "TEXT|-|email =|0|0|1" },
    { "customers' AND name = 'json", "JSON|$|-|0|0|1" },
    { "subscriptions' AND name = 'cancelled_at", "TIMESTAMP|-|-|0|1|0" },
    { "subscriptions' AND name = 'customer_uuid", "TEXT|-|customer_uuid =|0|0|0" },
    { "invoices' AND name = 'validation_type", "TEXT|-|validation_type =|0|0|1" },
    { "requests' AND name = 'id", "INTEGER|-|-|0|0|0" },
  };
  for (size_t i = 0; i < cm_countof(rows); i++) {
    char *sql = sqlite3_mprintf("SELECT type, json_path, filter, can_insert, can_update, hidden "
                                "FROM chartmogul_columns WHERE table_name = 'chartmogul_%s'",
                                rows[i].column);
    assert_non_null(sql);
    assert_row(fixture->db, sql, rows[i].expected);
    sqlite3_free(sql);
  }
}

static void columns_are_those_of_the_schema(void **state) {
  const bed *fixture = *state;
  int resource_count = 0;
  const cm_resource *const *resources = cm_registry_list(&resource_count);
  for (int i = 0; i < resource_count; i++) {
    char expected[16];
    char *sql = sqlite3_mprintf("SELECT count(*) FROM chartmogul_columns WHERE table_name = %Q",
                                resources[i]->name);
    assert_non_null(sql);
    sqlite3_snprintf(sizeof expected, expected, "%d", resources[i]->column_count);
    assert_row(fixture->db, sql, expected);
    sqlite3_free(sql);
  }
}

/** Plain tables with the schemas of the resources stand in for the virtual ones. */
static void make_plain_tables(sqlite3 *db) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    cm_buf schema;
    cm_buf_init(&schema, CM_MAX_URL_BYTES);
    assert_int_equal(cm_registry_schema(resources[i], &schema), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, cm_buf_str(&schema), NULL, NULL, NULL), SQLITE_OK);
    cm_buf_clear(&schema);
  }
}

static void every_statement_of_an_endpoint_is_sql(void **state) {
  const bed *fixture = *state;
  int calls = 0;
  make_plain_tables(fixture->db);
  assert_int_equal(cm_functions_register(fixture->db, fixture->session), SQLITE_OK);
  sqlite3_stmt *stmt = prepare(fixture->db, "SELECT sql, table_name, operation FROM "
                                            "chartmogul_endpoints");
  while (sqlite3_step(stmt) == SQLITE_ROW) {
    const char *sql = (const char *)sqlite3_column_text(stmt, 0);
    const char *table = (const char *)sqlite3_column_text(stmt, 1);
    const char *operation = (const char *)sqlite3_column_text(stmt, 2);
    sqlite3_stmt *statement = prepare(fixture->db, sql);
    assert_int_equal(sqlite3_stmt_readonly(statement), strcmp(operation, "SELECT") == 0);
    assert_memory_equal(sql, operation, strlen(operation));
    assert_non_null(strstr(sql, table));
    sqlite3_finalize(statement);
    calls++;
  }
  assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
  int expected = 0;
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    expected += resources[i]->read_count + resources[i]->write_count;
    expected += resources[i]->companion != NULL;
  }
  cm_actions_table(&count);
  assert_true(calls > expected + count);
}

static void every_function_of_one_call_is_an_endpoint(void **state) {
  const bed *fixture = *state;
  int count = 0;
  const cm_action *actions = cm_actions_table(&count);
  for (int i = 0; i < count; i++) {
    char *sql = sqlite3_mprintf("SELECT method, path, sql FROM chartmogul_endpoints WHERE "
                                "table_name = %Q AND operation = 'SELECT'",
                                actions[i].name);
    char *expected = sqlite3_mprintf("%s|%s|%s", actions[i].method, actions[i].path,
                                     actions[i].example);
    assert_non_null(sql);
    assert_non_null(expected);
    assert_row(fixture->db, sql, expected);
    sqlite3_free(sql);
    sqlite3_free(expected);
  }
  assert_row(fixture->db,
             "SELECT method, path, sql FROM chartmogul_endpoints WHERE table_name = "
             "'chartmogul_ping'",
             "GET|/ping|SELECT chartmogul_ping()");
}

static void an_endpoint_shows_what_reaches_it(void **state) {
  const bed *fixture = *state;
  assert_row(
      fixture->db,
      "SELECT method, sql FROM chartmogul_endpoints WHERE path = '/customers/search' LIMIT 1",
      "GET|SELECT * FROM chartmogul_customers WHERE email = 'name@example.com'");
  assert_row(fixture->db,
             "SELECT table_name, operation, sql FROM chartmogul_endpoints WHERE path = "
             "'/data_sources/{data_source_uuid}/invoices/{external_id}/status'",
             "chartmogul_invoices|UPDATE|UPDATE chartmogul_invoices SET status = 'voided' WHERE "
             "uuid = 'inv_00000000-0000-0000-0000-000000000000'");
  assert_row(fixture->db,
             "SELECT sql FROM chartmogul_endpoints WHERE method = 'DELETE' AND path = "
             "'/customers/{uuid}/attributes/tags'",
             "UPDATE chartmogul_customers SET tags = '[]' WHERE uuid = "
             "'cus_00000000-0000-0000-0000-000000000000'");
}

static void settings_never_show_a_secret(void **state) {
  const bed *fixture = *state;
  cm_err err = { 0 };
  assert_row(fixture->db, "SELECT value FROM chartmogul_settings WHERE name = 'api_key'",
             "not set");
  int rc = cm_session_configure(fixture->session, "api_key", "top-secret-key", &err);
  assert_int_equal(rc, SQLITE_OK);
  assert_row(fixture->db, "SELECT value, source FROM chartmogul_settings WHERE name = 'api_key'",
             "set|config");
  assert_row(fixture->db,
             "SELECT count(*) FROM chartmogul_settings WHERE name || ifnull(value, '') || "
             "ifnull(default_value, '') || description || source LIKE '%top-secret%'",
             "0");
}

static void settings_show_value_default_and_source(void **state) {
  const bed *fixture = *state;
  cm_err err = { 0 };
  assert_int_equal(cm_session_configure(fixture->session, "per_page", "50", &err), SQLITE_OK);
  assert_row(fixture->db,
             "SELECT value, default_value, source FROM chartmogul_settings WHERE name = 'per_page'",
             "50|200|config");
  assert_row(fixture->db,
             "SELECT value, source FROM chartmogul_settings WHERE name = 'concurrency'",
             "8|default");
}

static void a_request_is_shown_as_it_was_logged(void **state) {
  const bed *fixture = *state;
  cm_request_line *line = cm_request_log_add(fixture->session->log,
                                             cm_session_wall_ms(fixture->session), "POST",
                                             "/customers?a=b", "{\"x\":1}");
  line->time_ms = 1452873600500; /* 2016-01-15 16:00:00.5 */
  line->status = 422;
  line->tries = 2;
  line->waited_ms = 3;
  line->duration_ms = 4;
  line->bytes = 5;
  line->rows = 6;
  line->error = sqlite3_mprintf("no");
  assert_row(fixture->db,
             "SELECT id, time, method, path, status, tries, waited_ms, duration_ms, bytes, rows, "
             "error FROM chartmogul_requests",
             "1|2016-01-15 16:00:00.500|POST|/customers?a=b|422|2|3|4|5|6|no");
  line = cm_request_log_add(fixture->session->log, cm_session_wall_ms(fixture->session), "GET",
                            "/plans", NULL);
  line->status = 0;
  line->rows = -1;
  assert_row(fixture->db,
             "SELECT path, status, rows, error, body FROM chartmogul_requests WHERE id = 2",
             "/plans|-|-|-|-");
}

static void log_many(const bed *fixture, int count) {
  for (int i = 0; i < count; i++)
    cm_request_log_add(fixture->session->log, cm_session_wall_ms(fixture->session), "GET", "/many",
                       NULL);
}

static void old_requests_leave(void **state) {
  const bed *fixture = *state;
  log_many(fixture, CM_MAX_REQUEST_LOG + 5);
  assert_row(fixture->db, "SELECT count(*), min(id), max(id) FROM chartmogul_requests",
             "1000|6|1005");
}

static void a_row_outlives_its_line(void **state) {
  const bed *fixture = *state;
  log_many(fixture, 3);
  sqlite3_stmt *stmt = prepare(fixture->db, "SELECT id, path FROM chartmogul_requests");
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  log_many(fixture, CM_MAX_REQUEST_LOG - 1); /* the line after it has left, too */
  assert_int_equal(sqlite3_column_int64(stmt, 0), 1);
  assert_string_equal((const char *)sqlite3_column_text(stmt, 1), "/many");
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int64(stmt, 0), 3);
  assert_int_equal(sqlite3_step(stmt), SQLITE_DONE); /* what came since is for the next statement */
  sqlite3_finalize(stmt);
}

static void tables_work_in_temp_and_read_only(void **state) {
  const bed *fixture = *state;
  char *error = NULL;
  int rc = sqlite3_exec(fixture->db,
                        "CREATE VIRTUAL TABLE temp.chartmogul_settings USING chartmogul_settings",
                        NULL, NULL, NULL);
  assert_int_equal(rc, SQLITE_OK);
  assert_row(fixture->db, "SELECT name FROM temp.chartmogul_settings LIMIT 1", "api_key");
  rc = sqlite3_exec(fixture->db, "DELETE FROM chartmogul_settings", NULL, NULL, &error);
  assert_int_equal(rc, SQLITE_ERROR);
  assert_string_equal(error, "table chartmogul_settings may not be modified");
  sqlite3_free(error);
}

static void a_view_in_a_file_cannot_read_them(void **state) {
  const bed *fixture = *state;
  sqlite3_stmt *stmt = NULL;
  assert_int_equal(sqlite3_exec(fixture->db, "CREATE VIEW v AS SELECT * FROM chartmogul_settings",
                                NULL, NULL, NULL),
                   SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(fixture->db, "SELECT * FROM v", -1, &stmt, NULL),
                   SQLITE_ERROR);
  assert_string_equal(sqlite3_errmsg(fixture->db),
                      "unsafe use of virtual table \"chartmogul_settings\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(names_are_those_of_the_tables),
    TEST(every_table_has_a_row),
    TEST(every_example_of_a_description_works),
    TEST(columns_tell_path_filter_and_use),
    TEST(columns_are_those_of_the_schema),
    TEST(every_statement_of_an_endpoint_is_sql),
    TEST(every_function_of_one_call_is_an_endpoint),
    TEST(an_endpoint_shows_what_reaches_it),
    TEST(settings_never_show_a_secret),
    TEST(settings_show_value_default_and_source),
    TEST(a_request_is_shown_as_it_was_logged),
    TEST(old_requests_leave),
    TEST(a_row_outlives_its_line),
    TEST(tables_work_in_temp_and_read_only),
    TEST(a_view_in_a_file_cannot_read_them),
  };
  return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
