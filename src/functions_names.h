/*
** functions_names.h -- chartmogul_short_names and chartmogul_store_tables.
** Layer: sql.  Tests: tests/cases/names/
*/
#ifndef CM_FUNCTIONS_NAMES_H
#define CM_FUNCTIONS_NAMES_H

#include "sqlite_api.h"

/** chartmogul_short_names() and chartmogul_store_tables([schema]). */
void cm_function_short_names(sqlite3_context *context, int argc, sqlite3_value **argv);
void cm_function_store_tables(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
