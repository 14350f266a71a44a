#include "base/sql_compares.h"

/** A comparison that is looked for. */
typedef struct wanted {
  const char *column;
  const char *text;
  size_t len;
} wanted;

static bool is_wanted(const char *text, size_t len, void *context) {
  const wanted *it = context;
  return cm_sql_is_text(&(cm_sql_token){ .kind = CM_SQL_TEXT, .text = text, .len = len }, it->text,
                        it->len);
}

/** Behind a comparison of the column with this text that begins at `at`; NULL: something else does. */
static const char *skip_comparison(const char *at, const wanted *it, cm_sql_operand *out) {
  wanted sought = *it;
  const char *behind = cm_sql_skip_comparison(at, it->column, out);
  return behind != NULL && cm_sql_each_text(&out->literal, is_wanted, &sought) ? behind : NULL;
}

/**
 * Where the next comparison begins, from `at` on; NULL: none follows.
 * @param is_whole  Something that ends it stands behind an IN; it does behind an = in any case.
 */
static const char *find_comparison(const char *at, const wanted *it, bool is_whole) {
  cm_sql_token token = { .kind = CM_SQL_OTHER };
  cm_sql_operand found;
  while (*at != '\0') {
    const char *behind = token.sign != '.' ? skip_comparison(at, it, &found) : NULL;
    at = cm_sql_next(at, &token);
    if (behind == NULL) continue;
    cm_sql_token end;
    cm_sql_next(behind, &end);
    bool may_go_on = !is_whole && found.literal.sign == '(';
    if (may_go_on || cm_sql_ends_operand(&end)) return found.begin;
  }
  return NULL;
}

bool cm_sql_compares(const char *sql, const char *column, const char *text, size_t len) {
  wanted it = { column, text, len };
  return sql != NULL && find_comparison(sql, &it, false) != NULL;
}

/* ---- alternatives ------------------------------------------------------------------------------ */

/** Behind an operand of OR that is this comparison and nothing else, in brackets or not; NULL: it is not. */
static const char *skip_operand(const char *at, const wanted *it, cm_sql_operand *out) {
  cm_sql_token token;
  int depth = 0;
  const char *begin = at, *behind = cm_sql_next(at, &token);
  for (; token.sign == '('; depth++, behind = cm_sql_next(behind, &token))
    begin = behind;
  at = skip_comparison(begin, it, out);
  for (; at != NULL && depth > 0; depth--) {
    at = cm_sql_next(at, &token);
    if (token.sign != ')') return NULL;
  }
  if (at == NULL) return NULL;
  cm_sql_next(at, &token);
  return cm_sql_ends_operand(&token) && !cm_sql_is_name(&token, "AND") ? at : NULL;
}

/** Behind the next OR of the same expression; NULL: none follows. */
static const char *skip_or(const char *at) {
  cm_sql_token token;
  while (*at != '\0') {
    at = cm_sql_next(at, &token);
    if (cm_sql_is_name(&token, "OR")) return at;
    if (token.sign == '(') at = cm_sql_skip_brackets(at);
    bool goes_on = cm_sql_is_name(&token, "AND") || token.sign == '(' ||
                   !cm_sql_ends_operand(&token);
    if (!goes_on) return NULL;
  }
  return NULL;
}

/** May both be columns of one table, as far as their names say? */
static bool may_be_one(const cm_sql_token *one, const cm_sql_token *other) {
  if (one->kind != CM_SQL_NAME || other->kind != CM_SQL_NAME) return true;
  return one->len == other->len && cm_sql_is_same(one->text, other->text, one->len);
}

/**
 * Is the comparison an operand of the OR behind `at`, or of one that follows it, and of the same table?
 * @param begin  It begins there; NULL: anywhere.
 */
static bool follows(const char *at, const wanted *it, const cm_sql_operand *of, const char *begin) {
  cm_sql_operand found;
  for (at = skip_or(at); at != NULL; at = skip_or(at)) {
    bool is_found = skip_operand(at, it, &found) != NULL && may_be_one(&found.table, &of->table);
    if (is_found && (begin == NULL || found.begin == begin)) return true;
  }
  return false;
}

/** May an operand of OR begin behind this token? */
static bool begins_operand(const cm_sql_token *before) {
  static const char *const words[] = { "WHERE", "ON", "HAVING", "OR", "WHEN", NULL };
  return before->sign == '(' || cm_sql_is_any(before, words);
}

/** Does the comparison that begins at `begin` have another one beside it: in its list, before or behind it? */
static bool is_beside(const char *sql, const char *begin, const wanted *it, const wanted *other) {
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  cm_sql_operand found;
  if (skip_comparison(begin, other, &found) != NULL) return true; /* one IN has both */
  while (*sql != '\0') {
    if (begins_operand(&before)) {
      const char *behind = skip_operand(sql, it, &found);
      bool is_it = behind != NULL && found.begin == begin;
      if (is_it && follows(behind, other, &found, NULL)) return true;
      behind = skip_operand(sql, other, &found);
      if (behind != NULL && follows(behind, it, &found, begin)) return true;
    }
    sql = cm_sql_next(sql, &before);
  }
  return false;
}

/** Is there a comparison with the one that has one with the other beside it, or has none? */
static bool any_is(bool beside, const char *sql, const wanted *it, const wanted *other) {
  const char *at = sql;
  cm_sql_token token;
  while (at != NULL && (at = find_comparison(at, it, true)) != NULL) {
    if (is_beside(sql, at, it, other) == beside) return true;
    cm_sql_token column;
    at = cm_sql_skip_column(at, &token, &column);
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
  behind = cm_sql_next(behind, &alias);
  if (cm_sql_is_name(&alias, "AS")) cm_sql_next(behind, &alias);
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
  if (cm_sql_is_any(token, begins)) *at = (level){ .is_query = true };
  if (cm_sql_is_any(token, conditions)) at->is_condition = true;
  if (cm_sql_is_any(token, ends)) at->is_condition = false;
  bool is_place = cm_sql_is_any(before, names) || before->sign == ',' || before->sign == '.';
  if (is_place && at->is_query && !at->is_condition && cm_sql_is_any(token, of->tables))
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

bool cm_sql_find_condition(const char *sql, const char *const *tables, const char *column,
                           cm_sql_takes *takes, void *context) {
  if (sql == NULL) return false;
  place of = { .tables = tables, .levels = { { .is_query = true } } };
  cm_sql_token before = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
    cm_sql_token token, end;
    cm_sql_operand found;
    const char *behind = before.sign != '.' ? cm_sql_skip_comparison(sql, column, &found) : NULL;
    if (behind != NULL) cm_sql_next(behind, &end);
    if (behind != NULL && cm_sql_ends_operand(&end) && is_ours(&of, &found.table) &&
        cm_sql_each_text(&found.literal, takes, context))
      return true;
    sql = cm_sql_next(sql, &token);
    take_token(&of, sql, &before, &token);
    before = token;
  }
  return false;
}
