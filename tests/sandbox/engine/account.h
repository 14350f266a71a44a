/*
** account.h -- one ChartMogul account: its database, its clock, its counters, its switches, its
** deferred effects.
** Owns: all of these.  Never: knows HTTP.
*/
#ifndef SANDBOX_ACCOUNT_H
#define SANDBOX_ACCOUNT_H

#include "../base/db.h"
#include "../base/decisions.h"
#include "../base/ident.h"
#include "resource.h"

/** Stands for "no date" where rows are ordered by one: 9999-12-31. */
#define SB_NEVER INT64_C(253402214400000)

/** An effect that shows later, such as that of a merge; `what` is its own business. */
typedef void sb_effect(sb_account *account, const char *what);

/** What waits to happen. */
typedef struct sb_deferred {
  int64_t due_ms; /* of the monotonic clock */
  sb_effect *effect;
  char *what;
} sb_deferred;

struct sb_account {
  sb_db *db;
  const sb_resource *const *resources; /* what it holds, NULL at the end */
  sb_decisions decisions;
  int64_t next[SB_KIND_COUNT]; /* the counter that the next object of a kind gets */
  int64_t clock_ms;            /* the account's own time: one second on with each write */
  int64_t version;             /* changes with each write */
  sb_deferred *deferred;
  size_t deferred_count;
  struct sb_rendered { /* the statements of sb_render_where, found by where their text stands */
    const void *resource;
    const char *rest;
    sqlite3_stmt *statement; /* the database's */
  } rendered[80];
  struct sb_counted { /* how many rows a whole list has, as long as nothing is written */
    const char *table;
    int64_t version;
    int64_t count;
  } counted[16];
};

/** Open an empty account of these resources, NULL at the end, with default switches. Closed with sb_account_close. */
sb_account *sb_account_open(const sb_resource *const *resources);
/** Close it; NULL is fine. */
void sb_account_close(sb_account *account);
/**
 * Throw away all records and deferred effects and set the clock to the day `today`; the switches
 * stay.
 */
void sb_account_empty(sb_account *account);

/** The counter of a new object. */
int64_t sb_account_number(sb_account *account, sb_kind kind);
/** The time of a write: the account's clock, moved on by one second. */
int64_t sb_account_tick(sb_account *account);
/** The end of the account's day: what is dated later has not happened yet. */
int64_t sb_account_horizon(const sb_account *account);
/** Move the clock to the day that the switch `today` names. */
void sb_account_set_today(sb_account *account);

/** The monotonic clock. */
int64_t sb_monotonic_ms(void);
/** Do `effect` with a copy of `what` after a delay; at once when the delay is not positive. */
void sb_account_defer(sb_account *account, int64_t delay_ms, sb_effect *effect, const char *what);
/** Do what is due. Called before each request. */
void sb_account_settle(sb_account *account);
/** Do all that waits for its time. */
void sb_account_hurry(sb_account *account);

#endif
