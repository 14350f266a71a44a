/* The books of the sandbox: movements add up, whatever happened. */
#include "../../sandbox/books/books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY INT64_C(86400000)
#define MAX 64

static sb_change set(int subscription, int64_t day, int64_t mrr) {
  return (sb_change){ .subscription = subscription, .at_ms = day * DAY, .mrr = mrr };
}

static sb_change cancel(int subscription, int64_t day) {
  return (sb_change){ .subscription = subscription, .kind = SB_CHANGE_CANCEL, .at_ms = day * DAY };
}

static void mrr_is_the_amount_per_month_of_the_interval(void **state) {
  (void)state;
  assert_int_equal(sb_books_mrr(1000, 'm', 1), 1000);
  assert_int_equal(sb_books_mrr(12000, 'y', 1), 1000);
  assert_int_equal(sb_books_mrr(3000, 'm', 3), 1000);
  assert_int_equal(sb_books_mrr(1000, 'd', 7), 4348); /* 30.4375 days a month */
  assert_int_equal(sb_books_mrr(100, 'm', 3), 33);    /* rounded to the cent */
  assert_int_equal(sb_books_mrr(-100, 'm', 3), -33);  /* the same way on both sides */
  assert_int_equal(sb_books_mrr(200, 'm', 3), 67);
  assert_int_equal(sb_books_mrr(1000, 'm', 0), 1000); /* a plan without a count */
}

static void a_prorated_amount_is_scaled_to_the_interval(void **state) {
  (void)state;
  assert_int_equal(sb_books_unprorate(700, 'd', 30, 7 * DAY), 3000);
  assert_int_equal(sb_books_unprorate(700, 'd', 30, 0), 700);
}

static void first_rise_is_new_business_and_the_last_fall_churn(void **state) {
  (void)state;
  sb_change changes[] = { cancel(0, 40), set(0, 10, 500), set(0, 60, 700), set(0, 20, 900),
                          set(0, 30, 300) };
  sb_subscription_state states[1];
  sb_movement movements[MAX];
  assert_int_equal(sb_books_settle(changes, 5, states, 1, movements), 5);
  static const sb_movement_type types[] = { SB_NEW_BIZ, SB_EXPANSION, SB_CONTRACTION, SB_CHURN,
                                            SB_REACTIVATION };
  static const int64_t amounts[] = { 500, 400, -600, -300, 700 };
  for (int i = 0; i < 5; i++) {
    assert_int_equal(movements[i].type, types[i]);
    assert_int_equal(movements[i].amount, amounts[i]);
  }
  assert_int_equal(states[0].mrr, 700);
  assert_int_equal(states[0].start_ms, 10 * DAY);
  assert_int_equal(states[0].end_ms, 0); /* it goes on again */
}

static void one_of_two_subscriptions_ending_is_a_contraction(void **state) {
  (void)state;
  sb_change changes[] = { set(0, 1, 100), set(1, 2, 50), cancel(0, 3), cancel(1, 4) };
  sb_subscription_state states[2];
  sb_movement movements[MAX];
  assert_int_equal(sb_books_settle(changes, 4, states, 2, movements), 4);
  assert_int_equal(movements[1].type, SB_EXPANSION);
  assert_int_equal(movements[2].type, SB_CONTRACTION);
  assert_int_equal(movements[3].type, SB_CHURN);
  assert_int_equal(states[0].end_ms, 3 * DAY);
}

static void a_switch_at_one_instant_is_no_churn(void **state) {
  (void)state;
  sb_change changes[] = { set(0, 1, 100), cancel(0, 5), set(1, 5, 150) };
  sb_subscription_state states[2];
  sb_movement movements[MAX];
  assert_int_equal(sb_books_settle(changes, 3, states, 2, movements), 3);
  assert_int_equal(movements[1].type, SB_EXPANSION);
  assert_int_equal(movements[2].type, SB_CONTRACTION);
  assert_int_equal(movements[2].mrr_after, 150);
}

static void lines_that_start_together_add_up(void **state) {
  (void)state;
  sb_change changes[] = { set(0, 1, 100), set(0, 1, 30), set(0, 2, 100) };
  sb_subscription_state states[1];
  sb_movement movements[MAX];
  assert_int_equal(sb_books_settle(changes, 3, states, 1, movements), 2);
  assert_int_equal(movements[0].amount, 130);
  assert_int_equal(movements[1].amount, -30);
}

static void a_differential_line_changes_the_level(void **state) {
  (void)state;
  sb_change more = set(0, 2, 40), less = set(0, 3, -500);
  more.kind = less.kind = SB_CHANGE_ADD;
  sb_change changes[] = { less, more, set(0, 1, 100) };
  sb_subscription_state states[1];
  sb_movement movements[MAX];
  assert_int_equal(sb_books_settle(changes, 3, states, 1, movements), 3);
  assert_int_equal(movements[1].mrr_after, 140);
  assert_int_equal(movements[2].mrr_after, 0); /* never below nothing */
}

static void what_never_began_does_not_end(void **state) {
  (void)state;
  sb_change changes[] = { cancel(0, 1) };
  sb_subscription_state states[1];
  sb_movement movements[MAX];
  assert_int_equal(sb_books_settle(changes, 1, states, 1, movements), 0);
  assert_int_equal(states[0].end_ms, 0);
  assert_int_equal(sb_books_settle(NULL, 0, states, 1, movements), 0);
}

/* A thousand customers of chance: after every movement the sum of all movements is the level,
   and the end is the sum of states. */
static void movements_add_up(void **state) {
  (void)state;
  uint32_t chance = 1;
  for (int round = 0; round < 1000; round++) {
    sb_change changes[MAX];
    sb_subscription_state states[4];
    sb_movement movements[MAX];
    for (int i = 0; i < MAX; i++) {
      chance = chance * 1664525u + 1013904223u;
      int subscription = (int)(chance >> 28 & 3);
      changes[i] = chance >> 24 & 3 ? set(subscription, chance >> 16 & 31, chance >> 8 & 0xfff)
                                    : cancel(subscription, chance >> 16 & 31);
      if ((chance >> 20 & 7) == 0 && changes[i].kind == SB_CHANGE_SET)
        changes[i].kind = SB_CHANGE_ADD;
    }
    size_t count = sb_books_settle(changes, MAX, states, 4, movements);
    int64_t level = 0;
    bool was_active = false;
    for (size_t i = 0; i < count; i++) {
      assert_true(i == 0 || movements[i].at_ms >= movements[i - 1].at_ms);
      assert_int_equal(movements[i].type == SB_NEW_BIZ, !level && !was_active);
      assert_int_equal(movements[i].type == SB_REACTIVATION, !level && was_active);
      level += movements[i].amount;
      assert_int_equal(movements[i].mrr_after, level);
      assert_int_equal(movements[i].type == SB_CHURN, level == 0);
      assert_true(level >= 0 && movements[i].amount != 0);
      was_active = true;
    }
    assert_int_equal(level, states[0].mrr + states[1].mrr + states[2].mrr + states[3].mrr);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(mrr_is_the_amount_per_month_of_the_interval),
    cmocka_unit_test(a_prorated_amount_is_scaled_to_the_interval),
    cmocka_unit_test(first_rise_is_new_business_and_the_last_fall_churn),
    cmocka_unit_test(one_of_two_subscriptions_ending_is_a_contraction),
    cmocka_unit_test(a_switch_at_one_instant_is_no_churn),
    cmocka_unit_test(lines_that_start_together_add_up),
    cmocka_unit_test(a_differential_line_changes_the_level),
    cmocka_unit_test(what_never_began_does_not_end),
    cmocka_unit_test(movements_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
