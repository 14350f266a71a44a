/*
** change_calls.h -- the calls of a change: paths, bodies, and what their answers took.
** Pure: no I/O.  Tests: tests/unit/change/change.c
*/
#ifndef CM_CHANGE_CHANGE_CALLS_H
#define CM_CHANGE_CHANGE_CALLS_H

#include "base/buf.h"
#include "change/change.h"

/** One call of a change. */
typedef struct cm_change_step {
  const cm_write *write;
  char *path; /* with query; owned */
  char *body; /* owned; NULL: none */
} cm_change_step;

/**
 * Make the calls of a change, in the order they have to go out.
 * @param is_user_edit  Ask for handle_as_user_edit where the call takes it.
 * @param out           Receives `count` steps; free them with cm_change_free_steps.
 * @return SQLITE_OK; SQLITE_ERROR when a path lacks a value; SQLITE_TOOBIG; SQLITE_NOMEM.
 */
int cm_change_steps(cm_change *change, bool is_user_edit, cm_change_step **out, int *count,
                    cm_err *err) CM_MUST_CHECK;
void cm_change_free_steps(cm_change_step *steps, int count);

/**
 * The body that a write has for a row, as a tree to free, on failure too.
 * @param changes  Receives how many of its columns are a reason to send it.
 */
int cm_change_object(cm_change *change, const cm_write *write, cm_json **out, int *changes,
                     cm_err *err) CM_MUST_CHECK;

/**
 * The row's own JSON, for the log: the bodies that calls for it alone would have, one line a call, and in each what the
 * path of the call says (cm_change_put_names). Rows inside it do not count; names and paths need not be resolved.
 * @param out  Receives the text, to free with sqlite3_free; NULL when there is none.
 */
int cm_change_bodies(cm_change *change, char **out, cm_err *err) CM_MUST_CHECK;

/**
 * Append the names of the columns that a write carries and that the answer shows otherwise, with ", " between.
 * @param object  The object in the answer, or the row that may be the one sent.
 * @param out     Receives columns that the API may drop (CM_MAY_DROP).
 * @param kept    Receives all others; it may be `out`.
 */
int cm_change_not_taken(cm_change *change, const cm_write *write, cm_slice object, cm_buf *out,
                        cm_buf *kept, cm_err *err) CM_MUST_CHECK;

/**
 * Whether an object of an answer may be this row: true unless it shows another natural key.
 * @param is_shown  Receives whether it shows the key's last column, and with it this row's value.
 */
int cm_change_is_shown(cm_change *change, cm_slice object, bool *may_be, bool *is_shown,
                       cm_err *err) CM_MUST_CHECK;

#endif
