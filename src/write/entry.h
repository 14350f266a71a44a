/*
** entry.h -- one write, from the statement that makes it to its line in the log.
** Only the files of write/queue.h include it.
*/
#ifndef CM_WRITE_ENTRY_H
#define CM_WRITE_ENTRY_H

#include "base/map.h"
#include "change/change_calls.h"
#include "change/import.h"
#include "find/finder.h"
#include "lists/pager.h"

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
  cm_entry *next, *first,
      *last;        /* of the same host; parts of this row, in the order of the queue */
  cm_entry *behind; /* this row could not go inside, and waits for the end of that one */
  bool has_behind;  /* there are such rows */
  char *lacks; /* that should go inside and was refused: "'l2' of chartmogul_line_items"; owned */
  uint64_t left_token; /* of the host that this row has left, because it exists already */
  bool are_put;        /* the parts are in the lists of the change */
} cm_inside;

/** What blocks whom, and who goes with whom. A token of 0: there is none. */
typedef struct cm_ties {
  cm_map_node by_key, by_natural, by_set, by_batch; /* see cm_waiting_by_key */
  cm_entry *next_by_batch;
  uint64_t key_token, natural_token, frozen_token; /* of what OR IGNORE compares; 0: nothing */
  uint64_t set_token;   /* key of the row whose set it writes one member of, see cm_member_of */
  uint64_t batch_token; /* equal where the call is the same, see cm_batch_note */
  uint64_t host_token;  /* refused in this transaction: of the row that lacks it now */
  bool may_share_sets;  /* it may write a set of a row that it finds by its natural key only */
  bool is_place_named;  /* the call's path has to be looked up yet */
  uint64_t *names;      /* tokens of the rows that it names */
  int name_count;
  int delete_epoch; /* differs on the two sides of a run of DELETEs */
  int verb_epoch;   /* differs on the two sides of another verb on the table */
  cm_entry *blocker;
} cm_ties;

/** How far a write is, and what it needs until it ends. */
typedef struct cm_progress {
  cm_phase phase;
  bool is_doubtful;      /* a call left and may have done it: until a success or a look says more */
  bool goes_again;       /* a create that is sent again when the look finds nothing */
  bool goes_alone;       /* a call of it and others was refused */
  bool is_absent;        /* it was looked for, and its create waits for the end of the statement */
  int sent_before;       /* how often it was sent again */
  cm_shipment *shipment; /* that carries it; NULL: none */
  cm_entry *next_carried; /* of the same shipment */
  cm_entry *leader;       /* of the same shipment, which it ends with; NULL: it ends by itself */
  cm_question **questions;
  int question_count;
  cm_change_step *steps;
  int step_count, step;
  cm_buf not_taken;
  char *refusal; /* of the API, until the row has been looked for; owned */
  int refusal_code;
  bool is_refused_with_others; /* the refusal is that of a call which carried others, too */
} cm_progress;

/** A change of a list that is replaced as a whole, see write/whole_list.h. */
typedef struct cm_list_change {
  const cm_write *write; /* NULL: any other write */
  uint64_t token;        /* which list; 0: none */
  cm_json *items;        /* as read so far; owned */
  size_t bytes;          /* of its items */
  cm_pager *pager;       /* that reads it; owned; NULL: it is not read */
} cm_list_change;

/** What follows for a row that its import does not tell of, and that a look does not find. */
typedef enum cm_absent {
  CM_ABSENT_LATER, /* it goes on waiting, as any create in doubt does */
  CM_ABSENT_AGAIN, /* it was not sent: it goes again */
  CM_ABSENT_UNKNOWN,
  CM_ABSENT_REFUSED, /* the import has refused some of the rows that it says this of */
  CM_REFUSED_ANYWAY  /* the look shows only whether the API has kept it */
} cm_absent;

/** A new row and the imports, see write/bulk.h. */
typedef struct cm_bulk_row {
  bool may_go;             /* in an import, as far as is known */
  bool is_chosen;          /* for one of the next imports */
  bool is_there;           /* it was looked for before its import, and is there */
  bool must_find;          /* it does not go before it was looked for */
  bool is_only;            /* its import has no other row of its customer and list */
  bool is_by_uuid;         /* it names its customer by his uuid: `customer` is found by that */
  char *customer;          /* external id of the customer whose row it is; owned; NULL: nobody's */
  cm_import *import;       /* that carried it, until it is known what became of it; held */
  cm_entry_state host_end; /* of the row that it went beside; CM_ENTRY_QUEUED: it has not ended */
  cm_absent when_absent;
  cm_entry *next; /* of its customer, while an import is put together */
} cm_bulk_row;

/** What the log shows of a write. */
typedef struct cm_line {
  char *label;
  char *owner; /* of a row without a label: the row that it belongs to, "customer_uuid cus_1" */
  int code, status; /* at its end, of the answer */
  char *error;
  const char *note; /* shown where there is no error: why it was dropped, what lasts; static */
  char *uuid, *not_taken;
  char *body, *before, *response;            /* before: the row as it was read */
  size_t bytes;                              /* of these three */
  bool is_refused_early, is_counted_unknown; /* in the tally; before it waited, or at its end */
} cm_line;

struct cm_entry {
  int64_t id;
  int64_t journal_id;              /* 0: none yet */
  bool is_recorded, is_sent_ahead; /* the journal has it as it is; as one that may have left */
  bool is_resumed;                 /* it is of a run that was cut off */
  cm_entry *next, *previous;       /* of those that wait, in order */
  cm_change *change;               /* owned; NULL when it has ended */
  const cm_resource *resource;
  cm_verb verb; /* of the statement */
  cm_entry_state state;
  bool is_waiting; /* in the list of those that wait, under way or not */
  size_t bytes;
  int64_t weight;  /* records that it counts against delete_limit */
  int64_t time_ms; /* wall clock when it was made */
  int64_t filters; /* of the session when it was added: rows of one UPDATE have the same */
  cm_ties ties;
  cm_progress progress;
  cm_inside inside;
  cm_list_change list;
  cm_bulk_row bulk;
  cm_line line;
};

/** Make an entry of a change, which is taken over. NULL: memory ran out, and the change stays the caller's. */
cm_entry *cm_entry_new(cm_change *change);

/** Free what only a running entry needs. */
void cm_entry_release_scratch(cm_entry *entry);
/** "INSERT" and the like, as chartmogul_writes and a journal show it. Constant. */
const char *cm_entry_operation(cm_verb verb);
/** "queued" and the like. Constant. */
const char *cm_entry_state_word(cm_entry_state state);

/** Does a row of its table stand inside one of another table? */
bool cm_entry_is_part(const cm_entry *entry);
/** Is it looked for before its create is sent, and was not yet? */
bool cm_entry_must_find(const cm_entry *entry);
/** Free an entry that does not wait. NULL: nothing. */
void cm_entry_free(cm_entry *entry);

/** Nothing more is expected of the import that carried it. None: nothing. */
void cm_entry_leave_import(cm_entry *entry);

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
void cm_whole_list_release(cm_entry *entry);

#endif
