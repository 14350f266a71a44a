/*
** shared_sets.h -- sets that two tables write, one as a whole and one by its members, see cm_member_of, and which writes of a row
** wait under any of its names.
** Only the files of write/queue.h include it.  Tests: tests/cases/write/set_*
*/
#ifndef CM_WRITE_SHARED_SETS_H
#define CM_WRITE_SHARED_SETS_H

#include "write/entry.h"

/** Note which set an entry writes, and what sets will hold by the time of it. */
int cm_set_note(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** True when an INSERT OR IGNORE of a member has to ask whether it is there. */
bool cm_set_must_ask(const cm_entry *entry);

/** Count it among the questions of a COMMIT. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_set_count(cm_asked_lists *lists, cm_entry *entry) CM_MUST_CHECK;

/** Ask that. */
int cm_set_ask(cm_queue *queue, cm_entry *entry, cm_question **out, cm_err *err) CM_MUST_CHECK;

/** A member was written, or may have been: it is there, or is asked for again. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_set_note_written(cm_queue *queue, cm_entry *entry, bool is_there) CM_MUST_CHECK;

#endif
