/*
** queue_parts.h -- what the files of queue.h share: the queue, an entry, a look-up.
** Layer: client.  Nobody else includes it.
*/
#ifndef CM_QUEUE_PARTS_H
#define CM_QUEUE_PARTS_H

#include "call.h"
#include "queue.h"

enum {
  CM_QUEUE_BUCKETS = 8192,  /* of a hash table; a power of two */
  CM_QUEUE_WINDOW = 256,    /* entries that are looked at for one to start */
  CM_QUEUE_MAX_RUNNING = 20 /* entries under way at once; `concurrency` is smaller or equal */
};

typedef enum cm_entry_state {
  CM_ENTRY_QUEUED,
  CM_ENTRY_SENT,
  CM_ENTRY_WRITTEN,
  CM_ENTRY_REFUSED,
  CM_ENTRY_UNKNOWN
} cm_entry_state;

/** Where an entry that runs is. */
typedef enum cm_phase {
  CM_PHASE_IDLE,
  CM_PHASE_FIND,  /* looking whether the row exists, before it is created */
  CM_PHASE_NAME,  /* looking up what the row names */
  CM_PHASE_CALL,  /* a call is under way */
  CM_PHASE_VERIFY /* looking whether a create without an answer happened */
} cm_phase;

/** A question that several entries may share: one request, one answer. */
typedef struct cm_question {
  struct cm_question *next_in_bucket;
  char *key;
  const cm_resource *resource; /* asked by natural key; NULL: by a need */
  const cm_need *need;
  char *values[2]; /* of the natural key */
  cm_call *call;
  bool is_done;
  bool may_help; /* it failed, and asking again may help */
  int matches;   /* 0, 1, or 2 for several */
  char *uuid;    /* of the only match */
  char *row;     /* its text; NULL where it is not known (any more) */
  int code;      /* SQLITE_OK unless it failed */
  char *error;   /* the line of a failure */
  int holders;
  bool is_detached; /* no longer in the table: freed by the last holder */
} cm_question;

typedef enum cm_question_mode {
  CM_QUESTION_ANY,      /* the uuid is enough */
  CM_QUESTION_WITH_ROW, /* the row's text is needed */
  CM_QUESTION_AGAIN     /* ask again, whatever was answered before */
} cm_question_mode;

typedef struct cm_entry {
  int64_t id;
  struct cm_entry *next, *previous; /* of those that wait, in order */
  struct cm_entry *next_by_key, *next_by_natural;
  cm_change *change; /* owned; NULL when it has ended */
  const cm_resource *resource;
  cm_verb verb; /* of the statement */
  cm_entry_state state;
  bool is_waiting; /* in the list of those that wait, running or not */

  /* What blocks whom. */
  uint64_t key_token, natural_token; /* 0: none */
  uint64_t *names;                   /* tokens of the rows that it names */
  int name_count;
  int section; /* differs on the two sides of a run of DELETEs */
  struct cm_entry *blocker;
  size_t bytes;
  int64_t weight; /* records that a DELETE counts */

  /* While it runs. */
  cm_phase phase;
  bool look_first;        /* an earlier create of it got no answer */
  bool is_refused_before; /* the API refused it in words that may mean "exists already" */
  cm_question **questions;
  int question_count;
  cm_change_step *steps;
  int step_count, step;
  cm_call *call;
  cm_buf not_taken;

  /* How it ended. */
  char *label;
  int code;
  int status;
  char *error;
  char *uuid;
  char *taken_text; /* not_taken, once it has ended */
  char *body;
  char *response;
  size_t log_bytes; /* of body and response */
} cm_entry;

/** How the writes of the transaction fare. */
typedef struct cm_tally {
  int64_t written, left_alone, refused, unknown;
  int64_t new_unknown; /* since the sending began */
  const char *who;     /* table of the line that is told */
  int refused_code;    /* of the first refused one */
  char *refused_line;  /* "label: what the API said" */
  int failed_code;     /* of the first whose end is unknown, or that can be sent again */
  char *failed_line;
} cm_tally;

struct cm_queue {
  cm_session *session;
  int64_t next_id;

  cm_entry **log; /* ring of every entry, oldest first */
  int log_capacity, log_first, log_count;
  size_t log_bytes;
  int log_stripped; /* that many of the oldest have no bodies to strip */

  cm_entry *first_waiting, *last_waiting;
  cm_entry *by_key[CM_QUEUE_BUCKETS];
  cm_entry *by_natural[CM_QUEUE_BUCKETS];
  int waiting;
  size_t waiting_bytes;

