/*
** step.h -- the call that a write is at: how it starts.
*/
#ifndef CM_WRITE_STEP_H
#define CM_WRITE_STEP_H

#include "write/entry.h"

/** An error before anything of this step was sent: it passes, or it refuses the row. */
void cm_entry_stop(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err);

/** Start the call of the step that an entry is at. @param body  What goes out, for it and its batch. */
int cm_entry_start_call(cm_queue *queue, const cm_entry *entry, const char *body, cm_call **out,
                        cm_err *err) CM_MUST_CHECK;

/** Make the calls and begin with the first, or go on with the next. */
void cm_entry_begin_steps(cm_queue *queue, cm_entry *entry);

#endif
