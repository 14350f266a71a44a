#include "write/ship.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_names.h"
#include "client/call.h"
#include "read/feed.h"
#include "wire/slice.h"
#include "write/answer.h"
#include "write/entry.h"
#include "write/group.h"
#include "write/inside_call.h"
#include "write/run.h"
#include "write/settle.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"

/** A row goes back among those that wait, to leave in another shipment. */
static void step_back(cm_queue *queue, cm_entry *row) {
  row->line.status = 0;
  cm_settle(queue, row, CM_END_PARKED, NULL);
  cm_queue_forget_blockers(queue);
}

/* ---- before the call ------------------------------------------------------------------------------ */

/** Make the calls of each row, its parts in the body. A row that fails, or needs none, leaves. */
static void make_calls(cm_queue *queue, cm_shipment *shipment) {
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    cm_err err = { 0 };
    next = cm_shipment_next_row(row);
    int rc = row->progress.steps == NULL ? cm_inside_make_steps(queue, row, &err) : SQLITE_OK;
    if (rc != SQLITE_OK) {
      cm_settle(queue, row, CM_END_REFUSED, &err);
    } else if (row->progress.step == row->progress.step_count) {
      cm_settle(queue, row, CM_END_WRITTEN, NULL);
    }
  }
}

/** The objects of the rows, one behind the other. A row that does not fit leaves. */
static void put_objects(cm_queue *queue, cm_shipment *shipment, const char *list, cm_buf *body) {
  const cm_entry *first = shipment->first;
  cm_entry *next = NULL;
  char place[80];
  sqlite3_snprintf(sizeof place, place, "%s[0]", list);
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    const cm_change_step *step = &row->progress.steps[0];
    cm_slice object = cm_slice_find((cm_slice){ step->body, strlen(step->body) }, place);
    next = cm_shipment_next_row(row);
    if (row != first && (body->len + object.len >= CM_MAX_BATCH_BYTES ||
                         strcmp(step->path, first->progress.steps[0].path) != 0)) {
      step_back(queue, row);
      continue;
    }
    if (row != first) cm_buf_text(body, ",");
    cm_buf_append(body, object.ptr, object.len);
  }
}

/** The body of one row is its own; several stand in one list. */
static int make_body(cm_queue *queue, cm_shipment *shipment, cm_buf *body, cm_err *err) {
  const cm_entry *first = shipment->first;
  char list[64];
  if (shipment->rows > 1) {
    cm_change_list_name(cm_change_batch_write(first->change)->body, list, sizeof list);
    cm_buf_printf(body, "{\"%s\":[", list);
    put_objects(queue, shipment, list, body);
    cm_buf_text(body, "]}");
  }
  return body->code == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** The call leaves: what may have happened from here on is known by its answer alone. */
static int start_call(cm_queue *queue, cm_shipment *shipment, const char *body, cm_err *err) {
  const cm_entry *first = shipment->first;
  const cm_change_step *step = &first->progress.steps[first->progress.step];
  bool is_create = first->change->verb == CM_VERB_INSERT && first->list.token == 0;
  cm_call_request request = { .who = first->resource->name,
                              .method = step->write->method,
                              .path = step->path,
                              .body = body,
                              .body_len = body != NULL ? strlen(body) : 0,
                              .flags = CM_CALL_WRITE | (is_create ? CM_CALL_CREATE : 0u),
                              .sent_before = first->progress.sent_before };
  bool is_new_row = is_create && !queue->session->settings.dry_run;
  int rc = is_new_row ? cm_feed_before_post(queue->session, step->path, err) : SQLITE_OK;
  if (rc == SQLITE_OK) rc = cm_call_start(queue->session, &request, &shipment->call, err);
  if (rc != SQLITE_OK) return rc;
  for (cm_entry *entry = shipment->first; entry != NULL; entry = entry->progress.next_carried) {
    entry->progress.phase = CM_PHASE_CALL;
    entry->state = CM_ENTRY_SENT;
  }
  return SQLITE_OK;
}

static void end_all(cm_queue *queue, cm_shipment *shipment, cm_end end, const cm_err *err) {
  while (shipment->first != NULL)
    cm_settle(queue, shipment->first, end, err);
}

/** All rows are ready: one call for all of them. */
static void ship(cm_queue *queue, cm_shipment *shipment) {
  cm_buf body;
  cm_err err = { 0 };
  make_calls(queue, shipment);
  if (shipment->first == NULL) return;
  cm_buf_init(&body, 2 * CM_MAX_BODY_BYTES);
  int rc = make_body(queue, shipment, &body, &err);
  if (rc != SQLITE_OK) {
    end_all(queue, shipment, CM_END_REFUSED, &err);
  } else {
    const cm_entry *first = shipment->first;
    bool is_own = shipment->rows == 1;
    const char *text = is_own ? first->progress.steps[first->progress.step].body
                              : cm_buf_str(&body);
    rc = start_call(queue, shipment, text, &err);
    if (rc != SQLITE_OK) end_all(queue, shipment, cm_end_of_failure(false, &err), &err);
  }
  cm_buf_clear(&body);
}

/* ---- its way -------------------------------------------------------------------------------------- */

/**
 * When the sending stops no row leaves any more, but one that is half written. One that has become an update
 * leaves by itself.
 */
static bool may_leave(const cm_queue *queue, const cm_entry *row) {
  bool is_update = row->change->verb != row->verb && row->progress.shipment->rows > 1;
  return !row->progress.shipment->is_parted && !is_update &&
         (!queue->sending.is_stopped || row->progress.step > 0);
}

/** Rows that cannot leave go back. @return true when all others are ready. */
static bool are_ready(cm_queue *queue, cm_shipment *shipment) {
  bool are_ready = true;
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    next = cm_shipment_next_row(row);
    if (row->progress.phase != CM_PHASE_READY) {
      are_ready = false;
    } else if (!may_leave(queue, row)) {
      step_back(queue, row);
    }
  }
  return are_ready;
}

/** Send it when all are ready; free it when none is left. @return true when it was one of the two. */
static bool go_on(cm_queue *queue, cm_shipment *shipment) {
  bool is_due = shipment->call == NULL && are_ready(queue, shipment) && shipment->first != NULL;
  if (is_due) ship(queue, shipment);
  if (shipment->first != NULL) return is_due;
  cm_shipment_free(queue, shipment);
  return true;
}

static bool advance_rows(cm_queue *queue, cm_shipment *shipment) {
  bool has_moved = false;
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    next = cm_shipment_next_row(row);
    has_moved = cm_entry_advance(queue, row) || has_moved;
  }
  return has_moved;
}

void cm_shipment_start(cm_queue *queue, cm_entry *first) {
  cm_shipment *shipment = cm_shipment_new(queue);
  cm_entry *next = NULL;
  if (shipment == NULL) {
    cm_err err = { 0 };
    cm_err_nomem(&err);
    cm_settle(queue, first, CM_END_REFUSED, &err);
    return;
  }
  cm_group_gather(queue, shipment, first);
  for (cm_entry *row = first; row != NULL; row = next) {
    next = cm_shipment_next_row(row);
    if (queue->sending.is_stopped) {
      cm_settle(queue, row, CM_END_PARKED, NULL);
    } else {
      cm_entry_begin(queue, row);
    }
  }
  go_on(queue, shipment);
}

bool cm_shipment_advance(cm_queue *queue, cm_shipment *shipment) {
  bool is_called = shipment->call != NULL;
  bool has_moved = is_called ? cm_shipment_take_answer(queue, shipment)
                             : advance_rows(queue, shipment);
  return go_on(queue, shipment) || has_moved;
}
