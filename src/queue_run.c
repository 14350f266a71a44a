/*
** queue_run.c -- one write on its way: look-ups, then its calls in order. See queue.h.
**
**   FIND  -> is the row there?       OR IGNORE, OR REPLACE, and a create whose answer was lost
**   NAME  -> which uuids?            rows named by external id, columns that a path needs
**   CALL  -> the calls in order      each may end the write
**   VERIFY-> did the create happen?  where its answer is lost or doubtful
*/
#include <string.h>

#include "change_value.h"
#include "queue_parts.h"
#include "registry.h"
#include "sqlite_api.h"

static void begin_names(cm_queue *queue, cm_entry *entry);

/** An error before anything of this step was sent: it passes, or it refuses the row. */
static void stop_at(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err) {
  if (may_help || err->code == SQLITE_INTERRUPT) {
    cm_entry_suspend(queue, entry, entry->look_first, err);
  } else {
    cm_entry_end_refused(queue, entry, err);
  }
}

/* ---- the natural key ------------------------------------------------------------------------ */

/** Texts of the natural key, each to be freed. @return false when there is none. */
static bool take_natural(cm_entry *entry, char *texts[2]) {
  cm_value values[2];
  texts[0] = texts[1] = NULL;
  if (entry->change == NULL || !cm_change_natural_key(entry->change, values)) return false;
  for (int i = 0; i < 2; i++) {
    cm_plain plain;
    if (cm_plain_set(&plain, &values[i]) != NULL)
      texts[i] = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
    cm_value_clear(&values[i]);
  }
  return texts[0] != NULL;
}

static int look_for_row(cm_queue *queue, cm_entry *entry, cm_question_mode mode, cm_err *err) {
  char *texts[2];
  bool has_key = take_natural(entry, texts);
  int rc = has_key ? SQLITE_OK : cm_err_nomem(err);
  if (rc == SQLITE_OK) {
    entry->questions = sqlite3_malloc64(sizeof *entry->questions);
    if (entry->questions == NULL) rc = cm_err_nomem(err);
  }
  if (rc == SQLITE_OK) {
    rc = cm_question_row(queue, entry->resource, (const char *const *)texts, entry->resource->name,
                         mode, &entry->questions[0], err);
    entry->question_count = rc == SQLITE_OK;
  }
  sqlite3_free(texts[0]);
  sqlite3_free(texts[1]);
  return rc;
}

static void drop_questions(cm_entry *entry) {
  for (int i = 0; i < entry->question_count; i++)
    cm_question_release(entry->questions[i]);
  sqlite3_free(entry->questions);
  entry->questions = NULL;
  entry->question_count = 0;
}

static bool are_looked_up(const cm_entry *entry) {
  bool are_done = true;
  for (int i = 0; i < entry->question_count; i++)
    are_done = cm_question_poll(entry->questions[i], entry->resource->name) && are_done;
  return are_done;
}

static void refuse_two(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  const cm_question *question = entry->questions[0];
  cm_err_set(&err, SQLITE_CONSTRAINT,
             "%s: two rows have this natural key ('%s'%s%s%s): UPDATE the right one by its key",
             entry->resource->name, question->values[0], question->values[1] != NULL ? ", '" : "",
             question->values[1] != NULL ? question->values[1] : "",
             question->values[1] != NULL ? "'" : "");
  cm_entry_end_refused(queue, entry, &err);
}

/* ---- calls --------------------------------------------------------------------------------- */

static void begin_call(cm_queue *queue, cm_entry *entry) {
  const cm_change_step *step = &entry->steps[entry->step];
  cm_err err = { 0 };
  bool is_create = entry->change->verb == CM_VERB_INSERT;
  if (queue->is_stopped && entry->step == 0) {
    cm_entry_park(queue, entry);
    return;
  }
  cm_call_request request = { .who = entry->resource->name,
                              .method = step->write->method,
                              .path = step->path,
                              .body = step->body,
                              .body_len = step->body != NULL ? strlen(step->body) : 0,
                              .flags = CM_CALL_WRITE | (is_create ? CM_CALL_CREATE : 0u) };
  int rc = cm_call_start(queue->session, &request, &entry->call, &err);
  if (rc != SQLITE_OK) {
    stop_at(queue, entry, false, &err);
    return;
  }
  entry->phase = CM_PHASE_CALL;
  entry->state = CM_ENTRY_SENT;
}

