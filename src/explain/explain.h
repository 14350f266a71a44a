/*
** explain.h -- chartmogul_explain(sql): what a statement would ask of the API, a row for each scan, before it runs.
** Tests: tests/cases/functions/explain/
**
** The text is prepared behind EXPLAIN QUERY PLAN; nothing of the statement is sent or written. Rows that it takes from tables at
** hand are counted, see explain/local_rows.h.
*/
#ifndef CM_EXPLAIN_EXPLAIN_H
#define CM_EXPLAIN_EXPLAIN_H

#include "client/session.h"

/** Register the table-valued function. It holds a reference to the session. */
int cm_explain_register(sqlite3 *db, cm_session *session);

#endif
