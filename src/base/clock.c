#include "base/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id) {
  struct timespec now = { 0 };
  clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_now_ms(void *context) {
  (void)context;
  return read_ms(CLOCK_MONOTONIC);
}

static int64_t system_wall_ms(void *context) {
  (void)context;
  return read_ms(CLOCK_REALTIME);
}

/* A signal ends the sleep early: it may well be the Ctrl-C that the caller looks for. */
static void system_sleep_ms(void *context, int duration_ms) {
  (void)context;
  if (duration_ms <= 0) return;
  struct timespec duration = { .tv_sec = duration_ms / 1000,
                               .tv_nsec = (long)(duration_ms % 1000) * 1000000 };
  nanosleep(&duration, NULL);
}

cm_clock cm_clock_system(void) {
  return (
      cm_clock){ .now_ms = system_now_ms, .wall_ms = system_wall_ms, .sleep_ms = system_sleep_ms };
}
