/*
** http_head.h -- what the header lines of an answer say.
** the inside of wire/http.c.
*/
#ifndef CM_WIRE_HTTP_HEAD_H
#define CM_WIRE_HTTP_HEAD_H

#include "base/base.h"

/** Zeroed before the first line. */
typedef struct cm_http_head {
  size_t bytes;                   /* of all lines */
  char date[64], retry_after[64]; /* "" without */
} cm_http_head;

/** Take one line in. @return false when there have been more than CM_MAX_HEAD_BYTES of them. */
bool cm_http_head_take(cm_http_head *head, const char *line, size_t len);

bool cm_http_head_is_too_large(const cm_http_head *head);

/** Retry-After in milliseconds, -1 when there is none. */
int64_t cm_http_head_retry_after_ms(const cm_http_head *head);

/** Of a content type: "application/json; charset=utf-8", "application/problem+json". NULL: false. */
bool cm_http_is_json(const char *type);

#endif
