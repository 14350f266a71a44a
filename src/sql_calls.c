#include "sql_calls.h"

#include <string.h>

typedef enum token_kind { SPACE, NAME, OPEN, OTHER } token_kind;

typedef struct token {
  token_kind kind;
  const char *name; /* of NAME, without its quotes */
  size_t len;
} token;

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

/** Cut one token off the text, which is not at its end. @return what is left. */
static const char *next_token(const char *at, token *out) {
  *out = (token){ .kind = SPACE };
  const char *end = skip_space(at);
  if (end != at) return end;
  out->kind = OTHER;
  if (*at == '"' || *at == '`' || *at == '[') {
    end = skip_quoted(at + 1, *at == '[' ? ']' : *at);
    *out = (token){ .kind = NAME, .name = at + 1, .len = (size_t)(end - at) - 1 };
    if (out->len > 0) out->len--; /* the quote at the end */
    return end;
  }
  if (*at == '\'') return skip_quoted(at + 1, '\'');
  if (strchr("?:@#$", *at) != NULL) return skip_parameter(at);
  if (*at == '(') out->kind = OPEN;
  if (!is_name(*at)) return at + 1;
  end = skip_names(at);
  if (!is_digit(*at)) *out = (token){ .kind = NAME, .name = at, .len = (size_t)(end - at) };
  return end;
}

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins_with(const char *text, const char *name, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (lower(text[i]) != lower(name[i])) return false;
  }
  return true;
}

static bool is_same(const token *one, const char *name) {
  return strlen(name) == one->len && begins_with(one->name, name, one->len);
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
    token one;
    sql = next_token(sql, &one);
    if (one.kind == SPACE) continue;
    if (is_named && one.kind == OPEN) return true;
    is_named = one.kind == NAME && is_same(&one, function);
  }
  return false;
}
