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
  const cm_word *right; /* an alternative to the value */
} question;

static bool is_compared(const char *sql, void *context) {
  const question *of = context;
  return cm_sql_compares(sql, of->column, of->value->text, of->value->len);
}

static bool is_beside(const char *sql, void *context) {
  const question *of = context;
  return cm_sql_are_alternatives(sql, of->column, of->value->text, of->value->len, of->right->sql,
                                 strlen(of->right->sql));
}

static bool is_alone(const char *sql, void *context) {
  const question *of = context;
  return cm_sql_compares_alone(sql, of->column, of->value->text, of->value->len, of->right->sql,
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

/** A literal stands as it is where the right word is beside it, wherever it stands: which place is meant is unknown. */
static int check_literal(const cm_scan *scan, const cm_plan_arg *plan, const cm_word *words,
                         const cm_value *value, const cm_word *right, cm_err *err) {
  const cm_column *column = &scan->resource->columns[plan->column];
  question of = { column->name, value, right };
  bool is_literal = plan->is_literal, has_right = false, is_lone = false;
  int rc = SQLITE_OK;
  if (plan->is_list) rc = cm_scan_ask_texts(scan, is_compared, &of, &is_literal, err);
  if (rc != SQLITE_OK || !is_literal) return rc;
  rc = cm_scan_ask_texts(scan, is_beside, &of, &has_right, err);
  if (rc == SQLITE_OK && has_right) rc = cm_scan_ask_texts(scan, is_alone, &of, &is_lone, err);
  if (rc != SQLITE_OK || (has_right && !is_lone)) return rc;
  return refuse(scan, column, words, value, right, err);
}

static int check_arg(const cm_scan *scan, int index, const cm_word *words, cm_err *err) {
  const cm_scan_arg *arg = &scan->args[index];
  int rc = SQLITE_OK;
  for (int i = 0; i < arg->count && rc == SQLITE_OK; i++) {
    const cm_word *right = cm_near_miss(words, &arg->values[i]);
    if (right == NULL || has_word(arg, right)) continue;
    rc = check_literal(scan, &scan->plan.args[index], words, &arg->values[i], right, err);
  }
  return rc;
}

/* ---- what SQLite does not hand over ------------------------------------------------------------- */

enum { MAX_WORD_BYTES = 64 };

/** A near miss in a condition of which no term reaches the scan, an operand of an OR. */
typedef struct hidden {
  const char *tables[3];
  const char *column;
  const cm_word *words;
  const char *sql;
  char text[MAX_WORD_BYTES];
  const cm_word *right; /* NULL: none was found */
} hidden;

static bool take_hidden(const char *text, size_t len, void *context) {
  hidden *of = context;
  if (len >= sizeof of->text || memchr(text, '\'', len) != NULL) return false;
  memcpy(of->text, text, len);
  of->text[len] = '\0';
  cm_value value = cm_value_text(of->text, len);
  of->right = cm_near_miss(of->words, &value);
  if (of->right == NULL) return false;
  bool is_lone = cm_sql_compares_alone(of->sql, of->column, of->text, len, of->right->sql,
                                       strlen(of->right->sql));
  if (!is_lone) of->right = NULL;
  return is_lone;
}

static bool find_hidden(const char *sql, void *context) {
  hidden *of = context;
  of->sql = sql;
  return cm_sql_find_condition(sql, of->tables, of->column, take_hidden, of);
}

static bool is_offered(const cm_scan *scan, int column) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    if (scan->plan.args[i].column == column && scan->plan.args[i].op == CM_TERM_EQ) return true;
  }
  return false;
}

static int check_hidden(const cm_scan *scan, int index, const cm_word *words, cm_err *err) {
  const cm_column *column = &scan->resource->columns[index];
  const char *name = scan->resource->name;
  hidden of = { .tables = { name, strchr(name, '_') + 1, NULL },
                .column = column->name,
                .words = words };
  bool found = false;
  int rc = cm_scan_ask_texts(scan, find_hidden, &of, &found, err);
  if (rc != SQLITE_OK || !found) return rc;
  cm_value value = cm_value_text(of.text, strlen(of.text));
  return refuse(scan, column, of.words, &value, of.right, err);
}

/** The columns of the table whose texts were read already; NULL: there is no room to note it. */
static uint64_t *read_columns(const cm_scan *scan) {
  cm_read_texts *texts = &scan->session->reading.texts;
  if (texts->statement_id != scan->session->statement->id) *texts = (cm_read_texts){ 0 };
  texts->statement_id = scan->session->statement->id;
  for (int i = 0; i < texts->count; i++) {
    if (texts->tables[i].resource == scan->resource) return &texts->tables[i].columns;
  }
  if (texts->count == CM_MAX_READ_TEXTS) return NULL;
  texts->tables[texts->count].resource = scan->resource;
  return &texts->tables[texts->count++].columns;
}

/** A join opens a scan for each row, and the texts stay the same: one reading of each column is enough. */
static int check_all_hidden(const cm_scan *scan, cm_err *err) {
  uint64_t *noted = read_columns(scan);
  uint64_t read = noted != NULL ? *noted : 0;
  bool is_any_left = false;
  int rc = SQLITE_OK;
  for (int i = 0; i < scan->resource->column_count && rc == SQLITE_OK && read != UINT64_MAX; i++) {
    const cm_word *words = cm_registry_words(scan->resource, i);
    uint64_t bit = i < 64 ? UINT64_C(1) << i : 0;
    if (words == NULL || (read & bit) != 0) continue;
    bool is_told = is_offered(scan,
                              i); /* by this scan; another one of the table may have no term */
    if (!is_told) rc = check_hidden(scan, i, words, err);
    if (!is_told) read |= bit;
    is_any_left = is_any_left || is_told || bit == 0;
  }
  if (rc == SQLITE_OK && noted != NULL) *noted = is_any_left ? read : UINT64_MAX;
  return rc;
}

int cm_scan_check_words(const cm_scan *scan, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < scan->plan.arg_count && rc == SQLITE_OK; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    const cm_word *words = cm_registry_words(scan->resource, arg->column);
    if (words != NULL && arg->op == CM_TERM_EQ) rc = check_arg(scan, i, words, err);
  }
  return rc == SQLITE_OK ? check_all_hidden(scan, err) : rc;
}
