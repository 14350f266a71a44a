#include "write/transaction.h"

#include <string.h>
#include <unistd.h>

#include "base/sql_token.h"
#include "base/sqlite_api.h"
#include "find/finder.h"
#include "write/entry.h"
#include "write/outcome.h"
#include "write/queue_open.h"
#include "write/record.h"
#include "write/send.h"
#include "write/settle.h"
#include "write/state.h"
#include "write/write_log.h"

enum { MAX_SAVEPOINTS = 100000 };

/* ---- whose it is --------------------------------------------------------------------------- */

static bool is_anothers(const cm_session *session) {
  return session->transaction_process != 0 && session->transaction_process != (long)getpid();
}

void cm_queue_begin(cm_session *session) {
  if (session->transaction_process == 0) session->transaction_process = (long)getpid();
}

int cm_queue_check_process(const cm_session *session, const char *who, cm_err *err) {
  if (!is_anothers(session)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_MISUSE,
                    "%s: nothing was sent (process %ld began this transaction, and this is process "
                    "%ld): COMMIT there, and ROLLBACK here",
                    who, session->transaction_process, (long)getpid());
}

/* ---- the end ------------------------------------------------------------------------------- */

/** A new transaction begins with the next write. */
static void begin_anew(cm_queue *queue) {
  queue->transaction.savepoint_count = 0;
  queue->transaction.is_failed = false;
  queue->transaction.why_dropped = NULL;
  queue->sending.is_stopped = false;
  queue->sending.is_autocommit = false;
  queue->sending.is_streaming = false;
  queue->transaction.deleted = 0;
  queue->transaction.deleted_by_functions = 0;
  queue->transaction.begun_id = *queue->next_id;
  cm_tally_clear(&queue->tally);
  cm_question_forget_all(&queue->finder);
  cm_statement_begin(queue->session->statement); /* whatever comes next is another one */
}

/** SQLite hears of no failure here; a line that the file shows as open is looked at by the next resume. */
static void end_record(cm_queue *queue) {
  cm_err err = { 0 };
  if (cm_record_end(queue, true, &err) != SQLITE_OK) return;
}

void cm_queue_commit(cm_session *session) {
  cm_queue *queue = session->queue;
  session->transaction_process = 0;
  if (queue == NULL) return;
  while (queue->waiting.first != NULL)
    cm_entry_retire(queue, queue->waiting.first);
  end_record(queue);
  begin_anew(queue);
}

/**
 * What was written although the transaction is rolled back stays: its line says so. COMMIT need not report
 * what was refused or unknown: the statement has.
 */
static void mark_lasting(cm_queue *queue, int64_t id) {
  for (int i = queue->log.count - 1; i >= 0; i--) {
    cm_entry *entry = cm_queue_log_at(queue, i);
    if (entry->id < id) break;
    queue->tally.refused_early -= entry->line.is_refused_early;
    queue->tally.unknown -= entry->line.is_counted_unknown;
    entry->line.is_refused_early = entry->line.is_counted_unknown = false;
    entry->ties.host_token = 0;
    if (entry->state != CM_ENTRY_WRITTEN || entry->line.error != NULL ||
        queue->transaction.is_failed)
      continue;
    entry->line.note = "ROLLBACK could not undo it: it stays written";
  }
  cm_tally_forget_none(&queue->tally);
}

/** A call of it has left: its line stays, whatever becomes of the transaction. */
static bool has_left(const cm_entry *entry) {
  return entry->state != CM_ENTRY_QUEUED || entry->progress.step > 0;
}

/**
 * Writes from `id` on will not be sent any more: only their lines stay, with what is known of each.
 * @param why  Static; said of those of which nothing has left.
 */
static void give_up_from(cm_queue *queue, int64_t id, const char *why) {
  cm_entry *next = NULL;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = next) {
    next = entry->next;
    if (entry->id < id) continue;
    if (!has_left(entry)) {
      queue->transaction.deleted -= entry->weight;
      entry->line.note = why;
    }
    cm_entry_retire(queue, entry);
  }
  mark_lasting(queue, id);
}

static const char transaction_failed[] = "not sent: the transaction failed";

static const char *why_dropped(const cm_queue *queue, bool is_ours) {
  if (!is_ours) return "not sent by this process: another one began the transaction";
  if (queue->transaction.is_failed) return transaction_failed;
  if (queue->transaction.why_dropped != NULL) return queue->transaction.why_dropped;
  return queue->sending.is_autocommit ? "not sent: the statement failed"
                                      : "not sent: it was rolled back";
}

