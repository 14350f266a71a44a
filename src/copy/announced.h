/*
** announced.h -- what a call of chartmogul_refresh would read, for chartmogul_explain.
** Owns: nothing.  Never: reads anything.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_COPY_ANNOUNCED_H
#define CM_COPY_ANNOUNCED_H

#include "copy/copied.h"
#include "sql/explained.h"
#include "sql/functions/arguments.h"

/** A call as it stands in the statement. */
typedef struct cm_announced_call {
  const char *who;     /* the function */
  cm_session *session; /* any account of the connection */
  cm_stated schema, tables, account;
  const cm_err *refusal; /* what an argument is refused with; NULL: none is */
} cm_announced_call;

/**
 * Note each list that the call would read, as one plan; of a call that fails what it lacks.
 * @return as cm_explained_note.
 */
int cm_announced_note(const cm_announced_call *call, cm_explained *explained,
                      sqlite3_index_info *info) CM_MUST_CHECK;

#endif
