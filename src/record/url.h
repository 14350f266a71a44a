/*
** url.h -- from a read and the values bound to it to the path and query of a request.
** Pure.  Tests: tests/unit/record/url.c
*/
#ifndef CM_RECORD_URL_H
#define CM_RECORD_URL_H

#include "record/row.h"
#include "spec/resource.h"

/** What becomes of a value that a filter or a path is given. */
typedef enum cm_sendable {
  CM_SEND,     /* it can be sent, and the API finds what SQL finds */
  CM_SEND_NOT, /* the list has to be read without it and SQLite decides: never narrower than SQL */
  CM_NO_ROW    /* no row of the API can match it */
} cm_sendable;

/**
 * The filter of a read that serves `column op`, NULL when there is none. An equality that the API has no
 * filter for is served by its bounds, where it has those: the first of them then.
 */
const cm_filter *cm_url_find_filter(const cm_resource *resource, const cm_read *read, int column,
                                    cm_term_op op);

/** True when the read's path has the column as {column}. */
bool cm_url_path_has(const cm_resource *resource, const cm_read *read, int column);

/** True when bounds of the column are sent as parameters that are not given, see cm_widened. */
bool cm_url_is_widened(const cm_resource *resource, const cm_read *read, int column);

/** True when a read of the resource works parameters out from the bounds of this column, -1: none. */
bool cm_url_is_range(const cm_resource *resource, int column);

/** True when the read looks something up, rather than listing it: it may find what the lists hide. */
bool cm_url_is_single(const cm_read *read);

/** First {column} of a template, or NULL, from `*at` on; -1 at the end. Moves `*at` behind it. */
int cm_url_next_column(const cm_resource *resource, const char *path, size_t *at);

/**
 * May this value fill the {column} of a path? Ids of ChartMogul hold letters, digits, "-" and "_" only;
 * a column with CM_ANY_TEXT_IN_PATH takes any text.
 */
cm_sendable cm_url_path_value(const cm_column *column, const cm_value *value);

/**
 * May this value be sent by a filter, and as what?
 * @param wire  Receives the text to send (not yet percent-encoded); cleared by the caller.
 *              NULL if only the verdict is wanted.
 */
cm_sendable cm_url_filter_value(const cm_column *column, const cm_filter *filter,
                                const cm_value *value, cm_buf *wire);

/**
 * Does the statement use a column that the answer holds only where the column's `wants` is sent: the column itself, or
 * the row as it arrived?
 * @param columns_used  By the rule of cm_plan_uses.
 */
bool cm_url_wants(const cm_resource *resource, uint64_t columns_used, int column);

/** A value for an error to show in `column = value`: as SQL has it. */
void cm_url_sample(const cm_column *column, char *out, int size);

/** The values of one request: one per {column} of the path and per filter that is sent. */
typedef struct cm_url_value {
  int column;
  cm_term_op op;
  const cm_value *value; /* NULL: unknown while planning, shown as {column} */
  const char *shown;     /* in place of {column}: "each uuid"; NULL: the column's name */
} cm_url_value;

/**
 * Append path and query, without per_page and cursor.
 * Values that must not be sent are left out. Codes as cm_buf_append.
 */
int cm_url_format(const cm_resource *resource, const cm_read *read, const cm_url_value *values,
                  int count, uint64_t columns_used, cm_buf *out);

/** Append the path of a template, {column} filled from the values. Codes as cm_buf_append. */
int cm_url_format_path(const cm_resource *resource, const char *path, const cm_url_value *values,
                       int count, cm_buf *out);

/** "?" or "&", whichever comes next in `url`. */
const char *cm_url_separator(const cm_buf *url);

#endif
