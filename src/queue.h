/*
** queue.h -- the writes of a connection: which wait, in which order they leave, how each ended.
** Layer: client.  Owns: every write until it leaves the log, and the calls under way.
** Threads: belongs to one session.  Tests: tests/unit/queue.c, tests/cases/write/
**
** A write is *queued* when SQLite hands it over, *sent* while a call of it is under way, and ends
** *written*, *refused* by the API (or by a look-up), *unknown*: nobody knows whether it happened, or
** *dropped*: nobody will send it, because it was rolled back or the sending stopped for good. Every write that
** was added keeps its line in the log. What has left in doubt stays unknown until a success or a look says more.
**
** Order. A run of DELETEs on one table waits for everything before it, and everything behind it waits
** for the run. Any other write waits for earlier ones of its key or natural key, for earlier ones of the
** rows that it names, and for another verb on its table. All else overlaps, at most `concurrency` at once.
**
** Lists that the API takes only as a whole (CM_WHOLE_LIST). All waiting changes of one list are one call, built
** from a fresh read, INSERT and DELETE together, up to a write of what the list belongs to. They end alike.
**
** Rows that travel together (cm_write.batch). A plain INSERT that may leave takes along others that wait,
** go to the same place and are not blocked. Each has its own outcome. In autocommit such rows are held
** back until twice as many wait as can be under way, or the statement ends.
**
** Creates in autocommit wait for the end of their statement, so that it never reads what it has written: a
** list that it reads page by page would grow under it for ever. OR IGNORE and OR REPLACE look at once whether
** the row is there, or waits. Where more rows come than may wait, they leave as they come, unless a list is
** being read.
**
** In dry_run calls are recorded by call.h and not made. Such a write ends in the state `dry run`, and a row that it would have created is known to later ones as dry_run_<id>.
*/
#ifndef CM_QUEUE_H
#define CM_QUEUE_H

#include "change_refused.h"
#include "session.h"

/** How far cm_queue_send goes. */
typedef enum cm_queue_goal {
  CM_QUEUE_ROOM, /* autocommit, between two rows: start what may start, wait only while too much waits */
  CM_QUEUE_FOUND, /* until it is known whether the row of the create that was added last is there */
  CM_QUEUE_ROW,   /* until the write that was added last has ended */
  CM_QUEUE_ALL    /* until nothing waits */
} cm_queue_goal;

/**
 * Add a write. It waits until cm_queue_send. The second update of a row in one statement joins the first.
 *
 * @param change         Taken over, also on failure.
 * @param is_autocommit  The statement is its own transaction.
 * @return SQLITE_OK; SQLITE_TOOBIG when too much waits; SQLITE_ERROR beyond delete_limit; what the
 *         counting of a delete's records says (it may ask the API); SQLITE_NOMEM.
 */
int cm_queue_add(cm_session *session, cm_change *change, bool is_autocommit,
                 cm_err *err) CM_MUST_CHECK;

/**
 * Send what waits.
 *
 * A refused row stops the sending: at once, but in autocommit only after CM_MAX_REFUSED_ROWS or a
 * 401 or 403. What is under way is waited for in any case.
 *
 * @return SQLITE_OK; SQLITE_DONE of CM_QUEUE_ROW and CM_QUEUE_FOUND when OR IGNORE left the row alone;
 *         SQLITE_BUSY when a transaction can be committed again (not in autocommit); SQLITE_ERROR when
 *         nothing is left to send and the end of a write is unknown; else the code of the first write that
 *         failed, with a text that says how many of how many were written.
 */
int cm_queue_send(cm_session *session, cm_queue_goal goal, cm_err *err) CM_MUST_CHECK;

/**
 * A row is refused before it could wait: note it in the log.
 *
 * @param refused  Its texts are taken over.
 * @param err      Why; where a value of the row is wrong its text receives the row's name.
 * @return SQLITE_OK where on_refusal lets the statement go on: the refusal is told at its end, or at COMMIT;
 *         else the code of `err`; SQLITE_NOMEM.
 */
int cm_queue_refuse(cm_session *session, cm_refused *refused, bool is_autocommit,
                    cm_err *err) CM_MUST_CHECK;

/**
 * A statement in autocommit fails for a reason of its own: wait for what is under way, and add to the
 * error how many rows were written before.
 */
