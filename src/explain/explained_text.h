/*
** explained_text.h -- the text of a statement that is explained: what it writes, and what its tables, lists and columns are in it.
** Pure: texts are borrowed from the statement.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_EXPLAINED_TEXT_H
#define CM_EXPLAIN_EXPLAINED_TEXT_H

#include "base/sql_token.h"
#include "change/change.h"

/** Bytes of the statement; NULL: there are none. */
typedef struct cm_span {
  const char *text;
  size_t len;
} cm_span;

/** Where a statement writes. */
typedef struct cm_written {
  bool is_found;
  cm_verb verb;
  cm_conflict conflict;
  cm_span name;    /* of the table, with its schema, as it is written */
  cm_span columns; /* what stands between the brackets behind the name of an INSERT */
  cm_span rows;    /* the SELECT or VALUES that an INSERT takes its rows from */
} cm_written;

/** Does it begin with a verb that reads or writes rows? */
bool cm_statement_is_of_rows(const char *sql);

void cm_statement_find_written(const char *sql, cm_written *out);

/** The WITH clause in front of the statement; NULL: there is none. */
cm_span cm_statement_with(const char *sql);

/**
 * What stands for a table that EXPLAIN QUERY PLAN calls so: its name, or a SELECT in brackets, which has this alias or none.
 * @return NULL where it does not stand in the text, or several do.
 */
cm_span cm_statement_source(const char *sql, const char *alias);

/** What stands in the brackets of `column IN (`. @return NULL: nowhere, or at several places. */
cm_span cm_statement_list(const char *sql, const char *column);

/** Does the text begin with SELECT, VALUES or WITH? */
bool cm_span_is_select(cm_span span);

/** The items of a list, by the commas between them. */
int64_t cm_span_items(cm_span span);

/** Does a list of columns have this one? */
bool cm_span_has_name(cm_span span, const char *name);

#endif
