/*
** play_state.h -- the inside of play.c and play_expect.c. Nobody else includes it.
*/
#ifndef RUNNER_PLAY_STATE_H
#define RUNNER_PLAY_STATE_H

#include <stdatomic.h>

#include "play.h"
#include "statement.h"
#include "ticks.h"

/* A pending `interrupt` section, shared with the server's thread. */
typedef struct interruption {
  bool is_armed;
  int bound_ms;
  sqlite3 *db;
  ticks time;         /* counts while it is armed */
  atomic_llong at_ms; /* when it was raised, from 1; 0: not yet */
} interruption;

typedef struct play {
  const stage *on;
  story *story;
  const play_torture *torture;
  play_result *result;
  char *folder; /* of the case file */
  char *temp;   /* {TMP}, NULL until used */
  fake_clock clock;
  sqlite3 *db;
  bool is_raw;   /* nothing is configured by the runner */
  bool has_seed; /* the sandbox answers, not the scripted server */
  bool is_over;  /* no sense in going on */
  char *binds;   /* of the next sql section */
  text env;      /* names that were set, one a line */
  int problems;  /* failures so far */
  interruption interrupt;
} play;

/** Note what is wrong at this section: "what: detail", or "what" alone where detail is "". */
void play_complain(play *in, const section *at, const char *what, const char *detail);
void play_complain_diff(play *in, const section *at, const char *expected, const char *actual);

/** The base URL of the server that answers in this run. Borrowed. */
const char *play_base(const play *in);

/** `body` with {BASE}, {OTHER} and {TMP} filled in. Free with free(). */
char *play_substitute(play *in, const char *body);

/** Cut off empty lines at the end, in place. */
void play_trim(char *lines);

/** What the server in charge was asked since the last call, then what the other account's was. Free with free(). */
char *play_take_sent(play *in, const section *at, const char *headers);

/** Compare an outcome with all expectations behind the sql section, or rewrite them. */
void play_check_outcome(play *in, size_t sql, const outcome *out);

/** Torture: right rows, or an error that is to be expected; the run ends with the first error. */
void play_check_torture(play *in, size_t sql, const outcome *out);

#endif
