/*
** local_rows.h -- how many rows a SELECT of tables that are not ours gives: it is counted, for they are at hand.
** Never: reads anything of the account, calls a function of anybody's, or counts what takes long.
** Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_LOCAL_ROWS_H
#define CM_EXPLAIN_LOCAL_ROWS_H

#include "client/session.h"

enum { CM_LOCAL_MOST = 1000000, CM_LOCAL_WHY = 160 };

/** A number of rows, or why there is none. */
typedef struct cm_local_rows {
  int64_t count; /* CM_ROWS_UNKNOWN: `why` says why */
  char why[CM_LOCAL_WHY];
} cm_local_rows;

/**
 * Count the rows of a SELECT, at most CM_LOCAL_MOST.
 * @param sql  SELECT, VALUES or WITH, without what would end it.
 * @return SQLITE_OK, with a number or the reason; SQLITE_NOMEM; SQLITE_INTERRUPT.
 */
int cm_local_rows_count(cm_session *session, const char *sql, cm_local_rows *out,
                        cm_err *err) CM_MUST_CHECK;

#endif
