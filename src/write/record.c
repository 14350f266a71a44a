#include "write/record.h"

#include <string.h>
#include <sys/stat.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_text.h"
#include "client/pump.h"
#include "client/schemas.h"
#include "journal/journal.h"
#include "lists/identity.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"

enum {
  MAX_AHEAD = 64, /* rows that are marked as sent with the one that leaves */
  LAZY_MS = 250   /* outcomes that a look would tell wait so long for others */
};

static bool is_on(const cm_session *session) {
  return session->settings.recording.journal != NULL && !session->settings.dry_run;
}

/** It is open, in this process. */
static bool is_usable(const cm_session *session) {
  return session->journal != NULL && cm_journal_is_ours(session->journal);
}

/* ---- the journal of the session ------------------------------------------------------------------- */

/** A database of the user's that is still empty looks like a journal that is not yet made. */
static int check_own_files(cm_session *session, cm_err *err) {
  const char *path = session->settings.recording.journal;
  struct stat journal;
  struct stat other;
  cm_schemas schemas;
  bool is_empty = stat(path, &journal) == 0 && journal.st_size == 0;
  if (!is_empty) return SQLITE_OK; /* it is not there, or shows what it is */
  int rc = cm_schemas_list(session->db, &schemas);
  if (rc != SQLITE_OK) cm_err_set(err, rc, "journal: the schemas cannot be listed");
  for (int i = 0; i < schemas.count && rc == SQLITE_OK; i++) {
    const char *file = sqlite3_db_filename(session->db, schemas.names[i]);
    if (file == NULL || stat(file, &other) != 0) continue;
    if (other.st_dev != journal.st_dev || other.st_ino != journal.st_ino) continue;
    rc = cm_err_set(err, SQLITE_CANTOPEN,
                    "journal: nothing was sent (%s is a database of this connection): set journal "
                    "to a file of its own",
                    path);
  }
  cm_schemas_clear(&schemas);
  return rc;
}

int cm_record_check(cm_session *session, cm_err *err) {
  if (!is_on(session)) return SQLITE_OK;
  if (session->journal != NULL && !cm_journal_is_ours(session->journal)) {
    cm_journal_close(session->journal); /* of the process that this one was forked from */
    session->journal = NULL;
  }
  if (session->journal != NULL) return SQLITE_OK;
  session->free_journal = cm_journal_close;
  int rc = check_own_files(session, err);
  if (rc == SQLITE_OK)
    rc = cm_journal_open(session->settings.recording.journal, &session->clock, &session->journal,
                         err);
  return rc == SQLITE_OK
             ? cm_journal_prune(session->journal, session->settings.recording.journal_days, err)
             : rc;
}

static int begin_run(cm_session *session, cm_err *err) {
  int rc = cm_record_check(session, err);
  return rc == SQLITE_OK ? cm_journal_begin_run(session->journal, session->settings.base_url,
                                                session->name, err)
                         : rc;
}

static int name_account(cm_session *session, cm_err *err) {
  char *account = NULL;
  if (cm_journal_account(session->journal) != NULL) return SQLITE_OK;
  int rc = cm_identity_ask(session, "journal", &account, err);
  if (rc == SQLITE_OK) rc = cm_journal_name_account(session->journal, account, err);
  sqlite3_free(account);
  return rc;
}

/** An account that does not tell its id goes by its name, which changes: the user may say that it is the same. */
static int another_account(const cm_session *session, const cm_journal_run *run, cm_err *err) {
  const char *account = cm_journal_account(session->journal);
  bool is_sure = !cm_identity_may_change(run->account) && !cm_identity_may_change(account);
  char *same = sqlite3_mprintf(", or, where it is the same one and is called otherwise now, ATTACH "
                               "%Q AS journal; UPDATE journal.run SET account = %Q WHERE id = %lld",
                               session->settings.recording.journal, account, (long long)run->id);
  if (same == NULL) return cm_err_nomem(err);
  cm_err_set(err, SQLITE_ERROR,
             "run %lld in the journal was left alone (its writes are of another account, of '%s', "
             "and the key is one of '%s'): set api_key and base_url of that account, then call it "
             "again%s",
             (long long)run->id, run->account, account, is_sure ? "" : same);
  sqlite3_free(same);
  return SQLITE_ERROR;
}

