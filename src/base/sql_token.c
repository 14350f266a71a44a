#include "base/sql_token.h"

#include <string.h>

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool cm_sql_is_in_name(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '_' || c == '$' ||
         (unsigned char)c >= 0x80;
}

static const char *skip_names(const char *at) {
  while (cm_sql_is_in_name(*at))
    at++;
  return at;
}

/** Behind the quote that ends what begins at `at`; doubled, it belongs to the text. The end where none comes. */
static const char *skip_quoted(const char *at, char end) {
  for (;; at++) {
    if (*at == '\0') return at;
    if (*at != end) continue;
    if (end == ']' || at[1] != end) return at + 1;
    at++;
  }
}

static const char *skip_comment(const char *at, const char *end) {
  const char *found = strstr(at, end);
  return found != NULL ? found + strlen(end) : at + strlen(at);
}

/** Behind white space, comments and byte order marks, of which SQLite takes no notice. */
static const char *skip_space(const char *at) {
  if (is_space(*at)) return at + 1;
  if (at[0] == '-' && at[1] == '-') return skip_comment(at, "\n");
  if (at[0] == '/' && at[1] == '*' && at[2] != '\0') return skip_comment(at + 2, "*/");
  if (at[0] == '\xef' && at[1] == '\xbb' && at[2] == '\xbf') return at + 3;
  return at;
}

/** Behind a parameter: ?1, :name, @name, #1, $name and, for Tcl, $name::of(anything). */
static const char *skip_parameter(const char *at) {
  bool has_name = false;
  for (at++;; at++) {
    if (cm_sql_is_in_name(*at)) {
      has_name = true;
    } else if (*at == '(' && has_name) {
      while (*at != '\0' && *at != ')' && !is_space(*at))
        at++;
      return *at == ')' ? at + 1 : at;
    } else if (at[0] == ':' && at[1] == ':') {
      at++;
    } else {
      return at;
    }
  }
}

/** What stands between the quotes of a token that begins at `at` and ends before `end`. */
static void take_quoted(const char *at, const char *end, cm_sql_token *out) {
  out->text = at + 1;
  out->len = (size_t)(end - at) - 1;
  if (out->len > 0) out->len--; /* the quote at the end */
}

const char *cm_sql_next_token(const char *at, cm_sql_token *out) {
  *out = (cm_sql_token){ .kind = CM_SQL_SPACE };
  const char *end = skip_space(at);
  if (end != at) return end;
  if (*at == '"' || *at == '`' || *at == '[' || *at == '\'') {
    end = skip_quoted(at + 1, *at == '[' ? ']' : *at);
    out->kind = *at == '\'' ? CM_SQL_TEXT : CM_SQL_NAME;
    take_quoted(at, end, out);
    return end;
  }
  if (cm_sql_is_in_name(*at) && !is_digit(*at) && *at != '$') {
    end = skip_names(at);
    *out = (cm_sql_token){ .kind = CM_SQL_NAME, .text = at, .len = (size_t)(end - at) };
    return end;
  }
  *out = (cm_sql_token){ .kind = CM_SQL_OTHER, .sign = *at };
  end = cm_sql_is_in_name(*at) ? skip_names(at) : at + 1;
  if (strchr("?:@#$", *at) != NULL) end = skip_parameter(at);
  out->text = at;
  out->len = (size_t)(end - at);
  return end;
}

const char *cm_sql_next(const char *at, cm_sql_token *out) {
  do {
    *out = (cm_sql_token){ .kind = CM_SQL_OTHER };
    if (*at == '\0') return at;
    at = cm_sql_next_token(at, out);
  } while (out->kind == CM_SQL_SPACE);
  return at;
}

const char *cm_sql_skip_brackets(const char *at) {
  cm_sql_token token;
  for (int depth = 1; depth > 0 && *at != '\0';) {
    at = cm_sql_next(at, &token);
    if (token.sign == '(') depth++;
    if (token.sign == ')') depth--;
  }
  return at;
}

const char *cm_sql_first(const char *at, cm_sql_token *out) {
  do {
    at = cm_sql_next(at, out);
  } while (out->sign == ';');
  return at;
}

bool cm_sql_is_same(const char *text, const char *other, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (lower(text[i]) != lower(other[i])) return false;
  }
  return true;
}

bool cm_sql_is_name(const cm_sql_token *token, const char *name) {
  return token->kind == CM_SQL_NAME && strlen(name) == token->len &&
         cm_sql_is_same(token->text, name, token->len);
}

bool cm_sql_is_any(const cm_sql_token *token, const char *const *words) {
  while (*words != NULL && !cm_sql_is_name(token, *words))
    words++;
  return *words != NULL;
}

bool cm_sql_is_text(const cm_sql_token *token, const char *text, size_t len) {
  if (token->kind != CM_SQL_TEXT) return false;
  size_t at = 0;
  for (size_t i = 0; i < token->len; i++, at++) {
    if (at == len || token->text[i] != text[at]) return false;
    if (token->text[i] == '\'') i++;
  }
  return at == len;
}
