#include "write/answer.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_inside.h"
#include "change/change_names.h"
#include "change/change_replace.h"
#include "client/call.h"
#include "wire/http.h"
#include "wire/slice.h"
#include "write/entry.h"
#include "write/inside_call.h"
#include "write/outcome.h"
#include "write/reply.h"
#include "write/run.h"
#include "write/settle.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/write_log.h"

/** How a call has ended, for all its rows. */
typedef struct ending {
  cm_err err; /* code SQLITE_OK: it worked */
  int status;
  bool is_api_error, is_of_row, is_unknown, may_help, again_after_look;
  bool is_of_one; /* the call carried one row */
  bool is_odd;    /* it worked, with an answer that is not JSON: `err` says why */
  cm_slice body;
} ending;

/* ---- what it means for one row -------------------------------------------------------------------- */

/** A row that takes several calls may stand half written: the error says so. */
static void tell_which_call(const cm_entry *entry, cm_err *err) {
  char text[sizeof err->text];
  if (err->code == SQLITE_OK || entry->progress.step == 0) return;
  memcpy(text, err->text, sizeof text);
  cm_err_set(err, err->code, "%s (call %d of %d of this row; those before it were made)", text,
             entry->progress.step + 1, entry->progress.step_count);
}

/** The line of an answer that is not one to this row. */
static void tell_odd(const cm_entry *entry, const char *why, cm_err *err) {
  const cm_change_step *step = &entry->progress.steps[entry->progress.step];
  cm_err_set(err, SQLITE_ERROR,
             "%s: %s %s was answered wrongly (%s): it may or may not have happened, look "
             "before you write it again",
             entry->resource->name, step->write->method, step->path, why);
  tell_which_call(entry, err);
}

/** An answer that is not one to this row. */
static cm_end doubt_odd(cm_queue *queue, cm_entry *row, const char *why, cm_err *err) {
  tell_odd(row, why, err);
  return cm_entry_doubt(queue, row, true, err);
}

/**
 * Does the answer to a create show a row that was created before? Where the row has a natural key the API's answers show
 * that, which says more.
 */
static bool is_answered_again(cm_queue *queue, const cm_entry *entry) {
  uint64_t account = queue->session->account;
  if (entry->change->verb != CM_VERB_INSERT || entry->progress.step > 0 || entry->line.uuid == NULL)
    return false;
  return !cm_created_add(&queue->created, entry->resource->name, account, entry->line.uuid) &&
         entry->ties.natural_token == 0;
}

/** The API refused. Under OR IGNORE and OR REPLACE it may only have said that the row exists. */
static cm_end give_up(cm_queue *queue, cm_entry *entry, cm_slice object, cm_err *err) {
  cm_conflict conflict = entry->change->conflict;
  bool may_exist = entry->change->verb == CM_VERB_INSERT && entry->progress.refusal == NULL;
  cm_inside_take_errors(queue, entry, object);
  cm_exists exists = may_exist ? cm_reply_says_exists(entry->resource, object) : CM_EXISTS_NOT;
  bool is_left = conflict == CM_CONFLICT_IGNORE && !cm_change_gives_frozen(entry->change);
  bool is_plain = conflict == CM_CONFLICT_FAIL;
  if (exists == CM_EXISTS_SURELY && is_plain && entry->line.uuid == NULL)
    cm_entry_advise_exists(entry, err);
  if (is_plain) return CM_END_REFUSED;
  if (exists == CM_EXISTS_SURELY && is_left) return CM_END_LEFT_ALONE;
  if (exists == CM_EXISTS_NOT || entry->ties.natural_token == 0) return CM_END_REFUSED;
  /* In words that say, or may say, that the row exists: the statement says what happens then. */
  cm_queue_put_text(queue, &entry->progress.refusal, err->text);
  entry->progress.refusal_code = err->code;
  entry->progress.is_refused_with_others = false;
  return entry->progress.refusal != NULL ? cm_entry_begin_find(queue, entry, err) : CM_END_REFUSED;
}

/** The call of its step worked: take its object of the answer. It is written, or ready for its next call. */
static cm_end take_object(cm_queue *queue, cm_entry *entry, cm_slice object, cm_err *err) {
  const cm_change_step *step = &entry->progress.steps[entry->progress.step];
  bool is_dry = entry->line.status == 0; /* nothing was sent, and nothing answered */
  int rc = is_dry ? SQLITE_OK : cm_entry_read_answer(entry, step, object, err);
  if (rc == SQLITE_NOMEM) { /* it is written; the statement has to say that it cannot tell more */
    queue->tally.is_out_of_memory = true;
    rc = SQLITE_OK;
  }
  if (rc == SQLITE_OK && !is_dry && is_answered_again(queue, entry)) {
    rc = cm_err_set(err, SQLITE_MISMATCH, "it shows a row that was created before");
    sqlite3_free(entry->line.uuid);
    entry->line.uuid = NULL;
  }
  if (rc == SQLITE_OK) {
    if (!is_dry) cm_inside_take_items(queue, entry, object);
    entry->progress.step++;
    entry->progress.is_doubtful = false;
    return entry->progress.step < entry->progress.step_count ? CM_END_NONE : CM_END_WRITTEN;
  }
  if (rc != SQLITE_MISMATCH) return give_up(queue, entry, object, err);
  cm_err why = *err;
  cm_http_distrust(queue->session->connection->http);
  return doubt_odd(queue, entry, why.text, err);
}

