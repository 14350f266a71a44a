/*
** Unit test of src/lists/feed.c, src/lists/stock.c and the reading of the rest of a list in src/lists/pager.c: a program that writes
** in the middle of a SELECT of its own.
*/
#include <sqlite3.h>

#include "extension.h"
#include "lists/feed.h"
#include "lists/pager.h"
#include "peer.h"

static const char pages[][256] = {
  "{\"entries\":[{\"uuid\":\"cus_1\",\"external_id\":\"a\",\"data_source_uuid\":\"ds\"},"
  "{\"uuid\":\"cus_2\",\"external_id\":\"b\",\"data_source_uuid\":\"ds\"}],\"has_more\":true,"
  "\"cursor\":\"1\"}",
  "{\"entries\":[{\"uuid\":\"cus_3\",\"external_id\":\"c\",\"data_source_uuid\":\"ds\"},"
  "{\"uuid\":\"cus_4\",\"external_id\":\"d\",\"data_source_uuid\":\"ds\"}],\"has_more\":true,"
  "\"cursor\":\"2\"}",
  "{\"entries\":[{\"uuid\":\"cus_5\",\"external_id\":\"e\",\"data_source_uuid\":\"ds\"}],"
  "\"has_more\":false,\"cursor\":\"3\"}"
};

static void say_pages(peer *server) {
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
    peer_says(server, "/customers", 200, pages[i]);
}

/* ---- a program's loop ------------------------------------------------------------------------- */

static sqlite3 *open_account(peer_world *world) {
  sqlite3 *db = NULL;
  char sql[256];
  char *error = NULL;
  cm_clock clock = peer_clock_of(&world->clock);
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  int rc = cm_extension_init(db, &error, &clock);
  if (rc != SQLITE_OK && rc != SQLITE_OK_LOAD_PERMANENTLY) fail_msg("%s", error);
  snprintf(sql, sizeof sql,
           "SELECT chartmogul_config('base_url', 'http://127.0.0.1:%d'),"
           " chartmogul_config('api_key', '%s'), chartmogul_config('per_page', 2)",
           world->server->port, peer_key);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, &error), SQLITE_OK);
  return db;
}

static void run(sqlite3 *db, const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", sql, error);
}

static void assert_text(sqlite3 *db, const char *sql, const char *expected) {
  sqlite3_stmt *stmt = NULL;
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  assert_string_equal(sqlite3_column_text(stmt, 0), expected);
  sqlite3_finalize(stmt);
}

/* Each row that is read makes another one, by these statements. */
static void loop(peer_world *world, const char *before, const char *write, const char *after) {
  static const char *const expected[] = { "a", "b", "c", "d", "e" };
  sqlite3_stmt *reader = NULL;
  size_t rows = 0;
  sqlite3 *db = open_account(world);
  say_pages(world->server);
  static const char *const made[] = { "{\"uuid\":\"cus_91\"}", "{\"uuid\":\"cus_92\"}",
                                      "{\"uuid\":\"cus_93\"}", "{\"uuid\":\"cus_94\"}",
                                      "{\"uuid\":\"cus_95\"}" };
  for (size_t i = 0; i < cm_countof(made); i++)
    peer_says(world->server, "/customers", 201, made[i]);
  run(db, before);
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT external_id, json FROM chartmogul_customers", -1,
                                      &reader, NULL),
                   SQLITE_OK);
  while (sqlite3_step(reader) == SQLITE_ROW) {
    assert_true(rows < 5);
    run(db, write);
    /* the row that the reader stands on is what it was */
    assert_string_equal(sqlite3_column_text(reader, 0), expected[rows++]);
    peer_assert_has((const char *)sqlite3_column_text(reader, 1), expected[rows - 1]);
  }
  assert_int_equal(sqlite3_finalize(reader), SQLITE_OK);
  assert_int_equal(rows, 5);
  run(db, after);
  assert_text(db, "SELECT group_concat(method, ' ') FROM chartmogul_requests",
              "GET GET GET POST POST POST POST POST");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const char insert[] = "INSERT INTO chartmogul_customers (data_source_uuid, external_id)"
                             " SELECT 'ds', lower(hex(randomblob(8)))";

static void a_statement_in_a_loop(void **state) {
  loop(*state, "SELECT 1", insert, "SELECT 1");
}

static void a_transaction_in_a_loop(void **state) {
  char sql[256];
  snprintf(sql, sizeof sql, "BEGIN; %s; COMMIT", insert);
  loop(*state, "SELECT 1", sql, "SELECT 1");
}

static void a_transaction_around_the_loop(void **state) {
  loop(*state, "BEGIN", insert, "COMMIT");
}

static void a_loop_that_sends_immediately(void **state) {
  loop(*state, "BEGIN; SELECT chartmogul_config('write_mode', 'immediate')", insert, "COMMIT");
}

static void a_function_in_a_loop(void **state) {
  loop(*state, "SELECT 1",
       "SELECT chartmogul_request('POST', '/customers', json_object('name', hex(randomblob(8))))",
       "SELECT 1");
}

/* ---- the rest of a list ------------------------------------------------------------------------ */

static const cm_list list = { .who = "chartmogul_customers",
                              .url = "/customers?status=Active",
                              .paging = CM_CURSOR,
                              .rows = "entries",
                              .per_page = 2,
                              .wanted = -1 };

