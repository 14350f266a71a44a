/*
** cursor.h -- the callbacks of a virtual table that read: a plan becomes a scan, and its rows are shown.
** sql/table.c puts them into its module.  Tests: tests/cases/read/
*/
#ifndef CM_SQL_CURSOR_H
#define CM_SQL_CURSOR_H

#include "base/sqlite_api.h"

int cm_cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out);
int cm_cursor_close(sqlite3_vtab_cursor *cursor);
int cm_cursor_filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
                     sqlite3_value **argv);
/** xNext: SQLite looks for an interrupt, and gives a progress handler its turn, after each step to a next row. */
int cm_cursor_next(sqlite3_vtab_cursor *cursor);
int cm_cursor_eof(sqlite3_vtab_cursor *cursor);
int cm_cursor_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column);
/** xRowid: rows without a key are distinguished by what they hold and what was asked. */
int cm_cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid);

#endif
