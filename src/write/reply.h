/*
** reply.h -- what the answer to a write says: the new uuid, errors inside a success, "exists already", columns
** that were not taken.
** Pure: no I/O.
*/
#ifndef CM_WRITE_REPLY_H
#define CM_WRITE_REPLY_H

#include "write/entry.h"

/** The object of an answer that belongs to the row. */
cm_slice cm_reply_object(const cm_change_step *step, cm_slice body);

/**
 * Take from the answer of a step what it says: uuid, columns not taken.
 * @return SQLITE_OK; SQLITE_CONSTRAINT when the answer to a create holds errors; SQLITE_MISMATCH with the
 *         reason when it is not the answer to this row; SQLITE_NOMEM.
 */
int cm_entry_read_answer(cm_entry *entry, const cm_change_step *step, cm_slice object,
                         cm_err *err) CM_MUST_CHECK;

/** Take the uuid of a row from its object, if that shows one. */
int cm_entry_take_uuid(cm_entry *entry, cm_slice object, cm_err *err) CM_MUST_CHECK;

/** Append the errors of a record and of the objects in its lists. */
void cm_reply_put_errors(cm_slice object, cm_buf *out);

/**
 * Is a row that was found the one whose create was lost?
 * @param differs  Receives the names of the columns that say no, separated by ", ".
 */
int cm_entry_compare(cm_entry *entry, cm_slice row, cm_buf *differs, cm_err *err) CM_MUST_CHECK;

/**
 * May a row that was found stand for the one that is written? One that the API holds as invalid may not.
 * @return SQLITE_OK; SQLITE_CONSTRAINT with its errors; SQLITE_NOMEM.
 */
int cm_entry_check_found(const cm_entry *entry, const cm_question *found,
                         cm_err *err) CM_MUST_CHECK;

/** A value may be refused because it is a known word of its column written in another way: advise the words. */
void cm_entry_advise_words(const cm_entry *entry, cm_err *err);

/** How sure an error is that the row exists already. */
typedef enum cm_exists { CM_EXISTS_NOT, CM_EXISTS_MAYBE, CM_EXISTS_SURELY } cm_exists;

/** @param object  The body of an error, or the object of an answer that holds errors. */
cm_exists cm_reply_says_exists(const cm_resource *resource, cm_slice object);

#endif
