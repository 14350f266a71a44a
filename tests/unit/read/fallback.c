/* read/fallback.h: the range and the interval of metrics that a statement does not give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "read/fallback.h"

#define NOON INT64_C(1768478400000) /* 2026-01-15 12:00:00 UTC */

static void check(const char *fallback, int64_t now_ms, const char *end, const char *expected) {
  const cm_filter_extras extras = { .fallback = fallback };
  const cm_filter filter = { .extras = &extras };
  cm_value value = end != NULL ? cm_value_text(end, strlen(end)) : cm_value_null();
  char text[CM_INSTANT_TEXT];
  cm_value out = cm_fallback_value(&filter, now_ms, end != NULL ? &value : NULL, text);
  assert_int_equal(out.type, CM_VALUE_TEXT);
  assert_int_equal(out.len, strlen(expected));
  assert_string_equal(out.text, expected);
}

static void a_text_stands_as_it_is(void **state) {
  (void)state;
  check("month", NOON, NULL, "month");
}

static void today_is_the_day_of_the_clock(void **state) {
  (void)state;
  check(CM_TODAY, NOON, "2020-01-01", "2026-01-15");
  check(CM_TODAY, NOON + 12 * 3600000 - 1, NULL, "2026-01-15");
  check(CM_TODAY, NOON + 12 * 3600000, NULL, "2026-01-16");
}

static void a_year_before_the_end(void **state) {
  (void)state;
  check(CM_YEAR_BEFORE_END, NOON, NULL, "2025-01-15");
  check(CM_YEAR_BEFORE_END, NOON, "2025-12-31", "2024-12-31");
  check(CM_YEAR_BEFORE_END, NOON, "2000-03-01 10:00:00", "1999-03-01");
  check(CM_YEAR_BEFORE_END, NOON, "2024-02-29", "2023-02-28");
  check(CM_YEAR_BEFORE_END, NOON, "2025-02-28", "2024-02-28");
}

static void an_end_that_is_no_day_counts_as_today(void **state) {
  (void)state;
  check(CM_YEAR_BEFORE_END, NOON, "soon", "2025-01-15");
  check(CM_YEAR_BEFORE_END, NOON, "", "2025-01-15");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_text_stands_as_it_is),
    cmocka_unit_test(today_is_the_day_of_the_clock),
    cmocka_unit_test(a_year_before_the_end),
    cmocka_unit_test(an_end_that_is_no_day_counts_as_today),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
