/*
** clock.h -- the time, behind two functions, so that tests can let an hour pass in a microsecond.
*/
#ifndef CM_BASE_CLOCK_H
#define CM_BASE_CLOCK_H

#include "base/base.h"

typedef struct cm_clock {
  int64_t (*now_ms)(void *context);                 /* monotonic, arbitrary origin */
  int64_t (*wall_ms)(void *context);                /* milliseconds since 1970, UTC */
  void (*sleep_ms)(void *context, int duration_ms); /* may end early on a signal */
  void *context;
} cm_clock;

/** The machine's clock. Needs no clean-up. */
cm_clock cm_clock_system(void);

#endif
