/*
** Unit test of src/client/call.c and src/client/verdict.c: what an answer becomes, what is not even sent, and
** that the key shows nowhere.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <time.h>

#include "client/pump.h"
#include "peer.h"

static void assert_body(const cm_call *call, const char *expected) {
  cm_slice body = cm_call_result_of(call)->body;
  assert_int_equal(body.len, strlen(expected));
  assert_memory_equal(body.ptr, expected, body.len);
}

/* Wait for a failure and free the call; the line for the user stays. */
static void assert_fails(cm_call *call, int code, const char *line) {
  cm_err err = { 0 };
  assert_int_equal(cm_call_wait(call, &err), code);
  assert_string_equal(err.text, line);
  assert_int_equal(err.code, code);
  assert_string_equal(cm_call_result_of(call)->error, line);
  cm_call_free(call);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void success(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/ping", 200, "{\"data\":\"pong!\"}");
  cm_call *call = peer_get(world, "/ping?a=b");
  assert_false(cm_call_is_done(call));
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_true(cm_call_is_done(call));
  const cm_call_result *result = cm_call_result_of(call);
  assert_int_equal(result->status, 200);
  assert_string_equal(result->error, "");
  assert_string_equal(result->message, "");
  assert_body(call, "{\"data\":\"pong!\"}");
  const cm_request_line *line = peer_log_of(world, call);
  assert_string_equal(line->method, "GET");
  assert_string_equal(line->path, "/ping?a=b");
  assert_int_equal(line->status, 200);
  assert_int_equal(line->tries, 1);
  assert_int_equal(line->waited_ms, 0);
  assert_true(line->bytes > 0);
  assert_int_equal(line->rows, -1);
  assert_null(line->error);
  assert_null(line->body);
  assert_int_equal(world->clock.slept_ms, 0);
  size_t len = 0;
  char *body = cm_call_take_body(call, &len);
  assert_int_equal(len, strlen("{\"data\":\"pong!\"}"));
  assert_string_equal(body, "{\"data\":\"pong!\"}");
  assert_int_equal(cm_call_result_of(call)->body.len, 0);
  sqlite3_free(body);
  cm_call_free(call);
}

static void empty_answer_of_a_write(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/customers/1", 204, "");
  cm_call *call = peer_write(world, "DELETE", "/customers/1", 0);
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_int_equal(cm_call_result_of(call)->status, 204);
  assert_int_equal(cm_call_result_of(call)->body.len, 0);
  assert_string_equal(world->server->last_body, "{\"name\":\"Ann\"}");
  cm_call_free(call);
}

static void text_answer_is_the_callers(void **state) {
  peer_world *world = *state;
  peer_says_text(world->server, "/x", 200, "<p>hi</p>");
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_body(call, "<p>hi</p>");
  cm_call_free(call);
}

static void too_many_then_success(void **state) {
  peer_world *world = *state;
  struct timespec before, after;
  peer_says_later(world->server, "/x", 429, "{}", "7");
  peer_says(world->server, "/x", 200, "{\"a\":1}");
  clock_gettime(CLOCK_MONOTONIC, &before);
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert_body(call, "{\"a\":1}");
  assert_int_equal(peer_log_of(world, call)->tries, 2);
  assert_int_equal(peer_log_of(world, call)->waited_ms, 7000);
  assert_int_equal(world->clock.slept_ms, 7000);
  int64_t real_ms = (after.tv_sec - before.tv_sec) * 1000 +
                    (after.tv_nsec - before.tv_nsec) / 1000000;
  assert_true(real_ms < world->clock.slept_ms);
  assert_true(world->session->limit.current_milli < 40 * 1000); /* everybody goes slower now */
  cm_call_free(call);
}

static void too_many_for_too_long(void **state) {
  peer_world *world = *state;
  peer_says_later(world->server, "/x", 429, "{\"message\":\"Too many requests.\"}", "61");
  assert_fails(
      peer_get(world, "/x"), SQLITE_BUSY,
      "chartmogul_customers: GET /x failed (429 Too Many Requests: Too many requests., "
      "asking for a pause of 61 s): try again later, or lower requests_per_second (now 40) "
      "or concurrency (now 8)");
  assert_int_equal(world->clock.slept_ms, 0);
}

static void tries_end(void **state) {
  peer_world *world = *state;
  peer_set(world, "max_retries", "2");
  peer_says_text(world->server, "/x", 503, "");
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_BUSY);
  peer_assert_has(cm_call_result_of(call)->error,
                  "(503 Service Unavailable, without a message, after 3 tries)");
  assert_true(cm_call_result_of(call)->may_help);
  assert_int_equal(peer_count(world->server, &world->server->requests), 3);
  cm_call_free(call);
}

