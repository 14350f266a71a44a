/*
** enclosing.c -- the row around a row that came without it: how it is found when a column of it is looked at.
** What a column shows does not depend on the read that found its row.
*/
#include <string.h>

#include "read/scan_state.h"
#include "record/url.h"
#include "spec/registry.h"

void cm_scan_forget_enclosing(cm_scan *scan) {
  if (scan->around.text != NULL) scan->row.outer = (cm_slice){ NULL, 0 };
  sqlite3_free(scan->around.text);
  scan->around.text = NULL;
  scan->around.is_asked = false;
}

int cm_scan_keep_enclosing(cm_scan *scan, const cm_row *found, cm_err *err) {
  cm_slice text = found->resource == scan->resource ? found->outer : found->text;
  if (text.ptr == NULL) return SQLITE_OK;
  scan->around.text = cm_slice_copy(text);
  if (scan->around.text == NULL) return cm_err_nomem(err);
  scan->row.outer = (cm_slice){ scan->around.text, text.len };
  return SQLITE_OK;
}

static int give(cm_plan *plan, cm_scan_arg *args, int column, const cm_value *value, bool is_sent,
                cm_err *err) {
  cm_scan_arg *arg = &args[plan->arg_count];
  if (plan->arg_count == CM_PLAN_MAX_ARGS) return SQLITE_OK; /* it narrows the search, no more */
  arg->values = sqlite3_malloc64(sizeof *arg->values);
  if (arg->values == NULL) return cm_err_nomem(err);
  if (cm_value_copy(value, arg->values) != SQLITE_OK) return cm_err_nomem(err);
  arg->count = 1;
  plan->args[plan->arg_count++] = (cm_plan_arg){
    .term = -1,
    .column = column,
    .op = CM_TERM_EQ,
    .use = is_sent ? CM_ARG_SENT : CM_ARG_CHECKED,
  };
  return SQLITE_OK;
}

/** The value that a filter sends as `word`; NULL where none is known. */
static cm_value value_of(const cm_column *column, const cm_filter *filter, cm_slice word) {
  if (column->type == CM_BOOLEAN) return cm_value_integer(word.len == strlen("true"));
  for (const cm_word *known = filter->words; known != NULL && known->sql != NULL; known++) {
    if (strlen(known->wire) == word.len && memcmp(known->wire, word.ptr, word.len) == 0)
      return cm_value_text(known->sql, strlen(known->sql));
  }
  return cm_value_null();
}

static bool is_given(const cm_plan *plan, int column) {
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].column == column) return true;
  }
  return false;
}

/** Let a read find the rows too that it hides, by the parameters that a look-up of the encloser's natural key has. */
static int give_hidden(const cm_resource *encloser, const cm_resource *resource, cm_plan *plan,
                       cm_scan_arg *args, cm_err *err) {
  const cm_read *read = &resource->reads[plan->read];
  const cm_natural_key *natural = encloser->natural_key;
  const char *query = natural != NULL && natural->hidden != NULL ? natural->hidden->query : NULL;
  int rc = SQLITE_OK;
  while (query != NULL && *query != '\0' && rc == SQLITE_OK) {
    size_t name_len = strcspn(query, "="), len = strcspn(query, "&");
    cm_slice word = { query + name_len + 1, len - name_len - 1 };
    for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
      if (strlen(filter->param) != name_len || memcmp(filter->param, query, name_len) != 0)
        continue;
      int column = cm_registry_column(resource, filter->column);
      cm_value value = value_of(&resource->columns[column], filter, word);
      if (value.type == CM_VALUE_NULL || is_given(plan, column)) continue;
      rc = give(plan, args, column, &value, true, err);
    }
    query += len + (query[len] == '&');
  }
  return rc;
}

/** The row says whose it is. */
static int plan_look_up(const cm_resource *encloser, const cm_value *key, cm_plan *plan,
                        cm_scan_arg *args, cm_err *err) {
  *plan = cm_plan_of(cm_registry_key_read(encloser));
  return give(plan, args, cm_registry_key(encloser), key, true, err);
}

/** The one value that WHERE wants a column to be equal to; NULL: none. */
static const cm_value *equal_to(const cm_scan *scan, int column) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    bool is_it = arg->column == column && arg->op == CM_TERM_EQ && !arg->is_list;
    if (is_it && scan->args[i].count == 1) return &scan->args[i].values[0];
  }
  return NULL;
}

/** The first read that unfolds rows, and whose path WHERE fills; the widest one is the last. */
static int find_unfolding(const cm_scan *scan) {
  int last = scan->resource->read_count - 1;
  for (int i = 0; i < last; i++) {
    const cm_read *read = &scan->resource->reads[i];
    size_t at = 0;
    int column = cm_url_next_column(scan->resource, read->path, &at);
    bool is_filled = column >= 0 && equal_to(scan, column) != NULL &&
                     cm_url_path_value(&scan->resource->columns[column], equal_to(scan, column)) ==
                         CM_SEND;
    if (read->each != NULL && is_filled) return i;
  }
  return last;
}

/** The row does not say whose it is: look for it where rows have theirs around them. */
static int plan_search(cm_scan *scan, cm_plan *plan, cm_scan_arg *args, cm_err *err) {
  const cm_resource *resource = scan->resource;
  *plan = cm_plan_of(find_unfolding(scan));
  const cm_read *read = &resource->reads[plan->read];
  cm_value key = cm_value_null();
  int key_column = cm_registry_key(resource);
  int rc = cm_row_get(&scan->row, key_column, &key, err);
  if (rc == SQLITE_OK) rc = give(plan, args, key_column, &key, false, err);
  cm_value_clear(&key);
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    const cm_value *value = equal_to(scan, i);
    const cm_filter *filter = cm_url_find_filter(resource, read, i, CM_TERM_EQ);
    bool is_sent = filter != NULL || cm_url_path_has(resource, read, i);
    if (value != NULL && is_sent) rc = give(plan, args, i, value, true, err);
  }
  return rc;
}

bool cm_scan_lacks_enclosing(cm_scan *scan, int column) {
  bool may_lack = CM_EXTRA(scan->read, encloser) != NULL && !scan->around.is_asked;
  return may_lack && cm_row_lacks_encloser(&scan->row, column);
}

int cm_scan_plan_enclosing(cm_scan *scan, bool is_hidden, const cm_resource **resource,
                           cm_plan *plan, cm_scan_arg *args, cm_err *err) {
  const cm_resource *encloser = cm_registry_find(CM_EXTRA(scan->read, encloser));
  int column = cm_registry_encloser_column(scan->resource, encloser);
  cm_value key = cm_value_null();
  int rc = cm_row_get(&scan->row, column, &key, err);
  *resource = NULL;
  if (rc == SQLITE_OK && key.type == CM_VALUE_NULL) {
    *resource = scan->resource;
    rc = plan_search(scan, plan, args, err);
  } else if (rc == SQLITE_OK && cm_value_is_text(&key)) {
    *resource = encloser;
    rc = plan_look_up(encloser, &key, plan, args, err);
  }
  if (rc == SQLITE_OK && *resource != NULL && is_hidden)
    rc = give_hidden(encloser, *resource, plan, args, err);
  cm_value_clear(&key);
  return rc;
}
