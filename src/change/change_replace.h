/*
** change_replace.h -- the INSERT OR REPLACE of a row that exists becomes its update.
** Pure: no I/O.
*/
#ifndef CM_CHANGE_CHANGE_REPLACE_H
#define CM_CHANGE_CHANGE_REPLACE_H

#include "change/change.h"

/** Does the statement give a column that must not differ from the row that exists (cm_key_extras.frozen)? */
bool cm_change_gives_frozen(const cm_change *change);

/**
 * A number for what it gives in these columns: equal for rows that give the same. What they name by external id is compared
 * by that, as long as it is not looked up.
 * @param out  Receives it; 0: it gives nothing there.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_change_frozen_token(cm_change *change, uint64_t *out) CM_MUST_CHECK;

/**
 * Is what the statement gives in such columns what the row that exists has?
 * @param row  The row as it is; a column that it does not show is not compared.
 * @return SQLITE_OK; SQLITE_CONSTRAINT where one differs; what reading the row says.
 */
int cm_change_check_frozen(cm_change *change, cm_slice row, cm_err *err) CM_MUST_CHECK;

/** Forget what the statement gives in such columns: the row has it. */
void cm_change_drop_frozen(cm_change *change);

/**
 * Turn the INSERT OR REPLACE of a row that exists into its update.
 * @param row  The row as it is.
 * @return SQLITE_OK; SQLITE_ERROR when a column differs that cannot be changed; SQLITE_NOMEM.
 */
int cm_change_become_update(cm_change *change, cm_slice row, cm_err *err) CM_MUST_CHECK;

#endif
