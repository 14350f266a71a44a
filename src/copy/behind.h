/*
** behind.h -- of a list that grows: the rows that are worked out from ones that differ, and stand behind them.
** Owns: nothing.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_BEHIND_H
#define CM_COPY_BEHIND_H

#include "copy/stage.h"

/** What is asked. */
typedef struct cm_behind {
  const char *table; /* the copy's, as SQL has it */
  const char *since; /* rows from here on are read in any case */
  const char *
      held; /* a condition on rows `t` of the copy: the stage has all that is left of them, beside those from `since` on */
} cm_behind;

/**
 * Add to a table (first, until) the days of rows that are not held, and whose owner has an earlier row that differs between the stage
 * and the copy: one that is new, gone, another's, or has another amount.
 * @param stage  Rows that were read; it is settled.
 * @param days   The table, as SQL has it.
 */
int cm_behind_find(cm_stage *stage, const cm_behind *what, const char *days,
                   cm_err *err) CM_MUST_CHECK;

#endif
