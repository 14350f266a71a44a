/*
** Unit test of src/read/ahead.c: how far a join reads ahead.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "read/ahead.h"

/** Ask for these rows one after another; what the window is after each. */
static void assert_windows(const int64_t *rows, const int *windows, int count, int max_window) {
  cm_ahead ahead = { .asked = 1 };
  for (int i = 0; i < count; i++) {
    cm_ahead_note(&ahead, rows[i], max_window);
    assert_int_equal(ahead.window, windows[i]);
  }
}

static void rows_in_a_row_open_the_window(void **state) {
  (void)state;
  static const int64_t rows[] = { 1, 2, 3, 4, 5, 6 };
  static const int windows[] = { 0, 2, 4, 8, 8, 8 };
  static const int narrow[] = { 0, 2, 3, 3, 3, 3 };
  static const int single[] = { 0, 1, 1, 1, 1, 1 };
  assert_windows(rows, windows, (int)cm_countof(rows), 8);
  assert_windows(rows, narrow, (int)cm_countof(rows), 3);
  assert_windows(rows, single, (int)cm_countof(rows), 1);
}

static void a_join_may_begin_at_any_row(void **state) {
  (void)state;
  static const int64_t rows[] = { 7, 8, 9 }, first[] = { 0, 1, 2 };
  static const int windows[] = { 0, 2, 4 };
  assert_windows(rows, windows, (int)cm_countof(rows), 8);
  assert_windows(first, windows, (int)cm_countof(first), 8);
}

static void rows_passed_over_halve_it(void **state) {
  (void)state;
  static const int64_t rows[] = { 1, 2, 3, 4, 9, 20, 30, 40, 41, 42 };
  static const int windows[] = { 0, 2, 4, 8, 4, 2, 1, 0, 2, 4 };
  assert_windows(rows, windows, (int)cm_countof(rows), 8);
}

static void the_same_row_again_changes_nothing(void **state) {
  (void)state;
  static const int64_t rows[] = { 1, 1, 1, 2, 2, 3, 3 };
  static const int windows[] = { 0, 0, 0, 2, 2, 4, 4 };
  assert_windows(rows, windows, (int)cm_countof(rows), 8);
}

static void rows_without_a_value_are_not_passed_over(void **state) {
  (void)state;
  cm_ahead ahead = { .asked = 1 };
  for (int64_t row = 1; row <= 3; row++)
    cm_ahead_note(&ahead, row, 8);
  cm_ahead_skip(&ahead, 4);
  cm_ahead_skip(&ahead, 5);
  cm_ahead_note(&ahead, 6, 8);
  assert_int_equal(ahead.window, 8);
  cm_ahead_skip(&ahead, 8); /* of 7 nothing is known */
  cm_ahead_note(&ahead, 9, 8);
  assert_int_equal(ahead.window, 4);
}

static void columns_that_show_it_once_only_are_forgotten(void **state) {
  (void)state;
  static const cm_ahead_source first[] = { { 6, 11, false }, { 0, 5, false } };
  static const cm_ahead_source next[] = { { 12, 12, false }, { 0, 5, false } };
  cm_ahead ahead = { .asked = 1 };
  cm_ahead_begin(&ahead, first, 2, 1);
  assert_true(ahead.is_followed);
  assert_true(cm_ahead_fits(&ahead, next));
  cm_ahead_narrow(&ahead, next);
  assert_int_equal(ahead.values[0].columns, 4);
  assert_false(ahead.values[0].is_same); /* it changes with the row */
  assert_true(ahead.values[1].is_same);
}

static void other_values_do_not_fit(void **state) {
  (void)state;
  static const cm_ahead_source first[] = { { 2, 11, false }, { 0, 5, false } };
  static const cm_ahead_source elsewhere[] = { { 4, 12, false }, { 0, 5, false } };
  static const cm_ahead_source changed[] = { { 2, 12, false }, { 0, 6, false } };
  static const cm_ahead_source constant[] = { { 0, 11, false }, { 0, 5, false } };
  cm_ahead ahead = { .asked = 1 };
  cm_ahead_begin(&ahead, first, 2, 1);
  assert_false(cm_ahead_fits(&ahead, elsewhere));
  assert_false(cm_ahead_fits(&ahead, changed));
  assert_false(cm_ahead_fits(&ahead, constant)); /* nothing that the row shows */
  cm_ahead_begin(&ahead, constant, 2, 1);
  assert_false(ahead.is_followed);
}

/* At the turn of a page the outer scan's next rows are looked at again. */
static void a_row_asked_ahead_twice_takes_one_place(void **state) {
  (void)state;
  cm_ahead ahead = { .asked = 1, .last_row = 1, .streak = 2, .window = 4 };
  cm_ahead_put(&ahead, 2);
  cm_ahead_put(&ahead, 3);
  cm_ahead_put(&ahead, 3);
  assert_int_equal(cm_ahead_open(&ahead, 1), 2);
  cm_ahead_note(&ahead, 4, 8);
  assert_int_equal(ahead.wasted, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_in_a_row_open_the_window),
    cmocka_unit_test(a_join_may_begin_at_any_row),
    cmocka_unit_test(rows_passed_over_halve_it),
    cmocka_unit_test(the_same_row_again_changes_nothing),
    cmocka_unit_test(rows_without_a_value_are_not_passed_over),
    cmocka_unit_test(columns_that_show_it_once_only_are_forgotten),
    cmocka_unit_test(other_values_do_not_fit),
    cmocka_unit_test(a_row_asked_ahead_twice_takes_one_place),
  };
  return cmocka_run_group_tests_name("ahead", tests, NULL, NULL);
}
