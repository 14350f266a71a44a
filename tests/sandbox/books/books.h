/*
** books.h -- the arithmetic of recurring revenue: what one customer's records mean in MRR and
** movements.
** Pure.  Owns: nothing.  Never: reads a database or a clock.  Tests:
** tests/unit/sandbox/books.c
**
** The rules, deliberately simpler than the real ones:
** - A subscription has a level of MRR that records set: a line of an invoice, a start or an
**   update by event, a cancellation.
** - The MRR of a line is its amount less tax, divided by the months of its plan's interval.
**   Discounts are in the amount already, and a tax is not revenue. Lines of one subscription that
**   start together add up. A negative level counts as none.
** - A prorated line is scaled from its service period to the whole interval; `differential` says
**   that this is the change of the level and not the level. `differential_mrr` is the change of
**   the level, not scaled.
** - A level lasts until it is set again: a service period that runs out ends nothing, as in an
**   account without auto churn.
** - All currencies count at par.
** - A movement's type is seen from the customer: the first rise from nothing is new business, a
**   later one a reactivation, a fall to nothing churn, all else expansion and contraction. So the
**   movements always add up to the level.
*/
#ifndef SANDBOX_BOOKS_H
#define SANDBOX_BOOKS_H

#include <stddef.h>
#include <stdint.h>

/** What a record does to the level of its subscription. */
typedef enum sb_change_kind {
  SB_CHANGE_SET,   /* the level is mrr */
  SB_CHANGE_ADD,   /* the level changes by mrr */
  SB_CHANGE_CANCEL /* the level is nothing */
} sb_change_kind;

/** One dated change. */
typedef struct sb_change {
  int subscription; /* index, 0 .. subscription_count-1 */
  sb_change_kind kind;
  int64_t at_ms;
  int64_t mrr; /* minor unit */
  int64_t plan;
  int64_t quantity;
  int64_t order; /* tie-break of changes at the same instant: lower first */
} sb_change;

/** What a subscription is after all changes. */
typedef struct sb_subscription_state {
  int64_t mrr;
  int64_t start_ms; /* first rise; 0 when it never had any */
  int64_t end_ms;   /* last cancellation in force; 0 when there is none */
  int64_t plan;
  int64_t quantity;
} sb_subscription_state;

typedef enum sb_movement_type {
  SB_NEW_BIZ,
  SB_EXPANSION,
  SB_CONTRACTION,
  SB_CHURN,
  SB_REACTIVATION
} sb_movement_type;

/** One movement of the customer's MRR. */
typedef struct sb_movement {
  int subscription;
  sb_movement_type type;
  int64_t at_ms;
  int64_t amount;    /* signed */
  int64_t mrr_after; /* of the whole customer */
  int64_t plan;
} sb_movement;

/** The name of a movement's type in the API: `new_biz`. */
const char *sb_movement_name(sb_movement_type type);

/**
 * The MRR of an amount that pays `interval_count` units.
 *
 * @param unit  `d`, `m` or `y`: the plan's interval is days, months or years.
 * @return minor units, rounded half away from zero.
 */
int64_t sb_books_mrr(int64_t amount, char unit, int64_t interval_count);

/**
 * The amount for a whole interval when `amount` pays for the service period only.
 *
 * @return the scaled amount; `amount` itself when the period is empty.
 */
int64_t sb_books_unprorate(int64_t amount, char unit, int64_t interval_count, int64_t period_ms);

/**
 * Turn changes into states and movements.
 *
 * @param changes    Sorted in place by time; changes of one subscription at one instant act
 *                   together.
 * @param states     Receives one state per subscription.
 * @param movements  Receives at most change_count movements, in order of time.
 * @return the number of movements.
 */
size_t sb_books_settle(sb_change *changes, size_t change_count, sb_subscription_state *states,
                       size_t subscription_count, sb_movement *movements);

#endif
