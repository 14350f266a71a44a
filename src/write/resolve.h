/*
** resolve.h -- the rows that a write names by external id, and what else its paths need, looked up before its calls
** go out.
*/
#ifndef CM_WRITE_RESOLVE_H
#define CM_WRITE_RESOLVE_H

#include "write/change_names.h"
#include "write/entry.h"

/** Ask for a name, among the questions of the entry. */
int cm_entry_ask_name(cm_queue *queue, cm_entry *entry, const cm_name *name,
                      cm_err *err) CM_MUST_CHECK;

/**
 * Ask for all names at once, then for what a path still needs.
 * @return true when there is nothing to ask: the calls can be made. Else it waits for answers, or has ended.
 */
bool cm_entry_ask_names(cm_queue *queue, cm_entry *entry);

/** Every question has its answer: take them. @return true when more may be to ask, false when it has ended. */
bool cm_entry_take_names(cm_queue *queue, cm_entry *entry);

#endif
