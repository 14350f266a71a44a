#include "write/outcome.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "spec/registry.h"
#include "write/change_calls.h"
#include "write/entry.h"
#include "write/finder.h"
#include "write/inside.h"
#include "write/waiting.h"
#include "write/write_log.h"

/* ---- lines --------------------------------------------------------------------------------- */

/** The line without the table in front: it is said once for all rows. */
static const char *without_who(const cm_entry *entry, const char *line) {
  size_t len = strlen(entry->resource->name);
  bool has_who = strncmp(line, entry->resource->name, len) == 0 &&
                 strncmp(line + len, ": ", 2) == 0;
  return has_who ? line + len + 2 : line;
}

void cm_queue_tell_first(cm_told *told, const cm_entry *entry, const cm_err *err) {
  const char *rest = without_who(entry, err->text);
  if (told->code != SQLITE_OK) return;
  told->code = err->code;
  told->who = entry->resource->name;
  const char *name = entry->label != NULL ? entry->label : entry->owner;
  told->line = name != NULL ? sqlite3_mprintf("%s: %s", name, rest) : sqlite3_mprintf("%s", rest);
}

static const char *line_of(const cm_told *told) {
  return told->line != NULL ? told->line : "out of memory";
}

/** What happened, without the advice behind it. */
static int len_without_advice(const char *line) {
  const char *end = NULL;
  for (const char *at = strstr(line, "): "); at != NULL; at = strstr(at + 1, "): "))
    end = at + 1;
  return (int)(end != NULL ? end - line : (long)strlen(line));
}

void cm_entry_advise(const cm_entry *entry, const char *advice, cm_err *err) {
  char line[sizeof err->text];
  const char *rest = without_who(entry, err->text);
  sqlite3_snprintf((int)sizeof line, line, "%.*s", len_without_advice(rest), rest);
  cm_err_set(err, err->code, "%s: %s: %s", entry->resource->name, line, advice);
}

static void set_error(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_queue_put_text(queue, &entry->error, err->text);
  entry->code = err->code;
  if (err->http_status != 0) entry->status = err->http_status;
}

/* ---- ends ---------------------------------------------------------------------------------- */

static void stop_running(cm_queue *queue, cm_entry *entry) {
  cm_batch_leave(entry);
  for (int i = 0; i < queue->running_count; i++) {
    if (queue->running[i] != entry) continue;
    queue->running[i] = queue->running[--queue->running_count];
    break;
  }
  cm_entry_rest(entry);
}

/**
 * Bodies of what was sent, or would have been. One that nobody will send may be made later, from the change.
 * @return false where the change is needed for that.
 */
static bool keep_bodies(cm_queue *queue, cm_entry *entry) {
  cm_buf bodies;
  if (entry->steps == NULL) {
    bool is_lost = cm_change_bodies(entry->change, &entry->body, NULL) == SQLITE_NOMEM;
    bool is_later = is_lost && entry->state == CM_ENTRY_DROPPED;
    if (is_lost && !is_later) queue->tally.is_out_of_memory = true;
    return !is_later;
  }
  cm_buf_init(&bodies, 2 * CM_MAX_BODY_BYTES);
  for (int i = 0; i < entry->step_count; i++) {
    if (entry->steps[i].body == NULL) continue;
    cm_buf_printf(&bodies, "%s%s", bodies.len > 0 ? "\n" : "", entry->steps[i].body);
  }
  bool is_lost = bodies.code == SQLITE_NOMEM;
  if (bodies.len > 0) entry->body = cm_buf_take(&bodies);
  cm_buf_clear(&bodies);
  if (is_lost) queue->tally.is_out_of_memory = true;
  return true;
}

static void free_change(cm_entry *entry) {
  cm_change_clear(entry->change);
  sqlite3_free(entry->change);
  entry->change = NULL;
}

