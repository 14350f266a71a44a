/* wire/http_trust.h: the file that is named, else the first of the places that can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire/http_trust.h"

static char here[] = "/tmp/chartmogul-trust-XXXXXX";

static int make_file(void **state) {
  (void)state;
  int file = mkstemp(here);
  return file < 0 || close(file) != 0;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(here);
}

static void the_named_file_is_taken(void **state) {
  (void)state;
  const char *const places[] = { here, NULL };
  assert_string_equal(cm_trust_file("/not/there.pem", places), "/not/there.pem");
}

static void else_the_first_that_is_here(void **state) {
  (void)state;
  const char *const places[] = { "/not/there.pem", here, "/etc/passwd", NULL };
  assert_ptr_equal(cm_trust_file(NULL, places), here);
  assert_ptr_equal(cm_trust_file("", places), here);
}

static void none_is_here(void **state) {
  (void)state;
  const char *const places[] = { "/not/there.pem", NULL };
  assert_null(cm_trust_file(NULL, places));
}

static void the_usual_places_are_five(void **state) {
  (void)state;
  int count = 0;
  while (cm_trust_places[count] != NULL)
    assert_int_equal(cm_trust_places[count++][0], '/');
  assert_int_equal(count, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_named_file_is_taken),
    cmocka_unit_test(else_the_first_that_is_here),
    cmocka_unit_test(none_is_here),
    cmocka_unit_test(the_usual_places_are_five),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
