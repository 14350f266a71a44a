/*
** journal.h -- the writes of all connections in a file: recorded before they leave, and how each ended.
** Owns: the handle of the file, which is no part of the user's connection.
** Threads: belongs to one session.  Tests: tests/unit/journal/journal.c
**
** A *run* is a connection that writes. Its lines have the ids behind run * CM_JOURNAL_RUN_IDS. What is put is durable when
** cm_journal_flush has said so: a caller flushes before it sends. A run that its connection closed is ended; one that is
** not, and whose process is gone, was cut off.
*/
#ifndef CM_JOURNAL_JOURNAL_H
#define CM_JOURNAL_JOURNAL_H

#include "base/clock.h"
#include "base/err.h"

enum { CM_JOURNAL_RUN_IDS = 1000000000 };

typedef struct cm_journal cm_journal;

/** One write. Texts are borrowed; NULL: none. */
typedef struct cm_journal_line {
  int64_t id, run;
  int64_t time_ms;
  const char *table_name, *operation, *key, *state;
  int status;
  const char *error, *uuid, *not_taken, *body, *response, *before;
  const char *
      change; /* what the write is made of again, see write/record.h; NULL: it is a call of a function */
  int64_t host;        /* id of the row that it was to go inside; 0: none */
  const char *account; /* name of the account that its run is of, when it is read; "": the first */
} cm_journal_line;

/** A run that was cut off. Texts are borrowed until the next call. */
typedef struct cm_journal_run {
  int64_t id;
  int64_t whole_to;             /* id of the last write whose COMMIT had begun; 0: none */
  const char *origin, *account; /* account "": no COMMIT of it had begun */
  const char *name;             /* that the connection knew the account by; "": its first */
  bool has_open;                /* it has writes to send, or to look for */
} cm_journal_run;

/**
 * Open a journal, and make it where there is none.
 * @return SQLITE_OK; SQLITE_CANTOPEN with why; SQLITE_NOMEM.
 */
int cm_journal_open(const char *path, const cm_clock *clock, cm_journal **out,
                    cm_err *err) CM_MUST_CHECK;

/** What is open of its run is `dropped`, the run is ended, and the file is closed. In another process than that which
** opened it: the handle is abandoned. NULL: nothing. */
void cm_journal_close(cm_journal *journal);

/** True in the process that opened it: another may not touch the handle. */
bool cm_journal_is_ours(const cm_journal *journal);

/** Begin a run, once: when it has a first line. @param name  Of the account; "": the first. */
int cm_journal_begin_run(cm_journal *journal, const char *origin, const char *name,
                         cm_err *err) CM_MUST_CHECK;
/** Before the first COMMIT: whose account its run is of, begun or not. @param account  Who the API says that the key belongs to. */
int cm_journal_name_account(cm_journal *journal, const char *account, cm_err *err) CM_MUST_CHECK;
/** Who the own account is; NULL before it is named. */
const char *cm_journal_account(const cm_journal *journal);
/** Its number, 0 before it is begun. */
int64_t cm_journal_run_number(const cm_journal *journal);

/** One COMMIT at a time writes: codes as cm_journal_lock in journal/journal_file.h. Twice is once. What was
 * read before is forgotten: see cm_journal_rest. */
int cm_journal_enter(cm_journal *journal, cm_err *err) CM_MUST_CHECK;
void cm_journal_leave(cm_journal *journal);

/** Put a line of the own run, or of one that is taken over; one of the same id is replaced. */
int cm_journal_put(cm_journal *journal, const cm_journal_line *line, cm_err *err) CM_MUST_CHECK;
/** A call of it is about to leave: of the line the id, change and host; before where it has come to be known. */
int cm_journal_put_sent(cm_journal *journal, const cm_journal_line *line,
                        cm_err *err) CM_MUST_CHECK;
/** How it ended: of the line the id, state, status, error, uuid, not_taken and response; before where it has come to be known. */
int cm_journal_put_outcome(cm_journal *journal, const cm_journal_line *line,
                           cm_err *err) CM_MUST_CHECK;
/** A COMMIT has begun: all lines up to this one belong to it, or to earlier ones. */
int cm_journal_put_whole(cm_journal *journal, int64_t id, cm_err *err) CM_MUST_CHECK;

/** The COMMIT of the own run has failed and may be repeated: until cm_journal_put_whole nobody holds the lock for it. */
int cm_journal_put_paused(cm_journal *journal, cm_err *err) CM_MUST_CHECK;

/** All that was put is durable after SQLITE_OK. Nothing was put: nothing. */
int cm_journal_flush(cm_journal *journal, cm_err *err) CM_MUST_CHECK;

/** A run was cut off and has been settled: it is ended. */
int cm_journal_end_run(cm_journal *journal, int64_t run, cm_err *err) CM_MUST_CHECK;

/** What was read is not needed any more: the next reading sees the file as it is by then. */
void cm_journal_rest(cm_journal *journal);

/**
 * The first line behind `id`, of any run; of the own one the calls of functions alone.
 * @param out  Borrows until the next call of this function, cm_journal_rest, or the first change behind a flush.
 * @return SQLITE_ROW; SQLITE_DONE; SQLITE_CANTOPEN where the file cannot be read; SQLITE_NOMEM.
 */
int cm_journal_next(cm_journal *journal, int64_t id, cm_journal_line *out,
                    cm_err *err) CM_MUST_CHECK;

/** The line with this id, of any run. Codes as cm_journal_next. */
int cm_journal_find(cm_journal *journal, int64_t id, cm_journal_line *out,
                    cm_err *err) CM_MUST_CHECK;

/** A run by its number. @param may_live  Receives whether its process may run here, and it is not ended. Codes as cm_journal_next. */
int cm_journal_find_run(cm_journal *journal, int64_t id, cm_journal_run *out, bool *may_live,
                        cm_err *err) CM_MUST_CHECK;

/**
 * The first run behind `id` that was cut off: not ended, and its process is gone. Of one that is elsewhere that is sure where it has
 * open lines, is not between two tries of its COMMIT, and the lock is ours. Codes as cm_journal_next.
 */
int cm_journal_next_cut_off(cm_journal *journal, int64_t id, cm_journal_run *out,
                            cm_err *err) CM_MUST_CHECK;

/** How many open lines the runs have that are elsewhere, between two tries of a COMMIT. */
int cm_journal_count_elsewhere(cm_journal *journal, int *out, cm_err *err) CM_MUST_CHECK;

/** Runs that are older than so many days, and all of whose lines are settled, go. 0: none. */
int cm_journal_prune(cm_journal *journal, int days, cm_err *err) CM_MUST_CHECK;

#endif
