#include "client/call.h"

#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/utf8.h"
#include "client/call_state.h"
#include "client/writable.h"
#include "wire/http_url.h"

enum { SHOWN_REQUEST = 200 };

/* ---- making and freeing -------------------------------------------------------------------- */

static char *copy_text(const char *text) {
  return cm_slice_copy((cm_slice){ text, strlen(text) });
}

/** The pointers and behind them the lines. */
static char **copy_headers(const char *const *headers) {
  size_t count = 0;
  size_t bytes = 0;
  for (; headers[count] != NULL; count++)
    bytes += strlen(headers[count]) + 1;
  char **copy = sqlite3_malloc64((count + 1) * sizeof *copy + bytes);
  if (copy == NULL) return NULL;
  char *at = (char *)(copy + count + 1);
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen(headers[i]) + 1;
    copy[i] = memcpy(at, headers[i], size);
    at += size;
  }
  copy[count] = NULL;
  return copy;
}

static void clear_request(cm_call *call) {
  sqlite3_free(call->asked.who);
  sqlite3_free(call->asked.method);
  sqlite3_free(call->asked.url);
  sqlite3_free(call->asked.path);
  sqlite3_free(call->asked.body);
  sqlite3_free(call->asked.headers);
  cm_secret_free(call->asked.key);
  call->asked.who = call->asked.method = call->asked.url = call->asked.path = call->asked.body =
      call->asked.key = NULL;
  call->asked.headers = NULL;
}

/** Copy what is asked. The key is there already: it must not show in the path. */
static int copy_request(cm_call *call, const cm_call_request *request, cm_err *err) {
  call->flags = request->flags;
  call->sent_before = request->sent_before;
  call->asked.who = copy_text(request->who);
  call->asked.method = copy_text(request->method);
  call->asked.path = copy_text(request->path);
  call->asked.url = sqlite3_mprintf("%s%s", call->session->settings.base_url, request->path);
  bool is_copied = call->asked.who != NULL && call->asked.method != NULL &&
                   call->asked.path != NULL && call->asked.url != NULL;
  if (is_copied && request->body != NULL) {
    call->asked.body = cm_slice_copy((cm_slice){ request->body, request->body_len });
    call->asked.body_len = request->body_len;
    is_copied = call->asked.body != NULL;
  }
  if (is_copied && request->headers != NULL) {
    call->asked.headers = copy_headers(request->headers);
    is_copied = call->asked.headers != NULL;
  }
  if (!is_copied) return cm_err_nomem(err);
  cm_secret_mask(call->asked.path, strlen(call->asked.path), call->asked.key);
  return SQLITE_OK;
}

static cm_call *new_call(cm_session *session) {
  cm_call *call = sqlite3_malloc64(sizeof *call);
  if (call == NULL) return NULL;
  memset(call, 0, sizeof *call);
  call->session = session;
  call->blocked_ms = -1;
  call->grace_until_ms = -1;
  call->result.message = "";
  call->result.error = "";
  return call;
}

static void link_call(cm_call *call) {
  cm_session *session = call->session;
  call->previous = session->calls.last;
  if (session->calls.last != NULL) {
    session->calls.last->next = call;
  } else {
    session->calls.first = call;
  }
  session->calls.last = call;
}

static void unlink_call(cm_call *call) {
  cm_session *session = call->session;
  if (call->previous != NULL) {
    call->previous->next = call->next;
  } else if (session->calls.first == call) {
    session->calls.first = call->next;
  }
  if (call->next != NULL) {
    call->next->previous = call->previous;
  } else if (session->calls.last == call) {
    session->calls.last = call->previous;
  }
  call->next = call->previous = NULL;
}

void cm_call_drop_transfer(cm_call *call) {
  if (call->transfer == NULL) return;
  cm_transfer_free(call->transfer);
  call->transfer = NULL;
  call->session->calls.in_flight--;
}

