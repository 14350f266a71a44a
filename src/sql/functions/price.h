/*
** price.h -- what a scan of a plan costs: how many requests, how long, and what would cost less.
** Owns: the answers to what it asked.  Tests: tests/cases/functions/explain/
**
** The length of a list that no scan of the connection has read to its end is asked for, with one request of one row; the
** same list once. A number that nobody can tell is CM_PRICE_UNKNOWN.
*/
#ifndef CM_SQL_FUNCTIONS_PRICE_H
#define CM_SQL_FUNCTIONS_PRICE_H

#include "client/call.h"
#include "sql/explained.h"

enum { CM_PRICE_UNKNOWN = -1, CM_PRICE_ADVICE = 600 };

typedef struct cm_asked_length {
  cm_session *session; /* not owned */
  char *path;          /* of the list; owned */
  cm_call *call;       /* owned */
} cm_asked_length;

/** Zeroed it has asked nothing. */
typedef struct cm_pricing {
  cm_asked_length *asked; /* owned */
  int count;
} cm_pricing;

typedef struct cm_price {
  int64_t rows;                 /* that one run of the scan reads */
  int64_t requests;             /* of all its runs */
  double seconds;               /* for them; below 0: not known */
  char advice[CM_PRICE_ADVICE]; /* "": none */
} cm_price;

/** Ask what has to be asked for this plan; nothing is waited for. Codes as cm_call_start. */
int cm_pricing_ask(cm_pricing *pricing, const cm_explained_plan *plan, cm_err *err) CM_MUST_CHECK;

/**
 * The price of a scan, once all plans were asked for.
 * @param runs  How often it runs, for the rows of the scans around it; CM_PRICE_UNKNOWN.
 * @return SQLITE_OK, or the error of what was asked.
 */
int cm_pricing_find(const cm_pricing *pricing, const cm_explained_plan *plan, int64_t runs,
                    cm_price *out, cm_err *err) CM_MUST_CHECK;

/** How long so many requests take, by the last ones of the connection; below 0: not known. */
double cm_pricing_seconds(cm_session *session, int64_t requests, bool at_once);

void cm_pricing_clear(cm_pricing *pricing);

#endif
