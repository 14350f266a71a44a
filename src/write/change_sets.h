/*
** change_sets.h -- columns that are sets: what a write adds, changes, takes out.
** Pure: no I/O.
*/
#ifndef CM_WRITE_CHANGE_SETS_H
#define CM_WRITE_CHANGE_SETS_H

#include "write/change.h"

/** Replace the set wanted by the part of it that a write carries; an empty part becomes NULL. */
int cm_change_set_part(cm_change *change, const cm_write *write, int column, cm_json **json,
                       cm_err *err) CM_MUST_CHECK;

/** Add the members that are to go, with the value null, to a list that is sent as a whole. */
int cm_change_set_gone(cm_change *change, int column, cm_json *list, cm_err *err) CM_MUST_CHECK;

/** True when the set in an answer shows that its part was taken. */
bool cm_change_set_is_taken(const cm_write *write, const cm_json *part, const cm_json *shown);

#endif
