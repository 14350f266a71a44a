/*
** change_inside.h -- rows that go out inside the row that they belong to, see cm_inside_of.
** Pure: no I/O.  Tests: tests/unit/change/change.c, tests/cases/write/inside/
*/
#ifndef CM_CHANGE_CHANGE_INSIDE_H
#define CM_CHANGE_CHANGE_INSIDE_H

#include "change/change.h"

/**
 * Put rows into a list of the row that they belong to, behind the items that its statement gave.
 * @param list   Its column; rows are put into it once, until they are taken out.
 * @param parts  The rows, `count` of them; what they name has been looked up.
 * @param own    Receives how many items the statement gave.
 * @return SQLITE_OK; SQLITE_ERROR where a row cannot be made; SQLITE_NOMEM.
 */
int cm_change_put_inside(cm_change *change, const char *list, cm_change *const *parts, int count,
                         int *own, cm_err *err) CM_MUST_CHECK;

/** The lists become again what the statement gave. */
void cm_change_take_out(cm_change *change);

/** The list that a create needs and that has no item; NULL: nothing is missing. */
const char *cm_change_lacks_items(const cm_change *change);

/** "invoices" of "invoices[]" and of "invoices[0]": the member of a body or an answer that the rows stand in. */
void cm_change_list_name(const char *pattern, char *out, int size);

#endif
