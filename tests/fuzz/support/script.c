/*
** script.c -- see script.h.
*/
#include "script.h"

#include <stdlib.h>
#include <string.h>

static const struct {
  char letter;
  wire_answer answer;
} kinds[] = {
  { 'A', { CM_ANSWERED, 401, -1, NULL, 0 } }, { 'B', { CM_BROKEN, 0, -1, NULL, 0 } },
  { 'C', { CM_ANSWERED, 400, -1, NULL, 0 } }, { 'D', { CM_ANSWERED, 302, -1, NULL, 0 } },
  { 'L', { CM_TOO_LARGE, 0, -1, NULL, 0 } },  { 'M', { CM_ANSWERED, 404, -1, NULL, 0 } },
  { 'N', { CM_NOT_SENT, 0, -1, NULL, 0 } },   { 'R', { CM_ANSWERED, 429, 2000, NULL, 0 } },
  { 'S', { CM_ANSWERED, 500, -1, NULL, 0 } }, { 'T', { CM_TIMED_OUT, 0, -1, NULL, 0 } },
  { 'U', { CM_ANSWERED, 422, -1, NULL, 0 } }, { 'V', { CM_ANSWERED, 503, INT32_MAX, NULL, 0 } },
  { 'X', { CM_UNTRUSTED, 0, -1, NULL, 0 } },  { 'Y', { CM_ANSWERED, 204, -1, NULL, 0 } },
};

static void check_request(const cm_http_request *request) {
  for (const char *at = request->url; *at != '\0'; at++)
    require(*at > 0x20 && *at < 0x7f && *at != '"' && *at != '#');
  if (request->body == NULL) return;
  require(request->body_len <= CM_MAX_BODY_BYTES);
  cm_slice body = { request->body, request->body_len };
  require(cm_slice_check(body, NULL, NULL) == SQLITE_OK);
}

static void respond(void *context, const cm_http_request *request, wire_answer *answer) {
  script *from = context;
  cm_slice next = from->answers[from->at];
  check_request(request);
  if (from->at + 1 < from->count) from->at++;
  for (size_t i = 0; i < cm_countof(kinds); i++) {
    if (next.len == 0 || *next.ptr != kinds[i].letter) continue;
    *answer = kinds[i].answer;
    next.ptr++;
    next.len--;
    break;
  }
  answer->body = next.ptr;
  answer->len = next.len;
}

void script_start(script *made, input *from) {
  *made = (script){ .count = 0 };
  do {
    made->answers[made->count++] = input_part(from, 0x1e);
  } while (from->left > 0 && made->count < SCRIPT_MAX_ANSWERS);
  wire_ask(respond, made);
}

void script_rewind(script *again) {
  again->at = 0;
}

void script_end(script *done) {
  for (int i = 0; i < done->count; i++)
    target_free(done->answers[i]);
  wire_ask(NULL, NULL);
}