/* ---- the log ------------------------------------------------------------------------------- */

bool cm_call_log(cm_call *call, bool with_body) {
  cm_session *session = call->session;
  const char *body = with_body ? call->asked.body : NULL;
  cm_request_line *line = cm_request_log_add(session->log, cm_session_wall_ms(session),
                                             call->asked.method, call->asked.path, body);
  if (line->body != NULL) cm_secret_mask(line->body, strlen(line->body), call->asked.key);
  call->result.request_id = line->id;
  line->account = session->place;
  return line->path != NULL && (line->body != NULL || body == NULL);
}

static void close_log_line(cm_call *call, const char *error) {
  cm_request_line *line = cm_request_log_find(call->session->log, call->result.request_id);
  if (line == NULL) return;
  line->waited_ms = call->waited_ms;
  line->tries = call->tries;
  if (error != NULL && error[0] != '\0') {
    sqlite3_free(line->error);
    line->error = copy_text(error);
  }
}

/* ---- the end of a call --------------------------------------------------------------------- */

void cm_call_finish(cm_call *call, int code, const char *line) {
  call->result.code = code;
  if (line != NULL) {
    call->error = copy_text(line);
    call->result.error = call->error != NULL ? call->error : "out of memory";
  }
  if (call->blocked_ms >= 0) {
    call->waited_ms += cm_session_now_ms(call->session) - call->blocked_ms;
  }
  close_log_line(call, call->result.error);
  cm_call_drop_transfer(call);
  unlink_call(call);
  clear_request(call);
  call->state = CM_CALL_DONE;
  call->session->calls.ended++;
  if (cm_call_is_write(call->flags)) call->session->connection->writes++;
}

void cm_call_judge(cm_call *call, cm_ending *ending) {
  cm_verdict verdict;
  ending->who = call->asked.who;
  ending->method = call->asked.method;
  ending->path = call->asked.path;
  ending->is_write = cm_call_is_write(call->flags);
  ending->is_create = (call->flags & CM_CALL_CREATE) != 0;
  ending->is_look_up = (call->flags & CM_CALL_LOOK_UP) != 0;
  ending->is_function = (call->flags & CM_CALL_FUNCTION) != 0;
  ending->settings = &call->session->settings;
  ending->tries = call->tries;
  ending->is_doubtful = call->is_doubtful;
  ending->body = call->result.body;
  cm_verdict_of(ending, &verdict);
  if (verdict.is_false_success) cm_http_distrust(call->session->connection->http);
  call->result.is_api_error = verdict.is_api_error;
  call->result.is_of_row = verdict.is_of_row;
  call->result.is_unknown = verdict.is_unknown;
  call->result.may_help = verdict.may_help;
  if (verdict.message[0] != '\0') {
    call->message = copy_text(verdict.message);
    if (call->message == NULL) verdict.code = cm_err_nomem(&verdict.err); /* others look at it */
    if (call->message != NULL) call->result.message = call->message;
  }
  cm_call_finish(call, verdict.code, verdict.code != SQLITE_OK ? verdict.err.text : NULL);
}

/* ---- the calls of others ------------------------------------------------------------------- */

/** A path that stays behind the base URL: without its slash it could change the host. */
static const char *wrong_path(const char *path) {
  if (path[0] != '/') return "is not a request (the path does not begin with /): give it one";
  size_t len = 0;
  for (; path[len] != '\0'; len++) {
    if ((unsigned char)path[len] <= ' ' || path[len] == 0x7f)
      return "is not a request (white space in the path): encode it as %20";
  }
  return len <= CM_MAX_URL_BYTES ? NULL : "is not a request (longer than 64 KiB): ask for less";
}

