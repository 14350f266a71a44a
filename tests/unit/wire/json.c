/* wire/slice.h and wire/json.h: what counts as JSON, what is found in it, and that nothing of it is lost. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "wire/json.h"

static cm_slice slice(const char *text) {
  return (cm_slice){ text, strlen(text) };
}

/** A copy without anything behind it, so that the sanitizers see a read too many. */
static cm_slice exact_copy(const char *text, size_t len) {
  char *copy = malloc(len > 0 ? len : 1);
  memcpy(copy, text, len);
  return (cm_slice){ copy, len };
}

static void free_copy(cm_slice copy) {
  free((char *)(uintptr_t)copy.ptr);
}

static void assert_slice(const char *wanted, cm_slice got) {
  if (wanted == NULL) {
    assert_null(got.ptr);
    return;
  }
  assert_non_null(got.ptr);
  char text[500] = "";
  assert_true(got.len < sizeof text);
  memcpy(text, got.ptr, got.len);
  assert_string_equal(wanted, text);
}

static cm_json *parse(const char *text) {
  cm_json *json = NULL;
  cm_err err = { 0 };
  if (cm_json_parse(slice(text), &json, &err) != SQLITE_OK) fail_msg("%s: %s", text, err.text);
  return json;
}

static void assert_formats(const char *wanted, const cm_json *json) {
  char *text = cm_json_format(json);
  assert_string_equal(wanted, text);
  sqlite3_free(text);
}

/* ---- what is JSON -------------------------------------------------------------------------- */

static const char *const sound[] = {
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-1.5e+10",
  "1E5",
  "\"\"",
  "[]",
  "{}",
  " [ 1 , \"a\" , null , { } ] ",
  "{\"a\":{\"b\":[[],{}]},\"c\":\"\"}",
  "\t{\r\n \"a\" : 1 , \"b\" : 2 }\n",
  "\xef\xbb\xbf{\"a\":1}",
  "\xef\xbb\xbf\x31", /* "1" */
  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"",
  "\"\\ud83d\\ude00\"",
  "\"a string of more than eight bytes, \\\"quoted\\\", in the middle of a long line\"",
  "\"invalid \xff\xc3 bytes\"",
  "\"a raw\nline break\"",
  "123456789012345678901234567890123456789012345678901234567890123", /* 63 digits */
};

static const char *const unsound[] = {
  "",
  " ",
  "nul",
  "nulll",
  "True",
  "01",
  "1.",
  ".5",
  "+1",
  "-",
  "1e",
  "1e+",
  "0x10",
  "NaN",
  "\"",
  "\"abc",
  "\"\\\"",
  "\"\\x\"",
  "\"\\u12\"",
  "\"\\u12g4\"",
  "\"\\",
  "'a'",
  "[",
  "]",
  "[1",
  "[1,",
  "[1,]",
  "[,1]",
  "[1 2]",
  "[1}",
  "[1]]",
  "[1] x",
  "{",
  "{}}",
  "{\"a\"",
  "{\"a\":",
  "{\"a\":1",
  "{\"a\":1,",
  "{\"a\":1,}",
  "{\"a\" 1}",
  "{\"a\":1 \"b\":2}",
  "{a:1}",
  "{1:2}",
  "{\"a\":1,,\"b\":2}",
  "{\"a\":}",
  "{\"a\":1]",
  "{\"a\":[1}]",
  "\xef\xbb\xbf",
  "\xef\xbb\xbf\xef\xbb\xbf[1]",
  "/* no */ 1",
  "1234567890123456789012345678901234567890123456789012345678901234", /* 64 digits */
};

static void sound_texts_are_taken(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(sound); i++) {
    cm_slice text = exact_copy(sound[i], strlen(sound[i]));
    cm_err err = { 0 };
    cm_json *json = NULL;
    if (cm_slice_check(text, NULL, &err) != SQLITE_OK) fail_msg("%s: %s", sound[i], err.text);
    if (cm_json_parse(text, &json, &err) != SQLITE_OK) fail_msg("%s: %s", sound[i], err.text);
    assert_int_equal(cm_slice_type(text), cm_json_type_of(json));
    cm_json_free(json);
    free_copy(text);
  }
}

static int walk(cm_slice container) {
  size_t at = 0;
  cm_slice key, value;
  int code;
  while ((code = cm_slice_next(container, &at, &key, &value)) == SQLITE_ROW)
    continue;
  return code;
}

static void unsound_texts_are_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(unsound); i++) {
    cm_slice text = exact_copy(unsound[i], strlen(unsound[i]));
    cm_err err = { 0 };
    cm_json *json = (cm_json *)&err;
    if (cm_slice_check(text, NULL, NULL) != SQLITE_ERROR)
      fail_msg("checked as sound: %s", unsound[i]);
    if (cm_json_parse(text, &json, &err) != SQLITE_ERROR) fail_msg("parsed: %s", unsound[i]);
    assert_null(json);
    assert_non_null(strstr(err.text, "no JSON"));
    cm_json_type type = cm_slice_type(text);
    if ((type == CM_JSON_OBJECT || type == CM_JSON_ARRAY) && walk(text) != SQLITE_ERROR)
      fail_msg("walked to its end: %s", unsound[i]);
    free_copy(text);
  }
  static const char nuls[][24] = { "[\"a\0b\"]", "[\"abc\0defghijklmnop\"]" };
  static const size_t lens[] = { 7, 21 };
  for (size_t i = 0; i < cm_countof(nuls); i++) {
    cm_slice nul = exact_copy(nuls[i], lens[i]);
    assert_int_equal(SQLITE_ERROR, cm_slice_check(nul, NULL, NULL));
    free_copy(nul);
  }
}

static void every_cut_is_refused(void **state) {
  (void)state;
  static const char text[] = "{\"entries\":[{\"id\":-1.5e3,\"t\":\"\\u00e4\\\"x\"},{\"n\":[true,"
                             "null]}],\"has_more\":false}";
  size_t len = sizeof text - 1;
  assert_int_equal(SQLITE_OK, cm_slice_check((cm_slice){ text, len }, NULL, NULL));
  for (size_t cut = 0; cut < len; cut++) {
    cm_slice part = exact_copy(text, cut);
    cm_err err = { 0 };
    assert_int_equal(SQLITE_ERROR, cm_slice_check(part, NULL, &err));
    assert_int_equal(SQLITE_ERROR, walk(part));
    free_copy(part);
  }
}

