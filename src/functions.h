/*
** functions.h -- the scalar functions of the extension, as one table.
** Layer: sql.  Functions that are one API call each are another table: actions.h.
** Tests: tests/cases/functions/
*/
#ifndef CM_FUNCTIONS_H
#define CM_FUNCTIONS_H

#include "function.h"

/** The table. */
const cm_function *cm_functions_table(int *count);

/**
 * Register every function, those of actions.h and get.h too. Each holds a reference to the session.
 * @return SQLITE_OK or what SQLite says.
 */
int cm_functions_register(sqlite3 *db, cm_session *session);

#endif
