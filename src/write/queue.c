#include "write/queue.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_names.h"
#include "record/token.h"
#include "spec/registry.h"
#include "write/delete_limit.h"
#include "write/entry.h"
#include "write/queue_open.h"
#include "write/record.h"
#include "write/shared_sets.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/whole_list.h"
#include "write/write_log.h"

/* ---- tokens -------------------------------------------------------------------------------- */

/* ---- finding entries that wait ------------------------------------------------------------- */

const char *cm_queue_waiting_name(cm_session *session, const cm_resource *resource,
                                  const cm_binding *bindings, int count) {
  cm_queue *queue = session->queue;
  const cm_natural_key *natural = resource->natural_key;
  const cm_value *values[2] = { NULL, NULL };
  if (queue == NULL || queue->waiting.count == 0 || queue->sending.is_autocommit || natural == NULL)
    return NULL;
  for (int i = 0; i < 2 && natural->columns[i] != NULL; i++) {
    int column = cm_registry_column(resource, natural->columns[i]);
    for (int b = 0; b < count; b++) {
      if (bindings[b].column == column) values[i] = &bindings[b].value;
    }
    if (values[i] == NULL) return NULL;
  }
  uint64_t token = cm_row_token_of('n', resource, values[0], values[1]);
  for (cm_entry *entry = cm_waiting_by_natural(queue, token); entry != NULL;
       entry = cm_map_next(&entry->ties.by_natural)) {
    if (entry->verb == CM_VERB_INSERT)
      return entry->line.label != NULL ? entry->line.label : "a row";
  }
  return NULL;
}

bool cm_queue_is_held_back(const cm_session *session) {
  const cm_queue *queue = session->queue;
  if (queue == NULL || queue->waiting.last == NULL) return false;
  if (queue->waiting.last->list.token != 0) return true;
  return cm_batch_size(queue->waiting.last) > 1 && cm_queue_has_room(queue);
}

bool cm_queue_can_hold(const cm_session *session) {
  const cm_queue *queue = session->queue;
  return queue == NULL || (queue->waiting.count < CM_MAX_QUEUED_WRITES / 2 &&
                           queue->waiting.bytes < CM_MAX_QUEUED_BYTES / 2);
}

bool cm_queue_is_waiting(const cm_session *session, const cm_resource *resource) {
  const cm_queue *queue = session->queue;
  if (queue == NULL) return false;
  for (const cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (resource == NULL || entry->resource == resource) return true;
  }
  return false;
}

int cm_queue_record_call(cm_session *session, const cm_called *called, int64_t *id, cm_err *err) {
  *id = 0;
  int rc = cm_queue_open(session, err);
  return rc == SQLITE_OK ? cm_record_call(session->queue, called, id, err) : rc;
}

int cm_queue_record_answer(cm_session *session, int64_t id, const cm_answered *answer,
                           cm_err *err) {
  return id != 0 ? cm_record_answer(session->queue, id, answer, err) : SQLITE_OK;
}

/** Has a write of this connection been more than refused before it was sent? */
static bool has_written(const cm_queue *queue) {
  for (int i = 0; queue != NULL && i < queue->log.count; i++) {
    if (cm_queue_log_at(queue, i)->state != CM_ENTRY_REFUSED) return true;
  }
  return false;
}

int cm_queue_check_journal(cm_session *session, const char *setting, cm_err *err) {
  const cm_connection *connection = session->connection;
  bool has_any = false;
  if (setting == NULL || strcmp(setting, "journal") != 0) return SQLITE_OK;
  for (int i = 0; i < connection->account_count; i++)
    has_any = has_any || has_written(connection->accounts[i]->queue);
  if (has_any) {
    return cm_err_set(err, SQLITE_ERROR,
                      "journal cannot change now (this connection has written already): set it "
                      "first in another connection");
  }
  for (int i = 0; i < connection->account_count; i++) {
    cm_session *account = connection->accounts[i];
    if (account->journal != NULL) account->free_journal(account->journal);
    account->journal = NULL;
  }
  return SQLITE_OK;
}

/* ---- adding -------------------------------------------------------------------------------- */

static int note_names(cm_entry *entry, cm_err *err) {
  for (int i = 0; i < entry->change->name_count; i++) {
    const cm_name *name = &entry->change->names[i];
    uint64_t token = cm_name_token(name);
    if (cm_entry_add_name(entry, token) != SQLITE_OK) return cm_err_nomem(err);
  }
  return SQLITE_OK;
}

