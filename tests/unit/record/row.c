/*
** Unit test of src/record/row.c and src/record/row_pack.c: from JSON to the values of columns, and a row's way through
** SQLite and back.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "record/row.h"

/* ---- a resource with a column for every kind of path --------------------------------------- */

enum {
  ID,
  TEXT,
  INTEGER,
  REAL,
  BOOLEAN,
  JSON,
  TIME,
  DAY,
  ANY,
  DASHED,
  NESTED,
  DEEP,
  LAST,
  SECOND,
  OUTER,
  OUTER_DEEP,
  KEY,
  SELF,
  TYPE,
  BOUND,
  PRESENT,
  PARAMETER,
  COMPANION,
  RAW,
  COLUMNS
};

static const cm_column columns[COLUMNS] = {
  [ID] = { .name = "id", .type = CM_TEXT, .flags = CM_KEY },
  [TEXT] = { .name = "text", .type = CM_TEXT, .path = "v" },
  [INTEGER] = { .name = "number", .type = CM_INTEGER, .path = "v" },
  [REAL] = { .name = "fraction", .type = CM_REAL, .path = "v" },
  [BOOLEAN] = { .name = "flag", .type = CM_BOOLEAN, .path = "v" },
  [JSON] = { .name = "document", .type = CM_JSON, .path = "v" },
  [TIME] = { .name = "at", .type = CM_TIME, .path = "v" },
  [DAY] = { .name = "day", .type = CM_DAY, .path = "v" },
  [ANY] = { .name = "anything", .type = CM_ANY, .path = "v" },
  [DASHED] = { .name = "customer_since", .type = CM_TIME, .path = "customer-since" },
  [NESTED] = { .name = "address_zip", .type = CM_TEXT, .path = "address.address_zip" },
  [DEEP] = { .name = "start", .type = CM_TEXT, .path = "params.params.start" },
  [LAST] = { .name = "cancelled_at", .type = CM_TIME, .path = "dates[-1]" },
  [SECOND] = { .name = "second", .type = CM_TEXT, .path = "list[1].name" },
  [OUTER] = { .name = "outer_id", .type = CM_TEXT, .path = "^id" },
  [OUTER_DEEP] = { .name = "outer_zip", .type = CM_INTEGER, .path = "^address.zip" },
  [KEY] = { .name = "member", .type = CM_TEXT, .path = "@key" },
  [SELF] = { .name = "self", .type = CM_ANY, .path = "@self" },
  [TYPE] = { .name = "type", .type = CM_TEXT, .path = "@type" },
  [BOUND] = { .name = "bound", .type = CM_TEXT, .path = "@bound" },
  [PRESENT] = { .name = "is_there", .type = CM_BOOLEAN, .path = "?v" },
  [PARAMETER] = { .name = "asked", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN },
  [COMPANION] = { .name = "plan_uuid", .type = CM_TEXT, .flags = CM_COMPANION },
  [RAW] = { .name = "json", .type = CM_JSON, .flags = CM_HIDDEN, .path = "@row" },
};

static const cm_resource resource = { .name = "things", CM_COLUMNS(columns) };

static const cm_resource composed = { .name = "parts",
                                      CM_COLUMNS(columns),
                                      .key_parts = "outer_id member number" };

static cm_slice slice_of(const char *text) {
  return (cm_slice){ text, strlen(text) };
}

/** A value in words: "int 5", "text x", "null". */
static const char *describe(const cm_value *value) {
  static char words[8192];
  int len = (int)value->len;
  switch (value->type) {
  case CM_VALUE_INTEGER:
    snprintf(words, sizeof words, "int %lld", (long long)value->integer);
    break;
  case CM_VALUE_REAL: snprintf(words, sizeof words, "real %.17g", value->real); break;
  case CM_VALUE_TEXT: snprintf(words, sizeof words, "text %.*s", len, value->text); break;
  case CM_VALUE_JSON: snprintf(words, sizeof words, "json %.*s", len, value->text); break;
  case CM_VALUE_BLOB: return "blob";
  default: return "null";
  }
  return words;
}

