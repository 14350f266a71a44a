/*
** send.h -- the loop that moves writes: starts what nothing blocks, goes on where answers came.
*/
#ifndef CM_WRITE_SEND_H
#define CM_WRITE_SEND_H

#include "client/session.h"

/** How far cm_queue_send goes. */
typedef enum cm_queue_goal {
  CM_QUEUE_ROOM, /* autocommit, between two rows: start what may start, wait only while too much waits */
  CM_QUEUE_FOUND, /* until it is known whether the row of the create that was added last is there */
  CM_QUEUE_ROW,   /* until the write that was added last has ended */
  CM_QUEUE_ALL    /* until nothing waits */
} cm_queue_goal;

/**
 * Send what waits.
 *
 * A refused row stops the sending: at once, but in autocommit only after CM_MAX_REFUSED_ROWS or a
 * 401 or 403. What is under way is waited for in any case.
 *
 * @return SQLITE_OK; SQLITE_DONE of CM_QUEUE_ROW and CM_QUEUE_FOUND when OR IGNORE leaves the row alone;
 *         SQLITE_BUSY when a transaction can be committed again (not in autocommit); SQLITE_ERROR when
 *         nothing is left to send and the end of a write is unknown; else the code of the first write that
 *         failed, with a text that says how many of how many were written.
 */
int cm_queue_send(cm_session *session, cm_queue_goal goal, cm_err *err) CM_MUST_CHECK;

/**
 * A statement in autocommit fails for a reason of its own: wait for what is under way, and add to the
 * error how many rows were written before.
 */
void cm_queue_abandon(cm_session *session, cm_err *err);

#endif
