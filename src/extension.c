/*
** extension.c -- the entry points that SQLite calls: they register everything and create the tables.
*/
#define CM_DEFINES_SQLITE_API
#include "extension.h"

#include <string.h>

#include "base/buf.h"
#include "client/caller.h"
#include "copy/refresh.h"
#include "explain/explain.h"
#include "spec/registry.h"
#include "sql/functions/functions.h"
#include "sql/functions/help.h"
#include "sql/meta/meta.h"
#include "sql/names.h"
#include "sql/table.h"

#ifndef SQLITE_CORE
SQLITE_EXTENSION_INIT1
#endif

enum { OLDEST_SQLITE = 3038000 };

CM_EXPORT int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);
CM_EXPORT int sqlite3_chartmogulreadonly_init(sqlite3 *db, char **error,
                                              const sqlite3_api_routines *api);
#ifndef SQLITE_CORE
CM_EXPORT int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);
#endif

/** Tell where a table of the user's is read under our name: who knows of none takes it for the account's. */
static void log_hidden(const cm_names *names) {
  enum { MAX_SHOWN = 400 };
  cm_buf hidden;
  cm_buf_init(&hidden, MAX_SHOWN);
  for (int i = 0; i < names->count; i++) {
    const cm_table_name *name = &names->list[i];
    if (name->taken_in < 0) continue;
    cm_buf_printf(&hidden, "%s%s.%s", hidden.len > 0 ? ", " : "",
                  names->schemas.names[name->taken_in], name->name);
  }
  if (hidden.len > 0) {
    sqlite3_log(SQLITE_WARNING,
                "chartmogul: these hide the account's tables (they were there before): %s%s: "
                "rename or drop them",
                cm_buf_str(&hidden), hidden.code != SQLITE_OK ? ", ..." : "");
  }
  cm_buf_clear(&hidden);
}

/*
** A table in temp holds no lock on the user's file while it waits for the network. Where it cannot be
** created (query_only, a locked file) the eponymous table of the same name serves, so a failure here is
** no failure to load. While another process holds a file SQLite creates nothing, and waits for it each time:
** so the first time is the last.
*/
static void create_tables(sqlite3 *db, cm_session *session) {
  cm_names names;
  int rc = cm_names_look(db, &(cm_names_of){ .kind = CM_LONG_NAMES }, &names);
  if (rc == SQLITE_OK) log_hidden(&names);
  for (int i = 0; i < names.count && rc == SQLITE_OK; i++) {
    const cm_table_name *name = &names.list[i];
    if (name->taken_in >= 0) continue;
    char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE temp.%s USING %s", name->name, name->module);
    if (sql != NULL) rc = sqlite3_exec(db, sql, NULL, NULL, NULL) & 0xff;
    sqlite3_free(sql);
    if (rc != SQLITE_BUSY && rc != SQLITE_LOCKED) rc = SQLITE_OK;
  }
  if (rc == SQLITE_OK) {
    (void)sqlite3_exec(db, "CREATE VIRTUAL TABLE temp." CM_REFRESH_NAME " USING " CM_REFRESH_NAME,
                       NULL, NULL, NULL);
  }
  if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) cm_caller_note_busy(session);
  cm_names_clear(&names);
}

static int register_all(sqlite3 *db, cm_session *session) {
  int rc = cm_table_register_all(db, session);
  if (rc == SQLITE_OK) rc = cm_meta_register(db, session);
  if (rc == SQLITE_OK) rc = cm_functions_register(db, session);
  if (rc == SQLITE_OK) rc = cm_refresh_register(db, session);
  if (rc == SQLITE_OK) rc = cm_explain_register(db, session);
  if (rc == SQLITE_OK) rc = cm_help_register(db);
  return rc;
}

