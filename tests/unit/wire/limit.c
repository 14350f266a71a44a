/* wire/limit.h: no window ever holds too many, nobody waits longer than needed, "too many" slows down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/limit.h"

/** A stream of numbers that is the same in every run. */
static unsigned next_random(unsigned *state, unsigned below) {
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) % below;
}

/** Send `count` requests as soon as each may leave. @return when the last one left. */
static int64_t send_all(cm_limit *limit, int64_t now_ms, int count) {
  for (int i = 0; i < count; i++) {
    now_ms += cm_limit_wait_ms(limit, now_ms);
    cm_limit_sent(limit, now_ms);
  }
  return now_ms;
}

/** How many leave between two times when there is always another one. */
static int count_until(cm_limit *limit, int64_t now_ms, int64_t end_ms) {
  int count = 0;
  while ((now_ms += cm_limit_wait_ms(limit, now_ms)) < end_ms) {
    cm_limit_sent(limit, now_ms);
    count++;
  }
  return count;
}

/* ---- the window ---------------------------------------------------------------------------- */

static void a_first_burst_does_not_wait(void **state) {
  (void)state;
  static const int rates[] = { 1, 2, 8, 40, 1000 };
  for (size_t i = 0; i < cm_countof(rates); i++) {
    cm_limit limit;
    cm_limit_init(&limit, rates[i]);
    assert_int_equal(5000, send_all(&limit, 5000, rates[i]));
    assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 5000));
    assert_int_equal(1, cm_limit_wait_ms(&limit, 5000 + CM_LIMIT_WINDOW_MS - 1));
    assert_int_equal(0, cm_limit_wait_ms(&limit, 5000 + CM_LIMIT_WINDOW_MS));
  }
}

static void a_steady_stream_gets_its_rate(void **state) {
  (void)state;
  static const int rates[] = { 1, 2, 7, 40, 333, 1000 };
  for (size_t i = 0; i < cm_countof(rates); i++) {
    cm_limit limit;
    cm_limit_init(&limit, rates[i]);
    int count = count_until(&limit, 0, 10000);
    assert_true(count * 100 >= rates[i] * 10 * 97);
    assert_true(count <= rates[i] * 10);
    /* and in the long run, when the first burst no longer counts */
    count = count_until(&limit, 10000, 1010000);
    assert_true(count * 100 >= rates[i] * 1000 * 97);
    assert_true(count <= rates[i] * 1000);
  }
}

static void no_limit(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 0);
  assert_int_equal(7, send_all(&limit, 7, 5000));
  cm_limit_slow_down(&limit, 7, 300);
  assert_int_equal(300, cm_limit_wait_ms(&limit, 7));
  assert_int_equal(307, send_all(&limit, 7, 5000));
  cm_limit_recover(&limit, 100000);
  assert_int_equal(100000, send_all(&limit, 100000, 5000));
}

static void odd_rates(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, -5);
  assert_int_equal(0, limit.per_second);
  cm_limit_init(&limit, 5000);
  assert_int_equal(CM_LIMIT_MAX_PER_SECOND, limit.per_second);
  send_all(&limit, 0, CM_LIMIT_MAX_PER_SECOND);
  assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 0));
}

static void a_new_rate_is_no_new_allowance(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 40);
  send_all(&limit, 0, 40);
  cm_limit_set_rate(&limit, 40);
  assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 0));
  cm_limit_set_rate(&limit, 50);
  assert_int_equal(100, send_all(&limit, 100, 10));
  assert_int_equal(CM_LIMIT_WINDOW_MS - 100, cm_limit_wait_ms(&limit, 100));
  cm_limit_set_rate(&limit, 5); /* the last five left at 100 */
  assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 100));
}

/* ---- random schedules ---------------------------------------------------------------------- */

enum { MAX_EVENTS = 400 };

/** What is known to have left, in no order: the limit, done without cleverness. */
typedef struct model {
  int64_t left_ms[MAX_EVENTS];
  int count;
} model;

static int count_in_window(const model *known, int64_t now_ms) {
  int count = 0;
  for (int i = 0; i < known->count; i++)
    count += known->left_ms[i] > now_ms - CM_LIMIT_WINDOW_MS;
  return count;
}

/** A request turns out to have left late, as the first on a new connection does. */
static void correct_one(cm_limit *limit, model *known, int64_t now_ms, unsigned *random) {
  if (known->count == 0) return;
  int64_t *left_ms = &known->left_ms[next_random(random, (unsigned)known->count)];
  int64_t late_ms = *left_ms + next_random(random, 400);
  if (late_ms > now_ms) return;
  cm_limit_correct(limit, *left_ms, late_ms);
  *left_ms = late_ms;
}

