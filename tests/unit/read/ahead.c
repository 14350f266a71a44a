/*
** Unit test of src/read/ahead.c: how far a join reads ahead.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "read/ahead.h"

static const cm_read one, two, three, four, five;

/** Ask for these rows one after another; what the window is after each. */
static void assert_windows(const int64_t *rows, const int *windows, int count, int max_window) {
  cm_ahead ahead = { .read = &one };
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

static void each_child_has_a_window(void **state) {
  (void)state;
  cm_ahead followers[CM_MAX_FOLLOWERS] = { { NULL, 0, 0, 0, 0, 0, 0 } };
  cm_ahead *first = cm_ahead_find(followers, &one);
  assert_non_null(first);
  assert_ptr_not_equal(cm_ahead_find(followers, &two), first);
  assert_ptr_equal(cm_ahead_find(followers, &one), first);
  assert_non_null(cm_ahead_find(followers, &three));
  assert_non_null(cm_ahead_find(followers, &four));
  assert_null(cm_ahead_find(followers, &five)); /* no room: not read ahead */
  assert_ptr_equal(cm_ahead_find(followers, &one), first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_in_a_row_open_the_window),
    cmocka_unit_test(a_join_may_begin_at_any_row),
    cmocka_unit_test(rows_passed_over_halve_it),
    cmocka_unit_test(the_same_row_again_changes_nothing),
    cmocka_unit_test(each_child_has_a_window),
  };
  return cmocka_run_group_tests_name("ahead", tests, NULL, NULL);
}
