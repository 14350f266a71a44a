/*
** state.h -- the queue of a session: the log, those that wait, what is under way, the transaction.
** Only the files of write/queue.h include it.
*/
#ifndef CM_WRITE_STATE_H
#define CM_WRITE_STATE_H

#include "record/token.h"
#include "write/entry.h"

enum {
  CM_QUEUE_WINDOW = 256,      /* entries not under way that are looked at for one to start */
  CM_QUEUE_MAX_SHIPMENTS = 20 /* under way; `concurrency` is smaller or equal */
};

/** The first error of its kind, which is reported. */
typedef struct cm_first_error {
  int code;           /* SQLITE_OK: there is none */
  int64_t id;         /* of the write */
  bool is_of_another; /* as in cm_err: one that stands for itself is reported instead */
  const char *who;    /* its table */
  char *line;         /* "label: what the API said"; owned; NULL when memory ran out */
} cm_first_error;

/** How the writes of the transaction fare. */
typedef struct cm_tally {
  bool is_out_of_memory; /* something that belongs to an outcome could not be kept */
  int64_t written, left_alone, refused, unknown, kept; /* kept: refused, but stored with errors */
  int64_t refused_early; /* before they waited, in statements that went on */
  bool is_broken;        /* a refusal that no setting makes light of: the key, the connection */
  cm_first_error first_refused;
  cm_first_error first_early;                 /* of refused_early */
  cm_first_error first_failed, first_unknown; /* it can be sent again, or not; the second is kept */
} cm_tally;

/** Every write that was added: a ring, oldest first. */
typedef struct cm_log {
  cm_entry **lines;
  int capacity, first, count;
  size_t bytes, dropped_bytes; /* of bodies and responses: of all, of dropped writes */
  int stripped, stripped_dropped, stripped_all; /* so many of the oldest are done */
} cm_log;

/** Those that wait, under way or not, in their order and by what they are. */
typedef struct cm_waiting {
  cm_entry *first, *last;
  int count;
  size_t bytes;
  cm_map by_key, by_natural, by_set, by_batch; /* by their tokens */
  int sharing_sets;                            /* entries with may_share_sets */
} cm_waiting;

/** The imports of a COMMIT. */
typedef struct cm_imports {
  int64_t begun_ms; /* wall clock; with a number that nobody knows it makes their names */
  uint64_t chance;
  int count;          /* that were made */
  int64_t names_made; /* of their rows, in rows that go row by row */
} cm_imports;

/** How the writes leave. */
typedef struct cm_dispatch {
  bool is_autocommit;
  bool is_streaming;  /* in autocommit creates leave as they come: more came than may wait */
  bool holds_creates; /* what is found to be absent is not created yet */
  bool is_stopped;
  bool stays_open;      /* what fails now can be committed again */
  int64_t statement_id; /* whose rows were sent last, inside a transaction; 0: those of none */
  int changes;          /* of rows on the connection before that statement */
  cm_imports imports;
  cm_shipment *shipments[CM_QUEUE_MAX_SHIPMENTS]; /* under way */
  int shipment_count;
} cm_dispatch;

typedef struct cm_transaction {
  int64_t begun_id;        /* its first write */
  bool is_failed;          /* it will be rolled back: what is left stays in the log */
  const char *why_dropped; /* static; said of what was not sent when its COMMIT failed; else NULL */
  int64_t deleted;         /* records that its DELETEs count */
  int64_t deleted_by_functions; /* likewise; they are gone already */
  bool was_alone;               /* the statement that they belong to was outside a transaction */
  int64_t *savepoints;          /* id of the first write behind each */
  int savepoint_count, savepoint_capacity;
} cm_transaction;

struct cm_queue {
  cm_session *session;
  int64_t *next_id; /* the connection's: no two writes of its accounts have the same */
  cm_log log;
  cm_waiting waiting;
  cm_dispatch sending;
  cm_transaction transaction;
  cm_tally tally;
  cm_finder finder;
  cm_created created;
  char *lost_record;    /* why the journal lacks an outcome; owned; NULL: it lacks none */
  bool is_record_cut;   /* memory ran out for one */
  bool is_record_short; /* a sync failed: it may have taken outcomes away */
  bool is_set_aside;    /* what is retired stays as it is in the journal */
  bool has_marks;       /* of what is about to leave, which are not durable yet */
  bool has_urgent;      /* outcomes that nothing but the journal can tell, likewise */
  int64_t flushed_ms;   /* when all was durable last */
  int64_t refused_to;   /* id of the last write when refused ones were put into the journal */
};

/** A line of the log; 0 is the oldest. */
static inline cm_entry *cm_queue_log_at(const cm_queue *queue, int index) {
  return queue->log.lines[(queue->log.first + index) % queue->log.capacity];
}

#endif
