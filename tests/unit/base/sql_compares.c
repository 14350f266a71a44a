/* base/sql_compares.h: which texts compare a column with a literal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sql_compares.h"
#include "base/sql_lists.h"

static void check(const char *sql, const char *text, bool expected) {
  if (cm_sql_compares(sql, "status", text, strlen(text)) != expected) {
    fail_msg("%s: %s", sql, expected ? "it compares" : "it does not compare");
  }
}

static void what_compares(void **state) {
  (void)state;
  static const char *const texts[] = {
    "SELECT 1 FROM c WHERE status = 'a'",
    "SELECT 1 FROM c WHERE c.status='a';",
    "SELECT 1 FROM c WHERE \"c\" . [status] /* */ == -- x\n 'a' AND 1",
    "SELECT 1 FROM c WHERE STATUS IN ('b', 'a')",
    "SELECT 1 FROM c WHERE `status` in('a')",
    "SELECT 1 FROM c WHERE status IN (?1, 'a', lower('b'))",
    "SELECT 1 FROM c WHERE status NOT NULL AND (status IN (NULL, 'a') OR 0)",
    "SELECT 1 FROM c WHERE 'a' = status",
    "SELECT 1 FROM c WHERE 'a' == c.status ORDER BY 1",
    "SELECT 1 FROM c WHERE name = 'it''s' AND status = 'a' LIMIT 1",
    "SELECT 1 FROM c JOIN d ON c.status = 'a' LEFT JOIN e",
  };
  for (size_t i = 0; i < cm_countof(texts); i++)
    check(texts[i], "a", true);
  check("SELECT status = 'it''s'", "it's", true);
  check("SELECT status = ''''", "'", true);
}

static void what_does_not(void **state) {
  (void)state;
  static const char *const texts[] = {
    "",
    "SELECT 'a'",
    "SELECT 1 FROM c WHERE name = 'a' AND status = ?1",
    "SELECT 1 FROM c WHERE status = 'a' || 'b'",
    "SELECT 1 FROM c WHERE status = 'a' COLLATE NOCASE",
    "SELECT 1 FROM c WHERE status <> 'a'",
    "SELECT 1 FROM c WHERE status >= 'a'",
    "SELECT 1 FROM c WHERE status IS 'a'",
    "SELECT 1 FROM c WHERE status NOT IN ('a')",
    "SELECT 1 FROM c WHERE status IN (SELECT 'a')",
    "SELECT 1 FROM c WHERE status IN (VALUES ('a'))",
    "SELECT 1 FROM c WHERE status IN (WITH x AS (SELECT 'a') SELECT * FROM x)",
    "SELECT 1 FROM c WHERE status IN (lower('a'), 'a' || '')",
    "SELECT 1 FROM c WHERE status IN (lower('a')",
    "SELECT 1 FROM c WHERE status IN",
    "SELECT 1 FROM c WHERE status =",
    "SELECT 1 FROM c WHERE lower(status) = 'a'",
    "SELECT 1 FROM c WHERE 'a' = status || ''",
    "SELECT 1 FROM c WHERE 'a' = status.name",
    "SELECT 1 FROM c -- WHERE status = 'a'",
    "SELECT \"status = 'a'\" FROM c",
    "SELECT 1 FROM c WHERE status = 'A'",
    "SELECT 1 FROM c WHERE status = 'aa'",
    "SELECT 1 FROM c WHERE status = x'61'",
  };
  for (size_t i = 0; i < cm_countof(texts); i++)
    check(texts[i], "a", false);
  check("SELECT status = 'it''s'", "it''s", false);
  check("SELECT status = 'it''s'", "it", false);
  assert_false(cm_sql_compares(NULL, "status", "a", 1));
}

static void check_either(const char *sql, bool expected) {
  bool is_said = cm_sql_are_alternatives(sql, "status", "a", 1, "A", 1);
  if (is_said != expected) fail_msg("%s: %s", sql, expected ? "it is either" : "it is not");
  assert_int_equal(is_said, cm_sql_are_alternatives(sql, "status", "A", 1, "a", 1));
}

