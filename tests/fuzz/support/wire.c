/*
** wire.c -- see wire.h. One connection at a time is fuzzed, so who answers stands in one place.
*/
#include "wire.h"

#include <string.h>

#include "base/sqlite_api.h"

struct cm_http {
  cm_transfer *first;
  int under_way;
};

struct cm_transfer {
  cm_http *http; /* NULL when the client is gone */
  cm_transfer *next;
  bool is_done;
  cm_http_response response;
};

static wire_responder *responder;
static void *responder_context;
static int requests;

void wire_ask(wire_responder *respond, void *context) {
  responder = respond;
  responder_context = context;
  requests = 0;
}

int wire_requests(void) {
  return requests;
}

int cm_http_new(cm_http **out, cm_err *err) {
  *out = sqlite3_malloc64(sizeof **out);
  if (*out == NULL) return cm_err_nomem(err);
  **out = (cm_http){ NULL, 0 };
  return SQLITE_OK;
}

void cm_http_free(cm_http *http) {
  if (http == NULL) return;
  for (cm_transfer *transfer = http->first; transfer != NULL; transfer = transfer->next) {
    transfer->is_done = true;
    transfer->http = NULL;
  }
  sqlite3_free(http);
}

int cm_http_start(cm_http *http, const cm_http_request *request, cm_transfer **out, cm_err *err) {
  wire_answer answer = { CM_ANSWERED, 200, -1, "{}", 2 };
  *out = NULL;
  if (!cm_http_is_allowed(request->url, err)) return SQLITE_ERROR;
  cm_transfer *transfer = sqlite3_malloc64(sizeof *transfer);
  if (transfer == NULL) return cm_err_nomem(err);
  requests++;
  if (responder != NULL) responder(responder_context, request, &answer);
  bool is_answered = answer.outcome == CM_ANSWERED;
  *transfer = (cm_transfer){ .http = http, .next = http->first };
  transfer->response = (cm_http_response){ .outcome = answer.outcome,
                                           .status = is_answered ? answer.status : 0,
                                           .retry_after_ms = answer.retry_after_ms,
                                           .is_json = true,
                                           .wire_bytes = (int64_t)answer.len };
  cm_buf_init(&transfer->response.body, CM_MAX_RESPONSE_BYTES);
  if (is_answered) cm_buf_append(&transfer->response.body, answer.body, answer.len);
  http->first = transfer;
  http->under_way++;
  *out = transfer;
  return SQLITE_OK;
}

int cm_http_drive(cm_http *http, int wait_ms) {
  (void)wait_ms;
  for (cm_transfer *transfer = http->first; transfer != NULL; transfer = transfer->next)
    transfer->is_done = true;
  http->under_way = 0;
  return 0;
}

bool cm_transfer_is_done(const cm_transfer *transfer) {
  return transfer->is_done;
}

cm_http_response *cm_transfer_response(cm_transfer *transfer) {
  return &transfer->response;
}

void cm_transfer_free(cm_transfer *transfer) {
  if (transfer == NULL) return;
  cm_transfer **link = transfer->http != NULL ? &transfer->http->first : NULL;
  while (link != NULL && *link != transfer)
    link = &(*link)->next;
  if (link != NULL) *link = transfer->next;
  cm_buf_clear(&transfer->response.body);
  sqlite3_free(transfer);
}

void cm_http_distrust(cm_http *http) {
  (void)http; /* there are no connections */
}

const char *cm_http_library(void) {
  return "none";
}
