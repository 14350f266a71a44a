/*
** Unit test of src/lists/memo.c: which answers are kept, for whom and how long. The number of requests
** that reach the server is what counts.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lists/memo.h"
#include "peer.h"

static const char who[] = "chartmogul_customers";
static const char first[] = "/customers?per_page=200";
static const char second[] = "/customers?per_page=200&cursor=2";

static cm_memo_answer *get(peer_world *world, const char *path, const char *list) {
  cm_memo_answer *answer = NULL;
  cm_err err = { 0 };
  if (cm_memo_get(world->session, who, path, list, &answer, &err) != SQLITE_OK) {
    fail_msg("%s", err.text);
  }
  return answer;
}

static void settle(cm_memo_answer *answer, bool is_whole) {
  assert_int_equal(cm_memo_answer_wait(answer, NULL), SQLITE_OK);
  assert_int_equal(cm_memo_answer_settle(answer, 1, is_whole, NULL), SQLITE_OK);
}

/* Read one answer as a cursor does: ask, wait, settle, let go. */
static void read_answer(peer_world *world, const char *path, const char *list, bool is_whole) {
  cm_memo_answer *answer = get(world, path, list);
  settle(answer, is_whole);
  cm_memo_answer_release(answer);
}

/* Read a list of two pages. */
static void read_list(peer_world *world) {
  read_answer(world, first, first, false);
  read_answer(world, second, first, false);
}

static void assert_requests(peer_world *world, int expected) {
  assert_int_equal(peer_count(world->server, &world->server->requests), expected);
}

/* ---- keeping ------------------------------------------------------------------------------- */

static void answer_under_way_is_shared(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/plans/1", 200, "{\"a\":1}");
  cm_memo_answer *one = get(world, "/plans/1", NULL);
  cm_memo_answer *other = get(world, "/plans/1", NULL);
  assert_ptr_equal(one, other);
  assert_false(cm_memo_answer_is_done(one));
  assert_int_equal(cm_memo_answer_wait(one, NULL), SQLITE_OK);
  cm_memo_answer_release(one);
  assert_true(cm_memo_answer_is_done(other));
  assert_memory_equal(cm_memo_answer_result(other)->body.ptr, "{\"a\":1}", 7);
  cm_memo_answer_release(other);
  assert_requests(world, 1);
}

static void single_object_is_kept(void **state) {
  peer_world *world = *state;
  read_answer(world, "/plans/1", NULL, true);
  read_answer(world, "/plans/1", NULL, true);
  read_answer(world, "/plans/2", NULL, true);
  assert_requests(world, 2);
}

static void whole_list_is_kept(void **state) {
  peer_world *world = *state;
  read_answer(world, first, first, true);
  read_answer(world, first, first, true);
  assert_requests(world, 1);
  assert_int_equal(cm_request_log_find(world->session->log, 1)->rows, 1); /* as settled */
}

static void longer_list_is_kept_from_its_second_reading(void **state) {
  peer_world *world = *state;
  read_list(world);
  assert_requests(world, 2);
  read_list(world);
  assert_requests(world, 4);
  read_list(world);
  read_list(world);
  assert_requests(world, 4);
}

static void list_read_twice_at_once_is_kept(void **state) {
  peer_world *world = *state;
  cm_memo_answer *one = get(world, first, first); /* two cursors of a self-join */
  cm_memo_answer *other = get(world, first, first);
  settle(one, false);
  settle(other, false);
  cm_memo_answer_release(one);
  cm_memo_answer_release(other);
  read_list(world);
  read_list(world);
  assert_requests(world, 2);
}

static void answer_that_nobody_settled_is_not_kept(void **state) {
  peer_world *world = *state;
  cm_memo_answer *answer = get(world, "/plans/1", NULL);
  assert_int_equal(cm_memo_answer_wait(answer, NULL), SQLITE_OK);
  cm_memo_answer_release(answer);
  read_answer(world, "/plans/1", NULL, true);
  assert_requests(world, 2);
}