/** Deleting what is gone already is not an error. */
static bool is_gone_already(const cm_entry *entry, const ending *end) {
  const cm_resource *resource = entry->resource;
  bool is_any = resource->read_count > 0 && resource->reads[0].missing == CM_MISSING_ANY;
  for (const cm_entry *other = entry; other != NULL; other = cm_shipment_next_of(other, entry)) {
    if (other->verb != CM_VERB_DELETE) return false;
  }
  return end->status == 404 && (end->is_api_error || is_any);
}

static cm_end judge_failure(cm_queue *queue, cm_entry *row, const ending *end, cm_err *err) {
  bool may_say = end->is_of_one && (end->status == 400 || end->status == 409 || end->status == 422);
  cm_err_set(err, end->err.code, "%s", end->err.text);
  tell_which_call(row, err);
  err->is_of_row = end->is_of_row;
  if (is_gone_already(row, end)) return CM_END_WRITTEN;
  if (end->is_unknown) return cm_entry_doubt(queue, row, end->may_help, err);
  if (end->may_help) return CM_END_LATER;
  if (err->code == SQLITE_CONSTRAINT) cm_entry_advise_words(row, err);
  return give_up(queue, row, may_say ? end->body : (cm_slice){ NULL, 0 }, err);
}

static cm_end judge(cm_queue *queue, cm_entry *row, const ending *end, cm_err *err) {
  if (end->is_odd) return doubt_odd(queue, row, end->err.text, err);
  if (end->err.code != SQLITE_OK) return judge_failure(queue, row, end, err);
  return take_object(queue, row,
                     cm_reply_object(&row->progress.steps[row->progress.step], end->body), err);
}

/* ---- which row an object belongs to --------------------------------------------------------------- */

/** The rows of an answer, and which is whose. */
typedef struct dealing {
  cm_slice objects[CM_MAX_BATCH_ROWS];
  int count;
  cm_slice of_row[CM_MAX_BATCH_ROWS]; /* absent: none is surely this one */
} dealing;

static bool take_objects(cm_slice body, const char *list, dealing *out) {
  cm_slice rows = cm_slice_find(body, list);
  cm_slice object;
  size_t at = 0;
  out->count = 0;
  if (cm_slice_type(rows) != CM_JSON_ARRAY) return false;
  while (cm_slice_next(rows, &at, NULL, &object) == SQLITE_ROW) {
    if (out->count == CM_MAX_BATCH_ROWS) return false;
    out->objects[out->count++] = object;
  }
  return true;
}

enum { SHOWS_ANOTHER, SHOWS_NOTHING, SHOWS_THIS };

/** Which row does an object of the answer show? */
static int compare(cm_queue *queue, cm_entry *entry, cm_slice object) {
  bool may_be = true;
  bool is_shown = false;
  int rc = cm_change_is_shown(entry->change, object, &may_be, &is_shown, NULL);
  if (rc == SQLITE_NOMEM) queue->tally.is_out_of_memory = true;
  if (rc != SQLITE_OK) return SHOWS_NOTHING;
  return !may_be ? SHOWS_ANOTHER : is_shown ? SHOWS_THIS : SHOWS_NOTHING;
}

/** As many rows as were sent, and none at another's place: they came in order. */
static bool deal_by_place(cm_queue *queue, cm_shipment *shipment, dealing *out) {
  int i = 0;
  if (out->count != shipment->rows) return false;
  for (cm_entry *row = shipment->first; row != NULL; row = cm_shipment_next_row(row), i++) {
    if (compare(queue, row, out->objects[i]) == SHOWS_ANOTHER) return false;
    out->of_row[i] = out->objects[i];
  }
  return true;
}

/** The only row that shows the natural key. */
static void deal_by_key(cm_queue *queue, cm_shipment *shipment, dealing *out) {
  int i = 0;
  for (cm_entry *row = shipment->first; row != NULL; row = cm_shipment_next_row(row), i++) {
    int found = 0;
    for (int o = 0; o < out->count; o++) {
      if (compare(queue, row, out->objects[o]) != SHOWS_THIS) continue;
      out->of_row[i] = out->objects[o];
      found++;
    }
    if (found != 1) out->of_row[i] = (cm_slice){ NULL, 0 };
  }
}

