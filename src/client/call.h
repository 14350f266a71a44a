/*
** call.h -- one API call as a promise: start it, go on, wait for it (client/pump.h) when its answer is needed.
** Tests: tests/unit/client/call.c
**
** A started call waits for its turn (at most `concurrency` in flight, the limiter's allowance,
** oldest first), is sent, sent again as wire/retry.h decides, and is then done. All calls of a session
** move together whenever one is waited for, so starting several before waiting is all it takes to
** overlap them.
**
** The key never shows: where an answer repeats it, stars stand in its place.
*/
#ifndef CM_CLIENT_CALL_H
#define CM_CLIENT_CALL_H

#include "client/session.h"
#include "wire/json.h"

enum cm_call_flags {
  CM_CALL_CREATE = 1 << 0,   /* never sent twice on suspicion (wire/retry.h) */
  CM_CALL_WRITE = 1 << 1,    /* changes the account: read_only and dry_run apply */
  CM_CALL_FUNCTION = 1 << 2, /* of a function, whose path the user has written or named */
  CM_CALL_LOOK_UP = 1 << 3   /* a read of what a write names */
};

/** True for a call that changes the account; a create always does. */
static inline bool cm_call_is_write(unsigned flags) {
  return (flags & (CM_CALL_WRITE | CM_CALL_CREATE)) != 0;
}

/** What to call. All texts are copied. */
typedef struct cm_call_request {
  const char *who; /* table or function, for error texts: "chartmogul_customers" */
  const char *method;
  const char *path; /* below the base URL, with query: "/customers?per_page=200" */
  const char *body; /* NULL: none */
  size_t body_len;
  const char *const *headers; /* further headers, NULL-terminated; NULL: none */
  unsigned flags;
  int sent_before; /* how often other calls have sent the same: the pauses grow */
  int delay_ms;    /* it is not sent before so much time has passed */
} cm_call_request;

/**
 * How a call ended. Borrowed from it.
 *
 * A write is `is_unknown` when it may or may not have happened: an attempt brought no complete answer,
 * or a 5xx or 408, and no later one was a success. `may_help` says that sending again later can help:
 * network, 429, 5xx, cancelled. Where both are set and the call is a create, look first whether it
 * happened.
 */
typedef struct cm_call_result {
  int code;          /* SQLITE_OK for a success, else as section "codes" below */
  int status;        /* 0 without an answer */
  bool is_api_error; /* an error whose body has the API's own shape */
  bool is_of_row;    /* a refusal of what was sent, not of who sent it: another row may be right */
  bool is_unknown;
  bool may_help;
  bool
      again_after_look; /* an unknown create that is sent again once a look shows that it did nothing */
  cm_slice body;        /* of the answer, also of an error; NUL behind it */
  const char *message; /* the API's own words of an error; "" otherwise */
  const char *error;   /* the whole line for the user; "" otherwise */
  int64_t request_id;  /* its line in chartmogul_requests */
} cm_call_result;

/*
** codes: a success is any 2xx but 206, and 304 of a write; one whose body is nothing but an error is
** SQLITE_ERROR, and unknown for a write. 401, 403 SQLITE_AUTH; 400, 422 SQLITE_CONSTRAINT; 429, 503 after all
** tries SQLITE_BUSY; cancelled SQLITE_INTERRUPT; too large SQLITE_TOOBIG; read_only SQLITE_READONLY; no memory
** SQLITE_NOMEM; everything else SQLITE_ERROR. In dry_run a write is logged with its body, not sent, and done
** at once with SQLITE_OK, status 0 and an empty body.
*/

/**
 * Start a call. It moves when cm_call_wait, or cm_session_pump, is called.
 * @param out  Receives the call; free it with cm_call_free.
 * @return SQLITE_OK; SQLITE_AUTH without a key; SQLITE_READONLY; SQLITE_ERROR (max_requests passed,
 *         base URL not allowed); SQLITE_NOMEM.
 */
int cm_call_start(cm_session *session, const cm_call_request *request, cm_call **out,
                  cm_err *err) CM_MUST_CHECK;

/**
 * A call of which the answer is known: it is done at once, nothing is sent, and it counts against nothing. Its line in the
 * log says `is_cached`.
 * @param body  The answer, without the key; copied.
 * @return as cm_call_start.
 */
int cm_call_start_known(cm_session *session, const cm_call_request *request, cm_slice body,
                        cm_call **out, cm_err *err) CM_MUST_CHECK;

bool cm_call_is_done(const cm_call *call);

/** Of a done call. */
const cm_call_result *cm_call_result_of(const cm_call *call);

/**
 * Take the answer's bytes, "" when there are none; free with sqlite3_free. NULL when memory ran
 * out.
 */
char *cm_call_take_body(cm_call *call, size_t *len);

/** Free; a call that is not done is cancelled. NULL: nothing. */
void cm_call_free(cm_call *call);

#endif
