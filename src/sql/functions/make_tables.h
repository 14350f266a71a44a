/*
** make_tables.h -- chartmogul_short_names and chartmogul_store_tables.
** Tests: tests/cases/names/
*/
#ifndef CM_SQL_FUNCTIONS_MAKE_TABLES_H
#define CM_SQL_FUNCTIONS_MAKE_TABLES_H

#include "base/sqlite_api.h"

/** chartmogul_short_names() and chartmogul_store_tables([schema]). */
void cm_function_short_names(sqlite3_context *context, int argc, sqlite3_value **argv);
void cm_function_store_tables(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
