/*
** get.h -- chartmogul_get(path[, query]): the rows of any list, all pages, as JSON.
** Tests: tests/cases/functions/
**
** For what no table shows. The request goes out as it is written; what its answer is, wire/outline.h finds.
*/
#ifndef CM_SQL_FUNCTIONS_GET_H
#define CM_SQL_FUNCTIONS_GET_H

#include "client/session.h"

/** Register the table-valued function. It holds a reference to the session. */
int cm_get_register(sqlite3 *db, cm_session *session);

#endif
