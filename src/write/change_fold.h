/*
** change_fold.h -- what a set will hold when a write comes to it, and what the write takes out.
** Pure.  Tests: tests/unit/write/change.c, tests/cases/write/set_*
*/
#ifndef CM_WRITE_CHANGE_FOLD_H
#define CM_WRITE_CHANGE_FOLD_H

#include "write/change.h"

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
