#include "write/batch.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "write/change_batch.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/inside_call.h"
#include "write/run.h"
#include "write/settle.h"
#include "write/step.h"
#include "write/token.h"
#include "write/waiting.h"

/* ---- which rows go out in one call ----------------------------------------------------------- */

int cm_batch_note(cm_entry *entry, cm_err *err) {
  const cm_write *write = cm_change_batch_write(entry->change);
  cm_buf place;
  entry->batch_token = 0;
  entry->is_place_named = false;
  if (write == NULL) return SQLITE_OK;
  cm_buf_init(&place, CM_MAX_URL_BYTES);
  int rc = cm_change_destination(entry->change, write, &place, &entry->is_place_named, err);
  if (rc == SQLITE_OK && place.code == SQLITE_OK)
    entry->batch_token = cm_queue_token('b', entry->resource->name, cm_buf_str(&place), NULL);
  cm_buf_clear(&place);
  return rc;
}

/** Nothing in front of the entry blocks it, given that nothing blocks `first`. */
static bool may_follow(const cm_queue *queue, const cm_entry *first, const cm_entry *entry) {
  if (entry->section != first->section || entry->run != first->run) return false;
  if (entry->natural_token != 0 && cm_queue_is_written_before(queue, entry, entry->natural_token))
    return false;
  for (int i = 0; i < entry->name_count; i++) {
    if (cm_queue_is_written_before(queue, entry, entry->names[i])) return false;
  }
  return cm_inside_find_blocker(queue, entry) == NULL;
}

/** @return how many there are, `first` among them. */
static int gather(cm_queue *queue, cm_entry *first, cm_entry *out[CM_MAX_BATCH_ROWS]) {
  int room = cm_batch_size(first);
  size_t bytes = first->bytes + cm_inside_bytes(first);
  int count = 0;
  out[count++] = first;
  for (cm_entry *entry = first->next_by_batch; entry != NULL && count < room;
       entry = entry->next_by_batch) {
    if (entry->batch_token != first->batch_token || entry->phase != CM_PHASE_IDLE ||
        entry->goes_alone || !may_follow(queue, first, entry))
      continue;
    size_t more = entry->bytes + cm_inside_bytes(entry);
    if (bytes + more > CM_MAX_BATCH_BYTES) break;
    bytes += more;
    out[count++] = entry;
  }
  return count;
}

/* ---- members --------------------------------------------------------------------------------- */

/** The members as they are now: one that ends is taken out while they are gone through. */
static int copy_members(const cm_batch *batch, cm_entry *out[CM_MAX_BATCH_ROWS]) {
  memcpy(out, batch->members, (size_t)batch->count * sizeof(cm_entry *));
  return batch->count;
}

bool cm_batch_start(cm_queue *queue, cm_entry *first) {
  cm_entry *members[CM_MAX_BATCH_ROWS];
  if (cm_batch_size(first) == 1) return false;
  int count = gather(queue, first, members);
  if (count == 1) return false;
  cm_batch *batch = sqlite3_malloc64(sizeof *batch);
  if (batch == NULL) {
    cm_err err = { 0 };
    cm_err_nomem(&err);
    cm_settle(queue, first, CM_END_REFUSED, &err);
    return true;
  }
  memset(batch, 0, sizeof *batch);
  memcpy(batch->members, members, (size_t)count * sizeof *members);
  batch->count = count;
  for (int i = 0; i < count; i++)
    members[i]->batch = batch;
  queue->batches[queue->batch_count++] = batch;
  for (int i = 0; i < count; i++) {
    if (queue->is_stopped) {
      cm_settle(queue, members[i], CM_END_PARKED, NULL);
    } else {
      cm_entry_begin(queue, members[i]);
    }
  }
  return true;
}

/** Back among those that wait. */
static void step_back(cm_queue *queue, cm_entry *entry) {
  entry->status = 0;
  cm_settle(queue, entry, CM_END_PARKED, NULL);
  cm_queue_forget_blockers(queue);
}

/* ---- the call -------------------------------------------------------------------------------- */

/** "invoices" of "invoices[]" and of "invoices[0]". */
static void put_list_name(const char *pattern, char *out, int size) {
  sqlite3_snprintf(size, out, "%.*s", (int)strcspn(pattern, "["), pattern);
}

static int make_step(cm_queue *queue, cm_entry *entry, cm_err *err) {
  return entry->steps != NULL ? SQLITE_OK : cm_inside_make_steps(queue, entry, err);
}

