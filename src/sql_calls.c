#include "sql_calls.h"

#include <string.h>

#include "sql_token.h"

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins_with(const char *text, const char *name, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (lower(text[i]) != lower(name[i])) return false;
  }
  return true;
}

/** Most texts do not hold the name at all, and that is found out faster. */
static bool holds(const char *sql, const char *name) {
  const char first[] = { lower(*name), (char)(lower(*name) - 'a' + 'A'), '\0' };
  size_t len = strlen(name);
  for (sql = strpbrk(sql, first); sql != NULL; sql = strpbrk(sql + 1, first)) {
    if (begins_with(sql, name, len)) return true;
  }
  return false;
}

bool cm_sql_calls(const char *sql, const char *function) {
  bool is_named = false;
  if (sql == NULL || !holds(sql, function)) return false;
  while (*sql != '\0') {
    cm_sql_token token;
    sql = cm_sql_next_token(sql, &token);
    if (token.kind == CM_SQL_SPACE) continue;
    if (is_named && token.sign == '(') return true;
    is_named = cm_sql_is_name(&token, function);
  }
  return false;
}