static void assert_column(cm_row *row, int column, const char *expected) {
  cm_err err = { 0 };
  for (int way = 0; way < 2; way++) { /* with a copy and without one */
    cm_value value = cm_value_null();
    int rc = way == 0 ? cm_row_get(row, column, &value, &err)
                      : cm_row_peek(row, column, &value, &err);
    if (rc != SQLITE_OK) fail_msg("%s: %s", row->resource->columns[column].name, err.text);
    if (strcmp(describe(&value), expected) != 0) {
      fail_msg("%s of %.*s: %s, expected %s", row->resource->columns[column].name,
               (int)row->text.len, row->text.ptr, describe(&value), expected);
    }
    if (way == 0 && value.type == CM_VALUE_TEXT) assert_int_equal(value.text[value.len], 0);
    cm_value_clear(&value);
  }
}

/** Check one column of a row that stands alone. */
static void assert_of(const char *json, int column, const char *expected) {
  cm_row row = { .resource = &resource };
  cm_row_set(&row, slice_of(json));
  assert_column(&row, column, expected);
  cm_row_clear(&row);
}

/* ---- every JSON type in a column of every type --------------------------------------------- */

/** What stands in the row, and what each column shows. NULL: the same as `text`. */
static const struct conversion {
  const char *json;
  const char *text;
  const char *real;
  const char *time;
  const char *day;
} conversions[] = {
  { "null", "null", NULL, NULL, NULL },
  { "true", "int 1", NULL, NULL, NULL },
  { "false", "int 0", NULL, NULL, NULL },
  { "0", "int 0", "real 0", NULL, NULL },
  { "-0", "int 0", "real -0", NULL, NULL },
  { "-1", "int -1", "real -1", NULL, NULL },
  { "1.5", "real 1.5", NULL, NULL, NULL },
  { "250.0", "int 250", "real 250", NULL, NULL },
  { "1e3", "int 1000", "real 1000", NULL, NULL },
  { "1E-2", "real 0.01", NULL, NULL, NULL },
  { "5322874574", "int 5322874574", "real 5322874574", NULL, NULL },
  { "9007199254740991", "int 9007199254740991", "real 9007199254740991", NULL, NULL },
  { "9007199254740992", "int 9007199254740992", "real 9007199254740992", NULL, NULL },
  { "9007199254740993", "int 9007199254740993", "real 9007199254740992", NULL, NULL },
  { "-9007199254740993", "int -9007199254740993", "real -9007199254740992", NULL, NULL },
  { "9007199254740993.0", "real 9007199254740992", NULL, NULL, NULL },
  { "9223372036854775807", "int 9223372036854775807", "real 9.2233720368547758e+18", NULL, NULL },
  { "-9223372036854775808", "int -9223372036854775808", "real -9.2233720368547758e+18", NULL,
    NULL },
  { "9223372036854775808", "real 9.2233720368547758e+18", NULL, NULL, NULL },
  { "1e300", "real 1.0000000000000001e+300", NULL, NULL, NULL },
  { "\"\"", "text ", NULL, NULL, NULL },
  { "\"x\"", "text x", NULL, NULL, NULL },
  { "\"1000\"", "text 1000", NULL, NULL, NULL },
  { "\"a \\\"b\\\" \\u00e9\\n\"", "text a \"b\" \xc3\xa9\n", NULL, NULL, NULL },
  { "\"2016-01-01T12:00:00.000Z\"", "text 2016-01-01T12:00:00.000Z", NULL,
    "text 2016-01-01 12:00:00", "text 2016-01-01" },
  { "\"2016-01-01T00:30:00+02:00\"", "text 2016-01-01T00:30:00+02:00", NULL,
    "text 2015-12-31 22:30:00", "text 2015-12-31" },
  { "\"2016-01-01T12:00:00.250Z\"", "text 2016-01-01T12:00:00.250Z", NULL,
    "text 2016-01-01 12:00:00.250", "text 2016-01-01" },
  { "\"2016-01-31\"", "text 2016-01-31", NULL, "text 2016-01-31 00:00:00", "text 2016-01-31" },
  { "\"2016-02-30\"", "text 2016-02-30", NULL, NULL, NULL },
  { "\"soon\"", "text soon", NULL, NULL, NULL },
  { "[]", "json []", NULL, NULL, NULL },
  { "[1, 2]", "json [1, 2]", NULL, NULL, NULL },
  { "{\"a\" : 9007199254740993}", "json {\"a\" : 9007199254740993}", NULL, NULL, NULL },
};

