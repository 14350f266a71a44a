/*
** queue_parts.h -- the functions that the files of queue.h share.
** Layer: client.  Nobody else includes it.
*/
#ifndef CM_QUEUE_PARTS_H
#define CM_QUEUE_PARTS_H

#include "call.h"
#include "change_name.h"
#include "queue_outcome.h"

/* ---- queue.c ------------------------------------------------------------------------------- */

/** Hash of a row: of its key (`kind` 'k', second NULL) or its natural key ('n'). Never 0. */
uint64_t cm_queue_token(char kind, const char *resource, const char *first, const char *second);

/** Make the queue of a session unless it has one. */
int cm_queue_open(cm_session *session, cm_err *err) CM_MUST_CHECK;

void cm_queue_clear_tally(cm_tally *tally);

/** Replace a text that belongs to an outcome. Where memory runs out the statement has to say so. */
void cm_queue_put_text(cm_queue *queue, char **text, const char *new_text);

/** In autocommit: may further rows come before something is sent, or has ended? */
bool cm_queue_has_room(const cm_queue *queue);

/** Take an entry out of those that wait. */
void cm_queue_unlink(cm_queue *queue, cm_entry *entry);

/** Free what only a running entry needs. */
void cm_entry_rest(cm_entry *entry);
void cm_entry_free(cm_queue *queue, cm_entry *entry);

uint64_t cm_queue_token_of(char kind, const cm_resource *resource, const cm_value *first,
                           const cm_value *second);
/** Another row whose earlier writes come first. */
int cm_entry_add_name(cm_entry *entry, uint64_t token);

/* ---- queue_log.c --------------------------------------------------------------------------- */

