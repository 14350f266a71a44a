/*
** help.h -- chartmogul_help([topic]): what a table, a function or a setting is, and how it is used.
** Never: sends a request, or shows a value of a setting.  Tests: tests/cases/self_description/help/
*/
#ifndef CM_SQL_FUNCTIONS_HELP_H
#define CM_SQL_FUNCTIONS_HELP_H

#include "base/sqlite_api.h"

/** Register the table-valued function. @return SQLITE_OK, SQLITE_NOMEM. */
int cm_help_register(sqlite3 *db);

#endif
