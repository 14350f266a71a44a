/*
** user_path.h -- method, path, query and headers that a user wrote, checked before anything is sent.
** Pure.  Tests: tests/unit/client/user_path.c
**
** What may go wrong by a slip, or by a text from elsewhere that found its way into a path: the request
** leaves for another host, climbs out of the base URL, or carries other credentials. Errors have no name
** in front; callers put theirs there (cm_err_prefix).
*/
#ifndef CM_CLIENT_USER_PATH_H
#define CM_CLIENT_USER_PATH_H

#include "base/buf.h"
#include "wire/slice.h"

enum { CM_USER_MAX_HEADERS = 32, CM_USER_MAX_HEADER_BYTES = 16 * 1024 };

/** GET, POST, PUT, PATCH or DELETE from a text in any case; NULL for anything else. Constant. */
const char *cm_user_method(cm_slice text);

/**
 * Append path and query. The path begins with one "/", has no "//" and no "." or ".." segment, encoded
 * or not; it may have a query of its own. What URLs cannot hold must be percent-encoded already.
 *
 * @param query  JSON object of texts, numbers and booleans, whose null members are left out; it is
 *               percent-encoded here. Absent: none.
 * @return SQLITE_OK, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_TOOBIG.
 */
int cm_user_path(cm_slice path, cm_slice query, cm_buf *out, cm_err *err) CM_MUST_CHECK;

/** Header lines, "Name: value". */
typedef struct cm_user_headers {
  const char *lines[CM_USER_MAX_HEADERS + 1]; /* NULL-terminated, into `text` */
  cm_buf text;
} cm_user_headers;

/**
 * Make header lines from a JSON object. What decides where a request goes, who sends it and where its
 * body ends (Authorization, Host, Content-Length, ...) cannot be given.
 *
 * @param headers  Absent: no lines.
 * @param out      Clear it with cm_user_headers_clear, whatever is returned.
 * @return SQLITE_OK, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_TOOBIG.
 */
int cm_user_headers_make(cm_slice headers, cm_user_headers *out, cm_err *err) CM_MUST_CHECK;

/** Free the lines. */
void cm_user_headers_clear(cm_user_headers *headers);

/**
 * The list whose rows a DELETE takes away beside the record itself: "/customers?data_source_uuid=ds_1"
 * for the two calls that empty a data source.
 *
 * @param path  As cm_user_path makes it.
 * @param list  Receives the list's path with query; empty when there is none.
 * @return as cm_buf_append.
 */
int cm_user_deletes(const char *path, cm_buf *list);

/**
 * True when the path is that of one row of a table, and the answer shows another key: it may belong to another request.
 * @param path  As cm_user_path makes it.
 */
bool cm_user_is_of_another(const char *path, cm_slice answer);

#endif
