/*
** dispatch.h -- the table of all endpoints, and the way from a request to its handler.
** Owns: nothing.  Never: does what a handler does.
*/
#ifndef SANDBOX_DISPATCH_H
#define SANDBOX_DISPATCH_H

#include "../engine/call.h"

/** What a request came to. */
typedef struct sb_answer {
  int status;
  const char *content_type; /* NULL when there is no body */
  sb_text body;             /* owned by the caller */
} sb_answer;

/**
 * Answer one request that is authorised already.
 *
 * @param target  path below /v1 with its query, as sent. Not NULL.
 * @param body    NULL when there is none.
 */
sb_answer sb_route_answer(sb_account *account, const char *method, const char *target,
                          const char *body, size_t body_len, const char *content_type);

/** The endpoints, `method` NULL at the end. */
extern const sb_route sb_routes[];

/** The resources that an account holds, NULL at the end. */
extern const sb_resource *const sb_resources[];

#endif
