/*
** settle.h -- the end of a write, carried out: the one place where tally, log, finder and the list of those that wait learn
** of it.
**
** A phase of a write returns how it ended, and does nothing about it. Its caller settles. The end of an entry is that of
** its followers, too.
*/
#ifndef CM_WRITE_SETTLE_H
#define CM_WRITE_SETTLE_H

#include "write/entry.h"

/** How a phase of a write has ended. The reason of CM_END_REFUSED and all behind it stands in a cm_err. */
typedef enum cm_end {
  CM_END_NONE,       /* it has not: it waits for an answer, or for others of its call */
  CM_END_WRITTEN,    /* the account is as the write wants it */
  CM_END_LEFT_ALONE, /* OR IGNORE found the row */
  CM_END_PARKED,     /* sending has stopped before its first call left: it goes on waiting */
  CM_END_REFUSED,    /* it is not written; unknown where an earlier call of it is in doubt */
  CM_END_UNKNOWN,    /* it may have happened, and it will not be sent again */
  CM_END_LATER       /* it failed in a way that can pass: it goes on waiting, and sending stops */
} cm_end;

/** Carry out the end. @param err  The reason; NULL where the end needs none. */
void cm_settle(cm_queue *queue, cm_entry *entry, cm_end end, const cm_err *err);

/** The end of a write for which nothing could be sent now: CM_END_LATER where it can pass, else CM_END_REFUSED. */
cm_end cm_end_of_failure(bool may_help, const cm_err *err);

/** It will not be sent any more: only its line stays, `dropped` where it never left. */
void cm_entry_retire(cm_queue *queue, cm_entry *entry);

#endif