static void what_was_sent_twice_is_not_sent_again(void **state) {
  peer_world *world = *state;
  for (int i = 0; i < 4; i++) { /* looked at, but left before it says whether it is whole */
    cm_memo_answer *answer = get(world, second, first);
    assert_int_equal(cm_memo_answer_wait(answer, NULL), SQLITE_OK);
    cm_memo_answer_release(answer);
  }
  assert_requests(world, 2);
}

static void failed_answer_is_not_kept(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_says(world->server, "/plans/1", 422, "{\"error\":\"no\"}");
  peer_says(world->server, "/plans/1", 200, "{}");
  cm_memo_answer *failed = get(world, "/plans/1", NULL);
  assert_int_equal(cm_memo_answer_wait(failed, &err), SQLITE_CONSTRAINT);
  assert_int_equal(cm_memo_answer_wait(failed, &err), SQLITE_CONSTRAINT); /* again at will */
  assert_int_equal(err.http_status, 422);
  cm_memo_answer *next = get(world, "/plans/1", NULL); /* while the failed one is still held */
  assert_ptr_not_equal(next, failed);
  assert_int_equal(cm_memo_answer_wait(next, NULL), SQLITE_OK);
  cm_memo_answer_release(failed);
  cm_memo_answer_release(next);
  assert_requests(world, 2);
}

static void settled_404_is_kept(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/plans/1", 404, "{\"error\":\"Plan not found\"}");
  for (int i = 0; i < 2; i++) {
    cm_memo_answer *answer = get(world, "/plans/1", NULL);
    assert_int_equal(cm_memo_answer_wait(answer, NULL), SQLITE_ERROR);
    assert_int_equal(cm_memo_answer_settle(answer, 0, true, NULL), SQLITE_OK);
    cm_memo_answer_release(answer);
  }
  assert_requests(world, 1);
}

static void many_answers(void **state) {
  peer_world *world = *state;
  char path[32];
  peer_set(world, "requests_per_second", "0");
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 300; i++) { /* more than the first slots */
      snprintf(path, sizeof path, "/plans/%d", i);
      read_answer(world, path, NULL, true);
    }
  }
  assert_requests(world, 300);
}

/* ---- room ---------------------------------------------------------------------------------- */

/* A JSON text of so many MiB. */
static char *large_body(int mib) {
  size_t len = (size_t)mib * 1024 * 1024;
  char *body = malloc(len + 1);
  assert_non_null(body);
  memset(body, ' ', len);
  body[0] = '[';
  body[len - 1] = ']';
  body[len] = '\0';
  return body;
}

static void longest_unused_leaves(void **state) {
  peer_world *world = *state;
  char *body = large_body(25);
  const char *const paths[] = { "/1", "/2", "/3" };
  for (size_t i = 0; i < cm_countof(paths); i++)
    peer_says(world->server, paths[i], 200, body);
  read_answer(world, "/1", NULL, true);
  read_answer(world, "/2", NULL, true);
  read_answer(world, "/1", NULL, true);
  read_answer(world, "/3", NULL, true); /* only two have room: /2 leaves */
  assert_requests(world, 3);
  read_answer(world, "/1", NULL, true);
  read_answer(world, "/3", NULL, true);
  assert_requests(world, 3);
  read_answer(world, "/2", NULL, true);
  assert_requests(world, 4);
  free(body);
}