/** What the connection itself forbids, in the words "METHOD path was not sent". */
static int check_writable(const cm_session *session, const cm_call_request *request, cm_err *err) {
  char what[SHOWN_REQUEST];
  char path[SHOWN_REQUEST - 40];
  cm_err_line(path, sizeof path, request->path, strlen(request->path));
  cm_secret_mask(path, strlen(path), session->settings.api_key);
  sqlite3_snprintf((int)sizeof what, what, "%s %s was not sent", request->method, path);
  int rc = cm_writable_check(session->db, what, err);
  if (rc != SQLITE_OK) cm_err_prefix(err, request->who);
  return rc;
}

static int check_request(cm_session *session, const cm_call_request *request, cm_err *err) {
  const cm_settings *settings = &session->settings;
  cm_ending asked = {
    .who = request->who, .method = request->method, .path = request->path, .settings = settings
  };
  const char *wrong = wrong_path(request->path);
  if (wrong != NULL) return cm_verdict_refuse(&asked, SQLITE_ERROR, wrong, err);
  if (request->body != NULL && request->body_len > CM_MAX_BODY_BYTES) {
    return cm_verdict_refuse(&asked, SQLITE_TOOBIG,
                             "was not sent (its body is larger than 16 MiB): send less at once",
                             err);
  }
  if (request->body != NULL &&
      cm_utf8_valid(request->body, request->body_len) < request->body_len) {
    return cm_verdict_refuse(&asked, SQLITE_ERROR,
                             "was not sent (its body is not UTF-8): convert the text first", err);
  }
  if (cm_call_is_write(request->flags) && settings->read_only) {
    return cm_verdict_refuse(&asked, SQLITE_READONLY,
                             "was not sent (read_only is set): open another connection to write",
                             err);
  }
  if (cm_call_is_write(request->flags)) {
    int rc = check_writable(session, request, err);
    if (rc != SQLITE_OK) return rc;
  }
  if (cm_call_is_write(request->flags) && settings->dry_run) return SQLITE_OK;
  if (cm_settings_check(settings, err) != SQLITE_OK) {
    cm_err_prefix(err, request->who);
    return SQLITE_ERROR;
  }
  if (settings->max_requests > 0 && session->statement->requests >= settings->max_requests) {
    char rest[128];
    sqlite3_snprintf((int)sizeof rest, rest,
                     "was not sent (the statement has made max_requests %d): raise max_requests, "
                     "or ask for less",
                     settings->max_requests);
    int rc = cm_verdict_refuse(&asked, SQLITE_ERROR, rest, err);
    if (err != NULL) err->may_help = true;
    return rc;
  }
  return SQLITE_OK;
}

/** The key that goes with the base URL of this moment. */
static int sign(cm_call *call, const char *who, cm_err *err) {
  const cm_settings *settings = &call->session->settings;
  int rc = SQLITE_OK;
  if (settings->base_url == NULL) return cm_err_nomem(err);
  if (!cm_http_is_allowed(settings->base_url, err)) {
    rc = err != NULL && err->code != SQLITE_OK ? err->code : SQLITE_ERROR;
  } else {
    rc = cm_settings_api_key(settings, &call->asked.key, err);
  }
  if (rc != SQLITE_OK) cm_err_prefix(err, who);
  return rc;
}

