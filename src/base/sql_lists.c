#include "base/sql_lists.h"

#include "base/sql_operand.h"

bool cm_sql_is_equated(const char *sql, const char *column) {
  if (sql == NULL) return false;
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
    cm_sql_token table, name, behind, sign = before;
    const char *at = cm_sql_skip_column(sql, &table, &name);
    cm_sql_next(at, &behind);
    if (cm_sql_is_name(&name, column) && (sign.sign == '=' || behind.sign == '=')) return true;
    before = name;
    sql = at;
  }
  return false;
}

bool cm_sql_is_in_row_value(const char *sql, const char *column) {
  if (sql == NULL) return false;
  while (*sql != '\0') {
    cm_sql_token table, name, behind;
    sql = cm_sql_skip_column(sql, &table, &name);
    if (!cm_sql_is_name(&name, column)) continue;
    cm_sql_next(cm_sql_skip_brackets(sql), &behind);
    if (cm_sql_is_name(&behind, "IN")) return true;
  }
  return false;
}

const char *cm_sql_find_list(const char *sql, const char *column) {
  if (sql == NULL) return NULL;
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
    cm_sql_token token, bracket;
    sql = cm_sql_next(sql, &token);
    const char *behind = cm_sql_next(sql, &bracket);
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

/** The next item of a plain list; NULL behind the last. `is_plain` receives false where it is not plain. */
static const char *next_item(const char *at, cm_sql_token *item, bool *is_plain) {
  cm_sql_token behind;
  int64_t number = 0;
  at = cm_sql_next(at, item);
  if (item->sign == ')') return NULL;
  at = cm_sql_next(at, &behind);
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
      has_it = cm_sql_is_text(&item, value->text, value->len);
    }
  }
  return has_it;
}