static void assert_next(cm_pager *pager, const char *uuid) {
  cm_err err = { 0 };
  cm_slice row;
  int rc = cm_pager_next(pager, &row, &err);
  if (rc != SQLITE_ROW) fail_msg("%d: %s", rc, err.text);
  cm_slice shown = cm_slice_inner(cm_slice_find(row, "uuid"));
  assert_int_equal(shown.len, strlen(uuid));
  assert_memory_equal(shown.ptr, uuid, shown.len);
}

static void assert_end(cm_pager *pager) {
  cm_err err = { 0 };
  cm_slice row;
  assert_int_equal(cm_pager_next(pager, &row, &err), SQLITE_DONE);
}

static void only_lists_that_grow_are_read(void **state) {
  peer_world *world = *state;
  cm_pager pager;
  cm_err err = { 0 };
  say_pages(world->server);
  assert_int_equal(cm_pager_open(&pager, world->session, &list, &err), SQLITE_OK);
  assert_int_equal(cm_feed_before_post(world->session, "/plans", &err), SQLITE_OK);
  assert_int_equal(cm_feed_before_post(world->session, "/customers/cus_1/contacts", &err),
                   SQLITE_OK);
  assert_int_equal(cm_feed_before_post(world->session, "/customers/merges", &err), SQLITE_OK);
  assert_int_equal(cm_feed_before_post(world->session, "/customers/cus_1/attributes/tags", &err),
                   SQLITE_OK);
  assert_next(&pager, "cus_1");
  assert_int_equal(world->session->reading.stock_bytes, 0);
  assert_int_equal(cm_feed_before_post(world->session, "/customers?a=b", &err), SQLITE_OK);
  assert_true(world->session->reading.stock_bytes > 0);
  assert_int_equal(peer_count(world->server, &world->server->requests), 3);
  assert_next(&pager, "cus_2");
  assert_next(&pager, "cus_3");
  assert_next(&pager, "cus_4");
  assert_next(&pager, "cus_5");
  assert_end(&pager);
  assert_int_equal(world->session->reading.stock_bytes, 0);
  cm_pager_close(&pager);
  assert_null(world->session->reading.pagers);
}

static void what_else_creates_is_known(void **state) {
  static const char *const paths[] = { "/customers/unmerges", "/data_sources/ds_1/json_imports" };
  peer_world *world = *state;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    cm_pager pager;
    cm_err err = { 0 };
    say_pages(world->server);
    assert_int_equal(cm_pager_open(&pager, world->session, &list, &err), SQLITE_OK);
    assert_next(&pager, "cus_1");
    assert_int_equal(cm_feed_before_post(world->session, paths[i], &err), SQLITE_OK);
    assert_true(world->session->reading.stock_bytes > 0);
    cm_pager_close(&pager);
    assert_int_equal(world->session->reading.stock_bytes, 0);
  }
}

static void what_is_left_has_a_bound(void **state) {
  peer_world *world = *state;
  cm_pager pager;
  cm_err err = { 0 };
  say_pages(world->server);
  assert_int_equal(cm_pager_open(&pager, world->session, &list, &err), SQLITE_OK);
  assert_next(&pager, "cus_1");
  world->session->reading.stock_bytes = CM_MAX_MEMO_BYTES; /* of another list */
  assert_int_equal(cm_feed_before_post(world->session, "/customers", &err), SQLITE_TOOBIG);
  peer_assert_has(err.text,
                  "chartmogul_customers: nothing was created (a SELECT is reading the list "
                  "GET /customers?status=Active");
  peer_assert_has(err.text, "CREATE TEMP TABLE");
  world->session->reading.stock_bytes = 0;
  assert_next(&pager, "cus_2");
  assert_next(&pager, "cus_3");
  assert_int_equal(cm_feed_before_post(world->session, "/customers", &err), SQLITE_OK);
  assert_next(&pager, "cus_4");
  assert_next(&pager, "cus_5");
  assert_end(&pager);
  cm_pager_close(&pager);
}

static void a_page_that_fails_is_no_end(void **state) {
  peer_world *world = *state;
  cm_pager pager;
  cm_err err = { 0 };
  cm_slice row;
  peer_says(world->server, "/customers", 200, pages[0]);
  peer_says(world->server, "/customers", 200, pages[1]);
  peer_says(world->server, "/customers", 400, "{\"error\":\"cursor is not valid\"}");
  assert_int_equal(cm_pager_open(&pager, world->session, &list, &err), SQLITE_OK);
  assert_next(&pager, "cus_1");
  assert_int_equal(cm_feed_before_post(world->session, "/customers", &err), SQLITE_CONSTRAINT);
  cm_err_clear(&err);
  assert_next(&pager, "cus_2");
  assert_next(&pager, "cus_3");
  assert_next(&pager, "cus_4");
  assert_int_equal(cm_pager_next(&pager, &row, &err), SQLITE_CONSTRAINT);
  cm_pager_close(&pager);
  assert_int_equal(world->session->reading.stock_bytes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_statement_in_a_loop),         TEST(a_transaction_in_a_loop),
    TEST(a_transaction_around_the_loop), TEST(a_loop_that_sends_immediately),
    TEST(a_function_in_a_loop),          TEST(only_lists_that_grow_are_read),
    TEST(what_else_creates_is_known),    TEST(what_is_left_has_a_bound),
    TEST(a_page_that_fails_is_no_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