/** A call that is not sent needs no key, but one that is set must not show in the log. */
static int hide_key(cm_call *call, cm_err *err) {
  const char *key = call->session->settings.api_key;
  if (key == NULL) return SQLITE_OK;
  call->asked.key = copy_text(key);
  return call->asked.key != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** Its writes under way are left to the other process, its reads are asked again. */
static void leave_calls(cm_session *session) {
  cm_call *next = NULL;
  for (cm_call *call = session->calls.first; call != NULL; call = next) {
    next = call->next;
    if (cm_call_is_write(call->flags)) {
      cm_err err = { 0 };
      cm_err_set(&err, SQLITE_MISUSE,
                 "%s: %s %s was left alone (another process has begun it): look there how it ended",
                 call->asked.who, call->asked.method, call->asked.path);
      cm_call_finish(call, err.code, err.text);
    } else if (call->state == CM_CALL_IN_FLIGHT) {
      cm_call_drop_transfer(call);
      call->state = CM_CALL_WAITING;
    }
  }
}

void cm_call_enter_process(cm_session *session) {
  cm_connection *connection = session->connection;
  if (connection->process == (long)getpid()) return;
  connection->process = (long)getpid();
  cm_http_free(connection->http);
  connection->http = NULL;
  for (int i = 0; i < connection->account_count; i++) {
    connection->accounts[i]->random_state ^= (unsigned)connection->process;
    leave_calls(connection->accounts[i]);
  }
}

int cm_call_start(cm_session *session, const cm_call_request *request, cm_call **out, cm_err *err) {
  *out = NULL;
  cm_call_enter_process(session);
  cm_statement_enter(session->statement);
  int rc = check_request(session, request, err);
  if (rc != SQLITE_OK) return rc;
  bool is_dry = cm_call_is_write(request->flags) && session->settings.dry_run;
  cm_call *call = new_call(session);
  if (call == NULL) return cm_err_nomem(err);
  rc = is_dry ? hide_key(call, err) : sign(call, request->who, err);
  if (rc == SQLITE_OK) rc = copy_request(call, request, err);
  if (rc != SQLITE_OK) {
    cm_call_free(call);
    return rc;
  }
  if (is_dry) {
    bool is_recorded = cm_call_log(call, true);
    cm_call_finish(call, is_recorded ? SQLITE_OK : SQLITE_NOMEM,
                   is_recorded ? NULL : "out of memory");
  } else {
    link_call(call);
    if (request->delay_ms > 0) {
      call->state = CM_CALL_BACKING_OFF;
      call->ready_ms = cm_session_now_ms(session) + request->delay_ms;
    }
    session->statement->requests++;
    if (cm_call_is_write(call->flags)) session->connection->writes++;
  }
  *out = call;
  return SQLITE_OK;
}

int cm_call_start_known(cm_session *session, const cm_call_request *request, cm_slice body,
                        cm_call **out, cm_err *err) {
  cm_call *call = new_call(session);
  *out = NULL;
  if (call == NULL) return cm_err_nomem(err);
  int rc = sign(call, request->who, err);
  if (rc == SQLITE_OK) rc = copy_request(call, request, err);
  call->answer = rc == SQLITE_OK ? cm_slice_copy(body) : NULL;
  if (rc == SQLITE_OK && (call->answer == NULL || !cm_call_log(call, false)))
    rc = cm_err_nomem(err);
  if (rc != SQLITE_OK) {
    clear_request(call);
    call->state = CM_CALL_DONE;
    cm_call_free(call);
    return rc;
  }
  call->result.status = 200;
  call->result.body = (cm_slice){ call->answer, body.len };
  cm_request_line *line = cm_request_log_find(session->log, call->result.request_id);
  line->status = call->result.status;
  line->is_cached = true;
  cm_call_finish(call, SQLITE_OK, NULL);
  *out = call;
  return SQLITE_OK;
}

bool cm_call_is_done(const cm_call *call) {
  return call->state == CM_CALL_DONE;
}

const cm_call_result *cm_call_result_of(const cm_call *call) {
  return &call->result;
}

char *cm_call_take_body(cm_call *call, size_t *len) {
  char *body = call->answer != NULL ? call->answer : sqlite3_mprintf("");
  *len = call->result.body.len;
  call->answer = NULL;
  call->result.body = (cm_slice){ NULL, 0 };
  return body;
}

void cm_call_free(cm_call *call) {
  if (call == NULL) return;
  if (call->state != CM_CALL_DONE) {
    close_log_line(call, "cancelled");
    cm_call_drop_transfer(call);
    unlink_call(call);
    clear_request(call);
  }
  sqlite3_free(call->answer);
  sqlite3_free(call->message);
  sqlite3_free(call->error);
  sqlite3_free(call);
}
