/*
** Unit test of src/sql_calls.c: which texts call a function, as SQLite would cut them.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sql_calls.h"

static void calls(const char *sql, bool expected) {
  if (cm_sql_calls(sql, "cm_f") != expected) {
    fail_msg("%s: %s", sql, expected ? "is a call" : "is no call");
  }
}

static void a_name_before_a_parenthesis_is_a_call(void **state) {
  (void)state;
  calls("cm_f(", true);
  calls("SELECT cm_f(1)", true);
  calls("SELECT CM_F ( 1 )", true);
  calls("SELECT \"cm_F\"(1), 2", true);
  calls("SELECT `cm_f`\n(1)", true);
  calls("SELECT [cm_f]\t(1)", true);
  calls("SELECT cm_f/* here */(1)", true);
  calls("SELECT cm_f -- here\n (1)", true);
  calls("SELECT cm_f\xef\xbb\xbf(1)", false); /* of that name's own letters */
  calls("SELECT cm_f \xef\xbb\xbf(1)", true); /* a byte order mark is white space */
  calls("\xef\xbb\xbf"
        "cm_f(1)",
        true);
  calls("SELECT 1+cm_f(1)", true);
  calls("SELECT-cm_f(1)", true);
  calls("SELECT 1/cm_f(1)", true);
  calls("SELECT x'00'cm_f(1)", true);
  calls("SELECT ?1,cm_f(1)", true);
  calls("SELECT :a||cm_f(1)", true);
  calls("SELECT ''''||cm_f(1)", true);
  calls("SELECT '--'||cm_f(1)", true);
  calls("SELECT \"/*\"||cm_f(1)", true);
  calls("SELECT [a\"b]||cm_f(1)", true);
  calls("SELECT (cm_f)(1)", false);
}

static void anything_else_is_none(void **state) {
  (void)state;
  assert_false(cm_sql_calls(NULL, "cm_f"));
  calls("", false);
  calls("cm_f", false);
  calls("SELECT cm_f FROM t", false);
  calls("SELECT 'cm_f'(1)", false);
  calls("SELECT 'cm_f('", false);
  calls("SELECT 'it''s cm_f('", false);
  calls("SELECT \"cm_f(\" FROM t", false);
  calls("SELECT \"a\"\"cm_f\"(1)", false);
  calls("SELECT [cm_f(] FROM t", false);
  calls("SELECT `cm_f(` FROM t", false);
  calls("INSERT INTO \"cm_f(\" VALUES(1)", false);
  calls("SELECT 1 -- cm_f(1)", false);
  calls("SELECT 1 /* cm_f(1) */", false);
  calls("SELECT 1 /* cm_f(1)", false);
  calls("SELECT xcm_f(1), cm_fx(1), cm_f1(1), $cm_f, cm_f$(1)", false);
  calls("SELECT \xc3\xa9"
        "cm_f(1), cm_f\xc3\xa9(1)",
        false);
  calls("SELECT :cm_f(1)", false);
  calls("SELECT @cm_f, #cm_f", false);
  calls("SELECT $a(cm_f(1))", false);
  calls("SELECT $a::cm_f(1)", false);
  calls("SELECT 1cm_f(1)", false);
  calls("SELECT cm_f.x(1)", false);
  calls("'cm_f(", false);
  calls("\"cm_f", false);
  calls("\"", false);
  calls("[", false);
  calls("$", false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_before_a_parenthesis_is_a_call),
    cmocka_unit_test(anything_else_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
