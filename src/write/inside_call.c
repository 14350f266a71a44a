#include "write/inside_call.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_inside.h"
#include "change/change_replace.h"
#include "record/encode.h"
#include "record/token.h"
#include "spec/registry.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/reply.h"
#include "write/settle.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/write_log.h"

/* ---- whose part an entry is ----------------------------------------------------------------------- */

/** A part in doubt whose host has left the queue: what became of it cannot be found out. */
static bool is_orphan(const cm_entry *entry) {
  return entry->resource->inside_of != NULL && entry->progress.is_doubtful &&
         entry->progress.steps == NULL && entry->inside.host == NULL && !entry->is_resumed &&
         entry->bulk.import == NULL && entry->change->verb == CM_VERB_INSERT;
}

static void end_orphan(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_ERROR, "%s",
             entry->line.error != NULL ? entry->line.error : "out of memory");
  cm_settle(queue, entry, CM_END_UNKNOWN, &err);
}

/** Has the row come again, corrected? Without a natural key that is unknown. */
static bool has_come_again(const cm_queue *queue, const cm_entry *refused) {
  if (refused->ties.natural_token == 0) return false;
  for (const cm_entry *at = cm_waiting_by_natural(queue, refused->ties.natural_token); at != NULL;
       at = cm_map_next(&at->ties.by_natural)) {
    if (at->id > refused->id && at->verb == CM_VERB_INSERT) return true;
  }
  return false;
}

/** Find the hosts of rows that this transaction has refused: they lack them. */
static void find_lacks(cm_queue *queue) {
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    sqlite3_free(entry->inside.lacks);
    entry->inside.lacks = NULL;
  }
  for (int i = queue->log.count - 1; i >= 0; i--) {
    const cm_entry *line = cm_queue_log_at(queue, i);
    if (line->id < queue->transaction.begun_id) break;
    if (line->ties.host_token == 0 || has_come_again(queue, line)) continue;
    cm_entry *host = cm_waiting_find_host(queue, line, line->ties.host_token);
    if (host != NULL) cm_inside_note_lack(queue, host, line);
  }
}

/** The part goes behind its host, which is written first. */
static void let_go_behind(cm_entry *part) {
  cm_entry *host = part->inside.host;
  cm_inside_detach(part);
  part->inside.behind = host;
  host->inside.has_behind = true;
}

/** The name that an item of the host's own list has in the table of such rows. 0: none. */
static int find_item_token(cm_entry *host, const cm_resource *of, cm_slice item, uint64_t *out,
                           cm_err *err) {
  cm_row row = { .resource = of };
  cm_value id = cm_value_null();
  cm_plain plain;
  char *own[2] = { NULL, NULL };
  *out = 0;
  cm_row_set(&row, item);
  int rc = cm_row_get_named(&row, of->natural_key->columns[1], &id, err);
  if (rc == SQLITE_OK) rc = cm_change_natural_key(host->change, own, err);
  const char *text = rc == SQLITE_OK ? cm_plain_set(&plain, &id) : NULL;
  if (text != NULL && own[0] != NULL) *out = cm_row_token('n', of->name, own[0], text);
  sqlite3_free(own[0]);
  sqlite3_free(own[1]);
  cm_value_clear(&id);
  cm_row_clear(&row);
  return rc;
}

/** Rows that stand in a list which the statement of their host gave, too: the call has them already. */
static int let_go_listed(cm_queue *queue, cm_entry *host, const cm_given *given, cm_err *err) {
  const cm_resource *of = cm_registry_inside(host->resource,
                                             host->resource->columns[given->column].name);
  cm_slice list = { given->value.text, given->value.len };
  cm_slice item;
  size_t at = 0;
  int rc = SQLITE_OK;
  if (of == NULL || of->natural_key == NULL || given->use != CM_GIVEN_SENT ||
      !cm_value_is_text(&given->value) || cm_slice_type(list) != CM_JSON_ARRAY)
    return SQLITE_OK;
  while (rc == SQLITE_OK && cm_slice_next(list, &at, NULL, &item) == SQLITE_ROW) {
    uint64_t token = 0;
    if (cm_slice_type(item) == CM_JSON_OBJECT) rc = find_item_token(host, of, item, &token, err);
    for (cm_entry *part = cm_waiting_by_natural(queue, token); part != NULL && token != 0;
         part = cm_map_next(&part->ties.by_natural)) {
      if (part->inside.host == host) let_go_behind(part);
    }
  }
  return rc;
}

/** Without memory for that nothing is sent. */
static void let_go_all_listed(cm_queue *queue) {
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  for (cm_entry *host = queue->waiting.first; host != NULL && rc == SQLITE_OK; host = host->next) {
    if (host->inside.first == NULL || host->inside.are_put) continue;
    for (int i = 0; i < host->change->given_count && rc == SQLITE_OK; i++)
      rc = let_go_listed(queue, host, &host->change->given[i], &err);
  }
  if (rc == SQLITE_OK) return;
  queue->tally.is_out_of_memory = true;
  queue->sending.is_stopped = true;
}

