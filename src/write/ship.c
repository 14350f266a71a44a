#include "write/ship.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_inside.h"
#include "change/change_names.h"
#include "change/import.h"
#include "client/call.h"
#include "lists/feed.h"
#include "wire/slice.h"
#include "write/answer.h"
#include "write/entry.h"
#include "write/import_call.h"
#include "write/inside.h"
#include "write/inside_call.h"
#include "write/record.h"
#include "write/run.h"
#include "write/settle.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/whole_list.h"

/** A row goes back among those that wait, to leave in another shipment. */
static void step_back(cm_queue *queue, cm_entry *row) {
  row->line.status = 0;
  cm_settle(queue, row, CM_END_PARKED, NULL);
  cm_queue_forget_blockers(queue);
}

/* ---- which rows go together ------------------------------------------------------------------------ */

/** Nothing in front of the entry blocks it, given that nothing blocks `first`. */
static bool may_follow(const cm_queue *queue, const cm_entry *first, const cm_entry *entry) {
  if (entry->ties.delete_epoch != first->ties.delete_epoch ||
      entry->ties.verb_epoch != first->ties.verb_epoch)
    return false;
  if (entry->ties.natural_token != 0 &&
      cm_queue_is_written_before(queue, entry, entry->ties.natural_token))
    return false;
  for (int i = 0; i < entry->ties.name_count; i++) {
    if (cm_queue_is_written_before(queue, entry, entry->ties.names[i])) return false;
  }
  return cm_inside_find_blocker(queue, entry) == NULL;
}

static void gather_rows(const cm_queue *queue, cm_shipment *shipment, const cm_entry *first) {
  int room = cm_batch_size(first);
  size_t bytes = first->bytes + cm_inside_bytes(first);
  for (cm_entry *entry = first->ties.next_by_batch; entry != NULL && shipment->rows < room;
       entry = entry->ties.next_by_batch) {
    if (entry->ties.batch_token != first->ties.batch_token ||
        entry->progress.phase != CM_PHASE_IDLE || entry->bulk.may_go || cm_batch_size(entry) == 1 ||
        !may_follow(queue, first, entry))
      continue;
    bytes += entry->bytes + cm_inside_bytes(entry);
    if (bytes > CM_MAX_BATCH_BYTES) return;
    cm_shipment_put(shipment, shipment->last, entry, NULL);
  }
}

