#include "base/sql_calls.h"

#include <string.h>

#include "base/sql_token.h"

/** Most texts do not hold the name at all, and that is found out faster. */
static bool holds(const char *sql, const char *name, bool is_word) {
  const char *begin = sql;
  const char first[] = { *name, (char)(*name ^ ('a' - 'A')), '\0' }; /* a letter in both cases */
  size_t len = strlen(name);
  for (sql = strpbrk(sql, first); sql != NULL; sql = strpbrk(sql + 1, first)) {
    if (!cm_sql_is_same(sql, name, len)) continue;
    bool is_longer = (sql > begin && cm_sql_is_in_name(sql[-1])) || cm_sql_is_in_name(sql[len]);
    if (!is_word || !is_longer) return true;
  }
  return false;
}

bool cm_sql_calls(const char *sql, const char *function) {
  bool is_named = false;
  if (sql == NULL || !holds(sql, function, false)) return false;
  while (*sql != '\0') {
    cm_sql_token token;
    sql = cm_sql_next(sql, &token);
    if (is_named && token.sign == '(') return true;
    is_named = cm_sql_is_name(&token, function);
  }
  return false;
}

/** Behind USING, which is a key word wherever it stands without quotes. NULL: it creates no virtual table. */
static const char *behind_using(const char *sql) {
  static const char *const begin[] = { "CREATE", "VIRTUAL", "TABLE" };
  cm_sql_token token;
  for (size_t i = 0; i < cm_countof(begin); i++) {
    sql = cm_sql_next(sql, &token);
    if (!cm_sql_is_name(&token, begin[i])) return NULL;
  }
  while (*sql != '\0') {
    sql = cm_sql_next(sql, &token);
    bool is_bare = token.text != NULL && sql == token.text + token.len;
    if (is_bare && cm_sql_is_name(&token, "USING")) return sql;
  }
  return NULL;
}

bool cm_sql_gives_to_module(const char *sql, const char *name) {
  static const char ours[] = "chartmogul_";
  cm_sql_token module;
  if (sql == NULL || !holds(sql, name, true)) return false;
  const char *at = behind_using(sql);
  if (at == NULL) return false;
  cm_sql_next(at, &module);
  bool is_ours = module.kind == CM_SQL_NAME && module.len >= sizeof ours - 1 &&
                 cm_sql_is_same(module.text, ours, sizeof ours - 1);
  return module.text != NULL && !is_ours;
}
