/*
** Unit test of src/explain/explained_text.c: what a statement writes, and where its tables and lists stand in its text.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "explain/explained_text.h"

static void is_span(cm_span span, const char *expected, const char *sql) {
  bool is_same = expected == NULL ? span.text == NULL
                                  : span.text != NULL && span.len == strlen(expected) &&
                                        memcmp(span.text, expected, span.len) == 0;
  if (!is_same)
    fail_msg("%s: found %.*s, expected %s", sql, (int)span.len,
             span.text != NULL ? span.text : "nothing", expected != NULL ? expected : "nothing");
}

static void writes(const char *sql, const char *name, const char *columns, const char *rows) {
  cm_written written;
  cm_statement_find_written(sql, &written);
  is_span(written.name, name, sql);
  is_span(written.columns, columns, sql);
  is_span(written.rows, rows, sql);
}

static void the_target_and_its_rows(void **state) {
  (void)state;
  writes("INSERT INTO t(a, b) SELECT 1, 2", "t", "a, b)", "SELECT 1, 2");
  writes("insert or replace into main . \"t\" values (1) , (2);", "main . \"t\"", NULL,
         "values (1) , (2)");
  writes("REPLACE INTO t AS x (a) SELECT 1 FROM (SELECT 2) -- the end", "t", "a)",
         "SELECT 1 FROM (SELECT 2)");
  writes("WITH c(i) AS (SELECT 1) INSERT INTO t SELECT i FROM c RETURNING i", "t", NULL,
         "SELECT i FROM c");
  writes("INSERT INTO t DEFAULT VALUES", "t", NULL, "DEFAULT VALUES");
  writes("UPDATE OR IGNORE t SET a = 1", "t", NULL, NULL);
  writes("DELETE FROM [t] WHERE a", "[t]", NULL, NULL);
  writes("WITH c AS (SELECT 1) SELECT 'INSERT INTO t' FROM c", NULL, NULL, NULL);
  writes("INSERT INTO", NULL, NULL, "");
  writes("INSERT", NULL, NULL, NULL);
  writes("", NULL, NULL, NULL);
}

static void sources(const char *sql, const char *alias, const char *expected) {
  is_span(cm_statement_source(sql, alias), expected, sql);
}

static void a_table_by_what_it_is_called(void **state) {
  (void)state;
  sources("SELECT 1 FROM t", "t", "t");
  sources("SELECT 1 FROM main.t", "t", "main.t");
  sources("SELECT 1 FROM a, \"my t\" AS l JOIN b", "l", "\"my t\"");
  sources("SELECT l.x FROM t l WHERE l.y", "l", "t");
  sources("SELECT 1 FROM (SELECT x FROM t WHERE y) AS l", "l", "(SELECT x FROM t WHERE y)");
  sources("SELECT x AS l FROM t", "l", NULL);
  sources("SELECT a, x l FROM t l", "l", NULL); /* one of two */
  sources("SELECT 'FROM t l' FROM u", "l", NULL);
  sources("SELECT 1 FROM t l", "m", NULL);
  sources("SELECT 1 FROM (", "m", NULL);
  sources("", "t", NULL);
}

static void the_list_of_an_in(void **state) {
  static const char two[] = "DELETE FROM t WHERE uuid IN (1) OR uuid IN (2)";
  (void)state;
  is_span(cm_statement_list("DELETE FROM t WHERE t.uuid IN (SELECT (x) FROM l)", "uuid"),
          "SELECT (x) FROM l", "a SELECT");
  is_span(cm_statement_list("DELETE FROM t WHERE uuid IN ('a)', f(1, 2), ?)", "uuid"),
          "'a)', f(1, 2), ?", "a list");
  is_span(cm_statement_list(two, "uuid"), NULL, two);
  is_span(cm_statement_list("DELETE FROM t WHERE uuid IN l", "uuid"), NULL, "a table");
  is_span(cm_statement_list("DELETE FROM t WHERE uuid IN (1", "uuid"), "1", "no end");
  assert_int_equal(cm_span_items((cm_span){ "'a,)', f(1, 2), ?", 17 }), 3);
  assert_int_equal(cm_span_items((cm_span){ "1)", 1 }), 1);
  assert_int_equal(cm_span_items((cm_span){ " ", 1 }), 0);
}

static void the_with_clause(void **state) {
  static const char with[] = "WITH a AS (SELECT 1), b(x) AS (VALUES (2)) ";
  static const char sql[] = "WITH a AS (SELECT 1), b(x) AS (VALUES (2)) DELETE FROM t";
  (void)state;
  is_span(cm_statement_with(sql), with, sql);
  is_span(cm_statement_with("SELECT 1"), NULL, "SELECT 1");
  is_span(cm_statement_with("WITH a AS (SELECT 1)"), NULL, "no verb");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_target_and_its_rows),
    cmocka_unit_test(a_table_by_what_it_is_called),
    cmocka_unit_test(the_list_of_an_in),
    cmocka_unit_test(the_with_clause),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