void cm_queue_abandon(cm_session *session, cm_err *err);

/** The first write of a transaction, or of a statement in autocommit, is about to be made. */
void cm_queue_begin(cm_session *session);

/**
 * A transaction's writes are sent by the process that began it. One that was forked from that has a copy
 * of the queue and sends nothing of it.
 * @return SQLITE_OK; SQLITE_MISUSE in another process than the transaction's.
 */
int cm_queue_check_process(const cm_session *session, const char *who, cm_err *err) CM_MUST_CHECK;

/** The transaction is over and everything was sent. */
void cm_queue_commit(cm_session *session);
/** The transaction is over: what still waits is dropped, and stays in the log. */
void cm_queue_rollback(cm_session *session);

/**
 * Savepoints are positions in the queue. ROLLBACK TO a SAVEPOINT that opened the transaction comes with
 * the level -1: the transaction stays open, and nothing of it waits any more.
 * @return SQLITE_OK, SQLITE_NOMEM.
 */
int cm_queue_savepoint(cm_session *session, int level) CM_MUST_CHECK;
void cm_queue_release(cm_session *session, int level);
void cm_queue_rollback_to(cm_session *session, int level);

/** What a search for waiting writes of a row has found. Set `session`, the rest zero. */
typedef struct cm_queue_search {
  cm_session *session;
  bool is_done;
  bool is_row;   /* a write of the row waits, under any of its names */
  bool are_sets; /* writes of members of its sets wait */
  int code;      /* SQLITE_NOMEM where memory ran out */
} cm_queue_search;

/** A cm_change_waits whose context is a cm_queue_search. */
bool cm_queue_is_column_waiting(void *context, cm_change *change, int column);

/**
 * True when a row with this natural key waits for COMMIT, so that a read cannot find it yet.
 * @param bindings  What the read is bound to by `=`; columns beside the natural key are ignored.
 */
bool cm_queue_waits_for(cm_session *session, const cm_resource *resource,
                        const cm_binding *bindings, int count);

/** True when as much room is left as is taken: updates may wait for the end of their statement. */
bool cm_queue_can_hold(const cm_session *session);

/** True when the write that was added last had better wait for others: they could travel together. */
bool cm_queue_is_held_back(const cm_session *session);

/** True when the write that was added last is a create that waits for the end of its statement. */
bool cm_queue_holds(const cm_session *session);

/** True when any write waits; `resource` NULL: of any table. */
bool cm_queue_is_waiting(const cm_session *session, const cm_resource *resource);

/** How many records the deletes that wait take away. */
int64_t cm_queue_waiting_deletes(const cm_session *session);

/**
 * A statement begins whose functions may delete. Outside a transaction each counts for itself; inside,
 * everything that was deleted since BEGIN counts.
 */
void cm_queue_begin_statement(cm_session *session);

/**
 * Count a record, and what goes with it, against delete_limit before a function deletes it.
 * @param counts  List path whose rows count, NULL: none.
 * @return SQLITE_OK; SQLITE_ERROR beyond the limit; what the calls say.
 */
int cm_queue_allow_delete(cm_session *session, const char *who, const char *counts,
                          cm_err *err) CM_MUST_CHECK;

/* ---- chartmogul_writes --------------------------------------------------------------------- */

/** One line of the log. Texts are borrowed but for `owned_body`; NULL: none. */
typedef struct cm_write_line {
  int64_t id;
  const char *table_name;
  const char *operation; /* "INSERT", ... */
  const char *key;
  const char *state;
  int status; /* of the answer; 0: none */
  const char *error;
  const char *uuid; /* of a created or found row */
  const char *not_taken;
  const char *body; /* bodies of several calls are separated by line breaks */
  const char *response;
  char *owned_body;
} cm_write_line;

/**
 * The first line behind the one with `id`. Free it with cm_write_line_clear.
 * @return SQLITE_ROW, SQLITE_DONE, SQLITE_NOMEM.
 */
int cm_queue_next_line(cm_session *session, int64_t id, cm_write_line *out);
void cm_write_line_clear(cm_write_line *line);

/** The id of the newest line, 0 when there is none. */
int64_t cm_queue_newest_line(const cm_session *session);

#endif