  int64_t *savepoints; /* id of the first write behind each */
  int savepoint_count, savepoint_capacity;

  bool is_autocommit;
  bool is_failed; /* the transaction will be rolled back: what is left stays in the log */
  bool is_stopped;
  bool stays_open;              /* what fails now can be committed again */
  int64_t begun_id;             /* first write of the transaction */
  int64_t deleted;              /* records that the DELETEs of the transaction count */
  int64_t deleted_by_functions; /* likewise; they are gone already */
  bool was_alone;               /* the statement that they belong to was outside a transaction */
  cm_tally tally;

  cm_entry *running[CM_QUEUE_MAX_RUNNING];
  int running_count;

  cm_question *questions[CM_QUEUE_BUCKETS];
  int question_count;

  int64_t last_uuid_id; /* the write that session->last_uuid is of */
};

/* ---- queue.c ------------------------------------------------------------------------------- */

/** Hash of a row: of its key (`kind` 'k', second NULL) or its natural key ('n'). Never 0. */
uint64_t cm_queue_token(char kind, const char *resource, const char *first, const char *second);

/** Take an entry out of those that wait. */
void cm_queue_unlink(cm_queue *queue, cm_entry *entry);

/** Free what only a running entry needs. */
void cm_entry_rest(cm_entry *entry);
void cm_entry_free(cm_queue *queue, cm_entry *entry);

/* ---- queue_log.c --------------------------------------------------------------------------- */

int cm_queue_log_add(cm_queue *queue, cm_entry *entry, cm_err *err) CM_MUST_CHECK;
cm_entry *cm_queue_log_at(const cm_queue *queue, int index);
/** An entry has ended, for good: drop what the bounds of the log do not allow, be it this entry. */
void cm_queue_log_ended(cm_queue *queue, cm_entry *entry);
/** Drop the entries from `id` on that were never sent. */
void cm_queue_log_drop(cm_queue *queue, int64_t id);

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

/**
 * Add to `weight` the rows of a list, page by page until it passes `allowed`.
 * @param path  Of the list, with or without query.
 */
int cm_queue_count_rows(cm_session *session, const char *who, const char *path, int64_t allowed,
                        int64_t *weight, cm_err *err) CM_MUST_CHECK;

/* ---- queue_run.c --------------------------------------------------------------------------- */

/** Begin to carry out an entry that nothing blocks. */
void cm_entry_start(cm_queue *queue, cm_entry *entry);
/** Go on where an answer came. @return true when something happened. */
bool cm_entry_advance(cm_queue *queue, cm_entry *entry);

/* ---- queue_outcome.c ----------------------------------------------------------------------- */

/** It will not be sent any more: only its line in the log stays. */
void cm_entry_retire(cm_queue *queue, cm_entry *entry);
/** The row was written. */
void cm_entry_end_written(cm_queue *queue, cm_entry *entry);
/** OR IGNORE found the row: it is left alone. */
void cm_entry_end_left_alone(cm_queue *queue, cm_entry *entry);
/** The row is refused; the line is in `err`. */
void cm_entry_end_refused(cm_queue *queue, cm_entry *entry, const cm_err *err);
/** Nobody knows, and it will not be sent again. */
void cm_entry_end_unknown(cm_queue *queue, cm_entry *entry, const cm_err *err);
/** It failed in a way that can pass: it goes on waiting, and sending stops. */
void cm_entry_suspend(cm_queue *queue, cm_entry *entry, bool is_unknown, const cm_err *err);
/** Sending has stopped before the first call of it left: it goes on waiting. */
void cm_entry_park(cm_queue *queue, cm_entry *entry);
/** Error of the transaction, or SQLITE_OK. */
int cm_queue_result(cm_queue *queue, cm_err *err);

/* ---- queue_answer.c ------------------------------------------------------------------------ */

/** The object of an answer that belongs to the row. */
cm_slice cm_answer_object(const cm_change_step *step, cm_slice body);
/**
 * Take from the answer of a step what it says: uuid, columns not taken.
 * @return SQLITE_OK; SQLITE_CONSTRAINT when the answer to a create holds errors; SQLITE_NOMEM.
 */
int cm_entry_read_answer(cm_entry *entry, const cm_change_step *step, cm_slice object,
                         cm_err *err) CM_MUST_CHECK;
/** How sure an error is that the row exists already. */
typedef enum cm_exists { CM_EXISTS_NOT, CM_EXISTS_MAYBE, CM_EXISTS_SURELY } cm_exists;
/** @param object  The body of an error, or the object of an answer that holds errors. */
cm_exists cm_answer_says_exists(const cm_resource *resource, cm_slice object);

#endif
