#include "write/refuse.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "base/utf8.h"
#include "record/encode.h"
#include "record/token.h"
#include "spec/registry.h"
#include "write/entry.h"
#include "write/outcome.h"
#include "write/queue_open.h"
#include "write/state.h"
#include "write/write_log.h"

/* ---- names --------------------------------------------------------------------------------- */

/** The value given for a column: of a change, or of the cells of a row. NULL: none. */
typedef struct given_row {
  const cm_resource *resource;
  const cm_value *key;
  const cm_change *change; /* NULL: `cells` */
  const cm_cell *cells;    /* NULL too: nothing is given */
} given_row;

static const cm_value *find_given(const given_row *row, const char *name) {
  int column = cm_change_column(row->resource, name);
  if (column < 0) return NULL;
  if (row->change != NULL) return cm_change_find(row->change, column);
  const cm_value *value = row->cells != NULL ? &row->cells[column].value : NULL;
  return value != NULL && value->type != CM_VALUE_NULL ? value : NULL;
}

/** "customer_uuid cus_1" */
static int put_owner_name(const given_row *row, const char *column, char **out, cm_err *err) {
  char *text = NULL;
  const cm_value *value = find_given(row, column);
  if (*out != NULL || value == NULL) return SQLITE_OK;
  int rc = cm_plain_copy(value, &text, err);
  bool is_name = text != NULL && text[0] != 0;
  if (is_name) *out = sqlite3_mprintf("%s %s", column, text);
  if (is_name && *out == NULL) rc = cm_err_nomem(err);
  sqlite3_free(text);
  return rc;
}

/** The row that it names, by uuid or by external id; else what an INSERT must give. */
static int put_owner(const given_row *row, char **out, cm_err *err) {
  const cm_resource *resource = row->resource;
  int rc = SQLITE_OK;
  for (const cm_reference *reference = resource->references;
       reference != NULL && reference->column != NULL && rc == SQLITE_OK; reference++) {
    if (reference->within != NULL) continue;
    rc = put_owner_name(row, reference->column, out, err);
    if (rc == SQLITE_OK) rc = put_owner_name(row, reference->external_id, out, err);
  }
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    if (resource->columns[i].flags & CM_REQUIRED)
      rc = put_owner_name(row, resource->columns[i].name, out, err);
  }
  return rc;
}

/** '["cus_1","vip"]': the key that its parts make. Nothing where one is not given. */
static int put_key(const given_row *row, char **label, cm_err *err) {
  const char *parts = row->resource->key_parts;
  const char *part = NULL;
  size_t len = 0;
  bool is_whole = parts != NULL;
  cm_buf key;
  cm_buf_init(&key, CM_MAX_URL_BYTES);
  while (is_whole && cm_text_next_word(&parts, &part, &len)) {
    char name[64];
    cm_plain plain;
    sqlite3_snprintf(sizeof name, name, "%.*s", (int)len, part);
    const cm_value *value = find_given(row, name);
    const char *text = value != NULL ? cm_plain_set(&plain, value) : NULL;
    is_whole = text != NULL;
    cm_buf_text(&key, key.len == 0 ? "[" : ",");
    if (is_whole) cm_json_quote(&key, text, plain.len);
  }
  cm_buf_text(&key, "]");
  int rc = key.code == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
  if (is_whole && key.code == SQLITE_OK) *label = cm_buf_take(&key);
  cm_buf_clear(&key);
  return rc;
}

/** An empty text names no row. */
static bool is_name(const cm_value *given) {
  return given != NULL && !cm_value_is_empty(given);
}

static int put_label(const given_row *row, char **label, char **owner, cm_err *err) {
  const cm_natural_key *natural = row->resource->natural_key;
  const cm_value *name = row->key;
  if (name->type == CM_VALUE_NULL)
    name = natural != NULL ? find_given(row, natural->columns[natural->columns[1] != NULL]) : NULL;
  *owner = NULL;
  *label = NULL;
  int rc = SQLITE_OK;
  if (name == NULL) {
    rc = put_key(row, label, err);
  } else if (is_name(name)) {
    rc = cm_plain_copy(name, label, err);
  }
  return rc == SQLITE_OK && *label == NULL ? put_owner(row, owner, err) : rc;
}

int cm_change_label(const cm_change *change, char **label, char **owner, cm_err *err) {
  given_row row = { .resource = change->resource, .key = &change->key, .change = change };
  return put_label(&row, label, owner, err);
}

