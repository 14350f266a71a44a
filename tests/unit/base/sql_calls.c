/*
** Unit test of src/base/sql_calls.c: which texts call a function, as SQLite would cut them.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/sql_calls.h"

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

static void gives(const char *sql, bool expected) {
  if (cm_sql_gives_to_module(sql, "chartmogul_t") != expected) fail_msg("%s", sql);
}

static void a_module_is_told_of_a_table(void **state) {
  (void)state;
  assert_false(cm_sql_gives_to_module(NULL, "chartmogul_t"));
  gives("CREATE VIRTUAL TABLE v USING fts5(a, content='chartmogul_t')", true);
  gives("create/**/virtual table v\nusing fts5(a, content=[ChartMogul_T])", true);
  gives("CREATE VIRTUAL TABLE v USING 'fts4'(content=chartmogul_t)", true);
  gives("CREATE VIRTUAL TABLE v USING m('(SELECT * FROM main.chartmogul_t)')", true);
  gives("CREATE VIRTUAL TABLE \"using\" USING m(chartmogul_t)", true);
  gives("CREATE VIRTUAL TABLE [using chartmogul_t] USING m(a)", true);
  gives("CREATE VIRTUAL TABLE if USING chartmogul_t", false);
  gives("CREATE VIRTUAL TABLE m USING \"chartmogul_u\"(chartmogul_t)", false);
  gives("CREATE VIRTUAL TABLE v USING m(chartmogul_ta, achartmogul_t, chartmogul_t1)", false);
  gives("CREATE VIRTUAL TABLE v USING m", false);
  gives("CREATE VIRTUAL TABLE chartmogul_t", false);
  gives("CREATE VIRTUAL TABLE chartmogul_t USING", false);
  gives("CREATE TABLE chartmogul_t(a)", false);
  gives("CREATE VIEW v AS SELECT * FROM chartmogul_t JOIN b USING(a)", false);
  gives("chartmogul_t", false);
  gives("", false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_before_a_parenthesis_is_a_call),
    cmocka_unit_test(anything_else_is_none),
    cmocka_unit_test(a_module_is_told_of_a_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
