/*
** offer.h -- what SQLite offers of a statement while it plans, and the plan that follows from it.
** sql/table.c puts the callback into its module.  Tests: tests/cases/read/plan/
*/
#ifndef CM_SQL_OFFER_H
#define CM_SQL_OFFER_H

#include "base/sqlite_api.h"

/** xBestIndex. */
int cm_offer_best_index(sqlite3_vtab *table, sqlite3_index_info *info);

#endif
