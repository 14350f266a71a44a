/*
** Unit test of src/base/key_hashes.c: keys are remembered in little memory, each once.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/key_hashes.h"
#include "base/sqlite_api.h"

enum { KEYS = 20000 };

static bool add(cm_key_hashes *set, int number) {
  char key[64];
  bool is_new = false;
  snprintf(key, sizeof key, "cus_00000000-0000-4003-8000-%012d", number);
  assert_int_equal(cm_key_hashes_add(set, key, strlen(key), &is_new), SQLITE_OK);
  return is_new;
}

static void each_key_is_new_once(void **state) {
  cm_key_hashes set = { 0 };
  (void)state;
  for (int i = 0; i < KEYS; i++)
    assert_true(add(&set, i));
  for (int i = 0; i < KEYS; i++)
    assert_false(add(&set, i));
  assert_int_equal(set.count, KEYS);
  cm_key_hashes_clear(&set);
  assert_int_equal(set.count, 0);
  assert_true(add(&set, 1));
  cm_key_hashes_clear(&set);
}

static void a_key_takes_about_24_bytes(void **state) {
  cm_key_hashes set = { 0 };
  (void)state;
  for (int i = 0; i < KEYS; i++) {
    add(&set, i);
    int64_t bytes = set.capacity * (int64_t)sizeof *set.slots;
    if (set.count > 1024) assert_true(bytes <= set.count * 29);
  }
  cm_key_hashes_clear(&set);
}

static void bytes_of_any_kind_and_none(void **state) {
  cm_key_hashes set = { 0 };
  bool is_new = false;
  (void)state;
  assert_int_equal(cm_key_hashes_add(&set, "\0a", 2, &is_new), SQLITE_OK);
  assert_true(is_new);
  assert_int_equal(cm_key_hashes_add(&set, "\0b", 2, &is_new), SQLITE_OK);
  assert_true(is_new);
  assert_int_equal(cm_key_hashes_add(&set, "", 0, &is_new), SQLITE_OK);
  assert_true(is_new);
  assert_int_equal(cm_key_hashes_add(&set, "", 0, &is_new), SQLITE_OK);
  assert_false(is_new);
  cm_key_hashes_clear(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_key_is_new_once),
    cmocka_unit_test(a_key_takes_about_24_bytes),
    cmocka_unit_test(bytes_of_any_kind_and_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
