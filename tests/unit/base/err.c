/* base/err.h: one line, never too long, never half a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/sqlite_api.h"

enum { ROOM = sizeof((cm_err *)0)->text - 1 };

static bool ends_in_dots(const char *text) {
  size_t len = strlen(text);
  return len >= 3 && strcmp(text + len - 3, "…") == 0;
}

static void set_formats_and_returns_the_code(void **state) {
  (void)state;
  cm_err err = { .http_status = 404 };
  assert_int_equal(SQLITE_AUTH, cm_err_set(&err, SQLITE_AUTH, "%s: %d of %lld", "table", 7, 8LL));
  assert_int_equal(SQLITE_AUTH, err.code);
  assert_int_equal(0, err.http_status);
  assert_string_equal("table: 7 of 8", err.text);
}

static void set_without_a_place_for_the_text(void **state) {
  (void)state;
  assert_int_equal(SQLITE_BUSY, cm_err_set(NULL, SQLITE_BUSY, "%s", "nobody reads this"));
}

static void set_makes_one_line(void **state) {
  (void)state;
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_ERROR, "a\r\nb\tc\x1b[31md\x7f");
  assert_string_equal("a  b c [31md ", err.text);
}

static void set_keeps_a_text_that_just_fits(void **state) {
  (void)state;
  char text[ROOM + 1];
  memset(text, 'x', ROOM);
  text[ROOM] = 0;
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_ERROR, "%s", text);
  assert_string_equal(text, err.text);
}

static void set_cuts_what_does_not_fit(void **state) {
  (void)state;
  char text[ROOM + 2];
  memset(text, 'x', ROOM + 1);
  text[ROOM + 1] = 0;
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_ERROR, "%s", text);
  assert_int_equal(ROOM, strlen(err.text));
  assert_true(ends_in_dots(err.text));
  assert_memory_equal(text, err.text, ROOM - 3);
}

static void set_cuts_at_a_character_border(void **state) {
  (void)state;
  /* Characters of two, three and four bytes, at every place relative to the end. */
  static const char *const characters[] = { "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
  for (size_t kind = 0; kind < cm_countof(characters); kind++) {
    for (size_t shift = 0; shift < 5; shift++) {
      char text[3000] = "";
      memset(text, 'x', shift);
      size_t len = strlen(characters[kind]);
      for (size_t at = shift; at + len < sizeof text; at += len)
        memcpy(text + at, characters[kind], len);
      cm_err err = { 0 };
      cm_err_set(&err, SQLITE_ERROR, "%s", text);
      size_t kept = strlen(err.text) - 3;
      assert_true(ends_in_dots(err.text));
      assert_int_equal(0, (kept - shift) % len);
      assert_in_range(kept, ROOM - 3 - (len - 1), ROOM - 3);
      assert_memory_equal(text, err.text, kept);
    }
  }
}

static void set_may_use_its_own_text(void **state) {
  (void)state;
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_ERROR, "inner");
  cm_err_set(&err, SQLITE_ERROR, "outer (%s)", err.text);
  assert_string_equal("outer (inner)", err.text);
}

static void prefix_stands_once(void **state) {
  (void)state;
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_CONSTRAINT, "no such day");
  err.http_status = 422;
  cm_err_prefix(&err, "chartmogul_plans");
  cm_err_prefix(&err, "chartmogul_plans");
  assert_string_equal("chartmogul_plans: no such day", err.text);
  assert_int_equal(SQLITE_CONSTRAINT, err.code);
  assert_int_equal(422, err.http_status);
  cm_err_prefix(&err, "chartmogul"); /* only the beginning of what stands there */
  assert_string_equal("chartmogul: chartmogul_plans: no such day", err.text);
}

static void a_row_is_named_behind_its_table(void **state) {
  (void)state;
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_AUTH, "chartmogul_plans: it is refused");
  err.http_status = 403;
  err.is_of_row = err.may_help = true;
  cm_err_name_row(&err, "chartmogul_plans", "pl_1");
  assert_string_equal("chartmogul_plans: pl_1: it is refused", err.text);
  assert_int_equal(SQLITE_AUTH, err.code);
  assert_int_equal(403, err.http_status);
  assert_true(err.is_of_row && err.may_help);
  cm_err_name_row(&err, "chartmogul_plan", NULL);
  cm_err_name_row(&err, "chartmogul_plan", "");
  cm_err_name_row(NULL, "chartmogul_plan", "pl_1");
  assert_string_equal("chartmogul_plans: pl_1: it is refused", err.text);
  cm_err_set(&err, SQLITE_ERROR, "it is refused");
  cm_err_name_row(&err, "chartmogul_plans", "pl_1");
  assert_string_equal("chartmogul_plans: pl_1: it is refused", err.text);
  cm_err_clear(&err);
  cm_err_name_row(&err, "chartmogul_plans", "pl_1");
  assert_string_equal("", err.text);
}

static void prefix_of_nothing(void **state) {
  (void)state;
  cm_err err = { 0 };
  cm_err_prefix(NULL, "who");
  cm_err_prefix(&err, "who");
  assert_string_equal("", err.text);
  assert_int_equal(SQLITE_OK, err.code);
}

static void nomem_and_clear(void **state) {
  (void)state;
  cm_err err = { .http_status = 500 };
  assert_int_equal(SQLITE_NOMEM, cm_err_nomem(&err));
  assert_int_equal(SQLITE_NOMEM, cm_err_nomem(NULL));
  assert_string_equal("out of memory", err.text);
  err.http_status = 500;
  cm_err_clear(&err);
  cm_err_clear(NULL);
  assert_int_equal(SQLITE_OK, err.code);
  assert_int_equal(0, err.http_status);
  assert_string_equal("", err.text);
}

static void line_collapses_and_cuts(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t size;
    const char *line;
  } cases[] = {
    { "", 10, "" },
    { "plain", 6, "plain" },
    { "plain!", 6, "pl…" },
    { "  a \r\n\t b  ", 10, "a b" },
    { "   ", 10, "" },
    { "ab ", 3, "ab" },
    { "abcd", 3, "" },
    { "abcd", 1, "" },
    { "a\xc3\xa4\xc3\xa4\xc3\xa4", 7, "a\xc3\xa4…" },
    { "ab\xc3\xa4\xc3\xa4\xc3\xa4", 7, "ab…" },
    { "\xff\xfe", 10, "\xff\xfe" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    char *out = malloc(cases[i].size); /* exactly as large, for the sanitizers */
    cm_err_line(out, cases[i].size, cases[i].text, strlen(cases[i].text));
    assert_string_equal(cases[i].line, out);
    free(out);
  }
  char out[8];
  cm_err_line(out, sizeof out, "a\0b", 3);
  assert_string_equal("a b", out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(set_formats_and_returns_the_code),
    cmocka_unit_test(set_without_a_place_for_the_text),
    cmocka_unit_test(set_makes_one_line),
    cmocka_unit_test(set_keeps_a_text_that_just_fits),
    cmocka_unit_test(set_cuts_what_does_not_fit),
    cmocka_unit_test(set_cuts_at_a_character_border),
    cmocka_unit_test(set_may_use_its_own_text),
    cmocka_unit_test(prefix_stands_once),
    cmocka_unit_test(a_row_is_named_behind_its_table),
    cmocka_unit_test(prefix_of_nothing),
    cmocka_unit_test(nomem_and_clear),
    cmocka_unit_test(line_collapses_and_cuts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
