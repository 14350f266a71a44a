/*
** function.h -- how a scalar function of ours is registered, and what it can ask for while it runs.
*/
#ifndef CM_SQL_FUNCTIONS_FUNCTION_H
#define CM_SQL_FUNCTIONS_FUNCTION_H

#include "base/value.h"
#include "client/session.h"

/**
 * What SQLite 3.45 and later wants to know of a function whose result has a subtype (JSON); its header
 * may be older than the library. Older libraries take no notice of it.
 */
enum { CM_RESULT_SUBTYPE = 0x001000000 };

/** A function that sends or configures: no view or trigger of a file can call it. */
enum { CM_SENDING_FUNCTION = SQLITE_UTF8 | SQLITE_DIRECTONLY | CM_RESULT_SUBTYPE };

/** One function with one number of arguments. */
typedef struct cm_function {
  const char *name;
  int argument_count;
  int flags; /* for sqlite3_create_function_v2 */
  void (*run)(sqlite3_context *context, int argc, sqlite3_value **argv);
  const char *doc;       /* one sentence with a period */
  const char *arguments; /* "name[, value]", of all forms with the same doc; "": none */
} cm_function;

/**
 * Register a function. One that is SQLITE_DIRECTONLY runs only where cm_caller_check lets it.
 *
 * @param function  Copied, but for its name, which stays.
 * @param row       For the function itself: cm_function_row. NULL: nothing.
 * @return SQLITE_OK or what SQLite says.
 */
int cm_function_create(sqlite3 *db, cm_session *session, const cm_function *function,
                       const void *row);

/** Of a function that cm_function_create has registered, while it runs: the account that it uses, and its `row`. */
cm_session *cm_function_session(sqlite3_context *context);
const void *cm_function_row(sqlite3_context *context);

/** Hand an error of the account that the function uses to SQLite. */
void cm_function_error(sqlite3_context *context, cm_err *err);

/**
 * The type of the pointer that the entry point binds to chartmogul_config in place of a name: it sets read_only,
 * whatever a table that is stored in a file says. No SQL can make such a value.
 */
#define CM_READ_ONLY_POINTER "chartmogul: read_only"

/** True when the entry point calls: it has bound that pointer. */
bool cm_function_is_entry_point(sqlite3_value *value);

#endif