static void begin_steps(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  bool is_user_edit = queue->session->settings.handle_as_user_edit;
  drop_questions(entry);
  int rc = SQLITE_OK;
  if (entry->steps == NULL) {
    rc = cm_change_steps(entry->change, is_user_edit, &entry->steps, &entry->step_count, &err);
    entry->step = 0;
  }
  if (rc != SQLITE_OK) {
    cm_entry_end_refused(queue, entry, &err);
  } else if (entry->step >= entry->step_count) {
    cm_entry_end_written(queue, entry);
  } else {
    begin_call(queue, entry);
  }
}

/** The answer of a call is there: it worked. */
static void go_on(cm_queue *queue, cm_entry *entry, const cm_call_result *result) {
  const cm_change_step *step = &entry->steps[entry->step];
  cm_err err = { 0 };
  entry->status = result->status;
  sqlite3_free(entry->response);
  entry->response = result->body.len > 0
                        ? sqlite3_mprintf("%.*s", (int)result->body.len, result->body.ptr)
                        : NULL;
  cm_slice object = cm_answer_object(step, result->body);
  int rc = cm_entry_read_answer(entry, step, object, &err);
  bool exists = rc == SQLITE_CONSTRAINT &&
                cm_answer_says_exists(entry->resource, object) == CM_EXISTS_SURELY;
  cm_call_free(entry->call);
  entry->call = NULL;
  if (rc != SQLITE_OK && exists && entry->change->conflict == CM_CONFLICT_IGNORE) {
    cm_entry_end_left_alone(queue, entry);
  } else if (rc != SQLITE_OK) {
    cm_entry_end_refused(queue, entry, &err);
  } else {
    entry->step++;
    begin_steps(queue, entry);
  }
}

/** Deleting what is gone already is no error. */
static bool is_gone_already(const cm_entry *entry, const cm_call_result *result) {
  const cm_resource *resource = entry->resource;
  bool is_any = resource->read_count > 0 && resource->reads[0].missing == CM_MISSING_ANY;
  return entry->verb == CM_VERB_DELETE && result->status == 404 && (result->is_api_error || is_any);
}

/** Ask whether the row is there, after a create that nobody knows the end of. */
static void verify(cm_queue *queue, cm_entry *entry, const cm_err *doubt) {
  cm_err err = { 0 };
  cm_call_free(entry->call);
  entry->call = NULL;
  sqlite3_free(entry->error);
  entry->error = sqlite3_mprintf("%s", doubt->text);
  entry->code = doubt->code;
  if (entry->natural_token == 0) {
    cm_entry_end_unknown(queue, entry, doubt);
    return;
  }
  entry->look_first = !entry->is_refused_before;
  if (doubt->code == SQLITE_INTERRUPT) { /* the user waits: the next COMMIT looks */
    cm_entry_suspend(queue, entry, true, doubt);
  } else if (look_for_row(queue, entry, CM_QUESTION_AGAIN, &err) == SQLITE_OK) {
    entry->phase = CM_PHASE_VERIFY;
  } else {
    cm_entry_suspend(queue, entry, true, doubt);
  }
}

/** The answer of a call is there: it did not work. */
static void give_up(cm_queue *queue, cm_entry *entry, const cm_call_result *result) {
  cm_err err = { 0 };
  cm_err_set(&err, result->code, "%s", result->error);
  err.http_status = result->status;
  entry->status = result->status;
  bool is_create = entry->change->verb == CM_VERB_INSERT;
  bool is_unknown = result->is_unknown;
  bool may_help = result->may_help;
  bool may_exist = is_create && !is_unknown &&
                   (result->status == 400 || result->status == 409 || result->status == 422);
  cm_exists exists = may_exist ? cm_answer_says_exists(entry->resource, result->body)
                               : CM_EXISTS_NOT;
  sqlite3_free(entry->response);
  entry->response = result->body.len > 0
                        ? sqlite3_mprintf("%.*s", (int)result->body.len, result->body.ptr)
                        : NULL;
  bool is_ignore = entry->change->conflict == CM_CONFLICT_IGNORE;
  if (is_create && is_unknown) {
    verify(queue, entry, &err);
    return;
  }
  if (is_ignore && exists == CM_EXISTS_MAYBE && entry->natural_token != 0) {
    entry->is_refused_before = true;
    verify(queue, entry, &err);
    return;
  }
  cm_call_free(entry->call);
  entry->call = NULL;
  if (is_ignore && exists != CM_EXISTS_NOT) {
    cm_entry_end_left_alone(queue, entry);
  } else if (may_help || is_unknown) {
    cm_entry_suspend(queue, entry, is_unknown, &err);
  } else {
    cm_entry_end_refused(queue, entry, &err);
  }
}

