/* record/near_miss.h: words that are known but for the way they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/near_miss.h"

static const cm_word words[] = { { "Active", "Active" },
                                 { "Past Due", "Past_Due" },
                                 { "Cancelled", "Cancelled" },
                                 { "one_time", "one_time" },
                                 { NULL, NULL } };

static const char *near(const char *text) {
  cm_value value = cm_value_text(text, strlen(text));
  const cm_word *found = cm_near_miss(words, &value);
  return found != NULL ? found->sql : "none";
}

static void what_is_near(void **state) {
  (void)state;
  assert_string_equal(near("active"), "Active");
  assert_string_equal(near("ACTIVE "), "Active");
  assert_string_equal(near("Past_Due"), "Past Due");
  assert_string_equal(near("pastdue"), "Past Due");
  assert_string_equal(near("past-due"), "Past Due");
  assert_string_equal(near("Canceled"), "Cancelled");
  assert_string_equal(near("cancelled"), "Cancelled");
  assert_string_equal(near("one time"), "one_time");
  assert_string_equal(near("Acttive"), "Active");
}

static void what_is_not(void **state) {
  (void)state;
  static const char *const texts[] = { "",      "Active",   "Past Due", "Activ",      "Activee d",
                                       "Churn", "Past",     "-",        "Pastures",   "one",
                                       "actve", "onestime", "Cancel",   "Cancelled!", "inactive" };
  for (size_t i = 0; i < cm_countof(texts); i++)
    assert_string_equal(near(texts[i]), "none");
  cm_value number = cm_value_integer(1), null = cm_value_null(),
           cut = cm_value_text("active\0x", 8);
  assert_null(cm_near_miss(words, &number));
  assert_null(cm_near_miss(words, &null));
  assert_null(cm_near_miss(words, &cut));
  assert_null(cm_near_miss(NULL, &number));
}

static void words_in_a_line(void **state) {
  (void)state;
  cm_buf out;
  cm_buf_init(&out, 1000);
  cm_near_miss_put_words(words, &out);
  assert_string_equal(cm_buf_str(&out), "'Active', 'Past Due', 'Cancelled' or 'one_time'");
  cm_buf_clear(&out);
  cm_near_miss_put_words(words + 3, &out);
  assert_string_equal(cm_buf_str(&out), "'one_time'");
  cm_buf_clear(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_near),
    cmocka_unit_test(what_is_not),
    cmocka_unit_test(words_in_a_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
