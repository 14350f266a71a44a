/*
** limit.h -- how soon the next request may leave. Pure arithmetic: the caller brings the time.
** Owns: nothing.  Tests: tests/unit/wire/limit.c
**
** The API allows 40 requests a second and answers 429 beyond. Two rules hold at once:
**   window  no stretch of CM_LIMIT_WINDOW_MS holds more than `per_second` requests: the times of the
**           last ones are kept in order, and the next request waits until enough have left the window;
**   rate    after an answer of "too many", everybody pauses and then goes on evenly at half the rate,
**           and every CM_LIMIT_RECOVERY_MS without another such answer gives a tenth of the full rate
**           back. At the full rate requests may leave in a burst: a query of eight does not wait.
**
** The window is 25 ms longer than the second that the server counts. It counts arrivals, not departures:
** two requests that leave 1,025 ms apart arrive at least 1,000 ms apart as long as the way of the first
** takes at most 25 ms longer than that of the second. On a kept connection the way varies by less. That
** costs 2.4 % of the rate: 40 a second become 39.02 in the long run. The first request on a new
** connection is later than that, by the name look-up, the connection and the TLS handshake; this is what
** cm_limit_correct is for.
*/
#ifndef CM_WIRE_LIMIT_H
#define CM_WIRE_LIMIT_H

#include "base/base.h"

enum { CM_LIMIT_MAX_PER_SECOND = 1000, CM_LIMIT_WINDOW_MS = 1025, CM_LIMIT_RECOVERY_MS = 5000 };

typedef struct cm_limit {
  int per_second;         /* 0: no limit */
  int current_milli;      /* current rate in thousandths of a request per second */
  int64_t pause_until_ms; /* no request leaves before */
  int64_t slowed_at_ms;   /* when the rate was halved last; counts while it is not the full one */
  int64_t step_at_ms;     /* from when the next step of recovery is counted */
  int sent_count;         /* times in the ring */
  int next;               /* where the next time goes */
  int64_t sent_ms[CM_LIMIT_MAX_PER_SECOND]; /* ring, oldest first */
} cm_limit;

/** Start with a full allowance. `per_second` 0 means no limit; above the maximum counts as it. */
void cm_limit_init(cm_limit *limit, int per_second);

/**
 * Change the rate. What has left is remembered, so that a change gives no second allowance; a pause
 * goes on, a slowed rate does not.
 */
void cm_limit_set_rate(cm_limit *limit, int per_second);

/** Milliseconds to wait before the next request may leave; 0 when it may leave now. */
int64_t cm_limit_wait_ms(const cm_limit *limit, int64_t now_ms);

/** Count a request that leaves now. */
void cm_limit_sent(cm_limit *limit, int64_t now_ms);

/**
 * A request that was counted at `counted_ms` in fact left at `left_ms`, because its connection had to be
 * made first. An earlier `left_ms`, and a request that is no longer remembered, change nothing.
 */
void cm_limit_correct(cm_limit *limit, int64_t counted_ms, int64_t left_ms);

/**
 * The API said "too many": everybody pauses for `pause_ms`, then goes on at half the rate. Further such
 * answers within a second are of the same crowd: they lengthen the pause and halve nothing.
 */
void cm_limit_slow_down(cm_limit *limit, int64_t now_ms, int64_t pause_ms);

/** The API answered normally: a slowed rate recovers by steps. */
void cm_limit_recover(cm_limit *limit, int64_t now_ms);

#endif
