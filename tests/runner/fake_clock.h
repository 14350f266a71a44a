/*
** fake_clock.h -- the clock of the cases: a sleep costs nothing, and what the machine takes hardly counts.
** Threads: any thread may move it.
*/
#ifndef RUNNER_FAKE_CLOCK_H
#define RUNNER_FAKE_CLOCK_H

#include <stdatomic.h>

#include "base/clock.h"

typedef struct fake_clock {
  atomic_llong offset_ms;          /* what sleeping and advancing added up to */
  int64_t start_ms;                /* of the machine's time */
  int slowness;                    /* so many milliseconds of the machine's are one of its own */
  void (*on_sleep)(void *context); /* NULL: nothing; called by who sleeps */
  void *context;
  cm_clock face; /* what the extension is handed; borrows this struct */
} fake_clock;

/**
 * Set the clock going. Its monotonic time is what was slept and a part of the machine's; its wall time is
 * 2026-01-15 12:00:00 UTC plus what was slept, so that it can stand in expected rows.
 */
void fake_clock_init(fake_clock *clock);

/** Let the machine's time count in full from now on, for what the extension does some milliseconds later. */
void fake_clock_count(fake_clock *clock);

/** Let time pass. */
void fake_clock_advance(fake_clock *clock, int64_t duration_ms);

/** The machine's monotonic time in milliseconds. */
int64_t fake_clock_real_ms(void);

#endif