int cm_record_check_account(cm_session *session, const cm_journal_run *run, cm_err *err) {
  if (strcmp(run->origin, session->settings.base_url) != 0)
    return cm_err_set(err, SQLITE_ERROR,
                      "run %lld in the journal was left alone (its writes went to another "
                      "base_url): set api_key and base_url of that account, then call it again",
                      (long long)run->id);
  bool is_same = *run->account == '\0' ||
                 strcmp(run->account, cm_journal_account(session->journal)) == 0;
  return is_same ? SQLITE_OK : another_account(session, run, err);
}

/* ---- lines ---------------------------------------------------------------------------------------- */

/** What the file says of a write: one in doubt that waits may have left. */
static const char *word_of(const cm_entry *entry) {
  bool is_in_doubt = entry->is_waiting && entry->state == CM_ENTRY_UNKNOWN;
  return cm_entry_state_word(is_in_doubt ? CM_ENTRY_SENT : entry->state);
}

/** The row was found when its turn came, and the INSERT became its update. */
static bool is_replacing(const cm_entry *entry) {
  bool is_update = entry->change != NULL ? entry->change->verb == CM_VERB_UPDATE
                                         : entry->line.before != NULL;
  return entry->verb == CM_VERB_INSERT && is_update;
}

/** The row as it was read, to be freed; NULL where none was. */
static int copy_before(const cm_entry *entry, char **out, cm_err *err) {
  cm_slice before = cm_change_before(entry->change);
  *out = before.ptr != NULL ? sqlite3_mprintf("%.*s", (int)before.len, before.ptr) : NULL;
  return before.ptr != NULL && *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

/** The name is "" where it may go in an import yet: resume goes on in the same way. Borrowed. */
static cm_imported imported_of(const cm_queue *queue, const cm_entry *entry) {
  static char none_yet[] = "";
  const cm_bulk_row *bulk = &entry->bulk;
  bool is_bulk = queue->session->settings.write_mode == CM_WRITE_BULK;
  cm_imported imported = { is_bulk && entry->verb == CM_VERB_INSERT ? none_yet : NULL, NULL };
  if (bulk->import != NULL)
    imported = (cm_imported){ bulk->import->name, bulk->is_by_uuid ? bulk->customer : NULL };
  return imported;
}

/** The id that the row has in the journal which it is to go inside, recorded yet or not; 0: in none. */
static int64_t id_of_host(const cm_queue *queue, const cm_entry *entry) {
  const cm_entry *host = queue->sending.is_autocommit ? NULL
                                                      : cm_waiting_find_host_of(queue, entry);
  if (host == NULL || host->journal_id != 0) return host != NULL ? host->journal_id : 0;
  return cm_journal_run_number(queue->session->journal) * CM_JOURNAL_RUN_IDS + host->id;
}

static int put_line(cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_journal *journal = queue->session->journal;
  const cm_imported imported = imported_of(queue, entry);
  char *body = NULL;
  char *change = NULL;
  char *old = NULL;
  int rc = copy_before(entry, &old, err);
  if (rc == SQLITE_OK && entry->journal_id == 0) rc = begin_run(queue->session, err);
  if (rc == SQLITE_OK) rc = cm_change_bodies(entry->change, &body, err);
  if (rc == SQLITE_OK) rc = cm_change_to_text(entry->change, &imported, &change, err);
  cm_change_release_scratch(entry->change);
  if (rc == SQLITE_OK && entry->journal_id == 0)
    entry->journal_id = cm_journal_run_number(journal) * CM_JOURNAL_RUN_IDS + entry->id;
  const cm_journal_line line = { .id = entry->journal_id,
                                 .run = entry->journal_id / CM_JOURNAL_RUN_IDS,
                                 .time_ms = entry->time_ms,
                                 .table_name = entry->resource->name,
                                 .operation = cm_entry_operation(entry->verb),
                                 .key = entry->line.label,
                                 .state = word_of(entry),
                                 .body = body,
                                 .before = old,
                                 .change = change,
                                 .host = id_of_host(queue, entry) };
  if (rc == SQLITE_OK) rc = cm_journal_put(journal, &line, err);
  entry->is_recorded = rc == SQLITE_OK;
  sqlite3_free(old);
  sqlite3_free(body);
  sqlite3_free(change);
  return rc;
}

int cm_record_enter(cm_session *session, cm_err *err) {
  int rc = cm_record_check(session, err);
  if (rc == SQLITE_OK) rc = cm_journal_enter(session->journal, err);
  return rc == SQLITE_OK ? name_account(session, err) : rc;
}

/* ---- what never waits ------------------------------------------------------------------------------ */

/** A row that was refused before it could wait. */
static int put_refused(cm_journal *journal, cm_entry *entry, cm_err *err) {
  entry->journal_id = cm_journal_run_number(journal) * CM_JOURNAL_RUN_IDS + entry->id;
  const cm_journal_line line = { .id = entry->journal_id,
                                 .run = cm_journal_run_number(journal),
                                 .time_ms = entry->time_ms,
                                 .table_name = entry->resource->name,
                                 .operation = cm_entry_operation(entry->verb),
                                 .key = entry->line.label,
                                 .state = cm_entry_state_word(CM_ENTRY_REFUSED),
                                 .error = entry->line.error,
                                 .body = entry->line.body,
                                 .change = "" };
  return cm_journal_put(journal, &line, err);
}

/** Those that were refused since this was done last. */
static int put_all_refused(cm_queue *queue, cm_err *err) {
  int first = queue->log.count;
  int rc = SQLITE_OK;
  while (first > 0 && cm_queue_log_at(queue, first - 1)->id > queue->refused_to)
    first--;
  for (int i = first; i < queue->log.count && rc == SQLITE_OK; i++) {
    cm_entry *entry = cm_queue_log_at(queue, i);
    bool is_early = entry->change == NULL && entry->journal_id == 0 && !entry->is_waiting &&
                    entry->state == CM_ENTRY_REFUSED;
    if (!is_early) continue;
    rc = begin_run(queue->session, err);
    if (rc == SQLITE_OK) rc = put_refused(queue->session->journal, entry, err);
  }
  if (rc == SQLITE_OK) queue->refused_to = *queue->next_id - 1;
  return rc;
}

void cm_record_close(cm_queue *queue) {
  cm_err err = { 0 };
  bool is_others = queue->session->journal != NULL && !is_usable(queue->session);
  if (!is_on(queue->session) || is_others) return;
  /* nothing of it was sent: it is lost with the journal only */
  if (put_all_refused(queue, &err) == SQLITE_OK) cm_record_known(queue);
}

int cm_record_call(cm_queue *queue, const cm_called *called, int64_t *out, cm_err *err) {
  *out = 0;
  if (!is_on(queue->session)) return SQLITE_OK;
  int rc = begin_run(queue->session, err);
  if (rc != SQLITE_OK) return rc;
  cm_journal *journal = queue->session->journal;
  int64_t run = cm_journal_run_number(journal);
  const cm_journal_line line = { .id = run * CM_JOURNAL_RUN_IDS + (*queue->next_id)++,
                                 .run = run,
                                 .time_ms = cm_session_wall_ms(queue->session),
                                 .table_name = called->who,
                                 .operation = called->method,
                                 .key = called->path,
                                 .state = cm_entry_state_word(CM_ENTRY_SENT),
                                 .body = called->body };
  rc = cm_journal_put(journal, &line, err);
  if (rc == SQLITE_OK) rc = cm_journal_flush(journal, err);
  *out = rc == SQLITE_OK ? line.id : 0;
  return rc;
}

int cm_record_answer(cm_queue *queue, int64_t id, const cm_answered *answer, cm_err *err) {
  cm_entry_state state = answer->error == NULL ? CM_ENTRY_WRITTEN
                         : answer->is_unknown  ? CM_ENTRY_UNKNOWN
                                               : CM_ENTRY_REFUSED;
  if (id == 0 || !is_usable(queue->session)) return SQLITE_OK;
  const cm_journal_line line = { .id = id,
                                 .state = cm_entry_state_word(state),
                                 .status = answer->status,
                                 .error = answer->error,
                                 .response = answer->body };
  int rc = cm_journal_put_outcome(queue->session->journal, &line, err);
  return rc == SQLITE_OK ? cm_journal_flush(queue->session->journal, err) : rc;
}

int cm_record_begin(cm_queue *queue, bool is_whole, cm_err *err) {
  cm_session *session = queue->session;
  int64_t last = 0;
  if (!is_on(session)) return SQLITE_OK;
  if (queue->waiting.count == 0) return is_whole ? put_all_refused(queue, err) : SQLITE_OK;
  int rc = cm_record_enter(session, err);
  if (rc == SQLITE_OK) rc = put_all_refused(queue, err);
  for (cm_entry *entry = queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    if (!entry->is_recorded) rc = put_line(queue, entry, err);
    if (entry->journal_id / CM_JOURNAL_RUN_IDS == cm_journal_run_number(session->journal))
      last = entry->journal_id;
  }
  if (rc == SQLITE_OK && is_whole && last != 0)
    rc = cm_journal_put_whole(session->journal, last, err);
  if (rc == SQLITE_OK && is_whole) rc = cm_journal_flush(session->journal, err);
  bool is_idle = session->journal != NULL && queue->sending.shipment_count == 0;
  if (rc != SQLITE_OK && is_idle) cm_journal_leave(session->journal);
  return rc;
}

static int put_sent(cm_queue *queue, cm_entry *entry, cm_err *err) {
  char *change = NULL;
  char *old = NULL;
  const cm_imported imported = imported_of(queue, entry);
  int rc = cm_change_to_text(entry->change, &imported, &change, err);
  if (rc == SQLITE_OK && is_replacing(entry)) rc = copy_before(entry, &old, err);
  const cm_journal_line line = { .id = entry->journal_id,
                                 .before = old,
                                 .change = change,
                                 .host = entry->inside.host != NULL ? entry->inside.host->journal_id
                                                                    : 0 };
  if (rc == SQLITE_OK) rc = cm_journal_put_sent(queue->session->journal, &line, err);
  cm_change_release_scratch(entry->change);
  sqlite3_free(old);
  sqlite3_free(change);
  queue->has_marks = true;
  return rc;
}

/** A new row of a name that no other write has: nothing has to be durable before it, and a look tells what became of it. */
static bool is_by_itself(const cm_queue *queue, const cm_entry *entry) {
  const cm_entry *named = cm_waiting_by_natural(queue, entry->ties.natural_token);
  bool is_plain = entry->verb == CM_VERB_INSERT && entry->change->verb == CM_VERB_INSERT &&
                  entry->change->conflict == CM_CONFLICT_FAIL && entry->list.token == 0 &&
                  entry->change->name_count == 0 && entry->ties.name_count == 0;
  bool is_alone = entry->inside.first == NULL && !cm_entry_is_part(entry) && named == entry &&
                  cm_map_next(&entry->ties.by_natural) == NULL;
  return is_plain && is_alone && entry->ties.natural_token != 0;
}

/** One sync for many calls: the rows behind this one that are alike may leave at any time after it. */
static int put_sent_ahead(cm_queue *queue, const cm_entry *first, cm_err *err) {
  int left = is_by_itself(queue, first) ? MAX_AHEAD : 0;
  int rc = SQLITE_OK;
  for (cm_entry *entry = first->next; entry != NULL && left > 0 && rc == SQLITE_OK;
       entry = entry->next, left--) {
    bool is_alike = entry->resource == first->resource &&
                    entry->ties.delete_epoch == first->ties.delete_epoch &&
                    entry->ties.verb_epoch == first->ties.verb_epoch;
    bool waits = entry->progress.phase == CM_PHASE_IDLE && entry->state == CM_ENTRY_QUEUED &&
                 entry->is_recorded && !entry->is_sent_ahead && !entry->bulk.may_go;
    if (!is_alike || !waits || !is_by_itself(queue, entry)) continue;
    rc = put_sent(queue, entry, err);
    entry->is_sent_ahead = rc == SQLITE_OK;
  }
  return rc;
}

int cm_record_sent(cm_queue *queue, const cm_shipment *shipment, cm_err *err) {
  int rc = SQLITE_OK;
  if (!is_on(queue->session) || queue->session->journal == NULL) return SQLITE_OK;
  for (cm_entry *entry = shipment->first; entry != NULL && rc == SQLITE_OK;
       entry = entry->progress.next_carried) {
    bool is_marked = entry->is_sent_ahead && shipment->import == NULL &&
                     is_by_itself(queue, entry) && !entry->progress.is_doubtful;
    if (entry->is_recorded && !is_marked) rc = put_sent(queue, entry, err);
  }
  bool may_mark = rc == SQLITE_OK && queue->has_marks && shipment->rows == 1;
  return may_mark ? put_sent_ahead(queue, shipment->first, err) : rc;
}

static void forget_failure(cm_queue *queue) {
  sqlite3_free(queue->lost_record);
  queue->lost_record = NULL;
}

/** The first failure is kept. */
static void note_failure(cm_queue *queue, const cm_err *err) {
  if (err->code == SQLITE_NOMEM) queue->tally.is_out_of_memory = queue->is_record_cut = true;
  if (queue->lost_record != NULL) return;
  queue->lost_record = sqlite3_mprintf("%s", err->text);
  if (queue->lost_record == NULL) queue->tally.is_out_of_memory = true;
}

static int put_outcome(cm_queue *queue, const cm_entry *entry, cm_err *err) {
  const cm_journal_line line = { .id = entry->journal_id,
                                 .state = word_of(entry),
                                 .status = entry->line.status,
                                 .error = entry->line.error != NULL ? entry->line.error
                                                                    : entry->line.note,
                                 .uuid = entry->line.uuid,
                                 .not_taken = entry->line.not_taken,
                                 .response = entry->line.response,
                                 .before = is_replacing(entry) ? entry->line.before : NULL };
  return cm_journal_put_outcome(queue->session->journal, &line, err);
}

void cm_record_state(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  if (!entry->is_recorded || !is_usable(queue->session) || queue->is_set_aside) return;
  if (!entry->is_sent_ahead) queue->has_urgent = true;
  if (entry->is_waiting) entry->is_sent_ahead = false; /* what is put now takes the mark back */
  if (queue->is_record_short)
    return; /* the next flush puts all that have ended: no wait for each */
  if (put_outcome(queue, entry, &err) != SQLITE_OK) {
    queue->is_record_short = true;
    note_failure(queue, &err);
  }
}

/** What a sync that failed has taken away of the outcomes: all are put once more. */
static int put_all_ended(cm_queue *queue, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < queue->log.count && rc == SQLITE_OK; i++) {
    const cm_entry *entry = cm_queue_log_at(queue, i);
    bool is_set_aside = entry->is_resumed && entry->state == CM_ENTRY_DROPPED;
    bool may_lack = entry->is_recorded && !is_set_aside &&
                    (!entry->is_waiting || entry->state == CM_ENTRY_UNKNOWN);
    if (may_lack) rc = put_outcome(queue, entry, err);
  }
  return rc;
}

