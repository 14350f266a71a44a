/*
** queue_state.h -- the inside of the queue: an entry, a question, how the transaction fares.
** Layer: client.  Only the files of queue.h include it.
*/
#ifndef CM_QUEUE_STATE_H
#define CM_QUEUE_STATE_H

#include "change_step.h"
#include "cursor_guard.h"
#include "queue_inside.h"

enum {
  CM_QUEUE_BUCKETS = 8192,   /* of a hash table; a power of two */
  CM_QUEUE_WINDOW = 256,     /* entries not under way that are looked at for one to start */
  CM_QUEUE_MAX_RUNNING = 20, /* entries and batches under way; `concurrency` is smaller or equal */
  CM_QUEUE_MAX_PAGES = 10000 /* of a list that is read to be replaced */
};

typedef enum cm_entry_state {
  CM_ENTRY_QUEUED,
  CM_ENTRY_SENT,
  CM_ENTRY_WRITTEN,
  CM_ENTRY_REFUSED,
  CM_ENTRY_UNKNOWN,
  CM_ENTRY_DROPPED,
  CM_ENTRY_DRY_RUN
} cm_entry_state;

/** Where an entry that runs is. */
typedef enum cm_phase {
  CM_PHASE_IDLE,
  CM_PHASE_FIND,   /* looking whether the row exists, before it is created */
  CM_PHASE_NAME,   /* looking up what the row names */
  CM_PHASE_INSIDE, /* the rows that go inside look up what they name */
  CM_PHASE_LIST,   /* reading the list that the call replaces */
  CM_PHASE_FOLLOW, /* the call of another entry, or of its batch, is its own */
  CM_PHASE_READY,  /* it waits until its whole batch is */
  CM_PHASE_CALL,   /* a call is under way */
  CM_PHASE_VERIFY  /* looking whether a create without an answer happened */
} cm_phase;

/** A question that several entries may share: one request, one answer. */
typedef struct cm_question {
  struct cm_question *next_in_bucket;
  char *key;
  const cm_resource *resource; /* asked by natural key; NULL: by a need */
  const cm_need *need;
  char *values[2];         /* of the natural key; [0] the name of a member of `member_list` */
  const char *member_list; /* asked whether this member of the answer has a member of that name */
  cm_session *session;     /* that asks: it lives longer */
  cm_call *call;
  bool is_done, may_help; /* it failed, and asking again may help */
  int matches;            /* 0, 1, or 2 for several */
  char *uuid;             /* of the only match */
  char *row;              /* its text; NULL where it is not known (any more) */
  int code;               /* SQLITE_OK unless it failed */
  char *error;            /* the line of a failure */
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
  struct cm_entry *next_by_key, *next_by_natural, *next_by_batch, *next_by_set;
  cm_change *change; /* owned; NULL when it has ended */
  const cm_resource *resource;
  cm_verb verb; /* of the statement */
  cm_entry_state state;
  bool is_refused_early; /* before it waited, and its statement went on */
  bool is_waiting;       /* in the list of those that wait, running or not */
  /* What blocks whom. */
  uint64_t key_token, natural_token; /* 0: none */
  uint64_t set_token; /* key of the row whose set it writes one member of, see cm_member_of */
  bool is_blind_set;  /* it may write a set of a row that it finds by its natural key only */
  uint64_t *names;    /* tokens of the rows that it names */
  int name_count;
  int section, run; /* differ on the two sides of a run of DELETEs, of another verb on the table */
  struct cm_entry *blocker;
  size_t bytes;
  int64_t weight;  /* records that it counts against delete_limit */
  int64_t filters; /* of the session when it was added: rows of one UPDATE have the same */
  /* While it runs. */
  cm_phase phase;
  bool is_doubtful; /* a call left and may have done it: until a success or a look says more */
  bool goes_again;  /* a create that is sent again when the look finds nothing */
  int sent_before;  /* how often that has happened */
  bool is_absent;   /* it was looked for, and its create waits for the end of the statement */
  cm_question **questions;
  int question_count;
  cm_change_step *steps;
  int step_count, step;
  cm_call *call;
  cm_buf not_taken;
  /* A row that may travel with others, see queue_batch.c. */
  uint64_t batch_token;   /* equal where the call is the same; 0: it goes alone */
  bool is_place_named;    /* the call's path has to be looked up yet */
  struct cm_batch *batch; /* it travels in; NULL: none */
  bool goes_alone;        /* a batch of it was refused */
  char *refusal;          /* of the API, and nobody has looked yet whether it is there; owned */
  cm_inside inside;
  /* A change of a list that is replaced as a whole, see queue_whole_list.c. */
  const cm_write *list_write; /* NULL: any other write */
  uint64_t list_token;        /* which list; 0: none */
  struct cm_entry *follower;  /* the next change of the list that travels with this one */
  cm_json *list;              /* as read so far; owned */
  size_t list_bytes;          /* of its items */
  cm_cursor_guard list_guard;
  char *label;
  char *owner; /* of a row without a label: the row that it belongs to, "customer_uuid cus_1" */
  int code, status, refusal_code; /* at its end, of the answer, of `refusal` */
  char *error;
  const char *note; /* shown where there is no error: why it was dropped, what lasts; static */
  char *uuid;
  char *taken_text; /* not_taken, once it has ended */
  char *body, *response;
  size_t log_bytes; /* of body and response */
} cm_entry;

