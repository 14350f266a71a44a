/* base/buf.h: grows to its maximum and not a byte further; a failure sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/sqlite_api.h"

/* ---- an allocator that can be told to fail --------------------------------------------------- */

static sqlite3_mem_methods real_memory;
static int allocations_left = -1; /* -1: as many as wanted */

static bool is_refused(void) {
  if (allocations_left < 0) return false;
  return allocations_left-- == 0 ? (allocations_left = 0, true) : false;
}

static void *failing_malloc(int size) {
  return is_refused() ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *old, int size) {
  return is_refused() ? NULL : real_memory.xRealloc(old, size);
}

static int install_memory(void **state) {
  (void)state;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
  sqlite3_mem_methods memory = real_memory;
  memory.xMalloc = failing_malloc;
  memory.xRealloc = failing_realloc;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
}

static int allow_memory(void **state) {
  (void)state;
  allocations_left = -1;
  return 0;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void empty_buffer(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 10);
  assert_null(buf.data);
  assert_string_equal("", cm_buf_str(&buf));
  assert_int_equal(SQLITE_OK, cm_buf_append(&buf, "", 0));
  assert_int_equal(SQLITE_OK, cm_buf_text(&buf, ""));
  assert_null(buf.data);
  cm_buf_clear(&buf);
}

static void appends_in_order(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 1000);
  assert_int_equal(SQLITE_OK, cm_buf_append(&buf, "a\0b", 3));
  assert_int_equal(SQLITE_OK, cm_buf_text(&buf, "cd"));
  assert_int_equal(SQLITE_OK, cm_buf_printf(&buf, "%d%%%s", 42, "x"));
  assert_int_equal(9, buf.len);
  assert_memory_equal("a\0bcd42%x", buf.data, 10);
  cm_buf_clear(&buf);
  assert_int_equal(0, buf.len);
  assert_int_equal(SQLITE_OK, cm_buf_text(&buf, "again"));
  assert_string_equal("again", cm_buf_str(&buf));
  cm_buf_clear(&buf);
}

static void grows_to_its_maximum(void **state) {
  (void)state;
  for (size_t max_len = 1; max_len < 700; max_len += 13) {
    cm_buf buf;
    cm_buf_init(&buf, max_len);
    for (size_t i = 0; i < max_len; i++) {
      char byte = (char)('a' + i % 26);
      assert_int_equal(SQLITE_OK, cm_buf_append(&buf, &byte, 1));
      assert_int_equal(0, buf.data[buf.len]);
      assert_true(buf.capacity > buf.len && buf.capacity <= max_len + 1);
    }
    for (size_t i = 0; i < max_len; i++)
      assert_int_equal('a' + i % 26, buf.data[i]);
    assert_int_equal(SQLITE_TOOBIG, cm_buf_append(&buf, "x", 1));
    assert_null(buf.data);
    cm_buf_clear(&buf);
  }
}

static void empty_again_in_the_same_memory(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 1000);
  cm_buf_empty(&buf);
  assert_string_equal("", cm_buf_str(&buf));
  cm_buf_text(&buf, "first");
  char *data = buf.data;
  cm_buf_empty(&buf);
  assert_int_equal(0, buf.len);
  assert_string_equal("", cm_buf_str(&buf));
  assert_int_equal(SQLITE_OK, cm_buf_text(&buf, "2nd"));
  assert_ptr_equal(data, buf.data);
  assert_string_equal("2nd", cm_buf_str(&buf));
  cm_buf_clear(&buf);
}

static void a_failure_sticks(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 4);
  cm_buf_text(&buf, "1234");
  assert_int_equal(SQLITE_TOOBIG, cm_buf_text(&buf, "5"));
  assert_int_equal(SQLITE_TOOBIG, cm_buf_text(&buf, ""));
  assert_int_equal(SQLITE_TOOBIG, cm_buf_printf(&buf, "%d", 1));
  assert_int_equal(SQLITE_TOOBIG, cm_buf_percent(&buf, "a", 1));
  assert_int_equal(0, buf.len);
  assert_string_equal("", cm_buf_str(&buf));
  assert_null(cm_buf_take(&buf));
  cm_buf_clear(&buf);
  assert_int_equal(SQLITE_OK, cm_buf_text(&buf, "1234"));
  cm_buf_clear(&buf);
}

static void a_length_that_would_overflow(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 100);
  cm_buf_text(&buf, "some");
  assert_int_equal(SQLITE_TOOBIG, cm_buf_append(&buf, "x", SIZE_MAX));
  cm_buf_clear(&buf);
}

static void no_memory(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 10000);
  allocations_left = 0;
  assert_int_equal(SQLITE_NOMEM, cm_buf_text(&buf, "a"));
  allocations_left = -1;
  assert_int_equal(SQLITE_NOMEM, cm_buf_text(&buf, "a"));
  cm_buf_clear(&buf);

  cm_buf_text(&buf, "some bytes that must not leak");
  allocations_left = 0;
  assert_int_equal(SQLITE_NOMEM, cm_buf_printf(&buf, "%d", 5));
  allocations_left = -1;
  assert_null(buf.data);
  cm_buf_clear(&buf);

  allocations_left = 0;
  assert_null(cm_buf_take(&buf));
}

static void percent_encodes(void **state) {
  (void)state;
  static const struct {
    const char *text, *encoded;
  } cases[] = {
    { "AZaz09-._~", "AZaz09-._~" },
    { "a b&c=d?e#f/g+h%", "a%20b%26c%3Dd%3Fe%23f%2Fg%2Bh%25" },
    { "\xc3\xa4\xff\x01\x7f", "%C3%A4%FF%01%7F" },
    { "me@example.com", "me%40example.com" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_buf buf;
    cm_buf_init(&buf, 1000);
    assert_int_equal(SQLITE_OK, cm_buf_percent(&buf, cases[i].text, strlen(cases[i].text)));
    assert_string_equal(cases[i].encoded, cm_buf_str(&buf));
    cm_buf_clear(&buf);
  }
  cm_buf buf;
  cm_buf_init(&buf, 5);
  assert_int_equal(SQLITE_TOOBIG, cm_buf_percent(&buf, "  ", 2)); /* six bytes */
  assert_int_equal(0, buf.len);
  cm_buf_clear(&buf);
}

static void take_hands_over(void **state) {
  (void)state;
  cm_buf buf;
  cm_buf_init(&buf, 100);
  cm_buf_text(&buf, "mine");
  char *taken = cm_buf_take(&buf);
  assert_string_equal("mine", taken);
  assert_null(buf.data);
  assert_int_equal(0, buf.len);
  assert_int_equal(100, buf.max_len);
  char *nothing = cm_buf_take(&buf);
  assert_string_equal("", nothing);
  sqlite3_free(taken);
  sqlite3_free(nothing);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(empty_buffer),
    cmocka_unit_test(appends_in_order),
    cmocka_unit_test(grows_to_its_maximum),
    cmocka_unit_test(empty_again_in_the_same_memory),
    cmocka_unit_test(a_failure_sticks),
    cmocka_unit_test(a_length_that_would_overflow),
    cmocka_unit_test_teardown(no_memory, allow_memory),
    cmocka_unit_test(percent_encodes),
    cmocka_unit_test(take_hands_over),
  };
  return cmocka_run_group_tests(tests, install_memory, NULL);
}