static void what_are_alternatives(void **state) {
  (void)state;
  static const char *const texts[] = {
    "SELECT 1 FROM c WHERE status = 'a' OR status = 'A'",
    "SELECT 1 FROM c WHERE c.status = 'A' OR c.status == 'a' ORDER BY 1",
    "SELECT 1 FROM c WHERE 'a' = status or 'A' = x.c.status;",
    "SELECT 1 FROM c WHERE status IN ('a') OR status = 'A'",
    "SELECT 1 FROM c WHERE status IN ('b', 'a') OR status IN ('A', lower('b'))",
    "SELECT 1 FROM c WHERE status = 'a' OR n > 1 AND (m = 2 OR m = 3) OR status = 'A'",
    "SELECT 1 FROM c WHERE n = 1 OR status = 'a' OR status = 'A'",
    "SELECT 1 FROM c WHERE n = 1 AND (status = 'a' OR status = 'A')",
    "SELECT 1 FROM c WHERE (status = 'a') OR ((status = 'A')) GROUP BY n",
    "SELECT 1 FROM c JOIN d ON status = 'a' OR f(n, 'x') OR status = 'A' WHERE n",
    "SELECT CASE WHEN status = 'a' OR status = 'A' THEN 1 END",
  };
  for (size_t i = 0; i < cm_countof(texts); i++)
    check_either(texts[i], true);
}

static void what_are_none(void **state) {
  (void)state;
  static const char *const texts[] = {
    "",
    "SELECT 1 FROM c WHERE status = 'a' AND status = 'A'",
    "SELECT 1 FROM c WHERE status = 'a' OR name = 'A'",
    "SELECT 1 FROM c WHERE status = 'a' AND n = 1 OR status = 'A'",
    "SELECT 1 FROM c WHERE n = 1 AND status = 'a' OR status = 'A'",
    "SELECT 1 FROM c WHERE status = 'A' OR n = 1 AND status = 'a'",
    "SELECT 1 FROM c WHERE status = 'A' OR status = 'a' AND n = 1",
    "SELECT 1 FROM c WHERE (status = 'a' OR n = 1) AND status = 'A'",
    "SELECT 1 FROM c WHERE (status = 'a' OR n = 1) AND (status = 'A' OR n = 1)",
    "SELECT 1 FROM c WHERE status = 'a' OR status = 'A' || ''",
    "SELECT 1 FROM c WHERE status = 'a' OR status <> 'A'",
    "SELECT 1 FROM c WHERE status = 'a' OR NOT status = 'A'",
    "SELECT 1 FROM c WHERE status = 'a' UNION SELECT 1 FROM c WHERE n OR status = 'A'",
    "SELECT 1 FROM c WHERE status = 'a' OR status IN (SELECT 'A')",
    "SELECT 1 FROM c WHERE status = 'a' OR (status = 'A'",
    "SELECT 1 FROM c WHERE status = 'a' OR",
    "SELECT 1 FROM c WHERE status =",
    "SELECT 1 FROM c WHERE (",
    "SELECT 1 FROM c, t WHERE c.status = 'a' OR t.status = 'A'",
    "SELECT 1 FROM c, t WHERE 'a' = c.status OR t.status IN ('A')",
  };
  for (size_t i = 0; i < cm_countof(texts); i++)
    check_either(texts[i], false);
  assert_false(cm_sql_are_alternatives(NULL, "status", "a", 1, "A", 1));
}

static void check_alone(const char *sql, bool expected) {
  bool is_said = cm_sql_compares_alone(sql, "status", "a", 1, "A", 1);
  if (is_said != expected) fail_msg("%s: %s", sql, expected ? "it is alone" : "it is not alone");
}

