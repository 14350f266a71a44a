/*
** announced.h -- what a call of chartmogul_refresh would read, for chartmogul_explain.
** Owns: nothing.  Never: reads anything.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_COPY_ANNOUNCED_H
#define CM_COPY_ANNOUNCED_H

#include "copy/copied.h"
#include "sql/explained.h"

/** A call as it stands in the statement. */
typedef struct cm_announced_call {
  const char *who;                          /* the function */
  cm_session *session;                      /* any account of the connection */
  bool has_schema, has_tables, has_account; /* are given */
  const char *tables, *account; /* NULL: not given, or known only when the statement runs */
} cm_announced_call;

/**
 * Note each list that the call would read, as one plan; of a call that fails what it lacks.
 * @return as cm_explained_note.
 */
int cm_announced_note(const cm_announced_call *call, cm_explained *explained,
                      sqlite3_index_info *info) CM_MUST_CHECK;

#endif
