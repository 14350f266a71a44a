/*
** Unit test of src/base/value.c: copies that own their bytes, and SQLite's order of values.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "base/value.h"

static cm_value text_of(const char *text) {
  return cm_value_text(text, strlen(text));
}

static cm_value as(cm_value_type type, const char *text) {
  cm_value value = text_of(text);
  value.type = type;
  return value;
}

static int sign(int number) {
  return (number > 0) - (number < 0);
}

static void null_text_is_null(void **state) {
  (void)state;
  cm_value value = cm_value_text(NULL, 5);
  assert_int_equal(value.type, CM_VALUE_NULL);
  assert_int_equal(text_of("").type, CM_VALUE_TEXT);
}

static void copy_owns_its_bytes(void **state) {
  (void)state;
  char bytes[] = "a\0b";
  cm_value from = cm_value_text(bytes, 3);
  cm_value to;
  assert_int_equal(cm_value_copy(&from, &to), SQLITE_OK);
  memset(bytes, 'x', 3);
  assert_int_equal(to.len, 3);
  assert_memory_equal(to.text, "a\0b", 4); /* with the NUL behind */
  assert_ptr_equal(to.text, to.owned);
  cm_value_clear(&to);
  assert_int_equal(to.type, CM_VALUE_NULL);
  assert_null(to.owned);
}

static void copy_of_a_number_owns_nothing(void **state) {
  (void)state;
  cm_value from = cm_value_integer(INT64_MIN);
  cm_value to;
  assert_int_equal(cm_value_copy(&from, &to), SQLITE_OK);
  assert_null(to.owned);
  assert_true(to.integer == INT64_MIN);
}

static void copy_keeps_type(void **state) {
  (void)state;
  cm_value from = as(CM_VALUE_JSON, "");
  cm_value to;
  assert_int_equal(cm_value_copy(&from, &to), SQLITE_OK);
  assert_int_equal(to.type, CM_VALUE_JSON);
  assert_non_null(to.owned);
  assert_string_equal(to.text, "");
  cm_value_clear(&to);
}

/* Each value is smaller than every later one, and equal to itself. */
static void order_is_sqlites(void **state) {
  (void)state;
  const cm_value values[] = {
    cm_value_null(),
    cm_value_real(-INFINITY),
    cm_value_integer(INT64_MIN),
    cm_value_real(-1.5),
    cm_value_integer(-1),
    cm_value_integer(0),
    cm_value_real(0.5),
    cm_value_integer(1),
    cm_value_real(9007199254740992.0),  /* 2^53 */
    cm_value_integer(9007199254740993), /* one more: equal as doubles */
    cm_value_integer(INT64_MAX - 1),
    cm_value_integer(INT64_MAX),
    cm_value_real(9223372036854775808.0), /* 2^63: more than any integer, equal as a double */
    cm_value_real(INFINITY),
    text_of(""),
    text_of("A"),
    text_of("AA"),
    as(CM_VALUE_JSON, "[]"),
    text_of("a"),
    text_of("\xc3\xa4"),
    as(CM_VALUE_BLOB, ""),
    as(CM_VALUE_BLOB, "A"),
  };
  int count = (int)cm_countof(values);
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < count; j++) {
      assert_int_equal(sign(cm_value_compare(&values[i], &values[j])), sign(i - j));
    }
  }
}

static void equal_across_types(void **state) {
  (void)state;
  cm_value one = cm_value_integer(1);
  cm_value also_one = cm_value_real(1.0);
  cm_value json = as(CM_VALUE_JSON, "[1]");
  cm_value text = text_of("[1]");
  cm_value nan_value = cm_value_real(NAN);
  cm_value null = cm_value_null();
  assert_int_equal(cm_value_compare(&one, &also_one), 0);
  assert_int_equal(cm_value_compare(&also_one, &one), 0);
  assert_int_equal(cm_value_compare(&json, &text), 0);
  assert_int_equal(cm_value_compare(&nan_value, &null), 0);
}

static void predicates(void **state) {
  (void)state;
  cm_value real = cm_value_real(1);
  cm_value json = as(CM_VALUE_JSON, "1");
  cm_value blob = as(CM_VALUE_BLOB, "1");
  assert_true(cm_value_is_number(&real));
  assert_false(cm_value_is_text(&real));
  assert_true(cm_value_is_text(&json));
  assert_false(cm_value_is_empty(&json));
  json.len = 0;
  blob.len = 0;
  assert_true(cm_value_is_empty(&json));
  assert_false(cm_value_is_empty(&blob));
  assert_false(cm_value_is_number(&json));
  assert_false(cm_value_is_text(&blob));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(null_text_is_null),
    cmocka_unit_test(copy_owns_its_bytes),
    cmocka_unit_test(copy_of_a_number_owns_nothing),
    cmocka_unit_test(copy_keeps_type),
    cmocka_unit_test(order_is_sqlites),
    cmocka_unit_test(equal_across_types),
    cmocka_unit_test(predicates),
  };
  return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
