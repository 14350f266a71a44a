/*
** run.h -- the phases of one write before its call, and behind a call without a sure answer: see cm_phase.
*/
#ifndef CM_WRITE_RUN_H
#define CM_WRITE_RUN_H

#include "write/settle.h"

/** Begin with an entry that nothing blocks: look up what has to be known before its call. */
void cm_entry_begin(cm_queue *queue, cm_entry *entry);

/** Go on where an answer came. @return true when something happened. */
bool cm_entry_advance(cm_queue *queue, cm_entry *entry);

/** Look whether the row is there, before it is created or after a refusal that may say so. */
cm_end cm_entry_begin_find(cm_queue *queue, cm_entry *entry, cm_err *err);

/**
 * A write may have happened: a create is looked for, anything else can be sent again, if that may help.
 * It stays in doubt until it worked, or a look has shown more.
 * @param err  What made the doubt: the reason of the end, too.
 */
cm_end cm_entry_doubt(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err);

#endif