void cm_inside_find_all(cm_queue *queue) {
  cm_entry *next = NULL;
  find_lacks(queue);
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = next) {
    next = entry->next;
    if (entry->resource->inside_of == NULL || entry->inside.host != NULL) continue;
    if (is_orphan(entry)) {
      end_orphan(queue, entry);
      continue;
    }
    cm_entry *host = cm_waiting_find_host_of(queue, entry);
    if (host != NULL) cm_inside_attach(host, entry);
  }
  let_go_all_listed(queue);
}

static bool let_go(cm_queue *queue, bool only_blocked) {
  bool is_any = false;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (entry->inside.host == NULL || entry->progress.is_doubtful) continue;
    if (only_blocked && cm_part_find_blocker(queue, entry) == NULL) continue;
    let_go_behind(entry);
    is_any = true;
  }
  if (is_any) cm_queue_forget_blockers(queue);
  return is_any;
}

bool cm_inside_let_go_blocked(cm_queue *queue) {
  return let_go(queue, true) || let_go(queue, false) || cm_inside_forget_behind(queue, NULL);
}

/* ---- before the call ------------------------------------------------------------------------------ */

void cm_inside_chain(cm_entry *host) {
  cm_entry *last = host;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    part->progress.phase = CM_PHASE_READY;
    part->progress.is_doubtful = host->progress.is_doubtful;
    cm_shipment_put(host->progress.shipment, last, part, host);
    last = part;
  }
}

void cm_inside_park_parts(cm_queue *queue, cm_entry *host) {
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (part->progress.phase != CM_PHASE_IDLE) cm_settle(queue, part, CM_END_PARKED, NULL);
  }
}

/* ---- in the body ---------------------------------------------------------------------------------- */

/** All parts of one list. */
static int put_list(cm_entry *host, const char *list, cm_change **changes, cm_err *err) {
  int count = 0;
  int own = 0;
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (strcmp(part->resource->inside_of->list, list) == 0) changes[count++] = part->change;
  }
  int rc = cm_change_put_inside(host->change, list, changes, count, &own, err);
  int place = own;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (strcmp(part->resource->inside_of->list, list) != 0) continue;
    part->inside.place = place++;
    part->inside.total = own + count;
  }
  return rc;
}

static int put_all(cm_entry *host, cm_err *err) {
  int count = 0;
  int rc = SQLITE_OK;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    part->inside.total = 0;
    count++;
  }
  if (count == 0 || host->inside.are_put) return SQLITE_OK;
  cm_change **changes = sqlite3_malloc64((size_t)count * sizeof *changes);
  if (changes == NULL) return cm_err_nomem(err);
  host->inside.are_put = true;
  for (const cm_entry *part = host->inside.first; part != NULL && rc == SQLITE_OK;
       part = part->inside.next) {
    if (part->inside.total == 0) rc = put_list(host, part->resource->inside_of->list, changes, err);
  }
  sqlite3_free(changes);
  return rc;
}

int cm_inside_make_steps(cm_queue *queue, cm_entry *entry, cm_err *err) {
  bool is_user_edit = queue->session->settings.handle_as_user_edit;
  int rc = put_all(entry, err);
  entry->progress.step = 0;
  return rc == SQLITE_OK ? cm_change_steps(entry->change, is_user_edit, &entry->progress.steps,
                                           &entry->progress.step_count, err)
                         : rc;
}

static void take_out(cm_entry *host) {
  if (!host->inside.are_put) return;
  cm_change_take_out(host->change);
  host->inside.are_put = false;
  cm_change_free_steps(host->progress.steps, host->progress.step_count);
  host->progress.steps = NULL;
  host->progress.step_count = host->progress.step = 0;
}

void cm_inside_end_doubt(cm_entry *host) {
  host->progress.is_doubtful = false;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    part->progress.is_doubtful = false;
}

void cm_inside_renew(cm_entry *host) {
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    part->progress.phase = CM_PHASE_IDLE;
    cm_shipment_leave(part);
  }
  take_out(host);
}

void cm_inside_release(cm_queue *queue, cm_entry *host) {
  if (host->inside.first == NULL) return;
  take_out(host);
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    sqlite3_free(part->progress.refusal);
    part->progress.refusal = NULL;
    part->progress.is_doubtful = false;
    cm_settle(queue, part, CM_END_PARKED, NULL);
  }
  cm_inside_let_go_all(host);
  cm_queue_forget_blockers(queue);
}

/** With its parts the row has what the one that was found has: they are in there already. */
static int check_with_parts(cm_entry *host, cm_slice row, cm_err *err) {
  int rc = put_all(host, err);
  if (rc == SQLITE_OK) rc = cm_change_check_frozen(host->change, row, err);
  take_out(host);
  if (rc == SQLITE_OK) cm_change_drop_frozen(host->change);
  return rc;
}

