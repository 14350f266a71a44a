#include "write/entry.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "client/call.h"
#include "find/finder.h"
#include "wire/json.h"

const char *cm_entry_operation(cm_verb verb) {
  static const char *const words[] = { "INSERT", "UPDATE", "DELETE" };
  return words[verb];
}

const char *cm_entry_state_word(cm_entry_state state) {
  static const char *const words[] = { "queued",  "sent",    "written", "refused",
                                       "unknown", "dropped", "dry run" };
  return words[state];
}

bool cm_entry_is_part(const cm_entry *entry) {
  return entry->resource->inside_of != NULL;
}

bool cm_entry_must_find(const cm_entry *entry) {
  bool is_first = entry->change->conflict != CM_CONFLICT_FAIL ||
                  (entry->bulk.may_go && entry->bulk.must_find);
  return is_first && !entry->progress.is_absent;
}

/* ---- its questions -------------------------------------------------------------------------------- */

int cm_entry_push_question(cm_entry *entry, cm_question *question, cm_err *err) {
  size_t size = ((size_t)entry->progress.question_count + 1) * sizeof *entry->progress.questions;
  cm_question **grown = sqlite3_realloc64(entry->progress.questions, size);
  if (grown == NULL) {
    cm_question_release(question);
    return cm_err_nomem(err);
  }
  entry->progress.questions = grown;
  entry->progress.questions[entry->progress.question_count++] = question;
  return SQLITE_OK;
}

void cm_entry_drop_questions(cm_entry *entry) {
  for (int i = 0; i < entry->progress.question_count; i++)
    cm_question_release(entry->progress.questions[i]);
  sqlite3_free(entry->progress.questions);
  entry->progress.questions = NULL;
  entry->progress.question_count = 0;
}

bool cm_entry_is_answered(const cm_entry *entry) {
  bool are_done = true;
  for (int i = 0; i < entry->progress.question_count; i++)
    are_done = cm_question_poll(entry->progress.questions[i], entry->resource->name) && are_done;
  return are_done;
}

/* ---- life ----------------------------------------------------------------------------------------- */

cm_entry *cm_entry_new(cm_change *change) {
  cm_entry *entry = sqlite3_malloc64(sizeof *entry);
  if (entry == NULL) return NULL;
  memset(entry, 0, sizeof *entry);
  cm_buf_init(&entry->progress.not_taken, CM_MAX_URL_BYTES);
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

void cm_whole_list_release(cm_entry *entry) {
  cm_json_free(entry->list.items);
  entry->list.items = NULL;
  entry->list.bytes = 0;
  if (entry->list.pager != NULL) cm_pager_close(entry->list.pager);
  sqlite3_free(entry->list.pager);
  entry->list.pager = NULL;
}

void cm_entry_release_scratch(cm_entry *entry) {
  cm_entry_drop_questions(entry);
  entry->progress.phase = CM_PHASE_IDLE;
  cm_whole_list_release(entry);
  if (entry->change != NULL) cm_change_release_scratch(entry->change);
}

void cm_entry_leave_import(cm_entry *entry) {
  cm_import_release(entry->bulk.import);
  entry->bulk.import = NULL;
  entry->bulk.when_absent = CM_ABSENT_LATER;
}

void cm_entry_free(cm_entry *entry) {
  if (entry == NULL) return;
  cm_entry_release_scratch(entry);
  cm_change_free_steps(entry->progress.steps, entry->progress.step_count);
  if (entry->change != NULL) cm_change_clear(entry->change);
  cm_buf_clear(&entry->progress.not_taken);
  sqlite3_free(entry->change);
  sqlite3_free(entry->ties.names);
  sqlite3_free(entry->line.label);
  sqlite3_free(entry->line.owner);
  sqlite3_free(entry->inside.lacks);
  sqlite3_free(entry->progress.refusal);
  cm_entry_leave_import(entry);
  sqlite3_free(entry->bulk.customer);
  sqlite3_free(entry->line.error);
  sqlite3_free(entry->line.uuid);
  sqlite3_free(entry->line.not_taken);
  sqlite3_free(entry->line.body);
  sqlite3_free(entry->line.before);
  sqlite3_free(entry->line.response);
  sqlite3_free(entry);
}

int cm_entry_add_name(cm_entry *entry, uint64_t token) {
  for (int i = 0; i < entry->ties.name_count; i++) {
    if (entry->ties.names[i] == token) return SQLITE_OK;
  }
  size_t size = ((size_t)entry->ties.name_count + 1) * sizeof *entry->ties.names;
  uint64_t *grown = sqlite3_realloc64(entry->ties.names, size);
  if (grown == NULL) return SQLITE_NOMEM;
  entry->ties.names = grown;
  entry->ties.names[entry->ties.name_count++] = token;
  return SQLITE_OK;
}

bool cm_entry_names(const cm_entry *entry, uint64_t token) {
  for (int i = 0; token != 0 && i < entry->ties.name_count; i++) {
    if (entry->ties.names[i] == token) return true;
  }
  return false;
}