/*
** A connection that has the extension keeps its session, settings and waiting writes. The functions are listed
** by a PRAGMA because a SELECT reads the schema first, and may find it locked; where SQLite was built without
** that PRAGMA it has no column.
*/
static bool is_loaded(sqlite3 *db) {
  static const char ours[] = "chartmogul_version";
  sqlite3_stmt *stmt = NULL;
  bool is_found = false;
  int rc = sqlite3_prepare_v2(db, "PRAGMA function_list", -1, &stmt, NULL);
  if (rc == SQLITE_OK && sqlite3_column_count(stmt) == 0) {
    sqlite3_finalize(stmt);
    is_found = sqlite3_prepare_v2(db, "SELECT chartmogul_version()", -1, &stmt, NULL) == SQLITE_OK;
    sqlite3_finalize(stmt);
    return is_found;
  }
  while (rc == SQLITE_OK && !is_found && sqlite3_step(stmt) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    is_found = name != NULL && strcmp(name, ours) == 0;
  }
  sqlite3_finalize(stmt);
  return is_found;
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

/** A connection that is to be read only never is without it: where something fails, it has no extension. */
static int set_up(sqlite3 *db, char **error, const cm_clock *clock, bool is_read_only) {
  cm_session *session = NULL;
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  if (sqlite3_libversion_number() < OLDEST_SQLITE) {
    rc = cm_err_set(&err, SQLITE_ERROR,
                    "chartmogul: SQLite %s is too old (3.38 is the oldest that works): load the "
                    "extension into a newer one",
                    sqlite3_libversion());
  }
  if (rc == SQLITE_OK && is_loaded(db)) return is_read_only ? set_read_only(db, error) : SQLITE_OK;
#ifndef NDEBUG
  if (rc == SQLITE_OK) rc = cm_registry_validate(&err);
#endif
  if (rc == SQLITE_OK) rc = cm_session_new(db, clock, &session, &err);
  if (rc == SQLITE_OK && is_read_only) rc = cm_session_configure(session, "read_only", "1", &err);
  if (rc == SQLITE_OK) rc = register_all(db, session);
  if (rc == SQLITE_OK) create_tables(db, session);
  cm_session_unref(session);
  if (rc != SQLITE_OK && error != NULL) {
    *error = sqlite3_mprintf("%s", err.text[0] != 0 ? err.text : sqlite3_errmsg(db));
  }
  return rc;
}

int cm_extension_init(sqlite3 *db, char **error, const cm_clock *clock) {
  return set_up(db, error, clock, false);
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

#ifdef SQLITE_CORE

static int adopt(const sqlite3_api_routines *api, char **error) {
  (void)api;
  (void)error;
  return SQLITE_OK;
}

#else

/*
** SQLite is reached through one table of functions for the whole process. A program may hold two SQLite
** libraries, and may load from several threads at once: the first table stays, and a connection of another
** library is turned away. Its own functions are used until it is known.
*/
static int adopt(const sqlite3_api_routines *api, char **error) {
  const sqlite3_api_routines *known = NULL;
  bool is_first = __atomic_compare_exchange_n(&sqlite3_api, &known, api, false, __ATOMIC_ACQ_REL,
                                              __ATOMIC_ACQUIRE);
  if (is_first || known == api) return SQLITE_OK;
  if (error != NULL) {
    *error = api->mprintf("chartmogul: this process has loaded the extension into SQLite %s "
                          "already, and the connection is one of another library, SQLite %s: load "
                          "a copy of the extension's file into it",
                          known->libversion(), api->libversion());
  }
  return SQLITE_ERROR;
}

#endif

/* The entry points call nothing that is exported: that could be another copy's, loaded before. */
static int enter(sqlite3 *db, char **error, const sqlite3_api_routines *api, bool is_read_only) {
  int rc = adopt(api, error);
  return rc == SQLITE_OK ? loaded(set_up(db, error, NULL, is_read_only)) : rc;
}

int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  return enter(db, error, api, false);
}

int sqlite3_chartmogulreadonly_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  return enter(db, error, api, true);
}

#ifndef SQLITE_CORE
/** The name that SQLite looks for first: the library loads under any file name. */
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  return enter(db, error, api, false);
}
#endif
