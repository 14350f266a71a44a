#include "write/shared_sets.h"

#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_names.h"
#include "change/change_sets.h"
#include "find/finder.h"
#include "record/encode.h"
#include "record/token.h"
#include "spec/registry.h"
#include "wire/json.h"
#include "write/entry.h"
#include "write/search.h"
#include "write/state.h"
#include "write/waiting.h"

/* ---- the names of a row ------------------------------------------------------------------------- */

/** Tokens of the natural keys that a row answers to; a merged one has several. */
typedef struct row_names {
  uint64_t *tokens;
  int count;
} row_names;

static int push_name(row_names *names, uint64_t token) {
  size_t size = ((size_t)names->count + 1) * sizeof *names->tokens;
  uint64_t *grown = sqlite3_realloc64(names->tokens, size);
  if (grown == NULL) return SQLITE_NOMEM;
  names->tokens = grown;
  names->tokens[names->count++] = token;
  return SQLITE_OK;
}

static int push_further(cm_change *change, row_names *names) {
  cm_further_pairs pairs;
  const char *pair[2] = { NULL, NULL };
  if (change->old.row.text.ptr == NULL) return SQLITE_OK;
  int rc = cm_further_pairs_open(&pairs, change->resource->natural_key, change->old.row.text, NULL);
  if (rc != SQLITE_OK) return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
  while (rc == SQLITE_OK && cm_further_pairs_next(&pairs, pair))
    rc = push_name(names, cm_row_token('n', change->resource->name, pair[0], pair[1]));
  cm_json_free(pairs.tree);
  return rc;
}

