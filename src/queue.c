#include "queue.h"

#include <string.h>

#include "change_name.h"
#include "change_step.h"
#include "change_value.h"
#include "hash.h"
#include "queue_parts.h"
#include "queue_set.h"
#include "registry.h"
#include "request.h"
#include "sqlite_api.h"

/* ---- tokens -------------------------------------------------------------------------------- */

/** A part and a mark behind it, so that "ab", "c" is not "a", "bc". */
static uint64_t hash_part(uint64_t hash, const char *bytes, size_t len) {
  return cm_hash_bytes(cm_hash_bytes(hash, bytes, len), "\x1f", 1);
}

uint64_t cm_queue_token(char kind, const char *resource, const char *first, const char *second) {
  uint64_t hash = hash_part(CM_HASH_START, &kind, 1);
  hash = hash_part(hash, resource, strlen(resource));
  hash = hash_part(hash, first, strlen(first));
  if (second != NULL) hash = hash_part(hash, second, strlen(second));
  return hash != 0 ? hash : 1;
}

uint64_t cm_queue_token_of(char kind, const cm_resource *resource, const cm_value *first,
                           const cm_value *second) {
  cm_plain plain[2];
  if (cm_plain_set(&plain[0], first) == NULL) return 0;
  bool has_second = second != NULL && cm_plain_set(&plain[1], second) != NULL;
  char *texts[2] = { sqlite3_mprintf("%.*s", (int)plain[0].len, plain[0].text),
                     has_second ? sqlite3_mprintf("%.*s", (int)plain[1].len, plain[1].text)
                                : NULL };
  uint64_t token = 0;
  if (texts[0] != NULL && (!has_second || texts[1] != NULL))
    token = cm_queue_token(kind, resource->name, texts[0], texts[1]);
  sqlite3_free(texts[0]);
  sqlite3_free(texts[1]);
  return token;
}

/* ---- finding entries that wait ------------------------------------------------------------- */

static cm_entry **key_bucket(cm_queue *queue, uint64_t token) {
  return &queue->by_key[token & (CM_QUEUE_BUCKETS - 1)];
}

static cm_entry **natural_bucket(cm_queue *queue, uint64_t token) {
  return &queue->by_natural[token & (CM_QUEUE_BUCKETS - 1)];
}

static void link_entry(cm_queue *queue, cm_entry *entry) {
  entry->previous = queue->last_waiting;
  if (queue->last_waiting != NULL) {
    queue->last_waiting->next = entry;
  } else {
    queue->first_waiting = entry;
  }
  queue->last_waiting = entry;
  entry->is_waiting = true;
  queue->waiting++;
  queue->waiting_bytes += entry->bytes;
  if (entry->key_token != 0) {
    entry->next_by_key = *key_bucket(queue, entry->key_token);
    *key_bucket(queue, entry->key_token) = entry;
  }
  if (entry->natural_token != 0) {
    entry->next_by_natural = *natural_bucket(queue, entry->natural_token);
    *natural_bucket(queue, entry->natural_token) = entry;
  }
  cm_batch_link(queue, entry);
  cm_set_link(queue, entry);
}

void cm_queue_unlink(cm_queue *queue, cm_entry *entry) {
  if (!entry->is_waiting) return;
  *(entry->previous != NULL ? &entry->previous->next : &queue->first_waiting) = entry->next;
  *(entry->next != NULL ? &entry->next->previous : &queue->last_waiting) = entry->previous;
  entry->next = entry->previous = NULL;
  entry->is_waiting = false;
  queue->waiting--;
  queue->waiting_bytes -= entry->bytes;
  cm_batch_unlink(queue, entry);
  cm_inside_leave(queue, entry);
  cm_set_unlink(queue, entry);
  for (cm_entry **at = key_bucket(queue, entry->key_token); *at != NULL; at = &(*at)->next_by_key) {
    if (*at != entry) continue;
    *at = entry->next_by_key;
    break;
  }
  for (cm_entry **at = natural_bucket(queue, entry->natural_token); *at != NULL;
       at = &(*at)->next_by_natural) {
    if (*at != entry) continue;
    *at = entry->next_by_natural;
    break;
  }
}

bool cm_queue_waits_for(cm_session *session, const cm_resource *resource,
                        const cm_binding *bindings, int count) {
  cm_queue *queue = session->queue;
  const cm_natural_key *natural = resource->natural_key;
  const cm_value *values[2] = { NULL, NULL };
  if (queue == NULL || queue->waiting == 0 || queue->is_autocommit || natural == NULL) return false;
  for (int i = 0; i < 2 && natural->columns[i] != NULL; i++) {
    int column = cm_registry_find_column(resource, natural->columns[i],
                                         strlen(natural->columns[i]));
    for (int b = 0; b < count; b++) {
      if (bindings[b].column == column) values[i] = &bindings[b].value;
    }
    if (values[i] == NULL) return false;
  }
  uint64_t token = cm_queue_token_of('n', resource, values[0], values[1]);
  for (cm_entry *entry = *natural_bucket(queue, token); entry != NULL;
       entry = entry->next_by_natural) {
    if (entry->natural_token == token && entry->verb == CM_VERB_INSERT) return true;
  }
  return false;
}