void cm_queue_rollback(cm_session *session) {
  cm_queue *queue = session->queue;
  bool is_ours = !is_anothers(session);
  session->transaction_process = 0;
  if (queue == NULL) return;
  if (is_ours) cm_queue_abandon(session, NULL); /* of another process, nothing is waited for */
  give_up_from(queue, queue->transaction.begun_id, why_dropped(queue, is_ours));
  end_record(queue);
  begin_anew(queue);
}

/* ---- several accounts ---------------------------------------------------------------------- */

int cm_queue_record_others(cm_session *session, cm_session **of, cm_err *err) {
  const cm_connection *connection = session->connection;
  int rc = SQLITE_OK;
  *of = session;
  for (int i = 0; i < connection->account_count && rc == SQLITE_OK; i++) {
    cm_session *other = connection->accounts[i];
    if (other == session || other->queue == NULL || other->queue->waiting.count == 0) continue;
    rc = cm_record_begin(other->queue, true, err);
    if (rc == SQLITE_OK) rc = cm_record_end(other->queue, true, err);
    if (rc != SQLITE_OK) *of = other;
  }
  return rc;
}

/** Do refused rows, and nothing else, make the COMMIT fail, and are all to be tried first? */
static bool goes_on(const cm_session *session) {
  const cm_queue *queue = session->queue;
  return queue != NULL && session->settings.on_refusal == CM_REFUSAL_CONTINUES &&
         cm_queue_counts_refusals(queue) && !queue->tally.is_broken && queue->waiting.count == 0;
}

static void send_others(const cm_session *session) {
  const cm_connection *connection = session->connection;
  bool is_on = goes_on(session);
  for (int i = 0; i < connection->account_count && is_on; i++) {
    cm_session *other = connection->accounts[i];
    cm_err err = { 0 }; /* its rows are counted, and the log says why */
    if (other == session || other->queue == NULL || other->queue->waiting.count == 0) continue;
    is_on = cm_queue_send(other, CM_QUEUE_ALL, &err) == SQLITE_OK || goes_on(other);
  }
}

/** Append ", 2 were refused". */
static void put_count(cm_buf *out, int64_t count, const char *one, const char *many) {
  if (count == 0) return;
  cm_buf_printf(out, "%s %lld %s", out->len > 0 ? "," : "", (long long)count,
                count == 1 ? one : many);
}

