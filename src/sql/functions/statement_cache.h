/*
** statement_cache.h -- what the API answered to the functions of one statement, so that no call is made twice.
** Owns: the answers.  Tests: tests/unit/sql/statement_cache.c, tests/cases/functions/
**
** SQLite may evaluate an expression of a statement more than once. What a function sends must not go out
** again then, so its answer, an error too, is kept under everything that was sent.
**
** One store belongs to one run of one statement, whose end frees it. (The memo of lists/memo.h belongs to the
** set of running statements; functions have no cursor whose closing would end it, and a statement that
** is prepared again can look like the one before.)
**
** Bounded: past CM_MAX_MEMO_BYTES answers of reads leave, oldest first; those of writes never do.
*/
#ifndef CM_SQL_FUNCTIONS_STATEMENT_CACHE_H
#define CM_SQL_FUNCTIONS_STATEMENT_CACHE_H

#include "base/err.h"
#include "base/value.h"

typedef struct cm_once cm_once;

/** How a call ended. */
typedef struct cm_once_answer {
  int code;       /* SQLITE_OK, or the error's */
  cm_value value; /* the answer; of an error its whole line */
} cm_once_answer;

/** @return a store to free with cm_once_free; NULL when memory runs out. */
cm_once *cm_once_new(void);

/** NULL: nothing. Fits as a void destructor. */
void cm_once_free(void *once);

/** The answer to what was sent before, NULL when it was not. Borrowed until the next cm_once_add. */
const cm_once_answer *cm_once_find(const cm_once *once, const char *key, size_t key_len);

/**
 * Make room for one more answer; called before anything is sent.
 * @return SQLITE_OK; SQLITE_TOOBIG when the writes of the statement fill the store.
 */
int cm_once_make_room(cm_once *once, cm_err *err) CM_MUST_CHECK;

/**
 * Keep an answer.
 * @param key      What was sent, any bytes; copied.
 * @param answer   Copied.
 * @param is_read  It may leave when room is needed.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_once_add(cm_once *once, const char *key, size_t key_len, const cm_once_answer *answer,
                bool is_read, cm_err *err) CM_MUST_CHECK;

/** Bytes that the store holds. */
size_t cm_once_bytes(const cm_once *once);

#endif
