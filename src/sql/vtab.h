/*
** vtab.h -- a connected table, as the callbacks that read (sql/table.c) and those that write (sql/update.c) know it.
*/
#ifndef CM_SQL_VTAB_H
#define CM_SQL_VTAB_H

#include "client/session.h"
#include "spec/resource.h"
#include "sql/asked.h"

/** One connected table. */
typedef struct cm_table {
  sqlite3_vtab base;
  sqlite3 *db;
  cm_session *session; /* a reference */
  const cm_resource *resource;
  bool is_eponymous; /* it was not created: it is there in every schema */
  cm_asked asked;    /* by the UPDATE that made a row last */
} cm_table;

#endif
