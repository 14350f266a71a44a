/* The base of the sandbox: dates in every form the API takes, identifiers, encodings, switches. */
#include "../../sandbox/base/decisions.h"
#include "../../sandbox/base/encode.h"
#include "../../sandbox/base/ident.h"
#include "../../sandbox/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *written(int64_t time_ms, sb_time_style style) {
  sb_text out = { 0 };
  sb_time_write(&out, time_ms, style);
  return sb_text_take(&out);
}

static void assert_written(int64_t time_ms, sb_time_style style, const char *expected) {
  char *words = written(time_ms, style);
  assert_string_equal(words, expected);
  free(words);
}

static void every_form_of_a_date_is_one_instant(void **state) {
  (void)state;
  static const struct {
    const char *words, *same;
  } forms[] = {
    { "2017-05-15T00:00:00Z", "2017-05-15T00:00:00.000Z" },
    { "2018-12-18T18:39:15+06:00", "2018-12-18T12:39:15.000Z" },
    { "2016-01-15 12:00:00 UTC", "2016-01-15T12:00:00.000Z" },
    { "2000-01-01 00:00:00 +0200", "1999-12-31T22:00:00.000Z" },
    { "2000-01-01T00:00:00-04", "2000-01-01T04:00:00.000Z" },
    { "2022-02-28", "2022-02-28T00:00:00.000Z" },
    { "2023-04-02 21:37:00", "2023-04-02T21:37:00.000Z" },
    { "2023-04-02T21:37", "2023-04-02T21:37:00.000Z" },
    { "2023-04-02T21:37:05.1239Z", "2023-04-02T21:37:05.123Z" },
    { "2024-02-29", "2024-02-29T00:00:00.000Z" },
    { "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    int64_t time_ms;
    assert_true(sb_time_parse(forms[i].words, &time_ms, NULL));
    assert_written(time_ms, SB_STYLE_MS, forms[i].same);
  }
}

static void what_is_no_date_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {
    "",
    "yesterday",
    "2023-13-01",
    "2023-00-10",
    "2023-02-29",
    "2023-04-31",
    "2023-1-1",
    "2023-01-01T25:00",
    "2023-01-01T10:60:00Z",
    "2023-01-01X10:00",
    "2023-01-01T",
    "2023-01-01T10:00Zz",
    "2023-01-01T10:00:00.Z",
    "2023-01-01T10:00+6:00",
    "20230101",
  };
  int64_t time_ms;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_false(sb_time_parse(wrong[i], &time_ms, NULL));
}

static void a_day_is_told_from_an_instant(void **state) {
  (void)state;
  int64_t time_ms;
  bool is_day;
  assert_true(sb_time_parse("2023-04-02", &time_ms, &is_day) && is_day);
  assert_true(sb_time_parse("2023-04-02T00:00:00Z", &time_ms, &is_day) && !is_day);
}

static void an_instant_is_written_in_every_style(void **state) {
  (void)state;
  int64_t time_ms = sb_time_of(2016, 1, 5) + ((7 * 60 + 8) * 60 + 9) * SB_SECOND_MS + 10;
  assert_written(time_ms, SB_STYLE_MS, "2016-01-05T07:08:09.010Z");
  assert_written(time_ms, SB_STYLE_Z, "2016-01-05T07:08:09Z");
  assert_written(time_ms, SB_STYLE_OFFSET, "2016-01-05T07:08:09+00:00");
  assert_written(time_ms, SB_STYLE_DAY, "2016-01-05");
  assert_written(time_ms, SB_STYLE_NANO, "2016-01-05T07:08:09.010000000Z");
  assert_written(time_ms, SB_STYLE_EXPORT, "2016-01-05 07:08:09 +0000");
}

static void months_end_where_the_calendar_says(void **state) {
  (void)state;
  assert_written(sb_time_add_months(sb_time_of(2024, 1, 31), 1), SB_STYLE_DAY, "2024-02-29");
  assert_written(sb_time_add_months(sb_time_of(2024, 3, 31), -13), SB_STYLE_DAY, "2023-02-28");
  assert_written(sb_time_add_months(sb_time_of(2023, 12, 15), 12), SB_STYLE_DAY, "2024-12-15");
  assert_written(sb_time_of(2023, 13, 1), SB_STYLE_DAY, "2024-01-01");
  assert_int_equal(sb_weekday_of(sb_time_of(2025, 12, 31)), 3);
  assert_int_equal(sb_weekday_of(sb_time_of(1969, 12, 28)), 0);
}

