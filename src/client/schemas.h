/*
** schemas.h -- what the schemas of a connection hold: main, temp and every attached one.
** Owns: nothing.  Tests: tests/unit/client/caller.c, tests/unit/extension.c
**
** To read a schema takes a shared lock on its file, which SQLite keeps while another statement of the connection
** reads, and waits for another process as the connection's busy handler says. So each caller says why that
** does no harm.
*/
#ifndef CM_CLIENT_SCHEMAS_H
#define CM_CLIENT_SCHEMAS_H

#include "base/base.h"
#include "base/sqlite_api.h"

/** Names of schemas, in the order in which SQLite looks for a name. */
typedef struct cm_schemas {
  int count;
  char **names; /* owned: cm_schemas_clear */
} cm_schemas;

/** One row of sqlite_schema. Texts are borrowed and may be NULL. */
typedef struct cm_schema_row {
  const char *schema;
  const char *type; /* table, index, view or trigger */
  const char *name;
  const char *table; /* that an index or a trigger belongs to */
  const char *sql;
} cm_schema_row;

/** @return SQLITE_OK to go on; anything else ends the reading: SQLITE_DONE well, an error code with that error. */
typedef int cm_schema_visit(void *context, const cm_schema_row *row);

/**
 * The schemas of the connection: temp, main, then the attached ones. Takes no lock; SQLite before 3.40 reads the
 * schemas that it has not read yet, and may wait for them.
 * @return SQLITE_OK, SQLITE_NOMEM, or what SQLite says. `out` is to be cleared in any case.
 */
int cm_schemas_list(sqlite3 *db, cm_schemas *out) CM_MUST_CHECK;

void cm_schemas_clear(cm_schemas *schemas);

/**
 * Show every row of a schema.
 * @return SQLITE_OK; SQLITE_BUSY or SQLITE_LOCKED while another connection holds the file; SQLITE_NOMEM; else what
 *         SQLite or `visit` says.
 */
int cm_schemas_read(sqlite3 *db, const char *schema, cm_schema_visit *visit,
                    void *context) CM_MUST_CHECK;

#endif
