/*
** compare.h -- whether the value that a row shows fits a term of the WHERE clause, and what a write counts as the same.
** Pure.  Tests: tests/unit/change/change.c
**
** Rows are dropped here only where SQLite would drop them too, so that what a join sees is what matches.
** A comparison that SQL might make after converting one side is left to SQLite: it counts as a match.
*/
#ifndef CM_RECORD_COMPARE_H
#define CM_RECORD_COMPARE_H

#include "base/err.h"
#include "base/value.h"
#include "spec/resource.h"
#include "wire/json.h"

/** `shown op wanted`, of a column of this type. NULL never matches, but by an `op` from CM_TERM_NE on. */
bool cm_match(cm_type type, cm_term_op op, const cm_value *shown, const cm_value *wanted);

/** `shown IN (values)`. The values are sorted by cm_value_compare and hold no NULL. */
bool cm_match_list(const cm_value *shown, const cm_value *values, int count);

/**
 * Refuse what would compare wrongly without a word: a timestamp column with a text like
 * "2025-01-01T00:00:00Z", which is not the form that these columns show.
 * @return SQLITE_OK; SQLITE_ERROR with the right form in the text.
 */
int cm_match_check(const cm_resource *resource, int column, const cm_value *values, int count,
                   cm_err *err) CM_MUST_CHECK;

/** True when two encoded values of a column mean the same. NULL, JSON null: nothing. */
bool cm_change_value_is_same(const cm_column *column, const cm_json *left, const cm_json *right);

/**
 * True when an answer shows what was sent. What the answer lacks counts as taken, and so does null shown
 * as something empty; instants in any form, items of a list in any order.
 */
bool cm_change_value_is_taken(const cm_json *sent, const cm_json *shown);

#endif
