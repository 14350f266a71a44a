/*
** change.h -- one row's INSERT, UPDATE or DELETE: what it may say, and the calls that carry it out.
** Layer: client.  Pure: no I/O.  Owns: the new values, the row as it was read.
** Tests: tests/unit/change.c
**
** A change is made when SQLite hands over the row: what is wrong with it is said then, by table and
** column. Its calls are made when it is sent, because a uuid that the row names by an external id is only
** known by then.
*/
#ifndef CM_CHANGE_H
#define CM_CHANGE_H

#include "buf.h"
#include "row.h"

/** What INSERT does where the row exists already. */
typedef enum cm_conflict {
  CM_CONFLICT_FAIL,
  CM_CONFLICT_IGNORE, /* leave it alone */
  CM_CONFLICT_REPLACE /* update it */
} cm_conflict;

/** What a statement says about one column of a row. */
typedef struct cm_cell {
  cm_value value;    /* borrowed */
  bool is_unchanged; /* UPDATE: the column is not in the SET list */
  bool is_doubtful;  /* where the row is not packed: it may be that the SET list has it, or not */
} cm_cell;

/** What a value of a change is for. */
typedef enum cm_given_use {
  CM_GIVEN_SENT,   /* it goes out */
  CM_GIVEN_KNOWN,  /* only to fill paths: part of the key, found by a look-up */
  CM_GIVEN_BEFORE, /* a set as earlier writes, which still wait, will leave it */
  CM_GIVEN_OWN     /* a list as the statement gave it, where rows of other statements were put in */
} cm_given_use;

typedef struct cm_given {
  int column;
  cm_given_use use;
  cm_value value; /* owned */
} cm_given;

typedef struct cm_change {
  const cm_resource *resource;
  cm_verb verb; /* of the calls: OR REPLACE of a row that exists becomes an update */
  cm_conflict conflict;
  cm_value key;    /* of UPDATE and DELETE; owned */
  cm_given *given; /* owned; a column that is not in it is not touched */
  int given_count;
  cm_packed_row old; /* the row as it was read; UPDATE only */
  bool is_merge;     /* OR REPLACE of a row that exists: nothing is taken out of its sets */
} cm_change;

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
 * read. The row stands in the hidden column `json`, see row.h.
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

/** Free what it holds and make it empty. */
void cm_change_clear(cm_change *change);

/** Free the parsed trees of the old row; they come back when needed. */
void cm_change_rest(cm_change *change);

/** Nothing to send: an UPDATE that sets every column to what it was. */
bool cm_change_is_empty(const cm_change *change);

/** Bytes that it keeps. */
size_t cm_change_bytes(const cm_change *change);

/** The value given for a column, NULL when there is none. Borrowed. */
const cm_value *cm_change_find(const cm_change *change, int column);

/** Set a value of a column for one use; it is copied. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_change_give(cm_change *change, int column, cm_given_use use, const cm_value *value,
                   cm_err *err) CM_MUST_CHECK;

/**
 * The value of a column for a path or a name: what is given, the key and its parts, the row as it was.
 * @param out  Receives the value, NULL type when there is none; clear it with cm_value_clear.
 */
int cm_change_value(cm_change *change, int column, cm_value *out, cm_err *err) CM_MUST_CHECK;

/**
 * What the row is called in errors and in chartmogul_writes: its key, for INSERT the last column of the
 * natural key.
 * @param out  Receives the value; NULL type for an INSERT of a row without a name.
 */
int cm_change_label(cm_change *change, cm_value *out, cm_err *err) CM_MUST_CHECK;

/**
 * The values of the natural key as texts, each to be freed; NULL where the resource has none or a part is
 * missing.
 */
int cm_change_natural_key(cm_change *change, char *out[2], cm_err *err) CM_MUST_CHECK;

/* ---- rows that are named by external id ---------------------------------------------------- */

/** A row of another table, named where its uuid is wanted. Borrowed. */
typedef struct cm_name {
  const cm_reference *reference;
  const char *data_source;
  const char *external_id;
} cm_name;

/** Answer a name: set `uuid` (borrowed) where it is known. @return SQLITE_OK to go on. */
typedef int cm_name_visitor(void *context, const cm_name *name, const char **uuid, cm_err *err);

/**
 * Visit every name whose uuid is not filled yet; a uuid that the visitor knows is filled in.
 * @return what stopped the visit; SQLITE_ERROR when a name is incomplete.
 */
int cm_change_visit_names(cm_change *change, cm_name_visitor *visit, void *context,
                          cm_err *err) CM_MUST_CHECK;

/**
 * A column that the calls need and that only another look-up can tell, see cm_need.
 * @param out  Receives it; NULL when there is none (any more).
 */
int cm_change_find_need(cm_change *change, const cm_need **out, cm_err *err) CM_MUST_CHECK;

/** Append a template with each {column} filled and percent-encoded. */
int cm_change_fill(cm_change *change, const char *pattern, cm_buf *out, cm_err *err) CM_MUST_CHECK;

/* ---- the calls ----------------------------------------------------------------------------- */

/**
 * True when a write carries a column in its body.
 * @param place  Receives where it goes, `len` bytes; NULL if not wanted. An empty place: nowhere.
 */
bool cm_change_carries(const cm_resource *resource, const cm_write *write, int column,
                       const char **place, size_t *len);

/** True when the change has a value that the write carries, or the write needs none. */
bool cm_change_uses(const cm_change *change, const cm_write *write);

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
 * Bodies of the calls as one text, for the log; names and paths need not be resolved.
 * @param out  Receives the text, to free with sqlite3_free; NULL when there is none.
 */
int cm_change_bodies(cm_change *change, char **out, cm_err *err) CM_MUST_CHECK;

/**
 * Turn the INSERT OR REPLACE of a row that exists into its update.
 * @param row  The row as it is.
 * @return SQLITE_OK; SQLITE_ERROR when a column differs that cannot be changed; SQLITE_NOMEM.
 */
int cm_change_become_update(cm_change *change, cm_slice row, cm_err *err) CM_MUST_CHECK;

/**
 * Append the names of the columns that a step carried and that the answer shows otherwise, with ", " between.
 * @param object  The object in the answer, or the row that may be the one sent.
 * @param out     Receives columns that the API may drop (CM_MAY_DROP).
 * @param kept    Receives all others; it may be `out`.
 */
int cm_change_not_taken(cm_change *change, const cm_change_step *step, cm_slice object, cm_buf *out,
                        cm_buf *kept, cm_err *err) CM_MUST_CHECK;

#endif
