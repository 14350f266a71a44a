#include "write/step.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "read/feed.h"
#include "write/entry.h"
#include "write/inside_call.h"
#include "write/settle.h"

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

static cm_end begin_call(cm_queue *queue, cm_entry *entry, cm_err *err) {
  if (queue->is_stopped && entry->step == 0) return CM_END_PARKED;
  const char *body = entry->steps[entry->step].body;
  int rc = cm_entry_start_call(queue, entry, body, &entry->call, err);
  if (rc != SQLITE_OK) return cm_end_of_failure(false, err);
  entry->phase = CM_PHASE_CALL;
  entry->state = CM_ENTRY_SENT;
  return CM_END_NONE;
}

cm_end cm_entry_begin_steps(cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_entry_drop_questions(entry);
  if (entry->inside.host != NULL ||
      (entry->batch != NULL && (entry->steps == NULL || entry->step < entry->step_count))) {
    entry->phase = CM_PHASE_READY;
    return CM_END_NONE;
  }
  int rc = entry->steps == NULL ? cm_inside_make_steps(queue, entry, err) : SQLITE_OK;
  if (rc != SQLITE_OK) return CM_END_REFUSED;
  return entry->step < entry->step_count ? begin_call(queue, entry, err) : CM_END_WRITTEN;
}
