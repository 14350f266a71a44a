/*
** Unit test of src/client/session.c: the log of requests and what it may take; which accounts may stand side by side.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "client/session.h"
#include "spec/registry.h"

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

/* ---- names of accounts ----------------------------------------------------------------------------- */

enum { PREFIX_LEN = sizeof CM_TABLE_PREFIX - 1 };

/** Would a table, or a variable, of that account have the name of one of the first account? */
static bool is_taken(const char *account) {
  int tables = 0;
  const cm_resource *const *list = cm_registry_list(&tables);
  bool found = false;
  for (int i = 0; i < tables; i++) {
    char *name = sqlite3_mprintf("%s%s_%s", CM_TABLE_PREFIX, account, list[i]->name + PREFIX_LEN);
    found = found || cm_registry_find(name) != NULL;
    sqlite3_free(name);
  }
  for (int i = 0; i < cm_setting_count(); i++) {
    char *name = sqlite3_mprintf("%s_%s", account, cm_setting_at(i)->name);
    found = found || (cm_setting_at(i)->is_of_account && cm_setting_find(name) >= 0);
    sqlite3_free(name);
  }
  return found;
}

/** What the error advises is a name. */
static void check_advice(cm_session *session, const char *name, const cm_err *err) {
  static const char words[] = "such as '";
  cm_session *made = NULL;
  cm_err none = { 0 };
  char advised[CM_MAX_ACCOUNT_NAME + 1] = "";
  const char *at = strstr(err->text, words);
  if (at == NULL) fail_msg("%s: no advice: %s", name, err->text);
  at += strlen(words);
  memcpy(advised, at, strcspn(at, "'"));
  assert_string_not_equal(advised, name);
  if (cm_session_account(session, advised, &made, &none) != SQLITE_OK)
    fail_msg("%s: %s: %s", name, err->text, none.text);
}

/** Make an account, and then another one, which is refused or not. */
static void check_second(const char *first, const char *name, bool is_refused, const char *why) {
  void *state = NULL;
  cm_session *made = NULL;
  cm_err err = { 0 };
  assert_int_equal(make_session(&state), 0);
  assert_int_equal(cm_session_account(state, first, &made, &err), SQLITE_OK);
  int rc = cm_session_account(state, name, &made, &err);
  if ((rc != SQLITE_OK) != is_refused) fail_msg("'%s' beside '%s': %s", name, first, err.text);
  if (is_refused && strstr(err.text, why) == NULL) fail_msg("'%s' is not in: %s", why, err.text);
  if (is_refused) check_advice(state, name, &err);
  assert_int_equal(end_session(&state), 0);
}

static int check_prefix(const char *prefix) {
  bool is_refused = is_taken(prefix);
  char *behind = sqlite3_mprintf("eu_%s", prefix);
  char *ours = sqlite3_mprintf("chartmogul_%s", prefix);
  char *sqlites = sqlite3_mprintf("SQLite_%s", prefix);
  check_second(NULL, prefix, is_refused, "the first account has");
  check_second("eu", behind, is_refused, "account eu has");
  check_second(behind, "eu", is_refused, behind);
  check_second("us", behind, false, NULL);
  check_second(NULL, ours, true, "reserved");
  check_second(NULL, sqlites, true, "reserved");
  sqlite3_free(behind);
  sqlite3_free(ours);
  sqlite3_free(sqlites);
  return is_refused;
}

/** Each beginning of a name, up to an underscore. */
static int check_name(const char *name) {
  int refused = 0;
  for (const char *at = strchr(name, '_'); at != NULL; at = strchr(at + 1, '_')) {
    char *prefix = sqlite3_mprintf("%.*s", (int)(at - name), name);
    refused += check_prefix(prefix);
    sqlite3_free(prefix);
  }
  return refused;
}

/** Two tables with one name, or two keys in one variable, would be told apart by nobody. */
static void no_two_accounts_share_a_name(void **state) {
  int tables = 0;
  int refused = 0;
  (void)state;
  const cm_resource *const *list = cm_registry_list(&tables);
  for (int i = 0; i < tables; i++)
    refused += check_name(list[i]->name + PREFIX_LEN);
  for (int i = 0; i < cm_setting_count(); i++)
    refused += check_name(cm_setting_at(i)->name);
  assert_true(refused >= 3);
  assert_true(is_taken("import") && is_taken("plan_group") && is_taken("customer"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_line_leaves_after_a_thousand, make_session, end_session),
    cmocka_unit_test_setup_teardown(large_bodies_push_out_older_ones, make_session, end_session),
    cmocka_unit_test(no_two_accounts_share_a_name),
  };
  return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
