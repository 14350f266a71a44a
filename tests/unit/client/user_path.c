/*
** Unit test of src/client/user_path.c: what a user may write as method, path, query and headers.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "client/user_path.h"

static cm_slice slice_of(const char *text) {
  return (cm_slice){ text, text != NULL ? strlen(text) : 0 };
}

static void methods(void **state) {
  (void)state;
  static const char *const good[][2] = {
    { "GET", "GET" }, { "get", "GET" },     { "Post", "POST" },
    { "put", "PUT" }, { "patch", "PATCH" }, { "DELETE", "DELETE" },
  };
  static const char *const bad[] = { "", "HEAD", "GETS", "GE", "GET ", " GET", "TRACE", "GET\r\n" };
  for (size_t i = 0; i < cm_countof(good); i++)
    assert_string_equal(cm_user_method(slice_of(good[i][0])), good[i][1]);
  for (size_t i = 0; i < cm_countof(bad); i++)
    assert_null(cm_user_method(slice_of(bad[i])));
  assert_null(cm_user_method((cm_slice){ NULL, 0 }));
  assert_null(cm_user_method((cm_slice){ "GET\0", 4 }));
}

/* ---- paths --------------------------------------------------------------------------------- */

/** `expected` is the request, or "!" and a piece of the error. */
static void assert_path(const char *path, const char *query, const char *expected) {
  cm_buf out;
  cm_err err = { 0 };
  cm_buf_init(&out, CM_MAX_URL_BYTES);
  int rc = cm_user_path(slice_of(path), slice_of(query), &out, &err);
  if (expected[0] != '!') {
    if (rc != SQLITE_OK) fail_msg("%s %s: %s", path, query, err.text);
    assert_string_equal(cm_buf_str(&out), expected);
  } else {
    if (rc == SQLITE_OK) fail_msg("%s %s was taken: %s", path, query, cm_buf_str(&out));
    if (strstr(err.text, expected + 1) == NULL) fail_msg("%s: %s", path, err.text);
    assert_int_equal(rc, SQLITE_ERROR);
  }
  cm_buf_clear(&out);
}

static void paths_stay_below_the_base_url(void **state) {
  (void)state;
  static const char *const table[][2] = {
    { "/customers", "/customers" },
    { "/", "/" },
    { "/customers/", "/customers/" },
    { "/customers/cus_1/attributes", "/customers/cus_1/attributes" },
    { "/data_sources/ds_1/invoices/INV%2F1%201/status",
      "/data_sources/ds_1/invoices/INV%2F1%201/status" },
    { "/customers?status=Active&x=/../", "/customers?status=Active&x=/../" },
    { "/a.b/...", "/a.b/..." },
    { "/.hidden", "/.hidden" },
    { "", "!begin with /" },
    { "customers", "!begin with /" },
    { "?a=b", "!begin with /" },
    { "https://example.com/customers", "!begin with /" },
    { "//example.com/customers", "!//" },
    { "/customers//x", "!//" },
    { "/..", "!segment" },
    { "/../admin", "!segment" },
    { "/customers/../admin", "!segment" },
    { "/customers/..", "!segment" },
    { "/customers/./x", "!segment" },
    { "/customers/.?a=b", "!segment" },
    { "/customers/%2e%2E/admin", "!segment" },
    { "/customers/.%2e", "!segment" },
    { "/customers/..%2fadmin", "!segment" },
    { "/customers/%2e%2e%2fadmin", "!segment" },
    { "/customers/..%5cadmin", "!segment" },
    { "/customers/a%", "!hexadecimal" },
    { "/customers/a%2", "!hexadecimal" },
    { "/customers/%zz", "!hexadecimal" },
    { "/customers/a b", "!percent-encode" },
    { "/customers/a\nHost: x", "!percent-encode" },
    { "/customers/\xc3\xa9", "!percent-encode" },
    { "/customers/a\\b", "!percent-encode" },
    { "/customers?a=b c", "!percent-encode" },
    { "/customers#top", "!#" },
    { "/customers?a=b#top", "!#" },
  };
  for (size_t i = 0; i < cm_countof(table); i++)
    assert_path(table[i][0], NULL, table[i][1]);
}

static void nul_ends_no_path(void **state) {
  (void)state;
  cm_buf out;
  cm_buf_init(&out, 100);
  cm_slice path = { "/a\0b", 4 };
  assert_int_equal(cm_user_path(path, (cm_slice){ NULL, 0 }, &out, NULL), SQLITE_ERROR);
  cm_buf_clear(&out);
}