static void every_json_type_in_every_column_type(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(conversions); i++) {
    const struct conversion *each = &conversions[i];
    char json[256];
    snprintf(json, sizeof json, "{\"id\": \"a\", \"v\": %s , \"w\": 1}", each->json);
    assert_of(json, TEXT, each->text);
    assert_of(json, INTEGER, each->text);
    assert_of(json, BOOLEAN, each->text);
    assert_of(json, JSON, each->text);
    assert_of(json, ANY, each->text);
    assert_of(json, REAL, each->real != NULL ? each->real : each->text);
    assert_of(json, TIME, each->time != NULL ? each->time : each->text);
    assert_of(json, DAY, each->day != NULL ? each->day : each->text);
    assert_of(json, PRESENT, strcmp(each->json, "null") == 0 ? "int 0" : "int 1");
  }
}

/* ---- paths --------------------------------------------------------------------------------- */

static void members_of_all_kinds(void **state) {
  (void)state;
  static const struct {
    const char *json;
    int column;
    const char *expected;
  } table[] = {
    { "{\"customer-since\":\"2016-01-01T12:00:00+00:00\"}", DASHED, "text 2016-01-01 12:00:00" },
    { "{\"customer_since\":\"2016-01-01\"}", DASHED, "null" },
    { "{\"address\":{\"address_zip\":\"12345\"}}", NESTED, "text 12345" },
    { "{\"address\":null}", NESTED, "null" },
    { "{\"address\":\"12345\"}", NESTED, "null" },
    { "{\"address.address_zip\":\"12345\"}", NESTED, "null" },
    { "{\"dates\":[\"2020-01-01\",\"2021-01-01\"]}", LAST, "text 2021-01-01 00:00:00" },
    { "{\"dates\":[]}", LAST, "null" },
    { "{\"dates\":{}}", LAST, "null" },
    { "{\"list\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", SECOND, "text b" },
    { "{\"list\":[{\"name\":\"a\"}]}", SECOND, "null" },
    { "{\"v\":1}", PRESENT, "int 1" },
    { "{\"w\":1}", PRESENT, "int 0" },
    { "{\"asked\":\"x\"}", PARAMETER, "null" },
    { "{\"bound\":\"x\"}", BOUND, "null" },
    { "{\"plan_uuid\":\"pl_1\"}", COMPANION, "null" },
    { "{\"id\":\"a\"}", KEY, "null" },
    { "{ \"id\" : 1 }", RAW, "json { \"id\" : 1 }" },
    { "{}", RAW, "json {}" },
    { "{\"v\":1,\"v\":2}", INTEGER, "int 1" },
    { "{\"\\u0076\":1}", INTEGER, "int 1" },
    { "{\"address\":{\"address\\u005fzip\":\"12345\"}}", NESTED, "text 12345" },
    { "{\"address\":{\"address_zip\":{\"x\":\"\\\\\"}}}", NESTED, "json {\"x\":\"\\\\\"}" },
    { " { \"address\" : { \"city\" : \"a\" , \"address_zip\" : \"12345\" } } ", NESTED,
      "text 12345" },
    { "{\"params\":{\"params\":{\"start\":\"x\"}}}", DEEP, "text x" },
    { "{\"params\":{\"params\":[]}}", DEEP, "null" },
    { "{\"params\":{\"start\":\"x\"}}", DEEP, "null" },
    { "[]", DEEP, "null" },
  };
  for (size_t i = 0; i < cm_countof(table); i++)
    assert_of(table[i].json, table[i].column, table[i].expected);
}

