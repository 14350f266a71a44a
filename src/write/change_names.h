/*
** change_names.h -- rows that a change names by external id, and the paths that are filled with what is found.
** Pure: no I/O.
*/
#ifndef CM_WRITE_CHANGE_NAMES_H
#define CM_WRITE_CHANGE_NAMES_H

#include "base/buf.h"
#include "write/change.h"

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

/** The reference that fills a uuid of the row itself, NULL when there is none. */
const cm_reference *cm_change_reference(const cm_resource *resource, int column);

/** Does the row name this uuid by data source and external id? */
int cm_change_is_named(cm_change *change, int column, bool *out, cm_err *err) CM_MUST_CHECK;

/**
 * Refuse two names of one thing, unless the API takes both: then the external id has a place in bodies.
 * @return SQLITE_OK, SQLITE_ERROR.
 */
int cm_change_check_names(const cm_change *change, cm_err *err) CM_MUST_CHECK;

/** Append the value that stands for {column}, percent-encoded; in a path it must be an identifier. */
int cm_change_fill_column(cm_change *change, int column, bool is_path, cm_buf *out,
                          cm_err *err) CM_MUST_CHECK;

/** Has the column a value for paths that is not empty? */
int cm_change_has_value(cm_change *change, int column, bool *out, cm_err *err) CM_MUST_CHECK;

/** The need that describes how a column is found, NULL when there is none. */
const cm_need *cm_change_need(const cm_resource *resource, int column);

#endif
