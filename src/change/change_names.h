/*
** change_names.h -- rows that a change names by external id, the paths that are filled with what is found, and which
** writes go to one place.
** Pure: no I/O.
*/
#ifndef CM_CHANGE_CHANGE_NAMES_H
#define CM_CHANGE_CHANGE_NAMES_H

#include "base/buf.h"
#include "change/change.h"

/**
 * Find the names whose uuid the change lacks: in its columns, then in the items of its lists. Those that were
 * found before are forgotten.
 * @return SQLITE_OK; SQLITE_ERROR when a name is incomplete; SQLITE_NOMEM.
 */
int cm_change_find_names(cm_change *change, cm_err *err) CM_MUST_CHECK;

/** The name that fills a uuid of the row itself, NULL when there is none. */
const cm_name *cm_change_name_of(const cm_change *change, int column);

/** Note the uuid of a name. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_change_answer_name(cm_name *name, const char *uuid, cm_err *err) CM_MUST_CHECK;

/** Fill in the uuids that were noted; their names are names no more. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_change_fill_names(cm_change *change, cm_err *err) CM_MUST_CHECK;

/** Forget the names that stood in values which the change has no more. */
void cm_change_prune_names(cm_change *change);

/**
 * A column that the calls need and that only another look-up can tell, see cm_need.
 * @param out  Receives it; NULL when there is none (any more).
 */
int cm_change_find_need(cm_change *change, const cm_need **out, cm_err *err) CM_MUST_CHECK;

/** Append a template with each {column} filled and percent-encoded. */
int cm_change_fill(cm_change *change, const char *pattern, cm_buf *out, cm_err *err) CM_MUST_CHECK;

/** The reference that fills a uuid of the row itself, NULL when there is none. */
const cm_reference *cm_change_reference(const cm_resource *resource, int column);

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

/**
 * Put into a body of a write, at its top, what names the row and is not in it: what an INSERT gives and its path says, the
 * parts of the key. Of two names of one row the one that was given.
 * @param body  One that is not an object is left alone.
 */
int cm_change_put_names(cm_change *change, const cm_write *write, cm_json *body,
                        cm_err *err) CM_MUST_CHECK;

/** Is the body of a call that is the only one of the change the row's own, see cm_change_bodies? No rows and no names make it another. */
bool cm_change_is_own_body(const cm_change *change, const cm_write *write);

/** The need that describes how a column is found, NULL when there is none. */
const cm_need *cm_change_need(const cm_resource *resource, int column);

/** The write of an INSERT whose call may carry further rows, see cm_write_extras.batch. NULL: none. */
const cm_write *cm_change_batch_write(const cm_change *change);

/**
 * Where a write of the change goes, as a text that is equal for changes whose path and query will be the
 * same: a uuid that has yet to be looked up stands as the name that it is looked up by.
 * @param out       Receives the text, appended.
 * @param is_named  Receives whether there is such a uuid.
 */
int cm_change_destination(cm_change *change, const cm_write *write, cm_buf *out, bool *is_named,
                          cm_err *err) CM_MUST_CHECK;

/** The token of the row that is named, as cm_row_token has it for 'n'. */
uint64_t cm_name_token(const cm_name *name);

#endif