/** Rows that are named by their uuid: their own writes go first, too. */
static int note_uuids(cm_entry *entry, cm_err *err) {
  const cm_resource *resource = entry->resource;
  for (const cm_reference *reference = resource->references;
       reference != NULL && reference->column != NULL; reference++) {
    if (reference->within != NULL) continue;
    int column = cm_registry_column(resource, reference->column);
    const cm_value *given = cm_change_find(entry->change, column);
    const cm_resource *other = cm_registry_find(reference->resource);
    if (given == NULL || given->type == CM_VALUE_NULL || other == NULL) continue;
    uint64_t token = cm_row_token_of('k', other, given, NULL);
    if (token == 0 || cm_entry_add_name(entry, token) != SQLITE_OK) return cm_err_nomem(err);
  }
  return SQLITE_OK;
}

/** A list belongs to a row of another table, which it names. */
static int note_list(cm_entry *entry, cm_err *err) {
  uint64_t parent = 0;
  int rc = cm_whole_list_note(entry, &parent, err);
  if (rc != SQLITE_OK || parent == 0) return rc;
  return cm_entry_add_name(entry, parent) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

static int take_tokens(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const char *name = entry->resource->name;
  char *natural[2];
  int rc = cm_change_natural_key(entry->change, natural, err);
  if (rc == SQLITE_OK && natural[0] != NULL)
    entry->ties.natural_token = cm_row_token('n', name, natural[0], natural[1]);
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
  if (rc == SQLITE_OK && entry->change->key.type != CM_VALUE_NULL) {
    entry->ties.key_token = cm_row_token_of('k', entry->resource, &entry->change->key, NULL);
    if (entry->ties.key_token == 0) rc = cm_err_nomem(err);
  }
  if (rc == SQLITE_OK) rc = note_names(entry, err);
  if (rc == SQLITE_OK) rc = note_uuids(entry, err);
  if (rc == SQLITE_OK) rc = note_list(entry, err);
  if (rc == SQLITE_OK) rc = cm_set_note(queue, entry, err);
  if (rc == SQLITE_OK) rc = cm_batch_note(entry, err);
  return rc == SQLITE_OK
             ? cm_change_label(entry->change, &entry->line.label, &entry->line.owner, err)
             : rc;
}

/** A run of DELETEs on one table is a section of its own. */
static int delete_epoch_after(const cm_entry *last, const cm_entry *entry) {
  if (last == NULL) return 0;
  bool was_delete = last->verb == CM_VERB_DELETE;
  bool is_delete = entry->verb == CM_VERB_DELETE;
  bool is_same = was_delete == is_delete && (!is_delete || last->resource == entry->resource);
  if (entry->list.token != 0 && last->list.token != 0) is_same = last->resource == entry->resource;
  return is_same ? last->ties.delete_epoch : last->ties.delete_epoch + 1;
}

/** Rows of one table are a run until another verb comes. */
static int verb_epoch_after(const cm_queue *queue, const cm_entry *entry) {
  const cm_entry *before = queue->waiting.last;
  while (before != NULL && before->resource != entry->resource)
    before = before->previous;
  if (before == NULL) return 0;
  return before->verb == entry->verb ? before->ties.verb_epoch : before->ties.verb_epoch + 1;
}

static bool is_create(const cm_entry *entry) {
  return entry->verb == CM_VERB_INSERT && entry->list.token == 0;
}

bool cm_queue_holds(const cm_session *session) {
  const cm_queue *queue = session->queue;
  const cm_entry *last = queue != NULL ? queue->waiting.last : NULL;
  return last != NULL && queue->sending.is_autocommit && !queue->sending.is_streaming &&
         is_create(last);
}

/** Nothing of the statement was created, and it is to be written in another way. */
static int refuse_more(const cm_entry *entry, cm_err *err) {
  return cm_err_set(
      err, SQLITE_TOOBIG,
      "%s: the statement makes more rows than can wait for its end (%d, or %d MiB; they "
      "wait because it reads a list of the account), and none was created: copy what "
      "it reads first (CREATE TEMP TABLE source AS SELECT …), then INSERT … SELECT … "
      "FROM source",
      entry->resource->name, CM_MAX_QUEUED_WRITES, CM_MAX_QUEUED_BYTES / (1024 * 1024));
}

static int check_room(const cm_queue *queue, const cm_entry *entry, bool is_autocommit,
                      cm_err *err) {
  const cm_connection *connection = queue->session->connection;
  int64_t count = 0;
  size_t bytes = entry->bytes;
  for (int i = 0; i < connection->account_count; i++) {
    const cm_queue *other = connection->accounts[i]->queue;
    count += other != NULL ? other->waiting.count : 0;
    bytes += other != NULL ? other->waiting.bytes : 0;
  }
  bool is_full = count >= CM_MAX_QUEUED_WRITES || bytes > CM_MAX_QUEUED_BYTES;
  if (is_full && is_autocommit && is_create(entry)) return refuse_more(entry, err);
  if (count >= CM_MAX_QUEUED_WRITES) {
    return cm_err_set(err, SQLITE_TOOBIG,
                      "%s: the transaction holds %d writes already: COMMIT, and go on in the next",
                      entry->resource->name, CM_MAX_QUEUED_WRITES);
  }
  if (bytes > CM_MAX_QUEUED_BYTES) {
    return cm_err_set(err, SQLITE_TOOBIG,
                      "%s: the writes of the transaction fill %d MiB already: COMMIT, and go on in "
                      "the next",
                      entry->resource->name, CM_MAX_QUEUED_BYTES / (1024 * 1024));
  }
  return SQLITE_OK;
}

/**
 * A statement that reads none of our lists cannot feed on itself, and what it reads may be longer than the
 * queue: from some number of rows on they leave as they come.
 */
static void stream_if_full(cm_queue *queue) {
  bool is_full = queue->waiting.count >= CM_MAX_QUEUED_WRITES ||
                 queue->waiting.bytes > CM_MAX_QUEUED_BYTES / 2;
  if (is_full && queue->sending.is_autocommit && queue->session->statement->open_cursors == 0)
    queue->sending.is_streaming = true;
}

/* ---- a row that is deleted and created again ------------------------------------------------- */

/** Token of the values that one or two columns have in a row; 0: one has none. */
static int find_token_in_row(cm_row *row, char kind, const cm_resource *of,
                             const char *const columns[2], uint64_t *out, cm_err *err) {
  cm_value values[2] = { cm_value_null(), cm_value_null() };
  int rc = SQLITE_OK;
  bool is_whole = true;
  for (int i = 0; i < 2 && columns[i] != NULL && rc == SQLITE_OK; i++) {
    rc = cm_row_get_named(row, columns[i], &values[i], err);
    is_whole = is_whole && rc == SQLITE_OK && values[i].type != CM_VALUE_NULL;
  }
  *out = is_whole ? cm_row_token_of(kind, of, &values[0], columns[1] != NULL ? &values[1] : NULL)
                  : 0;
  cm_value_clear(&values[0]);
  cm_value_clear(&values[1]);
  return rc;
}

static bool is_deleted_before(const cm_queue *queue, uint64_t key, const cm_entry *created) {
  cm_entry *at = key != 0 ? cm_waiting_by_key(queue, key) : NULL;
  while (at != NULL && (at->verb != CM_VERB_DELETE || at->id > created->id))
    at = cm_map_next(&at->ties.by_key);
  return at != NULL;
}

/** Is the row, or one that it belongs to, deleted before its new self is created? */
static int is_made_anew(const cm_queue *queue, const cm_entry *entry, cm_row *row,
                        const cm_entry *created, bool *out, cm_err *err) {
  int rc = SQLITE_OK;
  *out = is_deleted_before(queue, entry->ties.key_token, created);
  for (const cm_reference *reference = entry->resource->references;
       reference != NULL && reference->column != NULL && rc == SQLITE_OK && !*out; reference++) {
    const cm_resource *parent = cm_registry_find(reference->resource);
    const char *const columns[2] = { reference->column, NULL };
    uint64_t key = 0;
    if (reference->within != NULL || parent == NULL) continue;
    rc = find_token_in_row(row, 'k', parent, columns, &key, err);
    if (rc == SQLITE_OK) *out = is_deleted_before(queue, key, created);
  }
  return rc;
}

/** The statement found the row that goes, and means the one that comes. */
static int check_anew(const cm_queue *queue, const cm_entry *entry, cm_row *row, cm_err *err) {
  const cm_natural_key *natural = entry->resource->natural_key;
  uint64_t token = 0;
  bool is_anew = false;
  int rc = find_token_in_row(row, 'n', entry->resource, natural->columns, &token, err);
  const cm_entry *created = rc == SQLITE_OK ? cm_waiting_by_natural(queue, token) : NULL;
  while (created != NULL && created->verb != CM_VERB_INSERT)
    created = cm_map_next(&created->ties.by_natural);
  if (created != NULL) rc = is_made_anew(queue, entry, row, created, &is_anew, err);
  if (rc != SQLITE_OK || !is_anew) return rc;
  const char *label = created->line.label;
  rc = cm_err_set(err, SQLITE_ERROR,
                  "%s: this transaction deletes the row and creates it again (%s%s%s waits for "
                  "COMMIT): COMMIT first, or set write_mode to immediate before BEGIN",
                  entry->resource->name, label != NULL ? "'" : "",
                  label != NULL ? label : "the new one", label != NULL ? "'" : "");
  if (err != NULL) err->is_at_row = true;
  return rc;
}

/** A row of the account is changed: is it still there when its turn comes? */
static int check_found_row(const cm_queue *queue, const cm_entry *entry, cm_err *err) {
  cm_slice text = cm_change_before(entry->change);
  const cm_entry *last = queue->waiting.last;
  bool is_any_deleted = last != NULL && last->ties.delete_epoch > 0;
  if (text.ptr == NULL || entry->resource->natural_key == NULL || !is_any_deleted) return SQLITE_OK;
  cm_row row = { .resource = entry->resource };
  cm_row_set(&row, text);
  int rc = check_anew(queue, entry, &row, err);
  cm_row_clear(&row);
  return rc;
}

/* ---- the same row again ---------------------------------------------------------------------- */

/** The update of the same row by the same statement, which has not left yet. */
static cm_entry *find_twin(const cm_session *session, const cm_change *change) {
  cm_queue *queue = session->queue;
  if (queue == NULL || change->verb != CM_VERB_UPDATE) return NULL;
  uint64_t token = cm_row_token_of('k', change->resource, &change->key, NULL);
  cm_entry *entry = cm_waiting_by_key(queue, token);
  bool is_twin = entry != NULL && entry->verb == CM_VERB_UPDATE &&
                 entry->filters == session->reading.scan_count &&
                 entry->progress.phase == CM_PHASE_IDLE && entry->state == CM_ENTRY_QUEUED &&
                 entry->progress.steps == NULL;
  return is_twin ? entry : NULL;
}

/** What the row is set to last counts. */
static int join_twin(cm_queue *queue, cm_entry *twin, cm_change *change, cm_err *err) {
  int rc = cm_change_join(twin->change, change, err);
  twin->is_recorded = false;
  if (rc == SQLITE_OK) rc = cm_change_find_names(twin->change, err);
  if (rc == SQLITE_OK) rc = note_names(twin, err);
  if (rc == SQLITE_OK) rc = note_uuids(twin, err);
  queue->waiting.bytes -= twin->bytes;
  twin->bytes = sizeof *twin + cm_change_bytes(twin->change);
  queue->waiting.bytes += twin->bytes;
  queue->transaction.deleted -= twin->weight;
  if (rc == SQLITE_OK) rc = cm_queue_weigh(queue, twin, err);
  queue->transaction.deleted += twin->weight;
  return rc;
}

int cm_queue_add(cm_session *session, cm_change *change, bool is_autocommit, cm_err *err) {
  cm_entry *twin = find_twin(session, change);
  if (twin != NULL) {
    int twin_rc = join_twin(session->queue, twin, change, err);
    cm_change_clear(change);
    return twin_rc;
  }
  int rc = cm_record_check(session, err);
  if (rc == SQLITE_OK) rc = cm_queue_open(session, err);
  cm_entry *entry = rc == SQLITE_OK ? cm_entry_new(change) : NULL;
  if (rc == SQLITE_OK && entry == NULL) rc = cm_err_nomem(err);
  if (rc != SQLITE_OK) {
    cm_change_clear(change);
    return rc;
  }
  cm_queue *queue = session->queue;
  rc = take_tokens(queue, entry, err);
  if (rc == SQLITE_OK) rc = check_found_row(queue, entry, err);
  if (rc == SQLITE_OK) {
    cm_change_release_scratch(entry->change);
    entry->bytes = sizeof *entry + cm_change_bytes(entry->change) +
                   (size_t)entry->ties.name_count * sizeof *entry->ties.names;
    rc = check_room(queue, entry, is_autocommit, err);
  }
  if (rc == SQLITE_OK) rc = cm_queue_weigh(queue, entry, err);
  entry->id = *queue->next_id;
  entry->time_ms = cm_session_wall_ms(session);
  entry->filters = session->reading.scan_count;
  if (rc == SQLITE_OK) rc = cm_queue_log_add(queue, entry, err);
  if (rc != SQLITE_OK) {
    cm_entry_free(entry);
    return rc;
  }
  (*queue->next_id)++;
  entry->ties.delete_epoch = delete_epoch_after(queue->waiting.last, entry);
  entry->ties.verb_epoch = verb_epoch_after(queue, entry);
  queue->sending.is_autocommit = is_autocommit;
  if (is_autocommit && entry->change->conflict != CM_CONFLICT_FAIL)
    entry->ties.batch_token = 0; /* they go row by row */
  queue->transaction.deleted += entry->weight;
  cm_queue_link(queue, entry);
  stream_if_full(queue);
  return SQLITE_OK;
}
