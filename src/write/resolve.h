/*
** resolve.h -- the rows that a write names by external id, and what else its paths need, looked up before its calls
** go out.
**
** Where rows go that name their place by external id is looked up before any of them leaves, so that all rows of one
** place are found together whatever they call it. Only those names are asked for that no write of this transaction can
** change any more: one that is created here, or stands behind a run of DELETEs, is looked up when its row leaves. A
** look-up that fails says nothing here: the row asks again, and reports.
*/
#ifndef CM_WRITE_RESOLVE_H
#define CM_WRITE_RESOLVE_H

#include "change/change_names.h"
#include "write/settle.h"

/** Look up the places of rows that may go out in one call and name them by external id, before any of them leaves. */
void cm_queue_find_places(cm_queue *queue);

/**
 * In a COMMIT: count the rows that will be asked for, up to the next run of DELETEs, unless that was done since the
 * finder forgot all. Comes before any question after a row.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_queue_count_questions(cm_queue *queue, const cm_entry *asking, cm_err *err) CM_MUST_CHECK;

/** Does it wait for the external id of its customer, whom it names by his uuid, to go in an import? Rows that wait behind a run of DELETEs do not yet. */
bool cm_entry_wants_customer(const cm_queue *queue, const cm_entry *entry);

/** Count once more what such a row, and those inside it, will ask for: more is known of it. cm_asked_lists_end_count comes behind. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_entry_count_again(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/**
 * Find that external id in the list of customers, where that is read anyway or worth it. What is not found there may not go in
 * an import.
 * @return SQLITE_OK; SQLITE_NOMEM; SQLITE_INTERRUPT.
 */
int cm_entry_find_customer(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** Is there something to find it by, see cm_entry_own_question? */
bool cm_entry_can_be_found(const cm_entry *entry);

/**
 * What is asked to find a row: its natural key; of a part that went in an import the row that it went beside, which holds it.
 * @param values  Receives the key, to be freed; NULL: there is none.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_entry_own_question(cm_entry *entry, const cm_resource **of, char *values[2],
                          cm_err *err) CM_MUST_CHECK;

/** Ask for all names at once, then for what a path still needs. No question: the calls can be made. */
cm_end cm_entry_ask_names(cm_queue *queue, cm_entry *entry, cm_err *err);

/** Every question has its answer: take them. CM_END_NONE: more may be to ask. */
cm_end cm_entry_take_names(cm_queue *queue, cm_entry *entry, cm_err *err);

#endif
