/*
** change_check.h -- what a statement may say about a row, made into a change.
** Pure: no I/O.  Tests: tests/unit/change/change.c
*/
#ifndef CM_CHANGE_CHANGE_CHECK_H
#define CM_CHANGE_CHANGE_CHECK_H

#include "change/change.h"

/** What a statement says about one column of a row. */
typedef struct cm_cell {
  cm_value value;    /* borrowed */
  bool is_unchanged; /* UPDATE: the column is not in the SET list */
  bool is_doubtful;  /* where the row is not packed: it may be that the SET list has it, or not */
} cm_cell;

/** Does a write wait that may leave this column of the row as something else than what was read? */
typedef bool cm_change_waits(void *context, cm_change *change, int column);

/** What a statement says about a row. */
typedef struct cm_stated_row {
  const cm_resource *resource;
  cm_value key;         /* borrowed; NULL: an INSERT */
  const cm_cell *cells; /* one per column; NULL: a DELETE */
  cm_conflict conflict; /* of an INSERT */
  cm_slice deleted;     /* of a DELETE: the row as it was read; absent: nobody kept it; borrowed */
  cm_change_waits
      *waits; /* where a write waits, a column of the SET list is not compared; NULL: none does */
  void *context; /* of `waits` */
} cm_stated_row;

cm_verb cm_stated_verb(const cm_stated_row *row);

/**
 * Make the change. An INSERT takes NULL for not given. An UPDATE has the columns whose value differs, by
 * meaning, from the row as it was read, which stands in the hidden column `json` (record/row.h); where nothing
 * differs, none.
 * @param out  Receives the change, to be cleared with cm_change_clear; empty on failure.
 * @return SQLITE_OK; SQLITE_ERROR with what is wrong (unknown to the verb, missing, of a wrong form);
 *         SQLITE_NOMEM.
 */
int cm_change_make(const cm_stated_row *row, cm_change *out, cm_err *err) CM_MUST_CHECK;

/** Set the key of an UPDATE or DELETE, and its parts. @return SQLITE_OK; SQLITE_ERROR where it is no key; SQLITE_NOMEM. */
int cm_change_take_key(cm_change *change, const cm_value *key, cm_err *err) CM_MUST_CHECK;

/**
 * The row's own JSON as cm_change_bodies has it, of a row that no change can be made of: a value that does not fit its column
 * stands there as it was given, and a column that no call carries stands beside the others.
 * @param out  Receives the text, to free with sqlite3_free; NULL of a DELETE.
 * @return SQLITE_OK, SQLITE_NOMEM.
 */
int cm_change_stated_body(const cm_stated_row *row, char **out, cm_err *err) CM_MUST_CHECK;

#endif