/** One after the other in the same row: nothing of the row before is left. */
static void rows_of_other_shapes(void **state) {
  (void)state;
  static const struct {
    const char *json, *text, *zip;
  } rows[] = {
    { "{\"v\":\"a\",\"address\":{\"city\":1,\"address_zip\":\"1\"}}", "text a", "text 1" },
    { "{\"address\":{\"address_zip\":\"2\"},\"v\":\"b\"}", "text b", "text 2" },
    { "{\"w\":0,\"x\":{\"v\":9,\"address_zip\":\"9\"},\"v\":\"c\"}", "text c", "null" },
    { "{\"address\":{\"v\":9},\"x\":{\"address_zip\":\"9\"}}", "null", "null" },
    { "{\"address\":null,\"v\":{\"address_zip\":\"9\"}}", "json {\"address_zip\":\"9\"}", "null" },
    { "{\"v\":\"d\",\"address\":{\"city\":1,\"address_zip\":\"3\"}}", "text d", "text 3" },
  };
  cm_row row = { .resource = &resource };
  for (size_t i = 0; i < cm_countof(rows); i++) {
    cm_row_set(&row, slice_of(rows[i].json));
    assert_column(&row, TEXT, rows[i].text);
    assert_column(&row, NESTED, rows[i].zip);
    assert_column(&row, NESTED, rows[i].zip);
  }
  cm_row_clear(&row);
}

/** More members than an index has room for, in the row and inside of one. */
static void members_beyond_the_index(void **state) {
  (void)state;
  char many[4096] = "";
  char json[2 * sizeof many + 64];
  for (int i = 0; i < 200; i++)
    snprintf(many + strlen(many), sizeof many - strlen(many), "\"m%d\":%d,", i, i);
  snprintf(json, sizeof json, "{%s\"v\":\"a\",\"address\":{%s\"address_zip\":\"1\"}}", many, many);
  assert_of(json, TEXT, "text a");
  assert_of(json, NESTED, "text 1");
  assert_of(json, DASHED, "null");
  snprintf(json, sizeof json, "{\"v\":\"a\",\"address\":{%s\"address_zip\":\"1\"}}", many);
  assert_of(json, TEXT, "text a");
  assert_of(json, NESTED, "text 1");
}

static void enclosing_row(void **state) {
  (void)state;
  cm_row row = { .resource = &resource };
  row.outer = slice_of("{\"id\":\"inv_1\",\"address\":{\"zip\":9007199254740993}}");
  cm_row_set(&row, slice_of("{\"id\":\"li_1\"}"));
  assert_column(&row, ID, "text li_1");
  assert_column(&row, OUTER, "text inv_1");
  assert_column(&row, OUTER_DEEP, "int 9007199254740993");
  cm_row_set(&row, slice_of("{\"id\":\"li_2\"}")); /* the next row below the same one */
  assert_column(&row, ID, "text li_2");
  assert_column(&row, OUTER, "text inv_1");
  row.outer = slice_of("{\"id\":\"inv_2\"}");
  assert_column(&row, OUTER, "text inv_2");
  assert_column(&row, OUTER_DEEP, "null");
  cm_row_clear(&row);
}

static void unfolded_member(void **state) {
  (void)state;
  const char *object = "{\"seg \\\"ment\": 5.0 , \"b\":\"x\",\"c\":true,\"d\":1.5,\"e\":1e300}";
  static const struct {
    const char *name, *self, *type;
  } expected[] = {
    { "text seg \"ment", "int 5", "text Integer" },
    { "text b", "text x", "text String" },
    { "text c", "int 1", "text Boolean" },
    { "text d", "real 1.5", "text Decimal" },
    { "text e", "real 1.0000000000000001e+300", "text Decimal" },
  };
  cm_row row = { .resource = &resource };
  size_t at = 0;
  cm_slice name, value;
  for (size_t i = 0; i < cm_countof(expected); i++) {
    assert_int_equal(cm_slice_next(slice_of(object), &at, &name, &value), SQLITE_ROW);
    cm_row_set(&row, value);
    row.name = name;
    assert_column(&row, KEY, expected[i].name);
    assert_column(&row, SELF, expected[i].self);
    assert_column(&row, TYPE, expected[i].type);
  }
  cm_row_clear(&row);
}