/** What still waits when nobody will send it. */
static void drop_unsent(cm_entry *entry) {
  if (entry->state != CM_ENTRY_QUEUED && entry->state != CM_ENTRY_SENT) return;
  entry->state = entry->is_doubtful || entry->step > 0 ? CM_ENTRY_UNKNOWN : CM_ENTRY_DROPPED;
  bool is_dropped = entry->state == CM_ENTRY_DROPPED;
  if (is_dropped && entry->note == NULL) entry->note = "not sent: the transaction failed";
}

void cm_entry_retire(cm_queue *queue, cm_entry *entry) {
  stop_running(queue, entry);
  drop_unsent(entry);
  cm_queue_unlink(queue, entry);
  int seen = 0; /* only those in the window were ever looked at */
  for (cm_entry *other = queue->first_waiting; other != NULL && seen < CM_QUEUE_WINDOW;
       other = other->next) {
    if (other->blocker == entry) other->blocker = NULL;
    if (other->phase == CM_PHASE_IDLE) seen++;
  }
  sqlite3_free(entry->body);
  entry->body = NULL;
  bool is_kept = keep_bodies(queue, entry);
  if (entry->not_taken.len > 0) entry->taken_text = cm_buf_take(&entry->not_taken);
  cm_buf_clear(&entry->not_taken);
  cm_change_free_steps(entry->steps, entry->step_count);
  entry->steps = NULL;
  entry->step_count = 0;
  if (is_kept) {
    free_change(entry);
  } else {
    cm_change_rest(entry->change);
  }
  sqlite3_free(entry->names);
  entry->names = NULL;
  entry->name_count = 0;
  sqlite3_free(entry->refusal);
  entry->refusal = NULL;
  cm_queue_log_ended(queue, entry);
}

/** Whoever travels with an entry ends as it does: the next of them, taken off the row. */
static cm_entry *take_follower(cm_entry *entry) {
  cm_entry *follower = entry->follower;
  entry->follower = NULL;
  if (follower != NULL) follower->status = entry->status;
  return follower;
}

