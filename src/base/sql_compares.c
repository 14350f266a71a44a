#include "base/sql_compares.h"

#include <string.h>

#include "base/sql_token.h"

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

/* ---- alternatives ------------------------------------------------------------------------------ */

/** A comparison that is looked for. */
typedef struct wanted {
  const char *column;
  const char *text;
  size_t len;
} wanted;

/** Behind the bracket that closes the one before `at`. */
static const char *skip_brackets(const char *at) {
  cm_sql_token token;
  for (int depth = 1; depth > 0 && *at != '\0';) {
    at = next(at, &token);
    if (token.sign == '(') depth++;
    if (token.sign == ')') depth--;
  }
  return at;
}

/** Behind a name with those of its table and schema before it; the last one in `out`. */
static const char *skip_column(const char *at, cm_sql_token *out) {
  cm_sql_token dot;
  at = next(at, out);
  for (const char *behind = next(at, &dot); dot.sign == '.'; behind = next(at, &dot))
    at = next(behind, out);
  return at;
}

/** Behind a comparison of the column with the text that begins at `at`; NULL: something else does. */
static const char *skip_comparison(const char *at, const wanted *it) {
  cm_sql_token first, sign, operand;
  const char *behind = skip_column(at, &first);
  behind = next(behind, &sign);
  if (cm_sql_is_name(&first, it->column) && cm_sql_is_name(&sign, "IN")) {
    bool has_it = is_in_list(behind, it->text, it->len);
    behind = next(behind, &operand); /* the bracket */
    return has_it ? skip_brackets(behind) : NULL;
  }
  if (sign.sign != '=') return NULL;
  if (*behind == '=') behind++;
  behind = skip_column(behind, &operand);
  bool is_it = cm_sql_is_name(&first, it->column)
                   ? is_text(&operand, it->text, it->len)
                   : cm_sql_is_name(&operand, it->column) && is_text(&first, it->text, it->len);
  return is_it ? behind : NULL;
}

/** Behind an operand of OR that is this comparison and nothing else, in brackets or not; NULL: it is not. */
static const char *skip_operand(const char *at, const wanted *it) {
  cm_sql_token token;
  int depth = 0;
  const char *begin = at, *behind = next(at, &token);
  for (; token.sign == '('; depth++, behind = next(behind, &token))
    begin = behind;
  at = skip_comparison(begin, it);
  for (; at != NULL && depth > 0; depth--) {
    at = next(at, &token);
    if (token.sign != ')') return NULL;
  }
  if (at == NULL) return NULL;
  next(at, &token);
  return is_end(&token) && !cm_sql_is_name(&token, "AND") ? at : NULL;
}

/** Behind the next OR of the same expression; NULL: none follows. */
static const char *skip_or(const char *at) {
  cm_sql_token token;
  while (*at != '\0') {
    at = next(at, &token);
    if (cm_sql_is_name(&token, "OR")) return at;
    if (token.sign == '(') at = skip_brackets(at);
    bool goes_on = cm_sql_is_name(&token, "AND") || token.sign == '(' || !is_end(&token);
    if (!goes_on) return NULL;
  }
  return NULL;
}

/** Is the comparison an operand of the OR, or of one that follows it? */
static bool follows(const char *at, const wanted *it) {
  for (at = skip_or(at); at != NULL; at = skip_or(at)) {
    if (skip_operand(at, it) != NULL) return true;
  }
  return false;
}

/** May an operand of OR begin behind this token? */
static bool begins_operand(const cm_sql_token *before) {
  static const char *const words[] = { "WHERE", "ON", "HAVING", "OR", "WHEN" };
  for (size_t i = 0; i < cm_countof(words); i++) {
    if (cm_sql_is_name(before, words[i])) return true;
  }
  return before->sign == '(';
}

bool cm_sql_are_alternatives(const char *sql, const char *column, const char *one, size_t one_len,
                             const char *other, size_t other_len) {
  wanted first = { column, one, one_len }, second = { column, other, other_len };
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (sql != NULL && *sql != '\0') {
    const char *behind = begins_operand(&before) ? skip_operand(sql, &first) : NULL;
    if (behind != NULL && follows(behind, &second)) return true;
    behind = begins_operand(&before) ? skip_operand(sql, &second) : NULL;
    if (behind != NULL && follows(behind, &first)) return true;
    sql = next(sql, &before);
  }
  return false;
}

/* ---- lists ------------------------------------------------------------------------------------- */

const char *cm_sql_find_list(const char *sql, const char *column) {
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (sql != NULL && *sql != '\0') {
    cm_sql_token token, bracket;
    sql = next(sql, &token);
    const char *behind = next(sql, &bracket);
    bool is_list = cm_sql_is_name(&before, column) && cm_sql_is_name(&token, "IN");
    if (is_list && bracket.sign == '(') return behind;
    before = token;
  }
  return NULL;
}

/** A whole number of few digits. */
static bool is_number(const cm_sql_token *token, int64_t *number) {
  *number = 0;
  if (token->kind != CM_SQL_OTHER || token->len == 0 || token->len > 18) return false;
  for (size_t i = 0; i < token->len; i++) {
    if (token->text[i] < '0' || token->text[i] > '9') return false;
    *number = *number * 10 + (token->text[i] - '0');
  }
  return true;
}

/** The next item of a plain list; NULL behind the last. `is_plain` receives false where it is none. */
static const char *next_item(const char *at, cm_sql_token *item, bool *is_plain) {
  cm_sql_token behind;
  int64_t number = 0;
  at = next(at, item);
  if (item->sign == ')') return NULL;
  at = next(at, &behind);
  *is_plain = (item->kind == CM_SQL_TEXT || is_number(item, &number)) &&
              (behind.sign == ',' || behind.sign == ')');
  return behind.sign == ')' ? at - 1 : at;
}

bool cm_sql_list_is_plain(const char *list) {
  cm_sql_token item;
  bool is_plain = true;
  while (is_plain && list != NULL)
    list = next_item(list, &item, &is_plain);
  return is_plain;
}

bool cm_sql_list_has(const char *list, const cm_value *value) {
  cm_sql_token item;
  bool is_plain = true, has_it = false;
  int64_t number = 0;
  while (!has_it && (list = next_item(list, &item, &is_plain)) != NULL && is_plain) {
    if (value->type == CM_VALUE_INTEGER) {
      has_it = is_number(&item, &number) && number == value->integer;
    } else {
      has_it = is_text(&item, value->text, value->len);
    }
  }
  return has_it;
}
