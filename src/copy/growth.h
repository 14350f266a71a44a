/*
** growth.h -- a list that grows at its end: of a table that was copied before, only what is new or was worked out anew
** is read.
** Owns: nothing.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_GROWTH_H
#define CM_COPY_GROWTH_H

#include "copy/reading.h"

enum {
  CM_GROWTH_DAY = 16, /* bytes for a day with its NUL */
  CM_GROWTH_URL = 256 /* and for a path with its query */
};

/** Path and query that put the oldest row of the list that grows first; "" where there is none. */
void cm_growth_oldest(char url[CM_GROWTH_URL]);

/**
 * The day of the oldest row of the list that grows, where the history of the series begins: "2016-01-15".
 * @param day  Receives it; "" where there is none.
 */
int cm_growth_first_day(cm_session *session, char day[CM_GROWTH_DAY], cm_err *err) CM_MUST_CHECK;

/**
 * Read into the stage the rows from the last instant less a day, the rows of each month whose sums are others in the account
 * than in the copy with these rows, and the rows of days that show a row of another table which has changed since the last refresh, by
 * that one's copy and its history; the stage knows which ranges it holds then.
 * @param is_read  Receives false where the whole list has to be read: the table is new or empty, has several units, or
 *                 too many months differ, or ranges are more than the list has pages.
 */
int cm_growth_read(cm_session *session, cm_stage *stage, bool *is_read, cm_err *err) CM_MUST_CHECK;

/** Empty what a refresh has noted in temp: where that is the user's own, no table can be dropped while the call runs. */
void cm_growth_forget(cm_target *target);

#endif