/** Does an update leave the columns alone that the row is named by? */
static bool keeps_its_name(const cm_change *change) {
  const cm_natural_key *natural = change->resource->natural_key;
  for (int i = 0; i < 2 && natural->columns[i] != NULL; i++) {
    int column = cm_registry_find_column(change->resource, natural->columns[i],
                                         strlen(natural->columns[i]));
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
  bool is_kept = entry->change->verb == CM_VERB_UPDATE && keeps_its_name(entry->change);
  if (is_kept) uuid = cm_plain_set(&key, &entry->change->key);
  if ((entry->change->verb == CM_VERB_INSERT || is_kept) && uuid != NULL) {
    if (cm_question_remember(&queue->finder, entry->resource, (const char *const *)texts, uuid) !=
        SQLITE_OK)
      queue->tally.is_out_of_memory = true;
  } else {
    cm_question_forget(&queue->finder, entry->resource, (const char *const *)texts);
  }
  sqlite3_free(texts[0]);
  sqlite3_free(texts[1]);
}

/** Of the rows created so far the last one in the order of the statements, not of the answers. */
static void note_last_uuid(cm_queue *queue, const cm_entry *entry) {
  if (entry->uuid == NULL || entry->id < queue->last_uuid_id) return;
  cm_queue_put_text(queue, &queue->session->last_uuid, entry->uuid);
  queue->last_uuid_id = entry->id;
}

static void end_written_one(cm_queue *queue, cm_entry *entry) {
  bool is_dry = queue->session->settings.dry_run && entry->status == 0;
  bool is_create = entry->change->verb == CM_VERB_INSERT;
  sqlite3_free(entry->error);
  entry->error = NULL;
  entry->code = SQLITE_OK;
  if (is_dry) {
    char placeholder[32];
    sqlite3_snprintf(sizeof placeholder, placeholder, "dry_run_%lld", (long long)entry->id);
    entry->state = CM_ENTRY_DRY_RUN;
    cm_queue_put_text(queue, &entry->error, "dry_run: nothing was sent");
    remember(queue, entry, placeholder);
  } else {
    entry->state = CM_ENTRY_WRITTEN;
    if (is_create) note_last_uuid(queue, entry);
    remember(queue, entry, entry->uuid);
  }
  if (entry->verb == CM_VERB_DELETE) cm_question_forget_all(&queue->finder);
  queue->tally.written++;
  cm_entry_retire(queue, entry);
}

void cm_entry_end_written(cm_queue *queue, cm_entry *entry) {
  for (cm_entry *next = NULL; entry != NULL; entry = next) {
    next = take_follower(entry);
    end_written_one(queue, entry);
  }
}

void cm_entry_end_left_alone(cm_queue *queue, cm_entry *entry) {
  cm_queue_put_text(queue, &entry->error, "exists already: left alone");
  entry->code = SQLITE_OK;
  entry->state = CM_ENTRY_WRITTEN;
  queue->tally.left_alone++;
  cm_entry_retire(queue, entry);
}

/** Of a statement with OR IGNORE only "exists already" is SQLITE_CONSTRAINT, and that is no refusal. */
static int visible_code(const cm_queue *queue, const cm_entry *entry, int code) {
  bool is_ignore = queue->is_autocommit && entry->change->conflict == CM_CONFLICT_IGNORE;
  return is_ignore && code == SQLITE_CONSTRAINT ? SQLITE_ERROR : code;
}

static void end_unknown_one(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_tally *tally = &queue->tally;
  set_error(queue, entry, err);
  entry->state = CM_ENTRY_UNKNOWN;
  tally->unknown++;
  cm_queue_tell_first(&tally->first_failed, entry, err);
  cm_queue_tell_first(&tally->first_unknown, entry, err);
  queue->is_stopped = true;
  cm_entry_retire(queue, entry);
}

/** The values of this row are refused; the key, the connection and the memory do for the next one. */
static bool is_of_the_row(const cm_err *err) {
  return err->is_of_row || err->code == SQLITE_CONSTRAINT || err->code == SQLITE_TOOBIG;
}

static bool is_enough(const cm_queue *queue) {
  if (queue->session->settings.on_refusal != CM_REFUSAL_STOPS) return false;
  return !queue->is_autocommit || queue->tally.refused >= CM_MAX_REFUSED_ROWS;
}

/** Where refused rows do not stop the others, what stops them all is what is told. */
static void forget_lesser(cm_queue *queue) {
  cm_tally *tally = &queue->tally;
  if (queue->session->settings.on_refusal == CM_REFUSAL_STOPS || tally->is_broken) return;
  sqlite3_free(tally->first_refused.line);
  memset(&tally->first_refused, 0, sizeof tally->first_refused);
}

bool cm_queue_counts_refusals(const cm_queue *queue) {
  const cm_tally *tally = &queue->tally;
  if (tally->is_broken) return true;
  return tally->refused + tally->refused_early > 0 &&
         queue->session->settings.on_refusal != CM_REFUSAL_IGNORED;
}

/** A no to the second try takes back no doubt about the first. */
static void end_refused_one(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_tally *tally = &queue->tally;
  if (entry->is_doubtful) {
    end_unknown_one(queue, entry, err);
    return;
  }
  set_error(queue, entry, err);
  entry->state = CM_ENTRY_REFUSED;
  tally->refused++;
  tally->kept += entry->uuid != NULL && entry->status >= 200 && entry->status < 300;
  if (is_of_the_row(err)) {
    if (is_enough(queue)) queue->is_stopped = true;
  } else {
    forget_lesser(queue);
    tally->is_broken = true;
    queue->is_stopped = true;
  }
  if (tally->first_refused.code == SQLITE_OK) {
    cm_queue_tell_first(&tally->first_refused, entry, err);
    tally->first_refused.code = visible_code(queue, entry, err->code);
  }
  cm_entry_retire(queue, entry);
}

/** Nobody knows since when it stands there: a call that is refused may have been made in part. */
void cm_entry_end_exists(cm_queue *queue, cm_entry *entry) {
  const char *cause = without_who(entry, entry->refusal);
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_CONSTRAINT,
             "%s: the row exists already (%.*s): leave it out, or UPDATE the one that is there",
             entry->resource->name, len_without_advice(cause), cause);
  cm_entry_end_refused(queue, entry, &err);
}

