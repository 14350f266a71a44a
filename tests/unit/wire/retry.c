/* wire/retry.h: every outcome and status, for requests that may be repeated and for those that may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/retry.h"

enum { MAX_RETRIES = 8 };

static cm_attempt attempt_of(cm_outcome outcome, int status) {
  return (cm_attempt){ .outcome = outcome,
                       .status = status,
                       .retry_after_ms = -1,
                       .tries = 1,
                       .max_retries = MAX_RETRIES };
}

typedef struct decision {
  cm_outcome outcome;
  int status;
  bool repeats;        /* a read, PUT, PATCH or DELETE goes again */
  bool repeats_create; /* a create goes again */
  bool slows_down;
  const char *reason;
} decision;

static const decision decisions[] = {
  { CM_UNREACHED, 0, true, true, false, "nothing answers" },
  { CM_NOT_SENT, 0, true, true, false, "no connection" },
  { CM_TIMED_OUT, 0, true, false, false, "timeout" },
  { CM_BROKEN, 0, true, false, false, "connection broken" },
  { CM_TOO_LARGE, 0, false, false, false, "answer too large" },
  { CM_CANCELLED, 0, false, false, false, "cancelled" },
  { CM_UNTRUSTED, 0, false, false, false, "certificate not trusted" },
  { CM_NO_MEMORY, 0, false, false, false, "out of memory" },
  { CM_ANSWERED, 408, true, false, false, "408 Request Timeout" },
  { CM_ANSWERED, 425, true, true, false, "425 Too Early" },
  { CM_ANSWERED, 429, true, true, true, "429 Too Many Requests" },
  { CM_ANSWERED, 500, true, false, false, "500 Internal Server Error" },
  { CM_ANSWERED, 502, true, false, false, "502 Bad Gateway" },
  { CM_ANSWERED, 503, true, false, true, "503 Service Unavailable" },
  { CM_ANSWERED, 504, true, false, false, "504 Gateway Timeout" },
};

static void assert_decision(const decision *wanted, const cm_attempt *attempt) {
  cm_retry retry = cm_retry_decide(attempt);
  bool again = attempt->is_create ? wanted->repeats_create : wanted->repeats;
  if (retry.again != again || retry.slow_down != wanted->slows_down)
    fail_msg("outcome %d, status %d, create %d", attempt->outcome, attempt->status,
             attempt->is_create);
  assert_string_equal(wanted->reason, retry.reason);
  /* 503 to a create: whoever can look whether the row is there may send it again. */
  assert_int_equal(retry.again_after_look,
                   attempt->is_create && wanted->repeats && !again && wanted->slows_down);
  assert_true(again || retry.again_after_look ? retry.wait_ms > 0 : retry.wait_ms == 0);
}

static void outcomes_and_named_statuses(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(decisions); i++) {
    cm_attempt attempt = attempt_of(decisions[i].outcome, decisions[i].status);
    assert_decision(&decisions[i], &attempt);
    attempt.is_create = true;
    assert_decision(&decisions[i], &attempt);
  }
}

/** What holds for a status that has no line of its own in the table. */
static decision expected(int status) {
  for (size_t i = 0; i < cm_countof(decisions); i++) {
    if (decisions[i].outcome == CM_ANSWERED && decisions[i].status == status) return decisions[i];
  }
  decision any = { .outcome = CM_ANSWERED, .status = status, .reason = "answered" };
  if (status >= 400) any.reason = "refused";
  if (status >= 500) {
    any.repeats = true;
    any.reason = "server error";
  }
  return any;
}

static void every_status(void **state) {
  (void)state;
  for (int status = 200; status < 600; status++) {
    for (int is_create = 0; is_create < 2; is_create++) {
      decision wanted = expected(status);
      cm_attempt attempt = attempt_of(CM_ANSWERED, status);
      attempt.is_create = is_create != 0;
      assert_decision(&wanted, &attempt);
    }
  }
}

