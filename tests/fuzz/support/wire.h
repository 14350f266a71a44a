/*
** wire.h -- wire/http.h without a network: what a target says is the answer, at once.
** Owns: nothing but the transfers.  It takes the place of src/wire/http.c when a target is linked.
*/
#ifndef FUZZ_WIRE_H
#define FUZZ_WIRE_H

#include "wire/http.h"
#include "wire/http_url.h"

/** What comes back. The body is borrowed until the request is started. */
typedef struct wire_answer {
  cm_outcome outcome; /* CM_ANSWERED, or how it ends without an answer */
  int status;
  int64_t retry_after_ms; /* -1: none */
  const char *body;
  size_t len;
} wire_answer;

/** Answer a request. It may check what is sent, and abort. */
typedef void wire_responder(void *context, const cm_http_request *request, wire_answer *answer);

/** Ask `respond` from now on. NULL: every request is answered "{}". */
void wire_ask(wire_responder *respond, void *context);

/** How many requests were started since the last wire_ask. */
int wire_requests(void);

#endif
