/*
** key_set.h -- the keys of rows that were shown already.
** Owns: nothing beside the store.
*/
#ifndef CM_READ_KEY_SET_H
#define CM_READ_KEY_SET_H

#include "read/row_store.h"
#include "record/row.h"

/** Zeroed it is empty; cm_row_store_clear empties it. Of the rows it keeps the keys alone. */
typedef cm_row_store cm_key_set;

/**
 * Remember the row's key.
 * @param is_new  Receives false where the key was there already.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; SQLITE_NOMEM; SQLITE_ERROR (a row that is no JSON).
 */
int cm_key_set_add(cm_key_set *set, cm_row *row, bool *is_new, cm_err *err) CM_MUST_CHECK;

/** Was the row's key added? Codes as cm_key_set_add. */
int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) CM_MUST_CHECK;

#endif
