/*
** db.h -- the in-memory SQLite database with its statements kept.
** Owns: the connection and every statement.  Never: returns an
** error; an SQL error here is a bug of the sandbox and stops it.
*/
#ifndef SANDBOX_DB_H
#define SANDBOX_DB_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct sb_db sb_db;

/** Open an empty database. Closed with sb_db_close. */
sb_db *sb_db_open(void);
/** Close it; NULL is fine. */
void sb_db_close(sb_db *db);
/** The SQLite connection, borrowed. */
sqlite3 *sb_db_handle(sb_db *db);

/** Run statements that take no parameters. */
void sb_db_exec(sb_db *db, const char *sql);
/**
 * A kept statement, ready to bind; borrowed until sb_db_done. The same text must not be in use
 * twice.
 */
sqlite3_stmt *sb_db_statement(sb_db *db, const char *sql);
/**
 * A statement that is kept until the database is closed, whatever the others do; borrowed. For
 * few of them.
 */
sqlite3_stmt *sb_db_keep(sb_db *db, const char *sql);
/**
 * A kept statement with parameters bound, one letter of `binds` each: i int64_t, t const char *
 * (NULL is null; it must live until
 * sb_db_done), d double, n null without argument.
 */
sqlite3_stmt *sb_db_query(sb_db *db, const char *sql, const char *binds, ...);
/** Step a statement: true when there is a row. */
bool sb_db_step(sqlite3_stmt *statement);
/** Give a statement back. */
void sb_db_done(sqlite3_stmt *statement);
/**
 * Run a kept statement to its end; parameters as in sb_db_query. Gives the number of rows
 * changed.
 */
int sb_db_run(sb_db *db, const char *sql, const char *binds, ...);
/** The first column of the first row, or `otherwise` when there is no row or it is null. */
int64_t sb_db_int(sb_db *db, int64_t otherwise, const char *sql, const char *binds, ...);
/** The first column of the first row as a copy released with free(), or NULL. */
char *sb_db_text(sb_db *db, const char *sql, const char *binds, ...);
/** A column as text, "" for null; borrowed until the next step. */
const char *sb_column_text(sqlite3_stmt *statement, int column);

#endif
