#include "write/settle.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_names.h"
#include "find/finder.h"
#include "record/encode.h"
#include "spec/registry.h"
#include "write/inside.h"
#include "write/outcome.h"
#include "write/record.h"
#include "write/shared_sets.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/write_log.h"

static void set_error(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_queue_put_text(queue, &entry->line.error, err->text);
  entry->line.code = err->code;
  if (err->http_status != 0) entry->line.status = err->http_status;
}

static void stop_running(cm_entry *entry) {
  cm_shipment_leave(entry);
  cm_entry_release_scratch(entry);
}

/** Take the row's own body over from its call, where it is that. */
static int keep_body(cm_entry *entry) {
  bool is_replacing = entry->verb == CM_VERB_INSERT && entry->change->verb == CM_VERB_UPDATE;
  if (is_replacing && entry->line.body != NULL) return SQLITE_OK; /* see replace in write/run.c */
  sqlite3_free(entry->line.body);
  entry->line.body = NULL;
  cm_change_step *step = entry->progress.steps;
  bool is_own = entry->progress.step_count == 1 && entry->list.token == 0 &&
                cm_change_is_own_body(entry->change, step->write);
  if (!is_own) return cm_change_bodies(entry->change, &entry->line.body, NULL);
  entry->line.body = step->body;
  step->body = NULL;
  return SQLITE_OK;
}

/**
 * The row's own body, and the row as it was read. Of one that will not be sent they may be made later, from the change.
 * @return false where the change is needed for that.
 */
static bool keep_bodies(cm_queue *queue, cm_entry *entry) {
  cm_slice before = cm_change_before(entry->change);
  int rc = keep_body(entry);
  if (rc != SQLITE_NOMEM && before.ptr != NULL) {
    entry->line.before = sqlite3_mprintf("%.*s", (int)before.len, before.ptr);
    if (entry->line.before == NULL) rc = SQLITE_NOMEM;
  }
  bool is_later = rc == SQLITE_NOMEM && entry->state == CM_ENTRY_DROPPED;
  if (rc == SQLITE_NOMEM && !is_later) queue->tally.is_out_of_memory = true;
  return !is_later;
}

static void free_change(cm_entry *entry) {
  cm_change_clear(entry->change);
  sqlite3_free(entry->change);
  entry->change = NULL;
}

/** What still waits and will not be sent. */
static void drop_unsent(cm_entry *entry) {
  if (entry->state != CM_ENTRY_QUEUED && entry->state != CM_ENTRY_SENT) return;
  entry->state = entry->progress.is_doubtful || entry->progress.step > 0 ? CM_ENTRY_UNKNOWN
                                                                         : CM_ENTRY_DROPPED;
  bool is_dropped = entry->state == CM_ENTRY_DROPPED;
  if (is_dropped && entry->line.note == NULL) entry->line.note = "not sent: the transaction failed";
}

void cm_entry_retire(cm_queue *queue, cm_entry *entry) {
  stop_running(entry);
  drop_unsent(entry);
  cm_entry_leave_import(entry);
  cm_queue_unlink(queue, entry);
  int seen = 0; /* only those in the window were ever looked at */
  for (cm_entry *other = queue->waiting.first; other != NULL && seen < CM_QUEUE_WINDOW;
       other = other->next) {
    if (other->ties.blocker == entry) other->ties.blocker = NULL;
    if (other->progress.phase == CM_PHASE_IDLE) seen++;
  }
  bool is_kept = keep_bodies(queue, entry);
  if (entry->progress.not_taken.len > 0)
    entry->line.not_taken = cm_buf_take(&entry->progress.not_taken);
  cm_buf_clear(&entry->progress.not_taken);
  cm_change_free_steps(entry->progress.steps, entry->progress.step_count);
  entry->progress.steps = NULL;
  entry->progress.step_count = 0;
  if (is_kept) {
    free_change(entry);
  } else {
    cm_change_release_scratch(entry->change);
  }
  sqlite3_free(entry->ties.names);
  entry->ties.names = NULL;
  entry->ties.name_count = 0;
  sqlite3_free(entry->progress.refusal);
  entry->progress.refusal = NULL;
  cm_record_state(queue, entry);
  cm_queue_log_ended(queue, entry);
}

