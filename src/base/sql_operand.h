/*
** sql_operand.h -- one comparison of a column with texts, where it stands in a SQL text.
** Pure.  Tests: tests/unit/base/sql_compares.c
*/
#ifndef CM_BASE_SQL_OPERAND_H
#define CM_BASE_SQL_OPERAND_H

#include "base/sql_token.h"

/** A comparison that was found. */
typedef struct cm_sql_operand {
  const char *begin;
  cm_sql_token table;   /* as it is named before the column; of no length where it is not */
  cm_sql_token literal; /* the text; of an IN the bracket */
} cm_sql_operand;

/** Takes what stands between the quotes of a literal. @return true: that is enough. */
typedef bool cm_sql_takes(const char *text, size_t len, void *context);

/** May this token stand behind an operand that ends there? No operator that goes on with it may. */
bool cm_sql_ends_operand(const cm_sql_token *token);

/** Behind a name with those of its table and schema before it; the last two in `table` and `out`. */
const char *cm_sql_skip_column(const char *at, cm_sql_token *table, cm_sql_token *out);

/** Behind a comparison of the column with a text, or by IN with a list, that begins at `at`; NULL: something else does. */
const char *cm_sql_skip_comparison(const char *at, const char *column, cm_sql_operand *out);

/** Hand over the literal, or each text that is an item of its list, until one is taken. A query is not a list. */
bool cm_sql_each_text(const cm_sql_token *literal, cm_sql_takes *takes, void *context);

#endif
