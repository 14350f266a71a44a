/*
** vtab.h -- a connected table, as the callbacks that read (sql/table.c) and those that write (sql/update.c) know it.
*/
#ifndef CM_SQL_VTAB_H
#define CM_SQL_VTAB_H

#include "client/session.h"
#include "spec/resource.h"
#include "sql/asked.h"
#include "sql/seen.h"

/** One connected table. */
typedef struct cm_table {
  sqlite3_vtab base;
  sqlite3 *db;
  cm_session *session; /* a reference */
  const cm_resource *resource;
  bool is_eponymous;      /* it was not created: it is there in every schema */
  cm_asked asked;         /* by the UPDATE that made a row last */
  cm_seen seen;           /* by the DELETE that read rows last */
  int64_t seen_statement; /* id of the statement that did; see cm_statement */
} cm_table;

/**
 * Put the error's text on the table, with the account that it is of.
 * @param is_of_table  It begins with the name of the table; else it stays as it is.
 * @return the error's code.
 */
int cm_table_error(cm_table *table, bool is_of_table, cm_err *err);

#endif