static void list_without_room_is_an_error(void **state) {
  peer_world *world = *state;
  char *body = large_body(25);
  char path[64];
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  peer_says(world->server, "/customers", 200, body);
  for (int reading = 0; reading < 2; reading++) {
    for (int page = 0; page < 3 && rc == SQLITE_OK; page++) {
      snprintf(path, sizeof path, page == 0 ? "%s" : "%s&cursor=%d", first, page);
      cm_memo_answer *answer = get(world, path, first);
      assert_int_equal(cm_memo_answer_wait(answer, NULL), SQLITE_OK);
      rc = cm_memo_answer_settle(answer, 1, false, &err);
      if (rc != SQLITE_OK) assert_int_equal(reading * 10 + page, 12); /* the third of the second */
      cm_memo_answer_release(answer);
    }
  }
  assert_int_equal(rc, SQLITE_TOOBIG);
  const char *what_to_do = sqlite3_libversion_number() >= 3039000
                               ? "materialise it first: WITH c AS MATERIALIZED (SELECT … FROM "
                                 "chartmogul_customers) SELECT … FROM c …"
                               : "copy it first: CREATE TEMP TABLE c AS SELECT … FROM "
                                 "chartmogul_customers";
  char expected[400];
  snprintf(expected, sizeof expected,
           "chartmogul_customers: the list /customers is read more than once and is larger than "
           "64 MiB (what one statement may keep): %s",
           what_to_do);
  assert_string_equal(err.text, expected);
  free(body);
}

static void small_answers_make_room_for_a_list(void **state) {
  peer_world *world = *state;
  char *body = large_body(25);
  peer_says(world->server, "/customers", 200, body);
  peer_says(world->server, "/1", 200, body);
  read_answer(world, "/1", NULL, true);
  read_list(world);
  read_list(world); /* kept now, so /1 had to go */
  assert_requests(world, 5);
  read_list(world);
  assert_requests(world, 5);
  read_answer(world, "/1", NULL, true); /* no room, which is no error */
  read_list(world);
  assert_requests(world, 6);
  free(body);
}

/* ---- emptying ------------------------------------------------------------------------------ */

/* A statement that has begun to run and is not at its end. */
static sqlite3_stmt *begin(peer_world *world) {
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v2(world->db, "SELECT 1 UNION ALL SELECT 2", -1, &statement, NULL);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  return statement;
}

static void read_in_statement(peer_world *world, int expected_requests) {
  cm_memo_enter(world->session);
  read_answer(world, "/plans/1", NULL, true);
  assert_requests(world, expected_requests);
}

static void another_statement_empties(void **state) {
  peer_world *world = *state;
  sqlite3_stmt *statement = begin(world);
  read_in_statement(world, 1);
  read_in_statement(world, 1);
  sqlite3_step(statement); /* the same run goes on */
  read_in_statement(world, 1);
  sqlite3_stmt *beside = begin(world);
  read_in_statement(world, 2);
  sqlite3_finalize(beside);
  read_in_statement(world, 3);
  sqlite3_reset(statement);
  sqlite3_step(statement); /* another run of the same one */
  read_in_statement(world, 4);
  sqlite3_finalize(statement);
}

static void another_statement_starts_the_counters_again(void **state) {
  peer_world *world = *state;
  sqlite3_stmt *statement = begin(world);
  read_in_statement(world, 1);
  world->clock.now_ms += 5000;
  read_in_statement(world, 1);
  assert_int_equal(world->session->statement->requests, 1);
  assert_int_equal(cm_session_now_ms(world->session) - world->session->statement->started_ms, 5000);
  sqlite3_reset(statement);
  sqlite3_step(statement);
  cm_memo_enter(world->session);
  assert_int_equal(world->session->statement->requests, 0);
  assert_int_equal(cm_session_now_ms(world->session), world->session->statement->started_ms);
  sqlite3_finalize(statement);
}

static void fire(sqlite3_context *context, int argc, sqlite3_value **argv) {
  peer_world *world = sqlite3_user_data(context);
  (void)argc;
  (void)argv;
  cm_memo_enter(world->session);
  read_answer(world, "/plans/1", NULL, true);
}