void cm_entry_end_refused(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  char label[96];
  cm_err cause = *err;
  const char *rest = without_who(entry, err->text);
  sqlite3_snprintf((int)sizeof cause.text, cause.text, "%.*s", len_without_advice(rest), rest);
  bool is_named = entry->label != NULL;
  sqlite3_snprintf((int)sizeof label, label, "%s", is_named ? entry->label : "");
  cm_entry *next = take_follower(entry);
  bool has_parts = entry->inside.first != NULL;
  end_refused_one(queue, entry, err);
  for (cm_entry *at = next; at != NULL; at = next) {
    cm_err told = *err;
    next = take_follower(at);
    if (has_parts) cm_inside_tell_refused(at, is_named ? label : NULL, &cause, &told);
    told.is_of_row = err->is_of_row;
    end_refused_one(queue, at, &told);
  }
}

void cm_entry_end_unknown(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  for (cm_entry *next = NULL; entry != NULL; entry = next) {
    next = take_follower(entry);
    end_unknown_one(queue, entry, err);
  }
}

void cm_entry_refuse_two(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  const cm_question *question = entry->questions[0];
  cm_err_set(&err, SQLITE_CONSTRAINT,
             "%s: two rows have this natural key ('%s'%s%s%s): UPDATE the right one by its key",
             entry->resource->name, question->values[0], question->values[1] != NULL ? ", '" : "",
             question->values[1] != NULL ? question->values[1] : "",
             question->values[1] != NULL ? "'" : "");
  cm_entry_end_refused(queue, entry, &err);
}

static void suspend_one(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  cm_tally *tally = &queue->tally;
  set_error(queue, entry, err);
  entry->state = entry->is_doubtful ? CM_ENTRY_UNKNOWN : CM_ENTRY_QUEUED;
  cm_queue_tell_first(&tally->first_failed, entry, err);
  queue->is_stopped = true;
  stop_running(queue, entry);
}

void cm_entry_suspend(cm_queue *queue, cm_entry *entry, const cm_err *err) {
  for (cm_entry *next = NULL; entry != NULL; entry = next) {
    next = take_follower(entry);
    suspend_one(queue, entry, err);
  }
}

static void park_one(cm_queue *queue, cm_entry *entry) {
  entry->state = entry->is_doubtful ? CM_ENTRY_UNKNOWN : CM_ENTRY_QUEUED;
  stop_running(queue, entry);
}

void cm_entry_park(cm_queue *queue, cm_entry *entry) {
  for (cm_entry *next = NULL; entry != NULL; entry = next) {
    next = take_follower(entry);
    park_one(queue, entry);
  }
}

/* ---- what the user is told ------------------------------------------------------------------- */

/** How many writes that wait may have happened. */
static int count_doubtful(const cm_queue *queue) {
  int count = 0;
  for (const cm_entry *entry = queue->first_waiting; entry != NULL; entry = entry->next)
    count += entry->state == CM_ENTRY_UNKNOWN;
  return count;
}

static void put_written(const cm_tally *tally, cm_buf *out) {
  if (tally->written == 0 && tally->kept > 0) {
    cm_buf_printf(out, "%lld stored with errors", (long long)tally->kept);
  } else if (tally->written == 0) {
    cm_buf_text(out, "none was written");
  } else {
    cm_buf_printf(out, "%lld %s written and %s written", (long long)tally->written,
                  tally->written == 1 ? "was" : "were", tally->written == 1 ? "stays" : "stay");
  }
}

static void put_counts(const cm_queue *queue, bool with_unsent, cm_buf *out) {
  const cm_tally *tally = &queue->tally;
  int64_t unknown = tally->unknown + count_doubtful(queue);
  int64_t unsent = queue->waiting - count_doubtful(queue);
  put_written(tally, out);
  if (unknown > 0) {
    cm_buf_printf(out, ", %lld may or may not have happened (state unknown in chartmogul_writes)",
                  (long long)unknown);
  }
  if (with_unsent && unsent > 0) cm_buf_printf(out, ", %lld not tried", (long long)unsent);
}

