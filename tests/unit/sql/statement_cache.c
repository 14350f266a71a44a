/*
** Unit test of src/sql/functions/statement_cache.c: the first answer is the answer, within a bound.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "sql/functions/statement_cache.h"

static cm_once_answer answer_of(const char *text) {
  return (cm_once_answer){ SQLITE_OK, cm_value_text(text, strlen(text)) };
}

static void add(cm_once *once, const char *key, const char *text, bool is_read) {
  cm_once_answer answer = answer_of(text);
  assert_int_equal(cm_once_add(once, key, strlen(key), &answer, is_read, NULL), SQLITE_OK);
}

static const cm_once_answer *find(const cm_once *once, const char *key) {
  return cm_once_find(once, key, strlen(key));
}

static void nothing_is_found_before_it_is_added(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  assert_non_null(once);
  assert_null(find(once, "a"));
  assert_int_equal(cm_once_bytes(once), 0);
  add(once, "a", "1", true);
  assert_null(find(once, ""));
  assert_null(find(once, "b"));
  assert_null(cm_once_find(once, "a\0", 2));
  assert_string_equal(find(once, "a")->value.text, "1");
  cm_once_free(once);
}

static void keys_may_hold_anything(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  cm_once_answer one = answer_of("1"), two = answer_of("2");
  assert_int_equal(cm_once_add(once, "a\0b", 3, &one, false, NULL), SQLITE_OK);
  assert_int_equal(cm_once_add(once, "a\0c", 3, &two, false, NULL), SQLITE_OK);
  assert_string_equal(cm_once_find(once, "a\0b", 3)->value.text, "1");
  assert_string_equal(cm_once_find(once, "a\0c", 3)->value.text, "2");
  assert_null(cm_once_find(once, "a", 1));
  cm_once_free(once);
}

static void answers_are_copies_of_every_type(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  char body[] = "{\"a\":1}";
  cm_once_answer json = { SQLITE_OK, cm_value_text(body, strlen(body)) };
  cm_once_answer none = { SQLITE_OK, cm_value_null() };
  cm_once_answer error = { SQLITE_AUTH, cm_value_text("no key", 6) };
  json.value.type = CM_VALUE_JSON;
  assert_int_equal(cm_once_add(once, "json", 4, &json, true, NULL), SQLITE_OK);
  assert_int_equal(cm_once_add(once, "none", 4, &none, true, NULL), SQLITE_OK);
  assert_int_equal(cm_once_add(once, "error", 5, &error, true, NULL), SQLITE_OK);
  memset(body, 'x', strlen(body));
  assert_int_equal(find(once, "json")->value.type, CM_VALUE_JSON);
  assert_string_equal(find(once, "json")->value.text, "{\"a\":1}");
  assert_int_equal(find(once, "none")->value.type, CM_VALUE_NULL);
  assert_int_equal(find(once, "error")->code, SQLITE_AUTH);
  assert_string_equal(find(once, "error")->value.text, "no key");
  cm_once_free(once);
}

static void many_answers_are_all_found(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  char key[32];
  for (int i = 0; i < 20000; i++) {
    snprintf(key, sizeof key, "/customers/%d", i);
    add(once, key, key, i % 2 == 0);
  }
  for (int i = 0; i < 20000; i++) {
    snprintf(key, sizeof key, "/customers/%d", i);
    assert_string_equal(find(once, key)->value.text, key);
  }
  cm_once_free(once);
}

/* ---- the bound ----------------------------------------------------------------------------- */

enum { BIG = 8 * 1024 * 1024, BIG_ONES = CM_MAX_MEMO_BYTES / BIG };

static char *big_text(void) {
  char *text = malloc(BIG + 1);
  assert_non_null(text);
  memset(text, 'x', BIG);
  text[BIG] = '\0';
  return text;
}

static void reads_leave_oldest_first(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  char *text = big_text();
  char key[16];
  add(once, "write", "kept", false);
  for (int i = 0; i < BIG_ONES; i++) {
    snprintf(key, sizeof key, "%d", i);
    assert_int_equal(cm_once_make_room(once, NULL), SQLITE_OK);
    add(once, key, text, true);
  }
  assert_non_null(find(once, "0"));
  assert_int_equal(cm_once_make_room(once, NULL), SQLITE_OK);
  assert_null(find(once, "0"));
  assert_non_null(find(once, "1"));
  assert_non_null(find(once, "write"));
  assert_true(cm_once_bytes(once) < CM_MAX_MEMO_BYTES);
  add(once, "last", "1", true);
  assert_non_null(find(once, "last"));
  cm_once_free(once);
  free(text);
}

static void the_only_read_may_leave_and_others_come(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  char *text = big_text();
  char key[16];
  for (int i = 0; i < BIG_ONES - 1; i++) {
    snprintf(key, sizeof key, "%d", i);
    add(once, key, text, false);
  }
  add(once, "read", text, true);
  assert_int_equal(cm_once_make_room(once, NULL), SQLITE_OK);
  assert_null(find(once, "read"));
  add(once, "next", "1", true);
  add(once, "after", "2", true);
  assert_string_equal(find(once, "next")->value.text, "1");
  assert_string_equal(find(once, "after")->value.text, "2");
  assert_non_null(find(once, "0"));
  cm_once_free(once);
  free(text);
}

static void writes_never_leave(void **state) {
  (void)state;
  cm_once *once = cm_once_new();
  char *text = big_text();
  char key[16];
  cm_err err = { 0 };
  for (int i = 0; i < BIG_ONES; i++) {
    snprintf(key, sizeof key, "%d", i);
    assert_int_equal(cm_once_make_room(once, &err), SQLITE_OK);
    add(once, key, text, false);
  }
  assert_int_equal(cm_once_make_room(once, &err), SQLITE_TOOBIG);
  assert_non_null(strstr(err.text, "64 MiB"));
  assert_non_null(find(once, "0"));
  cm_once_free(once);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_found_before_it_is_added),
    cmocka_unit_test(keys_may_hold_anything),
    cmocka_unit_test(answers_are_copies_of_every_type),
    cmocka_unit_test(many_answers_are_all_found),
    cmocka_unit_test(reads_leave_oldest_first),
    cmocka_unit_test(the_only_read_may_leave_and_others_come),
    cmocka_unit_test(writes_never_leave),
  };
  return cmocka_run_group_tests_name("once", tests, NULL, NULL);
}
