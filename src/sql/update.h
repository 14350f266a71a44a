/*
** update.h -- the callbacks of a virtual table that write: rows, transactions, savepoints.
** sql/table.c puts them into its module.  Tests: tests/cases/write/
**
** A row becomes a change and goes into the queue. In autocommit the rows of a statement leave as they
** come and the statement ends when all are answered (xSync); inside BEGIN they wait for COMMIT (xSync, too),
** unless write_mode is immediate.
*/
#ifndef CM_SQL_UPDATE_H
#define CM_SQL_UPDATE_H

#include "base/sqlite_api.h"

/** xUpdate: one row's INSERT, UPDATE or DELETE. */
int cm_write_update(sqlite3_vtab *table, int argc, sqlite3_value **argv, sqlite3_int64 *rowid);

/** xBegin: has to be there, or SQLite calls none of the others. */
int cm_write_begin(sqlite3_vtab *table);
/** xSync: send what waits. SQLITE_BUSY keeps a transaction open to be committed again. */
int cm_write_sync(sqlite3_vtab *table);
int cm_write_commit(sqlite3_vtab *table);
int cm_write_rollback(sqlite3_vtab *table);

int cm_write_savepoint(sqlite3_vtab *table, int level);
int cm_write_release(sqlite3_vtab *table, int level);
int cm_write_rollback_to(sqlite3_vtab *table, int level);

/** For xDestroy: SQLITE_ERROR while rows of the table wait, because DROP TABLE ends no transaction. */
int cm_write_check_destroy(sqlite3_vtab *table);

#endif
