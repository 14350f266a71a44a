/*
** twist.h -- a right answer made a wrong one, in the ways in which a server, or what stands before it, answers
** something else than it was asked for.
*/
#ifndef FAILURES_TWIST_H
#define FAILURES_TWIST_H

#include <stdbool.h>

#include "wire.h"

typedef enum twist {
  TWIST_NONE,
  TWIST_PARTIAL,     /* the right body under 206 */
  TWIST_ITEMS,       /* the rows of its lists are numbers; a single row is one */
  TWIST_ANOTHER_KEY, /* a look-up shows the row of another key */
  TWIST_OTHER_CASE,  /* ... of its own key in capitals */
  TWIST_NUL_KEY,     /* ... of a key that goes on behind a NUL */
  TWIST_NOT_UTF8     /* a member with bytes that are not UTF-8: no error, and all rows */
} twist;

/** Twist the answer. @return false where it cannot be twisted so: it is as it was. */
bool twist_answer(twist how, const char *url, wire_answer *answer);

#endif
