/*
** at_hand.c -- what the scans of one statement have for each other: rows at hand for look-ups. Nothing here decides about a
** result, only about requests.
*/
#include <string.h>

#include "lists/list_store.h"
#include "read/scan_state.h"

void cm_scan_list(cm_scan *scan) {
  scan->next_open = scan->session->reading.scans;
  scan->session->reading.scans = scan;
}

void cm_scan_unlist(cm_scan *scan) {
  for (cm_scan **link = &scan->session->reading.scans; *link != NULL; link = &(*link)->next_open) {
    if (*link != scan) continue;
    *link = scan->next_open;
    break;
  }
  if (scan->followers[0].asked != 0) cm_memo_keep_prefetched(scan->session);
}

/** The value that fills the only {column} of the path; NULL when there are more, or lists. */
static const cm_url_value *path_value(const cm_leg_request *request) {
  size_t at = 0;
  int column = cm_url_next_column(request->resource, request->read->path, &at);
  bool is_only = column >= 0 && cm_url_next_column(request->resource, request->read->path, &at) < 0;
  for (int i = 0; is_only && i < request->count; i++) {
    const cm_value *value = request->values[i].value;
    if (request->values[i].column == column && value != NULL && cm_value_is_text(value))
      return &request->values[i];
  }
  return NULL;
}

/** The open scan of a table whose current row has the key. */
static cm_scan *find_scan_on(cm_scan *scan, const char *table, const cm_value *key) {
  for (cm_scan *other = scan->session->reading.scans; other != NULL; other = other->next_open) {
    if (other == scan || !other->is_on_row || strcmp(other->resource->name, table) != 0) continue;
    cm_value shown = cm_value_null();
    int rc = cm_row_peek(&other->row, cm_registry_key(other->resource), &shown, NULL);
    bool is_same = rc == SQLITE_OK && cm_value_compare(&shown, key) == 0;
    cm_value_clear(&shown);
    if (is_same) return other;
  }
  return NULL;
}

/**
 * The values of a request, and those that it cannot carry, each in its term's place.
 * @param values  CM_LEG_MAX_VALUES.
 */
static void put_values(const cm_scan *scan, const cm_leg_request *request, cm_url_value *values,
                       cm_list_question *question) {
  int sent = 0;
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    if (arg->use == CM_ARG_SENT) values[question->count++] = request->values[sent++];
    if (arg->use != CM_ARG_UNSENDABLE) continue;
    question->unsendable |= UINT64_C(1) << question->count;
    values[question->count++] = (cm_url_value){ .column = arg->column,
                                                .op = arg->op,
                                                .value = &scan->args[i].values[0] };
  }
  while (sent < request->count)
    values[question->count++] = request->values[sent++];
  question->values = values;
}

void cm_scan_put_question(const cm_scan *scan, const cm_leg_request *request, cm_url_value *values,
                          cm_list_question *question) {
  *question = (cm_list_question){ .resource = scan->resource,
                                  .read = scan->planned != NULL ? scan->planned : scan->read,
                                  .columns_used = scan->plan.columns_used,
                                  .coming = 1 };
  put_values(scan, request, values, question);
}

/* ---- rows at hand -------------------------------------------------------------------------- */

/** True when the statement uses a member that an answer holds only where it was asked for. */
static bool wants_more(const cm_scan *scan) {
  for (int i = 0; i < scan->resource->column_count; i++) {
    if (cm_url_wants(scan->resource, scan->plan.columns_used, i)) return true;
  }
  return false;
}

/** True when the rows of a scan may be other than a plain look-up finds: a parameter says what they hold. */
static bool has_parameter(const cm_scan *scan) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    if (scan->resource->columns[scan->plan.args[i].column].flags & CM_PARAM) return true;
  }
  return false;
}

/** The row of a key, under another scan of the statement. */
static int take_row(cm_scan *scan, const cm_scan *other, cm_leg *leg, cm_err *err) {
  cm_list_rows *fixed = &leg->fixed;
  fixed->rows = sqlite3_malloc64(sizeof *fixed->rows);
  if (fixed->rows == NULL) return cm_err_nomem(err);
  fixed->rows[0] = (cm_slice){ cm_slice_copy(other->row.text), other->row.text.len };
  fixed->count = 1;
  fixed->is_known = true;
  fixed->read = scan->read;
  return fixed->rows[0].ptr != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** The scan whose current row is the one that is looked up; NULL: none. */
static cm_scan *find_row(cm_scan *scan, const cm_leg_request *request) {
  const cm_url_value *key = path_value(request);
  bool is_plain = scan->read->is_listed && scan->read->each == NULL && request->count == 1;
  if (!is_plain || key == NULL || scan->legs.are_many || wants_more(scan)) return NULL;
  cm_scan *other = find_scan_on(scan, scan->resource->name, key->value);
  bool is_other = other != NULL && CM_EXTRA(scan->read, finds_hidden) && has_parameter(other);
  return is_other ? NULL : other;
}

int cm_scan_find_at_hand(cm_scan *scan, cm_leg *leg, const cm_leg_request *request, cm_err *err) {
  cm_scan *other = find_row(scan, request);
  if (other != NULL) return take_row(scan, other, leg, err);
  cm_url_value values[CM_LEG_MAX_VALUES];
  cm_list_question question;
  cm_scan_put_question(scan, request, values, &question);
  bool are_sure = scan->legs.are_many && scan->plan.wanted < 0;
  if (are_sure) question.coming = scan->legs.total;
  for (int i = 0; i < question.count; i++) {
    for (int arg = 0; arg < scan->plan.arg_count; arg++) {
      bool varies = scan->plan.args[arg].is_list && scan->args[arg].count > 1 &&
                    scan->plan.args[arg].column == values[i].column;
      if (varies) question.varying |= UINT64_C(1) << i;
    }
  }
  return cm_list_store_find(scan->session, &question, &leg->fixed, err);
}