static void an_error_names_the_place(void **state) {
  (void)state;
  cm_err err = { 0 };
  cm_slice_check(slice("[1, 2, x]"), NULL, &err);
  assert_string_equal("no JSON: unexpected text at byte 7 of 9", err.text);
  cm_slice_check(slice("[1, 2"), NULL, &err);
  assert_string_equal("no JSON: the text ends too early at byte 5 of 5", err.text);
  cm_slice_check((cm_slice){ NULL, 0 }, NULL, &err);
  assert_int_equal(SQLITE_ERROR, err.code);
}

static void nested(char *out, size_t depth, const char *open, const char *close) {
  out[0] = 0;
  char *at = out;
  for (size_t i = 0; i < depth; i++, at += strlen(open))
    memcpy(at, open, strlen(open));
  *at++ = '1';
  for (size_t i = 0; i < depth; i++, at += strlen(close))
    memcpy(at, close, strlen(close));
  *at = 0;
}

static void depth_has_a_bound(void **state) {
  (void)state;
  static const struct {
    const char *open, *close;
  } kinds[] = { { "[", "]" }, { "{\"a\":", "}" }, { "[{\"a\":", "}]" } };
  static char text[8 * 1000000];
  for (size_t i = 0; i < cm_countof(kinds); i++) {
    size_t levels = i == 2 ? 2 : 1;
    cm_err err = { 0 };
    cm_json *json = NULL;
    nested(text, CM_MAX_JSON_DEPTH / levels, kinds[i].open, kinds[i].close);
    assert_int_equal(SQLITE_OK, cm_json_parse(slice(text), &json, &err));
    cm_json_free(json);
    nested(text, CM_MAX_JSON_DEPTH / levels + 1, kinds[i].open, kinds[i].close);
    assert_int_equal(SQLITE_ERROR, cm_json_parse(slice(text), &json, &err));
    assert_non_null(strstr(err.text, "nested too deep"));
  }
  nested(text, 500000, "{\"a\":", "}"); /* and no stack is used up on the way */
  assert_int_equal(SQLITE_ERROR, cm_slice_check(slice(text), NULL, NULL));
}

/* ---- slices -------------------------------------------------------------------------------- */

static void types_by_the_first_character(void **state) {
  (void)state;
  static const struct {
    const char *text;
    cm_json_type type;
  } cases[] = {
    { "", CM_JSON_ABSENT },    { "  ", CM_JSON_ABSENT },   { "x", CM_JSON_ABSENT },
    { " null", CM_JSON_NULL }, { "false", CM_JSON_FALSE }, { "true", CM_JSON_TRUE },
    { "-1", CM_JSON_NUMBER },  { "0", CM_JSON_NUMBER },    { "\n\"a\"", CM_JSON_STRING },
    { "[", CM_JSON_ARRAY },    { "{", CM_JSON_OBJECT },    { "\xef\xbb\xbf {", CM_JSON_OBJECT },
  };
  for (size_t i = 0; i < cm_countof(cases); i++)
    assert_int_equal(cases[i].type, cm_slice_type(slice(cases[i].text)));
  assert_int_equal(CM_JSON_ABSENT, cm_slice_type((cm_slice){ NULL, 0 }));
}

static void walks_an_object(void **state) {
  (void)state;
  cm_slice object = slice(" { \"a-b\" : 1 , \"c\\\"d\":[2, 3] ,\"\": \"x\" } ");
  static const char *const keys[] = { "a-b", "c\\\"d", "" };
  static const char *const values[] = { "1", "[2, 3]", "\"x\"" };
  size_t at = 0;
  cm_slice key, value;
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(SQLITE_ROW, cm_slice_next(object, &at, &key, &value));
    assert_slice(keys[i], key);
    assert_slice(values[i], value);
  }
  assert_int_equal(SQLITE_DONE, cm_slice_next(object, &at, &key, &value));
  assert_int_equal(SQLITE_DONE, cm_slice_next(object, &at, &key, &value));
}

static void walks_an_array(void **state) {
  (void)state;
  cm_slice array = slice("[1,[2,[3]],{\"a\":[]},\"]\"]");
  static const char *const values[] = { "1", "[2,[3]]", "{\"a\":[]}", "\"]\"" };
  size_t at = 0;
  cm_slice key = slice("not touched"), value;
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(SQLITE_ROW, cm_slice_next(array, &at, i < 2 ? &key : NULL, &value));
    assert_slice(values[i], value);
  }
  assert_null(key.ptr);
  assert_int_equal(SQLITE_DONE, cm_slice_next(array, &at, NULL, &value));
  at = 0;
  assert_int_equal(SQLITE_DONE, cm_slice_next(slice("[ ]"), &at, NULL, &value));
  assert_int_equal(SQLITE_DONE, cm_slice_next(slice("{ }"), &at, &key, &value));
  assert_int_equal(SQLITE_ERROR, cm_slice_next(slice("12"), &at, NULL, &value));
  assert_int_equal(SQLITE_ERROR, cm_slice_next(slice("\"[1]\""), &at, NULL, &value));
  assert_int_equal(SQLITE_ERROR, cm_slice_next((cm_slice){ NULL, 0 }, &at, NULL, &value));
  at = 100;
  assert_int_equal(SQLITE_ERROR, cm_slice_next(array, &at, NULL, &value));
}

static void rows_before_the_damage_are_seen(void **state) {
  (void)state;
  cm_slice array = slice("[1, 2 3]");
  size_t at = 0;
  cm_slice value;
  assert_int_equal(SQLITE_ROW, cm_slice_next(array, &at, NULL, &value));
  assert_int_equal(SQLITE_ROW, cm_slice_next(array, &at, NULL, &value));
  assert_int_equal(SQLITE_ERROR, cm_slice_next(array, &at, NULL, &value));
  assert_int_equal(SQLITE_ERROR, cm_slice_next(array, &at, NULL, &value));
}

static void assert_items(const char *const *wanted, int64_t count, const cm_slice_items *items) {
  assert_int_equal(count, items->count);
  for (int64_t i = 0; i < count; i++)
    assert_slice(wanted[i], items->items[i]);
}

