/*
** help_lines.h -- the lines of chartmogul_help: what each is about, a name, a text.
** Owns: the texts.  Tests: tests/cases/self_description/help/
*/
#ifndef CM_SQL_FUNCTIONS_HELP_LINES_H
#define CM_SQL_FUNCTIONS_HELP_LINES_H

#include "base/buf.h"

typedef struct cm_help_line {
  const char *part; /* constant */
  char *name, *text;
} cm_help_line;

/**
 * Lines, and the one that is being made: append to `name` and `text`, then put it. A failure stays, so that many lines
 * need one check at their end.
 */
typedef struct cm_help_lines {
  cm_help_line *list; /* owned */
  int count;
  cm_buf name, text;
  int code; /* SQLITE_OK, SQLITE_NOMEM or SQLITE_TOOBIG */
} cm_help_lines;

void cm_help_lines_init(cm_help_lines *lines);

/** Free all lines and the one that is being made. Nothing else may be called afterwards but cm_help_lines_init. */
void cm_help_lines_clear(cm_help_lines *lines);

/** Put the line that was made; the next one begins empty. @param part  Constant. */
void cm_help_put(cm_help_lines *lines, const char *part);

/** The same from texts. NULL: "". */
void cm_help_add(cm_help_lines *lines, const char *part, const char *name, const char *text);

/** Drop what was put since there were `before` lines, where it begins with the very line that stands there last. */
void cm_help_drop_repeated(cm_help_lines *lines, int before);

#endif
