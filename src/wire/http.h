/*
** http.h -- bytes over HTTP: start a transfer, drive all of them, collect the answer.
** Owns: one libcurl multi handle with its connections.  curl.h is in http*.c only.
** Threads: none of its own but libcurl's for name look-ups; everything else happens inside
** cm_http_drive, on SQLite's thread.  Tests: tests/unit/wire/http.c
**
** Limits and caps: an answer ends at CM_MAX_RESPONSE_BYTES, its header at CM_MAX_HEAD_BYTES, a transfer
** at its timeout, however it trickles. Redirects are
** not followed, only https is spoken (http to loopback), loopback is never reached through a proxy,
** and the credentials of a transfer go to its own origin only.
**
** Time counts against a timeout only while cm_http_drive runs: a program that takes a minute over its
** rows finds the next page answered and not timed out.
**
** Nothing is sent twice. libcurl would send a request again by itself when a kept connection ends
** without an answer; that is stopped here and is CM_BROKEN, because the API may have acted.
**
** An answer is that of its request. A kept connection on which something waits is not used, and nothing
** was sent then: see wire/http_socket.h. One that comes before the request has arrived is CM_BROKEN. HTTP/1.1 is spoken, not HTTP/2: see src/README.md.
**
** In a process that was forked the connections are still those of the other one: see cm_http_free.
*/
#ifndef CM_WIRE_HTTP_H
#define CM_WIRE_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "wire/retry.h"

typedef struct cm_http cm_http;
typedef struct cm_transfer cm_transfer;

/** One request. Every text is borrowed for the call of cm_http_start only: it is copied. */
typedef struct cm_http_request {
  const char *method; /* "GET", ... */
  const char *url;    /* absolute */
  const char *user;   /* user name of Basic authorisation, its password empty; NULL: none */
  const char *body;   /* JSON; NULL: none */
  size_t body_len;
  const char *const *headers; /* further "Name: value" lines, NULL-terminated; NULL: none */
  const char *ca_file;        /* NULL: the system's */
  int timeout_ms;
} cm_http_request;

/** The answer, or how the transfer ended without one. Borrowed from the transfer. */
typedef struct cm_http_response {
  cm_outcome outcome;
  int status;             /* 0 unless CM_ANSWERED */
  int64_t retry_after_ms; /* -1 when the answer had no Retry-After */
  bool is_json;           /* by its content type */
  cm_buf body;            /* decoded (gzip); empty unless CM_ANSWERED */
  int64_t duration_ms;    /* from start to end */
  int64_t connect_ms;     /* of these, until the request left: look-up, connection, TLS */
  int64_t wire_bytes;     /* head and body, as they came over the wire */
  char reason[256];       /* of a failure: what and where the time went, no secret in it */
} cm_http_response;

/**
 * Make a client with no connection yet.
 * @param out  Receives the client; free it with cm_http_free.
 * @return SQLITE_OK, SQLITE_NOMEM, or SQLITE_ERROR when libcurl cannot start.
 */
int cm_http_new(cm_http **out, cm_err *err) CM_MUST_CHECK;

/**
 * Cancel what is under way and close the connections. A transfer that is left is done afterwards
 * (CM_CANCELLED) and still has to be freed. NULL: nothing. In a process that was forked from the one
 * that made the client this closes its copies of the sockets, without a word to the other side, and
 * leaves libcurl's memory where it is: cleaning it up would end the connections of the other process.
 */
void cm_http_free(cm_http *http);

/**
 * An answer was not that of its request, so the answers of a connection may be those of other requests.
 * No further request leaves on a connection that is open now. NULL: nothing.
 */
void cm_http_distrust(cm_http *http);

/**
 * Begin a transfer. It moves only inside cm_http_drive.
 * @param out  Receives the transfer; free it with cm_transfer_free.
 * @return SQLITE_OK, SQLITE_NOMEM, SQLITE_ERROR (an URL that may not be asked, see above).
 */
int cm_http_start(cm_http *http, const cm_http_request *request, cm_transfer **out,
                  cm_err *err) CM_MUST_CHECK;

/**
 * Move bytes until a transfer ends, but wait no longer than `wait_ms` (0: do not wait).
 * With no transfer under way it returns at once.
 * @return how many transfers are still under way.
 */
int cm_http_drive(cm_http *http, int wait_ms);

bool cm_transfer_is_done(const cm_transfer *transfer);

/** The answer of a done transfer. Borrowed; its body may be taken. */
cm_http_response *cm_transfer_response(cm_transfer *transfer);

/** End the transfer (an unfinished one is cut) and free it. NULL: nothing. */
void cm_transfer_free(cm_transfer *transfer);

/** libcurl's version text, constant. */
const char *cm_http_library(void);

#endif
