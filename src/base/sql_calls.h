/*
** sql_calls.h -- whether a SQL text calls a function, or gives a table to another module, by its tokens.
** Pure.  Tests: tests/unit/base/sql_calls.c
*/
#ifndef CM_BASE_SQL_CALLS_H
#define CM_BASE_SQL_CALLS_H

#include "base/base.h"

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

/**
 * True when the text creates a virtual table of a module that is not ours, and holds the name as a whole word: as
 * a name, in a literal or anywhere else, in any case. What the module makes of its arguments is its own affair.
 *
 * @param sql   As sqlite_schema has it. NULL: false.
 * @param name  No quotes in it.
 */
bool cm_sql_gives_to_module(const char *sql, const char *name);

#endif