static void items_are_listed_on_the_way(void **state) {
  (void)state;
  static const char *const numbers[] = { "1", "[2,[3]]", "{\"a\":[4,5]}", "[]", "\"]\"" };
  static const char *const members[] = { "[6]", "7" };
  cm_slice text = slice("{\"l\": [1 , [2,[3]],{\"a\":[4,5]},[] ,\"]\"],\"o\":{\"x\":[6],\"y\":7},"
                        "\"s\":8,\"e\":[]}");
  cm_slice_items items = { 0 };
  size_t at = 0;
  cm_slice key, value;
  assert_int_equal(SQLITE_ROW, cm_slice_next_listed(text, &at, &key, &value, &items));
  assert_slice("l", key);
  assert_items(numbers, 5, &items);
  assert_int_equal(SQLITE_ROW, cm_slice_next_listed(text, &at, NULL, &value, &items));
  assert_items(members, 2, &items);
  assert_int_equal(SQLITE_ROW, cm_slice_next_listed(text, &at, NULL, &value, &items));
  assert_slice("8", value);
  assert_int_equal(0, items.count);
  assert_int_equal(SQLITE_ROW, cm_slice_next_listed(text, &at, NULL, &value, &items));
  assert_int_equal(0, items.count);
  assert_int_equal(SQLITE_DONE, cm_slice_next_listed(text, &at, NULL, &value, &items));

  assert_int_equal(SQLITE_OK, cm_slice_list(cm_slice_find(text, "l"), &items));
  assert_items(numbers, 5, &items);
  assert_int_equal(SQLITE_OK, cm_slice_list(slice(" [ ] "), &items));
  assert_int_equal(0, items.count);
  assert_int_equal(SQLITE_ERROR, cm_slice_list(slice("[1,2"), &items));
  assert_int_equal(SQLITE_ERROR, cm_slice_list(slice("[1,2]x"), &items));
  assert_int_equal(SQLITE_ERROR, cm_slice_list((cm_slice){ NULL, 0 }, &items));
  sqlite3_free(items.items);
}

static void a_list_has_a_longest_length(void **state) {
  (void)state;
  size_t count = CM_MAX_ITEMS + 1;
  char *text = malloc(2 * count + 1);
  for (size_t i = 0; i < count; i++)
    memcpy(text + 2 * i, i == 0 ? "[1" : ",1", 2);
  text[2 * count] = ']';
  cm_slice_items items = { 0 };
  assert_int_equal(SQLITE_TOOBIG, cm_slice_list((cm_slice){ text, 2 * count + 1 }, &items));
  text[2 * count - 2] = ']';
  assert_int_equal(SQLITE_OK, cm_slice_list((cm_slice){ text, 2 * count - 1 }, &items));
  assert_int_equal(count - 1, items.count);
  sqlite3_free(items.items);
  free(text);
}

static const struct {
  const char *path;
  const char *found; /* NULL: absent */
} paths[] = {
  { "a", "1" },
  { "address.city", "\"Berlin\"" },
  { "address.none", NULL },
  { "customer-since", "\"x\"" },
  { "list[0]", "10" },
  { "list[2].k", "true" },
  { "list[-1].k", "true" },
  { "list[-3]", "10" },
  { "list[3]", NULL },
  { "list[-4]", NULL },
  { "list[1][1]", "12" },
  { "list.k", NULL },
  { "a.b", NULL },
  { "address[0]", NULL },
  { "A", NULL },
  { "addr", NULL },
  { "Größe", "5" },
  { "dup", "1" },
  { "a..b", NULL },
  { ".a", NULL },
  { "a.", NULL },
  { "list[", NULL },
  { "list[x]", NULL },
  { "list[]", NULL },
  { "list[0", NULL },
  { "list[0]k", NULL },
  { "list.[0]", NULL },
  { "list[99999999999999999999]", NULL },
  { "empty.x", NULL },
  { "empty_list[-1]", NULL },
};
static const char searched[] =
    " {\"a\":1,\"address\":{\"city\":\"Berlin\"},\"customer-since\":\"x\",\"list\":[10,[11,12],"
    "{\"k\":true}],\"Gr\\u00f6\\u00dfe\":5,\"dup\":1,\"dup\":2,\"empty\":{},\"empty_list\":[]} ";

static void slices_are_found_by_path(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(paths); i++)
    assert_slice(paths[i].found, cm_slice_find(slice(searched), paths[i].path));
  assert_slice("[1]", cm_slice_find(slice(" [1] "), NULL));
  assert_slice("[1]", cm_slice_find(slice("\xef\xbb\xbf [1] "), ""));
  assert_slice("2", cm_slice_find(slice("[1,2]"), "[1]"));
  assert_null(cm_slice_find((cm_slice){ NULL, 0 }, "a").ptr);
  assert_null(cm_slice_find(slice("[1,2"), "[-1]").ptr);
}

static void nodes_are_found_by_the_same_paths(void **state) {
  (void)state;
  cm_json *json = parse(searched);
  for (size_t i = 0; i < cm_countof(paths); i++) {
    cm_json *found = cm_json_find(json, paths[i].path);
    if (paths[i].found == NULL)
      assert_null(found);
    else
      assert_formats(paths[i].found, found);
  }
  assert_ptr_equal(json, cm_json_find(json, NULL));
  assert_ptr_equal(json, cm_json_find(json, ""));
  assert_null(cm_json_find(NULL, "a"));
  cm_json_free(json);
}

