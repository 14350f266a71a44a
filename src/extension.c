/*
** extension.c -- the entry points that SQLite calls: they register everything and create the tables.
** Layer: entry.
*/
#define CM_DEFINES_SQLITE_API
#include "extension.h"

#include <string.h>

#include "functions.h"
#include "meta.h"
#include "registry.h"
#include "table.h"
#include "write.h"

#ifndef SQLITE_CORE
SQLITE_EXTENSION_INIT1
#endif

enum { OLDEST_SQLITE = 3038000 };

CM_EXPORT int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);
CM_EXPORT int sqlite3_chartmogulreadonly_init(sqlite3 *db, char **error,
                                              const sqlite3_api_routines *api);

/** True when a schema of the connection holds an object of this name: it stays the user's. */
static bool is_taken(sqlite3 *db, const char *name) {
  sqlite3_stmt *schemas = NULL;
  bool taken = false;
  if (sqlite3_prepare_v2(db, "SELECT name FROM pragma_database_list", -1, &schemas, NULL)) {
    return true;
  }
  while (!taken && sqlite3_step(schemas) == SQLITE_ROW) {
    sqlite3_stmt *found = NULL;
    char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\".sqlite_schema WHERE name = %Q COLLATE NOCASE",
                                sqlite3_column_text(schemas, 0), name);
    if (sql != NULL && sqlite3_prepare_v2(db, sql, -1, &found, NULL) == SQLITE_OK) {
      taken = sqlite3_step(found) == SQLITE_ROW;
    }
    sqlite3_finalize(found);
    sqlite3_free(sql);
  }
  sqlite3_finalize(schemas);
  return taken;
}

/*
** A table in temp holds no lock on the user's file while it waits for the network. Where it cannot be
** created (query_only, a locked file) the eponymous table of the same name serves, so a failure here is
** no failure to load.
*/
static void create_table(sqlite3 *db, const char *name) {
  if (is_taken(db, name)) return;
  char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE temp.%s USING %s", name, name);
  if (sql != NULL) sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
}

static void create_tables(sqlite3 *db) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++)
    create_table(db, resources[i]->name);
  const char *const *names = cm_meta_names(&count);
  for (int i = 0; i < count; i++)
    create_table(db, names[i]);
}

static int register_all(sqlite3 *db, cm_session *session) {
  int rc = cm_table_register_all(db, session);
  if (rc == SQLITE_OK) rc = cm_meta_register(db, session);
  if (rc == SQLITE_OK) rc = cm_functions_register(db, session);
  return rc;
}

/** A connection that has the extension keeps its session, settings and waiting writes. */
static bool is_loaded(sqlite3 *db) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT chartmogul_version()", -1, &stmt, NULL);
  sqlite3_finalize(stmt);
  return rc == SQLITE_OK;
}

int cm_extension_init(sqlite3 *db, char **error, const cm_clock *clock) {
  cm_session *session = NULL;
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  if (sqlite3_libversion_number() < OLDEST_SQLITE) {
    rc = cm_err_set(&err, SQLITE_ERROR,
                    "chartmogul: SQLite %s is too old (3.38 is the oldest that works): load the "
                    "extension into a newer one",
                    sqlite3_libversion());
  }
  if (rc == SQLITE_OK && is_loaded(db)) return SQLITE_OK;
#ifndef NDEBUG
  if (rc == SQLITE_OK) rc = cm_registry_validate(&err);
#endif
  if (rc == SQLITE_OK) rc = cm_session_new(db, clock, &session, &err);
  if (rc == SQLITE_OK) rc = register_all(db, session);
  if (rc == SQLITE_OK) create_tables(db);
  cm_session_unref(session);
  if (rc != SQLITE_OK && error != NULL) {
    *error = sqlite3_mprintf("%s", err.text[0] != 0 ? err.text : sqlite3_errmsg(db));
  }
  return rc;
}

/*
** libcurl must not be unloaded, and neither must code that a connection may still call: the library
** stays for the life of the process. A program that links the extension gets the plain code.
*/
static int loaded(int rc) {
#ifdef SQLITE_CORE
  return rc;
#else
  return rc == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : rc;
#endif
}

/** Set read_only on a connection that has the extension, however it came to it. */
static int set_read_only(sqlite3 *db, char **error) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT chartmogul_config(?1, 1)", -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_pointer(stmt, 1, db, CM_READ_ONLY_POINTER, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  bool is_set = rc == SQLITE_ROW;
  if (!is_set && error != NULL) *error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
  sqlite3_finalize(stmt);
  return is_set ? SQLITE_OK : rc;
}

int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
#ifdef SQLITE_CORE
  (void)api;
#else
  SQLITE_EXTENSION_INIT2(api);
#endif
  return loaded(cm_extension_init(db, error, NULL));
}

int sqlite3_chartmogulreadonly_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
#ifdef SQLITE_CORE
  (void)api;
#else
  SQLITE_EXTENSION_INIT2(api);
#endif
  int rc = cm_extension_init(db, error, NULL);
  if (rc == SQLITE_OK) rc = set_read_only(db, error);
  return loaded(rc);
}
