/*
** journal_state.h -- what writing a journal and reading it share.
** Only journal.c and journal_read.c include it.
*/
#ifndef CM_JOURNAL_JOURNAL_STATE_H
#define CM_JOURNAL_JOURNAL_STATE_H

#include "base/sqlite_api.h"
#include "journal/journal.h"

/** Statements that a handle keeps; those that read are the last. */
typedef enum cm_journal_statement {
  CM_JOURNAL_FORGET_LINE,
  CM_JOURNAL_PUT_LINE,
  CM_JOURNAL_PUT_SENT,
  CM_JOURNAL_PUT_OUTCOME,
  CM_JOURNAL_PUT_WHOLE,
  CM_JOURNAL_PUT_PAUSED,
  CM_JOURNAL_PUT_ACCOUNT,
  CM_JOURNAL_NEXT_LINE,
  CM_JOURNAL_NEXT_RUN,
  CM_JOURNAL_FIND_LINE,
  CM_JOURNAL_FIND_RUN,
  CM_JOURNAL_COUNT_OPEN,
  CM_JOURNAL_STATEMENTS
} cm_journal_statement;

struct cm_journal {
  sqlite3 *db;
  char *path;
  cm_clock clock;
  long process;  /* that opened it */
  int64_t run;   /* 0: not begun */
  char *account; /* of the run; owned */
  int lock;      /* -1: it is not held */
  bool is_open;  /* something was put, and is not durable yet */
  int lost_code; /* why what was put before is lost, until a flush has said so; SQLITE_OK: nothing is */
  sqlite3_stmt *statements[CM_JOURNAL_STATEMENTS];
};

/** A statement of the file, ready to bind: journal->statements[which]. @return a code of SQLite. */
int cm_journal_prepare(cm_journal *journal, cm_journal_statement which);

/** Say why the file cannot be used: the text is that of the handle's last error. @return the code. */
int cm_journal_fail(cm_journal *journal, const char *what, cm_err *err);

#endif
