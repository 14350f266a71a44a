#include "base/sql_calls.h"

#include <string.h>

#include "base/sql_token.h"

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins_with(const char *text, const char *name, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (lower(text[i]) != lower(name[i])) return false;
  }
  return true;
}

static bool is_in_name(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         (unsigned char)c >= 0x80;
}

/** Most texts do not hold the name at all, and that is found out faster. */
static bool holds(const char *sql, const char *name, bool is_word) {
  const char *begin = sql;
  char small = lower(*name);
  bool is_letter = small >= 'a' && small <= 'z';
  const char first[] = { small, (char)(is_letter ? small - 'a' + 'A' : small), '\0' };
  size_t len = strlen(name);
  for (sql = strpbrk(sql, first); sql != NULL; sql = strpbrk(sql + 1, first)) {
    if (!begins_with(sql, name, len)) continue;
    bool is_longer = (sql > begin && is_in_name(sql[-1])) || is_in_name(sql[len]);
    if (!is_word || !is_longer) return true;
  }
  return false;
}

bool cm_sql_calls(const char *sql, const char *function) {
  bool is_named = false;
  if (sql == NULL || !holds(sql, function, false)) return false;
  while (*sql != '\0') {
    cm_sql_token token;
    sql = cm_sql_next_token(sql, &token);
    if (token.kind == CM_SQL_SPACE) continue;
    if (is_named && token.sign == '(') return true;
    is_named = cm_sql_is_name(&token, function);
  }
  return false;
}

/** The next token that is no white space. @return what is left; NULL: there is none. */
static const char *next(const char *sql, cm_sql_token *token) {
  *token = (cm_sql_token){ .kind = CM_SQL_SPACE };
  while (*sql != '\0' && token->kind == CM_SQL_SPACE)
    sql = cm_sql_next_token(sql, token);
  return token->kind != CM_SQL_SPACE ? sql : NULL;
}

/** Behind USING, which is a key word wherever it stands without quotes. NULL: it creates no virtual table. */
static const char *behind_using(const char *sql) {
  static const char *const begin[] = { "CREATE", "VIRTUAL", "TABLE" };
  cm_sql_token token;
  for (size_t i = 0; i < cm_countof(begin); i++) {
    sql = next(sql, &token);
    if (sql == NULL || !cm_sql_is_name(&token, begin[i])) return NULL;
  }
  while ((sql = next(sql, &token)) != NULL) {
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
  if (at == NULL || next(at, &module) == NULL) return false;
  bool is_ours = module.kind == CM_SQL_NAME && module.len >= sizeof ours - 1 &&
                 begins_with(module.text, ours, sizeof ours - 1);
  return !is_ours;
}
