/*
** bridge.h -- between SQLite's values and ours.
** The only place that calls sqlite3_value_* and sqlite3_result_* for row data.
*/
#ifndef CM_SQL_BRIDGE_H
#define CM_SQL_BRIDGE_H

#include "base/err.h"
#include "base/sqlite_api.h"
#include "base/value.h"

/** Borrow: the value is good as long as `value` is not converted or freed. */
cm_value cm_bridge_value(sqlite3_value *value);

/** Hand a value to SQLite: texts are copied (SQLITE_TRANSIENT), JSON gets the JSON subtype. */
void cm_bridge_result(sqlite3_context *context, const cm_value *value);

/** Hand an error to SQLite: text and code. */
void cm_bridge_error(sqlite3_context *context, const cm_err *err);

/**
 * Put the error's text on a virtual table.
 * @param who  What the text begins with, see cm_err_prefix; NULL: it stays as it is.
 * @return the error's code.
 */
int cm_bridge_table_error(sqlite3_vtab *table, const char *who, cm_err *err);

#endif
