#include "write/send.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_replace.h"
#include "client/pump.h"
#include "find/finder.h"
#include "write/bulk.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/inside_call.h"
#include "write/outcome.h"
#include "write/record.h"
#include "write/resolve.h"
#include "write/settle.h"
#include "write/ship.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"

/* ---- what blocks what ------------------------------------------------------------------------ */

static bool is_running(const cm_entry *entry) {
  return entry->progress.phase != CM_PHASE_IDLE;
}

/** Start what nothing blocks, as far as there is room. @return true when one was started. */
static bool start_what_may(cm_queue *queue) {
  int room = queue->session->settings.concurrency;
  int seen = 0;
  bool has_started = false;
  if (room > CM_QUEUE_MAX_SHIPMENTS) room = CM_QUEUE_MAX_SHIPMENTS;
  cm_entry *next = NULL;
  for (cm_entry *entry = queue->waiting.first; entry != NULL && seen < CM_QUEUE_WINDOW;
       entry = next) {
    next = entry->next;
    if (queue->sending.is_stopped || queue->sending.shipment_count >= room) break;
    if (is_running(entry) || cm_inside_waits(entry) || entry->bulk.may_go) continue;
    seen++;
    if (entry->ties.blocker != NULL) continue;
    entry->ties.blocker = cm_queue_find_blocker(queue, entry);
    if (entry->ties.blocker == NULL) entry->ties.blocker = cm_inside_find_blocker(queue, entry);
    if (entry->ties.blocker != NULL) continue;
    bool takes_others = entry->inside.first != NULL || cm_batch_size(entry) > 1;
    cm_shipment_start(queue, entry);
    if (takes_others) return true; /* which may have ended the next one */
    has_started = true;
  }
  return has_started;
}

/* ---- moving -------------------------------------------------------------------------------- */

/** Go on with every shipment whose answers came. @return true when something happened. */
static bool advance_all(cm_queue *queue) {
  cm_shipment *shipments[CM_QUEUE_MAX_SHIPMENTS];
  int count = queue->sending.shipment_count;
  bool has_moved = false;
  memcpy(shipments, queue->sending.shipments, sizeof shipments);
  for (int i = 0; i < count; i++)
    has_moved = cm_shipment_advance(queue, shipments[i]) || has_moved;
  return has_moved;
}

static bool is_reached(const cm_queue *queue, cm_queue_goal goal) {
  return goal == CM_QUEUE_ROOM ? cm_queue_has_room(queue) : queue->waiting.count == 0;
}

/** Nothing can go on before an answer comes: what is known is durable soon. */
static void wait_for_answers(cm_queue *queue) {
  cm_record_idle(queue);
  cm_session_pump(queue->session, CM_INTERRUPT_POLL_MS);
}

/** Until nothing is under way. */
static void finish_started(cm_queue *queue) {
  while (queue->sending.shipment_count > 0) {
    bool has_moved = advance_all(queue);
    if (!cm_shipments_leave(queue) && !has_moved) wait_for_answers(queue);
  }
}

static void drain(cm_queue *queue) {
  queue->sending.is_stopped = true;
  finish_started(queue);
}

/**
 * What the rows of one statement have asked serves its other rows, as it does outside a transaction. Another statement can
 * stand at the same address: one that changed rows has added to their count, and one of several rows had a savepoint.
 */
static void forget_answers(cm_queue *queue, cm_queue_goal goal) {
  cm_statement *statement = queue->session->statement;
  bool is_row = goal == CM_QUEUE_ROW;
  if (is_row) cm_statement_enter(statement);
  int changes = sqlite3_total_changes(statement->db);
  bool is_same = is_row && queue->sending.statement_id == statement->id &&
                 queue->sending.changes == changes;
  queue->sending.statement_id = is_row ? statement->id : 0;
  queue->sending.changes = changes;
  if (!is_same) cm_question_forget_all(&queue->finder);
}

