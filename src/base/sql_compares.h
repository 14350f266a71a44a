/*
** sql_compares.h -- whether a SQL text compares a column with a text literal.
** Pure.  Tests: tests/unit/base/sql_compares.c
*/
#ifndef CM_BASE_SQL_COMPARES_H
#define CM_BASE_SQL_COMPARES_H

#include "base/sql_operand.h"

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

/**
 * Hand over each text that WHERE or ON compares a column of a table with, as cm_sql_compares. A column counts only
 * where the query that it stands in names the table in its FROM, behind a name of the table or alone.
 * @param tables  The names that the table may have in the text; ends with NULL.
 * @return whether one was taken.
 */
bool cm_sql_find_condition(const char *sql, const char *const *tables, const char *column,
                           cm_sql_takes *takes, void *context);

#endif