/* A trigger is a program that SQLite counts as a run of its statement. */
static void trigger_empties_nothing(void **state) {
  peer_world *world = *state;
  sqlite3_create_function(world->db, "fire", 0, SQLITE_UTF8, world, fire, NULL, NULL);
  world->session->statement->open_cursors = 1;
  int rc = sqlite3_exec(world->db,
                        "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT "
                        "fire(); END; INSERT INTO t VALUES (1), (2), (3)",
                        NULL, NULL, NULL);
  assert_int_equal(rc, SQLITE_OK);
  assert_requests(world, 1);
}

static void last_cursor_empties(void **state) {
  peer_world *world = *state;
  sqlite3_stmt *statement = begin(world);
  read_in_statement(world, 1);
  cm_memo_leave(world->session, 1); /* one statement, another cursor of it */
  read_in_statement(world, 1);
  cm_memo_leave(world->session, 0);
  world->clock.now_ms += 1;
  read_in_statement(world, 2);
  assert_int_equal(world->session->statement->started_ms, world->clock.now_ms);
  world->session->statement->open_cursors = 1;
  sqlite3_stmt *beside = begin(world);
  read_in_statement(world, 3);
  cm_memo_leave(world->session, 2); /* several statements, another cursor of the last one */
  read_in_statement(world, 3);
  cm_memo_leave(world->session, 1); /* it has ended */
  read_answer(world, "/plans/1", NULL, true);
  assert_requests(world, 4);
  sqlite3_finalize(beside);
  sqlite3_finalize(statement);
}

static void held_answer_survives(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/plans/1", 200, "{\"a\":1}");
  cm_memo_answer *done = get(world, "/plans/1", NULL);
  settle(done, true);
  cm_memo_answer *under_way = get(world, "/plans/2", NULL);
  cm_memo_leave(world->session, 0);
  assert_memory_equal(cm_memo_answer_result(done)->body.ptr, "{\"a\":1}", 7);
  assert_int_equal(cm_memo_answer_wait(under_way, NULL), SQLITE_OK);
  assert_int_equal(cm_memo_answer_settle(under_way, 1, true, NULL), SQLITE_OK);
  cm_memo_answer_release(done);
  cm_memo_answer_release(under_way);
  assert_requests(world, 2);
  read_answer(world, "/plans/2", NULL, true); /* what was settled outside is not kept */
  assert_requests(world, 3);
}

static void settled_outside_takes_no_room(void **state) {
  peer_world *world = *state;
  char *body = large_body(25);
  peer_says(world->server, "/1", 200, body);
  peer_says(world->server, "/2", 200, body);
  for (int i = 0; i < 3; i++) {
    cm_memo_answer *answer = get(world, "/1", NULL);
    cm_memo_leave(world->session, 0);
    settle(answer, true);
    cm_memo_answer_release(answer);
  }
  read_answer(world, "/2", NULL, true);
  read_answer(world, "/2", NULL, true);
  assert_requests(world, 4);
  free(body);
}

static void forgotten_list_is_new_again(void **state) {
  peer_world *world = *state;
  read_list(world);
  cm_memo_leave(world->session, 0);
  read_list(world);
  assert_requests(world, 4);
  read_list(world);
  assert_requests(world, 6);
}

static void another_setting_empties(void **state) {
  peer_world *world = *state;
  sqlite3_stmt *statement = begin(world);
  read_in_statement(world, 1);
  peer_set(world, "api_key", "another-account-entirely");
  read_in_statement(world, 2);
  sqlite3_finalize(statement);
}

/* ---- asking ahead -------------------------------------------------------------------------- */

static void pump_until_idle(peer_world *world) {
  for (int i = 0; i < 400 && world->session->calls.first != NULL; i++)
    cm_session_pump(world->session, 10);
  assert_null(world->session->calls.first);
}

static void asked_ahead_is_there(void **state) {
  peer_world *world = *state;
  cm_memo_prefetch(world->session, who, first);
  cm_memo_prefetch(world->session, who, first);
  pump_until_idle(world);
  assert_requests(world, 1);
  cm_memo_answer *answer = get(world, first, first);
  assert_true(cm_memo_answer_is_done(answer));
  cm_memo_drop_prefetched(world->session); /* it is taken */
  settle(answer, true);
  cm_memo_answer_release(answer);
  read_answer(world, first, first, true);
  assert_requests(world, 1);
}

