/*
** table.h -- a resource as a virtual table: the callbacks that SQLite plans and reads with.
** The callbacks that write are in sql/update.c. No I/O but in xFilter, xNext and xColumn.
*/
#ifndef CM_SQL_TABLE_H
#define CM_SQL_TABLE_H

#include "client/session.h"

/** Register the module of every resource. Each holds a reference to the session. */
int cm_table_register_all(sqlite3 *db, cm_session *session);

#endif
