/*
** call_state.h -- the inside of a call, for the two files that work on it: client/call.c makes and ends
** calls, client/pump.c moves them.
*/
#ifndef CM_CLIENT_CALL_STATE_H
#define CM_CLIENT_CALL_STATE_H

#include "client/call.h"
#include "client/verdict.h"

typedef enum cm_call_state {
  CM_CALL_WAITING,
  CM_CALL_IN_FLIGHT,
  CM_CALL_BACKING_OFF,
  CM_CALL_DONE
} cm_call_state;

/**
 * What is asked. The key was read when the call was started, together with the base URL: when both change meanwhile,
 * neither goes with the other's.
 */
typedef struct cm_call_texts {
  char *who, *method, *url, *body, *key;
  char *path; /* as it is shown */
  size_t body_len;
  char **headers; /* one block */
} cm_call_texts;

struct cm_call {
  cm_session *session; /* not a reference: the session's own memo holds calls */
  cm_call *next, *previous;
  cm_call_state state;
  unsigned flags;

  cm_call_texts asked; /* freed when the call is done */

  cm_transfer *transfer;
  int tries;
  int sent_before;    /* how often other calls have sent it */
  int64_t sent_ms;    /* of the last attempt */
  int64_t ready_ms;   /* of a call that backs off: goes then, or goes again */
  int64_t blocked_ms; /* since when the limiter or the back-off holds it; -1: not */
  int64_t waited_ms;
  int64_t grace_until_ms; /* stopped while under way: cut then; -1: not stopped */
  cm_call_end stopped_by;
  bool is_doubtful;

  char *answer;
  char *message;
  char *error;
  cm_call_result result;
};

/**
 * In another process than the last time (fork): the client and its connections are that one's. Reads that
 * were under way are asked again here, writes are not.
 */
void cm_call_enter_process(cm_session *session);

/** Let go of the transfer, if there is one. */
void cm_call_drop_transfer(cm_call *call);

/** Begin the call's line in the log. @return false when memory ran out for a text of it. */
bool cm_call_log(cm_call *call, bool with_body);

/**
 * The call is done and nothing moves any more. `line`: the error for the user; NULL for a success.
 */
void cm_call_finish(cm_call *call, int code, const char *line);

/**
 * The call is done as the verdict on `ending` says; what `ending` can learn from the call is put
 * in.
 */
void cm_call_judge(cm_call *call, cm_ending *ending);

#endif