bool cm_queue_is_held_back(const cm_session *session) {
  const cm_queue *queue = session->queue;
  if (queue == NULL || queue->last_waiting == NULL) return false;
  if (queue->last_waiting->list_token != 0) return true;
  return cm_batch_size(queue->last_waiting) > 1 && cm_queue_has_room(queue);
}

bool cm_queue_can_hold(const cm_session *session) {
  const cm_queue *queue = session->queue;
  return queue == NULL || (queue->waiting < CM_MAX_QUEUED_WRITES / 2 &&
                           queue->waiting_bytes < CM_MAX_QUEUED_BYTES / 2);
}

bool cm_queue_has_room(const cm_queue *queue) {
  int rows = 2 * queue->session->settings.concurrency;
  if (queue->last_waiting != NULL) rows *= cm_batch_size(queue->last_waiting);
  return queue->waiting <= rows && queue->waiting_bytes <= CM_MAX_QUEUED_BYTES / 2;
}

bool cm_queue_is_waiting(const cm_session *session, const cm_resource *resource) {
  const cm_queue *queue = session->queue;
  if (queue == NULL) return false;
  for (const cm_entry *entry = queue->first_waiting; entry != NULL; entry = entry->next) {
    if (resource == NULL || entry->resource == resource) return true;
  }
  return false;
}

/* ---- life ---------------------------------------------------------------------------------- */

void cm_queue_put_text(cm_queue *queue, char **text, const char *new_text) {
  sqlite3_free(*text);
  *text = sqlite3_mprintf("%s", new_text);
  if (*text == NULL) queue->tally.is_out_of_memory = true;
}

void cm_entry_rest(cm_entry *entry) {
  for (int i = 0; i < entry->question_count; i++)
    cm_question_release(entry->questions[i]);
  sqlite3_free(entry->questions);
  entry->questions = NULL;
  entry->question_count = 0;
  cm_call_free(entry->call);
  entry->call = NULL;
  entry->phase = CM_PHASE_IDLE;
  cm_whole_list_rest(entry);
  if (entry->change != NULL) cm_change_rest(entry->change);
}

void cm_entry_free(cm_queue *queue, cm_entry *entry) {
  if (entry == NULL) return;
  cm_queue_unlink(queue, entry);
  cm_entry_rest(entry);
  cm_change_free_steps(entry->steps, entry->step_count);
  if (entry->change != NULL) cm_change_clear(entry->change);
  cm_buf_clear(&entry->not_taken);
  sqlite3_free(entry->change);
  sqlite3_free(entry->names);
  sqlite3_free(entry->label);
  sqlite3_free(entry->owner);
  sqlite3_free(entry->refusal);
  sqlite3_free(entry->error);
  sqlite3_free(entry->uuid);
  sqlite3_free(entry->taken_text);
  sqlite3_free(entry->body);
  sqlite3_free(entry->response);
  sqlite3_free(entry);
}

void cm_queue_clear_tally(cm_tally *tally) {
  sqlite3_free(tally->first_refused.line);
  sqlite3_free(tally->first_early.line);
  sqlite3_free(tally->first_failed.line);
  sqlite3_free(tally->first_unknown.line);
  memset(tally, 0, sizeof *tally);
}

static void free_queue(cm_queue *queue) {
  cm_batch_free_all(queue);
  for (int i = 0; i < queue->log_count; i++)
    cm_entry_free(queue, cm_queue_log_at(queue, i));
  cm_question_forget_all(queue);
  cm_queue_clear_tally(&queue->tally);
  sqlite3_free(queue->log);
  sqlite3_free(queue->savepoints);
  sqlite3_free(queue);
}

int cm_queue_open(cm_session *session, cm_err *err) {
  if (session->queue != NULL) return SQLITE_OK;
  cm_queue *queue = sqlite3_malloc64(sizeof *queue);
  if (queue == NULL) return cm_err_nomem(err);
  memset(queue, 0, sizeof *queue);
  queue->session = session;
  queue->next_id = 1;
  queue->begun_id = 1;
  session->queue = queue;
  session->free_queue = free_queue;
  return SQLITE_OK;
}

/* ---- adding -------------------------------------------------------------------------------- */

