/*
** Unit test of src/record/url.c: which values go into paths and query strings, and how they look there.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "record/url.h"

enum {
  UUID,
  DATA_SOURCE,
  STATUS,
  CREATED_AT,
  DATE,
  DISABLED,
  QUANTITY,
  SHARE,
  EXTERNAL_ID,
  TAGS,
  DUE
};

static const cm_column columns[] = {
  [UUID] = { .name = "uuid", .type = CM_TEXT, .flags = CM_KEY },
  [DATA_SOURCE] = { .name = "data_source_uuid",
                    .type = CM_TEXT,
                    .extras = &(const cm_column_extras){ .wants = "with_source" } },
  [STATUS] = { .name = "status", .type = CM_TEXT },
  [CREATED_AT] = { .name = "created_at", .type = CM_TIME },
  [DATE] = { .name = "date", .type = CM_DAY },
  [DISABLED] = { .name = "disabled", .type = CM_BOOLEAN },
  [QUANTITY] = { .name = "quantity", .type = CM_INTEGER },
  [SHARE] = { .name = "share", .type = CM_REAL },
  [EXTERNAL_ID] = { .name = "external_id", .type = CM_TEXT, .flags = CM_ANY_TEXT_IN_PATH },
  [TAGS] = { .name = "tags",
             .type = CM_JSON,
             .extras = &(const cm_column_extras){ .wants = "with_tags" } },
  [DUE] = { .name = "due", .type = CM_TIME },
};

static const cm_word statuses[] = { { "Active", "Active" }, { "Past Due", "Past_Due" }, { 0 } };

static const cm_filter filters[] = {
  { .column = "data_source_uuid", .op = CM_EQ, .param = "data_source_uuid" },
  { .column = "status", .op = CM_EQ, .param = "status", .words = statuses },
  { .column = "created_at", .op = CM_EQ, .param = "created_at" },
  { .column = "created_at", .op = CM_GE, .param = "start-date" },
  { .column = "created_at", .op = CM_LE, .param = "end-date" },
  { .column = "date",
    .op = CM_EQ,
    .param = "date",
    .extras = &(const cm_filter_extras){ .fallback = "today" } },
  { .column = "date", .op = CM_GE, .param = "from" },
  { .column = "disabled", .op = CM_EQ, .param = "disabled" },
  { .column = "quantity", .op = CM_EQ, .param = "quantity" },
  { .column = "share", .op = CM_EQ, .param = "share" },
  { .column = "tags", .op = CM_EQ, .param = "tags" },
  { .column = "due", .op = CM_GE, .param = "due_from" },
  { .column = "due", .op = CM_LE, .param = "due_until" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/things/{uuid}", .paging = CM_SINGLE },
  { .path = "/sources/{data_source_uuid}/things/{external_id}/{uuid}", .paging = CM_SINGLE },
  { .path = "/things", .paging = CM_CURSOR, .rows = "entries", .filters = filters },
  { .path = "/things/all?kind=x", .paging = CM_WHOLE, .rows = "entries", .query = "a=1&b=2" },
};

static const cm_resource resource = { .name = "things", CM_COLUMNS(columns), CM_READS(reads) };

static const cm_read *const list = &reads[2];

static cm_value text_of(const char *text) {
  return cm_value_text(text, strlen(text));
}

static cm_value json_of(const char *text) {
  cm_value value = text_of(text);
  value.type = CM_VALUE_JSON;
  return value;
}

static cm_value blob_of(const char *text) {
  cm_value value = text_of(text);
  value.type = CM_VALUE_BLOB;
  return value;
}

/* ---- paths --------------------------------------------------------------------------------- */

