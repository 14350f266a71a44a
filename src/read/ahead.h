/*
** ahead.h -- read-ahead for joins: SQLite asks one child list per outer row; the lists of the next outer
** rows are asked for before it does.
** Pure.  Tests: tests/unit/read/ahead.c, tests/cases/read/joins/read_ahead*.case
**
** When the key that an inner scan asks for is the key of the row that a scan of the parent table stands
** on, the next rows of that scan's page are the next keys. Two in a row start a window of two; each hit
** doubles it up to `concurrency`, rows passed over halve it, as a file system reads ahead. The guesses
** only fill the memo: each inner scan still asks for exactly its own key, so a wrong guess wastes a
** request and never changes a result. No more than the window is ever wasted, but where the answer that SQLite waits for is
** late: then up to CM_MAX_AHEAD rows are asked for, as long as fewer requests than `concurrency` are under way.
*/
#ifndef CM_READ_AHEAD_H
#define CM_READ_AHEAD_H

#include "spec/resource.h"

/** Child lists that may follow one parent in a join; any further ones are not read ahead. */
enum { CM_MAX_FOLLOWERS = 4 };

/** What a scan of a parent table knows about the scans of one child that follow its rows. */
typedef struct cm_ahead {
  const cm_read *read; /* of the children; NULL: none follows here yet */
  int64_t last_row;    /* ordinal of the outer row that was asked for last */
  int64_t through_row; /* ordinal of the last row whose child was asked for */
  int64_t page;        /* page of the outer list that `at` belongs to */
  int64_t at;          /* row of that page behind `through_row` */
  int streak;          /* rows asked for one after another */
  int window;
} cm_ahead;

/** The window of those that read these children, a new one where there is room; NULL: none. */
cm_ahead *cm_ahead_find(cm_ahead followers[CM_MAX_FOLLOWERS], const cm_read *read);

/** A child of outer row `row` is asked for: move the window. `max_window` bounds it. */
void cm_ahead_note(cm_ahead *ahead, int64_t row, int max_window);

#endif
