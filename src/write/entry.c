#include "write/entry.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "wire/json.h"
#include "write/change_calls.h"
#include "write/finder.h"

/* ---- its questions -------------------------------------------------------------------------------- */

int cm_entry_push_question(cm_entry *entry, cm_question *question, cm_err *err) {
  size_t size = ((size_t)entry->question_count + 1) * sizeof *entry->questions;
  cm_question **grown = sqlite3_realloc64(entry->questions, size);
  if (grown == NULL) {
    cm_question_release(question);
    return cm_err_nomem(err);
  }
  entry->questions = grown;
  entry->questions[entry->question_count++] = question;
  return SQLITE_OK;
}

void cm_entry_drop_questions(cm_entry *entry) {
  for (int i = 0; i < entry->question_count; i++)
    cm_question_release(entry->questions[i]);
  sqlite3_free(entry->questions);
  entry->questions = NULL;
  entry->question_count = 0;
}

bool cm_entry_is_answered(const cm_entry *entry) {
  bool are_done = true;
  for (int i = 0; i < entry->question_count; i++)
    are_done = cm_question_poll(entry->questions[i], entry->resource->name) && are_done;
  return are_done;
}

/* ---- life ----------------------------------------------------------------------------------------- */

cm_entry *cm_entry_new(cm_change *change) {
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

void cm_whole_list_rest(cm_entry *entry) {
  cm_json_free(entry->list);
  entry->list = NULL;
  entry->list_bytes = 0;
  if (entry->list_pager != NULL) cm_pager_close(entry->list_pager);
  sqlite3_free(entry->list_pager);
  entry->list_pager = NULL;
}

void cm_entry_rest(cm_entry *entry) {
  cm_entry_drop_questions(entry);
  entry->phase = CM_PHASE_IDLE;
  cm_whole_list_rest(entry);
  if (entry->change != NULL) cm_change_rest(entry->change);
}

void cm_entry_free(cm_entry *entry) {
  if (entry == NULL) return;
  cm_entry_rest(entry);
  cm_change_free_steps(entry->steps, entry->step_count);
  if (entry->change != NULL) cm_change_clear(entry->change);
  cm_buf_clear(&entry->not_taken);
  sqlite3_free(entry->change);
  sqlite3_free(entry->names);
  sqlite3_free(entry->label);
  sqlite3_free(entry->owner);
  sqlite3_free(entry->inside.lacks);
  sqlite3_free(entry->refusal);
  sqlite3_free(entry->error);
  sqlite3_free(entry->uuid);
  sqlite3_free(entry->taken_text);
  sqlite3_free(entry->body);
  sqlite3_free(entry->response);
  sqlite3_free(entry);
}

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

bool cm_entry_names(const cm_entry *entry, uint64_t token) {
  for (int i = 0; token != 0 && i < entry->name_count; i++) {
    if (entry->names[i] == token) return true;
  }
  return false;
}

/* ---- outcomes ------------------------------------------------------------------------------------- */

void cm_queue_put_text(cm_queue *queue, char **text, const char *new_text) {
  sqlite3_free(*text);
  *text = sqlite3_mprintf("%s", new_text);
  if (*text == NULL) queue->tally.is_out_of_memory = true;
}