static void ids_fill_paths_and_nothing_else_does(void **state) {
  (void)state;
  static char long_id[10 * 1024 + 1];
  static char longest_id[255 + 1];
  memset(long_id, 'a', sizeof long_id - 1);
  memset(longest_id, 'a', sizeof longest_id - 1);
  const struct {
    cm_value value;
    cm_sendable expected;
  } table[] = {
    { text_of("cus_e0157e22-00d1-11f0-affc-3fe1f8b7b6ab"), CM_SEND },
    { text_of("0"), CM_SEND },
    { text_of("A-Z_09"), CM_SEND },
    { text_of(longest_id), CM_SEND },
    { cm_value_integer(0), CM_SEND },
    { cm_value_integer(INT64_MAX), CM_SEND },
    { text_of(""), CM_NO_ROW },
    { text_of("a/b"), CM_NO_ROW },
    { text_of(".."), CM_NO_ROW },
    { text_of("a.b"), CM_NO_ROW },
    { text_of("a b"), CM_NO_ROW },
    { text_of("a%2Fb"), CM_NO_ROW },
    { text_of("a?b=c"), CM_NO_ROW },
    { text_of("a#b"), CM_NO_ROW },
    { text_of("'; DROP"), CM_NO_ROW },
    { text_of("\"a\""), CM_NO_ROW },
    { text_of("\xc3\xa9"), CM_NO_ROW },
    { text_of("a\n"), CM_NO_ROW },
    { cm_value_text("a\0b", 3), CM_NO_ROW },
    { cm_value_text("\0", 1), CM_NO_ROW },
    { text_of(long_id), CM_NO_ROW },
    { cm_value_integer(-1), CM_NO_ROW },
    { cm_value_real(1.5), CM_NO_ROW },
    { cm_value_null(), CM_NO_ROW },
    { blob_of("abc"), CM_NO_ROW },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    if (cm_url_path_value(&columns[UUID], &table[i].value) != table[i].expected) {
      fail_msg("value %d: %.40s", (int)i, table[i].value.text);
    }
  }
}

static void free_columns_take_any_text_that_stays_a_segment(void **state) {
  (void)state;
  const struct {
    cm_value value;
    cm_sendable expected;
  } table[] = {
    { text_of("INV 1/2?x=#%"), CM_SEND }, { text_of("\xc3\xa9"), CM_SEND },
    { text_of("..."), CM_SEND },          { text_of(".a"), CM_SEND },
    { text_of("."), CM_NO_ROW },          { text_of(".."), CM_NO_ROW },
    { text_of(""), CM_NO_ROW },           { cm_value_text("a\0b", 3), CM_NO_ROW },
    { cm_value_null(), CM_NO_ROW },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    assert_int_equal(cm_url_path_value(&columns[EXTERNAL_ID], &table[i].value), table[i].expected);
  }
}

static void placeholders_in_their_order(void **state) {
  (void)state;
  size_t at = 0;
  assert_int_equal(cm_url_next_column(&resource, reads[1].path, &at), DATA_SOURCE);
  assert_int_equal(cm_url_next_column(&resource, reads[1].path, &at), EXTERNAL_ID);
  assert_int_equal(cm_url_next_column(&resource, reads[1].path, &at), UUID);
  assert_int_equal(cm_url_next_column(&resource, reads[1].path, &at), -1);
  assert_true(cm_url_path_has(&resource, &reads[1], EXTERNAL_ID));
  assert_false(cm_url_path_has(&resource, &reads[1], STATUS));
  assert_false(cm_url_path_has(&resource, list, UUID));
}

static void broken_templates_end(void **state) {
  (void)state;
  static const char *const paths[] = { "/things/{", "/things/{uuid", "/things/{}", "/{nothing}" };
  for (size_t i = 0; i < cm_countof(paths); i++) {
    size_t at = 0;
    assert_int_equal(cm_url_next_column(&resource, paths[i], &at), -1);
    assert_true(at <= strlen(paths[i]));
  }
}

static void assert_path(const char *path, const cm_url_value *values, int count,
                        const char *expected) {
  cm_buf out;
  cm_buf_init(&out, CM_MAX_URL_BYTES);
  assert_int_equal(cm_url_format_path(&resource, path, values, count, &out), SQLITE_OK);
  assert_string_equal(cm_buf_str(&out), expected);
  cm_buf_clear(&out);
}

static void paths_are_filled_and_encoded(void **state) {
  (void)state;
  const cm_value source = text_of("ds_1");
  const cm_value free_text = text_of("INV 1/\xc3\xa9%");
  const cm_value number = cm_value_integer(9007199254740993);
  const cm_url_value values[] = {
    { .column = UUID, .op = CM_TERM_GE, .value = &source }, /* a range fills no path */
    { .column = DATA_SOURCE, .op = CM_TERM_EQ, .value = &source },
    { .column = EXTERNAL_ID, .op = CM_TERM_EQ, .value = &free_text },
    { .column = UUID, .op = CM_TERM_EQ, .value = &number },
  };
  const cm_url_value unknown[] = {
    { .column = DATA_SOURCE, .op = CM_TERM_EQ, .value = NULL },
    { .column = UUID, .op = CM_TERM_EQ, .value = NULL, .shown = "each uuid" },
  };
  assert_path(reads[1].path, values, 4,
              "/sources/ds_1/things/INV%201%2F%C3%A9%25/9007199254740993");
  assert_path(reads[1].path, unknown, 2,
              "/sources/{data_source_uuid}/things/{external_id}/{each uuid}");
  assert_path("/things", values, 4, "/things");
  assert_path("/{nothing}/{uuid}", values, 4, "/{nothing}/{uuid}");
}

