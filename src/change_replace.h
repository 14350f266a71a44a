/*
** change_replace.h -- the INSERT OR REPLACE of a row that exists becomes its update.
** Layer: client.  Pure: no I/O.
*/
#ifndef CM_CHANGE_REPLACE_H
#define CM_CHANGE_REPLACE_H

#include "change.h"

/**
 * Turn the INSERT OR REPLACE of a row that exists into its update.
 * @param row  The row as it is.
 * @return SQLITE_OK; SQLITE_ERROR when a column differs that cannot be changed; SQLITE_NOMEM.
 */
int cm_change_become_update(cm_change *change, cm_slice row, cm_err *err) CM_MUST_CHECK;

#endif
