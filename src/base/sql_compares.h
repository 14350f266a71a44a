/*
** sql_compares.h -- whether a SQL text compares a column with a text literal.
** Pure.  Tests: tests/unit/base/sql_compares.c
*/
#ifndef CM_BASE_SQL_COMPARES_H
#define CM_BASE_SQL_COMPARES_H

#include "base/value.h"

/**
 * True when `column = 'text'`, `'text' = column` or `column IN (…, 'text', …)` stands in the text. What stands in a
 * comment or in a sub-select does not count, nor does an expression of which the literal is only a part.
 *
 * @param sql     NULL: false.
 * @param column  As it stands in the text behind the name of its table, if any; ASCII.
 * @param text    As a value: a quote in it stands there once.
 */
bool cm_sql_compares(const char *sql, const char *column, const char *text, size_t len);

/**
 * True when the text lets the column be either: two operands of one OR compare it with the one and with the other, each
 * as above and with nothing else beside it, or one IN has both. Columns behind the names of two tables are two columns.
 */
bool cm_sql_are_alternatives(const char *sql, const char *column, const char *one, size_t one_len,
                             const char *other, size_t other_len);

/** True when the text compares the column with the one somewhere without the other as an alternative. */
bool cm_sql_compares_alone(const char *sql, const char *column, const char *one, size_t one_len,
                           const char *other, size_t other_len);

/** Does an = stand on one side of the column? @param sql  NULL: none does. */
bool cm_sql_is_equated(const char *sql, const char *column);

/** Is the column a part of a row value in front of IN? @param sql  NULL: it is not. */
bool cm_sql_is_in_row_value(const char *sql, const char *column);

/** Takes what stands between the quotes of a literal. @return true: that is enough. */
typedef bool cm_sql_takes(const char *text, size_t len, void *context);

/**
 * Hand over each text that WHERE or ON compares a column of a table with, as cm_sql_compares. A column counts only
 * where the query that it stands in names the table in its FROM, behind a name of the table or alone.
 * @param tables  The names that the table may have in the text; ends with NULL.
 * @return whether one was taken.
 */
bool cm_sql_find_condition(const char *sql, const char *const *tables, const char *column,
                           cm_sql_takes *takes, void *context);

/** Behind the bracket of the first `column IN (` in the text; NULL where none stands there. @param sql  NULL: none does. */
const char *cm_sql_find_list(const char *sql, const char *column);

/** Are all items of a list, from behind its bracket on, text literals and whole numbers? */
bool cm_sql_list_is_plain(const char *list);

/** Is the value, a text or a whole number, an item of a plain list? */
bool cm_sql_list_has(const char *list, const cm_value *value);

#endif
