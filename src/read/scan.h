/*
** scan.h -- a plan carried out: which requests are made, in which order their rows come, which of
** them match.
** Owns: the values of the WHERE clause, the legs under way, the current row.
** Tests: tests/cases/read/
**
** A scan is a row of *legs*: one for a plain list, one per value of an IN, one per parent where a table
** is walked below its parents. Up to `concurrency` requests are under way at once; their rows come in the
** order of the legs, so the result does not depend on which answer is first. An answer that is late holds up its
** own rows: meanwhile further legs are started, and what they are answered is kept, up to a bound.
*/
#ifndef CM_READ_SCAN_H
#define CM_READ_SCAN_H

#include "read/leg.h"

/** The values of one argument of the plan. Owned. */
typedef struct cm_scan_arg {
  cm_value *values; /* of a list: sorted, no NULL among them */
  int count;
} cm_scan_arg;

/**
 * Start a scan. Requests leave, nothing is waited for.
 *
 * @param plan  Copied.
 * @param args  One per argument of the plan. The scan takes the values over, on failure too.
 * @param out   Receives the scan; end it with cm_scan_close.
 * @return SQLITE_OK; SQLITE_ERROR for a value that compares wrongly without a word (a timestamp with
 *         "T"), for a plan without a read (it says which column is missing); what a request may return.
 */
int cm_scan_open(cm_session *session, const cm_resource *resource, const cm_plan *plan,
                 cm_scan_arg *args, cm_scan **out, cm_err *err) CM_MUST_CHECK;

/** Move to the next matching row. @return SQLITE_ROW, SQLITE_DONE, or an error. */
int cm_scan_next(cm_scan *scan, cm_err *err) CM_MUST_CHECK;

/** The current row after SQLITE_ROW. Borrowed, valid until the next move. */
cm_row *cm_scan_row(cm_scan *scan);

/**
 * The value of a column of the current row, as cm_row_peek. For a column of the row around it, which it may
 * have come without, a request may be needed: codes of cm_scan_next too.
 */
int cm_scan_peek(cm_scan *scan, int column, cm_value *out, cm_err *err) CM_MUST_CHECK;

/** The error of a parameter that the statement uses and SQLite hands no value over for. @return SQLITE_ERROR, SQLITE_NOMEM. */
int cm_scan_refuse_parameter(const cm_scan *scan, int column, cm_err *err) CM_MUST_CHECK;

/** NULL: nothing. */
void cm_scan_close(cm_scan *scan);

/** Free the values of an argument that no scan took over. */
void cm_scan_arg_clear(cm_scan_arg *arg);

#endif
