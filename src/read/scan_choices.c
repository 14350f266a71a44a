/*
** scan_choices.c -- a parameter is given by IN, but SQLite keeps the values to itself: it takes them back where another IN
** of the statement has a row value. So each value that there is is asked for, and SQLite drops what its list lacks.
**
** What several values find is one row, as everywhere. Which of them the list has stands in the text of the statement,
** unless it is not a list of literals: then a row that comes again is an error, because it might be shown twice.
*/
#include <string.h>

#include "base/sql_lists.h"
#include "read/scan_state.h"
#include "spec/registry.h"

/** The value at this place among those that the parameter can have; NULL at the end. */
static cm_value choice_at(const cm_scan *scan, int index) {
  const cm_word *words = cm_registry_words(scan->resource, scan->plan.missing);
  if (words == NULL) return index < 2 ? cm_value_integer(index) : cm_value_null();
  for (int i = 0; i < index && words->sql != NULL; i++)
    words++;
  return words->sql != NULL ? cm_value_text(words->sql, strlen(words->sql)) : cm_value_null();
}

/** Reads the lists of the column in a text; never the end of asking. */
static bool read_lists(const char *sql, void *context) {
  cm_scan *scan = context;
  const char *column = scan->resource->columns[scan->plan.missing].name;
  for (const char *at = sql; (at = cm_sql_find_list(at, column)) != NULL;) {
    uint64_t listed = 0;
    bool is_plain = cm_sql_list_is_plain(at);
    cm_value choice;
    for (int i = 0; i < 64 && (choice = choice_at(scan, i)).type != CM_VALUE_NULL; i++) {
      if (cm_sql_list_has(at, &choice)) listed |= 1ull << i;
    }
    bool is_other = scan->choices.are_listed && listed != scan->choices.listed;
    scan->choices.are_unknown = scan->choices.are_unknown || !is_plain || is_other;
    scan->choices.are_listed = true;
    scan->choices.listed = listed;
  }
  return false;
}

int cm_scan_ask_choices(cm_scan *scan, cm_err *err) {
  int column = scan->plan.missing, count = 0;
  bool is_done = false;
  cm_scan_arg *arg = &scan->args[0];
  while (choice_at(scan, count).type != CM_VALUE_NULL)
    count++;
  scan->plan.args[0] = (cm_plan_arg){
    .term = -1, .column = column, .op = CM_TERM_EQ, .use = CM_ARG_SENT, .is_list = true
  };
  scan->plan.arg_count = 1;
  scan->plan.read = scan->resource->read_count - 1;
  arg->values = sqlite3_malloc64((sqlite3_uint64)count * sizeof *arg->values);
  if (arg->values == NULL) return cm_err_nomem(err);
  for (; arg->count < count; arg->count++) {
    cm_value choice = choice_at(scan, arg->count);
    if (cm_value_copy(&choice, &arg->values[arg->count]) != SQLITE_OK) return cm_err_nomem(err);
  }
  return cm_scan_ask_texts(scan, read_lists, scan, &is_done, err);
}

/** True when the list of the statement is known and lacks the value that the leg is bound to. */
static bool is_dropped(const cm_scan *scan, const cm_leg *leg) {
  if (!scan->choices.are_listed || scan->choices.are_unknown) return false;
  const cm_value *bound = cm_leg_find_bound(leg, scan->plan.missing);
  for (int choice = 0; bound != NULL && choice < scan->args[0].count; choice++) {
    if (cm_value_compare(bound, &scan->args[0].values[choice]) == 0)
      return !(scan->choices.listed & 1ull << choice);
  }
  return false;
}

int cm_scan_accept_choice(cm_scan *scan, const cm_leg *leg, bool *accepted, cm_err *err) {
  *accepted = true;
  if (cm_registry_key(scan->resource) < 0 || is_dropped(scan, leg)) return SQLITE_OK;
  int rc = cm_key_set_add(&scan->shown, &scan->row, accepted, err);
  if (rc != SQLITE_OK || *accepted || (scan->choices.are_listed && !scan->choices.are_unknown))
    return rc;
  const char *column = scan->resource->columns[scan->plan.missing].name;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: several values of %s find the same row (beside an IN with a row value "
                    "SQLite does not hand its list over): write the values as literals, or compare "
                    "the columns of the row value one by one",
                    scan->resource->name, column);
}
