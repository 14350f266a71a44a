/*
** stage.h -- the rows of a table as they arrive, kept in the temporary database of the copy's connection until
** all of them are there.
** Owns: the statement that adds a row. The table itself goes with the connection.
** Tests: tests/cases/copy/
*/
#ifndef CM_COPY_STAGE_H
#define CM_COPY_STAGE_H

#include "copy/owned.h"
#include "read/scan.h"

typedef struct cm_stage {
  cm_target *target; /* borrowed */
  const cm_copied *copied;
  sqlite3_stmt *insert;
  char table[64]; /* as SQL has it, in temp */
  char
      refreshed_at[CM_OWNED_STAMP]; /* of the copy's table when the reading began; "": it was new */
  cm_buf
      within; /* a condition on rows `t`: only of these it holds all; empty: of the whole table */
} cm_stage;

/** Make the table, empty, before anything is read for it. Close it in any case. */
int cm_stage_open(cm_stage *out, cm_target *target, const cm_copied *copied,
                  cm_err *err) CM_MUST_CHECK;

/** Empty the table, where cm_target_renew does not do it. Fits a zeroed one. */
void cm_stage_close(cm_stage *stage);

/** Add the current row of a scan of the same table. Once settled, a row takes the place of one with its key. */
int cm_stage_add_scanned(cm_stage *stage, cm_scan *scan, cm_err *err) CM_MUST_CHECK;

/** Add the rows that stand inside a row of the leader's list, see cm_copied_leader. */
int cm_stage_add_inside(cm_stage *stage, cm_slice outer, cm_err *err) CM_MUST_CHECK;

/** Once rows are to be found by their keys: of several with one key the last stays. */
int cm_stage_settle(cm_stage *stage, cm_err *err) CM_MUST_CHECK;

/** Behind the name of the stage's table: the same rows by key, see cm_stage_sort. */
#define CM_STAGE_SORTED "_sorted"

/**
 * Copy the rows in the order of their keys, of equal ones in that in which they came, into a table of their own. An index that is filled in
 * its own order grows at its end, and rows that are sorted are read one after the other.
 */
int cm_stage_sort(cm_stage *stage, cm_err *err) CM_MUST_CHECK;

/** Empty that table, likewise. */
int cm_stage_forget_sorted(cm_stage *stage, cm_err *err) CM_MUST_CHECK;

#endif
