/*
** writable.h -- whether the connection may write at all, as SQLite holds it; the setting read_only is apart.
** Owns: nothing.  Tests: tests/unit/client/writable.c, tests/cases/write/query_only.case
**
** Who opens a file read-only, or sets PRAGMA query_only, wants nothing changed. The tables are in temp and would
** not notice.
*/
#ifndef CM_CLIENT_WRITABLE_H
#define CM_CLIENT_WRITABLE_H

#include "base/err.h"
#include "base/sqlite_api.h"

/**
 * Refuse where main is a file that was opened read-only. A database in memory, a temporary one and attached files
 * refuse nothing.
 *
 * @param what  What is not done: "nothing was written". It stands in the line.
 * @return SQLITE_OK or SQLITE_READONLY.
 */
int cm_writable_check_main(sqlite3 *db, const char *what, cm_err *err) CM_MUST_CHECK;

/** The same, and under PRAGMA query_only, too: for calls that SQLite knows nothing of. Also SQLITE_NOMEM. */
int cm_writable_check(sqlite3 *db, const char *what, cm_err *err) CM_MUST_CHECK;

#endif
