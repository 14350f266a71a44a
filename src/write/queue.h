/*
** queue.h -- the writes of a connection: which wait, in which order they leave, how each ended.
** Owns: every write until it leaves the log, and the calls under way.
** Threads: belongs to one session.  Tests: tests/unit/write/queue.c, tests/cases/write/
**
** A write is *queued* when SQLite hands it over, *sent* while a call of it is under way, and ends
** *written*, *refused* by the API (or by a look-up), *unknown*: it may or may not have happened, or
** *dropped*: it will not be sent, because it was rolled back or the sending stopped for good. Every write that
** was added keeps its line in the log. What has left in doubt stays unknown until a success or a look says more.
**
** Order. A run of DELETEs on one table waits for everything before it, and everything behind it waits
** for the run. Any other write waits for earlier ones of its key or natural key, for earlier ones of the
** rows that it names, and for another verb on its table. All else overlaps, at most `concurrency` at once.
**
** Lists that the API takes only as a whole (CM_WHOLE_LIST). All waiting changes of one list are one call, built
** from a fresh read, INSERT and DELETE together, up to a write of what the list belongs to. They end alike.
**
** Rows that go out in one call (cm_write_extras.batch). A plain INSERT that may leave takes with it others that wait,
** go to the same place and are not blocked. Each has its own outcome. In autocommit such rows are held
** back until twice as many wait as can be under way, or the statement ends.
**
** Creates in autocommit wait for the end of their statement, so that it never reads what it has written: a
** list that it reads page by page would grow under it for ever. OR IGNORE and OR REPLACE look at once whether
** the row is there, or waits. Where more rows come than may wait, they leave as they come, unless a list is
** being read.
**
** In dry_run calls are recorded by client/call.h and not made. Such a write ends in the state `dry run`, and a row that it would have created is known to later ones as dry_run_<id>.
*/
#ifndef CM_WRITE_QUEUE_H
#define CM_WRITE_QUEUE_H

#include "change/change.h"
#include "client/session.h"
#include "write/delete_limit.h"
#include "write/refuse.h"
#include "write/search.h"
#include "write/send.h"
#include "write/transaction.h"
#include "write/write_lines.h"

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
 * The row with this natural key that waits for COMMIT, so that a read cannot find it yet.
 * @param bindings  What the read is bound to by `=`; columns beside the natural key are ignored.
 * @return what the row is called, borrowed from the queue; NULL: none waits.
 */
const char *cm_queue_waiting_name(cm_session *session, const cm_resource *resource,
                                  const cm_binding *bindings, int count);

/** True when as much room is left as is taken: updates may wait for the end of their statement. */
bool cm_queue_can_hold(const cm_session *session);

/** True when the write that was added last had better wait for others: they could go out in one call. */
bool cm_queue_is_held_back(const cm_session *session);

/** True when the write that was added last is a create that waits for the end of its statement. */
bool cm_queue_holds(const cm_session *session);

/**
 * Before a setting is set: where it says which file the journal is, the one that is open is closed.
 * @return SQLITE_OK; SQLITE_ERROR where this connection has written already.
 */
int cm_queue_check_journal(cm_session *session, const char *setting, cm_err *err) CM_MUST_CHECK;

/**
 * A function's call that writes is about to leave: with a journal that is durable after SQLITE_OK.
 * @param id  Receives its line, for cm_queue_record_answer; 0: there is no journal.
 */
int cm_queue_record_call(cm_session *session, const cm_called *called, int64_t *id,
                         cm_err *err) CM_MUST_CHECK;
/** How it ended is durable after SQLITE_OK. */
int cm_queue_record_answer(cm_session *session, int64_t id, const cm_answered *answer,
                           cm_err *err) CM_MUST_CHECK;

/** True when any write waits; `resource` NULL: of any table. */
bool cm_queue_is_waiting(const cm_session *session, const cm_resource *resource);

#endif
