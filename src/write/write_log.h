/*
** write_log.h -- the log of writes: a ring with bounds.
** Its lines for SQL are in write/queue.h.
*/
#ifndef CM_WRITE_WRITE_LOG_H
#define CM_WRITE_WRITE_LOG_H

#include "write/entry.h"

int cm_queue_log_add(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** An entry has ended, for good: drop what the bounds of the log do not allow, be it this entry. */
void cm_queue_log_ended(cm_queue *queue, cm_entry *entry);

/** The last row with this natural key that the transaction has refused. NULL: none. Borrowed. */
const cm_entry *cm_queue_log_find_refused(const cm_queue *queue, const char *table_name,
                                          uint64_t natural_token);

/** Replace a text that belongs to an outcome. Where memory runs out the statement has to say so. */
void cm_queue_put_text(cm_queue *queue, char **text, const char *new_text);

#endif