static void what_is_alone(void **state) {
  (void)state;
  static const char *const texts[] = {
    "SELECT 1 FROM c WHERE status = 'a'",
    "SELECT 1 FROM c, t WHERE c.status = 'a' AND (t.status = 'A' OR t.status = 'a')",
    "SELECT 1 FROM c, t WHERE (t.status = 'a' OR t.status = 'A') AND 'a' = c.status",
    "SELECT 1 FROM c WHERE status = 'a' AND 1 IN (SELECT 1 FROM t WHERE status = 'A' OR status = "
    "'a')",
    "SELECT 1 FROM c WHERE c.status = 'a' OR d.status = 'A'",
    "SELECT 1 FROM c WHERE status IN ('a', 'b') AND status IN ('A', 'a')",
    "SELECT 1 FROM c WHERE status = 'A' OR n = 1 AND status = 'a'",
  };
  for (size_t i = 0; i < cm_countof(texts); i++)
    check_alone(texts[i], true);
  check_alone("SELECT 1 FROM c WHERE status = 'A'", false);
  check_alone("SELECT 1 FROM c WHERE status = 'a' || ''", false);
  check_alone("SELECT 1 FROM c WHERE status IN ('a', 'A') OR n", false);
  check_alone("SELECT 1 FROM c WHERE status = 'A' OR n OR status = 'a' OR 'a' = c.status", false);
  check_alone("SELECT 1 FROM c WHERE (status = 'a') OR ((status = 'A')) AND status", true);
  check_alone("SELECT 1 FROM c WHERE m AND ((status = 'a') OR ((status = 'A')))", false);
  check_alone("", false);
  check_alone(NULL, false);
}

static bool take_a(const char *text, size_t len, void *context) {
  (void)context;
  return len == 1 && text[0] == 'a';
}

static void check_condition(const char *sql, bool expected) {
  static const char *const tables[] = { "x_c", "c", NULL };
  if (cm_sql_find_condition(sql, tables, "status", take_a, NULL) != expected)
    fail_msg("%s: %s", sql, expected ? "it is one" : "it is none");
}

static void what_is_a_condition_of_a_table(void **state) {
  (void)state;
  static const char *const texts[] = {
    "SELECT 1 FROM c WHERE status = 'a' OR n",
    "SELECT 1 FROM x_c AS d WHERE n OR (d.status IN ('b', f('x'), 'a'))",
    "SELECT 1 FROM t, temp.c d WHERE 'a' = d.status OR n",
    "SELECT 1 FROM t JOIN x_c ON x_c.status = 'a' OR n",
    "UPDATE x_c SET n = 1 WHERE status = 'a' OR n",
    "DELETE FROM x_c WHERE n OR status = 'a'",
    "INSERT INTO t SELECT 1 FROM c WHERE (n OR (status = 'a'))",
    "SELECT (SELECT 1 FROM c WHERE n OR status = 'a') FROM t",
    "WITH v AS (SELECT 1 FROM c WHERE n OR status = 'a') SELECT * FROM v",
    "SELECT 1 FROM t UNION SELECT 1 FROM c WHERE status = 'a' OR n",
  };
  static const char *const others[] = {
    "",
    "SELECT 1 FROM t WHERE status = 'a' OR n",
    "SELECT 1 FROM c, t WHERE t.status = 'a' OR n",
    "SELECT 1 FROM c WHERE n IN (SELECT 1 FROM t WHERE status = 'a')",
    "SELECT 1 FROM (SELECT lower(status) AS status FROM c) WHERE status = 'a' OR n",
    "WITH v AS (SELECT status FROM c) SELECT * FROM v WHERE status = 'a' OR n",
    "UPDATE c SET status = 'a' WHERE n",
    "INSERT INTO c (status) SELECT 1 FROM t WHERE status = 'a'",
    "SELECT 1 FROM c WHERE status = 'a' COLLATE NOCASE OR n",
    "SELECT 1 FROM c WHERE status IN (f('a'), 'a' || '') OR n",
    "SELECT 1 FROM c WHERE status IN (SELECT 'a') OR n",
    "SELECT 1 FROM c UNION SELECT 1 FROM t WHERE status = 'a'",
  };
  for (size_t i = 0; i < cm_countof(texts); i++)
    check_condition(texts[i], true);
  for (size_t i = 0; i < cm_countof(others); i++)
    check_condition(others[i], false);
  char deep[1024] = "SELECT 1 FROM c WHERE ";
  memset(deep + strlen(deep), '(', 900);
  memcpy(deep + strlen(deep), "status = 'a'", 13);
  check_condition(deep, false);
  check_condition(NULL, false);
}

