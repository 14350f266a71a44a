/*
** ahead.h -- read-ahead for joins: SQLite asks for one list, or for one row, per outer row; what the next outer
** rows ask for is asked for before it does.
** Pure.  Tests: tests/unit/read/ahead.c, tests/cases/read/joins/read_ahead*.case
**
** When the values that an inner scan asks for are shown by the row that another scan stands on, in columns that
** showed them for each row before, the next rows of that scan have the next values. Two in a row start a window of two; each hit
** doubles it up to `concurrency`, rows passed over halve it, as a file system reads ahead. The guesses
** only fill the memo: each inner scan still asks for exactly its own values, so a wrong guess wastes a
** request and never changes a result. What was asked ahead in vain, or is not needed yet, is never more than the window, nor
** more in all than the rows that were asked for: where a row of a join is often without one, look-ups cost twice as much at most. But where the answer that SQLite waits for is
** late: then up to CM_MAX_AHEAD rows are asked for, as long as fewer requests than `concurrency` are under way.
**
** Of a local table SQLite shows one row at a time, and nothing says which one comes next: what is asked for by its rows
** goes one after another. The values of an IN list are all known, and go together.
*/
#ifndef CM_READ_AHEAD_H
#define CM_READ_AHEAD_H

#include "wire/slice.h"

enum {
  CM_MAX_FOLLOWERS =
      6, /* scans that may follow one other in a join; any further ones are not read ahead */
  CM_MAX_WINDOW = 20, /* as `concurrency` */
  CM_AHEAD_VALUES = 8 /* of a request; one of more is not read ahead */
};

/** Where a value that is asked for may come from. */
typedef struct cm_ahead_source {
  uint64_t columns; /* of the outer row: bits of those that showed it each time */
  uint64_t hash;    /* of the value that was asked for last */
  bool is_same;     /* it was the same each time */
} cm_ahead_source;

/** What a scan knows about one that follows its rows. */
typedef struct cm_ahead {
  uint64_t asked;   /* a number for what is asked, but for its values; 0: none follows here yet */
  const void *read; /* of that */
  bool is_followed; /* false: the row that was asked for last does not show the values */
  int64_t last_row; /* ordinal of the outer row that was asked for last */
  int64_t through_row; /* ordinal of the last row whose values were asked for */
  int64_t leg, page;   /* of the outer scan that `at` belongs to */
  int64_t at;          /* row of that page behind `through_row` */
  cm_slice around,
      items; /* the row before `at`, where rows are its items, and these; absent: none is left */
  size_t item_at;
  int streak;                     /* rows asked for one after another */
  int64_t asks, wasted;           /* rows that were asked for; requests asked ahead for others */
  int window;                     /* requests asked ahead of their rows */
  int64_t guessed[CM_MAX_WINDOW]; /* the rows of the last ones, in no order */
  int value_count;
  cm_ahead_source values[CM_AHEAD_VALUES];
} cm_ahead;

/** Does what is known of the values hold for those of now? At least one must be shown by the outer row. */
bool cm_ahead_fits(const cm_ahead *ahead, const cm_ahead_source *now);

/** Keep of what is known what holds for the values of now as well; they must fit. */
void cm_ahead_narrow(cm_ahead *ahead, const cm_ahead_source *now);

/** Begin anew with the values of now, of outer row `row`. */
void cm_ahead_begin(cm_ahead *ahead, const cm_ahead_source *now, int count, int64_t row);

/** What outer row `row` asks for is asked for: move the window. `max_window` bounds it. */
void cm_ahead_note(cm_ahead *ahead, int64_t row, int max_window);

/** A request was asked ahead, for outer row `row`; the second time of one row counts no more. */
void cm_ahead_put(cm_ahead *ahead, int64_t row);

/** Requests asked ahead for rows behind outer row `row`. */
int cm_ahead_open(const cm_ahead *ahead, int64_t row);

/** For outer row `row` nothing had to be asked: it is not passed over, unless it was asked ahead. */
void cm_ahead_skip(cm_ahead *ahead, int64_t row);

#endif