/* ---- its line in the log ------------------------------------------------------------------- */

/** It may be what the row is refused for. */
static void mask(char *text) {
  if (text != NULL) cm_utf8_mask(text, strlen(text));
}

/** NULL: memory ran out. */
static cm_entry *new_line(const cm_stated_row *stated, const given_row *row) {
  cm_entry *entry = sqlite3_malloc64(sizeof *entry);
  if (entry == NULL) return NULL;
  memset(entry, 0, sizeof *entry);
  cm_buf_init(&entry->progress.not_taken, CM_MAX_URL_BYTES);
  entry->resource = row->resource;
  entry->verb = cm_stated_verb(stated);
  entry->state = CM_ENTRY_REFUSED;
  int rc = put_label(row, &entry->line.label, &entry->line.owner, NULL);
  if (rc == SQLITE_OK) rc = cm_change_stated_body(stated, &entry->line.body, NULL);
  mask(entry->line.label);
  mask(entry->line.owner);
  mask(entry->line.body);
  if (rc == SQLITE_OK) return entry;
  cm_entry_free(entry);
  return NULL;
}

/** 0: a part of the natural key is missing. */
static uint64_t find_own_token(const given_row *row) {
  const cm_natural_key *natural = row->resource->natural_key;
  const cm_value *first = natural != NULL ? find_given(row, natural->columns[0]) : NULL;
  const cm_value *second = natural != NULL ? find_given(row, natural->columns[1]) : NULL;
  bool is_whole = is_name(first) && (is_name(second) || natural->columns[1] == NULL);
  return is_whole ? cm_row_token_of('n', row->resource, first, second) : 0;
}

/** Of the row that it goes inside. 0: none is named. */
static uint64_t find_host_token(const given_row *row) {
  const cm_inside_of *inside = row->resource->inside_of;
  for (const cm_reference *reference = row->resource->references;
       inside != NULL && reference != NULL && reference->column != NULL; reference++) {
    const cm_value *first = find_given(row, reference->data_source);
    const cm_value *second = find_given(row, reference->external_id);
    bool is_host = reference->within == NULL && strcmp(reference->resource, inside->resource) == 0;
    if (is_host && is_name(first) && is_name(second))
      return cm_row_token_of('n', cm_registry_find(inside->resource), first, second);
  }
  return 0;
}

/** The statement went on: rows that belong to it or name it hear of it. One that failed has left nothing. */
static void note_names(cm_entry *entry, const given_row *row) {
  if (entry->verb != CM_VERB_INSERT) return;
  entry->ties.host_token = find_host_token(row);
  entry->ties.natural_token = find_own_token(row);
}

int cm_queue_refuse(cm_session *session, const cm_stated_row *row, bool is_autocommit,
                    cm_err *err) {
  given_row given = { .resource = row->resource, .key = &row->key, .cells = row->cells };
  bool goes_on = err->is_of_row && session->settings.on_refusal != CM_REFUSAL_STOPS;
  cm_entry *entry = new_line(row, &given);
  if (entry == NULL) return cm_err_nomem(err);
  cm_err_prefix(err, entry->resource->name);
  entry->line.error = sqlite3_mprintf("%s", err->text);
  const char *name = entry->line.label != NULL ? entry->line.label : entry->line.owner;
  if (err->is_of_row || err->is_at_row) cm_err_name_row(err, entry->resource->name, name);
  int rc = entry->line.error == NULL ? SQLITE_NOMEM : cm_queue_open(session, NULL);
  if (rc == SQLITE_OK) {
    entry->id = *session->queue->next_id;
    entry->time_ms = cm_session_wall_ms(session);
    rc = cm_queue_log_add(session->queue, entry, NULL);
  }
  if (rc != SQLITE_OK) {
    cm_entry_free(entry);
    return cm_err_nomem(err);
  }
  cm_queue *queue = session->queue;
  (*queue->next_id)++;
  entry->line.code = err->code;
  if (goes_on) {
    entry->line.is_refused_early = true;
    note_names(entry, &given);
    queue->sending.is_autocommit = is_autocommit;
    queue->tally.refused_early++;
    cm_err bare = *err;
    cm_err_set(&bare, err->code, "%s", entry->line.error);
    cm_outcome_note_first(&queue->tally.first_early, entry, &bare);
  }
  cm_queue_log_ended(queue, entry);
  return goes_on ? SQLITE_OK : err->code;
}