static bool advance_call(cm_queue *queue, cm_entry *entry) {
  if (!cm_call_is_done(entry->call)) return false;
  const cm_call_result *result = cm_call_result_of(entry->call);
  if (result->code == SQLITE_OK) {
    go_on(queue, entry, result);
  } else if (is_gone_already(entry, result)) {
    entry->status = result->status;
    cm_entry_end_written(queue, entry);
  } else {
    give_up(queue, entry, result);
  }
  return true;
}

static bool advance_verify(cm_queue *queue, cm_entry *entry) {
  if (!are_looked_up(entry)) return false;
  const cm_question *question = entry->questions[0];
  cm_err doubt = { 0 };
  cm_err_set(&doubt, entry->code, "%s", entry->error != NULL ? entry->error : "out of memory");
  bool is_there = question->code == SQLITE_OK && question->matches == 1;
  if (is_there) {
    sqlite3_free(entry->uuid);
    entry->uuid = sqlite3_mprintf("%s", question->uuid);
  }
  drop_questions(entry);
  if (is_there && entry->is_refused_before) {
    cm_entry_end_left_alone(queue, entry);
  } else if (is_there) {
    cm_entry_end_written(queue, entry);
  } else if (entry->is_refused_before) {
    cm_entry_end_refused(queue, entry, &doubt);
  } else {
    cm_entry_suspend(queue, entry, true, &doubt);
  }
  return true;
}

/* ---- is the row there? --------------------------------------------------------------------- */

static void begin_find(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  cm_question_mode mode = CM_QUESTION_ANY;
  if (entry->change->conflict == CM_CONFLICT_REPLACE) mode = CM_QUESTION_WITH_ROW;
  if (entry->look_first) mode = CM_QUESTION_AGAIN;
  if (look_for_row(queue, entry, mode, &err) != SQLITE_OK) {
    stop_at(queue, entry, false, &err);
    return;
  }
  entry->phase = CM_PHASE_FIND;
}

/** The row exists and is to be replaced: what differs is sent as an update. */
static void replace(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  const char *row = entry->questions[0]->row;
  int rc = row == NULL
               ? cm_err_nomem(&err)
               : cm_change_become_update(entry->change, (cm_slice){ row, strlen(row) }, &err);
  if (rc != SQLITE_OK) {
    cm_entry_end_refused(queue, entry, &err);
  } else {
    begin_steps(queue, entry);
  }
}

static bool advance_find(cm_queue *queue, cm_entry *entry) {
  if (!are_looked_up(entry)) return false;
  const cm_question *question = entry->questions[0];
  bool was_ours = entry->look_first;
  bool is_replace = entry->change->conflict == CM_CONFLICT_REPLACE &&
                    !entry->resource->natural_key->replace_is_ignore;
  cm_err err = { 0 };
  if (cm_question_error(question, &err) != SQLITE_OK) {
    stop_at(queue, entry, question->may_help, &err);
  } else if (question->matches > 1) {
    refuse_two(queue, entry);
  } else if (question->matches == 0) {
    drop_questions(entry);
    begin_names(queue, entry);
  } else {
    sqlite3_free(entry->uuid);
    entry->uuid = sqlite3_mprintf("%s", question->uuid);
    if (was_ours) {
      cm_entry_end_written(queue, entry);
    } else if (is_replace) {
      replace(queue, entry);
    } else {
      cm_entry_end_left_alone(queue, entry);
    }
  }
  return true;
}

/* ---- what the row names -------------------------------------------------------------------- */

/** Looking names up: what the visit of the names works on. */
typedef struct naming {
  cm_queue *queue;
  cm_entry *entry;
  int next; /* look-up of the name that comes next */
} naming;