static void escapes_are_decoded(void **state) {
  (void)state;
  static const struct {
    const char *escaped, *text;
    size_t len;
  } cases[] = {
    { "", "", 0 },
    { "plain", "plain", 5 },
    { "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8 },
    { "a\\u0041\\u00e4\\u20ac\\ud83d\\ude00z", "aA\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", 12 },
    { "a\\u0000b", "a\0b", 3 },
    { "\\ud83d", "\xef\xbf\xbd", 3 },
    { "\\ude00\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd", 6 },
    { "\\ud83d\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80", 7 },
    { "\\ud83dx", "\xef\xbf\xbdx", 4 },
    { "\\q\\u12", "\\q\\u12", 6 }, /* no escapes: as they came */
    { "\\", "\\", 1 },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_slice escaped = exact_copy(cases[i].escaped, strlen(cases[i].escaped));
    cm_buf out;
    cm_buf_init(&out, 100);
    assert_int_equal(SQLITE_OK, cm_slice_unescape(escaped, &out));
    assert_int_equal(cases[i].len, out.len);
    assert_memory_equal(cases[i].text, cm_buf_str(&out), out.len);
    cm_buf_clear(&out);
    free_copy(escaped);
  }
  cm_buf out;
  cm_buf_init(&out, 2);
  assert_int_equal(SQLITE_OK, cm_slice_unescape((cm_slice){ NULL, 0 }, &out));
  assert_int_equal(SQLITE_TOOBIG, cm_slice_unescape(slice("a\\nb"), &out));
  assert_slice("a\\\"b", cm_slice_inner(slice(" \"a\\\"b\" ")));
  assert_null(cm_slice_inner(slice("12")).ptr);
  assert_null(cm_slice_inner(slice("\"ab")).ptr);
}

static void facts_are_found(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool has_odd_escape, has_long_number;
  } cases[] = {
    { "[\"\\ud83d\\ude00\\n\", 123456789012345, -1.5]", false, false },
    { "[\"\\u0000\"]", true, false },
    { "{\"\\u0000\":1}", true, false },
    { "[\"\\\\u0000\"]", false, false },
    { "[\"\\ud83d\"]", true, false },
    { "[\"\\ude00\"]", true, false },
    { "1234567890123456", false, true },
    { "1e5", false, true },
    { "{\"a\":[0.12345678901234567]}", false, true },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_slice_facts facts;
    assert_int_equal(SQLITE_OK, cm_slice_check(slice(cases[i].text), &facts, NULL));
    assert_int_equal(cases[i].has_odd_escape, facts.has_odd_escape);
    assert_int_equal(cases[i].has_long_number, facts.has_long_number);
  }
}

/* ---- nodes --------------------------------------------------------------------------------- */

static void nodes_are_read(void **state) {
  (void)state;
  cm_json *json = parse("{\"t\":\"a\\nb\",\"n\":-2.5,\"b\":true,\"z\":null,\"l\":[1]}");
  assert_string_equal("a\nb", cm_json_text(cm_json_find(json, "t")));
  assert_null(cm_json_text(cm_json_find(json, "n")));
  assert_null(cm_json_text(NULL));
  assert_true(cm_json_number(cm_json_find(json, "n")) == -2.5);
  assert_true(cm_json_number(cm_json_find(json, "t")) == 0);
  assert_true(cm_json_number(NULL) == 0);
  assert_int_equal(CM_JSON_TRUE, cm_json_type_of(cm_json_find(json, "b")));
  assert_int_equal(CM_JSON_NULL, cm_json_type_of(cm_json_find(json, "z")));
  assert_int_equal(CM_JSON_ABSENT, cm_json_type_of(NULL));
  const cm_json *child = cm_json_first(json);
  static const char *const names[] = { "t", "n", "b", "z", "l" };
  for (size_t i = 0; i < cm_countof(names); i++, child = cm_json_after(child))
    assert_string_equal(names[i], cm_json_name(child));
  assert_null(child);
  assert_null(cm_json_after(NULL));
  assert_null(cm_json_first(NULL));
  assert_null(cm_json_name(NULL));
  assert_null(cm_json_name(cm_json_find(json, "l[0]")));
  cm_json_free(json);
  cm_json_free(NULL);
}

static void nothing_of_a_text_is_lost(void **state) {
  (void)state;
  static const struct {
    const char *json, *text;
  } cases[] = {
    { "\"a\\u0000b\"", "a\xef\xbf\xbd"
                       "b" },
    { "\"a\\\\u0000b\"", "a\\u0000b" },
    { "\"\\\\\\u0000\"", "\\\xef\xbf\xbd" },
    { "\"\\ud83d!\"", "\xef\xbf\xbd!" },
    { "\"\\ude00\\ud83d\\ude00\\u0000\"", "\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
    { "\"\xff\xc3\"", "\xff\xc3" },
    { "\"a\nb\"", "a\nb" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_json *json = parse(cases[i].json);
    assert_string_equal(cases[i].text, cm_json_text(json));
    cm_json_free(json);
  }
  cm_json *json = parse("{\"k\\u0000\":\"v\"}");
  assert_string_equal("k\xef\xbf\xbd", cm_json_name(cm_json_first(json)));
  cm_json_free(json);
}

static void long_numbers_keep_their_digits(void **state) {
  (void)state;
  static const char text[] =
      "{\"id\":9007199254740993,\"a\":[12345678901234567890,-9223372036854775808,{\"x\":0.1}],"
      "\"s\":\"1e9 \\\" 22222222222222222222\",\"e\":1e400,\"d\":0.30000000000000004,\"n\":7}";
  cm_json *json = parse(text);
  assert_formats(text, json);
  int64_t integer = 0;
  assert_true(cm_json_integer(cm_json_find(json, "id"), &integer));
  assert_true(integer == INT64_C(9007199254740993));
  assert_true(cm_json_integer(cm_json_find(json, "a[1]"), &integer));
  assert_true(integer == INT64_MIN);
  assert_false(cm_json_integer(cm_json_find(json, "a[0]"), &integer));
  assert_true(cm_json_number(cm_json_find(json, "a[0]")) == 12345678901234567890.0);
  assert_true(isinf(cm_json_number(cm_json_find(json, "e"))));
  assert_true(cm_json_number(cm_json_find(json, "d")) == 0.1 + 0.2);
  assert_int_equal(CM_JSON_NUMBER, cm_json_type_of(cm_json_find(json, "id")));
  cm_json_free(json);
}

static void integers_are_exact_or_refused(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_integer;
    int64_t integer;
  } cases[] = {
    { "0", true, 0 },
    { "-0", true, 0 },
    { "1.0", true, 1 },
    { "2e3", true, 2000 },
    { "2147483648", true, 2147483648 },
    { "9223372036854775807", true, INT64_MAX },
    { "9223372036854775808", false, 0 },
    { "-9223372036854775808", true, INT64_MIN },
    { "-9223372036854775809", false, 0 },
    { "1.5", false, 0 },
    { "1e400", false, 0 },
    { "12.00000000000000000", true, 12 },
    { "9007199254740993.0", false, 0 }, /* 2^53 + 1, and a double holds no such number */
    { "\"1\"", false, 0 },
    { "true", false, 0 },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_json *json = parse(cases[i].text);
    int64_t integer = 0;
    if (cases[i].is_integer != cm_json_integer(json, &integer)) fail_msg("%s", cases[i].text);
    if (cases[i].is_integer) assert_true(integer == cases[i].integer);
    integer = 0;
    if (cases[i].is_integer != cm_slice_integer(slice(cases[i].text), &integer))
      fail_msg("slice %s", cases[i].text);
    if (cases[i].is_integer) assert_true(integer == cases[i].integer);
    cm_json_free(json);
  }
  int64_t integer;
  assert_false(cm_json_integer(NULL, &integer));
  assert_false(cm_slice_integer((cm_slice){ NULL, 0 }, &integer));
  assert_false(cm_slice_integer(slice("-"), &integer));
}

static void slices_are_read_as_numbers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double number;
  } cases[] = {
    { "0", 0 },
    { "-2.5", -2.5 },
    { "1.5e3", 1500 },
    { "1e400", INFINITY },
    { "0.30000000000000004", 0.1 + 0.2 },
    { "12345678901234567890", 12345678901234567890.0 },
    { "\"1\"", 0 },
    { "", 0 },
    { "1234567890123456789012345678901234567890123456789012345678901234", 0 }, /* 64 digits */
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_slice text = exact_copy(cases[i].text, strlen(cases[i].text));
    assert_true(cm_slice_number(text) == cases[i].number);
    free_copy(text);
  }
  assert_true(cm_slice_number((cm_slice){ NULL, 0 }) == 0);
}

