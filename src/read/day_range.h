/*
** day_range.h -- the days that comparisons leave of a column of days, widened to whole intervals.
** Pure: no I/O, no clock.  Tests: tests/unit/read/metric_days.c
**
** SQL compares days as texts, so that '2019' comes before '2019-01-01' and '2019-02' behind '2019-01-31'. The first
** and the last day that stand a comparison are looked for by that order: no form of a text has to be known.
*/
#ifndef CM_READ_DAY_RANGE_H
#define CM_READ_DAY_RANGE_H

#include "read/plan.h"

/* Days are counted from 1970-01-01. These are 0000-01-01 and 9999-12-31. */
#define CM_FIRST_DAY INT64_C(-719528)
#define CM_LAST_DAY INT64_C(2932896)

typedef struct cm_day_range {
  int64_t first;
  int64_t last;   /* before `first`: no day is left */
  bool has_first; /* a comparison bounds it, be it with a day before all others */
  bool has_last;
} cm_day_range;

/** Every day. */
cm_day_range cm_day_range_all(void);

/** Leave the days that stand `day op value`, of CM_TERM_LIKE those that begin as the pattern does. A number counts as its text, as SQL has it; NULL and a blob bound nothing. */
void cm_day_range_narrow(cm_day_range *range, cm_term_op op, const cm_value *value);

/** Leave the days between the first and the last day of a sorted list. A list without texts and numbers bounds nothing. */
void cm_day_range_narrow_list(cm_day_range *range, const cm_value *values, int count);

/**
 * Move the bounds outward, to the first and the last day of their intervals. Accounts begin the week on
 * Sunday or on Monday: both kinds of week are whole then.
 * @param interval  "day", "week", "month", "quarter" or "year"; another word counts as "year".
 */
void cm_day_range_widen(cm_day_range *range, const char *interval);

/**
 * Move the bounds outward to the block that holds them, the year of days or else the decade: look-ups of
 * many days ask for few ranges, each of them once.
 */
void cm_day_range_to_block(cm_day_range *range, const char *interval);

#endif
