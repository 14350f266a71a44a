/*
** key_set.h -- the keys of rows that were shown already.
** Layer: client.  Owns: copies of the keys. Small: at most one page of rows.
*/
#ifndef CM_KEY_SET_H
#define CM_KEY_SET_H

#include "row.h"

typedef struct cm_key_set {
  cm_value *keys;
  int count;
} cm_key_set;

/** Remember the row's key. @return SQLITE_OK, SQLITE_NOMEM, SQLITE_ERROR (a row that is no JSON). */
int cm_key_set_add(cm_key_set *set, cm_row *row, cm_err *err) CM_MUST_CHECK;

/** Was the row's key added? Codes as cm_key_set_add. */
int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) CM_MUST_CHECK;

void cm_key_set_clear(cm_key_set *set);

#endif
