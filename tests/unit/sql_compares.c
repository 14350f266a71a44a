/* sql_compares.h: which texts compare a column with a literal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql_compares.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_compares),
    cmocka_unit_test(what_does_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
