#include "read/day_range.h"

#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, DAYS_OF_A_WEEK = 7 };

cm_day_range cm_day_range_all(void) {
  return (cm_day_range){ .first = CM_FIRST_DAY, .last = CM_LAST_DAY };
}

/* ---- comparisons --------------------------------------------------------------------------- */

static bool stands(int64_t day, cm_term_op op, const cm_value *value) {
  char text[CM_INSTANT_TEXT];
  cm_instant_format_day(day * DAY_MS, text);
  cm_value shown = cm_value_text(text, strlen(text));
  int order = cm_value_compare(&shown, value);
  switch (op) {
  case CM_TERM_GT: return order > 0;
  case CM_TERM_GE: return order >= 0;
  case CM_TERM_LT: return order < 0;
  default: return order <= 0;
  }
}

/**
 * Days have one order, as texts and as numbers: those that stand a lower bound are all behind those that
 * do not. @return the first day for which standing changes to `is_standing`; one behind the last: none.
 */
static int64_t find_change(cm_term_op op, const cm_value *value, bool is_standing) {
  int64_t low = CM_FIRST_DAY;
  int64_t high = CM_LAST_DAY + 1;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (stands(middle, op, value) == is_standing) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

static void narrow_below(cm_day_range *range, cm_term_op op, const cm_value *value) {
  int64_t first = find_change(op, value, true);
  if (first > range->first) range->first = first;
  range->has_first = true;
}

static void narrow_above(cm_day_range *range, cm_term_op op, const cm_value *value) {
  int64_t last = find_change(op, value, false) - 1;
  if (last < range->last) range->last = last;
  range->has_last = true;
}

/** A number as the text that SQL compares it as with a column of texts; another value as it is. */
static cm_value as_text(const cm_value *value, char *out, int size) {
  if (!cm_value_is_number(value)) return *value;
  if (value->type == CM_VALUE_INTEGER) {
    sqlite3_snprintf(size, out, "%lld", (long long)value->integer);
  } else {
    sqlite3_snprintf(size, out, "%!.15g", value->real);
  }
  return cm_value_text(out, strlen(out));
}

/**
 * A day that a pattern matches begins with what stands before the pattern's first sign that is none of a day, and so
 * stands before that with a colon, which no day has and which comes behind the digits.
 */
static void narrow_to_pattern(cm_day_range *range, const cm_value *pattern) {
  char text[16];
  size_t len = 0;
  while (len < pattern->len && len < sizeof text - 1 && strchr("0123456789-", pattern->text[len]) &&
         pattern->text[len] != '\0')
    len++;
  memcpy(text, pattern->text, len);
  cm_value begin = cm_value_text(text, len);
  narrow_below(range, CM_TERM_GE, &begin);
  text[len] = ':';
  cm_value end = cm_value_text(text, len + 1);
  if (len > 0) narrow_above(range, CM_TERM_LE, &end);
}

void cm_day_range_narrow(cm_day_range *range, cm_term_op op, const cm_value *value) {
  char text[32];
  cm_value compared = as_text(value, text, (int)sizeof text);
  if (!cm_value_is_text(&compared)) return;
  if (op == CM_TERM_LIKE) narrow_to_pattern(range, &compared);
  if (op >= CM_TERM_NE) return;
  value = &compared;
  bool is_below = op == CM_TERM_GE || op == CM_TERM_GT;
  bool is_above = op == CM_TERM_LE || op == CM_TERM_LT;
  if (!is_above) narrow_below(range, is_below ? op : CM_TERM_GE, value);
  if (!is_below) narrow_above(range, is_above ? op : CM_TERM_LE, value);
}

void cm_day_range_narrow_list(cm_day_range *range, const cm_value *values, int count) {
  const cm_value *first = NULL;
  const cm_value *last = NULL;
  bool has_text = false;
  for (int i = 0; i < count; i++) {
    has_text = has_text || cm_value_is_text(&values[i]) || cm_value_is_number(&values[i]);
    if (!cm_value_is_text(&values[i])) continue;
    if (!cm_instant_is_day(values[i].text, values[i].len)) continue;
    if (first == NULL) first = &values[i];
    last = &values[i];
  }
  if (has_text && first == NULL) range->last = range->first - 1;
  if (first == NULL) return;
  cm_day_range_narrow(range, CM_TERM_GE, first);
  cm_day_range_narrow(range, CM_TERM_LE, last);
}

/* ---- intervals ----------------------------------------------------------------------------- */

typedef enum unit { DAY, WEEK, MONTH, QUARTER, YEAR, DECADE } unit;

static const char *const words[] = { "day", "week", "month", "quarter", "year" };
static const int longest[] = { 1, DAYS_OF_A_WEEK, 31, 92, 366, 3653 };

static unit unit_of(const char *interval) {
  unit of = DAY;
  while (of < YEAR && strcmp(interval, words[of]) != 0)
    of++;
  return of;
}

static int64_t within(int64_t day) {
  return day < CM_FIRST_DAY ? CM_FIRST_DAY : day > CM_LAST_DAY ? CM_LAST_DAY : day;
}

/** 0: Sunday. */
static int weekday_of(int64_t day) {
  return (int)((day - CM_FIRST_DAY + 6) % DAYS_OF_A_WEEK); /* 0000-01-01 was a Saturday */
}

/** The first day of the unit that holds the day. Not for weeks. */
static int64_t first_of(int64_t day, unit of) {
  char text[CM_INSTANT_TEXT]; /* "YYYY-MM-DD" */
  int64_t instant_ms = 0;
  if (of == DAY) return day;
  cm_instant_format_day(day * DAY_MS, text);
  int month = 10 * (text[5] - '0') + text[6] - '0';
  if (of >= YEAR) month = 1;
  if (of == QUARTER) month = (month - 1) / 3 * 3 + 1;
  if (of == DECADE) text[3] = '0';
  text[5] = (char)('0' + month / 10);
  text[6] = (char)('0' + month % 10);
  memcpy(&text[8], "01", 2);
  if (!cm_instant_parse(text, strlen(text), &instant_ms)) return day;
  return (instant_ms - CM_FIRST_DAY * DAY_MS) / DAY_MS + CM_FIRST_DAY;
}

static int64_t last_of(int64_t day, unit of) {
  int64_t next = first_of(day, of) + longest[of];
  return next > CM_LAST_DAY ? CM_LAST_DAY : first_of(next, of) - 1;
}

/** The Sunday before a day, and the Monday before a Sunday: one of the two begins the week. */
static int64_t week_begin(int64_t day) {
  int weekday = weekday_of(day);
  return within(weekday == 0 ? day - (DAYS_OF_A_WEEK - 1) : day - weekday);
}

static int64_t week_end(int64_t day) {
  int weekday = weekday_of(day);
  return within(weekday == 0 ? day + DAYS_OF_A_WEEK - 1 : day + DAYS_OF_A_WEEK - weekday);
}

static void widen_to(cm_day_range *range, unit of) {
  if (range->first > CM_LAST_DAY || range->last < CM_FIRST_DAY) return;
  if (range->first > CM_FIRST_DAY)
    range->first = of == WEEK ? week_begin(range->first) : first_of(range->first, of);
  if (range->last < CM_LAST_DAY)
    range->last = of == WEEK ? week_end(range->last) : last_of(range->last, of);
}

void cm_day_range_widen(cm_day_range *range, const char *interval) {
  widen_to(range, unit_of(interval));
}

void cm_day_range_to_block(cm_day_range *range, const char *interval) {
  widen_to(range, unit_of(interval) == DAY ? YEAR : DECADE);
}
