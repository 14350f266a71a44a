/*
** Unit test of src/client/session.c: the log of requests and what it may take.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "client/session.h"

static int make_session(void **state) {
  sqlite3 *db = NULL;
  cm_session *session = NULL;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  assert_int_equal(cm_session_new(db, NULL, &session, NULL), SQLITE_OK);
  *state = session;
  return 0;
}

static int end_session(void **state) {
  cm_session *session = *state;
  sqlite3 *db = session->db;
  cm_session_unref(session);
  return sqlite3_close(db);
}

static bool has_body(cm_session *session, int64_t id) {
  return cm_request_log_find(session->log, id)->body != NULL;
}

static void log_one(cm_session *session, const char *body) {
  (void)cm_request_log_add(session->log, cm_session_wall_ms(session), "POST", "/plans", body);
}

static void a_line_leaves_after_a_thousand(void **state) {
  cm_session *session = *state;
  for (int i = 0; i <= CM_MAX_REQUEST_LOG; i++)
    log_one(session, "{}");
  assert_null(cm_request_log_find(session->log, 1));
  assert_non_null(cm_request_log_find(session->log, 2));
  assert_null(cm_request_log_find(session->log, CM_MAX_REQUEST_LOG + 2));
  assert_int_equal(session->log->body_bytes, 3 * CM_MAX_REQUEST_LOG);
}

/** Of bodies that do not fit together the latest stay; the lines stay all. */
static void large_bodies_push_out_older_ones(void **state) {
  cm_session *session = *state;
  size_t len = CM_MAX_LOGGED_BYTES / 3;
  char *body = sqlite3_malloc64(len + 1);
  assert_non_null(body);
  memset(body, ' ', len);
  body[len] = '\0';
  log_one(session, "{}");
  log_one(session, NULL);
  for (int i = 0; i < 3; i++)
    log_one(session, body);
  assert_false(has_body(session, 1));
  assert_false(has_body(session, 2));
  assert_false(has_body(session, 3));
  assert_true(has_body(session, 4));
  assert_true(has_body(session, 5));
  assert_string_equal(cm_request_log_find(session->log, 1)->path, "/plans");
  assert_int_equal(session->log->body_bytes, 2 * (len + 1));
  log_one(session, "{}");
  assert_true(has_body(session, 4));
  sqlite3_free(body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_line_leaves_after_a_thousand, make_session, end_session),
    cmocka_unit_test_setup_teardown(large_bodies_push_out_older_ones, make_session, end_session),
  };
  return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