static void run_schedule(unsigned seed) {
  unsigned random = seed;
  cm_limit limit;
  cm_limit_init(&limit, 1 + (int)next_random(&random, 60));
  model known = { .count = 0 };
  int64_t now_ms = next_random(&random, 100000);
  unsigned gap = 1 + next_random(&random, 200);
  bool is_changing = next_random(&random, 4) == 0;
  bool is_correcting = next_random(&random, 3) == 0;

  while (known.count < MAX_EVENTS) {
    if (next_random(&random, 2) == 0) now_ms += next_random(&random, gap);
    if (is_correcting) correct_one(&limit, &known, now_ms, &random);
    if (is_changing && next_random(&random, 20) == 0)
      cm_limit_set_rate(&limit, 1 + (int)next_random(&random, 60));
    int64_t wait_ms = cm_limit_wait_ms(&limit, now_ms);
    assert_true(wait_ms >= 0);
    if (wait_ms > 0) { /* a millisecond earlier would have been one too many */
      assert_int_equal(1, cm_limit_wait_ms(&limit, now_ms + wait_ms - 1));
      assert_true(count_in_window(&known, now_ms + wait_ms - 1) >= limit.per_second);
      now_ms += wait_ms;
      assert_int_equal(0, cm_limit_wait_ms(&limit, now_ms));
    }
    cm_limit_sent(&limit, now_ms);
    known.left_ms[known.count++] = now_ms;
    assert_true(count_in_window(&known, now_ms) <= limit.per_second);
  }
}

static void no_window_holds_too_many(void **state) {
  (void)state;
  for (unsigned seed = 1; seed <= 5000; seed++)
    run_schedule(seed);
}

static void no_second_of_the_server_sees_too_many(void **state) {
  (void)state;
  enum { COUNT = 300, JITTER_MS = 25 };
  for (unsigned seed = 1; seed <= 300; seed++) {
    unsigned random = seed;
    int rate = 1 + (int)next_random(&random, 60);
    cm_limit limit;
    cm_limit_init(&limit, rate);
    int64_t now_ms = 0, arrived_ms[COUNT];
    for (int i = 0; i < COUNT; i++) {
      now_ms = send_all(&limit, now_ms + next_random(&random, 3) * next_random(&random, 50), 1);
      arrived_ms[i] = now_ms + 100 + next_random(&random, JITTER_MS + 1);
    }
    for (int i = 0; i < COUNT; i++) { /* the second that begins with this arrival */
      int count = 0;
      for (int other = 0; other < COUNT; other++)
        count += arrived_ms[other] >= arrived_ms[i] && arrived_ms[other] < arrived_ms[i] + 1000;
      assert_true(count <= rate);
    }
  }
}

/* ---- requests that left late --------------------------------------------------------------- */

static void late_requests_count_from_when_they_left(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 4);
  send_all(&limit, 0, 2);
  send_all(&limit, 50, 2);
  cm_limit_correct(&limit, 0, 150); /* one of the first two, now the last one */
  assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 0));
  cm_limit_correct(&limit, 0, 20);
  assert_int_equal(CM_LIMIT_WINDOW_MS + 20, cm_limit_wait_ms(&limit, 0));
  int64_t now_ms = send_all(&limit, 200, 1);
  assert_int_equal(CM_LIMIT_WINDOW_MS + 20, now_ms);
  assert_int_equal(CM_LIMIT_WINDOW_MS + 50, send_all(&limit, now_ms, 1));
  assert_int_equal(CM_LIMIT_WINDOW_MS + 50, send_all(&limit, now_ms, 1));
  assert_int_equal(CM_LIMIT_WINDOW_MS + 150, send_all(&limit, now_ms, 1));
}

static void corrections_that_change_nothing(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 2);
  cm_limit_correct(&limit, 0, 100); /* nothing was sent */
  send_all(&limit, 1000, 2);
  cm_limit_correct(&limit, 1000, 900); /* nothing leaves before it was counted */
  cm_limit_correct(&limit, 999, 2000); /* nobody was counted then */
  assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 1000));
  for (int i = 0; i < 3; i++)
    cm_limit_init(&limit, CM_LIMIT_MAX_PER_SECOND);
  send_all(&limit, 0, 1);
  send_all(&limit, 1, 999);
  send_all(&limit, 5000, 1);
  cm_limit_correct(&limit, 0, 6000); /* forgotten: a thousand have left since */
  assert_int_equal(0, cm_limit_wait_ms(&limit, 5000));
}

static void a_clock_that_goes_back(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 2);
  send_all(&limit, 5000, 1);
  cm_limit_sent(&limit, 4000);
  assert_int_equal(CM_LIMIT_WINDOW_MS, cm_limit_wait_ms(&limit, 5000));
}

