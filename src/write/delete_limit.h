/*
** delete_limit.h -- how many records the DELETEs of a transaction take away, against delete_limit: each counts
** itself and, where the descriptor says so, the rows of a list that go with it. The limit is one for all accounts.
*/
#ifndef CM_WRITE_DELETE_LIMIT_H
#define CM_WRITE_DELETE_LIMIT_H

#include "client/session.h"

typedef struct cm_entry cm_entry;

/**
 * Weigh an entry: how many records a DELETE takes away, for which it may ask the API; how many members an
 * UPDATE takes out of sets.
 * @return SQLITE_OK; SQLITE_ERROR beyond delete_limit; what the calls say. The error names the row.
 */
int cm_queue_weigh(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** How many records the deletes that wait take away, in all accounts. */
int64_t cm_queue_waiting_deletes(const cm_session *session);

/**
 * A statement begins whose functions may delete. Outside a transaction each counts for itself; inside,
 * everything that was deleted since BEGIN counts.
 */
void cm_queue_begin_statement(cm_session *session);

/**
 * Count a record, and what goes with it, against delete_limit before a function deletes it.
 * @param path    Of the DELETE, for the error.
 * @param counts  List path whose rows count, NULL: none.
 * @return SQLITE_OK; SQLITE_ERROR beyond the limit; what the calls say.
 */
int cm_queue_allow_delete(cm_session *session, const char *who, const char *path,
                          const char *counts, cm_err *err) CM_MUST_CHECK;

#endif
