/*
** table.h -- a resource as a virtual table: the callbacks that SQLite plans and reads with.
** Layer: sql.  The callbacks that write are in write.c. No I/O but in xFilter, xNext and xColumn.
*/
#ifndef CM_TABLE_H
#define CM_TABLE_H

#include "asked.h"
#include "resource.h"
#include "session.h"

/** One connected table. */
typedef struct cm_table {
  sqlite3_vtab base;
  sqlite3 *db;
  cm_session *session; /* a reference */
  const cm_resource *resource;
  bool is_eponymous; /* nobody created it: it is there in every schema */
  cm_asked asked;    /* by the UPDATE that made a row last */
} cm_table;

/** Register the module of every resource. Each holds a reference to the session. */
int cm_table_register_all(sqlite3 *db, cm_session *session);

#endif