/** The objects of the members, one behind the other. Who does not fit, or fails, leaves. */
static void put_objects(cm_queue *queue, cm_batch *batch, const char *list, cm_buf *body) {
  cm_entry *members[CM_MAX_BATCH_ROWS];
  int count = copy_members(batch, members);
  char place[80];
  sqlite3_snprintf(sizeof place, place, "%s[0]", list);
  for (int i = 0; i < count; i++) {
    cm_entry *entry = members[i];
    cm_err err = { 0 };
    if (make_step(queue, entry, &err) != SQLITE_OK) {
      cm_settle(queue, entry, CM_END_REFUSED, &err);
      continue;
    }
    cm_slice object = cm_slice_find(
        (cm_slice){ entry->steps[0].body, strlen(entry->steps[0].body) }, place);
    const cm_entry *first = batch->members[0];
    bool is_first = entry == first;
    bool fits = body->len + object.len < CM_MAX_BATCH_BYTES;
    if (!is_first && (!fits || strcmp(entry->steps[0].path, first->steps[0].path) != 0)) {
      step_back(queue, entry);
      continue;
    }
    if (!is_first) cm_buf_text(body, ",");
    cm_buf_append(body, object.ptr, object.len);
  }
}

static void end_all(cm_queue *queue, cm_batch *batch, cm_end end, const cm_err *err) {
  while (batch->count > 0)
    cm_settle(queue, batch->members[0], end, err);
}

/** Only one is left: it goes on by itself. */
static void let_go(cm_queue *queue, cm_batch *batch) {
  cm_entry *entry = batch->members[0];
  cm_batch_free(queue, batch);
  cm_err err = { 0 };
  queue->running[queue->running_count++] = entry;
  cm_settle(queue, entry, cm_entry_begin_steps(queue, entry, &err), &err);
}

static void start_call(cm_queue *queue, cm_batch *batch, const char *body) {
  cm_err err = { 0 };
  int rc = cm_entry_start_call(queue, batch->members[0], body, &batch->call, &err);
  if (rc != SQLITE_OK) {
    end_all(queue, batch, cm_end_of_failure(false, &err), &err);
    return;
  }
  for (int i = 0; i < batch->count; i++) {
    batch->members[i]->phase = CM_PHASE_FOLLOW;
    batch->members[i]->state = CM_ENTRY_SENT;
  }
}

