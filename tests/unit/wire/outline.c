/*
** Unit test of src/wire/outline.c: the shape of any answer.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/outline.h"

static cm_slice slice_of(const char *text) {
  return (cm_slice){ text, strlen(text) };
}

static void lists_and_rows(void **state) {
  (void)state;
  static const struct {
    const char *path, *body;
    bool is_list;
    const char *rows; /* NULL: the whole body */
  } table[] = {
    /* pages */
    { "/customers", "{\"entries\":[{\"a\":1}],\"cursor\":\"x\",\"has_more\":true,\"page\":1}", true,
      "[{\"a\":1}]" },
    { "/plans", "{\"plans\":[],\"current_page\":1,\"has_more\":false,\"cursor\":null}", true,
      "[]" },
    { "/import/customers/c/invoices",
      "{\"customer_uuid\":\"c\",\"invoices\":[1],\"has_more\":false}", true, "[1]" },
    { "/new", "{\"id\":1,\"things\":[1],\"others\":[2],\"has_more\":false}", true, "[1]" },
    { "/new/others", "{\"things\":[1],\"others\":[2],\"has_more\":false}", true, "[2]" },
    { "/odd", "{\"has_more\":true}", false, NULL },
    /* whole lists */
    { "/data_sources?name=x", "{\"data_sources\":[]}", true, "[]" },
    { "/metrics/mrr", "{\"entries\":[],\"summary\":{\"current\":1}}", true, "[]" },
    { "/metrics/mrr", "{\"summary\":{},\"entries\":[{\"date\":1}]}", true, "[{\"date\":1}]" },
    { "/new", "{\"things\":[{\"a\":1}],\"count\":1}", true, "[{\"a\":1}]" },
    { "/new", "{\"names\":[\"a\"],\"things\":[{\"a\":1}]}", true, "[{\"a\":1}]" },
    { "/new", "{\"things\":[]}", true, "[]" },
    { "/line_items?external_id=x", "{\"line_items\":[{\"uuid\":\"li\"}]}", true,
      "[{\"uuid\":\"li\"}]" },
    { "/any", "[1,{\"a\":2}]", true, NULL },
    { "/any", " [] ", true, NULL },
    { "/any", "", true, "[]" },
    /* one row */
    { "/customers/c", "{\"id\":1,\"uuid\":\"c\",\"data_source_uuids\":[\"ds\"]}", false, NULL },
    { "/invoices/i", "{\"uuid\":\"i\",\"line_items\":[{\"uuid\":\"li\"}]}", false, NULL },
    { "/line_items?external_id=x", "{\"uuid\":\"li\",\"line_items\":[{}]}", false, NULL },
    { "/customers/c/attributes", "{\"tags\":[\"a\"],\"stripe\":{},\"custom\":{}}", false, NULL },
    { "/customers/c/attributes", "{\"tags\":[],\"stripe\":{},\"custom\":{}}", false, NULL },
    { "/account", "{\"name\":\"x\"}", false, NULL },
    { "/ping", "{\"data\":\"pong!\"}", false, NULL },
    { "/any", "{}", false, NULL },
    { "/any", "5", false, NULL },
    { "/any", "\"text\"", false, NULL },
    { "/any", "null", false, NULL },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    cm_outline outline;
    const char *rows = table[i].rows != NULL ? table[i].rows : table[i].body;
    assert_int_equal(cm_outline_read(slice_of(table[i].body), table[i].path, &outline), SQLITE_OK);
    if (outline.is_list != table[i].is_list || outline.rows.len != strlen(rows) ||
        memcmp(outline.rows.ptr, rows, strlen(rows)) != 0) {
      fail_msg("%s %s: %s %.*s", table[i].path, table[i].body, outline.is_list ? "list" : "row",
               (int)outline.rows.len, outline.rows.ptr);
    }
  }
}

static void cursor_and_has_more_are_found(void **state) {
  (void)state;
  cm_outline outline;
  cm_slice body = slice_of("{\"cursor\":\"a=\",\"has_more\":true,\"entries\":[]}");
  assert_int_equal(cm_outline_read(body, "/x", &outline), SQLITE_OK);
  assert_memory_equal(outline.cursor.ptr, "\"a=\"", 4);
  assert_int_equal(cm_slice_type(outline.has_more), CM_JSON_TRUE);
  assert_int_equal(cm_outline_read(slice_of("{\"entries\":[]}"), "/x", &outline), SQLITE_OK);
  assert_null(outline.cursor.ptr);
  assert_null(outline.has_more.ptr);
}

static void what_is_no_json_is_said(void **state) {
  (void)state;
  static const char *const bodies[] = { "<html>", "{\"a\":1", "{\"a\":1}}", "[1", "[1] x", "pong" };
  for (size_t i = 0; i < cm_countof(bodies); i++) {
    cm_outline outline;
    if (cm_outline_read(slice_of(bodies[i]), "/x", &outline) != SQLITE_ERROR) {
      fail_msg("%s was taken", bodies[i]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lists_and_rows),
    cmocka_unit_test(cursor_and_has_more_are_found),
    cmocka_unit_test(what_is_no_json_is_said),
  };
  return cmocka_run_group_tests_name("outline", tests, NULL, NULL);
}
