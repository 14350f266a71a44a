/*
** loops.h -- the lines of EXPLAIN QUERY PLAN of a statement, with the plans that our tables made for it.
** Owns: the lines and the plans.  Never: runs anything of the statement.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_LOOPS_H
#define CM_EXPLAIN_LOOPS_H

#include "sql/explained.h"

enum { CM_ROWS_UNKNOWN = -1, CM_LOOPS_MOST = 1000000000 /* or more */ };

/** A line of EXPLAIN QUERY PLAN. */
typedef struct cm_loop {
  int id, parent;
  bool is_correlated; /* a sub-select that runs for each row around it */
  bool is_arm;        /* of an OR, or what holds such arms */
  bool is_loop;       /* a table is read here */
  bool is_search;     /* by an index, so that only some of its rows are */
  int plan;           /* of cm_explained, -1: none of ours */
  char *
      name; /* of what is read that is not ours, as the statement calls it; owned; NULL: there is none */
  int64_t runs, rows; /* how often it runs, and what one run yields; CM_ROWS_UNKNOWN */
} cm_loop;

/** Zeroed it is empty. */
typedef struct cm_loops {
  cm_explained explained;
  cm_loop *list; /* owned */
  int count;
  bool has_recursion; /* a part of it counts on by itself */
  bool has_module;    /* a virtual table is read that is not ours */
} cm_loops;

/**
 * Read the lines of a statement.
 * @param out  Zeroed; to be cleared in any case.
 * @return SQLITE_OK; SQLITE_ERROR where it cannot be prepared, or is more than one; SQLITE_TOOBIG; SQLITE_NOMEM.
 */
int cm_loops_read(cm_session *session, const char *sql, cm_loops *out, cm_err *err) CM_MUST_CHECK;

/** How often a line runs: once for each row of the loops before it under the same line, and with that one. */
int64_t cm_loops_runs(const cm_loops *loops, int index);

/** The plans of a line: of a function that reads several lists as many; 0: none is ours. */
int cm_loops_plans(const cm_loops *loops, int index);

/** The rows of the outermost loops together. */
int64_t cm_loops_rows(const cm_loops *loops);

/** One of two numbers for each of the other; CM_ROWS_UNKNOWN where one of them is, CM_LOOPS_MOST at most. */
int64_t cm_loops_multiply(int64_t one, int64_t other);

void cm_loops_clear(cm_loops *loops);

#endif
