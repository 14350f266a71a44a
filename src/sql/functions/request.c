/*
** request.c -- chartmogul_request: any call of the API, as the user wrote it. See sql/functions/functions.h.
*/
#include "sql/functions/request.h"

#include <string.h>

#include "client/user_path.h"
#include "sql/bridge.h"
#include "sql/functions/function.h"
#include "sql/functions/function_call.h"

static const char who[] = "chartmogul_request";

enum { METHOD, PATH, BODY, QUERY, HEADERS, ARGUMENTS };

static int check_body(const char *method, cm_slice body, cm_err *err) {
  if (body.ptr == NULL) return SQLITE_OK;
  if (strcmp(method, "GET") == 0) {
    return cm_err_set(err, SQLITE_ERROR,
                      "GET takes no body (the API reads none): give NULL, and filters in query");
  }
  if (cm_slice_check(body, NULL, NULL) == SQLITE_OK) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "body is not JSON (the API takes nothing else): write json_object(...)");
}

static int read_arguments(int argc, sqlite3_value **argv, cm_slice *arguments, cm_err *err) {
  static const char *const names[] = { "method", "path", "body", "query", "headers" };
  int rc = SQLITE_OK;
  for (int i = 0; i < ARGUMENTS && rc == SQLITE_OK; i++) {
    arguments[i] = (cm_slice){ NULL, 0 };
    if (i < argc) rc = cm_sending_text(argv[i], names[i], &arguments[i], err);
  }
  return rc;
}

static int prepare(const cm_slice *arguments, cm_sending *sending, cm_buf *path,
                   cm_user_headers *headers, cm_err *err) {
  sending->method = cm_user_method(arguments[METHOD]);
  if (sending->method == NULL) {
    return cm_err_set(err, SQLITE_ERROR,
                      "this method cannot be used ('%.20s'): give GET, POST, PUT, PATCH or DELETE",
                      arguments[METHOD].ptr != NULL ? arguments[METHOD].ptr : "NULL");
  }
  int rc = cm_user_path(arguments[PATH], arguments[QUERY], path, err);
  if (rc == SQLITE_OK) rc = check_body(sending->method, arguments[BODY], err);
  if (rc == SQLITE_OK) rc = cm_user_headers_make(arguments[HEADERS], headers, err);
  if (rc != SQLITE_OK) return rc;
  sending->path = cm_buf_str(path);
  sending->body = arguments[BODY].ptr;
  sending->body_len = arguments[BODY].len;
  sending->headers = headers->lines[0] != NULL ? headers->lines : NULL;
  return SQLITE_OK;
}

void cm_function_request(sqlite3_context *context, int argc, sqlite3_value **argv) {
  cm_slice arguments[ARGUMENTS];
  cm_sending sending = { .who = who };
  cm_user_headers headers = { .lines = { NULL } };
  cm_buf path;
  cm_err err = { 0 };
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = read_arguments(argc, argv, arguments, &err);
  if (rc == SQLITE_OK) rc = prepare(arguments, &sending, &path, &headers, &err);
  if (rc == SQLITE_OK) {
    cm_sending_result(context, cm_function_session(context), &sending);
  } else {
    cm_err_prefix(&err, who);
    cm_function_error(context, &err);
  }
  cm_user_headers_clear(&headers);
  cm_buf_clear(&path);
}
