/*
** sql_lists.h -- the lists of IN in a SQL text, and how a text compares a column of whose value SQLite hands over nothing.
** Pure.  Tests: tests/unit/base/sql_compares.c
*/
#ifndef CM_BASE_SQL_LISTS_H
#define CM_BASE_SQL_LISTS_H

#include "base/value.h"

/** Does an = stand on one side of the column? @param sql  NULL: none does. */
bool cm_sql_is_equated(const char *sql, const char *column);

/** Is the column a part of a row value in front of IN? @param sql  NULL: it is not. */
bool cm_sql_is_in_row_value(const char *sql, const char *column);

/** Behind the bracket of the first `column IN (` in the text; NULL where none stands there. @param sql  NULL: none does. */
const char *cm_sql_find_list(const char *sql, const char *column);

/** Are all items of a list, from behind its bracket on, text literals and whole numbers? */
bool cm_sql_list_is_plain(const char *list);

/** Is the value, a text or a whole number, an item of a plain list? */
bool cm_sql_list_has(const char *list, const cm_value *value);

#endif
