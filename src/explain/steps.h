/*
** steps.h -- the steps of SQLite's machine for a statement, as EXPLAIN lists them: which functions are called, in views too.
** Never: runs anything of the statement.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_STEPS_H
#define CM_EXPLAIN_STEPS_H

#include "client/session.h"

/** One step. Texts are borrowed until the next one. */
typedef struct cm_vdbe_step {
  const char *opcode;
  int p2, p3;
  const char *function; /* that it calls, `function_len` bytes; NULL: none */
  size_t function_len;
} cm_vdbe_step;

/** Prepare EXPLAIN of a statement; free it with sqlite3_finalize. @return SQLITE_OK or what SQLite says. */
int cm_steps_open(cm_session *session, const char *sql, sqlite3_stmt **out) CM_MUST_CHECK;

/** @return SQLITE_ROW with a step; SQLITE_DONE; or what SQLite says. */
int cm_steps_next(sqlite3_stmt *stmt, cm_vdbe_step *out) CM_MUST_CHECK;

#endif
