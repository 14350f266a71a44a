/*
** refuse.h -- what a row is called; one that is refused before it could wait: its line in the log, and whether the
** statement goes on.
** Tests: tests/unit/change/change.c, tests/cases/write/outcomes/
*/
#ifndef CM_WRITE_REFUSE_H
#define CM_WRITE_REFUSE_H

#include "change/change_check.h"
#include "client/session.h"

/**
 * What a row is called in errors and in chartmogul_writes.
 * @param label  Receives its key, for INSERT the last column of the natural key.
 * @param owner  Receives, where it has none, what it belongs to, "customer_uuid cus_1". Both texts are to be
 *               freed, on failure too; NULL where nothing says it.
 */
int cm_change_label(const cm_change *change, char **label, char **owner, cm_err *err) CM_MUST_CHECK;

/**
 * A row is refused before it could wait: note it in the log.
 *
 * @param err  Why; where a value of the row is wrong its text receives the row's name.
 * @return SQLITE_OK where on_refusal lets the statement go on: the refusal is reported at its end, or at COMMIT;
 *         else the code of `err`; SQLITE_NOMEM.
 */
int cm_queue_refuse(cm_session *session, const cm_stated_row *row, bool is_autocommit,
                    cm_err *err) CM_MUST_CHECK;

#endif
