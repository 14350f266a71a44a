#include "sql_compares.h"

#include <string.h>

#include "sql_token.h"

/** The next token that is no white space; an OTHER of the sign NUL at the end. */
static const char *next(const char *at, cm_sql_token *out) {
  do {
    *out = (cm_sql_token){ .kind = CM_SQL_OTHER };
    if (*at == '\0') return at;
    at = cm_sql_next_token(at, out);
  } while (out->kind == CM_SQL_SPACE);
  return at;
}

/** Is the literal this value? A quote is doubled in a literal. */
static bool is_text(const cm_sql_token *token, const char *text, size_t len) {
  if (token->kind != CM_SQL_TEXT) return false;
  size_t at = 0;
  for (size_t i = 0; i < token->len; i++, at++) {
    if (at == len || token->text[i] != text[at]) return false;
    if (token->text[i] == '\'') i++;
  }
  return at == len;
}

/** What may stand behind an operand that ends there: no operator that goes on with it. */
static bool is_end(const cm_sql_token *token) {
  static const char *const words[] = {
    "AND",  "OR",   "ORDER", "GROUP", "LIMIT",  "UNION",     "HAVING", "WHERE", "WINDOW",
    "JOIN", "LEFT", "INNER", "CROSS", "EXCEPT", "INTERSECT", "THEN",   "END",   "NATURAL"
  };
  if (token->kind == CM_SQL_OTHER) return token->sign == '\0' || strchr(");,", token->sign) != NULL;
  for (size_t i = 0; i < cm_countof(words); i++) {
    if (cm_sql_is_name(token, words[i])) return true;
  }
  return false;
}

/** Behind "=": skip a second one, and look at the operand and what follows it. */
static bool is_equal_to(const char *at, const char *text, size_t len) {
  cm_sql_token operand, behind;
  at = next(at, &operand);
  if (operand.sign == '=') at = next(at, &operand);
  next(at, &behind);
  return is_text(&operand, text, len) && is_end(&behind);
}

/** Behind "=" that stands behind the literal: does the column follow, alone or behind its table? */
static bool is_equal_to_column(const char *at, const char *column) {
  cm_sql_token name, behind;
  at = next(at, &name);
  if (name.sign == '=') at = next(at, &name);
  at = next(at, &behind);
  while (name.kind == CM_SQL_NAME && behind.sign == '.') {
    at = next(at, &name);
    at = next(at, &behind);
  }
  return cm_sql_is_name(&name, column) && is_end(&behind);
}

/** Behind "IN": is the literal an item of a list? */
static bool is_in_list(const char *at, const char *text, size_t len) {
  cm_sql_token token, behind;
  at = next(at, &token);
  if (token.sign != '(') return false;
  int depth = 1;
  bool is_item = true; /* the token begins an item */
  while (depth > 0 && *at != '\0') {
    at = next(at, &token);
    if (depth == 1 && is_item && is_text(&token, text, len)) {
      next(at, &behind);
      if (behind.sign == ',' || behind.sign == ')') return true;
    }
    bool is_query = cm_sql_is_name(&token, "SELECT") || cm_sql_is_name(&token, "VALUES") ||
                    cm_sql_is_name(&token, "WITH");
    if (depth == 1 && is_item && is_query) return false;
    if (token.sign == '(') depth++;
    if (token.sign == ')') depth--;
    is_item = depth == 1 && token.sign == ',';
  }
  return false;
}

bool cm_sql_compares(const char *sql, const char *column, const char *text, size_t len) {
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (sql != NULL && *sql != '\0') {
    cm_sql_token token;
    const char *at = next(sql, &token);
    bool is_column = cm_sql_is_name(&before, column);
    if (is_column && token.sign == '=' && is_equal_to(at, text, len)) return true;
    if (is_column && cm_sql_is_name(&token, "IN") && is_in_list(at, text, len)) return true;
    if (is_text(&before, text, len) && token.sign == '=' && is_equal_to_column(at, column))
      return true;
    before = token;
    sql = at;
  }
  return false;
}
