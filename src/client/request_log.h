/*
** request_log.h -- the last requests of a connection, as chartmogul_requests shows them.
** Owns: every text of its lines. Tests: tests/unit/client/session.c
*/
#ifndef CM_CLIENT_REQUEST_LOG_H
#define CM_CLIENT_REQUEST_LOG_H

#include "base/base.h"

/** One line of chartmogul_requests. Texts are owned. */
typedef struct cm_request_line {
  int64_t id;
  int account;     /* place in cm_connection */
  int64_t time_ms; /* wall clock at the start */
  char method[8];
  char *path; /* with query; never holds a secret */
  int status;
  int tries;
  int64_t waited_ms;   /* for the limiter and between tries */
  int64_t duration_ms; /* of the last try */
  int64_t bytes;
  int64_t rows;   /* rows of the answer, -1 when not counted */
  bool is_cached; /* nothing was sent: see cache_ttl */
  char *error;
  char *body; /* in dry_run and with log_bodies, while there is room */
} cm_request_line;

/** A ring of lines, and the bodies that they keep. Zeroed before its first use. */
typedef struct cm_request_log {
  cm_request_line lines[CM_MAX_REQUEST_LOG];
  int64_t newest_id; /* 0: there is none yet */
  size_t body_bytes;
} cm_request_log;

/** The line with this id, NULL when it has left the ring. */
cm_request_line *cm_request_log_find(cm_request_log *log, int64_t id);

/**
 * Begin a line; the oldest one leaves, and so do the bodies of the oldest ones that find no room beside this one.
 * Never fails: a text that finds no memory is left out.
 * @param time_ms  Wall clock.
 * @param body     NULL: none.
 */
cm_request_line *cm_request_log_add(cm_request_log *log, int64_t time_ms, const char *method,
                                    const char *path, const char *body);

/** Free all texts. */
void cm_request_log_clear(cm_request_log *log);

#endif
