/*
** retry.h -- whether a request goes out again, and when. Pure: no clock, no I/O.
** Tests: tests/unit/wire/retry.c
**
** Reads and repeatable writes (GET, PUT, PATCH, DELETE) go again after a failed connection, a
** timeout, 429 and 5xx. A create (POST) goes again only when the API surely did nothing: nothing was
** sent, or 429. After 503 (what the API answers to too many connections) a caller that can look whether the
** row is there may send it again. A certificate that is not trusted is not tried again.
**
** Where nothing answers at all there are CM_MAX_UNREACHED_TRIES tries, whatever max_retries is: a wrong
** base_url shall not take minutes to show. 408 and 425 go again as a timeout and as 429 do.
**
** Waits double from 500 ms to 60 s; each is between half of that and all of it, at random. Retry-After
** wins: it is waited as it says, and one of more than CM_MAX_RETRY_AFTER_MS is an error at once. A
** Retry-After of 0 says nothing: servers round down.
*/
#ifndef CM_WIRE_RETRY_H
#define CM_WIRE_RETRY_H

#include "base/base.h"

/** How one try ended. */
typedef enum cm_outcome {
  CM_ANSWERED, /* a complete answer with a status */
  CM_UNREACHED, /* no connection at all: refused, unknown host, no way there, no TLS that both speak */
  CM_NOT_SENT,  /* the connection was of no use: nothing reached the API */
  CM_TIMED_OUT, /* the time limit passed after sending began */
  CM_BROKEN,    /* the connection ended before the answer did */
  CM_TOO_LARGE, /* the answer passed CM_MAX_RESPONSE_BYTES */
  CM_CANCELLED, /* the user interrupted */
  CM_UNTRUSTED, /* the certificate, or the file to check it with, is not good; nothing was sent */
  CM_NO_MEMORY  /* for the request or the answer */
} cm_outcome;

typedef struct cm_attempt {
  bool is_create; /* POST that makes something: never sent twice on suspicion */
  cm_outcome outcome;
  int status;             /* of CM_ANSWERED */
  int64_t retry_after_ms; /* of the answer, -1 when it had none */
  int tries;              /* how often it was sent so far, 1 after the first */
  int max_retries;
  unsigned random; /* any number: the jitter */
} cm_attempt;

typedef struct cm_retry {
  bool again;
  bool is_used_up;       /* one more try might help, but there were as many as there may be */
  bool again_after_look; /* a create: once a look has shown that it did nothing */
  bool slow_down;        /* the answer was "too many": all other requests pause as well */
  int64_t wait_ms;       /* before the next try, by whichever caller; 0 when there is none */
  const char *reason;    /* constant text for logs and errors: "429 Too Many Requests", ... */
} cm_retry;

/** Decide what follows an attempt. A success is {again = false, reason = "answered"}. */
cm_retry cm_retry_decide(const cm_attempt *attempt);

#endif
