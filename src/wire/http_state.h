/*
** http_state.h -- the inside of the client and of a transfer.
** Only the files of wire/http.h include it.
*/
#ifndef CM_WIRE_HTTP_STATE_H
#define CM_WIRE_HTTP_STATE_H

#include <curl/curl.h>

#include "wire/http.h"
#include "wire/http_head.h"
#include "wire/http_socket.h"

enum { CM_HTTP_MAX_IDLE_HANDLES = 20 };

struct cm_http {
  long process; /* that has made the client: in another one its connections are not ours */
  CURLM *multi;
  cm_transfer *first; /* every transfer that is not freed */
  int under_way;
  CURL *idle[CM_HTTP_MAX_IDLE_HANDLES]; /* handles for the next transfers */
  int idle_count;
  cm_buf spare; /* empty: room for the next body */
  cm_http_sockets sockets;
};

struct cm_transfer {
  cm_http *http; /* NULL when the client is gone */
  cm_transfer *previous, *next;
  CURL *easy; /* NULL when done */
  struct curl_slist *headers;
  char *body;
  int timeout_ms;
  int64_t used_ms; /* of the timeout */
  int64_t started_ms;
  bool is_tls;
  bool is_used_up;     /* the connection that it was given cannot be used */
  bool has_new;        /* so it has asked for a new one */
  bool has_connection; /* the request is about to leave, or has left */
  long bytes_before;   /* sent before the request itself (to a proxy) */
  int local_port, remote_port;
  bool has_answer; /* its first line has come */
  bool is_early;   /* before the request can have arrived: it is not its answer */
  cm_http_head head;
  char detail[CURL_ERROR_SIZE];
  cm_http_response response;
};

/** Has any byte of the request itself left on the connection that the transfer has? */
bool cm_transfer_has_left(const cm_transfer *transfer);

/** Bytes that the transfer's handle has sent of heads of requests. */
long cm_transfer_bytes_sent(const cm_transfer *transfer);

/** Say in the response how the transfer ended: outcome, answer or reason. Its handle is still there. */
void cm_transfer_end(cm_transfer *transfer, CURLcode result);

#endif