static void every_day_of_four_centuries_comes_back(void **state) {
  (void)state;
  for (int64_t day = sb_time_of(1800, 1, 1); day < sb_time_of(2200, 1, 1); day += SB_DAY_MS) {
    sb_date date = sb_date_of(day);
    assert_int_equal(sb_time_of(date.year, date.month, date.day), day);
  }
}

static void an_identifier_is_read_as_its_own_kind_only(void **state) {
  (void)state;
  sb_text uuid = { 0 };
  sb_uuid_write(&uuid, SB_CUSTOMER, 0x1234567);
  assert_string_equal(uuid.bytes, "cus_00000000-0000-4003-8000-000001234567");
  assert_int_equal(sb_uuid_parse(SB_CUSTOMER, uuid.bytes), 0x1234567);
  assert_int_equal(sb_uuid_parse(SB_PLAN, uuid.bytes), 0);
  assert_int_equal(sb_uuid_parse(SB_CUSTOMER, uuid.bytes + 4), 0);
  assert_int_equal(sb_uuid_parse(SB_CUSTOMER, "cus_12345678-0000-4003-8000-000001234567"), 0);
  assert_int_equal(sb_uuid_parse(SB_CUSTOMER, NULL), 0);
  assert_true(sb_uuid_is_wellformed(SB_INVOICE, "inv_7f52a987-2af0-44d6-aa15-662a73c16046"));
  assert_false(sb_uuid_is_wellformed(SB_INVOICE, "inv_I_dont_exists"));
  assert_false(sb_uuid_is_wellformed(SB_INVOICE, "inv_7f52a987-2af0-44d6-aa15-662a73c160460"));
  sb_text_clear(&uuid);
}

static void encodings_go_there_and_back(void **state) {
  (void)state;
  static const char *const plain[] = {
    "", "a", "ab", "abc", "2016-01-25T00:00:00Z&114167451", "\xff\xfe?>"
  };
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    sb_text words = { 0 }, back = { 0 };
    sb_base64_encode(&words, plain[i], strlen(plain[i]));
    assert_true(sb_base64_decode(&back, words.bytes ? words.bytes : "", words.len));
    assert_int_equal(back.len, strlen(plain[i]));
    if (back.len) assert_memory_equal(back.bytes, plain[i], back.len);
    sb_text_clear(&words);
    sb_text_clear(&back);
  }
  sb_text back = { 0 };
  assert_false(sb_base64_decode(&back, "a*b=", 4));
  sb_text_clear(&back);
  char *words = sb_percent_decode("a%2Fb+c%zz%4", 12, true);
  assert_string_equal(words, "a/b c%zz%4");
  free(words);
}

static void a_list_has_its_words_and_no_parts_of_them(void **state) {
  (void)state;
  assert_true(sb_is_word_of("one|two", '|', "one") && sb_is_word_of("one|two", '|', "two"));
  assert_false(sb_is_word_of("one|two", '|', "on") || sb_is_word_of("one|two", '|', "one|two"));
  assert_false(sb_is_word_of("one|two", '|', "") || sb_is_word_of("", ',', "") ||
               sb_is_word_of(NULL, ',', "x"));
}

static void wrong_switches_change_nothing(void **state) {
  (void)state;
  sb_decisions decisions;
  sb_decisions_init(&decisions);
  sb_text before = { 0 }, after = { 0 }, problem = { 0 };
  sb_decisions_write(&decisions, &before);
  cJSON *values = cJSON_Parse("{\"gzip\":false,\"numbers\":\"roman\"}");
  assert_false(sb_decisions_take(&decisions, values, &problem));
  assert_non_null(strstr(problem.bytes, "numbers"));
  sb_decisions_write(&decisions, &after);
  assert_string_equal(before.bytes, after.bytes);
  cJSON_Delete(values);
  values = cJSON_Parse(before.bytes); /* what was written can be taken */
  assert_true(sb_decisions_take(&decisions, values, &problem));
  cJSON_Delete(values);
  sb_text_clear(&before);
  sb_text_clear(&after);
  sb_text_clear(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_form_of_a_date_is_one_instant),
    cmocka_unit_test(what_is_no_date_is_refused),
    cmocka_unit_test(a_day_is_told_from_an_instant),
    cmocka_unit_test(an_instant_is_written_in_every_style),
    cmocka_unit_test(months_end_where_the_calendar_says),
    cmocka_unit_test(every_day_of_four_centuries_comes_back),
    cmocka_unit_test(an_identifier_is_read_as_its_own_kind_only),
    cmocka_unit_test(encodings_go_there_and_back),
    cmocka_unit_test(a_list_has_its_words_and_no_parts_of_them),
    cmocka_unit_test(wrong_switches_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
