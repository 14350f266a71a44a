/* base/text.h: words with spaces, and templates with {names}. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/** Each word in brackets. */
static const char *words_of(const char *list) {
  static char found[100];
  const char *word = NULL;
  size_t len = 0;
  found[0] = 0;
  while (cm_text_next_word(&list, &word, &len))
    snprintf(found + strlen(found), sizeof found - strlen(found), "[%.*s]", (int)len, word);
  return found;
}

static void a_list_has_words(void **state) {
  (void)state;
  assert_string_equal("", words_of(NULL));
  assert_string_equal("", words_of(""));
  assert_string_equal("", words_of("  "));
  assert_string_equal("[a]", words_of("a"));
  assert_string_equal("[a][bc:d][e]", words_of(" a  bc:d e "));
}

static void a_list_holds_a_word(void **state) {
  (void)state;
  assert_true(cm_text_has_word("a bc:d e", "a"));
  assert_true(cm_text_has_word("a bc:d e", "bc"));
  assert_true(cm_text_has_word("a bc:d e", "e"));
  assert_false(cm_text_has_word("a bc:d e", "b"));
  assert_false(cm_text_has_word("a bc:d e", "d"));
  assert_false(cm_text_has_word("a bc:d e", ""));
  assert_false(cm_text_has_word(NULL, "a"));
}

static void a_text_is_a_word(void **state) {
  (void)state;
  assert_true(cm_text_is("abc", 2, "ab"));
  assert_true(cm_text_is(NULL, 0, ""));
  assert_false(cm_text_is("abc", 3, "ab"));
  assert_false(cm_text_is("abc", 2, "abc"));
}

static void a_word_has_a_mark(void **state) {
  (void)state;
  assert_int_equal(2, cm_text_before("ab:c d", 4, ':'));
  assert_int_equal(2, cm_text_before("ab c:d", 2, ':'));
  assert_int_equal(0, cm_text_before(":", 1, ':'));
}

/** Each name in brackets, and what is behind the last one. */
static const char *names_of(const char *text) {
  static char found[100];
  const char *name = NULL;
  size_t at = 0;
  size_t len = 0;
  found[0] = 0;
  while (cm_text_next_name(text, &at, &name, &len))
    snprintf(found + strlen(found), sizeof found - strlen(found), "[%.*s]%c", (int)len, name,
             name[len] == '}' ? '.' : '!');
  snprintf(found + strlen(found), sizeof found - strlen(found), "%s",
           text != NULL ? text + at : "");
  return found;
}

static void a_template_has_names(void **state) {
  (void)state;
  assert_string_equal("", names_of(NULL));
  assert_string_equal("/plans", names_of("/plans"));
  assert_string_equal("[uuid].", names_of("/plans/{uuid}"));
  assert_string_equal("[a].[b]./c", names_of("/{a}/x?{b}/c"));
  assert_string_equal("[a].[b].", names_of("{a}{b}"));
  assert_string_equal("[].", names_of("{}"));
  assert_string_equal("[a].[b]!", names_of("{a}/{b"));
}

static void a_template_holds_a_name(void **state) {
  (void)state;
  assert_true(cm_text_has_name("/{a}/{bc}", "bc"));
  assert_false(cm_text_has_name("/{a}/{bc}", "b"));
  assert_false(cm_text_has_name("/{a}/{bc}", "bcd"));
  assert_false(cm_text_has_name(NULL, "a"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_list_has_words),     cmocka_unit_test(a_list_holds_a_word),
    cmocka_unit_test(a_text_is_a_word),     cmocka_unit_test(a_word_has_a_mark),
    cmocka_unit_test(a_template_has_names), cmocka_unit_test(a_template_holds_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
