/*
** change_check.h -- what a statement may say about a row, made into a change.
** Pure: no I/O.  Tests: tests/unit/write/change.c
*/
#ifndef CM_WRITE_CHANGE_CHECK_H
#define CM_WRITE_CHANGE_CHECK_H

#include "write/change.h"

/** What a statement says about one column of a row. */
typedef struct cm_cell {
  cm_value value;    /* borrowed */
  bool is_unchanged; /* UPDATE: the column is not in the SET list */
  bool is_doubtful;  /* where the row is not packed: it may be that the SET list has it, or not */
} cm_cell;

/**
 * Make the change of an INSERT. NULL counts as not given.
 * @param cells  One per column of the resource.
 * @param out    Receives the change, to be cleared with cm_change_clear; empty on failure.
 * @return SQLITE_OK; SQLITE_ERROR with what is wrong (unknown to INSERT, missing, of a wrong form);
 *         SQLITE_NOMEM.
 */
int cm_change_insert(const cm_resource *resource, const cm_cell *cells, cm_conflict conflict,
                     cm_change *out, cm_err *err) CM_MUST_CHECK;

/** Does a write wait that may leave this column of the row as something else than what was read? */
typedef bool cm_change_waits(void *context, cm_change *change, int column);

/**
 * Make the change of an UPDATE: the columns whose value differs, by meaning, from the row as it was
 * read. The row stands in the hidden column `json`, see record/row.h.
 * @param key    Key of the row.
 * @param waits  Where a write waits, a column of the SET list is not compared. NULL: none does.
 * @return as cm_change_insert. Nothing differs: a change without values.
 */
int cm_change_update(const cm_resource *resource, const cm_value *key, const cm_cell *cells,
                     cm_change_waits *waits, void *context, cm_change *out,
                     cm_err *err) CM_MUST_CHECK;

/** Make the change of a DELETE. @return as cm_change_insert. */
int cm_change_delete(const cm_resource *resource, const cm_value *key, cm_change *out,
                     cm_err *err) CM_MUST_CHECK;

#endif