/* ---- filters ------------------------------------------------------------------------------- */

static const char *verdict_name(cm_sendable verdict) {
  return verdict == CM_SEND ? "send" : verdict == CM_SEND_NOT ? "send not" : "no row";
}

/** Ask with and without a buffer: both must say the same. */
static void assert_filter(int column, cm_term_op op, cm_value value, const char *expected) {
  const cm_filter *filter = cm_url_find_filter(&resource, list, column, op);
  cm_buf wire;
  cm_buf_init(&wire, 4096);
  assert_non_null(filter);
  cm_sendable verdict = cm_url_filter_value(&columns[column], filter, &value, &wire);
  assert_int_equal(cm_url_filter_value(&columns[column], filter, &value, NULL), verdict);
  const char *shown = verdict == CM_SEND ? cm_buf_str(&wire) : verdict_name(verdict);
  if (strcmp(shown, expected) != 0) {
    fail_msg("%s %.60s: %s, expected %s", columns[column].name, value.text, shown, expected);
  }
  if (verdict != CM_SEND) assert_int_equal(wire.len, 0);
  cm_buf_clear(&wire);
}

static void values_of_filters(void **state) {
  (void)state;
  static char too_long[2050];
  memset(too_long, 'a', sizeof too_long - 1);
  const struct {
    int column;
    cm_value value;
    const char *expected;
  } table[] = {
    { DATA_SOURCE, text_of("ds_1"), "ds_1" },
    { DATA_SOURCE, text_of("a b/\"'&=\xc3\xa9"), "a b/\"'&=\xc3\xa9" },
    { DATA_SOURCE, json_of("[1]"), "[1]" },
    { DATA_SOURCE, text_of(""), "send not" },
    { DATA_SOURCE, cm_value_text("a\0b", 3), "send not" },
    { DATA_SOURCE, text_of(too_long), "send not" },
    { DATA_SOURCE, cm_value_integer(5), "send not" },
    { DATA_SOURCE, cm_value_real(5), "send not" },
    { DATA_SOURCE, blob_of("ds_1"), "send not" },
    { DATA_SOURCE, cm_value_null(), "no row" },
    { STATUS, text_of("Active"), "Active" },
    { STATUS, text_of("Past Due"), "Past_Due" },
    { STATUS, text_of("Past_Due"), "send not" },
    { STATUS, text_of("active"), "send not" },
    { STATUS, text_of("Activ"), "send not" },
    { STATUS, text_of("Active "), "send not" },
    { STATUS, cm_value_text("Active\0", 7), "send not" },
    { STATUS, cm_value_null(), "no row" },
    { DISABLED, cm_value_integer(1), "true" },
    { DISABLED, cm_value_integer(0), "false" },
    { DISABLED, cm_value_integer(2), "send not" },
    { DISABLED, cm_value_real(1), "send not" },
    { DISABLED, text_of("true"), "send not" },
    { DISABLED, text_of("1"), "send not" },
    { QUANTITY, cm_value_integer(9007199254740993), "9007199254740993" },
    { QUANTITY, cm_value_integer(-1), "-1" },
    { QUANTITY, cm_value_real(5), "send not" },
    { QUANTITY, text_of("5"), "send not" },
    { SHARE, cm_value_integer(5), "5" },
    { SHARE, cm_value_real(0.5), "send not" },
    { CREATED_AT, text_of("2025-01-01 00:00:00"), "send not" },
    { DATE, text_of("2025-01-01"), "2025-01-01" },
    { DATE, text_of("2025-01-01T23:30:00-02:00"), "2025-01-02" },
    { DATE, text_of("soon"), "soon" },
    { DATE, cm_value_integer(20250101), "send not" },
    { TAGS, text_of("[\"a\"]"), "[\"a\"]" },
  };
  for (size_t i = 0; i < cm_countof(table); i++)
    assert_filter(table[i].column, CM_TERM_EQ, table[i].value, table[i].expected);
}