/** Does an update leave the columns alone that the row is named by? */
static bool keeps_its_name(const cm_change *change) {
  const cm_natural_key *natural = change->resource->natural_key;
  for (int i = 0; i < 2 && natural->columns[i] != NULL; i++) {
    int column = cm_registry_column(change->resource, natural->columns[i]);
    if (cm_change_find(change, column) != NULL) return false;
  }
  return true;
}

/** Later writes of the transaction that name this row need not ask for it. */
static void remember(cm_queue *queue, cm_entry *entry, const char *uuid) {
  cm_plain key;
  char *texts[2];
  if (cm_change_natural_key(entry->change, texts, NULL) != SQLITE_OK) {
    cm_question_forget_all(&queue->finder); /* whatever is known of it may be wrong by now */
    queue->tally.is_out_of_memory = true;
  }
  if (texts[0] == NULL) return;
  bool is_update = entry->change->verb == CM_VERB_UPDATE;
  bool is_kept = is_update && keeps_its_name(entry->change);
  if (is_update && !is_kept) cm_question_rename(&queue->finder, entry->resource);
  if (is_kept) uuid = cm_plain_set(&key, &entry->change->key);
  if ((entry->change->verb == CM_VERB_INSERT || is_kept) && uuid != NULL) {
    if (cm_question_remember(&queue->finder, entry->resource, (const char *const *)texts, uuid,
                             !is_update, entry->ties.frozen_token) != SQLITE_OK)
      queue->tally.is_out_of_memory = true;
  } else {
    cm_question_forget(&queue->finder, entry->resource, (const char *const *)texts);
  }
  sqlite3_free(texts[0]);
  sqlite3_free(texts[1]);
}

/** A member of a set was written: the text of its owner is not what a list has shown, and a new member is there. */
static int touch_member(cm_queue *queue, cm_entry *entry, bool is_written) {
  const cm_member_of *of = entry->resource->member_of;
  char *owner = NULL;
  int rc = cm_change_text(entry->change, cm_change_column(entry->resource, of->owner), &owner,
                          NULL);
  cm_question_touch(&queue->finder, of->resource, owner);
  sqlite3_free(owner);
  bool is_there = is_written && entry->change->verb == CM_VERB_INSERT;
  return rc == SQLITE_OK ? cm_set_note_written(queue, entry, is_there) : rc;
}

/** What was written of a row is not what lists have shown: of itself, of its sets, of what it names. */
static int touch_row(cm_finder *finder, cm_entry *entry) {
  const cm_resource *resource = entry->resource;
  char *text = NULL;
  int key = cm_registry_key(resource);
  int rc = key >= 0 ? cm_change_text(entry->change, key, &text, NULL) : SQLITE_OK;
  cm_question_touch(finder, resource->name, text);
  if (resource->member_of == NULL) cm_question_touch_sets(finder, resource->name, text);
  sqlite3_free(text);
  for (const cm_reference *reference = resource->references;
       rc == SQLITE_OK && reference != NULL && reference->column != NULL; reference++) {
    if (reference->within != NULL) continue;
    text = NULL;
    rc = cm_change_text(entry->change, cm_change_column(resource, reference->column), &text, NULL);
    cm_question_touch(finder, reference->resource, text);
    sqlite3_free(text);
  }
  return rc;
}

/** The rows whose texts may show what was written: itself, whose set it writes a member of, and what it names. */
static void touch(cm_queue *queue, cm_entry *entry, bool is_written) {
  bool is_member = entry->resource->member_of != NULL;
  int rc = SQLITE_OK;
  if (cm_entry_is_part(entry)) cm_question_touch_parts(&queue->finder);
  if (queue->finder.lists.first != NULL || !is_member) rc = touch_row(&queue->finder, entry);
  if (rc == SQLITE_OK && is_member) rc = touch_member(queue, entry, is_written);
  if (rc != SQLITE_OK) cm_question_forget_all(&queue->finder);
}

