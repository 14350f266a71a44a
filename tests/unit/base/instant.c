/*
** Unit test of src/base/instant.c: every form that the API or SQLite writes, and what is none. SQLite's
** own date functions are the second opinion.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"

typedef struct form {
  const char *text;
  const char *sql; /* the same instant in SQLite's form; NULL: no instant */
} form;

static const form forms[] = {
  { "2016-01-01T12:00:00.000Z", "2016-01-01 12:00:00" },
  { "2016-01-01T12:00:00+00:00", "2016-01-01 12:00:00" },
  { "2025-12-02T09:32:26.858Z", "2025-12-02 09:32:26.858" },
  { "2018-12-18T18:39:15+06:00", "2018-12-18 12:39:15" },
  { "2015-06-01T00:00:00-04:00", "2015-06-01 04:00:00" },
  { "2016-01-15 12:00:00 UTC", "2016-01-15 12:00:00" },
  { "2000-01-01 00:00:00 +0200", "1999-12-31 22:00:00" },
  { "2022-01-01T00:00:00.000+00:00", "2022-01-01 00:00:00" },
  { "2022-02-28", "2022-02-28 00:00:00" },
  { "2023-04-02 21:37:00", "2023-04-02 21:37:00" },
  { "2016-01-01 12:00", "2016-01-01 12:00:00" },
  { "2016-01-01T12:00Z", "2016-01-01 12:00:00" },
  { "2016-01-01 12:00-05", "2016-01-01 17:00:00" },
  { "2016-02-29T23:59:59.999Z", "2016-02-29 23:59:59.999" },
  { "2016-12-31 24:00:00", "2017-01-01 00:00:00" },
  { "2016-01-01 12:00:00.5", "2016-01-01 12:00:00.500" },
  { "2016-01-01T12:00:00.999999Z", "2016-01-01 12:00:00.999" },
  { "2016-01-01  12:00:00  ", "2016-01-01 12:00:00" },
  { "0000-01-01", "0000-01-01 00:00:00" },
  { "9999-12-31T23:59:59.999Z", "9999-12-31 23:59:59.999" },
  { "1969-12-31T23:59:59.001Z", "1969-12-31 23:59:59.001" },
  { "", NULL },
  { "now", NULL },
  { "2016", NULL },
  { "2016-01", NULL },
  { "2016-1-01", NULL },
  { "2016-00-01", NULL },
  { "2016-13-01", NULL },
  { "2016-01-00", NULL },
  { "2015-02-29", NULL },
  { "1900-02-29", NULL },
  { "2016-04-31", NULL },
  { "2016-01-01T", NULL },
  { "2016-01-01T12", NULL },
  { "2016-01-01T12:0", NULL },
  { "2016-01-01T24:01", NULL },
  { "2016-01-01T12:60", NULL },
  { "2016-01-01T12:00:60", NULL },
  { "2016-01-01T12:00:00.", NULL },
  { "2016-01-01T12:00:00X", NULL },
  { "2016-01-01T12:00:00Zx", NULL },
  { "2016-01-01T12:00:00+", NULL },
  { "2016-01-01T12:00:00+1", NULL },
  { "2016-01-01T12:00:00+01:", NULL },
  { "2016-01-01T12:00:00+24:00", NULL },
  { "2016-01-01X12:00", NULL },
  { "0000-01-01T00:00:00+01:00", NULL }, /* a year that no form can write */
  { "9999-12-31T23:59:59-00:01", NULL },
  { "+2016-01-01", NULL },
};

static void every_form(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(forms); i++) {
    int64_t instant_ms = 0;
    char sql[CM_INSTANT_TEXT];
    bool is_instant = cm_instant_parse(forms[i].text, strlen(forms[i].text), &instant_ms);
    if (is_instant != (forms[i].sql != NULL)) print_message("form: %s\n", forms[i].text);
    assert_int_equal(is_instant, forms[i].sql != NULL);
    if (!is_instant) continue;
    cm_instant_format_sql(instant_ms, sql);
    assert_string_equal(sql, forms[i].sql);
  }
}

static void a_prefix_is_read_as_one(void **state) {
  (void)state;
  const char *text = "2016-01-01T12:00:00Z";
  int64_t instant_ms;
  assert_true(cm_instant_parse(text, 10, &instant_ms));
  assert_true(instant_ms == INT64_C(1451606400000));
  assert_false(cm_instant_parse(text, 12, &instant_ms));
  assert_false(cm_instant_parse(NULL, 0, &instant_ms));
}

