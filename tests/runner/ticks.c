/*
** ticks.c -- see ticks.h.
*/
#include "ticks.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TICK_MS = 5 };

static void *run(void *context) {
  ticks *own = context;
  struct timespec tick = { .tv_nsec = (long)TICK_MS * 1000000 };
  while (!atomic_load(&own->is_over)) {
    nanosleep(&tick, NULL);
    atomic_fetch_add(&own->count, 1);
  }
  return NULL;
}

void ticks_start(ticks *made) {
  atomic_store(&made->count, 0);
  atomic_store(&made->is_over, false);
  if (pthread_create(&made->thread, NULL, run, made) == 0) return;
  fputs("run-cases: no thread can be started\n", stderr);
  exit(2);
}

void ticks_stop(ticks *done) {
  atomic_store(&done->is_over, true);
  pthread_join(done->thread, NULL);
}

int64_t ticks_ms(ticks *of) {
  return (int64_t)atomic_load(&of->count) * TICK_MS;
}
