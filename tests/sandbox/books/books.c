#include "books.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* 365.25 / 12 days. */
#define MONTH_MS (INT64_C(2629800) * 1000)
#define DAY_MS INT64_C(86400000)

const char *sb_movement_name(sb_movement_type type) {
  static const char *const names[] = {
    [SB_NEW_BIZ] = "new_biz", [SB_EXPANSION] = "expansion",       [SB_CONTRACTION] = "contraction",
    [SB_CHURN] = "churn",     [SB_REACTIVATION] = "reactivation",
  };
  return names[type];
}

/* amount * numerator / denominator, half away from zero; wide enough for any amount of money. */
static int64_t scale(int64_t amount, int64_t numerator, int64_t denominator) {
  __extension__ typedef __int128 wide;
  wide product = (wide)amount * numerator;
  wide half = denominator / 2;
  return (int64_t)((product < 0 ? product - half : product + half) / denominator);
}

static int64_t interval_ms(char unit, int64_t interval_count) {
  int64_t count = interval_count > 0 ? interval_count : 1;
  return unit == 'd' ? count * DAY_MS : count * (unit == 'y' ? 12 : 1) * MONTH_MS;
}

int64_t sb_books_mrr(int64_t amount, char unit, int64_t interval_count) {
  return scale(amount, MONTH_MS, interval_ms(unit, interval_count));
}

int64_t sb_books_unprorate(int64_t amount, char unit, int64_t interval_count, int64_t period_ms) {
  return period_ms > 0 ? scale(amount, interval_ms(unit, interval_count), period_ms) : amount;
}

static int compare_numbers(int64_t left, int64_t right) {
  return (left > right) - (left < right);
}

/* By time; at one instant cancellations last, so that a switch of plans is no churn; then by
   order. */
static int compare_changes(const void *left, const void *right) {
  const sb_change *a = left, *b = right;
  int result = compare_numbers(a->at_ms, b->at_ms);
  if (!result) result = compare_numbers(a->kind == SB_CHANGE_CANCEL, b->kind == SB_CHANGE_CANCEL);
  if (!result) result = compare_numbers(a->subscription, b->subscription);
  if (!result) result = compare_numbers(a->order, b->order);
  return result;
}

/* Apply the changes of one subscription at one instant, from `first` on; gives how many there
   are. */
static size_t apply(const sb_change *first, size_t left, sb_subscription_state *state) {
  size_t count = 0;
  int64_t level = 0;
  bool is_set = false;
  for (; count < left; count++) {
    const sb_change *change = &first[count];
    if (change->subscription != first->subscription || change->at_ms != first->at_ms ||
        (change->kind == SB_CHANGE_CANCEL) != (first->kind == SB_CHANGE_CANCEL))
      break;
    if (change->kind == SB_CHANGE_ADD && !is_set) level = state->mrr;
    is_set = true;
    level += change->mrr;
    if (change->kind == SB_CHANGE_CANCEL) continue;
    if (change->plan) state->plan = change->plan;
    if (change->quantity) state->quantity = change->quantity;
  }
  if (first->kind == SB_CHANGE_CANCEL) {
    state->mrr = 0;
    if (state->start_ms) state->end_ms = first->at_ms; /* what never began does not end */
    return count;
  }
  state->mrr = level > 0 ? level : 0;
  state->end_ms = 0;
  if (state->mrr && !state->start_ms) state->start_ms = first->at_ms;
  return count;
}

static sb_movement_type type_of(int64_t before, int64_t after, bool was_active) {
  if (!before) return was_active ? SB_REACTIVATION : SB_NEW_BIZ;
  if (!after) return SB_CHURN;
  return after > before ? SB_EXPANSION : SB_CONTRACTION;
}

size_t sb_books_settle(sb_change *changes, size_t change_count, sb_subscription_state *states,
                       size_t subscription_count, sb_movement *movements) {
  int64_t total = 0;
  bool was_active = false;
  size_t movement_count = 0;
  memset(states, 0, subscription_count * sizeof *states);
  if (change_count) qsort(changes, change_count, sizeof *changes, compare_changes);
  for (size_t i = 0; i < change_count;) {
    sb_subscription_state *state = &states[changes[i].subscription];
    const sb_change *first = &changes[i];
    int64_t level = state->mrr;
    i += apply(first, change_count - i, state);
    int64_t amount = state->mrr - level;
    if (!amount) continue;
    movements[movement_count++] = (sb_movement){
      .subscription = first->subscription,
      .type = type_of(total, total + amount, was_active),
      .at_ms = first->at_ms,
      .amount = amount,
      .mrr_after = total + amount,
      .plan = state->plan,
    };
    total += amount;
    was_active = true;
  }
  return movement_count;
}
