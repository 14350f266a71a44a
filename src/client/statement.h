/*
** statement.h -- which statements run on a connection, what they have asked for, and whether the user says stop.
** Tests: tests/unit/client/pump.c, tests/unit/lists/memo.c
*/
#ifndef CM_CLIENT_STATEMENT_H
#define CM_CLIENT_STATEMENT_H

#include "base/clock.h"
#include "base/sqlite_api.h"

/** Who wants to know every plan that is made: see sql/explained.h. */
typedef struct cm_explained cm_explained;

/** The running statements: cm_statement_enter says when they are others. */
typedef struct cm_statement {
  sqlite3 *db;           /* not owned */
  const cm_clock *clock; /* not owned */
  int open_cursors;
  int cursors_before; /* of them, that were open when `id` moved on: of other statements */
  int64_t started_ms;
  int64_t requests;        /* sent for them */
  uint64_t running;        /* fingerprint of the busy statements; 0: none was looked at yet */
  uint64_t running_runs;   /* the same with their counts of runs */
  int64_t id;              /* moves on whenever the statements are others */
  cm_explained *explained; /* a statement that is explained now; NULL: none; not owned */
  int64_t interrupt_checked_ms;
  int unchecked_wait_ms;  /* waited since then: a clock that stands still must not hide a Ctrl-C */
  bool sqlite_has_looked; /* SQLite looked for an interrupt by itself after the last wait */
} cm_statement;

/**
 * True when the user interrupted the running statement (Ctrl-C, sqlite3_interrupt, a progress
 * handler that says stop). Only meaningful while a statement runs.
 */
bool cm_statement_is_interrupted(cm_statement *statement);

/**
 * Look which statements run. Where they are others than at the last look, `id` moves on and the counters start again.
 * Another run of the same statement counts as another one while no cursor is open. While one is, SQLite's count of runs
 * says too much (a trigger that fires counts as a run of its statement), and the end of a run shows in the closing of
 * its cursors.
 * @return how many statements run.
 */
int cm_statement_enter(cm_statement *statement);

/**
 * Count what follows as a new statement. For those who know that one begins where cm_statement_enter may not see it: a
 * statement that is prepared again with the same text can stand at the same address.
 */
void cm_statement_begin(cm_statement *statement);

#endif
