/*
** sql_calls.h -- whether a SQL text calls a function, by its tokens.
** Layer: base.  Pure.  Tests: tests/unit/sql_calls.c
*/
#ifndef CM_SQL_CALLS_H
#define CM_SQL_CALLS_H

#include "base.h"

/**
 * True when the text holds the function's name as a token (in any case, bare or quoted as an identifier) with
 * "(" behind it; white space and comments may stand between. What stands in a literal, in a comment, in the name
 * of a parameter or in a longer name does not count. Tokens are cut as SQLite cuts them; a text that SQLite would
 * refuse has some answer.
 *
 * @param sql       NULL: false.
 * @param function  Letters of ASCII at its beginning, no quotes in it.
 */
bool cm_sql_calls(const char *sql, const char *function);

#endif
