/*
** err.h -- what went wrong, in one line that a user can act on.
** Never: allocates, so that reporting an error cannot fail.  Tests: tests/unit/base/err.c
*/
#ifndef CM_BASE_ERR_H
#define CM_BASE_ERR_H

#include "base/base.h"

typedef struct cm_err {
  int code;        /* SQLite result code; SQLITE_OK when nothing went wrong */
  int http_status; /* status of the answer that caused it, 0 when there was none */
  bool
      may_help; /* nothing was sent, and the same call may be made later: max_requests was used up */
  bool is_of_row; /* a value of this one row is wrong: the next row of the statement may be right */
  bool is_at_row; /* it ends the statement, and the row at which it came up is worth a name */
  bool is_of_another; /* the row is refused because another one was, which is the one to correct */
  char text[1024];    /* "table: what (why): what to do", UTF-8, NUL-terminated, one line */
} cm_err;

/**
 * Record an error in place of an earlier one. A text that does not fit is cut at a character border
 * and ends in "…"; line breaks and other control characters become spaces, what is not UTF-8 becomes
 * "?". The arguments may point into `err->text`. `http_status` and the flags become 0: who knows better
 * sets them afterwards.
 *
 * @param err   NULL when the caller does not want the text.
 * @param code  SQLite result code, not SQLITE_OK.
 * @return `code`, so that `return cm_err_set(...)` reads well.
 */
int cm_err_set(cm_err *err, int code, const char *format, ...) CM_PRINTF(3, 4);

/**
 * Put `who: ` in front of the text unless it stands there already; all else stays.
 * NULL err, or one that holds no error: nothing happens.
 */
void cm_err_prefix(cm_err *err, const char *who);

/**
 * Say which row of the table it is: "table: what" becomes "table: name: what"; all else stays.
 * NULL err, or one that holds no error, and a name that is NULL or "": nothing happens.
 */
void cm_err_name_row(cm_err *err, const char *table, const char *name);

/** Record that memory ran out. @return SQLITE_NOMEM. */
int cm_err_nomem(cm_err *err);

/** Forget the error. NULL err: nothing happens. */
void cm_err_clear(cm_err *err);

/**
 * Copy `len` bytes as one line that is safe to show: a run of white space and control characters
 * becomes one space, none at either end; what does not fit is cut at a character border and ends in
 * "…". `out` may not overlap `text`.
 * @param size  Bytes of `out` with the NUL, at least 1.
 */
void cm_err_line(char *out, size_t size, const char *text, size_t len);

#endif
