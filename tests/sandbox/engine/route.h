/*
** route.h -- one endpoint: what is asked for, and who answers.
** Owns: nothing.  Never: does what a handler does.
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

#endif