static void error_shows_to_the_taker(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_says(world->server, "/plans/1", 422, "{\"error\":\"no\"}");
  peer_says(world->server, "/plans/1", 200, "{}");
  cm_memo_prefetch(world->session, who, "/plans/1");
  pump_until_idle(world);
  cm_memo_answer *answer = get(world, "/plans/1", NULL);
  assert_int_equal(cm_memo_answer_wait(answer, &err), SQLITE_CONSTRAINT);
  cm_memo_answer_release(answer);
  read_answer(world, "/plans/1", NULL, true); /* once: who asks then asks anew */
  assert_requests(world, 2);
}

/* What nobody has is what it is: each round of guesses would ask for it again. What may be otherwise the next time is asked again. */
static void missing_asked_ahead_stays_for_the_taker(void **state) {
  static const struct {
    const char *path;
    int status, code, requests;
  } answers[] = { { "/plans/1", 404, SQLITE_ERROR, 1 }, { "/plans/2", 500, SQLITE_OK, 3 } };
  peer_world *world = *state;
  peer_set(world, "max_retries", "0");
  for (size_t i = 0; i < cm_countof(answers); i++) {
    peer_says(world->server, answers[i].path, answers[i].status, "{\"error\":\"no\"}");
    peer_says(world->server, answers[i].path, 200, "{}");
    cm_memo_prefetch(world->session, who, answers[i].path);
    pump_until_idle(world);
    cm_memo_keep_prefetched(world->session);
    cm_memo_answer *answer = get(world, answers[i].path, NULL);
    assert_int_equal(cm_memo_answer_wait(answer, NULL), answers[i].code);
    cm_memo_answer_release(answer);
    assert_requests(world, answers[i].requests);
  }
}

static void dropped_is_gone(void **state) {
  peer_world *world = *state;
  cm_memo_prefetch(world->session, who, "/plans/1");
  pump_until_idle(world);
  cm_memo_prefetch(world->session, who, "/plans/2"); /* not sent yet */
  cm_memo_drop_prefetched(world->session);
  assert_null(world->session->calls.first);
  read_answer(world, "/plans/1", NULL, true);
  assert_requests(world, 2);
  cm_memo_prefetch(world->session, who, "/plans/3");
  cm_memo_leave(world->session, 0);
  assert_null(world->session->calls.first);
}

static void asking_ahead_has_bounds(void **state) {
  peer_world *world = *state;
  char path[32];
  for (int i = 0; i < CM_MAX_AHEAD + 10; i++) {
    snprintf(path, sizeof path, "/plans/%d", i);
    cm_memo_prefetch(world->session, who, path);
  }
  cm_memo_drop_prefetched(world->session);
  assert_null(world->session->calls.first);
  assert_int_equal(world->session->statement->requests, CM_MAX_AHEAD);
  cm_statement_begin(world->session->statement);
  peer_set(world, "max_requests", "100");
  cm_memo_prefetch(world->session, who, "/plans/1");
  assert_int_equal(world->session->statement->requests, 0);
}

static void left_unread_stays_though_much_was_asked_ahead(void **state) {
  peer_world *world = *state;
  char path[32];
  for (int i = 0; i < CM_MAX_AHEAD; i++) {
    snprintf(path, sizeof path, "/plans/%d", i);
    cm_memo_prefetch(world->session, who, path);
  }
  pump_until_idle(world);
  cm_memo_answer_release(get(world, first, first)); /* under way: nobody waited for it */
  pump_until_idle(world);
  read_answer(world, first, first, true);
  read_answer(world, "/plans/1", NULL, true);
  assert_requests(world, CM_MAX_AHEAD + 1);
}