static void wrong_key(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/customers", 401,
            "{\"code\":401,\"message\":\"No valid API key provided\",\"param\":null}");
  cm_call *call = peer_get(world, "/customers?status=Active");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_AUTH);
  assert_true(cm_call_result_of(call)->is_api_error);
  assert_false(cm_call_result_of(call)->may_help);
  assert_string_equal(cm_call_result_of(call)->message, "No valid API key provided");
  assert_int_equal(peer_log_of(world, call)->tries, 1);
  assert_string_equal(peer_log_of(world, call)->error, cm_call_result_of(call)->error);
  assert_fails(call, SQLITE_AUTH,
               "chartmogul_customers: GET /customers?status=Active failed (401 Unauthorized: No "
               "valid API key provided): set api_key to a valid API key");
}

static void refused_write(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/customers", 422, "{\"error\":\"Name is odd\"}");
  cm_call *call = peer_post(world, "/customers");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_CONSTRAINT);
  assert_false(cm_call_result_of(call)->is_unknown);
  assert_false(cm_call_result_of(call)->may_help);
  assert_fails(call, SQLITE_CONSTRAINT,
               "chartmogul_customers: POST /customers failed (422 Unprocessable Entity: Name is "
               "odd): correct what it names and write the row again");
}

static void codes_of_statuses(void **state) {
  peer_world *world = *state;
  const struct {
    int status;
    int read, write;
  } codes[] = {
    { 302, SQLITE_ERROR, SQLITE_ERROR }, { 400, SQLITE_CONSTRAINT, SQLITE_CONSTRAINT },
    { 402, SQLITE_ERROR, SQLITE_ERROR }, { 403, SQLITE_AUTH, SQLITE_AUTH },
    { 404, SQLITE_ERROR, SQLITE_ERROR }, { 422, SQLITE_CONSTRAINT, SQLITE_CONSTRAINT },
    { 429, SQLITE_BUSY, SQLITE_BUSY },   { 500, SQLITE_ERROR, SQLITE_ERROR },
    { 503, SQLITE_BUSY, SQLITE_BUSY },
  };
  peer_set(world, "max_retries", "0");
  for (size_t i = 0; i < cm_countof(codes); i++) {
    char path[16];
    snprintf(path, sizeof path, "/%d", codes[i].status);
    peer_says_text(world->server, path, codes[i].status, "no");
    cm_call *read = peer_get(world, path);
    cm_call *write = peer_write(world, "PATCH", path, 0);
    assert_int_equal(cm_call_wait(read, NULL), codes[i].read);
    assert_int_equal(cm_call_wait(write, NULL), codes[i].write);
    assert_int_equal(cm_call_result_of(write)->may_help,
                     codes[i].status == 429 || codes[i].status >= 500);
    assert_int_equal(cm_call_result_of(write)->is_unknown, codes[i].status >= 500);
    assert_false(cm_call_result_of(write)->is_api_error);
    cm_call_free(read);
    cm_call_free(write);
    world->server->reply_count = 0; /* `path` goes */
  }
}

static void html_page_becomes_a_line(void **state) {
  peer_world *world = *state;
  peer_set(world, "max_retries", "0");
  peer_says_text(world->server, "/x", 404,
                 "<html><body>\n<h1>The page\nis gone</h1></body></html>");
  cm_call *call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_ERROR);
  assert_false(cm_call_result_of(call)->is_api_error);
  peer_assert_has(cm_call_result_of(call)->error, "(404 Not Found: The page is gone)");
  peer_assert_has(cm_call_result_of(call)->error, "base_url, now http://127.0.0.1");
  assert_null(strchr(cm_call_result_of(call)->error, '<'));
  cm_call_free(call);
}

/* ---- the key ------------------------------------------------------------------------------- */

