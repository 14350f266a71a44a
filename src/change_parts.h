/*
** change_parts.h -- what the files of change.h share.
** Layer: client.  Nobody else includes it.
*/
#ifndef CM_CHANGE_PARTS_H
#define CM_CHANGE_PARTS_H

#include "change.h"
#include "json.h"

/** The value a column has for one use, NULL when it has none. Borrowed. */
cm_given *cm_change_find_use(const cm_change *change, int column, cm_given_use use);

/** Column by name, -1 for NULL and when there is none. */
int cm_change_column(const cm_resource *resource, const char *name);

/** The reference that fills a uuid of the row itself, NULL when there is none. */
const cm_reference *cm_change_reference(const cm_resource *resource, int column);

/** Does the row name this uuid by data source and external id? */
int cm_change_is_named(cm_change *change, int column, bool *out, cm_err *err) CM_MUST_CHECK;

/**
 * Refuse two names of one thing, unless the API takes both: then the external id has a place in bodies.
 * @return SQLITE_OK, SQLITE_ERROR.
 */
int cm_change_check_names(const cm_change *change, cm_err *err) CM_MUST_CHECK;

/** Move behind the next {column} of a pattern. @return its column, -1 at the end. */
int cm_change_next_placeholder(const cm_resource *resource, const char **pattern);

/** Append the value that stands for {column}, percent-encoded; in a path it must be an identifier. */
int cm_change_fill_column(cm_change *change, int column, bool is_path, cm_buf *out,
                          cm_err *err) CM_MUST_CHECK;

/** Has the column a value for paths that is not empty? */
int cm_change_has_value(cm_change *change, int column, bool *out, cm_err *err) CM_MUST_CHECK;

/** JSON type of a column in the row as it was read; absent where that cannot be told. */
cm_json_type cm_change_type_in_row(const cm_change *change, int column);

/** The need that describes how a column is found, NULL when there is none. */
const cm_need *cm_change_need(const cm_resource *resource, int column);

/* ---- columns that are sets (change_set.c) ---------------------------------------------------- */

/** Replace the set wanted by the part of it that a write carries; an empty part becomes NULL. */
int cm_change_set_part(cm_change *change, const cm_write *write, int column, cm_json **json,
                       cm_err *err) CM_MUST_CHECK;

/** Add the members that are to go, with the value null, to a list that is sent as a whole. */
int cm_change_set_gone(cm_change *change, int column, cm_json *list, cm_err *err) CM_MUST_CHECK;

/** True when the set in an answer shows that its part was taken. */
bool cm_change_set_is_taken(const cm_write *write, const cm_json *part, const cm_json *shown);

#endif