static int push_question(cm_entry *entry, cm_question *question, cm_err *err) {
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

static int ask_name(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  naming *state = context;
  cm_question *question = NULL;
  const cm_resource *other = cm_registry_find(name->reference->resource);
  const char *values[2] = { name->data_source, name->external_id };
  (void)uuid;
  if (other == NULL || other->natural_key == NULL) {
    return cm_err_set(err, SQLITE_ERROR, "%s: %s has no rows to name: give %s",
                      state->entry->resource->name, name->reference->resource,
                      name->reference->column);
  }
  int rc = cm_question_row(state->queue, other, values, state->entry->resource->name,
                           CM_QUESTION_ANY, &question, err);
  return rc == SQLITE_OK ? push_question(state->entry, question, err) : rc;
}

/** The look-ups come in the order of the names. */
static int answer_name(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  naming *state = context;
  const cm_question *question = state->entry->questions[state->next++];
  const cm_reference *reference = name->reference;
  if (question->code != SQLITE_OK) return cm_question_error(question, err);
  if (question->matches == 1) {
    *uuid = question->uuid;
    return SQLITE_OK;
  }
  return cm_err_set(err, SQLITE_CONSTRAINT, "%s: %s '%s' in data source '%s' names %s of %s: %s",
                    state->entry->resource->name, reference->external_id, name->external_id,
                    name->data_source, question->matches == 0 ? "no row" : "two rows",
                    reference->resource,
                    question->matches == 0 ? "write that row first, or correct the name"
                                           : "give the uuid instead");
}

static int ask_need(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const cm_need *need = cm_change_find_need(entry->change);
  cm_question *question = NULL;
  cm_buf path;
  if (need == NULL) return SQLITE_OK;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = cm_change_fill(entry->change, need->path, &path, err);
  if (rc == SQLITE_OK) {
    rc = cm_question_need(queue, need, cm_buf_str(&path), entry->resource->name, &question, err);
  }
  cm_buf_clear(&path);
  return rc == SQLITE_OK ? push_question(entry, question, err) : rc;
}

static int answer_need(cm_entry *entry, const cm_question *question, cm_err *err) {
  const cm_need *need = question->need;
  const cm_resource *resource = entry->resource;
  if (question->code != SQLITE_OK) return cm_question_error(question, err);
  if (question->matches == 1) {
    cm_value value = cm_value_text(question->uuid, strlen(question->uuid));
    int column = cm_registry_find_column(resource, need->column, strlen(need->column));
    return cm_change_give(entry->change, column, CM_GIVEN_KNOWN, &value, err);
  }
  return cm_err_set(err, SQLITE_CONSTRAINT, "%s: %s cannot be told (%s has %s): %s", resource->name,
                    need->column, need->member, question->matches == 0 ? "none" : "several",
                    need->hint);
}

static bool may_asking_help(const cm_entry *entry) {
  for (int i = 0; i < entry->question_count; i++) {
    if (entry->questions[i]->code != SQLITE_OK) return entry->questions[i]->may_help;
  }
  return false;
}

/** Ask for all names at once, then for what a path still needs; nothing to ask: go on. */
static void begin_names(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  naming state = { queue, entry, 0 };
  int rc = SQLITE_OK;
  drop_questions(entry);
  if (entry->steps == NULL) rc = cm_change_visit_names(entry->change, ask_name, &state, &err);
  if (rc == SQLITE_OK && entry->steps == NULL && entry->question_count == 0)
    rc = ask_need(queue, entry, &err);
  if (rc != SQLITE_OK) {
    stop_at(queue, entry, false, &err);
  } else if (entry->question_count == 0) {
    begin_steps(queue, entry);
  } else {
    entry->phase = CM_PHASE_NAME;
  }
}

static bool advance_name(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  naming state = { queue, entry, 0 };
  if (!are_looked_up(entry)) return false;
  int rc = entry->questions[0]->need != NULL
               ? answer_need(entry, entry->questions[0], &err)
               : cm_change_visit_names(entry->change, answer_name, &state, &err);
  if (rc != SQLITE_OK) {
    stop_at(queue, entry, may_asking_help(entry), &err);
  } else {
    begin_names(queue, entry);
  }
  return true;
}

/* ---- one write ----------------------------------------------------------------------------- */

void cm_entry_start(cm_queue *queue, cm_entry *entry) {
  bool must_find = entry->change->verb == CM_VERB_INSERT && entry->natural_token != 0 &&
                   (entry->look_first || entry->change->conflict != CM_CONFLICT_FAIL);
  queue->running[queue->running_count++] = entry;
  if (must_find) {
    begin_find(queue, entry);
  } else {
    begin_names(queue, entry);
  }
}

bool cm_entry_advance(cm_queue *queue, cm_entry *entry) {
  switch (entry->phase) {
  case CM_PHASE_FIND: return advance_find(queue, entry);
  case CM_PHASE_NAME: return advance_name(queue, entry);
  case CM_PHASE_CALL: return advance_call(queue, entry);
  case CM_PHASE_VERIFY: return advance_verify(queue, entry);
  default: return false;
  }
}