static void equality(void **state) {
  (void)state;
  static const struct {
    const char *left, *right;
    bool is_equal;
  } cases[] = {
    { "1", "1.0", true },
    { "1", "1e0", true },
    { "1", "2", false },
    { "0.1", "1e-1", true },
    { "9007199254740993", "9007199254740993", true },
    { "9007199254740993", "9007199254740992", false },
    { "12345678901234567890", "12345678901234567891", true }, /* beyond 64 bits: as doubles */
    { "1e400", "1e401", true },
    { "0", "false", false },
    { "0", "null", false },
    { "\"a\"", "\"\\u0061\"", true },
    { "\"a\"", "\"A\"", false },
    { "\"1\"", "1", false },
    { "[1,2]", "[1,2]", true },
    { "[1,2]", "[2,1]", false },
    { "[1]", "[1,1]", false },
    { "[1,1]", "[1]", false },
    { "[]", "{}", false },
    { "{\"a\":1,\"b\":[true]}", "{\"b\":[true],\"a\":1}", true },
    { "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
    { "{\"a\":1,\"b\":2}", "{\"a\":1}", false },
    { "{\"a\":1}", "{\"A\":1}", false },
    { "{\"a\":1,\"a\":2}", "{\"a\":1}", true }, /* the first of two counts */
    { "{\"a\":1,\"a\":2}", "{\"a\":2}", false },
    { "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":1}", false },
    { "{\"a\":null}", "{}", false },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_json *left = parse(cases[i].left);
    cm_json *right = parse(cases[i].right);
    if (cm_json_is_equal(left, right) != cases[i].is_equal ||
        cm_json_is_equal(right, left) != cases[i].is_equal)
      fail_msg("%s and %s", cases[i].left, cases[i].right);
    assert_true(cm_json_is_equal(left, left));
    assert_false(cm_json_is_equal(left, NULL));
    cm_json_free(left);
    cm_json_free(right);
  }
  assert_true(cm_json_is_equal(NULL, NULL));
}

static void built_numbers_equal_parsed_ones(void **state) {
  (void)state;
  static const int64_t integers[] = { 0, -1, 42, 2147483648, INT64_MAX, INT64_MIN };
  for (size_t i = 0; i < cm_countof(integers); i++) {
    cm_json *built = cm_json_new_integer(integers[i]);
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)integers[i]);
    assert_formats(digits, built);
    cm_json *parsed = parse(digits);
    assert_true(cm_json_is_equal(built, parsed));
    assert_true(cm_json_number(built) == (double)integers[i]);
    assert_int_equal(CM_JSON_NUMBER, cm_json_type_of(built));
    int64_t integer;
    assert_true(cm_json_integer(built, &integer) && integer == integers[i]);
    cm_json *copy = cm_json_copy(built);
    assert_true(cm_json_is_equal(built, copy));
    cm_json_free(copy);
    cm_json_free(parsed);
    cm_json_free(built);
  }
}

