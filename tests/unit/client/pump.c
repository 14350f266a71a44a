/*
** Unit test of src/client/pump.c: which calls leave when, which go again, and how they are stopped.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "client/pump.h"
#include "peer.h"

/* ---- writes that may have happened --------------------------------------------------------- */

static void cut_read_goes_again(void **state) {
  peer_world *world = *state;
  peer_does(world->server, "/x", PEER_CUT);
  peer_says(world->server, "/x", 200, "{}");
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_int_equal(peer_log_of(world, call)->tries, 2);
  assert_true(world->clock.slept_ms > 0);
  cm_call_free(call);
}

static void cut_create_does_not(void **state) {
  peer_world *world = *state;
  peer_does(world->server, "/x", PEER_CUT);
  cm_call *first = peer_get(world, "/warm"); /* leaves a connection that the create uses */
  assert_int_equal(cm_call_wait(first, NULL), SQLITE_OK);
  cm_call_free(first);
  cm_call *call = peer_post(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_ERROR);
  assert_true(cm_call_result_of(call)->is_unknown);
  assert_true(cm_call_result_of(call)->may_help);
  assert_int_equal(cm_call_result_of(call)->status, 0);
  assert_int_equal(peer_log_of(world, call)->tries, 1);
  assert_int_equal(peer_count(world->server, &world->server->requests), 2);
  peer_assert_has(cm_call_result_of(call)->error, "it may or may not have happened");
  cm_call_free(call);
}

/* A no to the second try says nothing of the first; a yes does. */
static void doubt_outlasts_a_refusal(void **state) {
  peer_world *world = *state;
  static const struct {
    int first, second; /* 0: cut */
    bool is_unknown;
  } tries[] = { { 0, 422, true },   { 0, 401, true },  { 0, 429, true },
                { 0, 500, true },   { 0, 200, false }, { 500, 422, true },
                { 503, 422, true }, { 408, 0, true },  { 429, 422, false } };
  peer_set(world, "max_retries", "1");
  for (size_t i = 0; i < cm_countof(tries); i++) {
    int statuses[] = { tries[i].first, tries[i].second };
    char path[16];
    snprintf(path, sizeof path, "/%zu", i);
    for (int at = 0; at < 2; at++) {
      if (statuses[at] == 0) {
        peer_does(world->server, path, PEER_CUT);
      } else {
        peer_says_text(world->server, path, statuses[at], "x");
      }
    }
    cm_call *call = peer_write(world, "PATCH", path, 0);
    (void)!cm_call_wait(call, NULL);
    if (cm_call_result_of(call)->is_unknown != tries[i].is_unknown)
      fail_msg("%d, then %d", tries[i].first, tries[i].second);
    cm_call_free(call);
    world->server->reply_count = 0; /* `path` goes */
  }
}

static void failing_gateway_leaves_a_create_unknown(void **state) {
  peer_world *world = *state;
  peer_says_text(world->server, "/x", 504, "Gateway Timeout");
  cm_call *call = peer_post(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_ERROR);
  assert_true(cm_call_result_of(call)->is_unknown);
  assert_int_equal(peer_log_of(world, call)->tries, 1);
  peer_assert_has(cm_call_result_of(call)->error, "(504 Gateway Timeout): it may or may not");
  cm_call_free(call);
}

static void start_server(void *context) {
  peer *server = context;
  if (server->daemon == NULL) peer_start(server);
}

