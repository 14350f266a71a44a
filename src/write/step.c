#include "write/step.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "read/feed.h"
#include "write/entry.h"
#include "write/inside_call.h"
#include "write/outcome.h"

void cm_entry_stop(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err) {
  if (may_help || err->may_help || err->code == SQLITE_INTERRUPT) {
    cm_entry_suspend(queue, entry, err);
  } else {
    cm_entry_end_refused(queue, entry, err);
  }
}

int cm_entry_start_call(cm_queue *queue, const cm_entry *entry, const char *body, cm_call **out,
                        cm_err *err) {
  const cm_change_step *step = &entry->steps[entry->step];
  bool is_create = entry->change->verb == CM_VERB_INSERT && entry->list_token == 0;
  cm_call_request request = { .who = entry->resource->name,
                              .method = step->write->method,
                              .path = step->path,
                              .body = body,
                              .body_len = body != NULL ? strlen(body) : 0,
                              .flags = CM_CALL_WRITE | (is_create ? CM_CALL_CREATE : 0u),
                              .sent_before = entry->sent_before };
  bool is_new_row = is_create && !queue->session->settings.dry_run;
  int rc = is_new_row ? cm_feed_before_post(queue->session, step->path, err) : SQLITE_OK;
  if (rc != SQLITE_OK) return rc;
  return cm_call_start(queue->session, &request, out, err);
}

static void begin_call(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  if (queue->is_stopped && entry->step == 0) {
    cm_entry_park(queue, entry);
    return;
  }
  int rc = cm_entry_start_call(queue, entry, entry->steps[entry->step].body, &entry->call, &err);
  if (rc != SQLITE_OK) {
    cm_entry_stop(queue, entry, false, &err);
    return;
  }
  entry->phase = CM_PHASE_CALL;
  entry->state = CM_ENTRY_SENT;
}

void cm_entry_begin_steps(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  cm_entry_drop_questions(entry);
  if (entry->inside.host != NULL ||
      (entry->batch != NULL && (entry->steps == NULL || entry->step < entry->step_count))) {
    entry->phase = CM_PHASE_READY;
    return;
  }
  int rc = SQLITE_OK;
  if (entry->steps == NULL) rc = cm_inside_make_steps(queue, entry, &err);
  if (rc != SQLITE_OK) {
    cm_entry_end_refused(queue, entry, &err);
  } else if (entry->step >= entry->step_count) {
    cm_entry_end_written(queue, entry);
  } else {
    begin_call(queue, entry);
  }
}