int cm_queue_log_add(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;
cm_entry *cm_queue_log_at(const cm_queue *queue, int index);
/** An entry has ended, for good: drop what the bounds of the log do not allow, be it this entry. */
void cm_queue_log_ended(cm_queue *queue, cm_entry *entry);

/* ---- queue_question.c ------------------------------------------------------------------------ */

/**
 * Ask for a row by natural key, or for what a need wants: shared with whoever asks the same.
 * @param out  Receives the look-up; let it go with cm_question_release.
 * @return SQLITE_OK, or what cm_call_start says.
 */
int cm_question_row(cm_queue *queue, const cm_resource *resource, const char *const values[2],
                    const char *who, cm_question_mode mode, cm_question **out,
                    cm_err *err) CM_MUST_CHECK;
int cm_question_need(cm_queue *queue, const cm_need *need, const char *path, const char *who,
                     cm_question **out, cm_err *err) CM_MUST_CHECK;
/** Ask whether the set in a member of an answer has a member of this name. */
int cm_question_member(cm_queue *queue, const char *path, const char *list, const char *name,
                       const char *who, cm_question **out, cm_err *err) CM_MUST_CHECK;
/** True when the answer is there; reads it the first time. */
bool cm_question_poll(cm_question *question, const char *who);
/** Its failure. @return SQLITE_OK when there is none. */
int cm_question_error(const cm_question *question, cm_err *err);
void cm_question_release(cm_question *question);
/** Remember a row that was just created; a look-up of it need not ask. */
void cm_question_remember(cm_queue *queue, const cm_resource *resource, const char *const values[2],
                          const char *uuid);
/** Forget what is known of a row. */
void cm_question_forget(cm_queue *queue, const cm_resource *resource, const char *const values[2]);
/** Forget all that nobody holds. */
void cm_question_forget_all(cm_queue *queue);

/* ---- queue_delete.c ------------------------------------------------------------------------ */

/**
 * Weigh an entry: how many records a DELETE takes away, for which it may ask the API; how many members an
 * UPDATE takes out of sets.
 * @return SQLITE_OK; SQLITE_ERROR beyond delete_limit; what the calls say.
 */
int cm_queue_weigh(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/* ---- queue_send.c -------------------------------------------------------------------------- */

/** Does a write of the row with this token wait in front of the entry? */
bool cm_queue_is_written_before(const cm_queue *queue, const cm_entry *entry, uint64_t token);
/** Entries have come back from being under way: whom they block is to be found out again. */
void cm_queue_forget_blockers(cm_queue *queue);

/* ---- queue_batch.c ------------------------------------------------------------------------- */

/** Note with whom an entry may travel. */
int cm_batch_note(cm_entry *entry, cm_err *err) CM_MUST_CHECK;
/** Put an entry that begins to wait where those are found that may travel with it, and take it out. */
void cm_batch_link(cm_queue *queue, cm_entry *entry);
void cm_batch_unlink(cm_queue *queue, cm_entry *entry);
/** The same for all that wait, where cm_batch_note has noted something else since. */
void cm_batch_link_all(cm_queue *queue);
/** How many rows may travel with this one; 1: it goes alone. */
int cm_batch_size(const cm_entry *entry);
/** Begin a batch with an entry that nothing blocks. @return false when nobody can travel with it. */
bool cm_batch_start(cm_queue *queue, cm_entry *first);
/** Go on where answers came. @return true when something happened. */
bool cm_batch_advance(cm_queue *queue, cm_batch *batch);
/** An entry travels no longer. */
void cm_batch_leave(cm_entry *entry);
void cm_batch_free_all(cm_queue *queue);

/* ---- queue_place.c ------------------------------------------------------------------------- */

/** Look up the places that rows name which may travel together, before any of them leaves. */
void cm_queue_find_places(cm_queue *queue);

/* ---- queue_run.c --------------------------------------------------------------------------- */

/** Begin to carry out an entry that nothing blocks. */
void cm_entry_start(cm_queue *queue, cm_entry *entry);
/** The same for a member of a batch: all but its call. */
void cm_entry_begin(cm_queue *queue, cm_entry *entry);
/** Go on where an answer came. @return true when something happened. */
bool cm_entry_advance(cm_queue *queue, cm_entry *entry);
/** Make the calls and begin with the first, or go on with the next. */
void cm_entry_begin_steps(cm_queue *queue, cm_entry *entry);
/** An error before anything of this step was sent: it passes, or it refuses the row. */
void cm_entry_stop(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err);
/** Start the call of the step that an entry is at. @param body  What goes out, for it and its batch. */
int cm_entry_start_call(cm_queue *queue, const cm_entry *entry, const char *body, cm_call **out,
                        cm_err *err) CM_MUST_CHECK;
/** The call of its step worked: take its object of the answer, and go on or end. */
void cm_entry_take_object(cm_queue *queue, cm_entry *entry, cm_slice object);
/**
 * A write may have happened: a create is looked for, anything else can be sent again, if that may help.
 * It stays in doubt until it worked, or a look has shown more.
 */
void cm_entry_doubt(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err);
/** The line of an answer that is no JSON. */
void cm_entry_tell_odd(const cm_entry *entry, const char *why, cm_err *err);
/** True when every question of the entry has its answer. */
bool cm_entry_is_answered(const cm_entry *entry);
void cm_entry_drop_questions(cm_entry *entry);

/* ---- queue_name.c -------------------------------------------------------------------------- */

/** Ask for a name, among the questions of the entry. */
int cm_entry_ask_name(cm_queue *queue, cm_entry *entry, const cm_name *name,
                      cm_err *err) CM_MUST_CHECK;
/** Ask for all names at once, then for what a path still needs; nothing to ask: begin the calls. */
void cm_entry_begin_names(cm_queue *queue, cm_entry *entry);
bool cm_entry_advance_names(cm_queue *queue, cm_entry *entry);

/* ---- queue_whole_list.c --------------------------------------------------------------------- */

/**
 * Note which list an entry changes, where the API takes lists of its table only as a whole.
 * @param parent  Receives the token of the row that the list belongs to; 0: none.
 */
int cm_whole_list_note(cm_entry *entry, uint64_t *parent, cm_err *err) CM_MUST_CHECK;
/** Gather who travels with it, and begin to read the list. */
void cm_whole_list_start(cm_queue *queue, cm_entry *entry);
/** Go on with the reading, as cm_entry_advance. */
bool cm_whole_list_advance(cm_queue *queue, cm_entry *entry);
/** Free what was read. */
void cm_whole_list_rest(cm_entry *entry);

/* ---- queue_answer.c ------------------------------------------------------------------------ */

/** The object of an answer that belongs to the row. */
cm_slice cm_answer_object(const cm_change_step *step, cm_slice body);
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
void cm_answer_put_errors(cm_slice object, cm_buf *out);
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
/** How sure an error is that the row exists already. */
typedef enum cm_exists { CM_EXISTS_NOT, CM_EXISTS_MAYBE, CM_EXISTS_SURELY } cm_exists;
/** @param object  The body of an error, or the object of an answer that holds errors. */
cm_exists cm_answer_says_exists(const cm_resource *resource, cm_slice object);

#endif
