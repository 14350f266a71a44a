/*
** verdict.h -- what the end of a call means: its code, what a caller may conclude, the line for the
** user.
** Owns: nothing.  Never: looks at a clock, does I/O.  Tests: tests/unit/client/verdict.c, tests/unit/client/call.c
*/
#ifndef CM_CLIENT_VERDICT_H
#define CM_CLIENT_VERDICT_H

#include "client/setting.h"
#include "wire/http.h"
#include "wire/json.h"

/** Why a call ended. */
typedef enum cm_call_end {
  CM_CALL_END_ATTEMPT, /* as its last attempt did */
  CM_CALL_END_INTERRUPT /* the user said stop */,
  CM_CALL_END_DEADLINE /* deadline_ms has passed */
} cm_call_end;

/** Everything that the verdict depends on. Borrowed; holds no secret. */
typedef struct cm_ending {
  const char *who, *method, *path;
  bool is_write;    /* it changes the account */
  bool is_create;   /* and makes something new */
  bool is_look_up;  /* of a row that a write names */
  bool is_function; /* of a function, whose path the user has written or named */
  const cm_settings *settings;
  cm_call_end end;
  cm_outcome outcome; /* of the last attempt; of no meaning when there was none */
  int status;
  int64_t retry_after_ms;
  int tries;
  bool is_used_up; /* there were as many tries as there may be */
  bool
      is_doubtful; /* an attempt reached the API, and its answer does not say that nothing was done */
  cm_slice body;
  const char *reason; /* of an attempt without an answer */
} cm_ending;

typedef struct cm_verdict {
  int code;
  bool is_api_error;
  bool is_of_row; /* a refusal of what was sent, not of who sent it: another row may be right */
  bool is_false_success; /* a success that is an error, and perhaps the answer to another request */
  bool is_unknown;
  bool may_help;
  char message[512]; /* the API's own words, "" when there are none */
  cm_err err;        /* the line; nothing for a success */
} cm_verdict;

/**
 * Judge. `out` is overwritten; its code is SQLITE_OK for any 2xx but 206, for a write 304 too, unless the body is
 * nothing but an error.
 */
void cm_verdict_of(const cm_ending *ending, cm_verdict *out);

/**
 * Refuse a call before it is made, with the line "who: METHOD path <rest>".
 * @param asked  Of it only who, method, path and settings count.
 * @return `code`.
 */
int cm_verdict_refuse(const cm_ending *asked, int code, const char *rest, cm_err *err);

#endif