static void refused_connection_lets_a_create_go_again(void **state) {
  peer_world *world = *state;
  peer_stop(world->server);
  world->clock.on_sleep = start_server;
  world->clock.context = world->server;
  cm_call *call = peer_post(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_int_equal(peer_log_of(world, call)->tries, 2);
  assert_int_equal(peer_count(world->server, &world->server->requests), 1);
  cm_call_free(call);
}

static void no_connection_at_all(void **state) {
  peer_world *world = *state;
  peer_set(world, "max_retries", "1");
  peer_stop(world->server);
  cm_call *call = peer_post(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_ERROR);
  assert_false(cm_call_result_of(call)->is_unknown);
  assert_true(cm_call_result_of(call)->may_help);
  peer_assert_has(cm_call_result_of(call)->error,
                  "after 2 tries): check the network, and base_url");
  cm_call_free(call);
}

/* ---- many at once -------------------------------------------------------------------------- */

static void concurrency_has_a_bound(void **state) {
  peer_world *world = *state;
  cm_call *calls[10];
  peer *server = world->server;
  peer_set(world, "concurrency", "3");
  peer_does(server, "/x", PEER_HOLD);
  for (size_t i = 0; i < cm_countof(calls); i++)
    calls[i] = peer_get(world, "/x");
  for (int i = 0; i < 400 && peer_count(server, &server->active) < 3; i++)
    cm_session_pump(world->session, 5);
  for (int i = 0; i < 200; i++) /* time for a fourth one to get through, were it sent */
    cm_session_pump(world->session, 0);
  assert_int_equal(peer_count(server, &server->active), 3);
  assert_int_equal(world->session->calls.in_flight, 3);
  peer_release(server);
  for (size_t i = 0; i < cm_countof(calls); i++) {
    assert_int_equal(cm_call_wait(calls[i], NULL), SQLITE_OK);
    cm_call_free(calls[i]);
  }
  assert_int_equal(peer_count(server, &server->max_active), 3);
  assert_int_equal(peer_count(server, &server->requests), 10);
  assert_null(world->session->calls.first);
  assert_null(world->session->calls.last);
}

static void limiter_spreads_calls(void **state) {
  peer_world *world = *state;
  enum { CALLS = 25 };
  cm_call *calls[CALLS];
  peer_set(world, "requests_per_second", "10");
  for (int i = 0; i < CALLS; i++)
    calls[i] = peer_get(world, "/x");
  for (int i = 0; i < CALLS; i++)
    assert_int_equal(cm_call_wait(calls[i], NULL), SQLITE_OK);
  assert_in_range(world->clock.slept_ms, 2000, 12000); /* three crowds, not one by one */
  assert_int_equal(peer_log_of(world, calls[0])->waited_ms, 0);
  assert_int_equal(peer_log_of(world, calls[CALLS - 1])->waited_ms, world->clock.slept_ms);
  for (int i = 0; i < CALLS; i++)
    cm_call_free(calls[i]);
}

static void new_rate_remembers_what_left(void **state) {
  peer_world *world = *state;
  peer_set(world, "requests_per_second", "2");
  for (int i = 0; i < 3; i++) {
    if (i == 2) peer_set(world, "requests_per_second", "1");
    cm_call *call = peer_get(world, "/x");
    assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
    cm_call_free(call);
  }
  assert_true(world->clock.slept_ms >= 1000);
}

static void pump_returns_when_a_call_is_done(void **state) {
  peer_world *world = *state;
  peer_does(world->server, "/held", PEER_HOLD);
  cm_call *held = peer_get(world, "/held");
  cm_call *quick = peer_get(world, "/quick");
  cm_session_pump(world->session, 60000);
  assert_true(cm_call_is_done(quick));
  assert_false(cm_call_is_done(held));
  cm_call_free(quick);
  cm_call_free(held);
}

static void cancel_frees(void **state) {
  peer_world *world = *state;
  peer *server = world->server;
  peer_does(server, "/x", PEER_HOLD);
  peer_set(world, "concurrency", "2");
  cm_call *calls[4];
  for (size_t i = 0; i < cm_countof(calls); i++)
    calls[i] = peer_get(world, "/x");
  for (int i = 0; i < 400 && peer_count(server, &server->waiting) < 2; i++)
    cm_session_pump(world->session, 5);
  cm_call_free(calls[1]); /* under way, */
  cm_call_free(calls[2]); /* waiting in the middle, */
  cm_call_free(calls[3]); /* at the end */
  assert_int_equal(world->session->calls.in_flight, 1);
  assert_ptr_equal(world->session->calls.first, calls[0]);
  assert_ptr_equal(world->session->calls.last, calls[0]);
  assert_string_equal(cm_request_log_find(world->session->log, 2)->error, "cancelled");
  assert_null(cm_request_log_find(world->session->log, 3)); /* never sent, so no line */
  cm_call_free(calls[0]);
  assert_int_equal(world->session->calls.in_flight, 0);
  cm_call_free(NULL);
}

static void key_and_url_go_together(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/x", 200, "\"%AUTH%\"");
  cm_call *call = peer_get(world, "/x");
  peer_set(world, "base_url", "https://elsewhere.invalid/v1");
  peer_set(world, "api_key", "another-key-for-elsewhere");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK); /* where it was meant to go */
  assert_int_equal(peer_count(world->server, &world->server->requests), 1);
  cm_call_free(call);
}