static void tries_are_counted(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(decisions); i++) {
    for (int max_retries = 0; max_retries <= 3; max_retries++) {
      for (int tries = 1; tries <= 5; tries++) {
        cm_attempt attempt = attempt_of(decisions[i].outcome, decisions[i].status);
        attempt.max_retries = max_retries;
        attempt.tries = tries;
        cm_retry retry = cm_retry_decide(&attempt);
        bool is_last = tries > max_retries || (decisions[i].outcome == CM_UNREACHED && tries > 2);
        assert_int_equal(decisions[i].repeats && !is_last, retry.again);
        assert_int_equal(decisions[i].repeats && is_last, retry.is_used_up);
        assert_int_equal(decisions[i].slows_down, retry.slow_down);
      }
    }
  }
}

static void waits_double_up_to_a_minute(void **state) {
  (void)state;
  static const int64_t full_ms[] = {
    500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000
  };
  for (size_t i = 0; i < cm_countof(full_ms); i++) {
    cm_attempt attempt = attempt_of(CM_TIMED_OUT, 0);
    attempt.tries = (int)i + 1;
    attempt.max_retries = 100;
    int64_t shortest = INT64_MAX, longest = 0;
    for (unsigned random = 0; random < 70000; random += 7) {
      attempt.random = random;
      int64_t wait_ms = cm_retry_decide(&attempt).wait_ms;
      shortest = wait_ms < shortest ? wait_ms : shortest;
      longest = wait_ms > longest ? wait_ms : longest;
    }
    assert_in_range(shortest, full_ms[i] / 2, full_ms[i] / 2 + 10);
    assert_in_range(longest, full_ms[i] - 10, full_ms[i]);
    attempt.random = 4294967295u;
    assert_in_range(cm_retry_decide(&attempt).wait_ms, full_ms[i] / 2, full_ms[i]);
  }
  cm_attempt attempt = attempt_of(CM_BROKEN, 0);
  attempt.tries = 2000000000;
  attempt.max_retries = 2147483647;
  assert_in_range(cm_retry_decide(&attempt).wait_ms, 30000, 60000);
}

static void retry_after_wins(void **state) {
  (void)state;
  static const int statuses[] = { 429, 500, 503 };
  for (size_t i = 0; i < cm_countof(statuses); i++) {
    cm_attempt attempt = attempt_of(CM_ANSWERED, statuses[i]);
    attempt.tries = 5;
    attempt.random = 12345;
    attempt.retry_after_ms = 1000;
    assert_int_equal(1000, cm_retry_decide(&attempt).wait_ms);
    attempt.retry_after_ms = CM_MAX_RETRY_AFTER_MS;
    assert_true(cm_retry_decide(&attempt).again);
    assert_int_equal(CM_MAX_RETRY_AFTER_MS, cm_retry_decide(&attempt).wait_ms);
    attempt.retry_after_ms = 0; /* says nothing: the wait that there is without one */
    int64_t wait_ms = cm_retry_decide(&attempt).wait_ms;
    attempt.retry_after_ms = -1;
    assert_int_equal(cm_retry_decide(&attempt).wait_ms, wait_ms);
  }
}

static void a_long_retry_after_is_an_error_at_once(void **state) {
  (void)state;
  static const int statuses[] = { 429, 500, 503 };
  for (size_t i = 0; i < cm_countof(statuses); i++) {
    cm_attempt attempt = attempt_of(CM_ANSWERED, statuses[i]);
    attempt.retry_after_ms = CM_MAX_RETRY_AFTER_MS + 1;
    cm_retry retry = cm_retry_decide(&attempt);
    assert_false(retry.again);
    assert_int_equal(0, retry.wait_ms);
    assert_int_equal(statuses[i] != 500, retry.slow_down);
  }
}

static void an_unknown_outcome_is_not_repeated(void **state) {
  (void)state;
  cm_attempt attempt = attempt_of((cm_outcome)99, 0);
  assert_false(cm_retry_decide(&attempt).again);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(outcomes_and_named_statuses),
    cmocka_unit_test(every_status),
    cmocka_unit_test(tries_are_counted),
    cmocka_unit_test(waits_double_up_to_a_minute),
    cmocka_unit_test(retry_after_wins),
    cmocka_unit_test(a_long_retry_after_is_an_error_at_once),
    cmocka_unit_test(an_unknown_outcome_is_not_repeated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
