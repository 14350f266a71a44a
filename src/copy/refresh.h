/*
** refresh.h -- chartmogul_refresh: the account as ordinary tables in a file, kept up to date.
** Owns: nothing beyond the registered module.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_REFRESH_H
#define CM_COPY_REFRESH_H

#include "client/session.h"

/** The name of the module, and of the table in temp that holds no lock on the user's file. */
#define CM_REFRESH_NAME "chartmogul_refresh"

/** @return SQLITE_OK, SQLITE_NOMEM, or what SQLite says. */
int cm_refresh_register(sqlite3 *db, cm_session *session);

#endif
