/*
** ticks.h -- time as a thread of this program has it, which sleeps and counts: where the machine lets the program wait, the count
** waits as well. For promises on time, which are not about other programs.
*/
#ifndef RUNNER_TICKS_H
#define RUNNER_TICKS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

typedef struct ticks {
  pthread_t thread;
  atomic_int count;
  atomic_bool is_over;
} ticks;

/** Start counting from 0; ends the program when that fails. End with ticks_stop. */
void ticks_start(ticks *made);
void ticks_stop(ticks *done);

/** Milliseconds since the start. From any thread. */
int64_t ticks_ms(ticks *of);

#endif
