/*
** change_sets.h -- columns that are sets: what a write adds, changes, takes out, and what they hold when a write
** comes to them.
** Pure: no I/O.  Tests: tests/unit/change/change.c, tests/cases/write/set_*
**
** A set is held as an object of its members, or as an array of its items.
*/
#ifndef CM_CHANGE_CHANGE_SETS_H
#define CM_CHANGE_CHANGE_SETS_H

#include "change/change.h"

/** Replace the set wanted by the part of it that a write carries; an empty part becomes NULL. */
int cm_change_set_part(cm_change *change, const cm_write *write, int column, cm_json **json,
                       cm_err *err) CM_MUST_CHECK;

/** Add the members that are to go, with the value null, to a list that is sent as a whole. */
int cm_change_set_gone(cm_change *change, int column, cm_json *list, cm_err *err) CM_MUST_CHECK;

/** True when the set in an answer shows that its part was taken. */
bool cm_change_set_is_taken(const cm_write *write, const cm_json *part, const cm_json *shown);

/** True when a column is a set whose members are written one by one, or taken out by their names. */
bool cm_change_is_set(const cm_resource *resource, int column);

/**
 * Note what a set will hold by the time of an UPDATE: as it was read, and then what earlier writes do to it.
 * @param earlier  Changes of the row itself, and of members of the set (cm_member_of), oldest first.
 */
int cm_change_fold_set(cm_change *change, int column, cm_change *const *earlier, int count,
                       cm_err *err) CM_MUST_CHECK;

/** Count what an UPDATE takes out of the sets of its row. */
int cm_change_count_removed(cm_change *change, int64_t *out, cm_err *err) CM_MUST_CHECK;

#endif
