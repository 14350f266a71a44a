/*
** entry.h -- one write, from the statement that makes it to its line in the log, and the queue of a session.
** Only the files of write/queue.h include it.
*/
#ifndef CM_WRITE_ENTRY_H
#define CM_WRITE_ENTRY_H

#include "base/map.h"
#include "read/pager.h"
#include "write/change_calls.h"
#include "write/finder.h"
#include "write/tally.h"
#include "write/token.h"

enum {
  CM_QUEUE_BUCKETS = 8192,    /* of a hash table; a power of two */
  CM_QUEUE_WINDOW = 256,      /* entries not under way that are looked at for one to start */
  CM_QUEUE_MAX_SHIPMENTS = 20 /* under way; `concurrency` is smaller or equal */
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

/**
 * Where a write is. Each phase but IDLE and the two that a shipment ends (READY, CALL) waits for answers of its own.
 *
 *   IDLE -> FIND -> INSIDE -> NAME -> READY -> CALL -> READY: its next call
 *   IDLE -> LIST -> READY                      CALL -> VERIFY -> READY: sent again
 *
 * From every phase a write can end (cm_end in write/settle.h); one that goes on waiting is IDLE again.
 */
typedef enum cm_phase {
  CM_PHASE_IDLE,   /* it waits to start: for other writes, or for room */
  CM_PHASE_FIND,   /* looking whether the row exists, before it is created */
  CM_PHASE_NAME,   /* looking up what the row names */
  CM_PHASE_INSIDE, /* the rows that go inside look up what they name */
  CM_PHASE_LIST,   /* reading the list that the call replaces */
  CM_PHASE_READY,  /* its call can be made when all rows of the shipment are ready */
  CM_PHASE_CALL,   /* the call of its shipment is under way */
  CM_PHASE_VERIFY  /* looking whether a create without an answer happened */
} cm_phase;

typedef struct cm_entry cm_entry;
typedef struct cm_shipment cm_shipment;

/** Rows that go out inside another, see write/inside.h. */
typedef struct cm_inside {
  cm_entry *host;   /* this row goes inside; NULL: none */
  int place, total; /* of a part: its place in the list that was sent, and how long that was */
  cm_entry *next;   /* part of the same host */
  cm_entry *first, *last; /* parts of this row, in the order of the queue */
  cm_entry *behind;       /* this row could not go inside, and waits for the end of that one */
  bool has_behind;        /* there are such rows */
  char *lacks;  /* that should go inside and was refused: "'l2' of chartmogul_line_items"; owned */
  bool are_put; /* the parts are in the lists of the change */
} cm_inside;

struct cm_entry {
  int64_t id;
  cm_entry *next, *previous;              /* of those that wait, in order */
  cm_map_node by_key, by_natural, by_set; /* see cm_waiting_by_key */
  cm_entry *next_by_batch;
  cm_change *change; /* owned; NULL when it has ended */
  const cm_resource *resource;
  cm_verb verb; /* of the statement */
  cm_entry_state state;
  bool is_refused_early, is_counted_unknown; /* in the tally; before it waited, or at its end */
  uint64_t host_token; /* refused in this transaction: of the row that lacks it now; 0: none */
  bool is_waiting;     /* in the list of those that wait, running or not */
  /* What blocks whom. */
  uint64_t key_token, natural_token; /* 0: none */
  uint64_t set_token; /* key of the row whose set it writes one member of, see cm_member_of */
  bool is_blind_set;  /* it may write a set of a row that it finds by its natural key only */
  uint64_t *names;    /* tokens of the rows that it names */
  int name_count;
  int section, run; /* differ on the two sides of a run of DELETEs, of another verb on the table */
  cm_entry *blocker;
  size_t bytes;
  int64_t weight;  /* records that it counts against delete_limit */
  int64_t filters; /* of the session when it was added: rows of one UPDATE have the same */
  /* While it runs. */
  cm_phase phase;
  bool is_doubtful;      /* a call left and may have done it: until a success or a look says more */
  bool goes_again;       /* a create that is sent again when the look finds nothing */
  int sent_before;       /* how often that has happened */
  bool is_absent;        /* it was looked for, and its create waits for the end of the statement */
  cm_shipment *shipment; /* that carries it; NULL: none */
  cm_entry *next_carried; /* of the same shipment */
  cm_entry *leader;       /* of the same shipment, which it ends with; NULL: it ends by itself */
  cm_question **questions;
  int question_count;
  cm_change_step *steps;
  int step_count, step;
  cm_buf not_taken;
  /* A row that may go out in one call with others, see write/group.h. */
  uint64_t batch_token; /* equal where the call is the same; 0: it goes alone */
  bool is_place_named;  /* the call's path has to be looked up yet */
  bool goes_alone;      /* a call of it and others was refused */
  char *refusal;        /* of the API, and nobody has looked yet whether it is there; owned */
  cm_inside inside;
  /* A change of a list that is replaced as a whole, see write/whole_list.h. */
  const cm_write *list_write; /* NULL: any other write */
  uint64_t list_token;        /* which list; 0: none */
  cm_json *list;              /* as read so far; owned */
  size_t list_bytes;          /* of its items */
  cm_pager *list_pager;       /* that reads it; owned; NULL: it is not read */
  char *label;
  char *owner; /* of a row without a label: the row that it belongs to, "customer_uuid cus_1" */
  int code, status, refusal_code; /* at its end, of the answer, of `refusal` */
  char *error;
  const char *note; /* shown where there is no error: why it was dropped, what lasts; static */
  char *uuid, *taken_text; /* the second: not_taken, once it has ended */
  char *body, *response;
  size_t log_bytes; /* of body and response */
};

/** Entries that may go out in one call, in the order of the queue; other tokens share the bucket. */
typedef struct cm_batch_chain {
  cm_entry *first, *last;
} cm_batch_chain;

struct cm_queue {
  cm_session *session;
  int64_t next_id;

