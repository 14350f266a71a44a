/*
** pricing.h -- what a scan of a plan costs: how many requests, how long, and what would cost less.
** Owns: the answers to what it asked.  Tests: tests/cases/functions/explain/
**
** The length of a list that no scan of the connection has read to its end is asked for, with one request of one row; the
** same list once.
*/
#ifndef CM_EXPLAIN_PRICING_H
#define CM_EXPLAIN_PRICING_H

#include "client/call.h"
#include "explain/price.h"
#include "sql/explained.h"

typedef struct cm_asked_length {
  cm_session *session; /* not owned */
  char *path;          /* of the list; owned */
  cm_call *call;       /* owned */
} cm_asked_length;

/** Zeroed it has asked nothing. */
typedef struct cm_pricing {
  cm_asked_length *asked; /* owned */
  int count;
  bool may_be_cached; /* what former statements were answered may serve this one */
} cm_pricing;

/** Ask what has to be asked for this plan; nothing is waited for. Codes as cm_call_start. */
int cm_pricing_ask(cm_pricing *pricing, const cm_explained_plan *plan, cm_err *err) CM_MUST_CHECK;

/** How often a scan asks; CM_PRICE_UNKNOWN where that is not known. */
typedef struct cm_price_times {
  int64_t runs;   /* how often it runs, for the rows of the scans around it */
  int64_t values; /* of a list that is sent, in each run */
} cm_price_times;

/**
 * The price of a scan, once all plans were asked for.
 * @return SQLITE_OK, or the error of what was asked.
 */
int cm_pricing_find(const cm_pricing *pricing, const cm_explained_plan *plan,
                    const cm_price_times *times, cm_price *out, cm_err *err) CM_MUST_CHECK;

/** Does the scan send a list of values, as of IN? */
bool cm_pricing_sends_list(const cm_explained_plan *plan);

/** Ask how long the list is in which rows of a table are looked up by their names. As cm_pricing_ask. */
int cm_pricing_ask_table(cm_pricing *pricing, cm_session *session, const cm_resource *resource,
                         cm_err *err) CM_MUST_CHECK;

/**
 * The most requests that so many look-ups in such a list take, once it was asked for.
 * @param look_ups  CM_PRICE_UNKNOWN gives that.
 * @return as cm_pricing_find.
 */
int cm_pricing_look_ups(const cm_pricing *pricing, cm_session *session, const cm_resource *resource,
                        int64_t look_ups, int64_t *out, cm_err *err) CM_MUST_CHECK;

/** The most rows that a scan of a whole table can give; CM_PRICE_UNKNOWN where nobody has asked. */
int cm_pricing_rows(const cm_pricing *pricing, cm_session *session, const cm_resource *resource,
                    int64_t *out, cm_err *err) CM_MUST_CHECK;

/** How long so many requests take, by the last ones of the connection; below 0: not known. */
double cm_pricing_seconds(cm_session *session, int64_t requests, bool at_once);

void cm_pricing_clear(cm_pricing *pricing);

#endif
