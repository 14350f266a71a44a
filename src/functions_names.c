/*
** functions_names.c -- chartmogul_short_names: customers, plans, ... in temp. See functions.h.
*/
#include <string.h>

#include "bridge.h"
#include "buf.h"
#include "functions.h"
#include "registry.h"

static const char prefix[] = "chartmogul_";

static const char function[] = "chartmogul_short_names";

enum { MAX_NAMES_SHOWN = 600 };

static const char *short_name(const cm_resource *resource) {
  return resource->name + strlen(prefix);
}

static int sql_error(sqlite3 *db, int rc, cm_err *err) {
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  return cm_err_set(err, rc, "the names cannot be made (%s): try again outside a transaction",
                    sqlite3_errmsg(db));
}

/*
** A table that is made while a statement runs makes SQLite refuse whatever that statement opens from then
** on, with the words "abort due to ROLLBACK". So a statement that has something to open behind the call of
** this function is refused before anything is made.
*/
static bool opens_behind_call(sqlite3 *db, const char *sql) {
  sqlite3_stmt *program = NULL;
  bool is_called = false;
  bool opens = false;
  char *explain = sqlite3_mprintf("EXPLAIN %s", sql);
  int rc = explain == NULL ? SQLITE_NOMEM : sqlite3_prepare_v2(db, explain, -1, &program, NULL);
  sqlite3_free(explain);
  while (rc == SQLITE_OK && !opens && sqlite3_step(program) == SQLITE_ROW) {
    const char *code = (const char *)sqlite3_column_text(program, 1);
    const char *called = (const char *)sqlite3_column_text(program, 5);
    if (code == NULL) break;
    is_called = is_called || (called != NULL && strstr(called, function) == called);
    opens = is_called && (strcmp(code, "OpenRead") == 0 || strcmp(code, "OpenWrite") == 0);
  }
  sqlite3_finalize(program);
  return opens;
}

static bool names_function(const char *sql) {
  for (; sql != NULL && *sql != 0; sql++) {
    if (sqlite3_strnicmp(sql, function, (int)strlen(function)) == 0) return true;
  }
  return false;
}

static int check_statement(sqlite3 *db, cm_err *err) {
  for (sqlite3_stmt *running = sqlite3_next_stmt(db, NULL); running != NULL;
       running = sqlite3_next_stmt(db, running)) {
    const char *sql = sqlite3_sql(running);
    if (!sqlite3_stmt_busy(running) || !names_function(sql) || !opens_behind_call(db, sql))
      continue;
    return cm_err_set(err, SQLITE_ERROR,
                      "no short name was made (the statement opens a table after it): call it in "
                      "a statement of its own, SELECT %s()",
                      function);
  }
  return SQLITE_OK;
}

/** Something in a schema has the name, and it is not the table that this function makes. */
static int is_taken_in(sqlite3 *db, const char *schema, const cm_resource *resource, bool *is_taken,
                       bool *is_made) {
  sqlite3_stmt *found = NULL;
  char *sql = sqlite3_mprintf("SELECT sql FROM \"%w\".sqlite_schema WHERE name = %Q COLLATE NOCASE",
                              schema, short_name(resource));
  char *ours = sqlite3_mprintf("CREATE VIRTUAL TABLE %s USING %s", short_name(resource),
                               resource->name);
  int rc = sql == NULL || ours == NULL ? SQLITE_NOMEM
                                       : sqlite3_prepare_v2(db, sql, -1, &found, NULL);
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(found);
    if (rc == SQLITE_ROW) {
      const char *theirs = (const char *)sqlite3_column_text(found, 0);
      *is_made = theirs != NULL && strcmp(theirs, ours) == 0 &&
                 sqlite3_stricmp(schema, "temp") == 0;
      *is_taken = !*is_made;
    }
    rc = sqlite3_finalize(found);
  }
  sqlite3_free(sql);
  sqlite3_free(ours);
  return rc;
}

