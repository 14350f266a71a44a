/*
** resolve.h -- the rows that a write names by external id, and what else its paths need, looked up before its calls
** go out.
*/
#ifndef CM_WRITE_RESOLVE_H
#define CM_WRITE_RESOLVE_H

#include "write/change_names.h"
#include "write/settle.h"

/** Ask for a name, among the questions of the entry. */
int cm_entry_ask_name(cm_queue *queue, cm_entry *entry, const cm_name *name,
                      cm_err *err) CM_MUST_CHECK;

/** Ask for all names at once, then for what a path still needs. No question: the calls can be made. */
cm_end cm_entry_ask_names(cm_queue *queue, cm_entry *entry, cm_err *err);

/** Every question has its answer: take them. CM_END_NONE: more may be to ask. */
cm_end cm_entry_take_names(cm_queue *queue, cm_entry *entry, cm_err *err);

#endif
