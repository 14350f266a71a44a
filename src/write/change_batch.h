/*
** change_batch.h -- rows whose INSERTs may go out in one call: which, where to, and which of them an
** answer shows. See cm_write_extras.batch.
** Pure: no I/O.  Tests: tests/unit/write/change.c
*/
#ifndef CM_WRITE_CHANGE_BATCH_H
#define CM_WRITE_CHANGE_BATCH_H

#include "write/change.h"

/** The write of a plain INSERT whose call may carry further rows, see cm_write_extras.batch. NULL: none. */
const cm_write *cm_change_batch_write(const cm_change *change);

/**
 * Where a write of the change goes, as a text that is equal for changes whose path and query will be the
 * same: a uuid that has yet to be looked up stands as the name that it is looked up by.
 * @param out       Receives the text, appended.
 * @param is_named  Receives whether there is such a uuid.
 */
int cm_change_destination(cm_change *change, const cm_write *write, cm_buf *out, bool *is_named,
                          cm_err *err) CM_MUST_CHECK;

/**
 * Whether an object of an answer may be this row: true unless it shows another natural key.
 * @param is_shown  Receives whether it shows the key's last column, and with it this row's value.
 */
int cm_change_is_shown(cm_change *change, cm_slice object, bool *may_be, bool *is_shown,
                       cm_err *err) CM_MUST_CHECK;

#endif