static void reals_read_back(void **state) {
  (void)state;
  static const struct {
    double value;
    const char *text;
  } cases[] = {
    { 0.1, "0.1" },
    { 1.0, "1" },
    { -2.5, "-2.5" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1e21, "1e+21" },
    { 1e-7, "1e-07" },
    { 1.0 / 3, "0.3333333333333333" },
    { 1e300, "1e+300" },
    { 123456789.25, "123456789.25" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_json *json = cm_json_new_real(cases[i].value);
    assert_formats(cases[i].text, json);
    cm_json *parsed = parse(cases[i].text);
    assert_true(cm_json_number(parsed) == cases[i].value);
    assert_true(cm_json_is_equal(json, parsed));
    cm_json_free(parsed);
    cm_json_free(json);
  }
  cm_json *nothing = cm_json_new_real(NAN);
  assert_formats("null", nothing);
  cm_json_free(nothing);
  nothing = cm_json_new_real(-INFINITY);
  assert_formats("null", nothing);
  cm_json_free(nothing);
}

static void reals_have_a_point_in_any_locale(void **state) {
  (void)state;
  static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8" };
  bool is_set = false;
  for (size_t i = 0; i < cm_countof(locales) && !is_set; i++)
    is_set = setlocale(LC_NUMERIC, locales[i]) != NULL;
  if (!is_set) skip(); /* this machine has no locale with a decimal comma */
  cm_json *json = cm_json_new_real(2.5);
  cm_json *parsed = NULL;
  int code = cm_json_parse(slice("2.5"), &parsed, NULL);
  char *text = cm_json_format(json);
  double number = cm_slice_number(slice("2.5"));
  setlocale(LC_NUMERIC, "C");
  assert_true(number == 2.5);
  assert_int_equal(SQLITE_OK, code);
  assert_string_equal("2.5", text);
  assert_true(cm_json_number(parsed) == 2.5);
  sqlite3_free(text);
  cm_json_free(parsed);
  cm_json_free(json);
}

/* ---- building ------------------------------------------------------------------------------ */

static void trees_are_built(void **state) {
  (void)state;
  cm_json *json = cm_json_new_object();
  assert_int_equal(SQLITE_OK, cm_json_put(json, "name", cm_json_new_text("A \"B\"\n\xc3\xa4")));
  assert_int_equal(SQLITE_OK, cm_json_put(json, "attributes.custom.n", cm_json_new_integer(5)));
  assert_int_equal(SQLITE_OK, cm_json_put(json, "attributes.custom.b", cm_json_new_boolean(false)));
  assert_int_equal(SQLITE_OK, cm_json_put(json, "attributes.tags", cm_json_new_array()));
  cm_json *tags = cm_json_find(json, "attributes.tags");
  assert_int_equal(SQLITE_OK, cm_json_push(tags, cm_json_new_text("x")));
  assert_int_equal(SQLITE_OK, cm_json_push(tags, cm_json_new_text(NULL)));
  assert_int_equal(SQLITE_OK, cm_json_set(json, "a.b[0]", cm_json_new_real(0.5)));
  assert_formats("{\"name\":\"A \\\"B\\\"\\n\xc3\xa4\",\"attributes\":{\"custom\":{\"n\":5,"
                 "\"b\":false},\"tags\":[\"x\",null]},\"a.b[0]\":0.5}",
                 json);

  assert_int_equal(SQLITE_OK, cm_json_put(json, "name", cm_json_new_null()));
  assert_int_equal(SQLITE_OK, cm_json_put(json, "attributes.custom", cm_json_new_integer(1)));
  assert_int_equal(SQLITE_OK, cm_json_set(json, "a.b[0]", cm_json_new_boolean(true)));
  assert_formats("{\"name\":null,\"attributes\":{\"custom\":1,\"tags\":[\"x\",null]},"
                 "\"a.b[0]\":true}",
                 json);
  cm_json_free(json);
}

static void building_refuses_and_frees(void **state) {
  (void)state;
  cm_json *json = parse("{\"a\":1,\"l\":[]}");
  assert_int_equal(SQLITE_ERROR, cm_json_put(json, "a.b", cm_json_new_integer(1)));
  assert_int_equal(SQLITE_ERROR, cm_json_put(json, "l[0]", cm_json_new_integer(1)));
  assert_int_equal(SQLITE_ERROR, cm_json_put(json, "", cm_json_new_integer(1)));
  assert_int_equal(SQLITE_ERROR, cm_json_put(json, "b.", cm_json_new_integer(1)));
  assert_int_equal(SQLITE_ERROR, cm_json_push(json, cm_json_new_integer(1)));
  assert_int_equal(SQLITE_ERROR, cm_json_set(cm_json_find(json, "l"), "x", cm_json_new_integer(1)));
  assert_int_equal(SQLITE_NOMEM, cm_json_put(json, "x", NULL));
  assert_int_equal(SQLITE_NOMEM, cm_json_set(json, "x", NULL));
  assert_int_equal(SQLITE_NOMEM, cm_json_push(cm_json_find(json, "l"), NULL));
  assert_formats("{\"a\":1,\"l\":[]}", json);
  cm_json_free(json);
}

static void members_are_taken(void **state) {
  (void)state;
  cm_json *json = parse("{\"a\":1,\"b\":{\"c\":2}}");
  cm_json *taken = cm_json_take(json, "b");
  assert_formats("{\"a\":1}", json);
  assert_formats("{\"c\":2}", taken);
  assert_null(cm_json_name(taken));
  assert_null(cm_json_take(json, "B"));
  assert_int_equal(SQLITE_OK, cm_json_put(json, "a", taken)); /* and put elsewhere */
  assert_formats("{\"a\":{\"c\":2}}", json);
  cm_json_free(json);
}

static void quoting_is_what_parsing_undoes(void **state) {
  (void)state;
  char all[255];
  for (int i = 0; i < 255; i++)
    all[i] = (char)(i + 1);
  cm_buf buf;
  cm_buf_init(&buf, 10000);
  assert_int_equal(SQLITE_OK, cm_json_quote(&buf, all, sizeof all));
  cm_json *json = NULL;
  assert_int_equal(SQLITE_OK, cm_json_parse((cm_slice){ buf.data, buf.len }, &json, NULL));
  assert_int_equal(sizeof all, strlen(cm_json_text(json)));
  assert_memory_equal(all, cm_json_text(json), sizeof all);
  cm_json_free(json);
  cm_buf_clear(&buf);
  cm_json_quote(&buf, "a\0\x1f\"\\\n\v", 7);
  assert_string_equal("\"a\\u0000\\u001f\\\"\\\\\\n\\u000b\"", cm_buf_str(&buf));
  cm_buf_clear(&buf);
}

/* ---- error answers ------------------------------------------------------------------------- */

static const struct {
  const char *body, *line;
  bool is_api_error;
} answers[] = {
  { "", "", false },
  { "{\"code\":401,\"message\":\"No valid API key provided\",\"param\":null}",
    "No valid API key provided", true },
  { "{\"code\":400,\"message\":\"Parameter \\\"name\\\" is missing\",\"param\":\"name\"}",
    "Parameter \"name\" is missing", true },
  { "{\"code\":404,\"message\":\"Customer \\\"35da\\\" does not exist\",\"param\":\"customer_id\"}",
    "customer_id: Customer \"35da\" does not exist", true },
  { "{\"code\":422,\"message\":\"The value is no address.\",\"param\":\"email\"}",
    "email: The value is no address.", true },
  { "{\"error\":\"Plan not found\"}", "Plan not found", true },
  { "{\"error\":\"Invalid UUID "
    "passed\",\"error_details\":[{\"param\":\"uuid\",\"code\":\"invalid\","
    "\"message\":\"Invalid UUID passed\"}]}",
    "Invalid UUID passed", true },
  { "{\"error\":\"Bad value\",\"error_details\":[{\"param\":\"date\",\"message\":\"Bad value\"}]}",
    "date: Bad value", true },
  { "{\"name\":[\"Name can't be blank\"],\"plan_ids\":[\"Plan ids can't be blank\"],"
    "\"error_details\":[{\"param\":\"name\",\"code\":\"blank\",\"message\":\"Name can't be "
    "blank\"},"
    "{\"param\":\"plan_ids\",\"code\":\"blank\",\"message\":\"Plan ids can't be blank\"}]}",
    "Name can't be blank; Plan ids can't be blank", true },
  { "{\"name\":[\"is blank\",\"is short\"],\"plan_ids\":[\"Plan ids can't be blank\"]}",
    "name: is blank; name: is short; Plan ids can't be blank", true },
  { "{\"errors\":{\"external_id\":\"A unique ID is required.\",\"name\":\"is missing\"}}",
    "external_id: A unique ID is required.; name: is missing", true },
  { "{\"errors\":\"all wrong\"}", "all wrong", true },
  { "{\"errors\":[\"one\",{\"param\":\"p\",\"message\":\"two\"}]}", "one; p: two", true },
  { "{\"errors\":{\"name\":[\"Has already been taken.\"]}}", "name: Has already been taken.",
    true },
  { "{\"invoices\":[{\"external_id\":\"i1\",\"errors\":{\"date\":[\"is "
    "missing\"]}},{\"errors\":{}},5,"
    "{\"errors\":{\"currency\":\"is unknown\"}}]}",
    "date: is missing; currency: is unknown", true },
  /* A general sentence and its details. */
  { "{\"error\":\"Validation failed\",\"error_details\":[{\"param\":\"name\",\"message\":\"can't "
    "be "
    "blank\"},{\"param\":\"interval_count\",\"message\":\"is not a number\"}]}",
    "Validation failed; name: can't be blank; interval_count: is not a number", true },
  { "{\"message\":\"Invalid\",\"errors\":{\"name\":[\"is short\",\"is odd\"],\"zip\":\"is "
    "wrong\"}}",
    "Invalid; name: is short; name: is odd; zip: is wrong", true },
  { "{\"code\":422,\"message\":\"Name can't be blank\",\"errors\":{\"name\":[\"Name can't be "
    "blank\"]}}",
    "Name can't be blank", true },
  { "{\"error\":\"Name is too short\",\"errors\":{\"name\":[\"is too short\"],\"zip\":[\"is too "
    "short\"]}}",
    "Name is too short; zip: is too short", true },
  { "{\"error\":\"Bad value\",\"error_details\":[{\"param\":\"date\",\"message\":\"Bad value\"},"
    "{\"param\":\"size\",\"message\":\"Bad value\"}]}",
    "date: Bad value; size: Bad value", true },
  { "{\"error\":\"Validation failed\",\"error_details\":[{\"field\":\"name\",\"code\":\"blank\"},"
    "{\"code\":\"odd\"},{\"message\":\"\"},5,null]}",
    "Validation failed; name: blank; code: odd", true },
  { "{\"error\":\"Validation failed\",\"invoices\":[{\"errors\":{\"date\":[\"is missing\"]}}]}",
    "Validation failed; date: is missing", true },
  { "{\"error\":\"is no address\",\"param\":\"email\"}", "email: is no address", true },
  { "{\"message\":\"It failed\",\"error\":\"Name is odd\",\"code\":422}", "It failed; Name is odd",
    true },
  { "{\"error\":[\"one\"],\"name\":[\"is blank\"]}", "one; name: is blank", false },
  { "{\"error\":{\"code\":404,\"message\":\"No such host\",\"status\":\"NOT_FOUND\"}}",
    "No such host", false },
  { "{\"error\":\"\"}", "{\"error\":\"\"}", false },
  { "{\"message\":\"is no address\",\"field\":\"email\"}", "email: is no address", true },
  { "{\"errors\":{\"line_items\":[{},{\"plan_uuid\":[\"can't be blank\"],\"a\":{\"b\":\"is c\"}}],"
    "\"line_items.external_id\":\"is taken\"}}",
    "line_items[1].plan_uuid: can't be blank; line_items[1].a.b: is c; line_items.external_id: is "
    "taken",
    true },
  { "{\"errors\":{\"line_items\":[{\"param\":\"plan_uuid\",\"message\":\"is gone\"}]}}",
    "line_items[0].plan_uuid: is gone", true },
  { "{\"errors\":[[\"one\"],{\"errors\":{\"name\":\"is short\"}}]}", "one; name: is short", true },
  { "{\"error\":\"Validation failed\",\"name\":[\"is blank\",5],\"size\":3}",
    "Validation failed; name: is blank", true },
  { "{\"errors\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":\"too "
    "deep\"}}}}}}}},\"error\":"
    "\"Deep\"}",
    "Deep", true },
  /* Not the API's own: a gateway, a web framework, a page that is no error. */
  { "{\"message\":\"no Route matched\"}", "no Route matched", false },
  { "{\"status\":404,\"error\":\"Not Found\"}", "Not Found", false },
  { "{\"entries\":[],\"has_more\":false}", "{\"entries\":[],\"has_more\":false}", false },
  { "{\"entries\":[]}", "{\"entries\":[]}", false },
  { "[1]", "[1]", false },
  { "{}", "", false },
  { " [ ]\n", "", false },
  { "null", "", false },
  { "404 Not Found", "404 Not Found", false },
  { "  500 Internal\r\nServer Error\n", "500 Internal Server Error", false },
  { "<!DOCTYPE html>\n<html><head><title>Oops</title><style>p{a:b}</style><script>x<y</script>"
    "</head><body><p>It&nbsp;is <b>broken</b></p></body>",
    "Oops It&nbsp;is broken", false },
  { "a < b and 2<3", "a < b and 2<3", false },
  { "<script>never closed", "", false },
  { "<unclosed", "", false },
  { "{\"message\":\"cut off", "{\"message\":\"cut off", false },
  { "\x1b[31mred", "[31mred", false },
};

static void error_answers_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(answers); i++) {
    cm_slice body = exact_copy(answers[i].body, strlen(answers[i].body));
    char line[300] = "untouched";
    bool is_api_error = cm_json_error_text(body, line, sizeof line) == SQLITE_OK;
    if (is_api_error != answers[i].is_api_error) fail_msg("shape of %s", answers[i].body);
    assert_string_equal(answers[i].line, line);
    free_copy(body);
  }
  char line[10] = "untouched";
  assert_int_equal(cm_json_error_text((cm_slice){ NULL, 0 }, line, sizeof line), SQLITE_NOTFOUND);
  assert_string_equal("", line);
}