/** @return SQLITE_OK, SQLITE_NOMEM. Free `tokens` in any case. */
static int find_names(cm_change *change, row_names *out) {
  char *own[2] = { NULL, NULL };
  memset(out, 0, sizeof *out);
  if (change->resource->natural_key == NULL) return SQLITE_OK;
  int rc = cm_change_natural_key(change, own, NULL);
  if (rc == SQLITE_OK && own[0] != NULL)
    rc = push_name(out, cm_row_token('n', change->resource->name, own[0], own[1]));
  if (rc == SQLITE_OK) rc = push_further(change, out);
  sqlite3_free(own[0]);
  sqlite3_free(own[1]);
  return rc == SQLITE_OK ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- does a write of the row wait? ---------------------------------------------------------------- */

/** Key of the row whose set has this member; 0: it is none. */
static uint64_t owner_token(cm_change *change, int *code) {
  const cm_member_of *of = change->resource->member_of;
  const cm_resource *parent = of != NULL ? cm_registry_find(of->resource) : NULL;
  cm_value owner;
  if (parent == NULL) return 0;
  int column = cm_registry_column(change->resource, of->owner);
  *code = cm_change_value(change, column, &owner, NULL);
  uint64_t token = *code == SQLITE_OK ? cm_row_token_of('k', parent, &owner, NULL) : 0;
  cm_value_clear(&owner);
  return token;
}

/** Does a write of the row that owns the set say it as a whole? */
static bool is_whole_waiting(const cm_queue *queue, uint64_t owner) {
  return queue->waiting.sharing_sets > 0 || cm_waiting_by_key(queue, owner) != NULL;
}

static void search(const cm_queue *queue, cm_change *change, cm_queue_search *found) {
  row_names names;
  uint64_t key = cm_row_token_of('k', change->resource, &change->key, NULL);
  uint64_t owner = owner_token(change, &found->code);
  if (cm_waiting_by_key(queue, key) != NULL) found->is_row = true;
  if (cm_waiting_by_set(queue, key) != NULL) found->are_sets = true;
  if (owner != 0 && is_whole_waiting(queue, owner)) found->is_row = true;
  if (find_names(change, &names) != SQLITE_OK) found->code = SQLITE_NOMEM;
  for (int i = 0; i < names.count; i++) {
    if (cm_waiting_by_natural(queue, names.tokens[i]) != NULL) found->is_row = true;
  }
  sqlite3_free(names.tokens);
}

bool cm_queue_is_column_waiting(void *context, cm_change *change, int column) {
  cm_queue_search *found = context;
  const cm_queue *queue = found->session->queue;
  if (queue == NULL || queue->waiting.count == 0) return false;
  if (!found->is_done) search(queue, change, found);
  found->is_done = true;
  return found->is_row || (found->are_sets && cm_change_is_set(change->resource, column));
}

/* ---- what a set will hold ------------------------------------------------------------------------ */

/** Earlier entries that write a set. */
typedef struct writers {
  cm_entry **entries;
  int count, capacity;
  int64_t from; /* an UPDATE says the set whole: what came before it does not matter */
} writers;

static int push_writer(writers *list, cm_entry *entry) {
  if (list->count == list->capacity) {
    int capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
    cm_entry **grown = sqlite3_realloc64(list->entries, (size_t)capacity * sizeof(cm_entry *));
    if (grown == NULL) return SQLITE_NOMEM;
    list->entries = grown;
    list->capacity = capacity;
  }
  list->entries[list->count++] = entry;
  return SQLITE_OK;
}

static int compare_ids(const void *left, const void *right) {
  const cm_entry *one = *(cm_entry *const *)left;
  const cm_entry *other = *(cm_entry *const *)right;
  return (one->id > other->id) - (one->id < other->id);
}

/** The latest UPDATE that sets the column; the chain has the latest first. */
static int find_whole(const cm_queue *queue, const cm_entry *entry, int column, writers *out) {
  for (cm_entry *at = cm_waiting_by_key(queue, entry->ties.key_token); at != NULL;
       at = cm_map_next(&at->ties.by_key)) {
    bool is_whole = at->verb == CM_VERB_UPDATE && cm_change_find(at->change, column) != NULL;
    if (!is_whole) continue;
    out->from = at->id;
    return push_writer(out, at);
  }
  return SQLITE_OK;
}

/** INSERT OR REPLACE under one of the names of the row. */
static int find_merges(const cm_queue *queue, const cm_entry *entry, int column, writers *out) {
  row_names names;
  int rc = find_names(entry->change, &names);
  for (int i = 0; i < names.count && rc == SQLITE_OK; i++) {
    for (cm_entry *at = cm_waiting_by_natural(queue, names.tokens[i]);
         at != NULL && rc == SQLITE_OK; at = cm_map_next(&at->ties.by_natural)) {
      bool is_merge = at->ties.may_share_sets && at->id > out->from &&
                      cm_change_find(at->change, column) != NULL;
      if (is_merge) rc = push_writer(out, at);
    }
  }
  sqlite3_free(names.tokens);
  return rc;
}

static int find_members(const cm_queue *queue, const cm_entry *entry, const char *set,
                        writers *out) {
  int rc = SQLITE_OK;
  for (cm_entry *at = cm_waiting_by_set(queue, entry->ties.key_token);
       at != NULL && rc == SQLITE_OK; at = cm_map_next(&at->ties.by_set)) {
    bool is_member = at->id > out->from && cm_set_is_member(at, entry->resource) &&
                     strcmp(at->resource->member_of->set, set) == 0;
    if (is_member) rc = push_writer(out, at);
  }
  return rc;
}

/** Note what the set in this column will hold by the time of the entry. */
static int fold(const cm_queue *queue, cm_entry *entry, int column, cm_err *err) {
  writers list = { .from = 0 };
  const char *name = entry->resource->columns[column].name;
  int rc = find_whole(queue, entry, column, &list);
  if (rc == SQLITE_OK) rc = find_merges(queue, entry, column, &list);
  if (rc == SQLITE_OK) rc = find_members(queue, entry, name, &list);
  cm_change **changes = rc == SQLITE_OK && list.count > 0
                            ? sqlite3_malloc64((size_t)list.count * sizeof *changes)
                            : NULL;
  if (rc != SQLITE_OK || (list.count > 0 && changes == NULL)) {
    rc = cm_err_nomem(err);
  } else if (list.count > 0) {
    qsort(list.entries, (size_t)list.count, sizeof *list.entries, compare_ids);
    for (int i = 0; i < list.count; i++)
      changes[i] = list.entries[i]->change;
    rc = cm_change_fold_set(entry->change, column, changes, list.count, err);
    for (int i = 0; i < list.count; i++)
      cm_change_release_scratch(changes[i]);
  }
  sqlite3_free(changes);
  sqlite3_free(list.entries);
  return rc;
}

/* ---- is a member there? ------------------------------------------------------------------------- */

bool cm_set_must_ask(const cm_entry *entry) {
  return entry->ties.set_token != 0 && entry->change->verb == CM_VERB_INSERT &&
         entry->change->conflict == CM_CONFLICT_IGNORE;
}

/** The read that shows one set: it has the owner in its path. */
static const cm_read *find_read(const cm_resource *resource) {
  for (int i = 0; i < resource->read_count; i++) {
    if (cm_text_has_name(resource->reads[i].path, resource->member_of->owner))
      return &resource->reads[i];
  }
  return NULL;
}

/** Its owner and its name as texts, to be freed. */
static int find_member(cm_entry *entry, char *out[2], cm_err *err) {
  const cm_member_of *of = entry->resource->member_of;
  const char *columns[2] = { of->owner, of->name != NULL ? of->name : of->value };
  int rc = SQLITE_OK;
  out[0] = out[1] = NULL;
  for (int i = 0; i < 2 && rc == SQLITE_OK; i++) {
    rc = cm_change_text(entry->change, cm_change_column(entry->resource, columns[i]), &out[i], err);
    if (rc == SQLITE_OK && out[i] == NULL) out[i] = sqlite3_mprintf("%s", "");
    if (rc == SQLITE_OK && out[i] == NULL) rc = cm_err_nomem(err);
  }
  return rc;
}

int cm_set_count(cm_asked_lists *lists, cm_entry *entry) {
  char *member[2];
  int rc = find_member(entry, member, NULL);
  if (rc == SQLITE_OK) {
    cm_counted_row row = { .resource = entry->resource,
                           .token = cm_row_token('n', entry->resource->name, member[0], member[1]),
                           .is_sure = true };
    rc = cm_asked_lists_count(lists, &row);
  }
  sqlite3_free(member[0]);
  sqlite3_free(member[1]);
  return rc;
}

/** What is done with the question after a member. */
typedef int (*use_question)(cm_finder *finder, const cm_ask *asked, void *context, cm_err *err);

static int with_question(cm_queue *queue, cm_entry *entry, const cm_read *read, use_question use,
                         void *context, cm_err *err) {
  char *member[2] = { NULL, NULL };
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  bool is_in_doubt = entry->progress.is_doubtful || entry->progress.refusal != NULL;
  int rc = cm_change_fill(entry->change, read->path, &path, err);
  if (rc == SQLITE_OK) rc = find_member(entry, member, err);
  cm_ask asked = { .who = entry->resource->name,
                   .mode = is_in_doubt ? CM_QUESTION_AGAIN : CM_QUESTION_ANY,
                   .values = { member[1], NULL },
                   .path = cm_buf_str(&path),
                   .member_list = read->each,
                   .members = entry->resource,
                   .owner = member[0] };
  if (rc == SQLITE_OK) rc = use(&queue->finder, &asked, context, err);
  sqlite3_free(member[0]);
  sqlite3_free(member[1]);
  cm_buf_clear(&path);
  return rc;
}

static int ask(cm_finder *finder, const cm_ask *asked, void *context, cm_err *err) {
  return cm_question_ask(finder, asked, context, err);
}

int cm_set_ask(cm_queue *queue, cm_entry *entry, cm_question **out, cm_err *err) {
  const cm_read *read = find_read(entry->resource);
  if (read == NULL)
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: INSERT OR IGNORE is not possible (no list shows one "
                      "set): use INSERT",
                      entry->resource->name);
  return with_question(queue, entry, read, ask, out, err);
}

static int note(cm_finder *finder, const cm_ask *asked, void *context, cm_err *err) {
  const bool *is_there = context;
  int rc = cm_question_note_member(finder, asked, *is_there);
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

int cm_set_note_written(cm_queue *queue, cm_entry *entry, bool is_there) {
  const cm_read *read = find_read(entry->resource);
  cm_err err = { 0 };
  int rc = read != NULL ? with_question(queue, entry, read, note, &is_there, &err) : SQLITE_OK;
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM) return rc;
  cm_question_touch_sets(&queue->finder, entry->resource->member_of->resource, NULL);
  return SQLITE_OK;
}

/* ---- noting ------------------------------------------------------------------------------------ */

/** The key that a member will have: an INSERT is a write of that row, too. */
static int note_member_key(cm_entry *entry) {
  const cm_member_of *of = entry->resource->member_of;
  const char *columns[2] = { of->owner, of->name != NULL ? of->name : of->value };
  cm_buf key;
  int rc = SQLITE_OK;
  cm_buf_init(&key, CM_MAX_URL_BYTES);
  for (int i = 0; i < 2 && rc == SQLITE_OK; i++) {
    cm_value value;
    cm_plain plain;
    int column = cm_registry_column(entry->resource, columns[i]);
    rc = cm_change_value(entry->change, column, &value, NULL);
    const char *text = rc == SQLITE_OK ? cm_plain_set(&plain, &value) : NULL;
    cm_buf_text(&key, i == 0 ? "[" : ",");
    if (text != NULL) cm_json_quote(&key, text, plain.len);
    cm_value_clear(&value);
  }
  cm_buf_text(&key, "]");
  if (rc == SQLITE_OK) rc = key.code;
  if (rc == SQLITE_OK)
    entry->ties.key_token = cm_row_token('k', entry->resource->name, cm_buf_str(&key), NULL);
  cm_buf_clear(&key);
  return rc;
}

/** Does an INSERT OR REPLACE give a set? Whose it is shows when it is sent. */
static bool may_share_sets(const cm_entry *entry) {
  const cm_change *change = entry->change;
  if (change->verb != CM_VERB_INSERT || change->conflict != CM_CONFLICT_REPLACE) return false;
  for (int i = 0; i < change->given_count; i++) {
    if (cm_change_is_set(entry->resource, change->given[i].column)) return true;
  }
  return false;
}

int cm_set_note(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = SQLITE_OK;
  entry->ties.may_share_sets = may_share_sets(entry);
  entry->ties.set_token = owner_token(entry->change, &rc);
  if (rc == SQLITE_OK && entry->ties.set_token != 0)
    rc = cm_entry_add_name(entry, entry->ties.set_token);
  if (rc == SQLITE_OK && entry->ties.set_token != 0 && entry->verb == CM_VERB_INSERT)
    rc = note_member_key(entry);
  if (rc != SQLITE_OK) return cm_err_nomem(err);
  for (int i = 0; i < entry->resource->column_count && rc == SQLITE_OK; i++) {
    bool is_set = entry->verb == CM_VERB_UPDATE && queue->waiting.count > 0 &&
                  cm_change_find(entry->change, i) != NULL && cm_change_is_set(entry->resource, i);
    if (is_set) rc = fold(queue, entry, i, err);
  }
  return rc;
}
