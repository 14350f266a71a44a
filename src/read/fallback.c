#include "read/fallback.h"

#include <string.h>

#include "base/sqlite_api.h"

/** Twelve months before a day "YYYY-MM-DD": the same day of that month, or its last one. */
static void go_back_a_year(char *day) {
  char *at = day + strlen("YYYY") - 1;
  for (; at > day && *at == '0'; at--)
    *at = '9';
  if (*at > '0') (*at)--;
  if (strcmp(day + strlen("YYYY"), "-02-29") == 0) day[strlen("YYYY-MM-D")] = '8';
}

cm_value cm_fallback_value(const cm_filter *filter, int64_t now_ms, const cm_value *end,
                           char out[CM_INSTANT_TEXT]) {
  int64_t day_ms = now_ms;
  const char *fallback = CM_EXTRA(filter, fallback);
  bool is_before = strcmp(fallback, CM_YEAR_BEFORE_END) == 0;
  if (!is_before && strcmp(fallback, CM_TODAY) != 0) {
    return cm_value_text(fallback, strlen(fallback));
  }
  bool has_end = is_before && end != NULL && cm_value_is_text(end) &&
                 cm_instant_parse(end->text, end->len, &day_ms);
  if (!has_end) day_ms = now_ms;
  cm_instant_format_day(day_ms, out);
  if (is_before) go_back_a_year(out);
  return cm_value_text(out, strlen(out));
}