/** A shape that messages come in, and what is to be read from it. */
static const struct {
  const char *json, *line;
} shapes[] = {
  { "\"is odd\"", "is odd" },
  { "[\"is odd\"]", "is odd" },
  { "[\"is odd\",\"is old\"]", "is odd; is old" },
  { "{\"a\":\"is odd\"}", "a: is odd" },
  { "{\"a\":[\"is odd\"]}", "a: is odd" },
  { "{\"a\":{\"b\":\"is odd\"}}", "a.b: is odd" },
  { "{\"a\":{\"b\":[\"is odd\"]}}", "a.b: is odd" },
  { "{\"a\":{\"b\":[\"is odd\",{\"c\":\"is old\"}]},\"d\":5}", "a.b: is odd; a.b[1].c: is old" },
  { "{\"a\":[{},{\"b\":[\"is odd\"]}],\"c\":\"is old\"}", "a[1].b: is odd; c: is old" },
  { "[{\"a\":{\"b\":\"is odd\"}}]", "a.b: is odd" },
  { "{\"message\":\"is odd\"}", "is odd" },
  { "{\"message\":\"is odd\",\"errors\":{\"a\":[\"is old\"]}}", "is odd; a: is old" },
  { "{\"code\":422,\"message\":{\"a\":{\"b\":[\"is odd\"]}}}", "a.b: is odd" },
  { "{\"param\":\"p\",\"message\":\"is odd\"}", "p: is odd" },
  { "{\"field\":\"p\",\"message\":[\"is odd\"]}", "p: is odd" },
  { "{\"param\":\"p\",\"message\":{\"a\":[\"is odd\"]}}", "p.a: is odd" },
  { "{\"param\":[\"p\",\"q\"],\"message\":\"is odd\"}", "p, q: is odd" },
  { "{\"param\":null,\"field\":\"p\",\"code\":\"odd\"}", "p: odd" },
  { "[{\"param\":\"p\",\"message\":\"is odd\"},{\"field\":\"q\",\"code\":\"old\"}]",
    "p: is odd; q: old" },
  { "{\"a\":{\"param\":\"p\",\"message\":\"is odd\"}}", "a.p: is odd" },
};