/** Rows that travel in one call. */
typedef struct cm_batch {
  cm_entry *members[CM_MAX_BATCH_ROWS]; /* in the order of the queue */
  int count;
  cm_call *call; /* NULL: each of them is looking something up */
} cm_batch;

/** Entries that may travel together, in the order of the queue; other tokens share the bucket. */
typedef struct cm_batch_chain {
  cm_entry *first, *last;
} cm_batch_chain;

/** The first of its kind, which is told. */
typedef struct cm_told {
  int code;        /* SQLITE_OK: there is none */
  const char *who; /* its table */
  char *line;      /* "label: what the API said"; owned; NULL when memory ran out */
} cm_told;

/** How the writes of the transaction fare. */
typedef struct cm_tally {
  bool is_out_of_memory; /* something that belongs to an outcome could not be kept */
  int64_t written, left_alone, refused, unknown, kept; /* kept: refused, but stored with errors */
  int64_t refused_early; /* before they waited, in statements that went on */
  bool is_broken;        /* a refusal that no setting makes light of: the key, the connection */
  cm_told first_refused;
  cm_told first_early;                 /* of refused_early */
  cm_told first_failed, first_unknown; /* it can be sent again, or not; the second is kept */
} cm_tally;

struct cm_queue {
  cm_session *session;
  int64_t next_id;

  cm_entry **log; /* ring of every entry, oldest first */
  int log_capacity, log_first, log_count;
  size_t log_bytes, log_dropped_bytes; /* of bodies and responses: of all, of dropped writes */
  int log_stripped, log_stripped_dropped, log_stripped_all; /* so many of the oldest are done */

  cm_entry *first_waiting, *last_waiting;
  cm_entry *by_key[CM_QUEUE_BUCKETS];
  cm_entry *by_natural[CM_QUEUE_BUCKETS];
  cm_entry *by_set[CM_QUEUE_BUCKETS];
  int blind_sets; /* entries that wait with is_blind_set */
  cm_batch_chain by_batch[CM_QUEUE_BUCKETS];
  int waiting;
  size_t waiting_bytes;

  int64_t *savepoints; /* id of the first write behind each */
  int savepoint_count, savepoint_capacity;

  bool is_autocommit;
  bool is_streaming;  /* in autocommit creates leave as they come: more came than may wait */
  bool holds_creates; /* what is found to be absent is not created yet */
  bool is_failed;     /* the transaction will be rolled back: what is left stays in the log */
  bool is_stopped;
  bool stays_open;              /* what fails now can be committed again */
  int64_t begun_id;             /* first write of the transaction */
  int64_t deleted;              /* records that the DELETEs of the transaction count */
  int64_t deleted_by_functions; /* likewise; they are gone already */
  bool was_alone;               /* the statement that they belong to was outside a transaction */
  cm_tally tally;

  cm_entry *running[CM_QUEUE_MAX_RUNNING];
  int running_count;
  cm_batch *batches[CM_QUEUE_MAX_RUNNING];
  int batch_count;

  cm_question *questions[CM_QUEUE_BUCKETS];
  int question_count;

  int64_t last_uuid_id; /* the write that session->last_uuid is of */
};

#endif