/** Put an entry that nothing blocks into an empty shipment, and those that may go with it. */
static void gather(const cm_queue *queue, cm_shipment *shipment, cm_entry *first) {
  cm_shipment_put(shipment, NULL, first, NULL);
  if (first->list.token != 0) cm_whole_list_gather(first);
  if (cm_batch_size(first) > 1) gather_rows(queue, shipment, first);
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
static int make_body(cm_queue *queue, cm_shipment *shipment, cm_err *err) {
  char list[64];
  cm_buf body;
  if (shipment->rows == 1) return SQLITE_OK;
  cm_buf_init(&body, 2 * CM_MAX_BODY_BYTES);
  cm_change_list_name(cm_change_batch_write(shipment->first->change)->body, list, sizeof list);
  cm_buf_printf(&body, "{\"%s\":[", list);
  put_objects(queue, shipment, list, &body);
  cm_buf_text(&body, "]}");
  sqlite3_free(shipment->body);
  shipment->body = body.code == SQLITE_OK ? cm_buf_take(&body) : NULL;
  cm_buf_clear(&body);
  return shipment->body != NULL ? SQLITE_OK : cm_err_nomem(err);
}

static void end_all(cm_queue *queue, cm_shipment *shipment, cm_end end, const cm_err *err) {
  while (shipment->first != NULL)
    cm_settle(queue, shipment->first, end, err);
}

static bool is_create(const cm_entry *entry) {
  return entry->change->verb == CM_VERB_INSERT && entry->list.token == 0;
}

/** The call that leaves next. */
static const cm_change_step *step_of(const cm_shipment *shipment) {
  const cm_entry *first = shipment->first;
  return shipment->import != NULL ? &shipment->import->step
                                  : &first->progress.steps[first->progress.step];
}

/** All rows are ready: one call for all of them, which is recorded before it leaves. */
static int prepare(cm_queue *queue, cm_shipment *shipment, cm_err *err) {
  bool is_new_row = is_create(shipment->first) && !queue->session->settings.dry_run;
  int rc = shipment->import == NULL ? make_body(queue, shipment, err) : SQLITE_OK;
  if (rc == SQLITE_OK && is_new_row)
    rc = cm_feed_before_post(queue->session, step_of(shipment)->path, err);
  return rc == SQLITE_OK ? cm_record_sent(queue, shipment, err) : rc;
}

/** The call leaves: what may have happened from here on is known by its answer alone. */
static int start_call(cm_queue *queue, cm_shipment *shipment, cm_err *err) {
  const cm_entry *first = shipment->first;
  const cm_change_step *step = step_of(shipment);
  bool is_batch = shipment->rows > 1 && shipment->import == NULL;
  const char *body = is_batch ? shipment->body : step->body;
  cm_call_request request = { .who = first->resource->name,
                              .method = step->write->method,
                              .path = step->path,
                              .body = body,
                              .body_len = body != NULL ? strlen(body) : 0,
                              .flags = CM_CALL_WRITE | (is_create(first) ? CM_CALL_CREATE : 0u),
                              .sent_before = first->progress.sent_before };
  int rc = cm_call_start(queue->session, &request, &shipment->call, err);
  if (rc != SQLITE_OK) return rc;
  if (shipment->import != NULL) shipment->import->stage = CM_IMPORT_SENT;
  for (cm_entry *entry = shipment->first; entry != NULL; entry = entry->progress.next_carried) {
    entry->progress.phase = CM_PHASE_CALL;
    entry->state = CM_ENTRY_SENT;
  }
  return SQLITE_OK;
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

/** It is due when all are ready; free it when none is left. @return true when it became one of the two. */
static bool go_on(cm_queue *queue, cm_shipment *shipment) {
  bool was_due = shipment->is_due;
  bool is_ready = shipment->call == NULL && !cm_import_is_out(shipment) &&
                  are_ready(queue, shipment);
  shipment->is_due = is_ready && shipment->first != NULL;
  if (shipment->first != NULL) return shipment->is_due && !was_due;
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
  gather(queue, shipment, first);
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
  bool has_moved = cm_import_is_out(shipment) ? cm_import_advance(queue, shipment)
                   : is_called                ? cm_shipment_take_answer(queue, shipment)
                                              : advance_rows(queue, shipment);
  return go_on(queue, shipment) || has_moved;
}

/** Those that are due, in the order in which they started. */
static int find_due(const cm_queue *queue, cm_shipment *out[CM_QUEUE_MAX_SHIPMENTS]) {
  int count = 0;
  for (int i = 0; i < queue->sending.shipment_count; i++) {
    if (queue->sending.shipments[i]->is_due) out[count++] = queue->sending.shipments[i];
  }
  return count;
}

/** @return true when its call is made and recorded, and all that is left is to send it. */
static bool prepare_due(cm_queue *queue, cm_shipment *shipment) {
  cm_err err = { 0 };
  shipment->is_due = false;
  if (shipment->import == NULL) make_calls(queue, shipment);
  int rc = shipment->first != NULL ? prepare(queue, shipment, &err) : SQLITE_OK;
  if (rc != SQLITE_OK) end_all(queue, shipment, cm_end_of_failure(false, &err), &err);
  if (shipment->first != NULL) return true;
  cm_shipment_free(queue, shipment);
  return false;
}

/** Send what is recorded. @param lost  Why it is not durable; code SQLITE_OK: it is. */
static void start_ready(cm_queue *queue, cm_shipment *ready[], int count, const cm_err *lost) {
  bool has_failed = false;
  for (int i = 0; i < count; i++) {
    cm_err err = *lost;
    if (has_failed && ready[i]->first->progress.step == 0) {
      end_all(queue, ready[i], CM_END_PARKED, NULL);
    } else {
      if (err.code == SQLITE_OK) has_failed = start_call(queue, ready[i], &err) != SQLITE_OK;
      if (err.code != SQLITE_OK) end_all(queue, ready[i], cm_end_of_failure(false, &err), &err);
    }
    if (ready[i]->first == NULL) cm_shipment_free(queue, ready[i]);
  }
}

bool cm_shipments_leave(cm_queue *queue) {
  cm_shipment *due[CM_QUEUE_MAX_SHIPMENTS];
  cm_err lost = { 0 };
  bool was_stopped = queue->sending.is_stopped;
  int count = find_due(queue, due);
  int ready = 0;
  for (int i = 0; i < count; i++) {
    /* a row that was refused just now stops those behind it */
    if (queue->sending.is_stopped && !was_stopped) {
      go_on(queue, due[i]);
    } else if (prepare_due(queue, due[i])) {
      due[ready++] = due[i];
    }
  }
  int rc = ready > 0 ? cm_record_leave(queue, &lost) : SQLITE_OK;
  if (rc != SQLITE_OK) queue->sending.is_stopped = true;
  start_ready(queue, due, ready, &lost);
  return count > 0;
}