/** Of the rows created so far the last one in the order of the statements, not of the answers. An import shows none. */
static void note_last_uuid(cm_queue *queue, const cm_entry *entry) {
  cm_connection *connection = queue->session->connection;
  bool is_imported = entry->bulk.import != NULL;
  if (entry->line.uuid == NULL && !is_imported) return;
  if (entry->id < connection->last_uuid_write_id) return;
  if (entry->line.uuid != NULL) {
    cm_queue_put_text(queue, &connection->last_uuid, entry->line.uuid);
  } else {
    sqlite3_free(connection->last_uuid);
    connection->last_uuid = NULL;
  }
  connection->last_uuid_write_id = entry->id;
}

static void end_written(cm_queue *queue, cm_entry *entry) {
  bool is_dry = queue->session->settings.dry_run && entry->line.status == 0;
  bool is_create = entry->change->verb == CM_VERB_INSERT;
  sqlite3_free(entry->line.error);
  entry->line.error = NULL;
  entry->line.code = SQLITE_OK;
  if (is_dry) {
    char placeholder[32];
    sqlite3_snprintf(sizeof placeholder, placeholder, "dry_run_%lld", (long long)entry->id);
    entry->state = CM_ENTRY_DRY_RUN;
    cm_queue_put_text(queue, &entry->line.error, "dry_run: nothing was sent");
    remember(queue, entry, placeholder);
  } else {
    entry->state = CM_ENTRY_WRITTEN;
    if (is_create) note_last_uuid(queue, entry);
    remember(queue, entry, entry->line.uuid);
  }
  if (entry->verb == CM_VERB_DELETE) cm_question_forget_all(&queue->finder);
  queue->tally.written++;
  cm_entry_retire(queue, entry);
}

static void end_left_alone(cm_queue *queue, cm_entry *entry) {
  cm_queue_put_text(queue, &entry->line.error, "exists already: left alone");
  entry->line.code = SQLITE_OK;
  entry->state = CM_ENTRY_WRITTEN;
  queue->tally.left_alone++;
  cm_entry_retire(queue, entry);
}

/** Of a statement with OR IGNORE only "exists already" is SQLITE_CONSTRAINT, and that is not a refusal. */
static int visible_code(const cm_queue *queue, const cm_entry *entry, int code) {
  bool is_ignore = queue->sending.is_autocommit && entry->change->conflict == CM_CONFLICT_IGNORE;
  return is_ignore && code == SQLITE_CONSTRAINT ? SQLITE_ERROR : code;
}

/** Programs repeat what is BUSY by themselves: not a write that may have happened, which would happen twice. */
static void tell_failed(cm_queue *queue, const cm_entry *entry, const cm_err *err) {
  cm_err reported = *err;
  if (reported.code == SQLITE_BUSY && entry->state == CM_ENTRY_UNKNOWN)
    reported.code = SQLITE_ERROR;
  cm_outcome_note_first(&queue->tally.first_failed, entry, &reported);
}

static void end_unknown(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_tally *tally = &queue->tally;
  set_error(queue, entry, err);
  entry->state = CM_ENTRY_UNKNOWN;
  entry->line.is_counted_unknown = true;
  tally->unknown++;
  tell_failed(queue, entry, err);
  cm_outcome_note_first(&tally->first_unknown, entry, err);
  queue->sending.is_stopped = true;
  cm_entry_retire(queue, entry);
}

/** The values of this row are refused; the key, the connection and the memory do for the next one. */
static bool is_of_the_row(const cm_err *err) {
  return err->is_of_row || err->code == SQLITE_CONSTRAINT || err->code == SQLITE_TOOBIG;
}

static bool is_enough(const cm_queue *queue) {
  if (queue->session->settings.on_refusal != CM_REFUSAL_STOPS) return false;
  return !queue->sending.is_autocommit || queue->tally.refused >= CM_MAX_REFUSED_ROWS;
}

/** Where refused rows do not stop the others, what stops them all is what is reported. */
static void forget_lesser(cm_queue *queue) {
  cm_tally *tally = &queue->tally;
  if (queue->session->settings.on_refusal == CM_REFUSAL_STOPS || tally->is_broken) return;
  sqlite3_free(tally->first_refused.line);
  memset(&tally->first_refused, 0, sizeof tally->first_refused);
}

