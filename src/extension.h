/*
** extension.h -- setting up the extension on a connection, for the entry points and for tests.
*/
#ifndef CM_EXTENSION_H
#define CM_EXTENSION_H

#include "base/clock.h"
#include "base/sqlite_api.h"

/**
 * Register the modules and functions on `db` and create the tables in `temp`.
 *
 * @param error  Receives the reason on failure, to free with sqlite3_free. NULL if not wanted.
 * @param clock  NULL: the machine's. Tests hand in their own.
 * @return SQLITE_OK; SQLITE_ERROR (SQLite older than 3.38); SQLITE_NOMEM.
 */
int cm_extension_init(sqlite3 *db, char **error, const cm_clock *clock);

#endif
