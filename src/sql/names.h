/*
** names.h -- the names of our tables, and which schemas of the connection have them.
** Owns: what one look has found.  Tests: tests/unit/extension.c, tests/cases/names/
*/
#ifndef CM_SQL_NAMES_H
#define CM_SQL_NAMES_H

#include "client/schemas.h"

/** One of our names, and what has it. Schemas are places in `schemas` of cm_names, -1 is none. */
typedef struct cm_table_name {
  const char *name;   /* constant */
  const char *module; /* the name of its module, constant */
  int found_in;       /* where SQLite finds a table or view of this name */
  int taken_in;       /* the first schema in which it is not our own table: it stays the user's */
} cm_table_name;

/** What one look has found. */
typedef struct cm_names {
  cm_schemas schemas;
  int count;
  cm_table_name *list; /* owned */
} cm_names;

/** The tables of the API under names without "chartmogul_", or all tables under their own. */
typedef enum cm_names_kind { CM_LONG_NAMES, CM_SHORT_NAMES } cm_names_kind;

/**
 * Look for all of our names, once through each schema: what another process locks is waited for once.
 *
 * @param schema  The only one to look through; NULL: all.
 * @return SQLITE_OK; SQLITE_BUSY while another process holds a file; SQLITE_NOMEM; what SQLite says.
 *         `out` is to be cleared in any case.
 */
int cm_names_look(sqlite3 *db, const char *schema, cm_names_kind kind, cm_names *out) CM_MUST_CHECK;

void cm_names_clear(cm_names *names);

/** The schema whose table or view of another kind is found under this name, borrowed; NULL: none. */
const char *cm_names_hidden_by(const cm_names *names, int index);

#endif
