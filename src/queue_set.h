/*
** queue_set.h -- sets that two tables write, one as a whole and one by its members, see cm_member_of.
** Layer: client.  Only the files of queue.h include it.  Tests: tests/cases/write/set_*
*/
#ifndef CM_QUEUE_SET_H
#define CM_QUEUE_SET_H

#include "queue_state.h"

/** Note which set an entry writes, and what sets will hold by the time of it. */
int cm_set_note(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;
/** Put an entry that begins to wait where those are found that write the same set; take it out. */
void cm_set_link(cm_queue *queue, cm_entry *entry);
void cm_set_unlink(cm_queue *queue, cm_entry *entry);
/** True when an INSERT OR IGNORE of a member has to ask whether it is there. */
bool cm_set_must_ask(const cm_entry *entry);
/** Ask that. */
int cm_set_ask(cm_queue *queue, cm_entry *entry, cm_question **out, cm_err *err) CM_MUST_CHECK;
/** Do two entries write one set, through its row and through a member? */
bool cm_set_is_shared(const cm_entry *one, const cm_entry *other);

#endif