/** Every member that holds messages, with every shape in it, alone and beside a general sentence. */
static void every_shape_of_a_message_is_read(void **state) {
  (void)state;
  static const struct {
    const char *before, *after, *general;
  } bodies[] = {
    { "{\"error\":", "}", "" },
    { "{\"message\":", "}", "" },
    { "{\"errors\":", "}", "" },
    { "{\"error_details\":", "}", "" },
    { "{\"error\":{\"errors\":", "}}", "" },
    { "{\"code\":422,\"param\":null,\"message\":", "}", "" },
    { "{\"message\":\"It failed\",\"error\":", "}", "It failed; " },
    { "{\"error\":\"It failed\",\"message\":[{\"code\":1,\"message\":", "}]}", "It failed; " },
    { "{\"message\":\"It failed\",\"errors\":", "}", "It failed; " },
    { "{\"error\":\"It failed\",\"errors\":", "}", "It failed; " },
    { "{\"error\":\"It failed\",\"error_details\":", "}", "It failed; " },
  };
  for (size_t b = 0; b < cm_countof(bodies); b++) {
    for (size_t i = 0; i < cm_countof(shapes); i++) {
      char body[400], expected[200], line[300];
      snprintf(body, sizeof body, "%s%s%s", bodies[b].before, shapes[i].json, bodies[b].after);
      snprintf(expected, sizeof expected, "%s%s", bodies[b].general, shapes[i].line);
      cm_slice copy = exact_copy(body, strlen(body));
      cm_json_error_text(copy, line, sizeof line);
      free_copy(copy);
      if (strcmp(line, expected) != 0)
        fail_msg("%s reads \"%s\", not \"%s\"", body, line, expected);
    }
  }
}

static void long_error_answers_are_cut(void **state) {
  (void)state;
  static const char *const heads[] = { "{\"code\":1,\"message\":\"", "{\"errors\":[\"", "<p>" };
  static const char *const tails[] = { "\"}", "\"]}", "" };
  for (size_t i = 0; i < cm_countof(heads); i++) {
    size_t len = 300000;
    char *body = malloc(len + 100);
    memcpy(body, heads[i], strlen(heads[i]));
    memset(body + strlen(heads[i]), 'x', len);
    memcpy(body + strlen(heads[i]) + len, tails[i], strlen(tails[i]) + 1);
    char line[64];
    cm_json_error_text(slice(body), line, sizeof line);
    assert_int_equal(sizeof line - 1, strlen(line));
    assert_string_equal("xxx…", line + sizeof line - 7);
    free(body);
  }
}

/** However many details there are, few of them are looked at. */
static void many_details_end(void **state) {
  (void)state;
  size_t count = 2000000;
  size_t size = count * 5 + 100;
  char *body = malloc(size);
  char line[200];
  size_t len = (size_t)snprintf(body, size, "{\"error\":\"a\",\"errors\":[\"b\"");
  for (size_t i = 0; i < count; i++, len += 4)
    memcpy(body + len, ",\"a\"", 4);
  memcpy(body + len, "]}", 3);
  assert_int_equal(SQLITE_OK, cm_json_error_text(slice(body), line, sizeof line));
  assert_string_equal("a; b", line);
  free(body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sound_texts_are_taken),
    cmocka_unit_test(unsound_texts_are_refused),
    cmocka_unit_test(every_cut_is_refused),
    cmocka_unit_test(an_error_names_the_place),
    cmocka_unit_test(depth_has_a_bound),
    cmocka_unit_test(types_by_the_first_character),
    cmocka_unit_test(walks_an_object),
    cmocka_unit_test(walks_an_array),
    cmocka_unit_test(rows_before_the_damage_are_seen),
    cmocka_unit_test(items_are_listed_on_the_way),
    cmocka_unit_test(a_list_has_a_longest_length),
    cmocka_unit_test(slices_are_found_by_path),
    cmocka_unit_test(nodes_are_found_by_the_same_paths),
    cmocka_unit_test(escapes_are_decoded),
    cmocka_unit_test(facts_are_found),
    cmocka_unit_test(nodes_are_read),
    cmocka_unit_test(nothing_of_a_text_is_lost),
    cmocka_unit_test(long_numbers_keep_their_digits),
    cmocka_unit_test(integers_are_exact_or_refused),
    cmocka_unit_test(slices_are_read_as_numbers),
    cmocka_unit_test(equality),
    cmocka_unit_test(built_numbers_equal_parsed_ones),
    cmocka_unit_test(reals_read_back),
    cmocka_unit_test(reals_have_a_point_in_any_locale),
    cmocka_unit_test(trees_are_built),
    cmocka_unit_test(building_refuses_and_frees),
    cmocka_unit_test(members_are_taken),
    cmocka_unit_test(quoting_is_what_parsing_undoes),
    cmocka_unit_test(error_answers_are_read),
    cmocka_unit_test(every_shape_of_a_message_is_read),
    cmocka_unit_test(long_error_answers_are_cut),
    cmocka_unit_test(many_details_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
