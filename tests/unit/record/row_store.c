/* record/row_store.h: copies of rows, found by a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "record/row_store.h"

static cm_slice slice(const char *text) {
  return (cm_slice){ text, text != NULL ? strlen(text) : 0 };
}

static void put(cm_row_store *store, const char *key, const char *text) {
  assert_int_equal(SQLITE_OK, cm_row_store_put(store, slice(key), slice(text)));
}

static void rows_are_found_by_their_keys(void **state) {
  (void)state;
  cm_row_store store = { 0 };
  char text[] = "{\"a\":1}";
  put(&store, "a", text);
  put(&store, "b", NULL);
  put(&store, "", "{}");
  text[0] = 'x'; /* it was copied */
  assert_string_equal("{\"a\":1}", cm_row_store_find(&store, slice("a"))->text.ptr);
  assert_null(cm_row_store_find(&store, slice("b"))->text.ptr);
  assert_int_equal(2, cm_row_store_find(&store, slice(""))->text.len);
  assert_null(cm_row_store_find(&store, slice("c")));
  cm_row_store_clear(&store);
  assert_null(cm_row_store_find(&store, slice("a")));
  assert_int_equal(0, store.bytes);
}

static void several_rows_may_have_one_key(void **state) {
  (void)state;
  cm_row_store store = { 0 };
  put(&store, "a", "first");
  put(&store, "a", "second");
  const cm_stored_row *found = cm_row_store_find(&store, slice("a"));
  assert_string_equal("second", found->text.ptr);
  found = cm_map_next(&found->node);
  assert_string_equal("first", found->text.ptr);
  assert_null(cm_map_next(&found->node));
  cm_row_store_clear(&store);
}

static void the_last_row_of_a_key_can_be_dropped(void **state) {
  (void)state;
  cm_row_store store = { 0 };
  put(&store, "b", "other");
  size_t bytes = store.bytes;
  put(&store, "a", "first");
  put(&store, "a", NULL);
  assert_true(cm_row_store_drop(&store, slice("a")));
  assert_string_equal("first", cm_row_store_find(&store, slice("a"))->text.ptr);
  assert_true(cm_row_store_drop(&store, slice("a")));
  assert_false(cm_row_store_drop(&store, slice("a")));
  assert_int_equal(bytes, store.bytes);
  assert_string_equal("other", cm_row_store_find(&store, slice("b"))->text.ptr);
  cm_row_store_clear(&store);
}

static void there_is_a_bound(void **state) {
  (void)state;
  cm_row_store store = { 0 };
  size_t len = CM_MAX_MEMO_BYTES / 2;
  char *text = sqlite3_malloc64(len);
  memset(text, 'x', len);
  cm_slice half = { text, len };
  assert_int_equal(SQLITE_OK, cm_row_store_put(&store, slice("a"), half));
  assert_int_equal(SQLITE_TOOBIG, cm_row_store_put(&store, slice("b"), half));
  put(&store, "c", "small");
  cm_row_store_clear(&store);
  assert_int_equal(SQLITE_OK, cm_row_store_put(&store, slice("b"), half));
  cm_row_store_clear(&store);
  sqlite3_free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_are_found_by_their_keys),
    cmocka_unit_test(several_rows_may_have_one_key),
    cmocka_unit_test(the_last_row_of_a_key_can_be_dropped),
    cmocka_unit_test(there_is_a_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
