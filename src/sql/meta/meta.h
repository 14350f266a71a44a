/*
** meta.h -- the extension describes itself: chartmogul_tables, _columns, _endpoints, _settings, _requests.
** Never: sends a request.  Tests: tests/unit/sql/meta.c
*/
#ifndef CM_SQL_META_META_H
#define CM_SQL_META_META_H

#include "sql/meta/module.h"

/** Create the modules of all tables below. @return SQLITE_OK, SQLITE_NOMEM, SQLITE_ERROR. */
int cm_meta_register(sqlite3 *db, cm_session *session) CM_MUST_CHECK;

/** The tables. Constant. */
const cm_meta_table *const *cm_meta_tables(int *count);

#endif
