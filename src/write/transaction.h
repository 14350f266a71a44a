/*
** transaction.h -- the end of a transaction, and savepoints: positions in the queue.
*/
#ifndef CM_WRITE_TRANSACTION_H
#define CM_WRITE_TRANSACTION_H

#include "client/session.h"

/** The first write of a transaction, or of a statement in autocommit, is about to be made. */
void cm_queue_begin(cm_session *session);

/**
 * A transaction's writes are sent by the process that began it. One that was forked from that has a copy
 * of the queue and sends nothing of it.
 * @return SQLITE_OK; SQLITE_MISUSE in another process than the transaction's.
 */
int cm_queue_check_process(const cm_session *session, const char *who, cm_err *err) CM_MUST_CHECK;

/** The transaction is over and everything was sent. */
void cm_queue_commit(cm_session *session);

/** The transaction is over: what still waits is dropped, and stays in the log. */
void cm_queue_rollback(cm_session *session);

/**
 * Savepoints are positions in the queue. ROLLBACK TO a SAVEPOINT that opened the transaction comes with
 * the level -1: the transaction stays open, and nothing of it waits any more.
 * @return SQLITE_OK, SQLITE_NOMEM.
 */
int cm_queue_savepoint(cm_session *session, int level) CM_MUST_CHECK;

void cm_queue_release(cm_session *session, int level);

void cm_queue_rollback_to(cm_session *session, int level);

/**
 * A COMMIT of several accounts begins: what waits in the others is in the journal too, before anything leaves. Without a
 * journal nothing.
 * @param of  Receives the account that an error is of.
 * @return as cm_queue_send.
 */
int cm_queue_record_others(cm_session *session, cm_session **of, cm_err *err) CM_MUST_CHECK;

/**
 * A COMMIT, or the RELEASE of the SAVEPOINT that opened the transaction, has failed at this account. Where all rows are to
 * be tried (on_refusal) and nothing but refused ones has stopped it, what waits in the others is sent first. The error
 * then says what became of the writes of the others, and that a RELEASE wants a ROLLBACK; chartmogul_writes says of what
 * is rolled back why.
 */
void cm_queue_end_in_error(const cm_session *session, cm_err *err);

#endif
