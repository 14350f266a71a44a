/*
** functions.h -- the scalar functions of the extension, as one table.
** Functions that are one API call each are another table: sql/functions/actions.h.
** Tests: tests/cases/functions/
*/
#ifndef CM_SQL_FUNCTIONS_FUNCTIONS_H
#define CM_SQL_FUNCTIONS_FUNCTIONS_H

#include "sql/functions/function.h"

/** The table. */
const cm_function *cm_functions_table(int *count);

/** A function that asks the API, by its name, those of sql/functions/actions.h too. @return its name; NULL: it asks nothing, or there is none. */
const char *cm_functions_sending(const char *name, size_t len);

/**
 * Register every function, those of sql/functions/actions.h and sql/functions/get.h too. Each holds a reference to the session.
 * @return SQLITE_OK or what SQLite says.
 */
int cm_functions_register(sqlite3 *db, cm_session *session);

#endif
