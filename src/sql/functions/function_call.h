/*
** function_call.h -- how a SQL function makes an API call: at once, once per statement, within the belts.
** Owns: the answers of a statement, which end with it.
*/
#ifndef CM_SQL_FUNCTIONS_FUNCTION_CALL_H
#define CM_SQL_FUNCTIONS_FUNCTION_CALL_H

#include "base/value.h"
#include "client/call.h"

/** One call. Everything is borrowed. */
typedef struct cm_sending {
  const char *who;    /* the function's name */
  const char *method; /* as cm_user_method gives it */
  const char *path;   /* with query, as cm_user_path makes it */
  const char *body;   /* JSON; NULL: none */
  size_t body_len;
  const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
  bool wants_json;            /* an answer that is neither JSON nor empty is an error */
} cm_sending;

/**
 * Make a call, unless this run of the statement made the same one before: then the answer is that one's.
 *
 * @param context  Of the function that is running.
 * @param out      Receives the answer's body: JSON, or text where it is not JSON; NULL where dry_run sent
 *                 nothing. Borrowed until the next call of a function.
 * @return SQLITE_OK; what cm_call_wait and, for a DELETE, cm_queue_allow_delete return.
 *         The line in `err` begins with `who`.
 */
int cm_sending_run(sqlite3_context *context, cm_session *session, const cm_sending *sending,
                   cm_value *out, cm_err *err) CM_MUST_CHECK;

/** The same, its answer or error as the function's result. */
void cm_sending_result(sqlite3_context *context, cm_session *session, const cm_sending *sending);

/**
 * An argument of a function as text: numbers in their digits.
 * @param out  Receives it, absent for NULL. Borrowed from the value, NUL behind it.
 * @return SQLITE_OK; SQLITE_ERROR for a blob and for a text with a NUL inside; SQLITE_NOMEM.
 */
int cm_sending_text(sqlite3_value *value, const char *name, cm_slice *out,
                    cm_err *err) CM_MUST_CHECK;

#endif
