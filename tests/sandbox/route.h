/*
** route.h -- the table of all endpoints.
** Layer: api of the sandbox.  Owns: nothing.  Never: does what a handler does.
*/
#ifndef SANDBOX_ROUTE_H
#define SANDBOX_ROUTE_H

#include "call.h"

/** The two back ends of the API; they differ in content types and errors. */
typedef enum sb_family { SB_GRAPE, SB_RAILS } sb_family;

/** One endpoint: a row of the table. */
struct sb_route {
  const char *method;
  const char *path; /* "/customers/{cus}": the placeholder says what kind of object stands there */
  sb_family family;
  int status; /* of success */
  void (*handle)(sb_call *call);
  const sb_resource *resource; /* for the generic handlers */
  const sb_list *list;         /* for sb_handle_list */
};

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

#endif
