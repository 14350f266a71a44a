/*
** play.h -- one run of one case: sections in their order, outcomes against expectations.
** Owns: the connection of the run.
*/
#ifndef RUNNER_PLAY_H
#define RUNNER_PLAY_H

#include "sandbox.h"
#include "server.h"
#include "story.h"

/** What the runs have in common. Borrows everything. */
typedef struct stage {
  server *server;
  server *other;               /* of a second account */
  sandbox **sandbox;           /* started when the first case wants it */
  const char *sandbox_program; /* its path */
  double slowness;             /* factor on time bounds, for valgrind and sanitizers */
  bool is_update;              /* rewrite expectations instead of comparing */
} stage;

/** How a torture run differs from a plain one. NULL functions: they do not. */
typedef struct play_torture {
  void (*arm)(void *context, bool on); /* around the sql sections */
  void *context;
  bool may_fail_anyhow; /* any error will do, not only the lack of memory */
} play_torture;

typedef struct play_result {
  text failures;  /* what was wrong, empty when the case passed */
  bool is_late;   /* the only thing wrong was a time bound */
  bool is_update; /* the story was changed and wants to be written */
} play_result;

/**
 * Run a case once.
 * @param torture  NULL for a plain run. Else only rows are compared, errors are let pass as
 *                 `torture` says, and the run ends at the first one.
 * @param result   Receives the outcome; clear its text.
 */
void play_run(const stage *on, story *which, const play_torture *torture, play_result *result);

#endif