static void assert_no_key(const char *text) {
  static const char encoded[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"; /* base64 of it */
  if (text == NULL) return;
  assert_null(strstr(text, peer_key));
  assert_null(strstr(text, encoded));
}

static void key_shows_nowhere(void **state) {
  peer_world *world = *state;
  char path[128];
  char body[128];
  snprintf(path, sizeof path, "/x?key=%s", peer_key);
  snprintf(body, sizeof body, "{\"message\":\"%s and %%AUTH%% are wrong\"}", peer_key);
  peer_set(world, "log_bodies", "1");
  peer_says(world->server, "/x", 400, body);
  cm_call_request request = { .who = "chartmogul_request",
                              .method = "POST",
                              .path = path,
                              .body = body,
                              .body_len = strlen(body),
                              .flags = CM_CALL_WRITE };
  cm_call *call = peer_start_call(world, &request);
  cm_err err = { 0 };
  assert_int_equal(cm_call_wait(call, &err), SQLITE_CONSTRAINT);
  peer_assert_has(err.text, "are wrong");
  assert_no_key(err.text);
  assert_no_key(cm_call_result_of(call)->error);
  assert_no_key(cm_call_result_of(call)->message);
  assert_no_key(cm_call_result_of(call)->body.ptr);
  const cm_request_line *line = peer_log_of(world, call);
  peer_assert_has(line->body, "are wrong");
  peer_assert_has(line->path, "/x?key=***");
  assert_no_key(line->path);
  assert_no_key(line->body);
  assert_no_key(line->error);
  cm_call_free(call);
  peer_set(world, "dry_run", "1");
  call = peer_start_call(world, &request);
  assert_no_key(peer_log_of(world, call)->path);
  assert_no_key(peer_log_of(world, call)->body);
  cm_call_free(call);
  peer_set(world, "read_only", "1");
  assert_int_equal(cm_call_start(world->session, &request, &call, &err), SQLITE_READONLY);
  assert_no_key(err.text);
}

static void without_a_key_nothing_starts(void **state) {
  peer_world *world = *state;
  cm_call_request request = { .who = "chartmogul_plans", .method = "GET", .path = "/plans" };
  cm_call *call = NULL;
  cm_err err = { 0 };
  peer_set(world, "api_key", NULL);
  assert_int_equal(cm_call_start(world->session, &request, &call, &err), SQLITE_AUTH);
  assert_null(call);
  peer_assert_has(err.text, "chartmogul_plans: no API key");
  assert_null(world->session->calls.first);
}

/* ---- what the settings forbid -------------------------------------------------------------- */

static void dry_run_sends_nothing(void **state) {
  peer_world *world = *state;
  peer_set(world, "dry_run", "1");
  peer_set(world, "api_key", NULL);
  cm_call *call = peer_post(world, "/customers");
  assert_true(cm_call_is_done(call));
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  assert_int_equal(cm_call_result_of(call)->status, 0);
  assert_int_equal(cm_call_result_of(call)->body.len, 0);
  assert_string_equal(peer_log_of(world, call)->body, "{\"name\":\"Ann\"}");
  assert_string_equal(peer_log_of(world, call)->path, "/customers");
  size_t len = 1;
  char *body = cm_call_take_body(call, &len);
  assert_string_equal(body, "");
  assert_int_equal(len, 0);
  sqlite3_free(body);
  cm_call_free(call);
  assert_int_equal(peer_count(world->server, &world->server->requests), 0);
}

static void read_only_refuses_writes(void **state) {
  peer_world *world = *state;
  cm_call_request request = {
    .who = "chartmogul_customers", .method = "POST", .path = "/customers", .flags = CM_CALL_CREATE
  };
  cm_call *call = NULL;
  cm_err err = { 0 };
  peer_set(world, "read_only", "1");
  assert_int_equal(cm_call_start(world->session, &request, &call, &err), SQLITE_READONLY);
  assert_string_equal(err.text, "chartmogul_customers: POST /customers was not sent (read_only is "
                                "set): open another connection to write");
  call = peer_get(world, "/x");
  assert_int_equal(cm_call_wait(call, NULL), SQLITE_OK);
  cm_call_free(call);
}

static void max_requests_is_of_a_statement(void **state) {
  peer_world *world = *state;
  cm_call_request request = { .who = "chartmogul_plans", .method = "GET", .path = "/plans" };
  cm_call *call = NULL;
  cm_err err = { 0 };
  peer_set(world, "max_requests", "2");
  cm_call_free(peer_get(world, "/1"));
  cm_call_free(peer_get(world, "/2"));
  assert_int_equal(cm_call_start(world->session, &request, &call, &err), SQLITE_ERROR);
  peer_assert_has(err.text, "chartmogul_plans: GET /plans was not sent");
  peer_assert_has(err.text, "raise max_requests");
  cm_statement_begin(world->session->statement);
  cm_call_free(peer_get(world, "/3"));
}

static void bad_paths(void **state) {
  peer_world *world = *state;
  const char *const paths[] = { "", "customers", "@evil.example/", "/a b", "/a\r\nHost: evil" };
  for (size_t i = 0; i < cm_countof(paths); i++) {
    cm_call_request request = { .who = "chartmogul_request", .method = "GET", .path = paths[i] };
    cm_call *call = NULL;
    assert_int_equal(cm_call_start(world->session, &request, &call, NULL), SQLITE_ERROR);
    assert_null(call);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(success),
    TEST(empty_answer_of_a_write),
    TEST(text_answer_is_the_callers),
    TEST(too_many_then_success),
    TEST(too_many_for_too_long),
    TEST(tries_end),
    TEST(wrong_key),
    TEST(refused_write),
    TEST(codes_of_statuses),
    TEST(html_page_becomes_a_line),
    TEST(key_shows_nowhere),
    TEST(without_a_key_nothing_starts),
    TEST(dry_run_sends_nothing),
    TEST(read_only_refuses_writes),
    TEST(max_requests_is_of_a_statement),
    TEST(bad_paths),
  };
  return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