/** Append what became of an account's writes. */
static void put_fate(const cm_queue *queue, bool stays_open, cm_buf *out) {
  const cm_tally *tally = &queue->tally;
  int64_t doubtful = 0;
  for (const cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    doubtful += entry->state == CM_ENTRY_UNKNOWN;
  put_count(out, tally->written, "was written and stays", "were written and stay");
  put_count(out, tally->left_alone, "exists already", "exist already");
  put_count(out, tally->refused + tally->refused_early, "was refused", "were refused");
  put_count(out, tally->unknown + doubtful, "may or may not have happened",
            "may or may not have happened");
  int64_t unsent = queue->waiting.count - doubtful;
  if (stays_open) put_count(out, unsent, "waits, too", "wait, too");
  if (!stays_open) put_count(out, unsent, "was not sent", "were not sent");
}

/** Append a text to an error's; where there is no room for both, the first is cut. */
static void append(cm_err *err, const char *text) {
  static const char ellipsis[] = "…";
  cm_err told = { 0 };
  size_t room = sizeof err->text - 1 - strlen(text);
  bool is_cut = strlen(err->text) > room;
  int kept = (int)(is_cut ? room - strlen(ellipsis) : strlen(err->text));
  cm_err_set(&told, err->code, "%.*s%s%s", kept, err->text, is_cut ? ellipsis : "", text);
  memcpy(err->text, told.text, sizeof err->text);
}

static void tell_of_others(const cm_session *session, cm_err *err) {
  enum { MAX_TOLD = 400, MAX_FATE = 256 };
  const cm_connection *connection = session->connection;
  bool is_autocommit = session->queue != NULL && session->queue->sending.is_autocommit;
  bool stays_open = err->code == SQLITE_BUSY && !is_autocommit;
  cm_buf all;
  if (err->code == SQLITE_NOMEM || err->code == SQLITE_MISUSE) return;
  cm_buf_init(&all, MAX_TOLD + 2 * MAX_FATE);
  for (int i = 0; i < connection->account_count && all.len < MAX_TOLD; i++) {
    const cm_session *other = connection->accounts[i];
    cm_buf fate;
    if (other == session || other->queue == NULL) continue;
    cm_buf_init(&fate, MAX_FATE);
    put_fate(other->queue, stays_open, &fate);
    if (fate.len > 0)
      cm_buf_printf(&all, "; of %s%s:%s", i > 0 ? "account " : "the first account", other->name,
                    cm_buf_str(&fate));
    cm_buf_clear(&fate);
  }
  if (all.len >= MAX_TOLD) cm_buf_text(&all, "; of others: see chartmogul_writes");
  if (all.len > 0 && all.code == SQLITE_OK) append(err, cm_buf_str(&all));
  cm_buf_clear(&all);
}

/** Is it a RELEASE that runs? One that is under way is the one that sends. */
static bool is_releasing(sqlite3 *db) {
  sqlite3_stmt *stmt = sqlite3_next_stmt(db, NULL);
  for (; stmt != NULL; stmt = sqlite3_next_stmt(db, stmt)) {
    const char *sql = sqlite3_stmt_busy(stmt) ? sqlite3_sql(stmt) : NULL;
    cm_sql_token first;
    if (sql == NULL) continue;
    (void)cm_sql_first(sql, &first);
    if (cm_sql_is_name(&first, "RELEASE")) return true;
  }
  return false;
}

/*
** Where COMMIT fails, SQLite rolls back, and no transaction is open. Where a RELEASE fails it rolls back, too, but BEGIN
** is refused until a ROLLBACK: what else is written would wait for that unseen.
*/
static void tell_of_release(const cm_session *session, cm_err *err) {
  bool stays_open = err->code == SQLITE_BUSY; /* with what is left, and the error says so */
  if (stays_open || err->code == SQLITE_NOMEM || err->code == SQLITE_MISUSE) return;
  if (is_releasing(session->db))
    append(err, "; RELEASE leaves an empty transaction open: ROLLBACK ends it");
}

/** The lines of what SQLite rolls back now tell it from what a user's ROLLBACK takes back. */
static void note_why(const cm_session *session) {
  const cm_connection *connection = session->connection;
  for (int i = 0; i < connection->account_count; i++) {
    const cm_session *account = connection->accounts[i];
    if (account->queue == NULL) continue;
    account->queue->transaction
        .why_dropped = account == session ? transaction_failed
                                          : "not sent: the COMMIT failed at another account";
  }
}

void cm_queue_end_in_error(const cm_session *session, cm_err *err) {
  bool is_autocommit = session->queue != NULL && session->queue->sending.is_autocommit;
  send_others(session);
  if (!is_autocommit && err->code != SQLITE_BUSY) note_why(session);
  tell_of_others(session, err);
  tell_of_release(session, err);
}

/* ---- savepoints ---------------------------------------------------------------------------- */

/*
** SQLite tells each table of a savepoint when that table joins the transaction, which may be after
** another table has written behind that savepoint. So the first word on a level counts, until it is released.
*/
int cm_queue_savepoint(cm_session *session, int level) {
  if (cm_queue_open(session, NULL) != SQLITE_OK) return SQLITE_NOMEM;
  cm_queue *queue = session->queue;
  queue->sending.statement_id = 0; /* another statement begins */
  if (level < queue->transaction.savepoint_count) return SQLITE_OK;
  if (level >= MAX_SAVEPOINTS) return SQLITE_TOOBIG;
  if (level >= queue->transaction.savepoint_capacity) {
    int capacity = level + 16;
    int64_t *grown = sqlite3_realloc64(queue->transaction.savepoints,
                                       (size_t)capacity * sizeof *grown);
    if (grown == NULL) return SQLITE_NOMEM;
    queue->transaction.savepoints = grown;
    queue->transaction.savepoint_capacity = capacity;
  }
  while (queue->transaction.savepoint_count <= level)
    queue->transaction.savepoints[queue->transaction.savepoint_count++] = *queue->next_id;
  return SQLITE_OK;
}

/** A SAVEPOINT that opened the transaction is not a savepoint to SQLite: it counts as level -1. */
enum { WHOLE_TRANSACTION = -1 };

void cm_queue_release(cm_session *session, int level) {
  cm_queue *queue = session->queue;
  int kept = level > WHOLE_TRANSACTION ? level : 0;
  if (queue != NULL && kept < queue->transaction.savepoint_count)
    queue->transaction.savepoint_count = kept;
}

void cm_queue_rollback_to(cm_session *session, int level) {
  cm_queue *queue = session->queue;
  if (queue == NULL || level >= queue->transaction.savepoint_count) return;
  int64_t id = level > WHOLE_TRANSACTION ? queue->transaction.savepoints[level]
                                         : queue->transaction.begun_id;
  queue->transaction.savepoint_count = level > WHOLE_TRANSACTION ? level + 1 : 0;
  give_up_from(queue, id, why_dropped(queue, true));
  end_record(queue);
}