static void deadline_ends_a_wait(void **state) {
  peer_world *world = *state;
  peer_set(world, "deadline_ms", "3000");
  peer_set(world, "max_retries", "100");
  peer_says(world->server, "/x", 503, "{}");
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_ERROR);
  assert_string_equal(cm_call_result_of(call)->error,
                      "chartmogul_customers: GET /x was not finished (deadline_ms 3000 has "
                      "passed): raise deadline_ms, or ask for less");
  cm_call_free(call);
  assert_in_range(world->clock.slept_ms, 3000, 3000 + CM_INTERRUPT_POLL_MS);
  call = peer_get(world, "/y"); /* of the same statement, whose time is over */
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_ERROR);
  assert_string_equal(cm_call_result_of(call)->error,
                      "chartmogul_customers: GET /y was not sent (deadline_ms 3000 has "
                      "passed): raise deadline_ms, or ask for less");
  cm_call_free(call);
}

/* ---- interrupts ---------------------------------------------------------------------------- */

static void read_is_interrupted(peer_world *world) {
  peer_does(world->server, "/x", PEER_INTERRUPT);
  cm_call *call = peer_get(world, "/x");
  cm_call *other = peer_get(world, "/x");
  cm_err err = { 0 };
  assert_int_equal(cm_call_wait(call, &err), SQLITE_INTERRUPT);
  assert_string_equal(err.text, "chartmogul_customers: GET /x was not finished (interrupted): run "
                                "the statement again");
  assert_true(cm_call_is_done(other)); /* all reads end */
  assert_true(cm_call_result_of(call)->may_help);
  assert_false(cm_call_result_of(call)->is_unknown);
  cm_call_free(call);
  cm_call_free(other);
}

static void interrupt_ends_reads(void **state) {
  peer_world *world = *state;
  assert_int_equal(peer_run(world, read_is_interrupted), SQLITE_INTERRUPT);
  assert_int_equal(sqlite3_exec(world->db, "SELECT 1", NULL, NULL, NULL), SQLITE_OK);
}

static int stop_when_asked(void *context) {
  peer *server = context;
  return peer_count(server, &server->waiting) > 0;
}

static void read_is_stopped(peer_world *world) {
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_INTERRUPT);
  cm_call_free(call);
}

static void progress_handler_can_stop(void **state) {
  peer_world *world = *state;
  peer_does(world->server, "/x", PEER_HOLD);
  sqlite3_progress_handler(world->db, 200, stop_when_asked, world->server);
  peer_run(world, read_is_stopped);
}

/* One write under way, one waiting; then a read that is interrupted. */
static void interrupt_writes(peer_world *world, int held_status, cm_call **sent,
                             cm_call **waiting) {
  peer *server = world->server;
  peer_set(world, "concurrency", "2");
  peer_reply_with(
      server,
      (peer_reply){ .path = "/held", .status = held_status, .body = "{}", .action = PEER_HOLD });
  peer_does(server, "/x", PEER_INTERRUPT);
  *sent = peer_post(world, "/held");
  for (int i = 0; i < 400 && peer_count(server, &server->waiting) < 1; i++)
    cm_session_pump(world->session, 5);
  cm_call *read = peer_get(world, "/x");
  *waiting = peer_post(world, "/never");
  assert_int_equal(cm_call_wait(read, NULL), SQLITE_INTERRUPT);
  cm_call_free(read);
  assert_true(cm_call_is_done(*waiting));
  assert_false(cm_call_is_done(*sent));
  const cm_call_result *result = cm_call_result_of(*waiting);
  assert_int_equal(result->code, SQLITE_INTERRUPT);
  assert_int_equal(result->status, 0);
  assert_int_equal(result->request_id, 0);
  assert_true(result->may_help);
  assert_false(result->is_unknown);
  peer_assert_has(result->error, "POST /never was not sent (interrupted)");
}