int cm_inside_check_found(cm_entry *entry, const cm_question *found, cm_err *err) {
  int rc = cm_entry_check_found(entry, found, err);
  bool is_compared = entry->change->conflict != CM_CONFLICT_FAIL && found->row != NULL;
  if (rc != SQLITE_OK || !is_compared) return rc;
  cm_slice row = { found->row, strlen(found->row) };
  cm_err differs = { 0 };
  rc = cm_change_check_frozen(entry->change, row, err);
  if (rc != SQLITE_CONSTRAINT || entry->inside.first == NULL || entry->inside.are_put) return rc;
  int parts_rc = check_with_parts(entry, row, &differs);
  if (parts_rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (parts_rc == SQLITE_OK) cm_err_clear(err);
  return parts_rc == SQLITE_OK ? SQLITE_OK : rc;
}

void cm_inside_end_all(cm_queue *queue) {
  cm_inside_forget_behind(queue, NULL);
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (entry->progress.is_doubtful) continue;
    if (entry->inside.first != NULL || entry->inside.are_put) take_out(entry);
    cm_inside_let_go_all(entry);
  }
}

/* ---- the answer ----------------------------------------------------------------------------------- */

static bool shows(cm_queue *queue, cm_entry *part, cm_slice item) {
  bool may_be = false;
  bool is_shown = false;
  int rc = cm_change_is_shown(part->change, item, &may_be, &is_shown, NULL);
  if (rc == SQLITE_NOMEM) queue->tally.is_out_of_memory = true;
  return rc == SQLITE_OK && may_be && is_shown;
}

cm_slice cm_inside_find_item(cm_queue *queue, cm_entry *part, cm_slice object) {
  cm_slice none = { NULL, 0 };
  cm_slice list = cm_slice_find(object, part->resource->inside_of->list);
  cm_slice shown = none;
  cm_slice placed = none;
  cm_slice item;
  size_t at = 0;
  int count = 0;
  int found = 0;
  if (cm_slice_type(list) != CM_JSON_ARRAY) return none;
  for (; cm_slice_next(list, &at, NULL, &item) == SQLITE_ROW; count++) {
    if (count == part->inside.place) placed = item;
    if (part->ties.natural_token == 0 || !shows(queue, part, item)) continue;
    shown = item;
    found++;
  }
  if (part->ties.natural_token != 0) return found == 1 ? shown : none;
  return count == part->inside.total ? placed : none;
}

/** The answer does not show the part. By its natural key it is looked for next, as any create in doubt. */
static void end_unshown(cm_queue *queue, cm_entry *part, const cm_err *err) {
  if (part->ties.natural_token == 0) {
    cm_settle(queue, part, CM_END_UNKNOWN, err);
    return;
  }
  cm_queue_put_text(queue, &part->line.error, err->text);
  part->line.code = err->code;
  part->progress.is_doubtful = true;
  cm_inside_detach(part);
  cm_settle(queue, part, CM_END_PARKED, NULL);
}

void cm_inside_take_items(cm_queue *queue, cm_entry *host, cm_slice object) {
  cm_entry *next = NULL;
  if (!host->inside.are_put) return;
  for (cm_entry *part = host->inside.first; part != NULL; part = next) {
    next = part->inside.next;
    cm_slice item = cm_inside_find_item(queue, part, object);
    cm_err err = { 0 };
    part->line.status = host->line.status;
    if (cm_entry_take_uuid(part, item, &err) != SQLITE_OK) queue->tally.is_out_of_memory = true;
    if (part->line.uuid != NULL) continue;
    cm_err_set(&err, SQLITE_ERROR,
               "%s: %s was written, and the answer does not show this row in %s: it may or may not "
               "have happened, look before you write it again",
               part->resource->name,
               host->line.label != NULL ? host->line.label : "the row around it",
               part->resource->inside_of->list);
    cm_shipment_leave(part); /* to end by itself */
    end_unshown(queue, part, &err);
  }
}

void cm_inside_take_errors(cm_queue *queue, cm_entry *host, cm_slice object) {
  for (cm_entry *part = host->inside.first; part != NULL && host->inside.are_put;
       part = part->inside.next) {
    cm_buf errors;
    cm_err err = { 0 };
    cm_slice item = cm_inside_find_item(queue, part, object);
    if (item.ptr == NULL) continue;
    cm_buf_init(&errors, CM_MAX_URL_BYTES);
    cm_reply_put_errors(item, &errors);
    bool is_lost = cm_entry_take_uuid(part, item, &err) != SQLITE_OK || errors.code == SQLITE_NOMEM;
    if (is_lost) queue->tally.is_out_of_memory = true;
    if (errors.len > 0) cm_queue_put_text(queue, &part->progress.refusal, cm_buf_str(&errors));
    cm_buf_clear(&errors);
  }
}