static void queries_are_objects(void **state) {
  (void)state;
  static const char *const table[][3] = {
    { "/a", "{}", "/a" },
    { "/a", "{\"status\":\"Past Due\"}", "/a?status=Past%20Due" },
    { "/a", "{\"n\":5,\"big\":9007199254740993,\"f\":1.50,\"t\":true,\"u\":false,\"z\":null}",
      "/a?n=5&big=9007199254740993&f=1.5&t=true&u=false" },
    { "/a?x=1", "{\"y\":\"&=?#/\\u00e9\"}", "/a?x=1&y=%26%3D%3F%23%2F%C3%A9" },
    { "/a", "{\"event[id]\":\"\"}", "/a?event%5Bid%5D=" },
    { "/a", "", "!not a JSON object" },
    { "/a", "x=1", "!not a JSON object" },
    { "/a", "[1]", "!not a JSON object" },
    { "/a", "\"x\"", "!not a JSON object" },
    { "/a", "{\"x\":1", "!not a JSON object" },
    { "/a", "{\"x\":[1]}", "!\"x\"" },
    { "/a", "{\"x\":{}}", "!\"x\"" },
  };
  for (size_t i = 0; i < cm_countof(table); i++)
    assert_path(table[i][0], table[i][1], table[i][2]);
}

static void too_long_is_said(void **state) {
  (void)state;
  char *path = malloc(CM_MAX_URL_BYTES + 2);
  cm_buf out;
  cm_err err = { 0 };
  assert_non_null(path);
  memset(path, 'a', CM_MAX_URL_BYTES + 1);
  path[0] = '/';
  path[CM_MAX_URL_BYTES + 1] = '\0';
  cm_buf_init(&out, CM_MAX_URL_BYTES);
  assert_int_equal(cm_user_path(slice_of(path), slice_of(NULL), &out, &err), SQLITE_TOOBIG);
  assert_non_null(strstr(err.text, "long"));
  cm_buf_clear(&out);
  path[CM_MAX_URL_BYTES - 2] = '\0';
  cm_buf_init(&out, CM_MAX_URL_BYTES);
  int rc = cm_user_path(slice_of(path), slice_of("{\"a\":\"bc\"}"), &out, &err);
  assert_int_equal(rc, SQLITE_TOOBIG);
  cm_buf_clear(&out);
  free(path);
}

/* ---- headers ------------------------------------------------------------------------------- */

static void headers_become_lines(void **state) {
  (void)state;
  cm_user_headers headers;
  const char
      *json = "{\"X-Trace\":\"a b\",\"Accept\":\"*/*\",\"X-N\":5,\"X-None\":null,\"X-T\":true}";
  static const char *const expected[] = { "X-Trace: a b", "Accept: */*", "X-N: 5", "X-T: true" };
  assert_int_equal(cm_user_headers_make(slice_of(json), &headers, NULL), SQLITE_OK);
  for (size_t i = 0; i < cm_countof(expected); i++)
    assert_string_equal(headers.lines[i], expected[i]);
  assert_null(headers.lines[cm_countof(expected)]);
  cm_user_headers_clear(&headers);
  assert_int_equal(cm_user_headers_make(slice_of(NULL), &headers, NULL), SQLITE_OK);
  assert_null(headers.lines[0]);
  cm_user_headers_clear(&headers);
}

