/*
** batch.h -- rows that travel in one call. See cm_write.batch.
**
** The first row that may leave takes along those that wait, in the order of the queue: whoever goes to
** the same place and is not blocked. Each of them looks up what it names; one that fails there ends by
** itself and travels no longer. When all are ready their objects leave as one list, and the answer is
** dealt out to them.
**
** A call that is refused says no to all, whichever row it means. Then each row is looked for, because
** one that exists is refused for good, and the others go out again, each alone. After a call without
** an answer each is looked for as any create is.
*/
#ifndef CM_WRITE_BATCH_H
#define CM_WRITE_BATCH_H

#include "write/entry.h"

/** Note with whom an entry may travel. */
int cm_batch_note(cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** Begin a batch with an entry that nothing blocks. @return false when nobody can travel with it. */
bool cm_batch_start(cm_queue *queue, cm_entry *first);

/** Go on where answers came. @return true when something happened. */
bool cm_batch_advance(cm_queue *queue, cm_batch *batch);

#endif
