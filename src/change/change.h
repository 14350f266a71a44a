/*
** change.h -- one row's INSERT, UPDATE or DELETE: the values given, the key, the row as it was read.
** Pure: no I/O.  Owns: the new values, the row as it was read.
** Tests: tests/unit/change/change.c
**
** A change is made when SQLite hands over the row: what is wrong with it is said then, by table and
** column. Its calls are made when it is sent, because a uuid that the row names by an external id is only
** known by then.
*/
#ifndef CM_CHANGE_CHANGE_H
#define CM_CHANGE_CHANGE_H

#include "record/row.h"
#include "wire/json.h"

/** What INSERT does where the row exists already. */
typedef enum cm_conflict {
  CM_CONFLICT_FAIL,
  CM_CONFLICT_IGNORE, /* leave it alone */
  CM_CONFLICT_REPLACE /* update it */
} cm_conflict;

/** What a value of a change is for. */
typedef enum cm_given_use {
  CM_GIVEN_SENT,   /* it goes out */
  CM_GIVEN_KNOWN,  /* only to fill paths: part of the key, found by a look-up */
  CM_GIVEN_BEFORE, /* a set as earlier writes, which still wait, will leave it */
  CM_GIVEN_OWN,    /* a list as the statement gave it, where rows of other statements were put in */
  CM_GIVEN_ASIDE   /* such a list with the rows, while the row's own body is made */
} cm_given_use;

/** A JSON column's value is the text that goes out, in the shape of its column. */
typedef struct cm_given {
  int column;
  cm_given_use use;
  cm_value value; /* owned */
  cm_json *json;  /* what goes out; owned, see cm_change_json */
} cm_given;

/** A row of another table, named by external id where its uuid is wanted. */
typedef struct cm_name {
  const cm_reference *reference;
  int item;                        /* in the list of reference->within that names it */
  char *data_source, *external_id; /* owned */
  char *uuid; /* as it was looked up, see cm_change_fill_names; owned, NULL: not yet */
} cm_name;

typedef struct cm_change {
  const cm_resource *resource;
  cm_verb verb; /* of the calls: OR REPLACE of a row that exists becomes an update */
  cm_conflict conflict;
  cm_value key;    /* of UPDATE and DELETE; owned */
  cm_given *given; /* owned; a column that is not in it is not touched */
  int given_count;
  cm_name *names; /* owned; those whose uuid is not filled in, see cm_change_find_names */
  int name_count;
  cm_packed_row old; /* the row as it was read; UPDATE only */
  char *deleted; /* JSON of the row as it was read; DELETE only; owned; NULL: nobody has read it */
  bool is_merge; /* OR REPLACE of a row that exists: nothing is taken out of its sets */
} cm_change;

/** Free what it holds and make it empty. */
void cm_change_clear(cm_change *change);

/** Free the trees of the values and the index of the old row; they come back when needed. */
void cm_change_release_scratch(cm_change *change);

/** Nothing to send: an UPDATE that sets every column to what it was. */
bool cm_change_is_empty(const cm_change *change);

/** JSON of the row as it was read. Borrowed; absent: none was, or it is an INSERT. */
cm_slice cm_change_before(const cm_change *change);

/** Bytes that it keeps. */
size_t cm_change_bytes(const cm_change *change);

/** Forget the value at this place of `given`; those behind it move up. */
void cm_change_drop(cm_change *change, int index);

/** The same for a name. */
void cm_change_drop_name(cm_change *change, int index);

/** The value given for a column, NULL when there is none. Borrowed. */
const cm_value *cm_change_find(const cm_change *change, int column);

/** A value of a column as what goes out for it, see cm_change_value_encode; a type that the old row has is kept. */
int cm_change_encode(const cm_change *change, int column, const cm_value *value, cm_json **out,
                     cm_err *err) CM_MUST_CHECK;

/**
 * Set a value of a column for one use.
 * @param value  Copied; NULL for an object or array, whose text is kept instead.
 * @param json   What goes out for it; taken over, on failure too. NULL counts as memory that ran out.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_change_put(cm_change *change, int column, cm_given_use use, const cm_value *value,
                  cm_json *json, cm_err *err) CM_MUST_CHECK;

/** What goes out for a given value. @param out  Borrowed until cm_change_release_scratch or the next value. */
int cm_change_json(const cm_change *change, cm_given *given, const cm_json **out,
                   cm_err *err) CM_MUST_CHECK;
/** The same as a copy, to free with cm_json_free. */
int cm_change_copy_json(const cm_change *change, cm_given *given, cm_json **out,
                        cm_err *err) CM_MUST_CHECK;

/** Set a value of a column for one use; it is copied. @return as cm_change_value_encode. */
int cm_change_give(cm_change *change, int column, cm_given_use use, const cm_value *value,
                   cm_err *err) CM_MUST_CHECK;

/** Take over the values of a later change of the same row. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_change_join(cm_change *change, cm_change *later, cm_err *err) CM_MUST_CHECK;

/**
 * The value of a column for a path or a name: what is given, the key and its parts, the row as it was.
 * @param out  Receives the value, NULL type when there is none; clear it with cm_value_clear.
 */
int cm_change_value(cm_change *change, int column, cm_value *out, cm_err *err) CM_MUST_CHECK;

/** The same as a text, to be freed; NULL where there is none, or an empty one. */
int cm_change_text(cm_change *change, int column, char **out, cm_err *err) CM_MUST_CHECK;

/**
 * The values of the natural key as texts, each to be freed; NULL where the resource has none or a part is
 * missing.
 */
int cm_change_natural_key(cm_change *change, char *out[2], cm_err *err) CM_MUST_CHECK;

/** The value a column has for one use, NULL when it has none. Borrowed. */
cm_given *cm_change_find_use(const cm_change *change, int column, cm_given_use use);

/** Column by name, -1 for NULL and when there is none. */
int cm_change_column(const cm_resource *resource, const char *name);

/** JSON type of a column in the row as it was read; absent where that cannot be told, or no row was read. */
cm_json_type cm_change_type_in_row(const cm_change *change, int column);

/** True when the change has a value that the write carries, or the write needs none. */
bool cm_change_uses(const cm_change *change, const cm_write *write);

/** The first write that uses it; NULL: none. */
const cm_write *cm_change_first_write(const cm_change *change);

#endif
