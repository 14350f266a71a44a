/*
** merge.h -- what arrived moved into the copy, in one transaction that waits for no network.
** Owns: nothing.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_MERGE_H
#define CM_COPY_MERGE_H

#include "copy/stage.h"

typedef struct cm_merged {
  int64_t rows, added, changed, removed;
} cm_merged;

/**
 * Make the table of the copy hold what the stage holds. Former versions of changed and removed rows go to the
 * table's history. All or nothing: after an error the copy is as it was.
 * @param account  Whose rows they are, for chartmogul_copy.
 * @return SQLITE_OK; SQLITE_DONE: another program has refreshed the table since the reading began, which may be older than what
 *         is there: read it again; SQLITE_BUSY, SQLITE_INTERRUPT, SQLITE_NOMEM, what SQLite says.
 */
int cm_merge(cm_stage *stage, const char *account, cm_merged *out, cm_err *err) CM_MUST_CHECK;

#endif
