#include "sql/functions/function_call.h"

#include <string.h>

#include "client/pump.h"
#include "client/user_path.h"
#include "client/writable.h"
#include "lists/feed.h"
#include "lists/memo.h"
#include "sql/bridge.h"
#include "sql/functions/function.h"
#include "sql/functions/statement_cache.h"
#include "write/queue.h"

/*
** Where the store of a statement is kept: beside the arguments' data, under a number that no argument has.
** SQLite keeps a negative one for all functions of the statement, and frees it when its run ends; its
** own JSON functions keep their parsed texts in this way.
*/
enum { ONCE_PLACE = -770214 };

/** The store of the running statement, made when it is first needed. */
static int find_once(sqlite3_context *context, cm_session *session, cm_once **out, cm_err *err) {
  *out = sqlite3_get_auxdata(context, ONCE_PLACE);
  if (*out != NULL) return SQLITE_OK;
  cm_once *once = cm_once_new();
  if (once == NULL) return cm_err_nomem(err);
  sqlite3_set_auxdata(context, ONCE_PLACE, once, cm_once_free);
  *out = sqlite3_get_auxdata(context, ONCE_PLACE);
  if (*out == NULL) return cm_err_nomem(err); /* SQLite has freed it */
  /* A statement that is prepared again can look like the one before: its counters start here. */
  bool is_alone = cm_statement_enter(session->statement) <= 1 &&
                  session->statement->open_cursors == 0;
  if (is_alone) cm_statement_begin(session->statement);
  cm_queue_begin_statement(session);
  return SQLITE_OK;
}

/** Everything that makes one call different from another. */
static int make_key(const cm_sending *sending, cm_buf *key, cm_err *err) {
  cm_buf_append(key, sending->who, strlen(sending->who) + 1);
  cm_buf_append(key, sending->method, strlen(sending->method) + 1);
  cm_buf_append(key, sending->path, strlen(sending->path) + 1);
  for (int i = 0; sending->headers != NULL && sending->headers[i] != NULL; i++)
    cm_buf_append(key, sending->headers[i], strlen(sending->headers[i]) + 1);
  if (sending->body != NULL) {
    cm_buf_append(key, "", 1);
    cm_buf_append(key, sending->body, sending->body_len);
  }
  if (key->code == SQLITE_OK) return SQLITE_OK;
  if (key->code == SQLITE_NOMEM) return cm_err_nomem(err);
  return cm_err_set(err, key->code, "the request is larger than %d MiB: send less at once",
                    CM_MAX_BODY_BYTES / (1024 * 1024));
}

static unsigned flags_of(const char *method) {
  if (strcmp(method, "GET") == 0) return 0;
  return strcmp(method, "POST") == 0 ? CM_CALL_WRITE | CM_CALL_CREATE : CM_CALL_WRITE;
}

/** The body as a value: JSON where it is, else text; NULL where nothing was sent. */
static cm_value body_value(const cm_call_result *result, bool is_dry) {
  if (is_dry) return cm_value_null();
  cm_value body = cm_value_text(result->body.ptr != NULL ? result->body.ptr : "", result->body.len);
  if (cm_slice_check(result->body, NULL, NULL) == SQLITE_OK) body.type = CM_VALUE_JSON;
  return body;
}

/**
 * The answer is another object's: the connections that are open may not be trusted, and it is asked for once more on a
 * new one. What comes then is what the API has to say.
 */
static int ask_again(cm_session *session, const cm_call_request *request, cm_call **call,
                     cm_err *err) {
  cm_http_distrust(session->connection->http);
  cm_call_free(*call);
  *call = NULL;
  int rc = cm_call_start(session, request, call, err);
  return rc == SQLITE_OK ? cm_call_wait(*call, err) : rc;
}

/** A write that was answered with another object may or may not have happened. */
static int refuse_answer(cm_session *session, const cm_sending *sending, cm_err *err) {
  cm_http_distrust(session->connection->http);
  return cm_err_set(
      err, SQLITE_ERROR,
      "%s: %s %s was answered wrongly (it shows another object): it may or may not have "
      "happened: look before you write it again",
      sending->who, sending->method, sending->path);
}

/** A DELETE counts against delete_limit, with what it takes away beside the record itself. */
static int allow_delete(cm_session *session, const cm_sending *sending, cm_err *err) {
  cm_buf list;
  cm_buf_init(&list, CM_MAX_URL_BYTES);
  int rc = cm_user_deletes(sending->path, &list);
  if (rc == SQLITE_NOMEM) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK) {
    rc = cm_queue_allow_delete(session, sending->who, sending->path,
                               list.len > 0 ? cm_buf_str(&list) : NULL, err);
  }
  cm_buf_clear(&list);
  return rc;
}

/** In the journal, where there is one; not what is refused here. */
static int record_call(cm_session *session, const cm_call_request *request, int64_t *line,
                       cm_err *err) {
  const cm_called called = { request->who, request->method, request->path, request->body };
  bool is_sent = cm_call_is_write(request->flags) && !session->settings.read_only;
  return is_sent ? cm_queue_record_call(session, &called, line, err) : SQLITE_OK;
}

/** How it ended. @return `rc`, or what the journal says. */
static int record_answer(cm_session *session, int64_t line, cm_call *call, int rc, cm_err *err) {
  const cm_call_result *result = call != NULL ? cm_call_result_of(call) : NULL;
  cm_answered answer = { .error = rc != SQLITE_OK ? err->text : NULL };
  cm_err lost = { 0 };
  if (result != NULL) {
    answer.status = result->status;
    answer.is_unknown = result->is_unknown || result->code == SQLITE_OK;
    answer.body = result->body.ptr;
  }
  int recorded = cm_queue_record_answer(session, line, &answer, &lost);
  if (rc != SQLITE_OK || recorded == SQLITE_OK) return rc;
  if (recorded == SQLITE_NOMEM) return cm_err_nomem(err);
  return cm_err_set(err, SQLITE_ERROR, "it was written, but the journal does not say so (%s)",
                    lost.text);
}

