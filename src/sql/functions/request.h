/*
** request.h -- chartmogul_request.
** Tests: tests/cases/functions/
*/
#ifndef CM_SQL_FUNCTIONS_REQUEST_H
#define CM_SQL_FUNCTIONS_REQUEST_H

#include "base/sqlite_api.h"

/** chartmogul_request(method, path[, body[, query[, headers]]]). */
void cm_function_request(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
