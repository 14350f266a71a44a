/*
** write_lines.h -- the lines of chartmogul_writes.
** Tests: tests/unit/write/queue.c
*/
#ifndef CM_WRITE_WRITE_LINES_H
#define CM_WRITE_WRITE_LINES_H

#include "client/session.h"
#include "wire/slice.h"

/** A function's call of the API that writes, for the journal. Texts are borrowed. */
typedef struct cm_called {
  const char *who; /* the function */
  const char *method, *path;
  const char *body; /* NULL: none */
} cm_called;

/** How it ended. Texts are borrowed. */
typedef struct cm_answered {
  int status;        /* 0: there was no answer */
  bool is_unknown;   /* it may or may not have happened */
  const char *error; /* NULL: it worked */
  const char *body;  /* NULL: none */
} cm_answered;

/** One line of the log, or why those of the journal cannot be read. Texts are borrowed but for `owned_body`; NULL: none. */
typedef struct cm_write_line {
  int64_t position; /* among the lines */
  int64_t id;
  int64_t run;         /* of which connection and account; 1 without a journal */
  const char *account; /* its name; "": the first */
  const char *table_name;
  const char *operation; /* "INSERT", ... */
  const char *key;
  const char *state;
  int status; /* of the answer; 0: none */
  const char *error;
  const char *uuid; /* of a created or found row */
  const char *not_taken;
  const char *body; /* the row's own; of several calls separated by line breaks */
  const char *response;
  int64_t time_ms; /* wall clock when the write was made */
  cm_slice before; /* JSON of the row as it was read; absent: none was */
  char *owned_body;
} cm_write_line;

/**
 * The first line behind a position: of the other runs in the journal, then of this connection and all its accounts. Free it with cm_write_line_clear.
 * @return SQLITE_ROW, SQLITE_DONE, SQLITE_NOMEM.
 */
int cm_queue_next_line(cm_session *session, int64_t position, cm_write_line *out);

void cm_write_line_clear(cm_session *session, cm_write_line *line);

/** The position of the newest line of this connection, 0 or more where there is none. */
int64_t cm_queue_newest_line(const cm_session *session);

#endif
