#include "client/pump.h"

#include "base/secret.h"
#include "base/utf8.h"
#include "client/call_state.h"
#include "client/progress.h"

/* ---- sending ------------------------------------------------------------------------------- */

static int begin_transfer(cm_call *call, cm_err *err) {
  cm_session *session = call->session;
  if (session->connection->http == NULL) {
    int rc = cm_http_new(&session->connection->http, err);
    if (rc != SQLITE_OK) return rc;
  }
  cm_http_request request = { .method = call->asked.method,
                              .url = call->asked.url,
                              .user = call->asked.key,
                              .body = call->asked.body,
                              .body_len = call->asked.body_len,
                              .headers = (const char *const *)call->asked.headers,
                              .ca_file = session->settings.ca_file,
                              .timeout_ms = session->settings.timeout_ms };
  return cm_http_start(session->connection->http, &request, &call->transfer, err);
}

static void send_now(cm_call *call, int64_t now_ms) {
  cm_session *session = call->session;
  cm_err err = { 0 };
  if (begin_transfer(call, &err) != SQLITE_OK) {
    cm_err_prefix(&err, call->asked.who);
    cm_call_finish(call, err.code, err.text);
    return;
  }
  call->state = CM_CALL_IN_FLIGHT;
  session->calls.in_flight++;
  /* Nothing has left yet. What is not in the log does not leave at all. */
  if (call->tries == 0 && !cm_call_log(call, session->settings.prompt.log_bodies)) {
    cm_call_finish(call, SQLITE_NOMEM, "out of memory");
    return;
  }
  if (call->blocked_ms >= 0) call->waited_ms += now_ms - call->blocked_ms;
  call->blocked_ms = -1;
  call->tries++;
  call->sent_ms = now_ms;
  cm_limit_sent(&session->limit, now_ms);
}

/** The limiter holds back whatever waits: from now on that counts as waiting. */
static void mark_blocked(cm_session *session, int64_t now_ms) {
  for (cm_call *call = session->calls.last; call != NULL; call = call->previous) {
    if (call->state != CM_CALL_WAITING || call->blocked_ms >= 0) return;
    call->blocked_ms = now_ms;
  }
}

/** Send what may leave, oldest first. @return ms until time alone lets another one leave. */
static int64_t send_what_may(cm_session *session) {
  int64_t now_ms = cm_session_now_ms(session);
  int64_t timer_ms = INT64_MAX;
  cm_call *next = NULL;
  for (cm_call *call = session->calls.first; call != NULL; call = next) {
    next = call->next;
    if (session->calls.in_flight >= session->settings.concurrency) return INT64_MAX;
    if (call->state == CM_CALL_IN_FLIGHT) continue;
    if (call->state == CM_CALL_BACKING_OFF && call->ready_ms > now_ms) {
      int64_t rest_ms = call->ready_ms - now_ms;
      if (rest_ms < timer_ms) timer_ms = rest_ms;
      continue;
    }
    int64_t wait_ms = cm_limit_wait_ms(&session->limit, now_ms);
    if (wait_ms > 0) {
      mark_blocked(session, now_ms);
      return wait_ms < timer_ms ? wait_ms : timer_ms;
    }
    send_now(call, now_ms);
  }
  return timer_ms;
}

/* ---- receiving ----------------------------------------------------------------------------- */

static cm_retry decide(cm_call *call, const cm_http_response *response) {
  cm_attempt attempt = { .is_create = (call->flags & CM_CALL_CREATE) != 0,
                         .outcome = response->outcome,
                         .status = response->status,
                         .retry_after_ms = response->retry_after_ms,
                         .tries = call->tries + call->sent_before,
                         .max_retries = call->session->settings.max_retries,
                         .random = cm_session_random(call->session) };
  return cm_retry_decide(&attempt);
}

static void back_off(cm_call *call, int64_t now_ms, int64_t wait_ms) {
  cm_call_drop_transfer(call);
  call->state = CM_CALL_BACKING_OFF;
  call->ready_ms = now_ms + wait_ms;
  call->blocked_ms = now_ms;
}

static void finish_out_of_memory(cm_call *call) {
  call->result.is_unknown = cm_call_is_write(call->flags);
  cm_call_finish(call, SQLITE_NOMEM, "out of memory");
}

/** What is not UTF-8 in an answer becomes U+FFFD, before anything reads it. */
static int mend_answer(cm_buf *body) {
  cm_buf mended;
  if (cm_utf8_valid(cm_buf_str(body), body->len) == body->len) return SQLITE_OK;
  cm_buf_init(&mended, CM_MAX_RESPONSE_BYTES);
  int rc = cm_utf8_mend(&mended, body->data, body->len);
  if (rc != SQLITE_OK) return rc;
  cm_buf_clear(body);
  *body = mended;
  return SQLITE_OK;
}

/**
 * Take the answer's bytes over, in no more memory than they need: the memo keeps them.
 * @return SQLITE_OK, SQLITE_NOMEM; SQLITE_TOOBIG for one that is too large once it is UTF-8.
 */
