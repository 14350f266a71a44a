/*
** outcome.h -- how a write ended, and what the statement or COMMIT says about all of them. The end of an entry is
** that of its followers, too.
*/
#ifndef CM_WRITE_OUTCOME_H
#define CM_WRITE_OUTCOME_H

#include "write/entry.h"

/** It will not be sent any more: only its line stays, `dropped` where it never left. */
void cm_entry_retire(cm_queue *queue, cm_entry *entry);

/** The row was written. */
void cm_entry_end_written(cm_queue *queue, cm_entry *entry);

/** OR IGNORE found the row: it is left alone. */
void cm_entry_end_left_alone(cm_queue *queue, cm_entry *entry);

/** A row that travelled in a refused call stands there already. */
void cm_entry_end_exists(cm_queue *queue, cm_entry *entry);

/** Do refusals make the statement, or COMMIT, fail? Not where they are ignored. */
bool cm_queue_counts_refusals(const cm_queue *queue);

/** Note the first of its kind, to be told: "c2: POST /customers failed (...): correct ..." */
void cm_queue_tell_first(cm_told *told, const cm_entry *entry, const cm_err *err);

/** The row is refused, or unknown where an earlier call of it is in doubt; the line is in `err`. */
void cm_entry_end_refused(cm_queue *queue, cm_entry *entry, const cm_err *err);

/** Two rows have its natural key, as its question says. */
void cm_entry_refuse_two(cm_queue *queue, cm_entry *entry);

/** Nobody knows, and it will not be sent again. */
void cm_entry_end_unknown(cm_queue *queue, cm_entry *entry, const cm_err *err);

/** It failed in a way that can pass: it goes on waiting, and sending stops. */
void cm_entry_suspend(cm_queue *queue, cm_entry *entry, const cm_err *err);

/** Put another advice behind what happened. */
void cm_entry_advise(const cm_entry *entry, const char *advice, cm_err *err);

/** Sending has stopped before the first call of it left: it goes on waiting. */
void cm_entry_park(cm_queue *queue, cm_entry *entry);

/** Error of the transaction, or SQLITE_OK. */
int cm_queue_result(cm_queue *queue, cm_err *err);

#endif