static void what_stands_beside_a_column(void **state) {
  (void)state;
  assert_true(cm_sql_is_equated("SELECT 1 FROM c, t WHERE c.status = t.x", "status"));
  assert_true(cm_sql_is_equated("SELECT 1 FROM c, t WHERE t.x = c.status", "status"));
  assert_false(cm_sql_is_equated("SELECT status FROM c WHERE status > 'a'", "status"));
  assert_false(cm_sql_is_equated(NULL, "status"));
  assert_true(
      cm_sql_is_in_row_value("SELECT 1 WHERE (n, c.status, m) IN (VALUES (1, 2, 3))", "status"));
  assert_true(cm_sql_is_in_row_value("SELECT status WHERE (status, m) IN t", "status"));
  assert_false(cm_sql_is_in_row_value("SELECT status FROM c WHERE (n, m) = (1, status)", "status"));
  assert_false(cm_sql_is_in_row_value(NULL, "status"));
}

static void check_list(const char *sql, bool is_plain, bool has_one, bool has_all) {
  cm_value one = cm_value_integer(1), all = cm_value_text("all", 3);
  const char *list = cm_sql_find_list(sql, "status");
  if (list == NULL) fail_msg("%s: no list", sql);
  if (cm_sql_list_is_plain(list) != is_plain) fail_msg("%s: is it plain?", sql);
  if (cm_sql_list_has(list, &one) != has_one) fail_msg("%s: has it 1?", sql);
  if (cm_sql_list_has(list, &all) != has_all) fail_msg("%s: has it 'all'?", sql);
}

static void what_lists_hold(void **state) {
  (void)state;
  check_list("SELECT 1 WHERE status IN (1, 'all')", true, true, true);
  check_list("SELECT 1 WHERE c.\"status\" /**/ in( 11,'al' , 'all ')", true, false, false);
  check_list("SELECT 1 WHERE status IN (0,1) AND status IN (2)", true, true, false);
  check_list("SELECT 1 WHERE status IN ()", true, false, false);
  check_list("SELECT 1 WHERE status IN (1, ?2)", false, true, false);
  check_list("SELECT 1 WHERE status IN (-1)", false, false, false);
  check_list("SELECT 1 WHERE status IN (1.0)", false, false, false);
  check_list("SELECT 1 WHERE status IN (TRUE)", false, false, false);
  check_list("SELECT 1 WHERE status IN (SELECT 1)", false, false, false);
  check_list("SELECT 1 WHERE status IN (1 + 1, 'all')", false, false, false);
  check_list("SELECT 1 WHERE status IN (1", false, false, false);
  check_list("SELECT 1 WHERE status IN (", false, false, false);
  assert_null(cm_sql_find_list("SELECT status, n IN (1) WHERE status NOT IN (1) AND status IN t",
                               "status"));
  assert_null(cm_sql_find_list("SELECT 'status IN (1)' -- status IN (1)", "status"));
  assert_null(cm_sql_find_list(NULL, "status"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_compares),         cmocka_unit_test(what_does_not),
    cmocka_unit_test(what_are_alternatives), cmocka_unit_test(what_are_none),
    cmocka_unit_test(what_is_alone),         cmocka_unit_test(what_stands_beside_a_column),
    cmocka_unit_test(what_lists_hold),       cmocka_unit_test(what_is_a_condition_of_a_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
