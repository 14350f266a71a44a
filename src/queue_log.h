/*
** queue_log.h -- the log of writes: a ring with bounds.
** Layer: client.  Its lines for SQL are in queue.h.
*/
#ifndef CM_QUEUE_LOG_H
#define CM_QUEUE_LOG_H

#include "queue_entry.h"

int cm_queue_log_add(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

cm_entry *cm_queue_log_at(const cm_queue *queue, int index);

/** An entry has ended, for good: drop what the bounds of the log do not allow, be it this entry. */
void cm_queue_log_ended(cm_queue *queue, cm_entry *entry);

#endif
