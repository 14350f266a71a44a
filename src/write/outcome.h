/*
** outcome.h -- what the statement or COMMIT says about the writes that have ended.
** Pure: no I/O.
*/
#ifndef CM_WRITE_OUTCOME_H
#define CM_WRITE_OUTCOME_H

#include "write/state.h"

/** What a line says has happened: without the table in front and the advice behind. @return its length. */
int cm_outcome_what(const cm_entry *entry, const char *line, const char **what);

/** Length of what a line says has happened, without the advice behind it. */
int cm_outcome_without_advice(const char *line);

/** Put another advice behind what happened. */
void cm_entry_advise(const cm_entry *entry, const char *advice, cm_err *err);

/** The API says of a plain INSERT that its row exists: what the statement can say of such rows. */
void cm_entry_advise_exists(const cm_entry *entry, cm_err *err);

/**
 * The line of a row that stands there already, since when is not known: a call that is refused may have been made in
 * part.
 */
void cm_entry_tell_exists(const cm_entry *entry, cm_err *err);

/** The line of a row whose natural key two rows have, as its question says. */
void cm_entry_tell_two(const cm_entry *entry, cm_err *err);

/** Note the first of its kind, which is reported: "c2: POST /customers failed (...): correct ..." */
void cm_outcome_note_first(cm_first_error *first, const cm_entry *entry, const cm_err *err);

/** The same of refused rows: one that was refused for another one gives way to that. @return true when it is this one, by now. */
bool cm_outcome_note_refused(cm_first_error *first, const cm_entry *entry, const cm_err *err);

/** Do refusals make the statement, or COMMIT, fail? Not where they are ignored. */
bool cm_queue_counts_refusals(const cm_queue *queue);

/** Error of the transaction, or SQLITE_OK. */
int cm_queue_result(cm_queue *queue, cm_err *err);

/** Free the lines and begin anew. */
void cm_tally_clear(cm_tally *tally);

/** Forget the first of those of which none is left: they were rolled back. */
void cm_tally_forget_none(cm_tally *tally);

#endif
