/*
** scan_words.c -- a literal that is a column's known word but for the way it is written: SQL would find nothing, and
** say nothing. Where the right one stands beside it, in the same IN or as another operand of the same OR, it is meant.
**
** Of a plain = SQLite tells while planning that its value is a literal. Of the values of an IN it does not, so the
** running statements are looked at, and the TEMP views that they name.
*/
#include <string.h>

#include "base/sql_compares.h"
#include "read/scan_state.h"
#include "record/near_miss.h"

/** What is looked for in the text of statements. */
typedef struct question {
  const char *column;
  const cm_value *value;
  const cm_word
      *right; /* is it an alternative to the value? NULL: is the column compared with the value? */
} question;

static bool is_said(const char *sql, void *context) {
  const question *of = context;
  const cm_value *value = of->value;
  if (of->right == NULL) return cm_sql_compares(sql, of->column, value->text, value->len);
  return cm_sql_are_alternatives(sql, of->column, value->text, value->len, of->right->sql,
                                 strlen(of->right->sql));
}

static int refuse(const cm_scan *scan, const cm_column *column, const cm_word *words,
                  const cm_value *value, const cm_word *right, cm_err *err) {
  cm_buf choices;
  cm_buf_init(&choices, CM_MAX_URL_BYTES);
  cm_near_miss_put_words(words, &choices);
  int rc = cm_err_set(err, SQLITE_ERROR, "%s: %s is never '%.40s' (its values are %s): write '%s'",
                      scan->resource->name, column->name, value->text, cm_buf_str(&choices),
                      right->sql);
  cm_buf_clear(&choices);
  return rc;
}

static bool has_word(const cm_scan_arg *arg, const cm_word *word) {
  cm_value wanted = cm_value_text(word->sql, strlen(word->sql));
  for (int i = 0; i < arg->count; i++) {
    if (cm_value_compare(&arg->values[i], &wanted) == 0) return true;
  }
  return false;
}

static int check_arg(const cm_scan *scan, int index, const cm_word *words, cm_err *err) {
  const cm_plan_arg *plan = &scan->plan.args[index];
  const cm_column *column = &scan->resource->columns[plan->column];
  const cm_scan_arg *arg = &scan->args[index];
  int rc = SQLITE_OK;
  for (int i = 0; i < arg->count && rc == SQLITE_OK; i++) {
    const cm_word *right = cm_near_miss(words, &arg->values[i]);
    bool is_literal = plan->is_literal, is_beside = false;
    question of = { column->name, &arg->values[i], NULL };
    if (right == NULL || has_word(arg, right)) continue;
    if (plan->is_list) rc = cm_scan_ask_texts(scan, is_said, &of, &is_literal, err);
    of.right = right;
    if (rc == SQLITE_OK && is_literal) rc = cm_scan_ask_texts(scan, is_said, &of, &is_beside, err);
    if (rc == SQLITE_OK && is_literal && !is_beside) {
      rc = refuse(scan, column, words, &arg->values[i], right, err);
    }
  }
  return rc;
}

int cm_scan_check_words(const cm_scan *scan, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < scan->plan.arg_count && rc == SQLITE_OK; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    const cm_word *words = cm_registry_words(scan->resource, arg->column);
    if (words != NULL && arg->op == CM_TERM_EQ) rc = check_arg(scan, i, words, err);
  }
  return rc;
}