static void word_of_an_unfolded_answer(void **state) {
  (void)state;
  static const cm_word words[] = { { "mrr", "current-mrr" }, { "arr", "current-arr" } };
  static const cm_column of_words[] = {
    { .name = "metric", .type = CM_TEXT, .path = "@key" },
    { .name = "current", .type = CM_REAL, .path = "*.value" },
  };
  static const cm_resource with_words = { .name = "words", CM_COLUMNS(of_words) };
  cm_row row = { .resource = &with_words };
  cm_row_set(&row, slice_of("{\"current-mrr\":{\"value\":1},\"current-arr\":{\"value\":12}}"));
  row.word = &words[0];
  uint64_t hash = cm_row_hash(&row);
  assert_column(&row, 0, "text mrr");
  assert_column(&row, 1, "real 1");
  row.word = &words[1];
  assert_column(&row, 0, "text arr");
  assert_column(&row, 1, "real 12");
  assert_true(hash != cm_row_hash(&row)); /* two rows of one text are two rows */
  cm_row_clear(&row);
}

static void companion_row(void **state) {
  (void)state;
  cm_row row = { .resource = &resource };
  cm_row_set(&row, slice_of("{\"id\":\"a\",\"plan_uuid\":\"wrong\"}"));
  row.companion = slice_of("{\"plan_uuid\":\"pl_1\"}");
  assert_column(&row, COMPANION, "text pl_1");
  cm_row_set(&row, slice_of("{\"id\":\"b\"}")); /* the next row has none until it is found */
  assert_column(&row, COMPANION, "null");
  cm_row_clear(&row);
}

static void find_by_name(void **state) {
  (void)state;
  cm_row row = { .resource = &resource };
  cm_value value = cm_value_null();
  cm_row_set(&row, slice_of("{\"id\":\"a\"}"));
  assert_int_equal(cm_row_get_named(&row, "id", &value, NULL), SQLITE_OK);
  assert_string_equal(describe(&value), "text a");
  cm_value_clear(&value);
  assert_int_equal(cm_row_get_named(&row, "nothing", &value, NULL), SQLITE_NOTFOUND);
  assert_int_equal(value.type, CM_VALUE_NULL);
  cm_row_clear(&row);
}

static void broken_row_is_an_error(void **state) {
  (void)state;
  static const char *const broken[] = { "{\"id\":",     "{\"id\":1,}", "{\"id\" 1}",
                                        "{\"id\":1 2}", "{\"id\":1",   "{\"v\":1,\"id\":01}" };
  for (size_t i = 0; i < cm_countof(broken); i++) {
    cm_row row = { .resource = &resource };
    cm_value value = cm_value_null();
    cm_err err = { 0 };
    cm_row_set(&row, slice_of(broken[i]));
    assert_int_equal(cm_row_get(&row, ID, &value, &err), SQLITE_ERROR);
    assert_true(err.text[0] != '\0');
    cm_value_clear(&value);
    cm_row_clear(&row);
  }
}

/* ---- keys ---------------------------------------------------------------------------------- */

static void missing_key_is_a_mark_and_a_hash(void **state) {
  (void)state;
  static const char *const rows[] = { "{}", "{\"id\":null}", "{\"x\":1}", "{\"x\":2}",
                                      "{\"id\":\"id_1\\u0000x\"}" };
  char seen[cm_countof(rows)][64];
  for (size_t i = 0; i < cm_countof(rows); i++) {
    cm_row row = { .resource = &resource };
    cm_value key = cm_value_null();
    cm_row_set(&row, slice_of(rows[i]));
    assert_int_equal(cm_row_get(&row, ID, &key, NULL), SQLITE_OK);
    assert_int_equal(key.type, CM_VALUE_TEXT);
    assert_int_equal(key.len, 17);
    assert_int_equal(key.text[0], '?');
    snprintf(seen[i], sizeof seen[i], "%s", key.text);
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(seen[i], seen[j]);
    cm_value_clear(&key);
    cm_row_clear(&row);
  }
}

