/*
** names.h -- the names of our tables, and which schemas of the connection have them.
** Owns: what one look has found.  Tests: tests/unit/extension.c, tests/cases/names/
*/
#ifndef CM_SQL_NAMES_H
#define CM_SQL_NAMES_H

#include "client/schemas.h"

/** One of our names, and what has it. Schemas are places in `schemas` of cm_names, -1 is none. */
typedef struct cm_table_name {
  const char *name;   /* constant, or of cm_names */
  const char *module; /* the name of its module, constant */
  int found_in;       /* where SQLite finds a table or view of this name */
  int taken_in;       /* the first schema in which it is not our own table: it stays the user's */
  int copied_in;      /* of a short name: the first schema in which it is the copy of this table */
} cm_table_name;

/** What one look has found. */
typedef struct cm_names {
  cm_schemas schemas;
  const char *account; /* whose tables they are; borrowed; "": the first account's */
  int count;
  cm_table_name *list; /* owned */
  char *texts;         /* that names point into; owned */
} cm_names;

/** The tables of the API under names without "chartmogul_", or all tables under their own. */
typedef enum cm_names_kind { CM_LONG_NAMES, CM_SHORT_NAMES } cm_names_kind;

/** Which names. */
typedef struct cm_names_of {
  cm_names_kind kind;
  const char *schema; /* the only one to look through; NULL: all */
  const char *
      account; /* whose; of another than the first the short names begin with it; NULL or "": the first */
} cm_names_of;

/**
 * Look for all of our names, once through each schema: what another process locks is waited for once.
 *
 * @return SQLITE_OK; SQLITE_BUSY while another process holds a file; SQLITE_NOMEM; what SQLite says.
 *         `out` is to be cleared in any case.
 */
int cm_names_look(sqlite3 *db, const cm_names_of *which, cm_names *out) CM_MUST_CHECK;

/** How a table of ours is written in sqlite_schema; free it with sqlite3_free. NULL: memory ran out. */
char *cm_names_sql(const cm_names *names, const cm_table_name *name, const char *schema);

void cm_names_clear(cm_names *names);

/** The schema whose table or view of another kind is found under this name, borrowed; NULL: none. */
const char *cm_names_hidden_by(const cm_names *names, int index);

#endif