/** What failed before is forgotten, not what was written. */
static void begin_sending(cm_queue *queue, cm_queue_goal goal) {
  cm_tally *tally = &queue->tally;
  queue->sending.is_stopped = false;
  sqlite3_free(tally->first_refused.line);
  sqlite3_free(tally->first_failed.line);
  memset(&tally->first_refused, 0, sizeof tally->first_refused);
  memset(&tally->first_failed, 0, sizeof tally->first_failed);
  tally->refused = 0;
  tally->is_broken = false;
  forget_answers(queue, goal);
  cm_queue_forget_blockers(queue);
}

static void move_until(cm_queue *queue, cm_queue_goal goal) {
  for (bool is_over = false; !is_over;) {
    bool has_moved = advance_all(queue);
    if (queue->sending.shipment_count == 0) has_moved = cm_bulk_start(queue) || has_moved;
    while (!cm_bulk_is_under_way(queue) && start_what_may(queue))
      has_moved = true;
    has_moved = cm_shipments_leave(queue) || has_moved;
    if (!has_moved && queue->sending.shipment_count == 0) has_moved = cm_bulk_give_up(queue);
    if (!has_moved && !queue->sending.is_stopped && queue->sending.shipment_count == 0)
      has_moved = cm_inside_let_go_blocked(queue);
    is_over = is_reached(queue, goal) || queue->sending.is_stopped ||
              (queue->sending.shipment_count == 0 && !has_moved);
    if (!is_over && !has_moved) wait_for_answers(queue);
  }
  if (queue->sending.is_stopped) drain(queue);
}

/**
 * Look for the row that was added last, in the account and among those that wait. A create of it waits. One whose twin waits
 * is decided when that one has ended, which may be refused.
 * @return true: OR IGNORE skips the row as far as is known now, because its twin waits; not where lists are to be compared.
 */
static bool find_newest(cm_queue *queue) {
  cm_entry *entry = queue->waiting.last;
  if (entry->ties.natural_token == 0) return false;
  if (cm_queue_is_written_before(queue, entry, entry->ties.natural_token))
    return entry->change->conflict == CM_CONFLICT_IGNORE && !cm_change_gives_frozen(entry->change);
  queue->sending.holds_creates = true;
  cm_shipment_start(queue, entry);
  finish_started(queue);
  queue->sending.holds_creates = false;
  return false;
}

/** A statement inside BEGIN that fails leaves none of its rows behind. COMMIT tells of those in doubt. */
static void retire_all(cm_queue *queue) {
  while (queue->waiting.first != NULL) {
    cm_entry *entry = queue->waiting.first;
    cm_err err = { 0 };
    if (entry->state != CM_ENTRY_UNKNOWN) {
      cm_entry_retire(queue, entry);
      continue;
    }
    cm_err_set(&err, entry->line.code, "%s",
               entry->line.error != NULL ? entry->line.error : "out of memory");
    cm_settle(queue, entry, CM_END_UNKNOWN, &err);
  }
}

/** Will the transaction be rolled back? Not where something is left that another COMMIT can send. */
static bool has_failed(const cm_queue *queue) {
  const cm_tally *tally = &queue->tally;
  bool is_refused = cm_queue_counts_refusals(queue) || tally->is_out_of_memory;
  return !queue->sending.stays_open || queue->waiting.count == 0 || is_refused ||
         tally->first_failed.code == SQLITE_NOMEM;
}

