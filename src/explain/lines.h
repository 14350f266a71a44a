/*
** lines.h -- the scans of a statement in the order of its loops, and its writes, with their prices.
** Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_LINES_H
#define CM_EXPLAIN_LINES_H

#include "explain/pricing.h"

/** Texts are owned, and speak of the account whose table is read: eu_customers. NULL: there is none. */
typedef struct cm_explain_line {
  char *table_name, *request, *sent, *kept;
  cm_price price;
} cm_explain_line;

/** Zeroed it is empty. */
typedef struct cm_explain_lines {
  cm_explain_line *list; /* owned */
  int count;
} cm_explain_lines;

/**
 * Explain one statement that reads or writes rows.
 * @param out  Zeroed; to be cleared in any case.
 * @return SQLITE_OK; SQLITE_ERROR where it cannot be prepared, or is another one; SQLITE_TOOBIG; what a request says.
 */
int cm_explain_lines_make(cm_session *session, const char *sql, cm_explain_lines *out,
                          cm_err *err) CM_MUST_CHECK;

void cm_explain_lines_clear(cm_explain_lines *lines);

#endif
