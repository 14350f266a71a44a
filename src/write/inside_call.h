/*
** inside_call.h -- the call that carries a row and its parts: found before it, in its body, in its answer.
** Tests: tests/cases/write/inside/
*/
#ifndef CM_WRITE_INSIDE_CALL_H
#define CM_WRITE_INSIDE_CALL_H

#include "write/entry.h"

/** Find the parts of all rows that wait, before a transaction is sent. A row that stands in a list of its host goes behind it. */
void cm_inside_find_all(cm_queue *queue);

/** The sending is over: let all go but those of a host in doubt. */
void cm_inside_end_all(cm_queue *queue);

/** Nothing moves any more: the parts that are blocked, else all, go behind their hosts. @return true when there was one. */
bool cm_inside_let_go_blocked(cm_queue *queue);

/** The parts join the shipment of their host: they end as it does. */
void cm_inside_chain(cm_entry *host);

/** One of the parts could not be looked up now: all of them wait. */
void cm_inside_park_parts(cm_queue *queue, cm_entry *host);

/** Make the calls of an entry, the parts in its body. @return as cm_change_steps. */
int cm_inside_make_steps(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** Nothing is in doubt any more of an entry and its parts. */
void cm_inside_end_doubt(cm_entry *host);

/** The row was sent and is not there: what goes out now is made anew. */
void cm_inside_renew(cm_entry *host);

/**
 * May a row that was found stand for the one that is written? See cm_entry_check_found; under OR IGNORE and OR
 * REPLACE its frozen columns must be as they were given, the parts counted or not.
 * @return SQLITE_OK; SQLITE_CONSTRAINT; SQLITE_NOMEM.
 */
int cm_inside_check_found(cm_entry *entry, const cm_question *found, cm_err *err) CM_MUST_CHECK;

/** The row exists already: its parts are on their own, and no longer in its change. */
void cm_inside_release(cm_queue *queue, cm_entry *host);

/** The item of a part in an object of its host: by its external id, else by its place. Absent: none is surely this one. */
cm_slice cm_inside_find_item(cm_queue *queue, cm_entry *part, cm_slice object);

/** The row was written: each part takes its item of the answer. One that is not shown ends unknown. */
void cm_inside_take_items(cm_queue *queue, cm_entry *host, cm_slice object);

/** The answer shows errors: each part takes what its own item says. */
void cm_inside_take_errors(cm_queue *queue, cm_entry *host, cm_slice object);

#endif
