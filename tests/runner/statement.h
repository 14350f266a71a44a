/*
** statement.h -- SQL in, lines of text out.
** Owns: nothing.  Never: knows of cases or servers.
*/
#ifndef RUNNER_STATEMENT_H
#define RUNNER_STATEMENT_H

#include <sqlite3.h>

#include "text.h"

/** What came out of one or more statements. */
typedef struct outcome {
  text rows;  /* one a line, columns joined by | */
  text error; /* "SQLITE_X: text"; empty when there was none */
  text plan;  /* details of EXPLAIN QUERY PLAN */
  int code;   /* primary SQLite code of the error, SQLITE_OK */
  int changes;
} outcome;

/**
 * Run statements until one fails.
 * @param binds      SQL literals for ?1, ?2 ..., one a line; "" for none.
 * @param is_planned Ask for the plan of each statement before it runs.
 * @param into       Receives what came out; clear it with outcome_clear.
 */
void statement_run(sqlite3 *db, const char *sql, const char *binds, bool is_planned, outcome *into);

void outcome_clear(outcome *done);

#endif
