/*
** chartmogul.h -- for programs that link SQLite and libchartmogul.a themselves (`make static`).
** Everyone else loads the shared library and needs no header.
*/
#ifndef CHARTMOGUL_H
#define CHARTMOGUL_H

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Put the tables and functions on a connection. Fit for sqlite3_auto_extension.
 *
 * @param db     An open connection.
 * @param error  Receives the reason on failure, to free with sqlite3_free. NULL if not wanted.
 * @param api    Not used: NULL.
 * @return SQLITE_OK, or an error code.
 */
int sqlite3_chartmogul_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

/** The same, with the setting `read_only` on for good: nothing that writes is sent. */
int sqlite3_chartmogulreadonly_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

#ifdef __cplusplus
}
#endif

#endif
