#include "base/sql_token.h"

#include <string.h>

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/** What may stand in a name; all beyond ASCII may. */
static bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
         (unsigned char)c >= 0x80;
}

static const char *skip_names(const char *at) {
  while (is_name(*at))
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
    if (is_name(*at)) {
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
  if (is_name(*at) && !is_digit(*at) && *at != '$') {
    end = skip_names(at);
    *out = (cm_sql_token){ .kind = CM_SQL_NAME, .text = at, .len = (size_t)(end - at) };
    return end;
  }
  *out = (cm_sql_token){ .kind = CM_SQL_OTHER, .sign = *at };
  end = is_name(*at) ? skip_names(at) : at + 1;
  if (strchr("?:@#$", *at) != NULL) end = skip_parameter(at);
  out->text = at;
  out->len = (size_t)(end - at);
  return end;
}

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool cm_sql_is_name(const cm_sql_token *token, const char *name) {
  if (token->kind != CM_SQL_NAME || strlen(name) != token->len) return false;
  for (size_t i = 0; i < token->len; i++) {
    if (lower(token->text[i]) != lower(name[i])) return false;
  }
  return true;
}