/** What was put and is not durable may be gone. */
static void forget_marks(cm_queue *queue) {
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    entry->is_sent_ahead = false;
}

int cm_record_flush(cm_queue *queue, cm_err *err) {
  int rc = SQLITE_OK;
  if (!is_usable(queue->session)) return SQLITE_OK;
  if (queue->is_record_short) rc = put_all_ended(queue, err);
  if (rc == SQLITE_OK) rc = cm_journal_flush(queue->session->journal, err);
  queue->is_record_short = rc != SQLITE_OK;
  /* where there is room again, or the other program has ended, it goes on */
  if (rc == SQLITE_CANTOPEN || rc == SQLITE_BUSY) err->may_help = true;
  if (rc != SQLITE_OK) forget_marks(queue);
  if (rc == SQLITE_OK) forget_failure(queue);
  queue->has_marks = queue->has_urgent = false;
  queue->flushed_ms = cm_session_now_ms(queue->session);
  return rc;
}

int cm_record_leave(cm_queue *queue, cm_err *err) {
  bool must_flush = queue->has_marks || queue->has_urgent || queue->is_record_short;
  return must_flush ? cm_record_flush(queue, err) : SQLITE_OK;
}

void cm_record_idle(cm_queue *queue) {
  bool is_late = cm_session_now_ms(queue->session) - queue->flushed_ms >= LAZY_MS;
  if (queue->has_urgent || queue->has_marks || is_late) cm_record_known(queue);
}