/* ---- "too many" ---------------------------------------------------------------------------- */

static void slowing_down_halves_the_rate(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 40);
  send_all(&limit, 0, 8);
  cm_limit_slow_down(&limit, 100, 2000);
  assert_int_equal(2000, cm_limit_wait_ms(&limit, 100));
  assert_int_equal(2100, send_all(&limit, 100, 1));
  assert_int_equal(2150, send_all(&limit, 2100, 1)); /* evenly: 20 a second */
  assert_int_equal(200, count_until(&limit, 2200, 12200));
}

static void a_crowd_of_answers_halves_once(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 40);
  for (int i = 0; i < 8; i++)
    cm_limit_slow_down(&limit, 1000 + i * 20, 500 + i);
  assert_int_equal(20000, limit.current_milli);
  assert_int_equal(1000 + 7 * 20 + 507, limit.pause_until_ms);
  cm_limit_slow_down(&limit, 1100, 10); /* a shorter pause shortens nothing */
  assert_int_equal(1000 + 7 * 20 + 507, limit.pause_until_ms);
  cm_limit_slow_down(&limit, 2000, 500);
  assert_int_equal(10000, limit.current_milli);
}

static void the_rate_never_reaches_zero(void **state) {
  (void)state;
  static const int rates[] = { 1, 40, 1000 };
  for (size_t i = 0; i < cm_countof(rates); i++) {
    cm_limit limit;
    cm_limit_init(&limit, rates[i]);
    for (int64_t now_ms = 0; now_ms < 100000; now_ms += 2000)
      cm_limit_slow_down(&limit, now_ms, 0);
    send_all(&limit, 200000, 1);
    assert_int_equal(2000, cm_limit_wait_ms(&limit, 200000));
  }
}

static void a_slowed_rate_recovers_by_steps(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 40);
  cm_limit_slow_down(&limit, 1000, 500);
  int64_t from_ms = 1500; /* the pause does not count */
  cm_limit_recover(&limit, from_ms + CM_LIMIT_RECOVERY_MS - 1);
  assert_int_equal(20000, limit.current_milli);
  cm_limit_recover(&limit, from_ms + CM_LIMIT_RECOVERY_MS);
  assert_int_equal(24000, limit.current_milli);
  cm_limit_recover(&limit, from_ms + CM_LIMIT_RECOVERY_MS + 1); /* many answers, one step */
  assert_int_equal(24000, limit.current_milli);
  cm_limit_recover(&limit, from_ms + 3 * CM_LIMIT_RECOVERY_MS);
  assert_int_equal(32000, limit.current_milli);
  cm_limit_recover(&limit, from_ms + 100 * CM_LIMIT_RECOVERY_MS);
  assert_int_equal(40000, limit.current_milli);
  assert_int_equal(900000, send_all(&limit, 900000, 40)); /* bursts are back as well */
}

static void no_step_right_after_another_slow_down(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 40);
  cm_limit_slow_down(&limit, 0, 0);
  cm_limit_slow_down(&limit, CM_LIMIT_RECOVERY_MS - 10, 0);
  assert_int_equal(10000, limit.current_milli);
  cm_limit_recover(&limit, CM_LIMIT_RECOVERY_MS + 10);
  assert_int_equal(10000, limit.current_milli);
}

static void recovering_without_need(void **state) {
  (void)state;
  cm_limit limit;
  cm_limit_init(&limit, 40);
  cm_limit_recover(&limit, 1000000);
  assert_int_equal(40000, limit.current_milli);
  cm_limit_slow_down(&limit, 1000000, 0);
  cm_limit_recover(&limit, 1000000); /* the quiet time before is no merit */
  assert_int_equal(20000, limit.current_milli);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_first_burst_does_not_wait),
    cmocka_unit_test(a_steady_stream_gets_its_rate),
    cmocka_unit_test(no_limit),
    cmocka_unit_test(odd_rates),
    cmocka_unit_test(a_new_rate_is_no_new_allowance),
    cmocka_unit_test(no_window_holds_too_many),
    cmocka_unit_test(no_second_of_the_server_sees_too_many),
    cmocka_unit_test(late_requests_count_from_when_they_left),
    cmocka_unit_test(corrections_that_change_nothing),
    cmocka_unit_test(a_clock_that_goes_back),
    cmocka_unit_test(slowing_down_halves_the_rate),
    cmocka_unit_test(a_crowd_of_answers_halves_once),
    cmocka_unit_test(the_rate_never_reaches_zero),
    cmocka_unit_test(a_slowed_rate_recovers_by_steps),
    cmocka_unit_test(no_step_right_after_another_slow_down),
    cmocka_unit_test(recovering_without_need),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
