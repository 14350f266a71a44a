/*
** sigpipe.h -- no SIGPIPE from what is written to a connection that the other side has closed.
** the inside of wire/http.c.  Tests: tests/unit/wire/sigpipe.c
**
** libcurl writes to sockets without raising the signal, but some versions let OpenSSL write for them, and
** the signal would end the program that has loaded us. Ignoring it is that program's business; so it is
** held back on this thread while libcurl runs, and what came of it is taken away.
*/
#ifndef CM_WIRE_SIGPIPE_H
#define CM_WIRE_SIGPIPE_H

#include "base/base.h"

#include <signal.h>

/** What cm_sigpipe_release needs to know. */
typedef struct cm_sigpipe {
  sigset_t before; /* the thread's mask */
  bool is_held;    /* by us: the program had not held it back, or let one wait, itself */
} cm_sigpipe;

/** Hold SIGPIPE back on this thread. Pairs may stand inside each other. */
void cm_sigpipe_hold(cm_sigpipe *state);

/** Take away a SIGPIPE that came since, and put the thread's mask back. */
void cm_sigpipe_release(const cm_sigpipe *state);

#endif
