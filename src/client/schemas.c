#include "client/schemas.h"

#include <string.h>

static const char temp[] = "temp";

static int push(cm_schemas *schemas, const char *name) {
  size_t bytes = ((size_t)schemas->count + 1) * sizeof *schemas->names;
  char **names = sqlite3_realloc64(schemas->names, bytes);
  if (names == NULL) return SQLITE_NOMEM;
  schemas->names = names;
  names[schemas->count] = name != NULL ? sqlite3_mprintf("%s", name) : NULL;
  return names[schemas->count] != NULL ? (schemas->count++, SQLITE_OK) : SQLITE_NOMEM;
}

/* The PRAGMA as a statement: its table-valued form would read every schema first. */
int cm_schemas_list(sqlite3 *db, cm_schemas *out) {
  sqlite3_stmt *databases = NULL;
  *out = (cm_schemas){ 0 };
  int rc = push(out, temp);
  if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &databases, NULL);
  if (rc != SQLITE_OK) return rc & 0xff;
  while ((rc = sqlite3_step(databases)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(databases, 1);
    if (name != NULL && strcmp(name, temp) == 0) continue;
    rc = push(out, name);
    if (rc != SQLITE_OK) break;
  }
  sqlite3_finalize(databases);
  return rc == SQLITE_DONE ? SQLITE_OK : rc & 0xff;
}

void cm_schemas_clear(cm_schemas *schemas) {
  for (int i = 0; i < schemas->count; i++)
    sqlite3_free(schemas->names[i]);
  sqlite3_free(schemas->names);
  *schemas = (cm_schemas){ 0 };
}

int cm_schemas_read(sqlite3 *db, const char *schema, cm_schema_visit *visit, void *context) {
  sqlite3_stmt *rows = NULL;
  char *sql = sqlite3_mprintf("SELECT type, name, tbl_name, sql FROM \"%w\".sqlite_schema", schema);
  int rc = sql != NULL ? sqlite3_prepare_v2(db, sql, -1, &rows, NULL) : SQLITE_NOMEM;
  sqlite3_free(sql);
  bool is_going_on = rc == SQLITE_OK;
  while (is_going_on && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
    cm_schema_row row = { .schema = schema,
                          .type = (const char *)sqlite3_column_text(rows, 0),
                          .name = (const char *)sqlite3_column_text(rows, 1),
                          .table = (const char *)sqlite3_column_text(rows, 2),
                          .sql = (const char *)sqlite3_column_text(rows, 3) };
    bool is_lost = row.sql == NULL && sqlite3_column_type(rows, 3) != SQLITE_NULL;
    rc = is_lost ? SQLITE_NOMEM : visit(context, &row);
    is_going_on = rc == SQLITE_OK;
  }
  sqlite3_finalize(rows);
  return rc == SQLITE_DONE ? SQLITE_OK : rc & 0xff;
}
