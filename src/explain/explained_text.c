#include "explain/explained_text.h"

#include <string.h>

#include "base/sql_lists.h"

static const char *const verbs[] = { "SELECT",  "VALUES", "WITH",   "INSERT",
                                     "REPLACE", "UPDATE", "DELETE", NULL };
static const char *const selects[] = { "SELECT", "VALUES", "WITH", NULL };
static const char *const before_tables[] = { "FROM", "JOIN", NULL };

static bool is_at_end(const cm_sql_token *token) {
  return token->kind == CM_SQL_OTHER && token->sign == '\0';
}

/** The next token that is no space. @param begin  Receives where it begins. @return what is left. */
static const char *next_of(const char *at, const char **begin, cm_sql_token *token) {
  for (*begin = at; *at != '\0'; *begin = at) {
    at = cm_sql_next_token(at, token);
    if (token->kind != CM_SQL_SPACE) return at;
  }
  *token = (cm_sql_token){ .kind = CM_SQL_OTHER };
  return at;
}

bool cm_statement_is_of_rows(const char *sql) {
  cm_sql_token token;
  cm_sql_next(sql, &token);
  return token.kind == CM_SQL_NAME && cm_sql_is_any(&token, verbs);
}

/** A name with its schema. @return behind it. */
static const char *take_name(const char *at, cm_span *out) {
  cm_sql_token token;
  const char *begin = NULL;
  const char *end = next_of(at, &begin, &token);
  *out = (cm_span){ NULL, 0 };
  if (token.kind != CM_SQL_NAME) return at;
  const char *behind = cm_sql_next(end, &token);
  if (token.sign == '.') end = cm_sql_next(behind, &token);
  *out = (cm_span){ begin, (size_t)(end - begin) };
  return end;
}

/** Up to the end of the statement, or the RETURNING before it. */
static cm_span rest_of(const char *at) {
  cm_sql_token token;
  const char *begin = NULL, *next = NULL;
  (void)next_of(at, &begin, &token);
  const char *end = begin;
  for (at = begin;; at = next) {
    const char *from = NULL;
    next = next_of(at, &from, &token);
    if (is_at_end(&token) || token.sign == ';' || cm_sql_is_name(&token, "RETURNING")) break;
    if (token.sign == '(') next = cm_sql_skip_brackets(next);
    end = next;
  }
  return (cm_span){ begin, (size_t)(end - begin) };
}

/** What follows the table of an INSERT: [AS alias] [(columns)] rows. */
static void take_rows(const char *at, cm_written *out) {
  cm_sql_token token;
  const char *next = cm_sql_next(at, &token);
  if (cm_sql_is_name(&token, "AS")) {
    at = cm_sql_next(next, &token);
    next = cm_sql_next(at, &token);
  }
  if (token.sign == '(') {
    at = cm_sql_skip_brackets(next);
    out->columns = (cm_span){ next, (size_t)(at - next) };
  }
  out->rows = rest_of(at);
}

static cm_conflict conflict_of(const cm_sql_token *word) {
  if (cm_sql_is_name(word, "IGNORE")) return CM_CONFLICT_IGNORE;
  return cm_sql_is_name(word, "REPLACE") ? CM_CONFLICT_REPLACE : CM_CONFLICT_FAIL;
}

/** From behind the verb on. */
static void take_target(const char *sql, cm_written *out) {
  cm_sql_token next;
  const char *at = cm_sql_next(sql, &next);
  if (cm_sql_is_name(&next, "OR")) {
    sql = cm_sql_next(at, &next);
    out->conflict = conflict_of(&next);
    at = cm_sql_next(sql, &next);
  }
  bool is_update = out->verb == CM_VERB_UPDATE;
  if (!is_update && !cm_sql_is_name(&next, "INTO") && !cm_sql_is_name(&next, "FROM")) return;
  at = take_name(is_update ? sql : at, &out->name);
  out->is_found = out->name.text != NULL;
  if (out->verb == CM_VERB_INSERT) take_rows(at, out);
}

void cm_statement_find_written(const char *sql, cm_written *out) {
  cm_sql_token token;
  *out = (cm_written){ .is_found = false };
  for (;;) {
    sql = cm_sql_next(sql, &token);
    if (token.sign == '(') sql = cm_sql_skip_brackets(sql);
    if (is_at_end(&token) || cm_sql_is_name(&token, "SELECT") || cm_sql_is_name(&token, "VALUES"))
      return;
    bool is_replace = cm_sql_is_name(&token, "REPLACE");
    bool is_insert = is_replace || cm_sql_is_name(&token, "INSERT");
    bool is_update = cm_sql_is_name(&token, "UPDATE");
    if (!is_insert && !is_update && !cm_sql_is_name(&token, "DELETE")) continue;
    out->verb = is_insert ? CM_VERB_INSERT : is_update ? CM_VERB_UPDATE : CM_VERB_DELETE;
    if (is_replace) out->conflict = CM_CONFLICT_REPLACE;
    take_target(sql, out);
    return;
  }
}

