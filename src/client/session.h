/*
** session.h -- who we are on one SQLite connection: its accounts, each with settings, limiter, memo and queue of its own, and
** what they share: client, statement, log.
** Owns: all of it; reference-counted, because modules, functions and cursors share
** it. Threads: belongs to one connection; nothing of it is global.  Tests: tests/unit/client/session.c, tests/cases/accounts/
*/
#ifndef CM_CLIENT_SESSION_H
#define CM_CLIENT_SESSION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/sqlite_api.h"
#include "client/request_log.h"
#include "client/setting.h"
#include "client/statement.h"
#include "wire/http.h"
#include "wire/limit.h"

typedef struct cm_call cm_call;
typedef struct cm_memo cm_memo;
typedef struct cm_queue cm_queue;
typedef struct cm_scan cm_scan;
typedef struct cm_list_store cm_list_store;
typedef struct cm_pager cm_pager;
typedef struct cm_callers cm_callers;
typedef struct cm_journal cm_journal;

/** Calls that are not done. */
typedef struct cm_calls {
  cm_call *first, *last; /* oldest first */
  int in_flight;         /* those that have a transfer */
  int64_t ended;         /* how many have come to an end so far */
  bool stopped_writes;   /* writes under way were stopped */
} cm_calls;

/** Columns of which the texts of the running statements were read, and nothing was found: not once more for each scan. */
typedef struct cm_read_texts {
  int64_t statement_id; /* of cm_statement; under another id all is forgotten */
  int count;
  struct {
    const void *resource;
    uint64_t
        columns; /* bits, all of them when no column is left; those behind the 64th are read each time */
  } tables[CM_MAX_READ_TEXTS];
} cm_read_texts;

struct cm_session;

/** How far the reading of the connection is. */
typedef struct cm_progress_facts {
  const char *table;   /* NULL: nothing is read */
  int64_t rows;        /* that it has shown */
  int64_t page, pages; /* being read, of how many; 0: not known */
  double done;         /* the part that is done, where it can be told; else 0 */
} cm_progress_facts;

typedef struct cm_watch {
  /* What is read now; set by who reads (read/scan_facts.c). NULL: nothing has been read yet. */
  void (*tell)(const struct cm_session *session, cm_progress_facts *out);
  bool is_shown;
  int64_t drawn_ms;
} cm_watch;

/** What the scans of the connection know of each other. */
typedef struct cm_reading {
  cm_scan *scans;         /* every open scan: what a join's read-ahead looks at */
  cm_pager *pagers;       /* every list that is being read */
  int64_t feeds;          /* how often open lists were read to their end, see lists/feed.h */
  size_t stock_bytes;     /* of their pages that were read before they were asked for */
  bool is_fresh;          /* nothing that was kept from other statements will do */
  bool is_kept_by_key;    /* who reads keeps rows by their keys: one may come twice */
  int64_t scan_count;     /* scans begun so far: an UPDATE begins none once it hands over rows */
  cm_list_store *lookups; /* see lists/list_store.h; NULL: none in these statements */
  cm_read_texts texts;    /* see read/scan_words.c */
  struct { /* pages of plain lists, as scans found them: for the costs of later plans */
    const void *read;
    int pages;
    int64_t rows; /* in all of them; -1: not known */
  } known_lists[CM_MAX_KNOWN_LISTS];
} cm_reading;

typedef struct cm_session cm_session;

/** What the accounts of one SQLite connection share. */
typedef struct cm_connection {
  int references;                            /* of all its sessions together */
  cm_session *accounts[1 + CM_MAX_ACCOUNTS]; /* owned; the first has no name, and is always there */
  int account_count;
  cm_session *chosen; /* which functions use */
  bool is_of_tests;   /* a clock was given: nothing is left to chance */
  cm_http *http;      /* made by the first request */
  /* A program may fork. What is under way, and the transaction's writes, stay with the process that has
  ** begun them; see cm_call_enter_process and cm_queue_check_process. */
  long process; /* that used the client last */
  cm_statement statement;
  cm_request_log log;
  cm_watch watch;
  cm_callers *callers; /* see client/caller.h; made when first needed */
  void (*free_callers)(cm_callers *callers);
  int64_t writes; /* that have left, and that have come to an end: what was read before is old */
  int64_t next_write_id;
  char *last_uuid;            /* of the row created last; NULL: none yet */
  int64_t last_uuid_write_id; /* which write created it */
} cm_connection;

