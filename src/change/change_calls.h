/*
** change_calls.h -- the calls of a change: paths, bodies, the rows inside it, and what their answers took.
** Pure: no I/O.  Tests: tests/unit/change/change.c, tests/cases/write/inside/
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

/* ---- rows that go out inside the row that they belong to, see cm_inside_of ---------------------- */

/**
 * Put rows into a list of the row that they belong to, behind the items that its statement gave.
 * @param list   Its column; rows are put into it once, until they are taken out.
 * @param parts  The rows, `count` of them; what they name has been looked up.
 * @param own    Receives how many items the statement gave.
 * @return SQLITE_OK; SQLITE_ERROR where a row cannot be made; SQLITE_NOMEM.
 */
int cm_change_put_inside(cm_change *change, const char *list, cm_change *const *parts, int count,
                         int *own, cm_err *err) CM_MUST_CHECK;

/** The lists become again what the statement gave. */
void cm_change_take_out(cm_change *change);

/** The list that a create needs and that has no item; NULL: nothing is missing. */
const char *cm_change_lacks_items(const cm_change *change);

/** "invoices" of "invoices[]" and of "invoices[0]": the member of a body or an answer that the rows stand in. */
void cm_change_list_name(const char *pattern, char *out, int size);

#endif
