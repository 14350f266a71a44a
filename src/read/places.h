/*
** places.h -- where the rows stand that a statement was shown. A table that is read below its parents can be asked for rows by
** key in the list of every parent alone; those that another scan of the statement has shown stand where it found them.
** Tests: tests/cases/read/joins/rows_by_key_below_parents.case
*/
#ifndef CM_READ_PLACES_H
#define CM_READ_PLACES_H

#include "lists/list_store.h"
#include "record/row.h"

/** Keys of parents, sorted, each once. Owned. */
typedef struct cm_places {
  cm_value *values; /* NULL: the parent of a row is not known */
  int count;
} cm_places;

/** Note that a row was shown in the list below this parent. Never fails. */
void cm_places_note(cm_session *session, cm_row *row, const cm_value *parent);

/** The parents below which the rows of all these keys stand. @param out  Overwritten. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_places_find(cm_session *session, const cm_resource *resource, const cm_value *keys,
                   int count, cm_places *out, cm_err *err) CM_MUST_CHECK;

#endif
