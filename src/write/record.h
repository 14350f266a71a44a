/*
** record.h -- the writes of the queue in the journal: before they leave, and how each ended.
** Without the setting `journal`, and in dry_run, each of these does nothing.
** Only the files of write/queue.h include it.  Tests: tests/cases/write/journal/
*/
#ifndef CM_WRITE_RECORD_H
#define CM_WRITE_RECORD_H

#include "client/session.h"
#include "journal/journal.h"
#include "write/entry.h"
#include "write/write_lines.h"

/** Can the journal be used? Asked before a write is taken. @return SQLITE_OK; SQLITE_CANTOPEN with why; SQLITE_NOMEM. */
int cm_record_check(cm_session *session, cm_err *err) CM_MUST_CHECK;

/**
 * The sending begins: what waits is recorded, and no other connection sends with this journal until the end.
 * @param is_whole  The transaction, or the statement, is complete: all of it is durable after SQLITE_OK.
 * @return SQLITE_OK; SQLITE_BUSY; SQLITE_CANTOPEN; what GET /account says, asked once; SQLITE_NOMEM.
 */
int cm_record_begin(cm_queue *queue, bool is_whole, cm_err *err) CM_MUST_CHECK;

/** No other connection sends with this journal until cm_journal_leave, and its account is named. Codes as cm_record_begin. */
int cm_record_enter(cm_session *session, cm_err *err) CM_MUST_CHECK;

/**
 * Is a run of the account that cm_record_enter has named? One that tells no id goes by a name, which may be another now.
 * @return SQLITE_OK; SQLITE_ERROR with why not, and how the user says that it is the same one; SQLITE_NOMEM.
 */
int cm_record_check_account(cm_session *session, const cm_journal_run *run,
                            cm_err *err) CM_MUST_CHECK;

/** The connection ends: rows that were refused since the last COMMIT are recorded. */
void cm_record_close(cm_queue *queue);

/** As cm_queue_record_call and cm_queue_record_answer in write/queue.h. */
int cm_record_call(cm_queue *queue, const cm_called *called, int64_t *out,
                   cm_err *err) CM_MUST_CHECK;
int cm_record_answer(cm_queue *queue, int64_t id, const cm_answered *answer,
                     cm_err *err) CM_MUST_CHECK;

/** A call is about to leave: not before cm_record_flush. */
int cm_record_sent(cm_queue *queue, const cm_shipment *shipment, cm_err *err) CM_MUST_CHECK;
/** All that was recorded so far, what leaves next and what has ended, is durable after SQLITE_OK. */
int cm_record_flush(cm_queue *queue, cm_err *err) CM_MUST_CHECK;
/** Calls leave: the same, unless they were marked before, and nothing that has ended since has to be durable before them. */
int cm_record_leave(cm_queue *queue, cm_err *err) CM_MUST_CHECK;
/** The same as cm_record_flush where nothing leaves. What cannot be recorded is told by cm_record_end. */
void cm_record_known(cm_queue *queue);
/** Nothing leaves before an answer comes: as cm_record_known, but that outcomes which a look would tell wait a little for others. */
void cm_record_idle(cm_queue *queue);

/** A write has ended, or waits again. What cannot be recorded is told by cm_record_end. */
void cm_record_state(cm_queue *queue, cm_entry *entry);

/**
 * All that has ended is durable after SQLITE_OK. @param is_over  Another connection may send.
 * @return SQLITE_OK; SQLITE_ERROR where the journal does not have it.
 */
int cm_record_end(cm_queue *queue, bool is_over, cm_err *err) CM_MUST_CHECK;

#endif
