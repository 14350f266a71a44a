/*
** torture.h -- failing allocations, one after the other.
** Owns: the allocator of SQLite, for the life of the program.
*/
#ifndef RUNNER_TORTURE_H
#define RUNNER_TORTURE_H

#include <stdbool.h>

/** Put the failing allocator in place. Call it before any other SQLite call. */
void torture_install(void);

/** Make the nth allocation from now on fail (from 1), and all later ones when `is_lasting`. */
void torture_set(long nth, bool is_lasting);

/** Count and fail only while on. `context` is not used: the signature is play_torture's. */
void torture_arm(void *context, bool on);

/** True when the allocation that was to fail has failed. */
bool torture_has_struck(void);

#endif