/* ---- for all rows of a call ----------------------------------------------------------------------- */

static void keep_response(cm_queue *queue, cm_entry *row, cm_slice object) {
  sqlite3_free(row->line.response);
  row->line.response = sqlite3_mprintf("%.*s", (int)object.len, object.ptr);
  if (row->line.response == NULL) queue->tally.is_out_of_memory = true;
}

/** The call worked. Each row takes what the answer says of it; an empty one (dry_run) says nothing of any. */
static void deal_out(cm_queue *queue, cm_shipment *shipment, cm_slice body) {
  char list[64];
  dealing dealt = { .count = 0 };
  cm_entry *next = NULL;
  int i = 0;
  cm_change_list_name(cm_change_batch_write(shipment->first->change)->answer, list, sizeof list);
  if (body.len > 0 && take_objects(body, list, &dealt) && !deal_by_place(queue, shipment, &dealt))
    deal_by_key(queue, shipment, &dealt);
  for (cm_entry *row = shipment->first; row != NULL; row = next, i++) {
    cm_slice object = dealt.of_row[i];
    cm_err err = { 0 };
    next = cm_shipment_next_row(row);
    if (object.ptr != NULL) keep_response(queue, row, object);
    cm_end end = object.ptr != NULL || body.len == 0
                     ? take_object(queue, row, object, &err)
                     : doubt_odd(queue, row, "it does not show this row", &err);
    cm_settle(queue, row, end, &err);
  }
}

/** Each is looked for, and waits for a call of its own. What cannot be looked for is sent all the same. */
static void part(cm_queue *queue, cm_shipment *shipment, const cm_err *err) {
  cm_entry *next = NULL;
  shipment->is_parted = true;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    next = cm_shipment_next_row(row);
    row->progress.goes_alone = true;
    row->progress.is_refused_with_others = true;
    row->progress.refusal_code = err->code;
    if (row->ties.natural_token == 0) continue;
    cm_queue_put_text(queue, &row->progress.refusal, err->text);
    if (row->progress.refusal != NULL) cm_entry_begin(queue, row);
  }
}

static void judge_all(cm_queue *queue, cm_shipment *shipment, const ending *end) {
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    cm_err err = { 0 };
    next = cm_shipment_next_row(row);
    cm_settle(queue, row, judge(queue, row, end, &err), &err);
  }
}

static bool is_refused(const ending *end) {
  return end->err.code != SQLITE_OK && !end->is_odd && !end->is_unknown && !end->may_help;
}

/** Let go of the call. @return its answer, owned; NULL when memory ran out. */
static char *take_ending(cm_shipment *shipment, ending *end) {
  const cm_call_result *result = cm_call_result_of(shipment->call);
  cm_err why = { 0 };
  size_t len = 0;
  if (result->code != SQLITE_OK) cm_err_set(&end->err, result->code, "%s", result->error);
  end->status = result->status;
  end->is_api_error = result->is_api_error;
  end->is_of_row = result->is_of_row;
  end->is_unknown = result->is_unknown;
  end->may_help = result->may_help;
  end->again_after_look = result->again_after_look;
  end->is_of_one = shipment->rows == 1;
  char *body = cm_call_take_body(shipment->call, &len);
  cm_call_free(shipment->call);
  shipment->call = NULL;
  end->body = (cm_slice){ body, body != NULL ? len : 0 };
  end->is_odd = end->err.code == SQLITE_OK && end->body.len > 0 &&
                cm_slice_check(end->body, NULL, &why) != SQLITE_OK;
  if (end->is_odd) end->err = why;
  return body;
}

bool cm_shipment_take_answer(cm_queue *queue, cm_shipment *shipment) {
  ending end = { .status = 0 };
  if (!cm_call_is_done(shipment->call)) return false;
  char *body = take_ending(shipment, &end);
  if (body == NULL) queue->tally.is_out_of_memory = true;
  for (cm_entry *entry = shipment->first; entry != NULL; entry = entry->progress.next_carried) {
    entry->line.status = end.status;
    entry->progress.goes_again = end.again_after_look;
    entry->progress.phase = CM_PHASE_READY;
  }
  if (end.is_of_one) { /* the whole answer is its own */
    cm_entry *row = shipment->first;
    sqlite3_free(row->line.response);
    row->line.response = end.body.len > 0 ? body : NULL;
    if (end.body.len > 0) body = NULL;
  }
  if (!end.is_of_one && is_refused(&end) && end.is_of_row) {
    part(queue, shipment, &end.err);
  } else if (!end.is_of_one && end.err.code == SQLITE_OK) {
    deal_out(queue, shipment, end.body);
  } else {
    judge_all(queue, shipment, &end);
  }
  sqlite3_free(body);
  return true;
}
