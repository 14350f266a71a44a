/*
** run.h -- one write on its way: look-ups, then its calls in order.
**
**   FIND  -> is the row there?       OR IGNORE, OR REPLACE, and a create whose answer was lost
**   NAME  -> which uuids?            rows named by external id, columns that a path needs
**   CALL  -> the calls in order      each may end the write
**   VERIFY-> did the create happen?  where its answer is lost or doubtful
*/
#ifndef CM_WRITE_RUN_H
#define CM_WRITE_RUN_H

#include "write/settle.h"

/** Begin to carry out an entry that nothing blocks. */
void cm_entry_start(cm_queue *queue, cm_entry *entry);

/** The same for a member of a batch: all but its call. */
void cm_entry_begin(cm_queue *queue, cm_entry *entry);

/** Go on where an answer came. @return true when something happened. */
bool cm_entry_advance(cm_queue *queue, cm_entry *entry);

/** The call of its step worked: take its object of the answer, and go on or end. */
cm_end cm_entry_take_object(cm_queue *queue, cm_entry *entry, cm_slice object, cm_err *err);

/**
 * A write may have happened: a create is looked for, anything else can be sent again, if that may help.
 * It stays in doubt until it worked, or a look has shown more.
 * @param err  What made the doubt: the reason of the end, too.
 */
cm_end cm_entry_doubt(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err);

/** The line of an answer that is no JSON. */
void cm_entry_tell_odd(const cm_entry *entry, const char *why, cm_err *err);

#endif
