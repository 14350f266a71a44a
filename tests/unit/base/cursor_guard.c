/*
** The circle of cursors: noticed soon, wherever it begins and however long it is, and never without one.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cursor_guard.h"

/** How many cursors of a list pass that comes back to its `start`th one after `length` more. */
static int count_until_seen(int start, int length, int limit) {
  cm_cursor_guard guard = { 0 };
  for (int i = 0; i < limit; i++) {
    char cursor[32];
    int place = i < start ? i : start + (i - start) % length;
    snprintf(cursor, sizeof cursor, "c%d", place);
    if (cm_cursor_guard_saw(&guard, cursor)) return i;
  }
  return limit;
}

static void a_circle_is_noticed(void **state) {
  (void)state;
  for (int start = 0; start < 40; start++) {
    for (int length = 1; length < 40; length++) {
      int seen = count_until_seen(start, length, 1000);
      int longest = start > length ? start : length;
      if (seen < start + length || seen > 3 * longest + length + 2)
        fail_msg("from %d, %d long: seen at %d", start, length, seen);
    }
  }
}

static void the_same_cursor_is_noticed_at_once(void **state) {
  (void)state;
  assert_int_equal(count_until_seen(0, 1, 10), 1);
  assert_int_equal(count_until_seen(1, 1, 10), 2);
}

static void a_list_that_goes_on_passes(void **state) {
  (void)state;
  assert_int_equal(count_until_seen(100000, 1, 100000), 100000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_circle_is_noticed),
    cmocka_unit_test(the_same_cursor_is_noticed_at_once),
    cmocka_unit_test(a_list_that_goes_on_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
