/*
** http_url.h -- where an URL goes, and whether it may be asked.
** cm_origin is for wire/http.c alone.
*/
#ifndef CM_WIRE_HTTP_URL_H
#define CM_WIRE_HTTP_URL_H

#include "base/err.h"

/** The parts of an URL that decide where a request goes. Owned; libcurl's memory. */
typedef struct cm_origin {
  char *scheme, *host, *port;
} cm_origin;

/**
 * Read where an URL goes and check whether it may be asked.
 * @param out  Zeroed before; the caller clears it whatever the result is.
 * @return SQLITE_OK; SQLITE_ERROR with the reason; SQLITE_NOMEM.
 */
int cm_origin_check(const char *url, cm_origin *out, cm_err *err) CM_MUST_CHECK;

void cm_origin_clear(cm_origin *origin);

/** localhost, 127.0.0.0/8 and [::1]. */
bool cm_origin_is_loopback(const cm_origin *origin);

/**
 * True when `url` may be asked: https, or http to loopback (localhost, 127.0.0.0/8, [::1]), without a
 * user name in it. False with the reason, which shows no more of the URL than its host, in `err`.
 */
bool cm_http_is_allowed(const char *url, cm_err *err);

/** True when both URLs have the same scheme, host and port. */
bool cm_http_is_same_origin(const char *url, const char *other);

#endif
