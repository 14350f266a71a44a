/*
** extension.c -- the entry points that SQLite calls, and nothing else.
** Layer: entry.
*/
#define CM_DEFINES_SQLITE_API
#include "sqlite_api.h"

#include "base.h"

#ifndef SQLITE_CORE
SQLITE_EXTENSION_INIT1
#endif

CM_EXPORT int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

static void version(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_text(context, CM_VERSION, -1, SQLITE_STATIC);
}

int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
#ifdef SQLITE_CORE
  (void)api;
#else
  SQLITE_EXTENSION_INIT2(api);
#endif
  (void)error;
  return sqlite3_create_function_v2(db, "chartmogul_version", 0,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                    version, NULL, NULL, NULL);
}