static int send_all(cm_session *session, cm_queue_goal goal, cm_err *err) {
  cm_queue *queue = session->queue;
  bool is_row_of_many = goal == CM_QUEUE_ROW && !queue->sending.is_autocommit;
  if (!queue->sending.is_autocommit) begin_sending(queue, goal);
  if (goal == CM_QUEUE_ALL && !queue->sending.is_autocommit) cm_statement_begin(session->statement);
  queue->sending.stays_open = goal == CM_QUEUE_ALL && !queue->sending.is_autocommit;
  int64_t left_alone = queue->tally.left_alone;
  if (goal == CM_QUEUE_ALL && !queue->sending.is_autocommit) cm_inside_find_all(queue);
  if (goal == CM_QUEUE_ALL && !queue->sending.is_autocommit) cm_bulk_begin(queue);
  if (goal == CM_QUEUE_ALL) cm_queue_find_places(queue);
  bool is_skipped = false;
  if (goal == CM_QUEUE_FOUND) {
    is_skipped = find_newest(queue);
  } else {
    move_until(queue, goal);
  }
  if (goal == CM_QUEUE_ALL) cm_inside_end_all(queue);
  if (goal == CM_QUEUE_ROOM && !queue->sending.is_stopped) {
    cm_session_pump(session, 0); /* let the bytes go while SQLite makes the next row */
    return SQLITE_OK;
  }
  /* Row by row, but all are to be tried: what was refused is reported at the end. */
  bool is_of_row = goal == CM_QUEUE_ROW || goal == CM_QUEUE_FOUND;
  bool is_deferred = is_of_row && queue->sending.is_autocommit && !queue->sending.is_stopped &&
                     session->settings.on_refusal != CM_REFUSAL_STOPS;
  int rc = is_deferred ? SQLITE_OK : cm_queue_result(queue, err);
  if (rc != SQLITE_OK && is_row_of_many) retire_all(queue);
  if (rc != SQLITE_OK && has_failed(queue) && !is_row_of_many) queue->transaction.is_failed = true;
  is_skipped = is_skipped || (is_of_row && queue->tally.left_alone > left_alone);
  if (rc == SQLITE_OK && is_skipped) rc = SQLITE_DONE;
  return rc;
}

/** A COMMIT that could not begin, because the API was down, can be repeated: nothing has left. */
static int tell_not_begun(const cm_queue *queue, cm_queue_goal goal, cm_err *err) {
  bool is_passing = err->may_help || err->code == SQLITE_INTERRUPT;
  if (goal != CM_QUEUE_ALL || queue->sending.is_autocommit || !is_passing) return err->code;
  const char *colon = strstr(err->text, ": ");
  const char *what = colon != NULL ? colon + 2 : err->text;
  return cm_err_set(err, SQLITE_BUSY,
                    "%.*snothing was sent (%.*s): COMMIT again sends it, ROLLBACK drops it",
                    (int)(what - err->text), err->text, cm_outcome_without_advice(what), what);
}

int cm_queue_send(cm_session *session, cm_queue_goal goal, cm_err *err) {
  cm_queue *queue = session->queue;
  cm_err lost = { 0 };
  if (queue == NULL) return SQLITE_OK;
  int rc = cm_record_begin(queue, goal == CM_QUEUE_ALL, err);
  if (rc != SQLITE_OK) return tell_not_begun(queue, goal, err);
  rc = send_all(session, goal, err);
  bool is_over = goal == CM_QUEUE_ALL || queue->waiting.count == 0;
  int lost_rc = cm_record_end(queue, is_over, &lost);
  if (lost_rc == SQLITE_OK || rc != SQLITE_OK) return rc;
  *err = lost;
  return lost_rc;
}

void cm_queue_abandon(cm_session *session, cm_err *err) {
  cm_queue *queue = session->queue;
  if (queue == NULL) return;
  drain(queue);
  const cm_tally *tally = &queue->tally;
  int64_t sent = tally->written + tally->refused + tally->unknown;
  if (!queue->sending.is_autocommit || sent == 0) return;
  queue->transaction.is_failed = true;
  if (err == NULL || tally->written == 0) return;
  char *earlier = sqlite3_mprintf("%s", err->text);
  if (earlier != NULL) {
    cm_err_set(err, err->code, "%s (%lld %s before it %s written and %s written)", earlier,
               (long long)tally->written, tally->written == 1 ? "row" : "rows",
               tally->written == 1 ? "was" : "were", tally->written == 1 ? "stays" : "stay");
  }
  sqlite3_free(earlier);
}
