/*
** take_up.h -- lines of the journal that become entries of the queue again, as their statements made them.
** Owns: the list of what was taken up; the entries are the queue's.
** Tests: tests/cases/write/journal/, tests/journal/
*/
#ifndef CM_WRITE_TAKE_UP_H
#define CM_WRITE_TAKE_UP_H

#include "client/session.h"
#include "journal/journal.h"
#include "write/entry.h"

typedef struct cm_taken cm_taken; /* a line and its entry */

/** Lines of one run that were taken up. Zeroed but for the members that say which; free with cm_take_up_clear. */
typedef struct cm_taken_up {
  cm_session *session; /* whose queue they go to; borrowed */
  int64_t run;         /* whose lines are taken */
  int64_t whole_to;    /* id of the last write whose COMMIT had begun */
  bool is_sent_anew;   /* a person says that it did not happen */
  bool is_of_nobody;   /* nobody has asked whose account it is: no COMMIT of it had begun */
  bool is_bulk;        /* received: one was to leave in a json import */
  int given_up;        /* received: calls of functions, which cannot be looked for */
  cm_taken *list;
  int count, capacity;
} cm_taken_up;

/** Has the line this state? A line of a file that was written by hand may have none. */
bool cm_take_up_is_in(const cm_journal_line *line, cm_entry_state state);

/** Say that no call can be made of a line. @return SQLITE_ERROR. */
int cm_take_up_refuse(const cm_journal_line *line, cm_err *err);

/**
 * Make an entry of one line. Lines are taken in the order of their ids.
 * @return SQLITE_ERROR where no change can be made of it; SQLITE_NOMEM; what the queue says of the change.
 */
int cm_take_up_line(cm_taken_up *all, const cm_journal_line *line, cm_err *err) CM_MUST_CHECK;

/**
 * Make entries of all lines of the run that are open and whose COMMIT had begun, in the calls in which they had left. Calls of
 * functions are unknown from now on. @return As cm_take_up_line, and what reading the journal says.
 */
int cm_take_up_run(cm_taken_up *all, cm_err *err) CM_MUST_CHECK;

/** Rows that may have been created and that nothing can be found by are unknown, and wait no longer. */
void cm_take_up_end_unfindable(cm_taken_up *all);

void cm_take_up_clear(cm_taken_up *done);

#endif
