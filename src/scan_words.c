/*
** scan_words.c -- a literal that is a column's known word but for the way it is written: SQL would find nothing, and
** say nothing. Where the right one stands beside it, in the same IN or as another operand of the same OR, it is meant.
**
** Of a plain = SQLite tells while planning that its value is a literal. Of the values of an IN it does not, so the
** running statements are looked at, and the TEMP views that they name.
*/
#include <string.h>

#include "near_miss.h"
#include "scan_state.h"
#include "sql_compares.h"

/** What is looked for in the text of statements. */
typedef struct question {
  const char *column;
  const cm_value *value;
  const cm_word
      *right; /* is it an alternative to the value? NULL: is the column compared with the value? */
} question;

static bool is_said(const char *sql, const question *of) {
  const cm_value *value = of->value;
  if (of->right == NULL) return cm_sql_compares(sql, of->column, value->text, value->len);
  return cm_sql_are_alternatives(sql, of->column, value->text, value->len, of->right->sql,
                                 strlen(of->right->sql));
}

/** Does a TEMP view that the text names say so? */
static int is_in_view(sqlite3 *db, const char *sql, const question *of, bool *found, cm_err *err) {
  static const char query[] = "SELECT sql FROM temp.sqlite_schema WHERE type = 'view' AND "
                              "instr(lower(?1), lower(name)) > 0";
  sqlite3_stmt *views = NULL;
  int rc = sqlite3_prepare_v2(db, query, -1, &views, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(views, 1, sql, -1, SQLITE_STATIC);
  while (rc == SQLITE_OK && !*found && (rc = sqlite3_step(views)) == SQLITE_ROW) {
    *found = is_said((const char *)sqlite3_column_text(views, 0), of);
    rc = SQLITE_OK;
  }
  sqlite3_finalize(views);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err)
                            : SQLITE_OK; /* where nothing can be read, nothing is known */
}

/** Does a running statement say so? */
static int is_in_statement(cm_session *session, const question *of, bool *found, cm_err *err) {
  sqlite3_stmt *statement = sqlite3_next_stmt(session->db, NULL);
  int rc = SQLITE_OK;
  for (; statement != NULL && !*found && rc == SQLITE_OK;
       statement = sqlite3_next_stmt(session->db, statement)) {
    const char *sql = sqlite3_sql(statement);
    if (sql == NULL || !sqlite3_stmt_busy(statement)) continue;
    *found = is_said(sql, of);
    if (!*found) rc = is_in_view(session->db, sql, of, found, err);
  }
  return rc;
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
    if (plan->is_list) rc = is_in_statement(scan->session, &of, &is_literal, err);
    of.right = right;
    if (rc == SQLITE_OK && is_literal) rc = is_in_statement(scan->session, &of, &is_beside, err);
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