static int take_answer(cm_call *call, cm_http_response *response) {
  int rc = mend_answer(&response->body);
  if (rc != SQLITE_OK) return rc;
  size_t len = response->body.len;
  size_t capacity = response->body.capacity;
  call->answer = cm_buf_take(&response->body);
  if (call->answer == NULL) return SQLITE_NOMEM;
  if (capacity > len + len / 8 + 64) {
    char *smaller = sqlite3_realloc64(call->answer, (sqlite3_uint64)len + 1);
    if (smaller != NULL) call->answer = smaller;
  }
  cm_secret_mask(call->answer, len, call->asked.key);
  call->result.body = (cm_slice){ call->answer, len };
  return SQLITE_OK;
}

static void log_attempt(const cm_call *call, const cm_http_response *response) {
  cm_request_line *line = cm_request_log_find(call->session->log, call->result.request_id);
  if (line == NULL) return;
  line->status = response->status;
  line->duration_ms = response->duration_ms;
  line->bytes = response->wire_bytes;
}

/*
** A 5xx does not say that nothing was done: a gateway that gave up waiting answers 504 while the API works
** on, and a 408 may come from behind one; a 206 shows a part only. What a later attempt is answered takes no
** doubt back.
*/
static bool leaves_doubt(const cm_http_response *response) {
  int status = response->status;
  if (response->outcome == CM_ANSWERED) return status >= 500 || status == 408 || status == 206;
  return response->outcome != CM_UNREACHED && response->outcome != CM_NOT_SENT &&
         response->outcome != CM_UNTRUSTED;
}

/** A transfer has ended: send it again, or be done. */
static void end_attempt(cm_call *call) {
  cm_session *session = call->session;
  int64_t now_ms = cm_session_now_ms(session);
  cm_http_response *response = cm_transfer_response(call->transfer);
  log_attempt(call, response);
  call->is_doubtful = call->is_doubtful || leaves_doubt(response);
  cm_limit_correct(&session->limit, call->sent_ms, call->sent_ms + response->connect_ms);
  cm_retry retry = decide(call, response);
  if (retry.slow_down) {
    cm_limit_slow_down(&session->limit, now_ms, retry.wait_ms);
  } else if (response->outcome == CM_ANSWERED && response->status < 500) {
    cm_limit_recover(&session->limit, now_ms);
  }
  if (retry.again && call->grace_until_ms < 0) {
    back_off(call, now_ms, retry.wait_ms);
    return;
  }
  call->result.status = response->status;
  call->result.again_after_look = retry.again_after_look;
  int rc = response->outcome == CM_NO_MEMORY ? SQLITE_NOMEM : SQLITE_OK;
  if (response->outcome == CM_ANSWERED) rc = take_answer(call, response);
  if (rc == SQLITE_NOMEM) {
    finish_out_of_memory(call);
    return;
  }
  if (rc == SQLITE_TOOBIG) {
    response->outcome = CM_TOO_LARGE;
    sqlite3_snprintf((int)sizeof response->reason, response->reason,
                     "the answer is larger than %d MiB as UTF-8", CM_MAX_RESPONSE_BYTES >> 20);
    call->is_doubtful = true;
  }
  cm_call_judge(call, &(cm_ending){ .end = CM_CALL_END_ATTEMPT,
                                    .outcome = response->outcome,
                                    .status = response->status,
                                    .retry_after_ms = response->retry_after_ms,
                                    .is_used_up = retry.is_used_up,
                                    .reason = response->reason });
}

static void collect(cm_session *session) {
  int left = session->calls.in_flight;
  cm_call *next = NULL;
  for (cm_call *call = session->calls.first; call != NULL && left > 0; call = next) {
    next = call->next;
    if (call->state != CM_CALL_IN_FLIGHT) continue;
    left--;
    if (cm_transfer_is_done(call->transfer)) end_attempt(call);
  }
}

/* ---- stopping ------------------------------------------------------------------------------ */

/** Reads end at once, writes that are under way get their grace, all others are not sent. */
static void stop_calls(cm_session *session, cm_call_end end, int64_t now_ms) {
  cm_call *next = NULL;
  for (cm_call *call = session->calls.first; call != NULL; call = next) {
    next = call->next;
    if (call->state == CM_CALL_IN_FLIGHT && cm_call_is_write(call->flags)) {
      if (call->grace_until_ms >= 0) continue;
      call->grace_until_ms = now_ms + CM_WRITE_GRACE_MS;
      call->stopped_by = end;
      session->calls.stopped_writes = true;
    } else {
      cm_call_judge(call, &(cm_ending){ .end = end });
    }
  }
}

/** Cut the writes whose grace is over: whether they happened is not known. */
static void end_graces(cm_session *session, int64_t now_ms) {
  cm_call *next = NULL;
  session->calls.stopped_writes = false;
  for (cm_call *call = session->calls.first; call != NULL; call = next) {
    next = call->next;
    if (call->grace_until_ms < 0) continue;
    if (call->grace_until_ms <= now_ms) {
      call->is_doubtful = true;
      cm_call_judge(call, &(cm_ending){ .end = call->stopped_by });
    } else {
      session->calls.stopped_writes = true;
    }
  }
}