/** Look through every schema of the connection. */
static int look_up(sqlite3 *db, const cm_resource *resource, bool *is_taken, bool *is_made) {
  sqlite3_stmt *schemas = NULL;
  *is_taken = *is_made = false;
  int rc = sqlite3_prepare_v2(db, "SELECT name FROM pragma_database_list", -1, &schemas, NULL);
  while (rc == SQLITE_OK && (rc = sqlite3_step(schemas)) == SQLITE_ROW) {
    const char *schema = (const char *)sqlite3_column_text(schemas, 0);
    bool is_taken_here = false;
    bool is_made_here = false;
    rc = schema == NULL ? SQLITE_NOMEM
                        : is_taken_in(db, schema, resource, &is_taken_here, &is_made_here);
    *is_taken = *is_taken || is_taken_here;
    *is_made = *is_made || is_made_here;
  }
  sqlite3_finalize(schemas);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** Refuse when a name is taken, and say all that are. `to_make` receives what is not there yet. */
static int check_names(sqlite3 *db, const cm_resource *const *resources, int count, bool *to_make,
                       cm_err *err) {
  cm_buf taken;
  cm_buf_init(&taken, MAX_NAMES_SHOWN);
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    bool is_taken = false;
    bool is_made = false;
    rc = look_up(db, resources[i], &is_taken, &is_made);
    to_make[i] = !is_taken && !is_made;
    if (is_taken)
      cm_buf_printf(&taken, "%s%s", taken.len > 0 ? ", " : "", short_name(resources[i]));
  }
  if (rc != SQLITE_OK) {
    sql_error(db, rc, err);
  } else if (taken.len > 0 || taken.code != SQLITE_OK) {
    rc = cm_err_set(err, SQLITE_ERROR,
                    "no short name was made (%s taken already: %s): rename what has the name, or "
                    "write chartmogul_ in front",
                    strchr(cm_buf_str(&taken), ',') == NULL ? "one is" : "some are",
                    cm_buf_str(&taken));
  }
  cm_buf_clear(&taken);
  return rc;
}

static int execute(sqlite3 *db, const char *format, const cm_resource *resource) {
  char *sql = sqlite3_mprintf(format, short_name(resource), resource->name);
  int rc = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
  return rc;
}

/** All or none: what was made before a failure is dropped again. */
static int make_names(sqlite3 *db, const cm_resource *const *resources, int count,
                      const bool *to_make, cm_err *err) {
  int rc = SQLITE_OK;
  int made = 0;
  for (; made < count && rc == SQLITE_OK; made++) {
    if (to_make[made]) rc = execute(db, "CREATE VIRTUAL TABLE temp.%s USING %s", resources[made]);
  }
  if (rc == SQLITE_OK) return rc;
  sql_error(db, rc, err);
  for (int i = 0; i < made - 1; i++) {
    if (to_make[i]) execute(db, "DROP TABLE IF EXISTS temp.%s", resources[i]);
  }
  return rc;
}

void cm_function_short_names(sqlite3_context *context, int argc, sqlite3_value **argv) {
  sqlite3 *db = sqlite3_context_db_handle(context);
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  bool *to_make = sqlite3_malloc64((sqlite3_uint64)count + 1);
  cm_err err = { 0 };
  (void)argc;
  (void)argv;
  if (to_make == NULL) {
    sqlite3_result_error_nomem(context);
    return;
  }
  int rc = check_names(db, resources, count, to_make, &err);
  bool is_any = false;
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    is_any = is_any || to_make[i];
  if (is_any) rc = check_statement(db, &err);
  if (rc == SQLITE_OK) rc = make_names(db, resources, count, to_make, &err);
  if (rc == SQLITE_OK) {
    sqlite3_result_int(context, count);
  } else {
    cm_err_prefix(&err, function);
    cm_bridge_error(context, &err);
  }
  sqlite3_free(to_make);
}
