/*
** functions.h -- the scalar functions of the extension, as one table.
** Layer: sql.  Functions that are one API call each are another table: actions.h.
** Tests: tests/cases/functions/
*/
#ifndef CM_FUNCTIONS_H
#define CM_FUNCTIONS_H

#include "session.h"
#include "value.h"

/**
 * What SQLite 3.45 and later wants to know of a function whose result has a subtype (JSON); its header
 * may be older than the library. Older libraries take no notice of it.
 */
enum { CM_RESULT_SUBTYPE = 0x001000000 };

/** A function that sends or configures: no view or trigger of somebody else's file can call it. */
enum { CM_SENDING_FUNCTION = SQLITE_UTF8 | SQLITE_DIRECTONLY | CM_RESULT_SUBTYPE };

/** One function with one number of arguments. */
typedef struct cm_function {
  const char *name;
  int argument_count;
  int flags; /* for sqlite3_create_function_v2 */
  void (*run)(sqlite3_context *context, int argc, sqlite3_value **argv);
  const char *doc; /* one sentence with a period */
} cm_function;

/** The table. */
const cm_function *cm_functions_table(int *count);

/**
 * Register every function, those of actions.h and get.h too. Each holds a reference to the session.
 * @return SQLITE_OK or what SQLite says.
 */
int cm_functions_register(sqlite3 *db, cm_session *session);

/** chartmogul_request(method, path[, body[, query[, headers]]]), in functions_request.c. */
void cm_function_request(sqlite3_context *context, int argc, sqlite3_value **argv);

/** chartmogul_short_names(), in functions_names.c. */
void cm_function_short_names(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