static void composed_key_is_an_array(void **state) {
  (void)state;
  cm_row row = { .resource = &composed };
  const char *object = "{\"a \\\"b\":{\"v\":7}}";
  size_t at = 0;
  cm_slice name, value;
  assert_int_equal(cm_slice_next(slice_of(object), &at, &name, &value), SQLITE_ROW);
  row.outer = slice_of("{\"id\":\"cus_1\"}");
  cm_row_set(&row, value);
  row.name = name;
  assert_column(&row, ID, "text [\"cus_1\",\"a \\\"b\",7]");
  cm_row_set(&row, slice_of("{}"));
  cm_value key = cm_value_null(); /* without its parts it is none */
  assert_int_equal(cm_row_get(&row, ID, &key, NULL), SQLITE_OK);
  assert_int_equal('?', key.text[0]);
  assert_int_equal(17, key.len);
  cm_value_clear(&key);
  cm_row_clear(&row);
}

/* ---- what the request was bound to --------------------------------------------------------- */

static void bindings_stand_in_for_what_is_absent(void **state) {
  (void)state;
  const cm_binding bindings[] = {
    { TEXT, cm_value_text("asked", 5), true, false },
    { ID, cm_value_text("id_1", 4), true, false },
    { BOUND, cm_value_text("bound", 5), true, false },
    { PARAMETER, cm_value_integer(1), true, false },
    { NESTED, cm_value_text("asked", 5), false, false },
  };
  static const struct {
    const char *json;
    int column;
    const char *expected;
  } table[] = {
    { "{}", TEXT, "text asked" },
    { "{\"v\":\"shown\"}", TEXT, "text shown" },
    { "{\"v\":null}", TEXT, "null" }, /* the API said null */
    { "{}", INTEGER, "null" },        /* of another column with the same member */
    { "{\"id\":\"id_2\"}", ID, "text id_2" },
    { "{\"bound\":\"row\"}", BOUND, "text bound" },
    { "{\"asked\":\"row\"}", PARAMETER, "int 1" },
    { "{}", NESTED, "null" }, /* answers have it: where one does not, it is not there */
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    cm_row row = { .resource = &resource, .bindings = bindings, .binding_count = 5 };
    cm_row_set(&row, slice_of(table[i].json));
    assert_column(&row, table[i].column, table[i].expected);
    cm_row_clear(&row);
  }
}

static void hash_tells_rows_apart(void **state) {
  (void)state;
  const cm_binding one = { TEXT, cm_value_text("1", 1), true, false };
  const cm_binding two = { TEXT, cm_value_text("2", 1), true, false };
  cm_row plain = { .resource = &resource, .text = slice_of("{}") };
  cm_row again = { .resource = &resource, .text = slice_of("{}") };
  cm_row inner = { .resource = &resource, .text = slice_of("{}"), .outer = slice_of("{1}") };
  cm_row bound = {
    .resource = &resource, .text = slice_of("{}"), .bindings = &one, .binding_count = 1
  };
  cm_row other = {
    .resource = &resource, .text = slice_of("{}"), .bindings = &two, .binding_count = 1
  };
  assert_true(cm_row_hash(&plain) == cm_row_hash(&again));
  assert_true(cm_row_hash(&plain) != cm_row_hash(&inner));
  assert_true(cm_row_hash(&plain) != cm_row_hash(&bound));
  assert_true(cm_row_hash(&bound) != cm_row_hash(&other));
}

/* ---- through SQLite and back --------------------------------------------------------------- */

static void assert_same_rows(cm_row *left, cm_row *right) {
  for (int i = 0; i < COLUMNS; i++) {
    cm_value value = cm_value_null();
    assert_int_equal(cm_row_get(left, i, &value, NULL), SQLITE_OK);
    assert_column(right, i, describe(&value));
    cm_value_clear(&value);
  }
}