/** All that the connection has under way ends where the user, or deadline_ms, says so. */
static void stop_all(cm_connection *connection, cm_call_end end, int64_t now_ms) {
  for (int i = 0; i < connection->account_count; i++)
    stop_calls(connection->accounts[i], end, now_ms);
}

static bool is_any_open(const cm_connection *connection) {
  bool is_any = false;
  for (int i = 0; i < connection->account_count; i++)
    is_any = is_any || connection->accounts[i]->calls.first != NULL;
  return is_any;
}

static void stop_when_told(cm_connection *connection) {
  const cm_session *first = connection->accounts[0];
  cm_statement *statement = &connection->statement;
  if (!is_any_open(connection)) return;
  int64_t now_ms = cm_session_now_ms(first);
  int64_t deadline_ms = first->settings.deadline_ms;
  if (statement->sqlite_has_looked) {
    statement->sqlite_has_looked = false;
    statement->interrupt_checked_ms = now_ms;
    statement->unchecked_wait_ms = 0;
  }
  bool is_check_due = statement->unchecked_wait_ms >= CM_INTERRUPT_POLL_MS ||
                      now_ms - statement->interrupt_checked_ms >= CM_INTERRUPT_POLL_MS;
  if (is_check_due && cm_statement_is_interrupted(statement)) {
    stop_all(connection, CM_CALL_END_INTERRUPT, now_ms);
  } else if (deadline_ms > 0 && now_ms - statement->started_ms >= deadline_ms) {
    stop_all(connection, CM_CALL_END_DEADLINE, now_ms);
  }
  for (int i = 0; i < connection->account_count; i++) {
    if (connection->accounts[i]->calls.stopped_writes) end_graces(connection->accounts[i], now_ms);
  }
}

/* ---- moving -------------------------------------------------------------------------------- */

static void collect_all(cm_connection *connection) {
  for (int i = 0; i < connection->account_count; i++)
    collect(connection->accounts[i]);
}

/** Each account has a limiter of its own. @return ms until time alone lets another call leave. */
static int64_t send_all_that_may(cm_connection *connection) {
  int64_t timer_ms = INT64_MAX;
  for (int i = 0; i < connection->account_count; i++) {
    int64_t own_ms = send_what_may(connection->accounts[i]);
    if (own_ms < timer_ms) timer_ms = own_ms;
  }
  return timer_ms;
}

/** Let time pass: with bytes under way in the client, without in the clock, which tests replace. */
static void pass_time(cm_connection *connection, int slice_ms) {
  const cm_session *first = connection->accounts[0];
  int in_flight = 0;
  for (int i = 0; i < connection->account_count; i++)
    in_flight += connection->accounts[i]->calls.in_flight;
  if (in_flight > 0) {
    cm_http_drive(connection->http, slice_ms);
  } else if (slice_ms > 0) {
    first->clock.sleep_ms(first->clock.context, slice_ms);
  }
  connection->statement.unchecked_wait_ms += slice_ms;
}

static int shortest(int left_ms, int64_t timer_ms) {
  int slice_ms = left_ms < CM_INTERRUPT_POLL_MS ? left_ms : CM_INTERRUPT_POLL_MS;
  return timer_ms < slice_ms ? (int)timer_ms : slice_ms;
}

/* What another account has under way moves, too: a statement may read several. */
void cm_session_pump(cm_session *session, int wait_ms) {
  cm_connection *connection = session->connection;
  int64_t ended_calls = session->calls.ended;
  int left_ms = wait_ms > 0 ? wait_ms : 0;
  bool is_over = false;
  cm_call_enter_process(session);
  while (!is_over) {
    collect_all(connection);
    stop_when_told(connection);
    int64_t timer_ms = send_all_that_may(connection);
    bool has_news = session->calls.ended != ended_calls || session->calls.first == NULL;
    int slice_ms = has_news ? 0 : shortest(left_ms, timer_ms);
    bool is_watched = session->settings.prompt.progress != CM_PROGRESS_OFF;
    if (is_watched && slice_ms > 0) cm_progress_draw(session);
    pass_time(connection, slice_ms);
    left_ms -= slice_ms;
    is_over = has_news || left_ms == 0;
  }
  collect_all(connection);
  if (session->calls.first == NULL) cm_progress_erase(session);
}

void cm_session_rest(cm_session *session) {
  cm_progress_erase(session);
}

bool cm_session_is_idle(const cm_session *session) {
  int left = session->settings.concurrency;
  for (const cm_call *call = session->calls.first; call != NULL && left > 0; call = call->next)
    left--;
  return left > 0;
}

int cm_call_wait(cm_call *call, cm_err *err) {
  while (call->state != CM_CALL_DONE)
    cm_session_pump(call->session, CM_INTERRUPT_POLL_MS);
  cm_progress_erase(call->session);
  if (call->result.code == SQLITE_OK) return SQLITE_OK;
  cm_err_set(err, call->result.code, "%s", call->result.error);
  if (err != NULL) err->http_status = call->result.status;
  return call->result.code;
}
