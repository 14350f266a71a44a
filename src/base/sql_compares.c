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

/** @param words  End with NULL. */
static bool is_any(const cm_sql_token *token, const char *const *words) {
  while (*words != NULL && !cm_sql_is_name(token, *words))
    words++;
  return *words != NULL;
}

/** What may stand behind an operand that ends there: no operator that goes on with it. */
static bool is_end(const cm_sql_token *token) {
  static const char *const words[] = { "AND",   "OR",     "ORDER",   "GROUP",  "LIMIT",
                                       "UNION", "HAVING", "WHERE",   "WINDOW", "JOIN",
                                       "LEFT",  "INNER",  "CROSS",   "EXCEPT", "INTERSECT",
                                       "THEN",  "END",    "NATURAL", NULL };
  if (token->kind == CM_SQL_OTHER) return token->sign == '\0' || strchr(");,", token->sign) != NULL;
  return is_any(token, words);
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
  static const char *const queries[] = { "SELECT", "VALUES", "WITH", NULL };
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
    if (depth == 1 && is_item && is_any(&token, queries)) return false;
    if (token.sign == '(') depth++;
    if (token.sign == ')') depth--;
    is_item = depth == 1 && token.sign == ',';
  }
  return false;
}

bool cm_sql_compares(const char *sql, const char *column, const char *text, size_t len) {
  if (sql == NULL) return false;
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
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

/** A comparison that was found. */
typedef struct operand {
  const char *begin;
  cm_sql_token table; /* as it is named before the column; of no length where it is not */
} operand;

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

/** The next token that is no white space begins there. */
static const char *skip_blanks(const char *at) {
  cm_sql_token token;
  for (const char *behind = at; *at != '\0'; at = behind) {
    behind = cm_sql_next_token(at, &token);
    if (token.kind != CM_SQL_SPACE) break;
  }
  return at;
}

/** Behind a name with those of its table and schema before it; the last two in `table` and `out`. */
static const char *skip_column(const char *at, cm_sql_token *table, cm_sql_token *out) {
  cm_sql_token dot;
  *table = (cm_sql_token){ .kind = CM_SQL_OTHER };
  at = next(at, out);
  for (const char *behind = next(at, &dot); dot.sign == '.'; behind = next(at, &dot)) {
    *table = *out;
    at = next(behind, out);
  }
  return at;
}

/**
 * Behind a comparison of the column with a text that begins at `at`; NULL: something else does.
 * @param literal  Receives the text; of an IN the bracket.
 */
static const char *skip_any(const char *at, const char *column, operand *out,
                            cm_sql_token *literal) {
  cm_sql_token first, sign, second, table;
  out->begin = skip_blanks(at);
  const char *behind = skip_column(at, &out->table, &first);
  bool is_column = cm_sql_is_name(&first, column);
  behind = next(behind, &sign);
  if (is_column && cm_sql_is_name(&sign, "IN")) {
    behind = next(behind, literal);
    return literal->sign == '(' ? skip_brackets(behind) : NULL;
  }
  if (sign.sign != '=') return NULL;
  if (*behind == '=') behind++;
  behind = skip_column(behind, &table, &second);
  *literal = is_column ? second : first;
  if (!is_column) out->table = table;
  bool is_it = literal->kind == CM_SQL_TEXT && (is_column || cm_sql_is_name(&second, column));
  return is_it ? behind : NULL;
}

/** The same, with this text. */
static const char *skip_comparison(const char *at, const wanted *it, operand *out) {
  cm_sql_token literal;
  const char *behind = skip_any(at, it->column, out, &literal);
  if (behind == NULL) return NULL;
  bool has_it = literal.sign == '(' ? is_in_list(literal.text, it->text, it->len)
                                    : is_text(&literal, it->text, it->len);
  return has_it ? behind : NULL;
}

/** Behind an operand of OR that is this comparison and nothing else, in brackets or not; NULL: it is not. */
static const char *skip_operand(const char *at, const wanted *it, operand *out) {
  cm_sql_token token;
  int depth = 0;
  const char *begin = at, *behind = next(at, &token);
  for (; token.sign == '('; depth++, behind = next(behind, &token))
    begin = behind;
  at = skip_comparison(begin, it, out);
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

/** May both be columns of one table, as far as their names tell? */
static bool may_be_one(const cm_sql_token *one, const cm_sql_token *other) {
  char name[64];
  if (one->kind != CM_SQL_NAME || other->kind != CM_SQL_NAME) return true;
  if (other->len >= sizeof name) return false;
  memcpy(name, other->text, other->len);
  name[other->len] = '\0';
  return cm_sql_is_name(one, name);
}

/**
 * Is the comparison an operand of the OR behind `at`, or of one that follows it, and of the same table?
 * @param begin  It begins there; NULL: anywhere.
 */
static bool follows(const char *at, const wanted *it, const operand *of, const char *begin) {
  operand found;
  for (at = skip_or(at); at != NULL; at = skip_or(at)) {
    bool is_found = skip_operand(at, it, &found) != NULL && may_be_one(&found.table, &of->table);
    if (is_found && (begin == NULL || found.begin == begin)) return true;
  }
  return false;
}

/** May an operand of OR begin behind this token? */
static bool begins_operand(const cm_sql_token *before) {
  static const char *const words[] = { "WHERE", "ON", "HAVING", "OR", "WHEN", NULL };
  return before->sign == '(' || is_any(before, words);
}

/** Does the comparison that begins at `begin` have another one beside it: in its list, before or behind it? */
static bool is_beside(const char *sql, const char *begin, const wanted *it, const wanted *other) {
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  operand found;
  if (skip_comparison(begin, other, &found) != NULL) return true; /* one IN has both */
  while (*sql != '\0') {
    if (begins_operand(&before)) {
      const char *behind = skip_operand(sql, it, &found);
      bool is_it = behind != NULL && found.begin == begin;
      if (is_it && follows(behind, other, &found, NULL)) return true;
      behind = skip_operand(sql, other, &found);
      if (behind != NULL && follows(behind, it, &found, begin)) return true;
    }
    sql = next(sql, &before);
  }
  return false;
}

/** Where the next comparison begins, from `at` on, that something that ends it stands behind; NULL: none follows. */
static const char *find_comparison(const char *at, const wanted *it) {
  cm_sql_token token = { .kind = CM_SQL_OTHER };
  operand found;
  while (*at != '\0') {
    const char *behind = token.sign != '.' ? skip_comparison(at, it, &found) : NULL;
    at = next(at, &token);
    if (behind == NULL) continue;
    cm_sql_token end;
    next(behind, &end);
    if (is_end(&end)) return found.begin;
  }
  return NULL;
}

/** Is there a comparison with the one that has one with the other beside it, or has none? */
static bool any_is(bool beside, const char *sql, const wanted *it, const wanted *other) {
  const char *at = sql;
  cm_sql_token token;
  while (at != NULL && (at = find_comparison(at, it)) != NULL) {
    if (is_beside(sql, at, it, other) == beside) return true;
    cm_sql_token column;
    at = skip_column(at, &token, &column);
  }
  return false;
}

bool cm_sql_are_alternatives(const char *sql, const char *column, const char *one, size_t one_len,
                             const char *other, size_t other_len) {
  wanted first = { column, one, one_len }, second = { column, other, other_len };
  return any_is(true, sql, &first, &second);
}

bool cm_sql_compares_alone(const char *sql, const char *column, const char *one, size_t one_len,
                           const char *other, size_t other_len) {
  wanted first = { column, one, one_len }, second = { column, other, other_len };
  return any_is(false, sql, &first, &second);
}

/* ---- conditions of a table --------------------------------------------------------------------- */

enum { MAX_LEVELS = 64, MAX_NAMES = 4 };

/** One pair of brackets. */
typedef struct level {
  bool is_query;                 /* else its columns are those of the level around it */
  bool is_ours;                  /* its FROM names the table */
  bool is_condition;             /* WHERE or ON stands before */
  cm_sql_token names[MAX_NAMES]; /* of the table in this query */
  int name_count;
} level;

/** Where the reading of a text is. */
typedef struct place {
  const char *const *tables;
  level levels[MAX_LEVELS];
  int depth; /* from MAX_LEVELS on nothing is known */
} place;

/** A table of the query: by its alias, where it has one. */
static void take_table(level *at, const char *behind, const cm_sql_token *table) {
  cm_sql_token alias;
  at->is_ours = true;
  behind = next(behind, &alias);
  if (cm_sql_is_name(&alias, "AS")) next(behind, &alias);
  if (at->name_count + 1 >= MAX_NAMES) return;
  at->names[at->name_count++] = *table;
  if (alias.kind == CM_SQL_NAME) at->names[at->name_count++] = alias;
}

static void take_token(place *of, const char *behind, const cm_sql_token *before,
                       const cm_sql_token *token) {
  static const char *const begins[] = { "SELECT", "UPDATE", "DELETE", NULL };
  static const char *const conditions[] = { "WHERE", "ON", NULL };
  static const char *const ends[] = { "FROM",  "JOIN",   "SET",       "GROUP", "ORDER",
                                      "LIMIT", "HAVING", "RETURNING", "UNION", NULL };
  static const char *const names[] = { "FROM", "JOIN", "UPDATE", NULL };
  if (token->sign == '(' && ++of->depth < MAX_LEVELS) of->levels[of->depth] = (level){ 0 };
  if (token->sign == ')' && of->depth > 0) of->depth--;
  if (of->depth >= MAX_LEVELS || token->kind != CM_SQL_NAME) return;
  level *at = &of->levels[of->depth];
  if (is_any(token, begins)) *at = (level){ .is_query = true };
  if (is_any(token, conditions)) at->is_condition = true;
  if (is_any(token, ends)) at->is_condition = false;
  bool is_place = is_any(before, names) || before->sign == ',' || before->sign == '.';
  if (is_place && at->is_query && !at->is_condition && is_any(token, of->tables))
    take_table(at, behind, token);
}

/** Is a column that is named so one of the table's, by the query that it stands in? */
static bool is_ours(const place *of, const cm_sql_token *table) {
  int depth = of->depth;
  while (depth > 0 && depth < MAX_LEVELS && !of->levels[depth].is_query)
    depth--;
  if (depth >= MAX_LEVELS) return false;
  const level *at = &of->levels[depth];
  bool is_named = table->kind != CM_SQL_NAME;
  for (int i = 0; i < at->name_count && !is_named; i++)
    is_named = may_be_one(&at->names[i], table);
  return at->is_ours && at->is_condition && is_named;
}

/** Hand over the text of a comparison, or each of its list, until one is taken. */
static bool hand_over(const cm_sql_token *literal, cm_sql_takes *takes, void *context) {
  cm_sql_token item = *literal, behind;
  if (literal->sign != '(') return takes(item.text, item.len, context);
  bool is_item = true;
  const char *at = literal->text + 1, *end = skip_brackets(at);
  while (at < end) {
    at = next(at, &item);
    next(at, &behind);
    if (item.sign == '(') at = skip_brackets(at);
    bool is_whole = behind.sign == ',' || behind.sign == ')';
    if (is_item && is_whole && item.kind == CM_SQL_TEXT && takes(item.text, item.len, context))
      return true;
    is_item = item.sign == ',';
  }
  return false;
}

bool cm_sql_find_condition(const char *sql, const char *const *tables, const char *column,
                           cm_sql_takes *takes, void *context) {
  if (sql == NULL) return false;
  place of = { .tables = tables, .levels = { { .is_query = true } } };
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
    cm_sql_token token, literal, end;
    operand found;
    const char *behind = before.sign != '.' ? skip_any(sql, column, &found, &literal) : NULL;
    if (behind != NULL) next(behind, &end);
    if (behind != NULL && is_end(&end) && is_ours(&of, &found.table) &&
        hand_over(&literal, takes, context))
      return true;
    sql = next(sql, &token);
    take_token(&of, sql, &before, &token);
    before = token;
  }
  return false;
}

/* ---- columns whose value is not handed over ------------------------------------------------------- */

bool cm_sql_is_equated(const char *sql, const char *column) {
  if (sql == NULL) return false;
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
    cm_sql_token table, name, behind, sign = before;
    const char *at = skip_column(sql, &table, &name);
    next(at, &behind);
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
    sql = skip_column(sql, &table, &name);
    if (!cm_sql_is_name(&name, column)) continue;
    next(skip_brackets(sql), &behind);
    if (cm_sql_is_name(&behind, "IN")) return true;
  }
  return false;
}

/* ---- lists ------------------------------------------------------------------------------------- */

const char *cm_sql_find_list(const char *sql, const char *column) {
  if (sql == NULL) return NULL;
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
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