cm_span cm_statement_with(const char *sql) {
  cm_sql_token token;
  const char *begin = NULL;
  const char *at = next_of(sql, &begin, &token);
  if (!cm_sql_is_name(&token, "WITH")) return (cm_span){ NULL, 0 };
  for (;;) {
    const char *from = NULL;
    const char *next = next_of(at, &from, &token);
    if (is_at_end(&token)) return (cm_span){ NULL, 0 };
    if (cm_sql_is_any(&token, verbs)) return (cm_span){ begin, (size_t)(from - begin) };
    at = token.sign == '(' ? cm_sql_skip_brackets(next) : next;
  }
}

/** What may be a table, as the tokens before a place show it. */
typedef struct looked_at {
  cm_span source;      /* the name or the bracket that stands there; NULL: none */
  bool is_table;       /* FROM, JOIN or a comma stands before it */
  cm_sql_token before; /* the token before the next one */
} looked_at;

static void look_at(looked_at *seen, const char **at, cm_sql_token *token) {
  const char *begin = NULL;
  const char *behind = next_of(*at, &begin, token);
  bool is_table = seen->before.sign == ',' ||
                  (seen->before.kind == CM_SQL_NAME && cm_sql_is_any(&seen->before, before_tables));
  if (token->kind == CM_SQL_NAME && seen->before.sign != '.') {
    behind = take_name(begin, &seen->source);
    seen->is_table = is_table;
  } else if (token->sign == '(' && is_table) {
    cm_sql_token first;
    (void)cm_sql_next(behind, &first);
    behind = cm_sql_is_any(&first, selects) ? cm_sql_skip_brackets(behind) : behind;
    seen->source = (cm_span){ begin, (size_t)(behind - begin) };
    seen->is_table = cm_sql_is_any(&first, selects);
  }
  *at = behind;
}

static bool is_alias(const char *at, const char *alias) {
  cm_sql_token token;
  const char *behind = cm_sql_next(at, &token);
  if (cm_sql_is_name(&token, "AS")) (void)cm_sql_next(behind, &token);
  return token.kind == CM_SQL_NAME && token.len == strlen(alias) && cm_sql_is_name(&token, alias);
}

/** Is the last part of the name this one? */
static bool ends_in(cm_span source, const char *name) {
  cm_sql_token token, behind;
  const char *at = cm_sql_next(source.text, &token);
  if (at < source.text + source.len) {
    at = cm_sql_next(at, &behind);
    (void)cm_sql_next(at, &token);
  }
  return token.kind == CM_SQL_NAME && cm_sql_is_name(&token, name);
}

cm_span cm_statement_source(const char *sql, const char *alias) {
  looked_at seen = { .before = { .kind = CM_SQL_OTHER } };
  cm_span found = { NULL, 0 };
  cm_sql_token token = { .kind = CM_SQL_OTHER };
  int count = 0;
  while (*sql != '\0') {
    seen.source.text = NULL;
    look_at(&seen, &sql, &token);
    bool is_table = seen.source.text != NULL && seen.is_table;
    if (is_table && (is_alias(sql, alias) || ends_in(seen.source, alias))) {
      bool is_same = found.text != NULL && found.len == seen.source.len &&
                     memcmp(found.text, seen.source.text, found.len) == 0;
      if (!is_same) count++;
      found = seen.source;
    }
    seen.before = token;
  }
  return count == 1 ? found : (cm_span){ NULL, 0 };
}

cm_span cm_statement_list(const char *sql, const char *column) {
  const char *begin = cm_sql_find_list(sql, column);
  if (begin == NULL || cm_sql_find_list(begin, column) != NULL) return (cm_span){ NULL, 0 };
  const char *end = cm_sql_skip_brackets(begin);
  size_t len = (size_t)(end - begin);
  return (cm_span){ begin, len > 0 && end[-1] == ')' ? len - 1 : len };
}

bool cm_span_is_select(cm_span span) {
  cm_sql_token token;
  (void)cm_sql_next(span.text, &token);
  return token.kind == CM_SQL_NAME && cm_sql_is_any(&token, selects);
}

int64_t cm_span_items(cm_span span) {
  int64_t count = 0;
  bool is_empty = true;
  const char *end = span.text + span.len;
  for (const char *at = span.text; at < end;) {
    cm_sql_token token;
    at = cm_sql_next(at, &token);
    if (at > end || is_at_end(&token)) break;
    if (token.sign == '(') at = cm_sql_skip_brackets(at);
    if (token.sign == ',') count++;
    is_empty = false;
  }
  return is_empty ? 0 : count + 1;
}

bool cm_span_has_name(cm_span span, const char *name) {
  const char *end = span.text + span.len;
  for (const char *at = span.text; at != NULL && at < end;) {
    cm_sql_token token;
    at = cm_sql_next(at, &token);
    if (at <= end && cm_sql_is_name(&token, name)) return true;
  }
  return false;
}