/* Asked for, and let go before it is there. */
static void leave_unread(peer_world *world, const char *path) {
  cm_memo_answer_release(get(world, path, NULL));
  pump_until_idle(world);
}

static void what_was_sent_twice_takes_room_ahead_like_any_other(void **state) {
  peer_world *world = *state;
  char *body = large_body(17);
  const char *const paths[] = { "/1", "/2", "/3" };
  for (size_t i = 0; i < cm_countof(paths); i++) {
    peer_says(world->server, paths[i], 200, body);
    cm_memo_answer *once = get(world, paths[i], NULL);
    assert_int_equal(cm_memo_answer_wait(once, NULL), SQLITE_OK);
    cm_memo_answer_release(once);
  }
  for (size_t i = 0; i < cm_countof(paths); i++) {
    leave_unread(world, paths[i]);
    assert_false(cm_memo_has_room_ahead(world->session));
  }
  leave_unread(world, "/4"); /* all that came ahead makes room for it */
  assert_true(cm_memo_has_room_ahead(world->session));
  assert_requests(world, 2 * (int)cm_countof(paths) + 1);
  for (size_t i = 0; i < cm_countof(paths); i++)
    read_answer(world, paths[i], NULL, true);
  assert_requests(world, 2 * (int)cm_countof(paths) + 1);
  free(body);
}

static void large_answers_ahead_stop_it(void **state) {
  peer_world *world = *state;
  char *body = large_body(17);
  peer_says(world->server, "/1", 200, body);
  cm_memo_prefetch(world->session, who, "/1");
  pump_until_idle(world);
  cm_memo_prefetch(world->session, who, "/2");
  assert_null(world->session->calls.first);
  read_answer(world, "/1", NULL, true);
  cm_memo_prefetch(world->session, who, "/2");
  assert_non_null(world->session->calls.first);
  free(body);
}

static void no_key_is_no_matter_ahead(void **state) {
  peer_world *world = *state;
  peer_set(world, "api_key", NULL);
  cm_memo_prefetch(world->session, who, "/plans/1");
  cm_memo_drop_prefetched(world->session);
  cm_memo_answer *answer = NULL;
  assert_int_equal(cm_memo_get(world->session, who, "/plans/1", NULL, &answer, NULL), SQLITE_AUTH);
  assert_null(answer);
  cm_memo_answer_release(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(answer_under_way_is_shared),
    TEST(single_object_is_kept),
    TEST(whole_list_is_kept),
    TEST(longer_list_is_kept_from_its_second_reading),
    TEST(list_read_twice_at_once_is_kept),
    TEST(answer_that_nobody_settled_is_not_kept),
    TEST(what_was_sent_twice_is_not_sent_again),
    TEST(failed_answer_is_not_kept),
    TEST(settled_404_is_kept),
    TEST(many_answers),
    TEST(longest_unused_leaves),
    TEST(list_without_room_is_an_error),
    TEST(small_answers_make_room_for_a_list),
    TEST(another_statement_empties),
    TEST(another_statement_starts_the_counters_again),
    TEST(trigger_empties_nothing),
    TEST(last_cursor_empties),
    TEST(held_answer_survives),
    TEST(settled_outside_takes_no_room),
    TEST(forgotten_list_is_new_again),
    TEST(another_setting_empties),
    TEST(asked_ahead_is_there),
    TEST(error_shows_to_the_taker),
    TEST(missing_asked_ahead_stays_for_the_taker),
    TEST(dropped_is_gone),
    TEST(asking_ahead_has_bounds),
    TEST(left_unread_stays_though_much_was_asked_ahead),
    TEST(what_was_sent_twice_takes_room_ahead_like_any_other),
    TEST(large_answers_ahead_stop_it),
    TEST(no_key_is_no_matter_ahead),
  };
  return cmocka_run_group_tests_name("memo", tests, NULL, NULL);
}
