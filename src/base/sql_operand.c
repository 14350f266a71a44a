#include "base/sql_operand.h"

#include <string.h>

bool cm_sql_ends_operand(const cm_sql_token *token) {
  static const char *const words[] = { "AND",   "OR",     "ORDER",   "GROUP",  "LIMIT",
                                       "UNION", "HAVING", "WHERE",   "WINDOW", "JOIN",
                                       "LEFT",  "INNER",  "CROSS",   "EXCEPT", "INTERSECT",
                                       "THEN",  "END",    "NATURAL", NULL };
  if (token->kind == CM_SQL_OTHER) return token->sign == '\0' || strchr(");,", token->sign) != NULL;
  return cm_sql_is_any(token, words);
}

/** The next token that is not white space begins there. */
static const char *skip_blanks(const char *at) {
  cm_sql_token token;
  for (const char *behind = at; *at != '\0'; at = behind) {
    behind = cm_sql_next_token(at, &token);
    if (token.kind != CM_SQL_SPACE) break;
  }
  return at;
}

const char *cm_sql_skip_column(const char *at, cm_sql_token *table, cm_sql_token *out) {
  cm_sql_token dot;
  *table = (cm_sql_token){ .kind = CM_SQL_OTHER };
  at = cm_sql_next(at, out);
  for (const char *behind = cm_sql_next(at, &dot); dot.sign == '.';
       behind = cm_sql_next(at, &dot)) {
    *table = *out;
    at = cm_sql_next(behind, out);
  }
  return at;
}

const char *cm_sql_skip_comparison(const char *at, const char *column, cm_sql_operand *out) {
  cm_sql_token first, sign, second, table;
  out->begin = skip_blanks(at);
  const char *behind = cm_sql_skip_column(at, &out->table, &first);
  bool is_column = cm_sql_is_name(&first, column);
  behind = cm_sql_next(behind, &sign);
  if (is_column && cm_sql_is_name(&sign, "IN")) {
    behind = cm_sql_next(behind, &out->literal);
    return out->literal.sign == '(' ? cm_sql_skip_brackets(behind) : NULL;
  }
  if (sign.sign != '=') return NULL;
  if (*behind == '=') behind++;
  behind = cm_sql_skip_column(behind, &table, &second);
  out->literal = is_column ? second : first;
  if (!is_column) out->table = table;
  bool is_it = out->literal.kind == CM_SQL_TEXT && (is_column || cm_sql_is_name(&second, column));
  return is_it ? behind : NULL;
}

bool cm_sql_each_text(const cm_sql_token *literal, cm_sql_takes *takes, void *context) {
  static const char *const queries[] = { "SELECT", "VALUES", "WITH", NULL };
  cm_sql_token item = *literal, behind;
  if (literal->sign != '(') return takes(item.text, item.len, context);
  bool is_item = true;
  const char *at = literal->text + 1, *end = cm_sql_skip_brackets(at);
  while (at < end) {
    at = cm_sql_next(at, &item);
    cm_sql_next(at, &behind);
    if (is_item && cm_sql_is_any(&item, queries)) return false;
    if (item.sign == '(') at = cm_sql_skip_brackets(at);
    bool is_whole = is_item && (behind.sign == ',' || behind.sign == ')');
    if (is_whole && item.kind == CM_SQL_TEXT && takes(item.text, item.len, context)) return true;
    is_item = item.sign == ',';
  }
  return false;
}
