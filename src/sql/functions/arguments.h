/*
** arguments.h -- the arguments of a function that is a table: hidden columns, each given by =.
** Owns: nothing.  Tests: tests/cases/functions/, tests/cases/copy/
*/
#ifndef CM_SQL_FUNCTIONS_ARGUMENTS_H
#define CM_SQL_FUNCTIONS_ARGUMENTS_H

#include "base/err.h"
#include "base/sqlite_api.h"

/**
 * Take every argument that is given, once each, in the order of the columns: xFilter gets their values so. What is missing
 * xFilter says.
 * @param first, last  The columns, at most 8.
 * @param is_early     Receives whether one is known only when another table has been read: any other order of a join is
 *                     better.
 * @return a bit for each that is given, 1 for `first`.
 */
int cm_arguments_take(sqlite3_index_info *info, int first, int last, bool *is_early);

/** An argument as it stands in a statement. */
typedef struct cm_stated {
  bool is_given; /* there is one */
  bool is_open;  /* it is known only when the statement runs */
  char *text;    /* owned: sqlite3_free; NULL: it is not given, or NULL, or open */
} cm_stated;

/**
 * Look at an argument while the statement is prepared.
 * @param name  For the error, as of cm_arguments_text.
 * @return as cm_arguments_text: what the call would say.
 */
int cm_arguments_stated(sqlite3_index_info *info, int column, const char *name, cm_stated *out,
                        cm_err *err) CM_MUST_CHECK;

/**
 * An argument that xFilter is given, as text of our own.
 * @param name  For the error.
 * @param out   Receives it; free it with sqlite3_free. NULL for NULL.
 * @return as cm_sending_text.
 */
int cm_arguments_text(sqlite3_value *value, const char *name, char **out,
                      cm_err *err) CM_MUST_CHECK;

#endif