static void epoch_is_zero(void **state) {
  (void)state;
  int64_t instant_ms = 1;
  char text[CM_INSTANT_TEXT];
  assert_true(cm_instant_parse("1970-01-01", 10, &instant_ms));
  assert_true(instant_ms == 0);
  cm_instant_format_iso(0, text);
  assert_string_equal(text, "1970-01-01T00:00:00Z");
  cm_instant_format_iso(-1, text);
  assert_string_equal(text, "1969-12-31T23:59:59.999Z");
  cm_instant_format_day(-1, text);
  assert_string_equal(text, "1969-12-31");
}

static void out_of_range_is_the_nearest(void **state) {
  (void)state;
  char text[CM_INSTANT_TEXT];
  cm_instant_format_sql(INT64_MAX, text);
  assert_string_equal(text, "9999-12-31 23:59:59.999");
  cm_instant_format_sql(INT64_MIN, text);
  assert_string_equal(text, "0000-01-01 00:00:00");
}

/* Every day of 10,000 years, and back; SQLite agrees on some thousands of them. */
static void all_days(void **state) {
  sqlite3_stmt *statement = *state;
  const int64_t day_ms = INT64_C(86400000);
  const int64_t first_ms = INT64_C(-62167219200000);
  for (int64_t day = 0; day < 3652425; day++) {
    char text[CM_INSTANT_TEXT];
    int64_t instant_ms = 1;
    cm_instant_format_day(first_ms + day * day_ms, text);
    if (!cm_instant_parse(text, strlen(text), &instant_ms)) fail_msg("not parsed: %s", text);
    if (instant_ms != first_ms + day * day_ms) fail_msg("not the same day: %s", text);
    if (day % 997 != 0) continue;
    sqlite3_bind_int64(statement, 1, (first_ms + day * day_ms) / 1000);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal(text, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_reset(statement);
  }
}

static void is_fault(const char *text, const char *fault) {
  const char *found = cm_instant_fault(text, strlen(text));
  bool is_same = fault == NULL ? found == NULL : found != NULL && strcmp(found, fault) == 0;
  if (!is_same) fail_msg("%s: %s", text, found != NULL ? found : "no fault");
}

static void faults(void **state) {
  static const char day[] = "there is no such day", month[] = "there is no such month";
  static const char time[] = "there is no such time of day";
  (void)state;
  is_fault("2025-02-31", day);
  is_fault("2025-02-29", day);
  is_fault("2025-01-00T12:00:00Z", day);
  is_fault("2025-13-01", month);
  is_fault("2025-00-01 12:00", month);
  is_fault("2025-01-31 25:00", time);
  is_fault("2025-01-31 24:01", time);
  is_fault("2025-01-31T12:60:00Z", time);
  is_fault("2025-01-31 12:00:60", time);
  is_fault("2025-01-31 24:00:01", time);
  is_fault("2025-01-31", NULL);
  is_fault("2024-02-29 24:00", NULL);
  is_fault("2025-02-311", NULL);
  is_fault("2025-01-31 12", NULL);
  is_fault("2025-01-31 soon", NULL);
  is_fault("31.02.2025", NULL);
  is_fault("2025-2-31", NULL);
  is_fault("2025-02", NULL);
  is_fault("", NULL);
  assert_null(cm_instant_fault(NULL, 0));
}

static void shapes(void **state) {
  (void)state;
  assert_true(cm_instant_is_day("2016-01-15", 10));
  assert_false(cm_instant_is_day("2016-01-32", 10));
  assert_false(cm_instant_is_day("2016-01-15 ", 11));
  assert_false(cm_instant_is_day(NULL, 10));
  assert_true(cm_instant_is_iso("2016-01-15T", 11));
  assert_true(cm_instant_is_iso("9999-99-99T12:00:00Z", 20)); /* the form alone */
  assert_false(cm_instant_is_iso("2016-01-15 12:00", 16));
  assert_false(cm_instant_is_iso("2016-01-15", 10));
  assert_false(cm_instant_is_iso("2016-01-15T", 10));
}

static int open_sqlite(void **state) {
  static sqlite3 *db;
  sqlite3_stmt *statement = NULL;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) return -1;
  sqlite3_prepare_v2(db, "SELECT date(?, 'unixepoch')", -1, &statement, NULL);
  *state = statement;
  return statement != NULL ? 0 : -1;
}

static int close_sqlite(void **state) {
  sqlite3_stmt *statement = *state;
  sqlite3 *db = sqlite3_db_handle(statement);
  sqlite3_finalize(statement);
  return sqlite3_close(db) == SQLITE_OK ? 0 : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_form),
    cmocka_unit_test(a_prefix_is_read_as_one),
    cmocka_unit_test(epoch_is_zero),
    cmocka_unit_test(out_of_range_is_the_nearest),
    cmocka_unit_test_setup_teardown(all_days, open_sqlite, close_sqlite),
    cmocka_unit_test(faults),
    cmocka_unit_test(shapes),
  };
  return cmocka_run_group_tests_name("instant", tests, NULL, NULL);
}
