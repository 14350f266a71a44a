#include "write/resolve.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "spec/registry.h"
#include "write/change_inside.h"
#include "write/change_names.h"
#include "write/entry.h"
#include "write/finder.h"
#include "write/inside.h"

/** Looking names up: what the visit of the names works on. */
typedef struct naming {
  cm_queue *queue;
  cm_entry *entry;
  int next; /* look-up of the name that comes next */
} naming;

int cm_entry_ask_name(cm_queue *queue, cm_entry *entry, const cm_name *name, cm_err *err) {
  cm_question *question = NULL;
  const cm_resource *other = cm_registry_find(name->reference->resource);
  const char *values[2] = { name->data_source, name->external_id };
  if (other == NULL || other->natural_key == NULL) {
    return cm_err_set(err, SQLITE_ERROR, "%s: %s has no rows to name: give %s",
                      entry->resource->name, name->reference->resource, name->reference->column);
  }
  int rc = cm_question_row(&queue->finder, other, values, entry->resource->name, CM_QUESTION_ANY,
                           &question, err);
  return rc == SQLITE_OK ? cm_entry_push_question(entry, question, err) : rc;
}

static int ask_name(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  naming *state = context;
  (void)uuid;
  if (cm_inside_is_host_name(state->entry, name)) return SQLITE_OK;
  return cm_entry_ask_name(state->queue, state->entry, name, err);
}

/** The look-ups come in the order of the names. */
static int answer_name(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  naming *state = context;
  if (cm_inside_is_host_name(state->entry, name)) return SQLITE_OK;
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
  const cm_need *need = NULL;
  cm_question *question = NULL;
  cm_buf path;
  int rc = cm_change_find_need(entry->change, &need, err);
  if (rc != SQLITE_OK || need == NULL) return rc;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  rc = cm_change_fill(entry->change, need->path, &path, err);
  if (rc == SQLITE_OK) {
    rc = cm_question_need(&queue->finder, need, cm_buf_str(&path), entry->resource->name, &question,
                          err);
  }
  cm_buf_clear(&path);
  return rc == SQLITE_OK ? cm_entry_push_question(entry, question, err) : rc;
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

/** The API takes no invoice without a line, and it would take one that lacks a line which was refused. */
static int check_items(const cm_entry *entry, cm_err *err) {
  if (entry->inside.lacks != NULL && entry->change->verb == CM_VERB_INSERT) {
    return cm_err_set(err, SQLITE_CONSTRAINT,
                      "%s: nothing was sent (%s, which belongs to it, was refused): correct that "
                      "row, and write both again",
                      entry->resource->name, entry->inside.lacks);
  }
  const char *list = cm_change_lacks_items(entry->change);
  if (list == NULL || cm_inside_has_items(entry, list)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_CONSTRAINT,
                    "%s: nothing was sent (%s is missing, and no row for it waits in this "
                    "transaction): give it, or INSERT its rows between the same BEGIN and COMMIT",
                    entry->resource->name, list);
}

cm_end cm_entry_ask_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  naming state = { queue, entry, 0 };
  int rc = entry->steps == NULL ? check_items(entry, err) : SQLITE_OK;
  if (rc == SQLITE_CONSTRAINT && queue->is_stopped) {
    return CM_END_PARKED; /* its rows may have been refused just now */
  }
  if (rc == SQLITE_OK && entry->steps == NULL)
    rc = cm_change_visit_names(entry->change, ask_name, &state, err);
  if (rc == SQLITE_OK && entry->steps == NULL && entry->question_count == 0)
    rc = ask_need(queue, entry, err);
  if (rc != SQLITE_OK) return cm_end_of_failure(false, err);
  if (entry->question_count > 0) entry->phase = CM_PHASE_NAME;
  return CM_END_NONE;
}

cm_end cm_entry_take_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  naming state = { queue, entry, 0 };
  int rc = entry->questions[0]->need != NULL
               ? answer_need(entry, entry->questions[0], err)
               : cm_change_visit_names(entry->change, answer_name, &state, err);
  return rc == SQLITE_OK ? CM_END_NONE : cm_end_of_failure(may_asking_help(entry), err);
}
