/*
** sql_token.h -- a SQL text cut into tokens, as SQLite cuts them.
** Pure.  Tests: tests/unit/base/sql_calls.c, tests/unit/base/sql_compares.c
*/
#ifndef CM_BASE_SQL_TOKEN_H
#define CM_BASE_SQL_TOKEN_H

#include "base/base.h"

typedef enum cm_sql_kind {
  CM_SQL_SPACE, /* white space or a comment */
  CM_SQL_NAME,  /* a name or a key word, bare or quoted as an identifier */
  CM_SQL_TEXT,  /* a text literal */
  CM_SQL_OTHER  /* a sign, a number, a parameter, a literal of another kind */
} cm_sql_kind;

typedef struct cm_sql_token {
  cm_sql_kind kind;
  char sign; /* its first byte, of CM_SQL_OTHER; else NUL */
  const char *
      text; /* of a name or a literal: what stands between its quotes, doubled ones as they are; else all of it */
  size_t len;
} cm_sql_token;

/** Cut one token off a text, which is not at its end. @return what is left. */
const char *cm_sql_next_token(const char *at, cm_sql_token *out);

/** The same for the next token that is not white space; at the end an OTHER of the sign NUL. */
const char *cm_sql_next(const char *at, cm_sql_token *out);

/** The first token of a statement, which semicolons may stand in front of. @return what is left. */
const char *cm_sql_first(const char *at, cm_sql_token *out);

/** Behind the bracket that closes the one before `at`. */
const char *cm_sql_skip_brackets(const char *at);

/** May the byte stand in a name? All beyond ASCII may. */
bool cm_sql_is_in_name(char c);

/** Are these bytes the same letters of ASCII, in any case? */
bool cm_sql_is_same(const char *text, const char *other, size_t len);

/** True for a name that is this one, in any case. @param name  ASCII. */
bool cm_sql_is_name(const cm_sql_token *token, const char *name);

/** True for a name that is one of these. @param words  End with NULL. */
bool cm_sql_is_any(const cm_sql_token *token, const char *const *words);

/** Is it a text literal of this value? A quote is doubled in a literal. */
bool cm_sql_is_text(const cm_sql_token *token, const char *text, size_t len);

#endif
