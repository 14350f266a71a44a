/*
** batch.h -- rows that go out in one call. See cm_together.
**
** The first row that may leave takes with it those that wait behind it, go to the same place and are not blocked, in
** the order of the queue. Each of them looks up what it names; one that fails there ends by itself and leaves the
** batch. When all are ready their objects leave as one list, and each takes its own object of the answer.
**
** A refused call refuses all, whichever row it means. Then each row is looked for, because
** one that exists is refused for good, and the others go out again, each alone. After a call without
** an answer each is looked for as any create is.
*/
#ifndef CM_WRITE_BATCH_H
#define CM_WRITE_BATCH_H

#include "write/entry.h"

/** Note with which others an entry may go out in one call. */
int cm_batch_note(cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** Begin a batch with an entry that nothing blocks. @return false when no other row can go out with it. */
bool cm_batch_start(cm_queue *queue, cm_entry *first);

/** Go on where answers came. @return true when something happened. */
bool cm_batch_advance(cm_queue *queue, cm_batch *batch);

#endif