static void write_answers_in_its_grace(peer_world *world) {
  cm_call *sent, *waiting;
  interrupt_writes(world, 201, &sent, &waiting);
  world->clock.now_ms += CM_WRITE_GRACE_MS - 1;
  cm_session_pump(world->session, 0);
  assert_false(cm_call_is_done(sent));
  peer_release(world->server);
  assert_int_equal(cm_call_wait(sent, NULL), SQLITE_OK);
  assert_int_equal(cm_call_result_of(sent)->status, 201);
  cm_call_free(sent);
  cm_call_free(waiting);
}

static void write_fails_in_its_grace(peer_world *world) {
  cm_call *sent, *waiting;
  interrupt_writes(world, 503, &sent, &waiting);
  peer_release(world->server);
  assert_int_equal(cm_call_wait(sent, NULL), SQLITE_BUSY); /* it does not go again */
  assert_int_equal(peer_log_of(world, sent)->tries, 1);
  assert_true(cm_call_result_of(sent)->is_unknown);
  cm_call_free(sent);
  cm_call_free(waiting);
}

static void write_outlasts_its_grace(peer_world *world) {
  cm_call *sent, *waiting;
  interrupt_writes(world, 201, &sent, &waiting);
  world->clock.now_ms += CM_WRITE_GRACE_MS;
  assert_int_equal(cm_call_wait(sent, NULL), SQLITE_INTERRUPT);
  assert_true(cm_call_result_of(sent)->is_unknown);
  peer_assert_has(cm_call_result_of(sent)->error, "may or may not have happened");
  cm_call_free(sent);
  cm_call_free(waiting);
}

static void interrupted_write_may_answer(void **state) {
  peer_run(*state, write_answers_in_its_grace);
}

static void interrupted_write_may_fail(void **state) {
  peer_run(*state, write_fails_in_its_grace);
}

static void interrupted_write_ends_unknown(void **state) {
  peer_run(*state, write_outlasts_its_grace);
}

/* ---- the log ------------------------------------------------------------------------------- */

static void log_is_a_ring(void **state) {
  peer_world *world = *state;
  for (int i = 0; i < CM_MAX_REQUEST_LOG + 2; i++)
    cm_request_log_add(world->session->log, cm_session_wall_ms(world->session), "GET", "/x",
                       "body");
  assert_null(cm_request_log_find(world->session->log, 0));
  assert_null(cm_request_log_find(world->session->log, 2));
  assert_int_equal(cm_request_log_find(world->session->log, 3)->id, 3);
  assert_int_equal(cm_request_log_find(world->session->log, CM_MAX_REQUEST_LOG + 2)->time_ms,
                   INT64_C(1700001000000));
  assert_null(cm_request_log_find(world->session->log, CM_MAX_REQUEST_LOG + 3));
}

static void line_that_left_the_ring(void **state) {
  peer_world *world = *state;
  peer_does(world->server, "/x", PEER_HOLD);
  cm_call *call = peer_get(world, "/x");
  cm_session_pump(world->session, 0);
  for (int i = 0; i < CM_MAX_REQUEST_LOG; i++)
    cm_request_log_add(world->session->log, cm_session_wall_ms(world->session), "GET", "/other",
                       NULL);
  peer_release(world->server);
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_null(cm_request_log_find(world->session->log, cm_call_result_of(call)->request_id));
  cm_call_free(call);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(cut_read_goes_again),
    TEST(cut_create_does_not),
    TEST(doubt_outlasts_a_refusal),
    TEST(failing_gateway_leaves_a_create_unknown),
    TEST(refused_connection_lets_a_create_go_again),
    TEST(no_connection_at_all),
    TEST(concurrency_has_a_bound),
    TEST(limiter_spreads_calls),
    TEST(new_rate_remembers_what_left),
    TEST(pump_returns_when_a_call_is_done),
    TEST(cancel_frees),
    TEST(key_and_url_go_together),
    TEST(deadline_ends_a_wait),
    TEST(interrupt_ends_reads),
    TEST(progress_handler_can_stop),
    TEST(interrupted_write_may_answer),
    TEST(interrupted_write_may_fail),
    TEST(interrupted_write_ends_unknown),
    TEST(log_is_a_ring),
    TEST(line_that_left_the_ring),
  };
  return cmocka_run_group_tests_name("pump", tests, NULL, NULL);
}
