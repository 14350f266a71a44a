/*
** leg.h -- one list of a scan: the values it is bound to, its pages, and its companion list.
** Owns: the bound values, the pagers, the companion's rows.
*/
#ifndef CM_READ_LEG_H
#define CM_READ_LEG_H

#include "lists/chains.h"
#include "lists/list_store.h"
#include "lists/pager.h"
#include "read/plan.h"
#include "record/row.h"
#include "record/row_store.h"
#include "record/url.h"

/** Values of one request: the arguments of the plan, a parent's key, and what is sent unless it is given. */
enum { CM_LEG_MAX_VALUES = CM_PLAN_MAX_ARGS + 1 + CM_MAX_FALLBACKS };

typedef struct cm_leg {
  cm_binding bindings[CM_LEG_MAX_VALUES]; /* values owned */
  int binding_count;
  cm_pager pager;
  cm_chains *chains;  /* owned; NULL: the list is read in one chain */
  cm_list_rows fixed; /* the rows, where they were at hand and nothing is asked; owned */
  int fixed_at;
  int64_t pages_counted; /* for the store of lists */
  bool has_companion;
  cm_pager companion_pager;
  cm_row_store companions; /* by the member that matches */
  bool is_companion_read;
} cm_leg;

/** The legs under way, and where the next one begins. */
typedef struct cm_scan_legs {
  cm_leg *ring; /* oldest first; owned */
  int room;     /* of the ring */
  int capacity; /* legs that are started before the answer of the oldest is there; see cm_scan_may_run_ahead */
  int first, count;
  int64_t ended;                 /* legs before the oldest one */
  int64_t total;                 /* that there will be; of one that walks its parent, not known */
  int list_at[CM_PLAN_MAX_ARGS]; /* odometer over the lists that are sent */
  bool are_many;                 /* an IN list is sent: its look-ups leave together */
  bool are_started;              /* none is left to start */
} cm_scan_legs;

/** A row that is several rows: its items, or one for each word. */
typedef struct cm_unfolding {
  bool are_objects;         /* the items of `each`: one that is not an object is an error */
  size_t at;                /* position in the items of `row.outer` */
  cm_slice items;           /* or members */
  const cm_word *next_word; /* of read->unfold: what the next row of this answer stands for */
} cm_unfolding;

/** What a scan does only now and then. */
typedef struct cm_scan_pace {
  int64_t dropped, moves, pumped_ms; /* when, between two rows; 0: not yet */
} cm_scan_pace;

/**
 * Add a bound value; it is copied.
 * @param stands_in  A row that lacks the member shows this value.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_leg_bind(cm_leg *leg, int column, const cm_value *value, bool stands_in,
                cm_err *err) CM_MUST_CHECK;

/** The value that a leg is bound to for a column, NULL: none. */
const cm_value *cm_leg_find_bound(const cm_leg *leg, int column);

/** What a leg asks for. Borrowed. */
typedef struct cm_leg_request {
  const cm_resource *resource;
  const cm_plan *plan;
  const cm_read *read;
  int per_page;
  cm_url_value values[CM_LEG_MAX_VALUES]; /* for path and filters: bindings and ranges */
  int count;
  bool is_in_vain; /* no row can match these values */
  bool is_alone;   /* the only leg of its scan */
} cm_leg_request;

/** Ask for the first page, and for the companion's when the plan uses a column of it. */
int cm_leg_open(cm_leg *leg, cm_session *session, const cm_leg_request *request,
                cm_err *err) CM_MUST_CHECK;

/** The next row of the list. Codes as cm_pager_next. */
int cm_leg_next(cm_leg *leg, cm_slice *row, cm_err *err) CM_MUST_CHECK;

/** It is read in one chain: whoever takes its rows has enough to wait for. */
void cm_leg_keep_plain(cm_leg *leg);

/** Where the rows of now come from, and a number of that page, another one for each page of the leg. */
const cm_pager *cm_leg_pager(const cm_leg *leg);
int64_t cm_leg_page(const cm_leg *leg);

/**
 * A row that has arrived.
 * @param at  From 0, the first row of the page of now; those behind its last one are of the page that comes next.
 */
bool cm_leg_peek(cm_leg *leg, int64_t at, cm_slice *row);

/** Ask ahead for what cm_leg_open would ask for. Never fails: it is a guess. */
void cm_leg_prefetch(cm_session *session, const cm_leg_request *request);

/**
 * The companion row that belongs to a row of the list, read when first asked for.
 * @param out  Receives its text, absent when none or several match. Valid until the close.
 */
int cm_leg_find_companion(cm_leg *leg, const cm_resource *resource, cm_row *row, cm_slice *out,
                          cm_err *err) CM_MUST_CHECK;

/**
 * The list is at its end. A companion list that no row needed was asked for already; it is waited for,
 * so that the memo has it when the statement comes back to this list. Its error is dropped.
 * @return SQLITE_OK or SQLITE_INTERRUPT.
 */
int cm_leg_finish(cm_leg *leg, cm_err *err) CM_MUST_CHECK;

/** Free what it holds and make it empty. */
void cm_leg_close(cm_leg *leg);

#endif
