/*
** step.h -- the call that a write is at: how it starts.
*/
#ifndef CM_WRITE_STEP_H
#define CM_WRITE_STEP_H

#include "write/settle.h"

/** Start the call of the step that an entry is at. @param body  What goes out, for it and its batch. */
int cm_entry_start_call(cm_queue *queue, const cm_entry *entry, const char *body, cm_call **out,
                        cm_err *err) CM_MUST_CHECK;

/** Make the calls and begin with the first, or go on with the next. Behind the last it is written. */
cm_end cm_entry_begin_steps(cm_queue *queue, cm_entry *entry, cm_err *err);

#endif
