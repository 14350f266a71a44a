/*
** scan_match.c -- which rows of a scan match the terms that are checked.
*/
#include "read/scan_state.h"
#include "record/compare.h"

/** Where a list is sent, a row belongs to the value that found it: the one the leg is bound to. */
static bool arg_matches(const cm_scan *scan, int index, const cm_row *row, const cm_value *shown) {
  const cm_plan_arg *arg = &scan->plan.args[index];
  cm_type type = scan->resource->columns[arg->column].type;
  if (arg->op >= CM_TERM_NE) return true;
  if (!arg->is_list) return cm_match(type, arg->op, shown, &scan->args[index].values[0]);
  if (arg->use == CM_ARG_CHECKED) {
    return cm_match_list(shown, scan->args[index].values, scan->args[index].count);
  }
  for (int i = 0; i < row->binding_count; i++) {
    if (row->bindings[i].column == arg->column)
      return cm_match(type, CM_TERM_EQ, shown, &row->bindings[i].value);
  }
  return true;
}

int cm_scan_term_matches(const cm_scan *scan, int arg, cm_row *row, bool *matches, cm_err *err) {
  int column = scan->plan.args[arg].column;
  cm_value shown = cm_value_null();
  *matches = true;
  if (scan->resource->columns[column].flags & CM_PARAM) return SQLITE_OK;
  int rc = cm_row_peek(row, column, &shown, err);
  if (rc == SQLITE_OK) *matches = arg_matches(scan, arg, row, &shown);
  cm_value_clear(&shown);
  return rc;
}

int cm_scan_row_matches(const cm_scan *scan, cm_row *row, bool *matches, cm_err *err) {
  int rc = SQLITE_OK;
  *matches = true;
  for (int i = 0; i < scan->plan.arg_count && *matches && rc == SQLITE_OK; i++)
    rc = cm_scan_term_matches(scan, i, row, matches, err);
  return rc;
}