  cm_entry **log; /* ring of every entry, oldest first */
  int log_capacity, log_first, log_count;
  size_t log_bytes, log_dropped_bytes; /* of bodies and responses: of all, of dropped writes */
  int log_stripped, log_stripped_dropped, log_stripped_all; /* so many of the oldest are done */

  cm_entry *first_waiting, *last_waiting;
  cm_map by_key, by_natural, by_set; /* those that wait, by their tokens */
  int blind_sets;                    /* entries that wait with is_blind_set */
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

  cm_shipment *shipments[CM_QUEUE_MAX_SHIPMENTS]; /* under way */
  int shipment_count;
  cm_finder finder;
  cm_created created;
  int64_t last_uuid_id; /* the write that session->last_uuid is of */
};

/** Make an entry of a change, which is taken over. NULL: memory ran out, and the change stays the caller's. */
cm_entry *cm_entry_new(cm_change *change);

/** Free what only a running entry needs. */
void cm_entry_rest(cm_entry *entry);
/** Free an entry that does not wait. NULL: nothing. */
void cm_entry_free(cm_entry *entry);

/** Note another row whose earlier writes come first. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_entry_add_name(cm_entry *entry, uint64_t token);
/** Is that one noted? 0 never is. */
bool cm_entry_names(const cm_entry *entry, uint64_t token);

/** Add a question, which is taken over, on failure too. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_entry_push_question(cm_entry *entry, cm_question *question, cm_err *err) CM_MUST_CHECK;

/** True when every question of the entry has its answer. */
bool cm_entry_is_answered(const cm_entry *entry);
void cm_entry_drop_questions(cm_entry *entry);
/** Free what was read of the list that it changes. */
void cm_whole_list_rest(cm_entry *entry);

/** Replace a text that belongs to an outcome. Where memory runs out the statement has to say so. */
void cm_queue_put_text(cm_queue *queue, char **text, const char *new_text);

#endif