/** A no to the second try takes back no doubt about the first. */
static void end_refused(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_tally *tally = &queue->tally;
  if (entry->progress.is_doubtful) {
    end_unknown(queue, entry, err);
    return;
  }
  set_error(queue, entry, err);
  entry->state = CM_ENTRY_REFUSED;
  tally->refused++;
  tally->kept += entry->line.uuid != NULL && entry->line.status >= 200 && entry->line.status < 300;
  if (is_of_the_row(err)) {
    if (is_enough(queue)) queue->sending.is_stopped = true;
  } else {
    forget_lesser(queue);
    tally->is_broken = true;
    queue->sending.is_stopped = true;
  }
  bool may_be_first = !tally->is_broken || tally->first_refused.code == SQLITE_OK;
  if (may_be_first && cm_outcome_note_refused(&tally->first_refused, entry, err))
    tally->first_refused.code = visible_code(queue, entry, err->code);
  cm_entry_retire(queue, entry);
}

static void suspend(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  set_error(queue, entry, err);
  entry->state = entry->progress.is_doubtful ? CM_ENTRY_UNKNOWN : CM_ENTRY_QUEUED;
  tell_failed(queue, entry, err);
  queue->sending.is_stopped = true;
  stop_running(entry);
  cm_record_state(queue, entry);
}

static void park(cm_queue *queue, cm_entry *entry) {
  entry->state = entry->progress.is_doubtful ? CM_ENTRY_UNKNOWN : CM_ENTRY_QUEUED;
  stop_running(entry);
  cm_record_state(queue, entry); /* it was about to leave, as the journal has it */
}

static void settle_one(cm_queue *queue, cm_entry *entry, cm_end end, const cm_err *err) {
  if (end == CM_END_WRITTEN || end == CM_END_REFUSED || end == CM_END_UNKNOWN)
    touch(queue, entry, end == CM_END_WRITTEN);
  switch (end) {
  case CM_END_NONE: return;
  case CM_END_WRITTEN: end_written(queue, entry); return;
  case CM_END_LEFT_ALONE: end_left_alone(queue, entry); return;
  case CM_END_PARKED: park(queue, entry); return;
  case CM_END_REFUSED: end_refused(queue, entry, err); return;
  case CM_END_UNKNOWN: end_unknown(queue, entry, err); return;
  case CM_END_LATER: suspend(queue, entry, err); return;
  }
}

/** What a part is refused for: its own errors, or those of its host. */
static void put_reason(const cm_entry *entry, const char *label, const cm_err *cause, cm_err *err) {
  bool is_of_row = err->is_of_row;
  cm_inside_tell_refused(entry, label, cause, err);
  err->is_of_row = is_of_row;
  err->is_of_another = entry->progress.refusal == NULL;
}

void cm_settle(cm_queue *queue, cm_entry *entry, cm_end end, const cm_err *err) {
  char label[96];
  cm_err cause = { 0 };
  bool is_named = entry->line.label != NULL;
  if (end == CM_END_NONE) return;
  if (end == CM_END_REFUSED) {
    const char *what = NULL;
    int len = cm_outcome_what(entry, err->text, &what);
    cm_err_set(&cause, err->code, "%.*s", len, what);
    sqlite3_snprintf((int)sizeof label, label, "%s", is_named ? entry->line.label : "");
  }
  bool has_parts = entry->inside.first != NULL;
  int status = entry->line.status;
  cm_entry *next = cm_shipment_next_of(entry, entry);
  settle_one(queue, entry, end, err); /* which may free it, where the log is full */
  for (cm_entry *with = next; with != NULL; with = next) {
    cm_err reason = { 0 };
    if (err != NULL) reason = *err;
    next = cm_shipment_next_of(with, entry);
    with->line.status = status;
    if (end == CM_END_REFUSED && has_parts)
      put_reason(with, is_named ? label : NULL, &cause, &reason);
    settle_one(queue, with, end == CM_END_LEFT_ALONE ? CM_END_PARKED : end, &reason);
  }
}

cm_end cm_end_of_failure(bool may_help, const cm_err *err) {
  bool is_passing = may_help || err->may_help || err->code == SQLITE_INTERRUPT;
  return is_passing ? CM_END_LATER : CM_END_REFUSED;
}
