/*
** fake_clock.c -- see fake_clock.h.
*/
#include "fake_clock.h"

#include <time.h>

/* Nothing that a case says of time may depend on how fast the machine is; that time stands still would be waited for in vain. */
enum { SLOWNESS = 50 };

static const int64_t WALL_START_MS = INT64_C(1768478400) * 1000; /* 2026-01-15 12:00:00 UTC */

int64_t fake_clock_real_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t now_ms(void *context) {
  fake_clock *clock = context;
  return (fake_clock_real_ms() - clock->start_ms) / clock->slowness +
         atomic_load(&clock->offset_ms);
}

static int64_t wall_ms(void *context) {
  fake_clock *clock = context;
  return WALL_START_MS + atomic_load(&clock->offset_ms);
}

static void sleep_ms(void *context, int duration_ms) {
  fake_clock *clock = context;
  fake_clock_advance(clock, duration_ms);
  if (clock->on_sleep) clock->on_sleep(clock->context);
}

void fake_clock_init(fake_clock *clock) {
  atomic_init(&clock->offset_ms, 0);
  clock->start_ms = fake_clock_real_ms();
  clock->slowness = SLOWNESS;
  clock->on_sleep = NULL;
  clock->face = (cm_clock){ now_ms, wall_ms, sleep_ms, clock };
}

void fake_clock_count(fake_clock *clock) {
  clock->slowness = 1;
}

void fake_clock_advance(fake_clock *clock, int64_t duration_ms) {
  if (duration_ms > 0) atomic_fetch_add(&clock->offset_ms, duration_ms);
}