static void bounds_on_instants_are_rounded_outward(void **state) {
  (void)state;
  static const struct {
    int column;
    cm_term_op op;
    const char *bound, *expected;
  } table[] = {
    { CREATED_AT, CM_TERM_GE, "2025-01-01", "2024-12-31" },
    { CREATED_AT, CM_TERM_GT, "2025-01-01", "2024-12-31" },
    { CREATED_AT, CM_TERM_LE, "2025-01-01", "2025-01-02" },
    { CREATED_AT, CM_TERM_LT, "2025-01-01", "2025-01-02" },
    { CREATED_AT, CM_TERM_GE, "2025-01-01 23:59:59", "2024-12-31" },
    { CREATED_AT, CM_TERM_LE, "2025-01-01 23:59:59.999", "2025-01-02" },
    { CREATED_AT, CM_TERM_LE, "2024-02-28 12:00:00", "2024-02-29" },
    { CREATED_AT, CM_TERM_LE, "2023-02-28", "2023-03-01" },
    /* compared as texts, so the offset at the end changes no day */
    { CREATED_AT, CM_TERM_LE, "2025-01-01 00:30:00 +2300", "2025-01-02" },
    { CREATED_AT, CM_TERM_GE, "2025-01-01 23:30:00 -2300", "2024-12-31" },
    { CREATED_AT, CM_TERM_GE, "now", "send not" },
    { CREATED_AT, CM_TERM_GE, "2025", "send not" },
    { CREATED_AT, CM_TERM_GE, "", "send not" },
    { CREATED_AT, CM_TERM_GE, "2025-02-30", "send not" },
    { DATE, CM_TERM_GE, "2025-03-01", "2025-02-28" },
  };
  for (size_t i = 0; i < cm_countof(table); i++)
    assert_filter(table[i].column, table[i].op, text_of(table[i].bound), table[i].expected);
  assert_filter(CREATED_AT, CM_TERM_GE, cm_value_integer(1735689600), "send not");
  assert_filter(CREATED_AT, CM_TERM_GE, cm_value_null(), "no row");
}

static void filters_serve_their_operators(void **state) {
  (void)state;
  static const struct {
    int column;
    cm_term_op op;
    const char *param; /* NULL: no filter */
  } table[] = {
    { STATUS, CM_TERM_EQ, "status" },
    { STATUS, CM_TERM_GE, NULL },
    { STATUS, CM_TERM_OTHER, NULL },
    { CREATED_AT, CM_TERM_EQ, "created_at" },
    { CREATED_AT, CM_TERM_GE, "start-date" },
    { CREATED_AT, CM_TERM_GT, "start-date" },
    { CREATED_AT, CM_TERM_LE, "end-date" },
    { CREATED_AT, CM_TERM_LT, "end-date" },
    { DATE, CM_TERM_LE, NULL },
    { DUE, CM_TERM_EQ, "due_from" },
    { DUE, CM_TERM_NE, NULL },
    { UUID, CM_TERM_EQ, NULL },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    const cm_filter *found = cm_url_find_filter(&resource, list, table[i].column, table[i].op);
    if (table[i].param == NULL) {
      assert_null(found);
    } else {
      assert_non_null(found);
      assert_string_equal(found->param, table[i].param);
    }
  }
  assert_null(cm_url_find_filter(&resource, &reads[0], STATUS, CM_TERM_EQ));
}

/* ---- whole requests ------------------------------------------------------------------------ */

static void assert_request(const cm_read *read, const cm_url_value *values, int count,
                           uint64_t columns_used, const char *expected) {
  cm_buf out;
  cm_buf_init(&out, CM_MAX_URL_BYTES);
  assert_int_equal(cm_url_format(&resource, read, values, count, columns_used, &out), SQLITE_OK);
  assert_string_equal(cm_buf_str(&out), expected);
  cm_buf_clear(&out);
}

static void queries_in_the_order_of_the_filters(void **state) {
  (void)state;
  const cm_value from = text_of("2025-01-10");
  const cm_value source = text_of("ds 1&x=y");
  const cm_value status = text_of("Past Due");
  const cm_value odd = text_of("Past");
  const cm_value day = text_of("2025-01-01");
  const cm_url_value values[] = {
    { .column = DATE, .op = CM_TERM_EQ, .value = &day },
    { .column = CREATED_AT, .op = CM_TERM_GT, .value = &from },
    { .column = STATUS, .op = CM_TERM_EQ, .value = &status },
    { .column = DATA_SOURCE, .op = CM_TERM_EQ, .value = &source },
  };
  const cm_url_value unsendable[] = { { .column = STATUS, .op = CM_TERM_EQ, .value = &odd } };
  const cm_url_value unknown[] = {
    { .column = STATUS, .op = CM_TERM_EQ, .value = NULL, .shown = "each status" },
  };
  assert_request(list, values, 4, 0,
                 "/things?data_source_uuid=ds%201%26x%3Dy&status=Past_Due&start-date=2025-01-09"
                 "&date=2025-01-01");
  assert_request(list, NULL, 0, 0, "/things?date=today");
  assert_request(list, unsendable, 1, 0, "/things?date=today");
  assert_request(list, unknown, 1, 0, "/things?status={each status}&date=today");
}

