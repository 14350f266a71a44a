/* base/utf8.h: what is a character, and what stands in place of bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "base/utf8.h"

#define FFFD "\xef\xbf\xbd"

/** A text, how many bytes of it are sound, and what it becomes in the two ways of mending it. */
static const struct {
  const char *text;
  size_t valid;
  const char *mended;
  const char *masked;
} texts[] = {
  { "", 0, "", "" },
  { "plain text of more than eight bytes", 35, "plain text of more than eight bytes",
    "plain text of more than eight bytes" },
  { "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
  { "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 18,
    "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
    "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
  { "M\xfcller & S\xf6hne", 1, "M" FFFD "ller & S" FFFD "hne", "M?ller & S?hne" },
  { "\xff\xfe", 0, FFFD FFFD, "??" },
  { "\x80", 0, FFFD, "?" },                                 /* what only continues */
  { "a\xc0\xaf", 1, "a" FFFD FFFD, "a??" },                 /* longer than it needs to be */
  { "\xe0\x80\xaf", 0, FFFD FFFD FFFD, "???" },             /* likewise */
  { "\xed\xa0\x80", 0, FFFD FFFD FFFD, "???" },             /* half a surrogate pair */
  { "\xf4\x90\x80\x80", 0, FFFD FFFD FFFD FFFD, "????" },   /* beyond U+10FFFF */
  { "12345678\xe2\x82", 8, "12345678" FFFD, "12345678??" }, /* cut short */
  { "\xf0\x9f\x98x", 0, FFFD "x", "???x" },
  { "\xe2\x28\xa1", 0, FFFD "(" FFFD, "?(?" },
};

static void what_is_sound(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(texts); i++) {
    size_t len = strlen(texts[i].text);
    char *exact = malloc(len + 1); /* exactly as large, for the sanitizers */
    memcpy(exact, texts[i].text, len);
    char *fitting = realloc(exact, len > 0 ? len : 1);
    if (cm_utf8_valid(fitting, len) != texts[i].valid) fail_msg("text %d", (int)i);
    free(fitting);
  }
  assert_int_equal(3, cm_utf8_valid("a\0b", 3));
  assert_int_equal(0, cm_utf8_valid(NULL, 0));
}

static void what_is_not_becomes_a_replacement(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(texts); i++) {
    cm_buf out;
    cm_buf_init(&out, 1000);
    assert_int_equal(SQLITE_OK, cm_utf8_mend(&out, texts[i].text, strlen(texts[i].text)));
    assert_string_equal(texts[i].mended, cm_buf_str(&out));
    assert_int_equal(out.len, cm_utf8_valid(cm_buf_str(&out), out.len));
    cm_buf_clear(&out);
  }
  cm_buf small;
  cm_buf_init(&small, 2);
  assert_int_equal(SQLITE_TOOBIG, cm_utf8_mend(&small, "\xff", 1));
}

static void what_is_not_is_masked_in_place(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(texts); i++) {
    char *text = strdup(texts[i].text);
    cm_utf8_mask(text, strlen(text));
    assert_string_equal(texts[i].masked, text);
    free(text);
  }
}

/** Every text of two bytes, and the same behind seven others: sound as the rules of UTF-8 say. */
static void every_pair_of_bytes(void **state) {
  (void)state;
  for (int first = 0; first < 256; first++) {
    for (int second = 0; second < 256; second++) {
      char text[10] = "1234567";
      text[7] = (char)first;
      text[8] = (char)second;
      bool is_pair = first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf;
      size_t valid = is_pair ? 9 : first >= 0x80 ? 7 : second >= 0x80 ? 8 : 9;
      assert_int_equal(valid, cm_utf8_valid(text, 9));
      assert_int_equal(valid - 7, cm_utf8_valid(text + 7, 2));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_sound),
    cmocka_unit_test(what_is_not_becomes_a_replacement),
    cmocka_unit_test(what_is_not_is_masked_in_place),
    cmocka_unit_test(every_pair_of_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
