/*
** resume_state.h -- what settling a run of the journal and settling one of its lines share.
** Only resume.c and resume_line.c include it.
*/
#ifndef CM_WRITE_RESUME_STATE_H
#define CM_WRITE_RESUME_STATE_H

#include "journal/journal.h"
#include "write/entry.h"
#include "write/resume.h"

/**
 * May this connection settle anything now? After SQLITE_OK no other one sends with this journal until cm_journal_leave, and
 * the account is named.
 * @return As cm_queue_resume.
 */
int cm_resume_check(cm_session *session, cm_err *err) CM_MUST_CHECK;

/** Send lines of one run, in the order of their ids, as if they had not been sent. Counts in `out` how they ended. Codes as cm_queue_resume. */
int cm_resume_send_lines(cm_session *session, const int64_t *ids, int count, cm_resumed *out,
                         cm_err *err) CM_MUST_CHECK;

#endif