/** One account of a connection. */
struct cm_session {
  cm_connection *connection;
  int place;                          /* among its accounts */
  char name[CM_MAX_ACCOUNT_NAME + 1]; /* "": the first account */
  sqlite3 *db;                        /* not owned */
  long transaction_process; /* that began the transaction with its first write; 0: there is none */
  cm_clock clock;
  cm_settings settings;
  cm_limit limit;
  cm_calls calls;
  cm_statement *statement; /* of the connection */
  cm_request_log *log;     /* of the connection */
  cm_watch *watch;         /* of the connection */
  cm_reading reading;

  /* Parts that stand above the session: who makes one says how it is freed. */
  cm_memo *memo; /* answers of the running statements; made when first needed */
  void (*free_memo)(cm_memo *memo);
  cm_queue *queue; /* writes; made when first needed */
  void (*free_queue)(cm_queue *queue);
  cm_journal *journal; /* open; made when first needed, see write/record.h */
  void (*free_journal)(cm_journal *journal);

  uint64_t account; /* changes with what says whose account this is: a statement reads from one */
  unsigned random_state;
};

/**
 * Make a connection with its first account, and one reference to it.
 * @param clock  NULL: the machine's.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_session_new(sqlite3 *db, const cm_clock *clock, cm_session **out, cm_err *err) CM_MUST_CHECK;

cm_session *cm_session_ref(cm_session *session);
/** Drop a reference to any account; the last one frees everything. NULL: nothing. Fits as a void destructor. */
void cm_session_unref(void *session);

/**
 * The account of this name, made when it is first named: its settings come from the environment then.
 * @param session  Any account of the connection.
 * @param name     As a user writes it; NULL or "": the first account.
 * @return SQLITE_OK; SQLITE_ERROR: it is not a name, there are too many, or lock_settings is set; SQLITE_NOMEM.
 */
int cm_session_account(const cm_session *session, const char *name, cm_session **out,
                       cm_err *err) CM_MUST_CHECK;

/**
 * The row of a setting by its name, "per_page" or "eu.api_key", and the account that it is of.
 * @return as cm_session_account; SQLITE_ERROR where there is no such setting, with the valid ones.
 */
int cm_session_find_setting(const cm_session *session, const char *name, cm_session **of, int *row,
                            cm_err *err) CM_MUST_CHECK;

/** The account that functions use: what the setting `account` says. Borrowed. */
static inline cm_session *cm_session_chosen(const cm_session *session) {
  return session->connection->chosen;
}

/**
 * Say in an error which account it is of, and what of that account is meant: tables and settings get its name in front, as
 * in eu_customers, eu.api_key and CHARTMOGUL_EU_API_KEY. The first account: nothing.
 */
void cm_session_name_account(const cm_session *session, cm_err *err);

/** The same of another text, of the account of this name. @return one to free with sqlite3_free; NULL: memory ran out. */
char *cm_session_account_words(const char *account, const char *text) CM_MUST_CHECK;

int64_t cm_session_now_ms(const cm_session *session);
/** Wall clock, as cm_clock has it. */
int64_t cm_session_wall_ms(const cm_session *session);

/** A number of 24 bits that nobody knows beforehand; with a clock that tests made, the same ones each time. */
unsigned cm_session_random(cm_session *session);

/**
 * Set a setting of an account, or one of all, and what depends on it (limiter, memo). Codes as cm_session_find_setting and
 * cm_setting_set.
 */
int cm_session_configure(cm_session *session, const char *name, const char *value, cm_err *err);

/**
 * Pages of two accounts are not one list: a reading that began under `account` may not go on under another.
 * @return SQLITE_OK, SQLITE_ERROR.
 */
int cm_session_check_account(const cm_session *session, uint64_t account, const char *who,
                             cm_err *err) CM_MUST_CHECK;

#endif
