/*
** scan_days.c -- which days a leg asks for, where the WHERE clause bounds them. See read/scan_state.h.
*/
#include <string.h>

#include "read/day_range.h"
#include "read/scan_state.h"
#include "spec/registry.h"

enum {
  DAY_MS = 24 * 60 * 60 * 1000,
  EARLIEST_DAY = 0 /* 1970-01-01: of days before, no account knows anything */
};

static const cm_value *find_given(const cm_scan *scan, const cm_leg *leg, const char *name) {
  int column = cm_registry_column(scan->resource, name);
  return cm_leg_find_bound(leg, column);
}

static const cm_filter *find_widened(const cm_read *read, cm_op op) {
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    const cm_widened *widened = CM_EXTRA(filter, widened);
    if (widened != NULL && widened->op == op) return filter;
  }
  return NULL;
}

/** How long an interval is. The words of a query string are those of SQL. */
static void find_interval(const cm_scan *scan, const cm_leg *leg, const cm_widened *widened,
                          char *out, size_t size) {
  const cm_value *given = find_given(scan, leg, widened->interval);
  const char *word = "";
  size_t len = 0;
  for (const cm_filter *filter = scan->read->filters; given == NULL && filter->column; filter++) {
    if (strcmp(filter->column, widened->interval) == 0) word = CM_EXTRA(filter, fallback);
  }
  if (given != NULL && cm_value_is_text(given)) {
    word = given->text;
    len = given->len;
  } else {
    len = strlen(word);
  }
  if (len >= size) len = size - 1;
  memcpy(out, word, len);
  out[len] = '\0';
}

/**
 * The days that the terms leave.
 * @param is_one_of_many  Receives: they come from a value that the statement does not hold, a join's perhaps.
 */
static cm_day_range find_range(const cm_scan *scan, int column, bool *is_one_of_many) {
  cm_day_range range = cm_day_range_all();
  *is_one_of_many = false;
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    const cm_scan_arg *given = &scan->args[i];
    if (arg->column != column || !cm_plan_is_compared(arg)) continue;
    if (arg->is_list) {
      cm_day_range_narrow_list(&range, given->values, given->count);
    } else {
      cm_day_range_narrow(&range, arg->op, &given->values[0]);
      if (arg->op == CM_TERM_EQ && !arg->is_literal) *is_one_of_many = true;
    }
  }
  return range;
}

/** The day that a parameter is given as. @return false: it is not given, or is not a day. */
static bool find_day(const cm_value *given, int64_t *day) {
  int64_t instant_ms = 0;
  if (given == NULL || !cm_value_is_text(given)) return false;
  if (!cm_instant_parse(given->text, given->len, &instant_ms)) return false;
  char text[CM_INSTANT_TEXT];
  cm_instant_format_day(instant_ms, text);
  if (!cm_instant_parse(text, strlen(text), &instant_ms)) return false;
  *day = instant_ms / DAY_MS;
  return true;
}

static cm_value day_value(int64_t day, char *text) {
  cm_instant_format_day(day * DAY_MS, text);
  return cm_value_text(text, strlen(text));
}

static void put_days(const cm_scan *scan, const cm_leg *leg, const cm_day_range *range,
                     int64_t today, cm_scan_days *out) {
  const cm_value *start = find_given(scan, leg, find_widened(scan->read, CM_GE)->column);
  const cm_value *end = find_given(scan, leg, find_widened(scan->read, CM_LE)->column);
  bool sets_first = start == NULL && range->has_first;
  bool sets_last = end == NULL && range->has_last;
  int64_t first = range->first > EARLIEST_DAY ? range->first : EARLIEST_DAY;
  int64_t last = range->last < today ? range->last : today;
  bool is_before_all = sets_last && last < EARLIEST_DAY;
  bool has_first = sets_first || find_day(start, &first);
  bool has_last = end == NULL || find_day(end, &last);
  if (is_before_all || ((sets_first || sets_last) && has_first && has_last && last < first)) {
    out->is_empty = true;
    return;
  }
  if (sets_first) out->first = day_value(first, out->texts[0]);
  if (sets_last) out->last = day_value(last, out->texts[1]);
}

void cm_scan_find_days(const cm_scan *scan, const cm_leg *leg, int64_t now_ms, cm_scan_days *out) {
  char interval[16];
  bool is_one_of_many = false;
  const cm_filter *filter = find_widened(scan->read, CM_GE);
  memset(out, 0, sizeof *out);
  out->first = out->last = cm_value_null();
  if (filter == NULL) return;
  const char *name = CM_EXTRA(filter, widened)->column;
  int column = cm_registry_column(scan->resource, name);
  cm_day_range range = find_range(scan, column, &is_one_of_many);
  if (range.last < range.first) {
    out->is_empty = true;
    return;
  }
  find_interval(scan, leg, CM_EXTRA(filter, widened), interval, sizeof interval);
  if (is_one_of_many) cm_day_range_to_block(&range, interval);
  cm_day_range_widen(&range, interval);
  put_days(scan, leg, &range, now_ms / DAY_MS, out);
}