/** An equality without a filter of its own goes out as every bound of its column. */
static void an_equality_is_both_bounds(void **state) {
  (void)state;
  const cm_value due = text_of("2025-01-10 12:00:00");
  const cm_url_value known[] = { { .column = DUE, .op = CM_TERM_EQ, .value = &due } };
  const cm_url_value unknown[] = { { .column = DUE, .op = CM_TERM_EQ, .value = NULL } };
  const cm_url_value range[] = { { .column = DUE, .op = CM_TERM_GE, .value = &due } };
  assert_request(list, known, 1, 0, "/things?date=today&due_from=2025-01-09&due_until=2025-01-11");
  assert_request(list, unknown, 1, 0, "/things?date=today&due_from={due}&due_until={due}");
  assert_request(list, range, 1, 0, "/things?date=today&due_from=2025-01-09");
}

static void fixed_queries_and_wanted_members(void **state) {
  (void)state;
  assert_request(&reads[3], NULL, 0, 0, "/things/all?kind=x&a=1&b=2");
  assert_request(&reads[3], NULL, 0, 1u << DATA_SOURCE,
                 "/things/all?kind=x&a=1&b=2&with_source=true");
  assert_request(&reads[3], NULL, 0, 1u << TAGS | 1u << DATA_SOURCE | 1u << STATUS,
                 "/things/all?kind=x&a=1&b=2&with_source=true&with_tags=true");
}

/** Bit 63 stands for every column from 63 on. */
static void columns_beyond_63_share_a_bit(void **state) {
  (void)state;
  static cm_column many[70];
  static char names[70][16];
  for (int i = 0; i < 70; i++) {
    snprintf(names[i], sizeof names[i], "c%d", i);
    many[i].name = names[i];
  }
  many[62].extras = &(const cm_column_extras){ .wants = "w62" };
  many[69].extras = &(const cm_column_extras){ .wants = "w69" };
  const cm_read read = { .path = "/many", .paging = CM_WHOLE };
  const cm_resource wide = { .name = "wide", .columns = many, .column_count = 70 };
  static const struct {
    uint64_t used;
    const char *expected;
  } table[] = {
    { 0, "/many" },
    { UINT64_C(1) << 62, "/many?w62=true" },
    { UINT64_C(1) << 63, "/many?w69=true" },
    { UINT64_MAX, "/many?w62=true&w69=true" },
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    cm_buf out;
    cm_buf_init(&out, 100);
    assert_int_equal(cm_url_format(&wide, &read, NULL, 0, table[i].used, &out), SQLITE_OK);
    assert_string_equal(cm_buf_str(&out), table[i].expected);
    cm_buf_clear(&out);
  }
}

static void too_long_is_said(void **state) {
  (void)state;
  static char text[2049];
  memset(text, '/', sizeof text - 1);
  const cm_value value = text_of(text);
  const cm_url_value values[] = { { .column = DATA_SOURCE, .op = CM_TERM_EQ, .value = &value } };
  cm_buf out;
  cm_buf_init(&out, 6000);
  assert_int_equal(cm_url_format(&resource, list, values, 1, 0, &out), SQLITE_TOOBIG);
  cm_buf_clear(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids_fill_paths_and_nothing_else_does),
    cmocka_unit_test(free_columns_take_any_text_that_stays_a_segment),
    cmocka_unit_test(placeholders_in_their_order),
    cmocka_unit_test(broken_templates_end),
    cmocka_unit_test(paths_are_filled_and_encoded),
    cmocka_unit_test(values_of_filters),
    cmocka_unit_test(bounds_on_instants_are_rounded_outward),
    cmocka_unit_test(filters_serve_their_operators),
    cmocka_unit_test(queries_in_the_order_of_the_filters),
    cmocka_unit_test(an_equality_is_both_bounds),
    cmocka_unit_test(fixed_queries_and_wanted_members),
    cmocka_unit_test(columns_beyond_63_share_a_bit),
    cmocka_unit_test(too_long_is_said),
  };
  return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