static void assert_survives(cm_row *row) {
  char *packed = cm_row_pack(row);
  cm_packed_row back;
  cm_err err = { 0 };
  assert_non_null(packed);
  assert_null(memchr("{[\"tfn-0123456789 \t\r\n", packed[0], 21)); /* no JSON text begins so */
  int rc = cm_row_unpack(&resource, packed, strlen(packed), &back, &err);
  if (rc != SQLITE_OK) fail_msg("%s: %s", packed, err.text);
  assert_true(back.is_packed);
  assert_int_equal(back.row.binding_count, row->binding_count);
  for (int i = 0; i < row->binding_count; i++) {
    const cm_value *from = &row->bindings[i].value;
    const cm_value *to = &back.bindings[i].value;
    assert_int_equal(back.bindings[i].column, row->bindings[i].column);
    assert_int_equal(to->type, from->type);
    if (cm_value_compare(from, to) != 0) fail_msg("%s became %s", packed, describe(to));
  }
  assert_same_rows(row, &back.row);
  cm_packed_row_clear(&back);
  sqlite3_free(packed);
}

static void packed_row_comes_back(void **state) {
  (void)state;
  const cm_binding bindings[] = {
    { TEXT, cm_value_text("a\"b\\\n\xc3\xa9", 7), true, false },
    { ID, cm_value_integer(9007199254740993), true, false },
    { BOUND, cm_value_real(2.0), true, false },
    { PARAMETER, cm_value_real(0.1), true, false },
    { NESTED, cm_value_null(), true, false },
    { LAST, cm_value_integer(INT64_MIN), true, false },
  };
  static const char object[] = "{\"na\\\"me\":{\"v\":[1 , 2]}}";
  size_t at = 0;
  cm_slice name, value;
  assert_int_equal(cm_slice_next(slice_of(object), &at, &name, &value), SQLITE_ROW);
  cm_row row = { .resource = &resource };
  row.outer = slice_of("{\"id\":\"outer\"}");
  cm_row_set(&row, value);
  row.name = name;
  row.companion = slice_of("{\"plan_uuid\":\"pl_1\"}");
  row.bindings = bindings;
  row.binding_count = 6;
  assert_survives(&row);
  cm_row_clear(&row);
}

static void plain_json_is_a_row_too(void **state) {
  (void)state;
  cm_packed_row back;
  const char *json = "{\"id\":\"a\",\"v\":5}";
  assert_int_equal(cm_row_unpack(&resource, json, strlen(json), &back, NULL), SQLITE_OK);
  assert_false(back.is_packed);
  assert_column(&back.row, ID, "text a");
  assert_column(&back.row, INTEGER, "int 5");
  cm_packed_row_clear(&back);
}

static void what_is_no_row_is_refused(void **state) {
  (void)state;
  static const char *const texts[] = {
    "",
    "?",
    "\x1e",
    "\x1e{}",
    "\x1e{\"bound\":{}}",
    "\x1e{\"bound\":{\"nothing\":1},\"row\":{}}",
    "\x1e{\"bound\":{\"text\":},\"row\":{}}",
    "\"t",
    "{\"id\":",
    "{} {}",
  };
  for (size_t i = 0; i < cm_countof(texts); i++) {
    cm_packed_row back;
    cm_err err = { 0 };
    int rc = cm_row_unpack(&resource, texts[i], strlen(texts[i]), &back, &err);
    if (rc != SQLITE_ERROR) fail_msg("text %d was taken", (int)i);
    assert_null(back.text);
    assert_null(back.bindings);
  }
}

/* ---- any row comes back -------------------------------------------------------------------- */

/** xorshift: the same rows on every machine. */
static unsigned next_random(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return (unsigned)(*seed >> 32);
}

static void append(char *text, size_t size, const char *more) {
  size_t len = strlen(text);
  if (len + strlen(more) < size) memcpy(text + len, more, strlen(more) + 1);
}

