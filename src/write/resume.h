/*
** resume.h -- runs in the journal that were cut off: what is left of them is sent, or looked for.
** Tests: tests/cases/write/journal/, tests/journal/
*/
#ifndef CM_WRITE_RESUME_H
#define CM_WRITE_RESUME_H

#include "client/session.h"

/** How writes that were open have ended. */
typedef struct cm_resumed {
  int64_t written, refused, unknown;
  int64_t dropped; /* by a person */
} cm_resumed;

/**
 * Settle what runs of the journal that were cut off have left open. What surely was not sent is sent, where its COMMIT had
 * begun; what may have been is looked for first; what cannot be told stays `unknown`. Runs whose process may live are left
 * alone. Each run is of the account that the connection knows by the same name.
 * @param session  The account that is asked for first: its key has to work.
 * @param of       Receives the account that an error is of.
 * @return SQLITE_OK, also where writes were refused; SQLITE_BUSY where some are left for another try; SQLITE_ERROR where
 *         there is no journal, where writes wait, or where a run is of another account; SQLITE_CANTOPEN; SQLITE_NOMEM.
 */
int cm_queue_resume(cm_session *session, cm_resumed *out, cm_session **of,
                    cm_err *err) CM_MUST_CHECK;

/** What a person knows of a write that nobody else can tell of. */
typedef enum cm_settle_word { CM_SETTLE_WRITTEN, CM_SETTLE_SEND, CM_SETTLE_DROP } cm_settle_word;

/**
 * Settle a write of the journal that is `unknown` or `refused`, or that a run which was cut off has left open.
 * @param id  As chartmogul_writes has it.
 * @param of  Receives the account that it is of, whatever `chosen` is.
 * @return SQLITE_ERROR where there is no such write, or it is settled; else as cm_queue_resume.
 */
int cm_queue_settle(cm_session *chosen, int64_t id, cm_settle_word word, cm_resumed *out,
                    cm_session **of, cm_err *err) CM_MUST_CHECK;

#endif