/** All are ready: one call for all of them. */
static void send(cm_queue *queue, cm_batch *batch) {
  char list[64];
  cm_buf body;
  cm_err err = { 0 };
  put_list_name(cm_change_batch_write(batch->members[0]->change)->body, list, sizeof list);
  cm_buf_init(&body, 2 * CM_MAX_BODY_BYTES);
  cm_buf_printf(&body, "{\"%s\":[", list);
  put_objects(queue, batch, list, &body);
  cm_buf_text(&body, "]}");
  if (batch->count == 1) {
    let_go(queue, batch);
  } else if (batch->count > 1 && body.code != SQLITE_OK) {
    cm_err_nomem(&err);
    end_all(queue, batch, CM_END_REFUSED, &err);
  } else if (batch->count > 1) {
    start_call(queue, batch, cm_buf_str(&body));
  }
  cm_buf_clear(&body);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/** The rows of an answer, and which is whose. */
typedef struct dealing {
  cm_slice objects[CM_MAX_BATCH_ROWS];
  int count;
  cm_slice of_member[CM_MAX_BATCH_ROWS]; /* absent: none is surely this one */
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
static bool deal_by_place(cm_queue *queue, cm_batch *batch, dealing *out) {
  bool may_be = out->count == batch->count;
  for (int i = 0; i < batch->count && may_be; i++)
    may_be = compare(queue, batch->members[i], out->objects[i]) != SHOWS_ANOTHER;
  for (int i = 0; i < batch->count && may_be; i++)
    out->of_member[i] = out->objects[i];
  return may_be;
}

/** The only row that shows the natural key. */
static void deal_by_key(cm_queue *queue, cm_batch *batch, dealing *out) {
  for (int i = 0; i < batch->count; i++) {
    int found = 0;
    for (int o = 0; o < out->count; o++) {
      if (compare(queue, batch->members[i], out->objects[o]) != SHOWS_THIS) continue;
      out->of_member[i] = out->objects[o];
      found++;
    }
    if (found != 1) out->of_member[i] = (cm_slice){ NULL, 0 };
  }
}

static void keep_response(cm_queue *queue, cm_entry *entry, cm_slice object) {
  sqlite3_free(entry->response);
  entry->response = sqlite3_mprintf("%.*s", (int)object.len, object.ptr);
  if (entry->response == NULL) queue->tally.is_out_of_memory = true;
}

/** The call worked. Each row takes what the answer says of it. */
static void deal_out(cm_queue *queue, cm_batch *batch, const char *response) {
  char list[64];
  dealing dealt = { .count = 0 };
  cm_entry *members[CM_MAX_BATCH_ROWS];
  int count = copy_members(batch, members);
  bool is_empty = response == NULL; /* dry_run, or an API that says nothing */
  put_list_name(cm_change_batch_write(members[0]->change)->answer, list, sizeof list);
  if (!is_empty && take_objects((cm_slice){ response, strlen(response) }, list, &dealt) &&
      !deal_by_place(queue, batch, &dealt))
    deal_by_key(queue, batch, &dealt);
  for (int i = 0; i < count; i++) {
    cm_entry *entry = members[i];
    cm_slice object = dealt.of_member[i];
    cm_err err = { 0 };
    if (is_empty || object.ptr != NULL) {
      if (!is_empty) keep_response(queue, entry, object);
      cm_settle(queue, entry, cm_entry_take_object(queue, entry, object, &err), &err);
    } else {
      cm_entry_tell_odd(entry, "it does not show this row", &err);
      cm_settle(queue, entry, cm_entry_doubt(queue, entry, true, &err), &err);
    }
  }
}

static void doubt_all(cm_queue *queue, cm_batch *batch, bool may_help, const cm_err *err) {
  cm_entry *members[CM_MAX_BATCH_ROWS];
  int count = copy_members(batch, members);
  for (int i = 0; i < count; i++)
    cm_settle(queue, members[i], cm_entry_doubt(queue, members[i], may_help, err), err);
}

/** Each is looked for, and waits for a call of its own. What cannot be looked for is sent all the same. */
static void part(cm_queue *queue, cm_batch *batch, const cm_err *err) {
  cm_entry *members[CM_MAX_BATCH_ROWS];
  int count = copy_members(batch, members);
  for (int i = 0; i < count; i++) {
    cm_entry *entry = members[i];
    entry->goes_alone = true;
    if (entry->natural_token != 0) cm_queue_put_text(queue, &entry->refusal, err->text);
    entry->refusal_code = err->code;
    if (entry->refusal != NULL) {
      cm_entry_begin(queue, entry);
    } else {
      step_back(queue, entry);
    }
  }
}

static bool advance_call(cm_queue *queue, cm_batch *batch) {
  if (!cm_call_is_done(batch->call)) return false;
  const cm_call_result *result = cm_call_result_of(batch->call);
  bool is_unknown = result->is_unknown;
  bool may_help = result->may_help;
  bool is_of_row = result->is_of_row;
  size_t len = 0;
  cm_err err = { 0 };
  cm_err why = { 0 };
  if (result->code != SQLITE_OK) cm_err_set(&err, result->code, "%s", result->error);
  for (int i = 0; i < batch->count; i++) {
    batch->members[i]->status = result->status;
    batch->members[i]->goes_again = result->again_after_look;
  }
  char *response = cm_call_take_body(batch->call, &len);
  cm_call_free(batch->call);
  batch->call = NULL;
  if (response == NULL) queue->tally.is_out_of_memory = true;
  bool is_odd = err.code == SQLITE_OK && len > 0 &&
                cm_slice_check((cm_slice){ response, len }, NULL, &why) != SQLITE_OK;
  if (is_odd) {
    cm_entry_tell_odd(batch->members[0], why.text, &err);
    doubt_all(queue, batch, true, &err);
  } else if (err.code == SQLITE_OK) {
    deal_out(queue, batch, len > 0 ? response : NULL);
  } else if (is_unknown) {
    doubt_all(queue, batch, may_help, &err);
  } else if (may_help) {
    end_all(queue, batch, CM_END_LATER, &err);
  } else if (is_of_row) {
    part(queue, batch, &err);
  } else {
    end_all(queue, batch, CM_END_REFUSED, &err);
  }
  sqlite3_free(response);
  return true;
}

/* ---- on its way ------------------------------------------------------------------------------ */

static bool advance_members(cm_queue *queue, cm_batch *batch) {
  cm_entry *members[CM_MAX_BATCH_ROWS];
  int count = copy_members(batch, members);
  bool has_moved = false;
  for (int i = 0; i < count; i++)
    has_moved = cm_entry_advance(queue, members[i]) || has_moved;
  return has_moved;
}

/** Those that were looked for and are not there go back to wait for their own call. */
static bool is_ready(cm_queue *queue, cm_batch *batch) {
  cm_entry *members[CM_MAX_BATCH_ROWS];
  int count = copy_members(batch, members);
  bool are_ready = true;
  for (int i = 0; i < count; i++) {
    bool is_through = members[i]->phase == CM_PHASE_READY;
    if (is_through && (members[i]->goes_alone || queue->is_stopped)) {
      step_back(queue, members[i]);
    } else {
      are_ready = are_ready && is_through;
    }
  }
  return are_ready;
}

bool cm_batch_advance(cm_queue *queue, cm_batch *batch) {
  bool has_moved = batch->call != NULL ? advance_call(queue, batch) : advance_members(queue, batch);
  if (batch->call == NULL && is_ready(queue, batch) && batch->count > 0) {
    send(queue, batch); /* which may free it */
    return true;
  }
  if (batch->count > 0) return has_moved;
  cm_batch_free(queue, batch);
  return true;
}