static int make_call(cm_session *session, const cm_sending *sending, cm_call **call, cm_value *out,
                     cm_err *err) {
  cm_call_request request = { .who = sending->who,
                              .method = sending->method,
                              .path = sending->path,
                              .body = sending->body,
                              .body_len = sending->body_len,
                              .headers = sending->headers,
                              .flags = flags_of(sending->method) | CM_CALL_FUNCTION };
  bool is_dry = cm_call_is_write(request.flags) && session->settings.dry_run;
  if (cm_call_is_write(request.flags)) cm_memo_drop_prefetched(session);
  int64_t line = 0;
  cm_err refused = { 0 }; /* which the call then says */
  bool is_delete = strcmp(sending->method, "DELETE") == 0 && !session->settings.read_only &&
                   cm_writable_check(session->db, "", &refused) == SQLITE_OK;
  int rc = is_delete ? allow_delete(session, sending, err) : SQLITE_OK;
  if (rc == SQLITE_OK && !is_dry && strcmp(sending->method, "POST") == 0)
    rc = cm_feed_before_post(session, sending->path, err);
  if (rc == SQLITE_OK) rc = record_call(session, &request, &line, err);
  if (rc == SQLITE_OK) rc = cm_call_start(session, &request, call, err);
  if (rc == SQLITE_OK) rc = cm_call_wait(*call, err);
  if (rc == SQLITE_OK && cm_user_is_of_another(sending->path, cm_call_result_of(*call)->body)) {
    rc = cm_call_is_write(request.flags) ? refuse_answer(session, sending, err)
                                         : ask_again(session, &request, call, err);
  }
  if (rc == SQLITE_OK) *out = body_value(cm_call_result_of(*call), is_dry);
  if (sending->wants_json && out->type == CM_VALUE_TEXT && out->len > 0) {
    rc = cm_err_set(
        err, SQLITE_ERROR,
        "%s: the answer to %s %s is not JSON (something else than ChartMogul answered, or "
        "only a part came): look whether it took effect before you repeat it",
        sending->who, sending->method, sending->path);
  }
  return record_answer(session, line, *call, rc, err);
}

/** Send, and keep how it ended: the second evaluation of an expression gets the same, an error too. */
static int send_and_keep(cm_session *session, const cm_sending *sending, cm_once *once,
                         const cm_buf *key, cm_err *err) {
  cm_call *call = NULL;
  cm_once_answer answer = { .value = cm_value_null() };
  bool is_read = flags_of(sending->method) == 0;
  int rc = cm_once_make_room(once, err);
  if (rc != SQLITE_OK) return rc;
  rc = make_call(session, sending, &call, &answer.value, err);
  if (rc != SQLITE_OK) {
    cm_err_prefix(err, sending->who);
    answer = (cm_once_answer){ rc, cm_value_text(err->text, strlen(err->text)) };
  }
  /* where an error finds no room it stays the error */
  int kept = cm_once_add(once, key->data, key->len, &answer, is_read, rc == SQLITE_OK ? err : NULL);
  cm_call_free(call);
  return rc == SQLITE_OK ? kept : rc;
}

int cm_sending_run(sqlite3_context *context, cm_session *session, const cm_sending *sending,
                   cm_value *out, cm_err *err) {
  cm_once *once = NULL;
  const cm_once_answer *answer = NULL;
  cm_buf key;
  *out = cm_value_null();
  cm_buf_init(&key, CM_MAX_BODY_BYTES + 2 * CM_MAX_URL_BYTES);
  int rc = make_key(sending, &key, err);
  if (rc == SQLITE_OK) rc = find_once(context, session, &once, err);
  if (rc == SQLITE_OK) answer = cm_once_find(once, key.data, key.len);
  if (rc == SQLITE_OK && answer == NULL) {
    rc = send_and_keep(session, sending, once, &key, err);
    answer = cm_once_find(once, key.data, key.len);
  }
  if (rc == SQLITE_OK && answer->code != SQLITE_OK)
    rc = cm_err_set(err, answer->code, "%s", answer->value.text);
  if (rc == SQLITE_OK) *out = answer->value;
  if (rc != SQLITE_OK) cm_err_prefix(err, sending->who);
  cm_buf_clear(&key);
  return rc;
}

void cm_sending_result(sqlite3_context *context, cm_session *session, const cm_sending *sending) {
  cm_value answer = cm_value_null();
  cm_err err = { 0 };
  if (cm_sending_run(context, session, sending, &answer, &err) == SQLITE_OK) {
    cm_bridge_result(context, &answer);
  } else {
    cm_function_error(context, &err);
  }
}

int cm_sending_text(sqlite3_value *value, const char *name, cm_slice *out, cm_err *err) {
  *out = (cm_slice){ NULL, 0 };
  int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL) return SQLITE_OK;
  if (type == SQLITE_BLOB)
    return cm_err_set(err, SQLITE_ERROR, "%s is a blob: give it as text", name);
  const char *text = (const char *)sqlite3_value_text(value);
  if (text == NULL) return cm_err_nomem(err);
  *out = (cm_slice){ text, (size_t)sqlite3_value_bytes(value) };
  if (memchr(text, 0, out->len) == NULL) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR, "%s holds a NUL character: leave it out", name);
}
