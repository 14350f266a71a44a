/*
** control.h -- the /control endpoints, by which tests look behind the scenes and spoil them.
** Owns: nothing.  Never: is logged or counted.
*/
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "../api/dispatch.h"
#include "traffic.h"
#include "waiting.h"

/** What control requests may see and change. */
typedef struct sb_state {
  const sb_decisions *switches; /* what a reset goes back to */
  sb_account *account;
  sb_traffic traffic;
  sb_waiting *room; /* where delayed answers are */
} sb_state;

/** Answer a control request. `path` begins behind "/control". */
sb_answer sb_control_answer(sb_state *state, const char *method, const char *path, const char *body,
                            size_t body_len);

#endif