int cm_entry_add_name(cm_entry *entry, uint64_t token) {
  for (int i = 0; i < entry->name_count; i++) {
    if (entry->names[i] == token) return SQLITE_OK;
  }
  size_t size = ((size_t)entry->name_count + 1) * sizeof *entry->names;
  uint64_t *grown = sqlite3_realloc64(entry->names, size);
  if (grown == NULL) return SQLITE_NOMEM;
  entry->names = grown;
  entry->names[entry->name_count++] = token;
  return SQLITE_OK;
}

static int note_name(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  cm_entry *entry = context;
  (void)uuid;
  uint64_t token = cm_queue_token('n', name->reference->resource, name->data_source,
                                  name->external_id);
  return cm_entry_add_name(entry, token) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** Rows that are named by their uuid: their own writes go first, too. */
static int note_uuids(cm_entry *entry, cm_err *err) {
  const cm_resource *resource = entry->resource;
  for (const cm_reference *reference = resource->references;
       reference != NULL && reference->column != NULL; reference++) {
    if (reference->within != NULL) continue;
    int column = cm_registry_find_column(resource, reference->column, strlen(reference->column));
    const cm_value *given = cm_change_find(entry->change, column);
    const cm_resource *other = cm_registry_find(reference->resource);
    if (given == NULL || given->type == CM_VALUE_NULL || other == NULL) continue;
    uint64_t token = cm_queue_token_of('k', other, given, NULL);
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

static int take_label(cm_entry *entry, cm_err *err) {
  cm_value label;
  cm_plain plain;
  int rc = cm_change_label(entry->change, &label, err);
  if (rc == SQLITE_OK && cm_plain_set(&plain, &label) != NULL) {
    entry->label = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
    if (entry->label == NULL) rc = cm_err_nomem(err);
  }
  cm_value_clear(&label);
  if (rc == SQLITE_OK && entry->label == NULL)
    rc = cm_change_owner(entry->change, &entry->owner, err);
  return rc;
}

static int take_tokens(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const char *name = entry->resource->name;
  char *natural[2];
  int rc = cm_change_natural_key(entry->change, natural, err);
  if (rc == SQLITE_OK && natural[0] != NULL)
    entry->natural_token = cm_queue_token('n', name, natural[0], natural[1]);
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
  if (rc == SQLITE_OK && entry->change->key.type != CM_VALUE_NULL) {
    entry->key_token = cm_queue_token_of('k', entry->resource, &entry->change->key, NULL);
    if (entry->key_token == 0) rc = cm_err_nomem(err);
  }
  if (rc == SQLITE_OK) rc = cm_change_visit_names(entry->change, note_name, entry, err);
  if (rc == SQLITE_OK) rc = note_uuids(entry, err);
  if (rc == SQLITE_OK) rc = note_list(entry, err);
  if (rc == SQLITE_OK) rc = cm_set_note(queue, entry, err);
  if (rc == SQLITE_OK) rc = cm_batch_note(entry, err);
  return rc == SQLITE_OK ? take_label(entry, err) : rc;
}

/** A run of DELETEs on one table is a section of its own. */
static int section_after(const cm_entry *last, const cm_entry *entry) {
  if (last == NULL) return 0;
  bool was_delete = last->verb == CM_VERB_DELETE;
  bool is_delete = entry->verb == CM_VERB_DELETE;
  bool is_same = was_delete == is_delete && (!is_delete || last->resource == entry->resource);
  if (entry->list_token != 0 && last->list_token != 0) is_same = last->resource == entry->resource;
  return is_same ? last->section : last->section + 1;
}

/** Rows of one table are a run until another verb comes. */
static int run_after(const cm_queue *queue, const cm_entry *entry) {
  const cm_entry *before = queue->last_waiting;
  while (before != NULL && before->resource != entry->resource)
    before = before->previous;
  if (before == NULL) return 0;
  return before->verb == entry->verb ? before->run : before->run + 1;
}

static bool is_create(const cm_entry *entry) {
  return entry->verb == CM_VERB_INSERT && entry->list_token == 0;
}

bool cm_queue_holds(const cm_session *session) {
  const cm_queue *queue = session->queue;
  const cm_entry *last = queue != NULL ? queue->last_waiting : NULL;
  return last != NULL && queue->is_autocommit && !queue->is_streaming && is_create(last);
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
  bool is_full = queue->waiting >= CM_MAX_QUEUED_WRITES ||
                 queue->waiting_bytes + entry->bytes > CM_MAX_QUEUED_BYTES;
  if (is_full && is_autocommit && is_create(entry)) return refuse_more(entry, err);
  if (queue->waiting >= CM_MAX_QUEUED_WRITES) {
    return cm_err_set(err, SQLITE_TOOBIG,
                      "%s: the transaction holds %d writes already: COMMIT, and go on in the next",
                      entry->resource->name, CM_MAX_QUEUED_WRITES);
  }
  if (queue->waiting_bytes + entry->bytes > CM_MAX_QUEUED_BYTES) {
    return cm_err_set(err, SQLITE_TOOBIG,
                      "%s: the writes of the transaction fill %d MiB already: COMMIT, and go on in "
                      "the next",
                      entry->resource->name, CM_MAX_QUEUED_BYTES / (1024 * 1024));
  }
  return SQLITE_OK;
}

static cm_entry *new_entry(cm_change *change) {
  cm_entry *entry = sqlite3_malloc64(sizeof *entry);
  if (entry == NULL) return NULL;
  memset(entry, 0, sizeof *entry);
  cm_buf_init(&entry->not_taken, CM_MAX_URL_BYTES);
  entry->change = sqlite3_malloc64(sizeof *change);
  if (entry->change == NULL) {
    sqlite3_free(entry);
    return NULL;
  }
  *entry->change = *change;
  memset(change, 0, sizeof *change);
  entry->resource = entry->change->resource;
  entry->verb = entry->change->verb;
  return entry;
}

/**
 * A statement that reads none of our lists cannot feed on itself, and what it reads may be longer than the
 * queue: from some number of rows on they leave as they come.
 */
static void stream_if_full(cm_queue *queue) {
  bool is_full = queue->waiting >= CM_MAX_QUEUED_WRITES ||
                 queue->waiting_bytes > CM_MAX_QUEUED_BYTES / 2;
  if (is_full && queue->is_autocommit && queue->session->open_cursors == 0)
    queue->is_streaming = true;
}

/* ---- the same row again ---------------------------------------------------------------------- */

/** The update of the same row by the same statement, which has not left yet. */
static cm_entry *find_twin(const cm_session *session, const cm_change *change) {
  cm_queue *queue = session->queue;
  if (queue == NULL || change->verb != CM_VERB_UPDATE) return NULL;
  uint64_t token = cm_queue_token_of('k', change->resource, &change->key, NULL);
  cm_entry *entry = *key_bucket(queue, token);
  while (entry != NULL && entry->key_token != token)
    entry = entry->next_by_key;
  bool is_twin = entry != NULL && entry->verb == CM_VERB_UPDATE &&
                 entry->filters == session->filters && entry->phase == CM_PHASE_IDLE &&
                 entry->state == CM_ENTRY_QUEUED && entry->steps == NULL;
  return is_twin ? entry : NULL;
}

/** What the row is set to last counts. */
static int join_twin(cm_queue *queue, cm_entry *twin, const cm_change *change, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < change->given_count && rc == SQLITE_OK; i++) {
    const cm_given *given = &change->given[i];
    rc = cm_change_give(twin->change, given->column, given->use, &given->value, err);
  }
  if (rc == SQLITE_OK) rc = cm_change_visit_names(twin->change, note_name, twin, err);
  if (rc == SQLITE_OK) rc = note_uuids(twin, err);
  queue->waiting_bytes -= twin->bytes;
  twin->bytes = sizeof *twin + cm_change_bytes(twin->change);
  queue->waiting_bytes += twin->bytes;
  queue->deleted -= twin->weight;
  if (rc == SQLITE_OK) rc = cm_queue_weigh(queue, twin, err);
  queue->deleted += twin->weight;
  return rc;
}

int cm_queue_add(cm_session *session, cm_change *change, bool is_autocommit, cm_err *err) {
  cm_entry *twin = find_twin(session, change);
  if (twin != NULL) {
    int twin_rc = join_twin(session->queue, twin, change, err);
    cm_change_clear(change);
    return twin_rc;
  }
  int rc = cm_queue_open(session, err);
  cm_entry *entry = rc == SQLITE_OK ? new_entry(change) : NULL;
  if (rc == SQLITE_OK && entry == NULL) rc = cm_err_nomem(err);
  if (rc != SQLITE_OK) {
    cm_change_clear(change);
    return rc;
  }
  cm_queue *queue = session->queue;
  rc = take_tokens(queue, entry, err);
  if (rc == SQLITE_OK) {
    cm_change_rest(entry->change);
    entry->bytes = sizeof *entry + cm_change_bytes(entry->change) +
                   (size_t)entry->name_count * sizeof *entry->names;
    rc = check_room(queue, entry, is_autocommit, err);
  }
  if (rc == SQLITE_OK) rc = cm_queue_weigh(queue, entry, err);
  entry->id = queue->next_id;
  entry->filters = session->filters;
  if (rc == SQLITE_OK) rc = cm_queue_log_add(queue, entry, err);
  if (rc != SQLITE_OK) {
    cm_entry_free(queue, entry);
    return rc;
  }
  queue->next_id++;
  entry->section = section_after(queue->last_waiting, entry);
  entry->run = run_after(queue, entry);
  queue->is_autocommit = is_autocommit;
  queue->deleted += entry->weight;
  link_entry(queue, entry);
  stream_if_full(queue);
  return SQLITE_OK;
}
