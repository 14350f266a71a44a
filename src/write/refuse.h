/*
** refuse.h -- a row that is refused before it could wait: its line in the log, and whether the
** statement goes on.
*/
#ifndef CM_WRITE_REFUSE_H
#define CM_WRITE_REFUSE_H

#include "client/session.h"
#include "write/change_refused.h"

/**
 * A row is refused before it could wait: note it in the log.
 *
 * @param refused  Its texts are taken over.
 * @param err      Why; where a value of the row is wrong its text receives the row's name.
 * @return SQLITE_OK where on_refusal lets the statement go on: the refusal is told at its end, or at COMMIT;
 *         else the code of `err`; SQLITE_NOMEM.
 */
int cm_queue_refuse(cm_session *session, cm_refused *refused, bool is_autocommit,
                    cm_err *err) CM_MUST_CHECK;

#endif