static void what_steers_the_request_cannot_be_given(void **state) {
  (void)state;
  static const char *const table[][2] = {
    { "{\"Authorization\":\"Basic x\"}", "Authorization" },
    { "{\"authorization\":\"x\"}", "authorization" },
    { "{\"AUTHORIZATION\":null,\"Host\":\"x\"}", "Host" },
    { "{\"Proxy-Authorization\":\"x\"}", "Proxy-Authorization" },
    { "{\"host\":\"example.com\"}", "host" },
    { "{\"Content-Length\":0}", "Content-Length" },
    { "{\"Transfer-Encoding\":\"chunked\"}", "Transfer-Encoding" },
    { "{\"X-HTTP-Method-Override\":\"DELETE\"}", "X-HTTP-Method-Override" },
    { "{\"X-Ok\":\"1\",\"Cookie\":\"a=b\"}", "Cookie" },
    { "{\"\":\"x\"}", "not a header's name" },
    { "{\"Host \":\"x\"}", "not a header's name" },
    { "{\" Host\":\"x\"}", "not a header's name" },
    { "{\"X:Host\":\"x\"}", "not a header's name" },
    { "{\"X\\r\\nHost\":\"x\"}", "not a header's name" },
    { "{\"X-A\":\"1\\r\\nHost: x\"}", "line break" },
    { "{\"X-A\":\"1\\nx\"}", "line break" },
    { "{\"X-A\":\"\"}", "empty" },
    { "{\"X-A\":\"  \"}", "empty" },
    { "{\"X-A\":[1]}", "X-A" },
    { "[]", "not a JSON object" },
    { "Host: x", "not a JSON object" },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    cm_user_headers headers;
    cm_err err = { 0 };
    int rc = cm_user_headers_make(slice_of(table[i][0]), &headers, &err);
    if (rc != SQLITE_ERROR) fail_msg("%s was taken", table[i][0]);
    if (strstr(err.text, table[i][1]) == NULL) fail_msg("%s: %s", table[i][0], err.text);
    assert_null(headers.lines[0]);
    cm_user_headers_clear(&headers);
  }
}

static void headers_have_a_bound(void **state) {
  (void)state;
  char many[2048] = "{";
  for (int i = 0; i <= CM_USER_MAX_HEADERS; i++) {
    size_t len = strlen(many);
    snprintf(many + len, sizeof many - len, "%s\"X-%d\":1", i > 0 ? "," : "", i);
  }
  memcpy(many + strlen(many), "}", 2);
  char *large = malloc(CM_USER_MAX_HEADER_BYTES + 64);
  assert_non_null(large);
  memset(large, 'a', CM_USER_MAX_HEADER_BYTES + 64);
  memcpy(large, "{\"X\":\"", 6);
  memcpy(large + CM_USER_MAX_HEADER_BYTES + 60, "\"}", 3);
  const char *const texts[] = { many, large };
  for (size_t i = 0; i < cm_countof(texts); i++) {
    cm_user_headers headers;
    cm_err err = { 0 };
    assert_int_equal(cm_user_headers_make(slice_of(texts[i]), &headers, &err), SQLITE_TOOBIG);
    assert_true(err.text[0] != '\0');
    cm_user_headers_clear(&headers);
  }
  free(large);
}

/* ---- what a DELETE takes away -------------------------------------------------------------- */

static void deletes_that_empty_a_data_source(void **state) {
  (void)state;
  static const char *const table[][2] = {
    { "/data_sources/ds_1", "/customers?data_source_uuid=ds_1" },
    { "/data_sources/ds_1/", "/customers?data_source_uuid=ds_1" },
    { "/data_sources/ds_1?x=y", "/customers?data_source_uuid=ds_1" },
    { "/data_sources/ds_1/all", "/customers?data_source_uuid=ds_1" },
    { "/data_sources/ds_1/all/", "/customers?data_source_uuid=ds_1" },
    { "/data_sources/ds_1/dependent", "/customers?data_source_uuid=ds_1" },
    { "/data%5Fsources/ds%5f1/%61ll", "/customers?data_source_uuid=ds_1" },
    { "/data_sources/a%26b", "/customers?data_source_uuid=a%26b" },
    { "/data_sources", "" },
    { "/data_sources/", "" },
    { "/data_sources/ds_1/customers/cus_1/invoices", "" },
    { "/data_sources/ds_1/al", "" },
    { "/data_sources/ds_1/allx", "" },
    { "/customers/cus_1", "" },
    { "/invoices?x=/data_sources/ds_1", "" },
    { "/", "" },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    cm_buf list;
    cm_buf_init(&list, 200);
    assert_int_equal(cm_user_deletes(table[i][0], &list), SQLITE_OK);
    assert_string_equal(cm_buf_str(&list), table[i][1]);
    cm_buf_clear(&list);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(methods),
    cmocka_unit_test(paths_stay_below_the_base_url),
    cmocka_unit_test(nul_ends_no_path),
    cmocka_unit_test(queries_are_objects),
    cmocka_unit_test(too_long_is_said),
    cmocka_unit_test(headers_become_lines),
    cmocka_unit_test(what_steers_the_request_cannot_be_given),
    cmocka_unit_test(headers_have_a_bound),
    cmocka_unit_test(deletes_that_empty_a_data_source),
  };
  return cmocka_run_group_tests_name("user_request", tests, NULL, NULL);
}