/** Append a random JSON value, nested at most `depth` deep. */
static void random_json(uint64_t *seed, int depth, char *text, size_t size) {
  static const char *const scalars[] = {
    "null",
    "true",
    "0",
    "-1.5e10",
    "9007199254740993",
    "\"\"",
    "\"x \\\" \\u00e9\"",
    "\"2016-01-01T12:00:00.123Z\"",
    "\"}]{[\"",
    "12345678901234567890",
  };
  static const char *const names[] = { "id",   "v",    "customer-since", "address", "dates",
                                       "list", "name", "address_zip",    "zip",     "plan_uuid",
                                       "\\\"" };
  unsigned kind = depth == 0 ? 0 : next_random(seed) % 3;
  if (kind == 0) {
    append(text, size, scalars[next_random(seed) % cm_countof(scalars)]);
    return;
  }
  append(text, size, kind == 1 ? "{" : "[");
  unsigned count = next_random(seed) % 4;
  for (unsigned i = 0; i < count; i++) {
    if (i > 0) append(text, size, " ,");
    if (kind == 1) {
      append(text, size, "\"");
      append(text, size, names[next_random(seed) % cm_countof(names)]);
      append(text, size, "\":");
    }
    random_json(seed, depth - 1, text, size);
  }
  append(text, size, kind == 1 ? "}" : "]");
}

static cm_value random_value(uint64_t *seed, char *text, size_t size) {
  static const char alphabet[] = "ab\"\\/{}[],: \n\t\x01\xc3\xa9";
  uint64_t bits = (uint64_t)next_random(seed) << 32 | next_random(seed);
  double real;
  memcpy(&real, &bits, sizeof real);
  switch (next_random(seed) % 5) {
  case 0: return cm_value_null();
  case 1: return cm_value_integer((int64_t)bits >> (bits % 64));
  case 2: return cm_value_real(real - real == 0 ? real : 0.5);
  case 3: return cm_value_real((double)((int64_t)bits >> (bits % 64)));
  default: break;
  }
  size_t len = next_random(seed) % (size - 2);
  for (size_t i = 0; i < len; i++)
    text[i] = alphabet[next_random(seed) % (sizeof alphabet - 3)]; /* whole characters only */
  text[len] = '\0';
  return cm_value_text(text, len);
}

static void any_row_comes_back(void **state) {
  (void)state;
  uint64_t seed = 0x9e3779b97f4a7c15u;
  for (int round = 0; round < 3000; round++) {
    char texts[3][4096] = { "", "", "" };
    char bound[COLUMNS][24];
    cm_binding bindings[COLUMNS];
    cm_row row = { .resource = &resource };
    for (int i = 0; i < 3; i++)
      random_json(&seed, 4, texts[i], sizeof texts[i] - 16);
    if (next_random(&seed) % 2) row.outer = slice_of(texts[0]);
    cm_row_set(&row, slice_of(texts[1]));
    if (next_random(&seed) % 2) row.companion = slice_of(texts[2]);
    if (next_random(&seed) % 2) row.name = (cm_slice){ &"\"na\\\"me\""[1], 6 };
    int count = (int)(next_random(&seed) % 5);
    for (int i = 0; i < count; i++) {
      bindings[i].column = (int)(next_random(&seed) % (COLUMNS - 5)) + i;
      bindings[i].value = random_value(&seed, bound[i], sizeof bound[i]);
      bindings[i].stands_in = true;
    }
    row.bindings = bindings;
    row.binding_count = count;
    assert_survives(&row);
    cm_row_clear(&row);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_json_type_in_every_column_type),
    cmocka_unit_test(members_of_all_kinds),
    cmocka_unit_test(rows_of_other_shapes),
    cmocka_unit_test(members_beyond_the_index),
    cmocka_unit_test(enclosing_row),
    cmocka_unit_test(unfolded_member),
    cmocka_unit_test(word_of_an_unfolded_answer),
    cmocka_unit_test(companion_row),
    cmocka_unit_test(find_by_name),
    cmocka_unit_test(broken_row_is_an_error),
    cmocka_unit_test(missing_key_is_a_mark_and_a_hash),
    cmocka_unit_test(composed_key_is_an_array),
    cmocka_unit_test(bindings_stand_in_for_what_is_absent),
    cmocka_unit_test(hash_tells_rows_apart),
    cmocka_unit_test(packed_row_comes_back),
    cmocka_unit_test(plain_json_is_a_row_too),
    cmocka_unit_test(what_is_no_row_is_refused),
    cmocka_unit_test(any_row_comes_back),
  };
  return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
