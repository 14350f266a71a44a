/*
** session.h -- who we are on one SQLite connection: settings, client, limiter, logs, counters.
** Owns: all of it; reference-counted, because modules, functions and cursors share
** it. Threads: belongs to one connection; nothing of it is global.
*/
#ifndef CM_CLIENT_SESSION_H
#define CM_CLIENT_SESSION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/sqlite_api.h"
#include "client/setting.h"
#include "wire/http.h"
#include "wire/limit.h"

/** One line of chartmogul_requests. Texts are owned. */
typedef struct cm_request_log {
  int64_t id;
  int64_t time_ms; /* wall clock at the start */
  char method[8];
  char *path; /* with query; never holds a secret */
  int status;
  int tries;
  int64_t waited_ms;   /* for the limiter and between tries */
  int64_t duration_ms; /* of the last try */
  int64_t bytes;
  int64_t rows; /* rows of the answer, -1 when not counted */
  char *error;
  char *body; /* in dry_run and with log_bodies, while there is room */
} cm_request_log;

typedef struct cm_call cm_call;
typedef struct cm_memo cm_memo;
typedef struct cm_queue cm_queue;
typedef struct cm_scan cm_scan;
typedef struct cm_lookups cm_lookups;
typedef struct cm_pager cm_pager;
typedef struct cm_callers cm_callers;

typedef struct cm_session {
  int references;
  sqlite3 *db; /* not owned */
  /* A program may fork. What is under way, and the transaction's writes, stay with the process that has
  ** begun them; see cm_call_enter_process and cm_queue_check_process. */
  long process;             /* that used the client last */
  long transaction_process; /* that began the transaction with its first write; 0: there is none */
  cm_clock clock;
  cm_settings settings;
  cm_http *http; /* made by the first request */
  cm_limit limit;

  cm_call *first_call, *last_call; /* every call that is not done, oldest first */
  int in_flight;                   /* calls that have a transfer */
  int64_t ended_calls;             /* how many calls have come to an end */
  bool stopped_writes;             /* writes under way that were told to stop */

  /* Parts that stand above the session: who makes one says how it is freed. */
  cm_memo *memo; /* answers of the running statements; made when first needed */
  void (*free_memo)(cm_memo *memo);
  cm_queue *queue; /* writes; made when first needed */
  void (*free_queue)(cm_queue *queue);
  cm_callers *callers; /* see client/caller.h; made when first needed */
  void (*free_callers)(cm_callers *callers);

  cm_scan *scans;     /* every open scan: what a join's read-ahead looks at */
  cm_pager *pagers;   /* every list that is being read */
  size_t stock_bytes; /* of their pages that were read before they were asked for */
  int open_cursors;
  int64_t filters;     /* scans begun so far: an UPDATE begins none once it hands over rows */
  cm_lookups *lookups; /* see read/list_store.h; NULL: none in these statements */

  /* Of the running statements: cm_session_enter says when they are others. */
  int64_t statement_started_ms;
  int64_t statement_requests;
  uint64_t running;      /* fingerprint of the busy statements; 0: none was looked at yet */
  uint64_t running_runs; /* the same with their counts of runs */
  int64_t running_id;    /* moves on whenever the statements are others */

  int64_t interrupt_checked_ms;
  int unchecked_wait_ms;  /* waited since then: a clock that stands still must not hide a Ctrl-C */
  bool sqlite_has_looked; /* SQLite looked for an interrupt by itself after the last wait */

  cm_request_log requests[CM_MAX_REQUEST_LOG]; /* ring */
  int64_t next_request_id;                     /* 1 for the first */
  size_t logged_bytes;                         /* of the bodies in the ring */

  /* Pages of plain lists, as scans found them: for the costs of later plans. */
  struct {
    const void *read;
    int pages;
  } known_lists[CM_MAX_KNOWN_LISTS];

  uint64_t account; /* changes with what says whose account this is: a statement reads from one */
  char *last_uuid;  /* of the row created last; NULL: none yet */
  unsigned random_state;
} cm_session;

/**
 * Make the session of a connection with one reference.
 * @param clock  NULL: the machine's.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_session_new(sqlite3 *db, const cm_clock *clock, cm_session **out, cm_err *err) CM_MUST_CHECK;

cm_session *cm_session_ref(cm_session *session);
/** Drop a reference; the last one frees everything. NULL: nothing. Fits as a void destructor. */
void cm_session_unref(void *session);

int64_t cm_session_now_ms(const cm_session *session);

/**
 * True when the user interrupted the running statement (Ctrl-C, sqlite3_interrupt, a progress
 * handler that says stop). Only meaningful while a statement runs.
 */
bool cm_session_is_interrupted(cm_session *session);

/**
 * Look which statements run. Where they are others than at the last look, `running_id` moves on and
 * the counters of the statement start again. Another run of the same statement counts as another
 * one while no cursor is open. While one is, SQLite's count of runs says too much (a trigger that
 * fires counts as a run of its statement), and the end of a run shows in the closing of its
 * cursors.
 * @return how many statements run.
 */
int cm_session_enter(cm_session *session);

/**
 * Count what follows as a new statement. For those who know that one begins where cm_session_enter
 * may not see it: a statement that is prepared again with the same text can stand at the same
 * address.
 */
void cm_session_begin_statement(cm_session *session);

/** Set a setting, and what hangs on it (limiter, memo). Codes as cm_setting_set. */
int cm_session_configure(cm_session *session, const char *name, const char *value, cm_err *err);

/**
 * Pages of two accounts are no list: who began to read under `account` may not go on under another.
 * @return SQLITE_OK, SQLITE_ERROR.
 */
int cm_session_check_account(const cm_session *session, uint64_t account, const char *who,
                             cm_err *err) CM_MUST_CHECK;

/** The log line with this id, NULL when it has left the ring. */
cm_request_log *cm_session_find_request(cm_session *session, int64_t id);

/**
 * Begin a log line; the oldest one leaves, and so do the bodies of the oldest ones that find no room beside
 * this one. Never fails: a text that finds no memory is left out.
 */
cm_request_log *cm_session_log_request(cm_session *session, const char *method, const char *path,
                                       const char *body);

#endif
