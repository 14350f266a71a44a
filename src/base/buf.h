/*
** buf.h -- a growing byte buffer that knows its maximum.
** Owns: its bytes.  Tests: tests/unit/base/buf.c
**
** The bytes are always followed by a NUL that does not count. Appending is sticky: after a failure
** the buffer is empty, keeps its failure code, and every later append returns that code, so that a
** chain of appends needs one check at its end.
*/
#ifndef CM_BASE_BUF_H
#define CM_BASE_BUF_H

#include "base/base.h"

typedef struct cm_buf {
  char *data; /* NULL while nothing was appended */
  size_t len;
  size_t capacity;
  size_t max_len; /* more is SQLITE_TOOBIG */
  int code;       /* SQLITE_OK, SQLITE_NOMEM or SQLITE_TOOBIG */
} cm_buf;

/** Make an empty buffer of at most `max_len` bytes. Nothing is allocated yet. */
void cm_buf_init(cm_buf *buf, size_t max_len);

/** Free the bytes and make the buffer empty and usable again, failure forgotten. */
void cm_buf_clear(cm_buf *buf);

/** Make the buffer empty and usable again, but keep its memory for what is appended next. */
void cm_buf_empty(cm_buf *buf);

/**
 * Move the bytes to memory of their own size. Of the memory that they had and that of `room` the larger
 * one stays in `room`, empty. Without memory nothing happens.
 */
void cm_buf_fit(cm_buf *buf, cm_buf *room);

/** Append bytes, which may not be the buffer's own. @return SQLITE_OK, SQLITE_NOMEM or SQLITE_TOOBIG. */
int cm_buf_append(cm_buf *buf, const void *bytes, size_t len);

/** Append a NUL-terminated text. Codes as cm_buf_append. */
int cm_buf_text(cm_buf *buf, const char *text);

/** Append formatted text (SQLite's printf, independent of the locale). Codes as cm_buf_append. */
int cm_buf_printf(cm_buf *buf, const char *format, ...) CM_PRINTF(2, 3);

/** Append `text` percent-encoded for a path segment or a query value. Codes as cm_buf_append. */
int cm_buf_percent(cm_buf *buf, const char *text, size_t len);

/** Fail as an append would: for a part that was made elsewhere and could not be. SQLITE_OK: nothing. */
void cm_buf_fail(cm_buf *buf, int code);

/** The text so far; "" for an empty buffer. Borrowed until the next call on the buffer. */
const char *cm_buf_str(const cm_buf *buf);

/**
 * Hand the bytes over: the caller frees them with sqlite3_free. The buffer is empty afterwards.
 * @return NULL when the buffer had failed or memory runs out; "" is a valid taken text.
 */
char *cm_buf_take(cm_buf *buf);

#endif