static int64_t count_all(const cm_queue *queue) {
  const cm_tally *tally = &queue->tally;
  return tally->written + tally->left_alone + tally->refused + tally->refused_early +
         tally->unknown + queue->waiting;
}

static int tell_refused(const cm_queue *queue, cm_err *err) {
  const cm_tally *tally = &queue->tally;
  bool is_early = tally->first_early.code != SQLITE_OK && !tally->is_broken;
  const cm_told *first = is_early ? &tally->first_early : &tally->first_refused;
  bool is_last = tally->is_broken && queue->session->settings.on_refusal != CM_REFUSAL_STOPS;
  const char *word = is_last ? "it stopped at" : "first refused";
  int64_t refused = tally->refused + tally->refused_early;
  int64_t all = count_all(queue);
  cm_buf counts;
  if (all == 1) return cm_err_set(err, first->code, "%s: %s", first->who, line_of(first));
  cm_buf_init(&counts, CM_MAX_URL_BYTES);
  put_counts(queue, true, &counts);
  cm_err_set(err, first->code, "%s: %lld of %lld writes %s refused, %s; %s: %s", first->who,
             (long long)refused, (long long)all, refused == 1 ? "was" : "were", cm_buf_str(&counts),
             word, line_of(first));
  cm_buf_clear(&counts);
  return first->code;
}

/** Nothing is left to send, and nobody knows what became of some: no COMMIT can mend that. */
static int tell_unknown(const cm_queue *queue, cm_err *err) {
  const cm_tally *tally = &queue->tally;
  const cm_told *first = &tally->first_unknown;
  const char *line = line_of(first);
  cm_buf written;
  cm_buf_init(&written, CM_MAX_URL_BYTES);
  put_written(tally, &written);
  cm_err_set(
      err, SQLITE_ERROR,
      "%s: %lld of %lld writes may or may not have happened (%.*s), %s: the local changes of "
      "this transaction roll back, but not what ChartMogul has; look at those in state "
      "unknown in chartmogul_writes before you write them again",
      first->who, (long long)tally->unknown, (long long)count_all(queue), len_without_advice(line),
      line, cm_buf_str(&written));
  cm_buf_clear(&written);
  return SQLITE_ERROR;
}

/** Sending again can help: a transaction stays open for that. */
static int tell_failed(const cm_queue *queue, cm_err *err) {
  const cm_told *first = &queue->tally.first_failed;
  const char *line = line_of(first);
  int64_t all = count_all(queue);
  int64_t left = queue->waiting + queue->tally.unknown;
  if (first->code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (queue->stays_open && queue->waiting == 0) return tell_unknown(queue, err);
  int code = queue->stays_open ? SQLITE_BUSY : first->code;
  cm_buf counts;
  if (!queue->stays_open && all == 1) return cm_err_set(err, code, "%s: %s", first->who, line);
  cm_buf_init(&counts, CM_MAX_URL_BYTES);
  put_counts(queue, false, &counts);
  cm_err_set(err, code, "%s: %lld of %lld writes not done (%.*s), %s: %s", first->who,
             (long long)left, (long long)all, len_without_advice(line), line, cm_buf_str(&counts),
             queue->stays_open ? "COMMIT again sends only what is left, ROLLBACK drops it"
                               : "look at chartmogul_writes, then write the rest again");
  cm_buf_clear(&counts);
  return code;
}

int cm_queue_result(cm_queue *queue, cm_err *err) {
  if (queue->tally.is_out_of_memory) return cm_err_nomem(err);
  if (cm_queue_counts_refusals(queue)) return tell_refused(queue, err);
  if (queue->tally.first_failed.code != SQLITE_OK) return tell_failed(queue, err);
  return queue->tally.unknown > 0 ? tell_unknown(queue, err) : SQLITE_OK;
}
