/*
** scan_parts.h -- what the files that carry out a scan do for each other, file by file. The inside of a scan, which all of them
** see: read/scan_state.h.
*/
#ifndef CM_READ_SCAN_PARTS_H
#define CM_READ_SCAN_PARTS_H

#include "base/instant.h"
#include "read/leg.h"

typedef struct cm_scan_arg cm_scan_arg; /* see read/scan.h */

/* ---- read/legs.c --------------------------------------------------------------------------- */

/** Check the values and settle which read is made and what is sent. Codes as cm_scan_open. */
int cm_scan_settle(cm_scan *scan, cm_err *err) CM_MUST_CHECK;

/** How many legs the scan has in all; for one that walks its parent, more than can be. */
int64_t cm_scan_leg_total(const cm_scan *scan);

/** True when a parameter is given by IN: what its values ask for may hold the same rows. */
bool cm_scan_has_parameter_list(const cm_scan *scan);

/**
 * Start one leg at the end of the ring with the values of the lists, unless these can have no rows.
 * @param parent_key  Where the scan walks its parent: the key of the parent's row; else NULL.
 */
int cm_scan_start_leg(cm_scan *scan, const cm_value *parent_key, cm_err *err) CM_MUST_CHECK;

/** Turn the odometer of the lists. False when it has gone round. */
bool cm_scan_turn_lists(cm_scan *scan);

/** Close the oldest leg. */
void cm_scan_end_leg(cm_scan *scan);

/** True when the rows of the oldest leg can be had without waiting. */
bool cm_scan_leg_is_ready(const cm_scan *scan);

/**
 * May one more leg be started? Beyond `capacity` only while the answer of the oldest is late and fewer requests than
 * `concurrency` are under way: a slow answer stops only its own rows.
 */
bool cm_scan_may_run_ahead(const cm_scan *scan);

/* ---- read/scan_choices.c ------------------------------------------------------------------------ */

/** CM_LACK_LIST: let the scan ask for every value that the parameter can have. Codes as cm_scan_open. */
int cm_scan_ask_choices(cm_scan *scan, cm_err *err) CM_MUST_CHECK;

/**
 * Such a scan: is the current row to be shown? What several values of the list find is one row.
 * @return SQLITE_OK; SQLITE_ERROR where the row comes again and the list is not known; as cm_key_set_add.
 */
int cm_scan_accept_choice(cm_scan *scan, const cm_leg *leg, bool *accepted,
                          cm_err *err) CM_MUST_CHECK;

/* ---- read/scan_texts.c -------------------------------------------------------------------------- */

/** Is what is looked for said in this text? */
typedef bool cm_scan_says(const char *sql, void *context);

/** Ask about the texts of the running statements, and of the TEMP views that they name, until one says yes. */
int cm_scan_ask_texts(const cm_scan *scan, cm_scan_says *says, void *context, bool *found,
                      cm_err *err) CM_MUST_CHECK;

/* ---- read/scan_words.c -------------------------------------------------------------------------- */

/** Is a literal a known word of its column but for the way it is written? @return SQLITE_OK, or an error that says so. */
int cm_scan_check_words(const cm_scan *scan, cm_err *err) CM_MUST_CHECK;

/* ---- read/scan_days.c --------------------------------------------------------------------------- */

/** The days that the WHERE clause sets to parameters of a leg that are not given, see cm_widened. */
typedef struct cm_scan_days {
  cm_value first, last; /* NULL: not set; they borrow `texts` */
  char texts[2][CM_INSTANT_TEXT];
  bool is_empty; /* no day is left, so no row can match */
} cm_scan_days;

/** @param now_ms  The wall clock. @param out  Not to be copied. */
void cm_scan_find_days(const cm_scan *scan, const cm_leg *leg, int64_t now_ms, cm_scan_days *out);

/* ---- read/at_hand.c --------------------------------------------------------------------------- */

/** Put the scan into the session's list of open ones, and take it out. */
void cm_scan_list(cm_scan *scan);
void cm_scan_unlist(cm_scan *scan);

/**
 * A request as a question to the lists.
 * @param values  CM_LEG_MAX_VALUES, which the question borrows: those of the request, and those that it cannot carry,
 *                each in its term's place.
 */
void cm_scan_put_question(const cm_scan *scan, const cm_leg_request *request, cm_url_value *values,
                          cm_list_question *question);

/**
 * A look-up by key: is its row at hand, under another scan or in the store of a list? Then the leg has it
 * in `fixed`, which stays NULL where it has to be asked for.
 * @return SQLITE_OK or an error.
 */
int cm_scan_find_at_hand(cm_scan *scan, cm_leg *leg, const cm_leg_request *request,
                         cm_err *err) CM_MUST_CHECK;

/* ---- read/scan_ahead.c ------------------------------------------------------------------------ */

/** Something was asked for: ask ahead for what the next rows of the scans that it follows will ask for. */
void cm_scan_look_ahead(cm_scan *scan, const cm_leg_request *request);

/** Nothing had to be asked for the rows that other scans stand on: they are not passed over. */
void cm_scan_skip_ahead(cm_scan *scan);

/** The scan waits for that answer: ask for further ones, as long as fewer requests than `concurrency` are under way. */
void cm_scan_look_further(cm_scan *scan);

/* ---- read/scan_facts.c ------------------------------------------------------------------------- */

/** A scan begins: the line that shows progress can tell of it. */
void cm_scan_offer_facts(cm_session *session);

/* ---- read/enclosing.c ---------------------------------------------------------------------- */

/** True when a column of the current row stands in the row around it, which it came without and that was not looked for. */
bool cm_scan_lacks_enclosing(cm_scan *scan, int column);

/**
 * How the row around the current one is found.
 * @param is_hidden Also where the API hides it.
 * @param resource  Receives the table to scan; NULL: there is nothing to look for.
 * @param args      CM_PLAN_MAX_ARGS empty ones; the caller clears them whatever the result is.
 * @return SQLITE_OK, SQLITE_NOMEM; what a value of the row may return.
 */
int cm_scan_plan_enclosing(cm_scan *scan, bool is_hidden, const cm_resource **resource,
                           cm_plan *plan, cm_scan_arg *args, cm_err *err) CM_MUST_CHECK;

/** Keep the row around the current one: the row found, or what is around that. */
int cm_scan_keep_enclosing(cm_scan *scan, const cm_row *found, cm_err *err) CM_MUST_CHECK;

/** The scan goes on to another row: what was around this one is of no use any more. */
void cm_scan_forget_enclosing(cm_scan *scan);

/* ---- read/scan_answer.c ------------------------------------------------------------------------- */

/**
 * Is this answer, which is not a list, what was asked for: has it a key, or the list of the rows that it
 * encloses, and does it repeat the identifiers of the request? @return SQLITE_OK, or an error that says no.
 */
int cm_scan_check_answer(const cm_scan *scan, const cm_leg *leg, cm_slice text,
                         cm_err *err) CM_MUST_CHECK;

/** True when the items that are rows of the resource are objects: no column shows an item itself. */
bool cm_scan_has_object_items(const cm_resource *resource);

/* ---- read/scan_match.c -------------------------------------------------------------------------- */

/** Does a row match a term of the plan? One that is not checked matches. */
int cm_scan_term_matches(const cm_scan *scan, int arg, cm_row *row, bool *matches,
                         cm_err *err) CM_MUST_CHECK;

/** Does a row match all terms? A list that is sent counts with the value that the row's leg is bound to. */
int cm_scan_row_matches(const cm_scan *scan, cm_row *row, bool *matches, cm_err *err) CM_MUST_CHECK;

#endif