void cm_record_known(cm_queue *queue) {
  cm_err err = { 0 };
  int rc = cm_record_flush(queue, &err);
  if (rc == SQLITE_CANTOPEN)
    rc = cm_record_flush(queue, &err); /* what was lost has been put again */
  if (rc != SQLITE_OK) note_failure(queue, &err);
}

int cm_record_end(cm_queue *queue, bool is_over, cm_err *err) {
  cm_journal *journal = queue->session->journal;
  cm_err paused = { 0 };
  if (!is_usable(queue->session)) return SQLITE_OK;
  if (is_over && queue->waiting.count > 0 && cm_journal_put_paused(journal, &paused) != SQLITE_OK)
    note_failure(queue, &paused);
  cm_record_known(queue);
  if (is_over && queue->sending.shipment_count == 0) cm_journal_leave(journal);
  bool is_cut = queue->is_record_cut;
  queue->is_record_cut = false;
  if (is_cut) {
    forget_failure(queue);
    return cm_err_nomem(err);
  }
  if (queue->lost_record == NULL) return SQLITE_OK;
  cm_err_set(err, SQLITE_ERROR,
             "what became of the writes is not in the journal (%s); look at chartmogul_writes of "
             "this connection before it is closed",
             queue->lost_record);
  forget_failure(queue);
  return SQLITE_ERROR;
}
