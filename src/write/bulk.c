#include "write/bulk.h"

#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_inside.h"
#include "change/import.h"
#include "client/pump.h"
#include "record/token.h"
#include "spec/registry.h"
#include "write/bulk_pack.h"
#include "write/import_call.h"
#include "write/inside.h"
#include "write/inside_call.h"
#include "write/resolve.h"
#include "write/run.h"
#include "write/settle.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/waiting.h"

/** Where memory runs out nothing is sent. */
static bool is_fine(cm_queue *queue, int code) {
  if (code == SQLITE_NOMEM) {
    queue->tally.is_out_of_memory = true;
    queue->sending.is_stopped = true;
  }
  return code == SQLITE_OK;
}

/* ---- may it go at all? ------------------------------------------------------------------------------- */

static bool is_untouched(const cm_queue *queue, const cm_entry *entry) {
  const cm_write *write = cm_change_first_write(entry->change);
  bool is_user_edit = queue->session->settings.handle_as_user_edit && write != NULL &&
                      (write->flags & CM_USER_EDIT);
  return entry->verb == CM_VERB_INSERT && entry->list.token == 0 &&
         entry->state == CM_ENTRY_QUEUED && entry->progress.steps == NULL &&
         !entry->progress.goes_alone && entry->progress.refusal == NULL && !is_user_edit;
}

static bool may_host_go(const cm_entry *host) {
  const char *list = cm_change_lacks_items(host->change);
  bool lacks = host->inside.lacks != NULL || (list != NULL && !cm_inside_has_items(host, list));
  bool has_both = host->inside.first != NULL && cm_change_has_own_records(host->change);
  bool may_go = host->bulk.may_go && !lacks && !has_both; /* a record might come twice */
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    may_go = may_go && part->bulk.may_go;
  return may_go;
}

/** A row and those that go inside it go together. */
static void agree(cm_entry *host) {
  host->bulk.may_go = may_host_go(host);
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    part->bulk.may_go = host->bulk.may_go;
}

static int look_at(const cm_queue *queue, cm_entry *entry) {
  cm_bulk_row *bulk = &entry->bulk;
  int rc = SQLITE_OK;
  bulk->is_chosen = bulk->is_there = false;
  if (bulk->import != NULL && !entry->progress.is_doubtful) cm_entry_leave_import(entry);
  if (bulk->import != NULL) return SQLITE_OK; /* it has gone */
  bulk->may_go = entry->resource->bulk != NULL && is_untouched(queue, entry) &&
                 !entry->progress.is_doubtful &&
                 (!cm_entry_is_part(entry) || entry->inside.host != NULL);
  if (bulk->may_go) rc = cm_change_can_be_record(entry->change, &bulk->may_go, NULL);
  sqlite3_free(bulk->customer);
  bulk->customer = NULL;
  bulk->is_by_uuid = bulk->may_go && cm_change_record_owner(entry->change) != NULL;
  bulk->must_find = !cm_entry_is_part(entry) && !queue->session->settings.dry_run;
  if (rc == SQLITE_OK && bulk->may_go) {
    entry->progress.is_absent = false;
    bulk->host_end = CM_ENTRY_QUEUED;
    rc = cm_change_record_customer(entry->change, &bulk->customer, NULL);
  }
  return rc;
}

void cm_bulk_begin(cm_queue *queue) {
  cm_imports *imports = &queue->sending.imports;
  bool is_on = queue->session->settings.write_mode == CM_WRITE_BULK;
  *imports = (cm_imports){ .begun_ms = cm_session_wall_ms(queue->session) };
  for (int i = 0; i < 2 && is_on; i++)
    imports->chance = imports->chance << 24 | cm_session_random(queue->session);
  for (cm_entry *entry = queue->waiting.first; entry != NULL && is_on; entry = entry->next) {
    if (!is_fine(queue, look_at(queue, entry))) return;
  }
  for (cm_entry *entry = queue->waiting.first; entry != NULL && is_on; entry = entry->next) {
    if (!cm_entry_is_part(entry)) agree(entry);
  }
}

/* ---- writes of the same rows, and of those that are named --------------------------------------------- */

/** Does a write of the row with this token have to end first? One that goes along, or whose row is there already, does not. */
static bool is_first(const cm_entry *entry, const cm_entry *at, int64_t before, bool is_own) {
  bool is_self = at == entry || at == entry->inside.host;
  bool goes_along = !is_own && (at->bulk.is_chosen || at->bulk.is_there);
  return at->id < before && !is_self && !goes_along;
}

static bool waits_for(const cm_queue *queue, const cm_entry *entry, uint64_t token, bool is_own) {
  const cm_entry *host = entry->inside.host;
  int64_t before = host != NULL && host->id > entry->id && !is_own ? host->id : entry->id;
  for (const cm_entry *at = cm_waiting_by_natural(queue, token); at != NULL;
       at = cm_map_next(&at->ties.by_natural)) {
    if (is_first(entry, at, before, is_own)) return true;
  }
  for (const cm_entry *at = cm_waiting_by_key(queue, token); at != NULL;
       at = cm_map_next(&at->ties.by_key)) {
    if (is_first(entry, at, before, is_own)) return true;
  }
  return false;
}

/** The first verb of each table that waits. */
typedef struct first_verbs {
  const cm_resource *tables[64];
  int epochs[64];
  int count;
} first_verbs;

/** Rows of its table with another verb wait in front? */
static bool waits_for_verb(first_verbs *first, const cm_entry *entry) {
  for (int i = 0; i < first->count; i++) {
    if (first->tables[i] == entry->resource) return first->epochs[i] != entry->ties.verb_epoch;
  }
  if (first->count == (int)cm_countof(first->tables)) return true;
  first->tables[first->count] = entry->resource;
  first->epochs[first->count++] = entry->ties.verb_epoch;
  return false;
}

static bool may_go_now(const cm_queue *queue, const cm_entry *entry) {
  if (!entry->bulk.may_go) return false;
  if (entry->ties.delete_epoch != queue->waiting.first->ties.delete_epoch) return false;
  if (entry->ties.may_share_sets && queue->waiting.by_set.count > 0) return false;
  if (waits_for(queue, entry, entry->ties.natural_token, true)) return false;
  for (int i = 0; i < entry->ties.name_count; i++) {
    if (waits_for(queue, entry, entry->ties.names[i], false)) return false;
  }
  return true;
}

/** A row goes with all that goes inside it, or not. */
static void agree_now(cm_entry *host) {
  bool goes = host->bulk.is_chosen;
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    goes = goes && part->bulk.is_chosen;
  host->bulk.is_chosen = goes;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    part->bulk.is_chosen = goes;
}

/* ---- rows that the API looks for when it takes a record, see cm_bulk.after ------------------------------ */

/** What the rows that stay behind hold in columns that records are compared with. */
typedef struct left_behind {
  uint64_t *values; /* sorted in the end; owned */
  int64_t count, capacity;
  bool is_any; /* some of it is not known */
} left_behind;

static int add_value(left_behind *left, uint64_t value) {
  if (left->count == left->capacity) {
    int64_t capacity = left->capacity > 0 ? 2 * left->capacity : 64;
    uint64_t *grown = sqlite3_realloc64(left->values, (size_t)capacity * sizeof *grown);
    if (grown == NULL) return SQLITE_NOMEM;
    left->values = grown;
    left->capacity = capacity;
  }
  left->values[left->count++] = value;
  return SQLITE_OK;
}

/** "table.column:column", cut. */
typedef struct tie {
  const char *table, *column, *own;
  size_t table_len, column_len, own_len;
} tie;

static bool next_tie(const char **after, tie *out) {
  const char *word = NULL;
  size_t len = 0;
  if (!cm_text_next_word(after, &word, &len)) return false;
  size_t dot = cm_text_before(word, len, '.');
  size_t colon = cm_text_before(word, len, ':');
  *out = (tie){ word, word + dot + 1, word + colon + 1, dot, colon - dot - 1, len - colon - 1 };
  return true;
}

/** The value of a column, as a number together with the name of the record's column. 0: it has none. */
static int value_of(cm_entry *entry, const char *column, size_t len, const tie *of, uint64_t *out) {
  char own[64];
  char *text = NULL;
  *out = 0;
  sqlite3_snprintf(sizeof own, own, "%.*s", (int)of->own_len, of->own);
  int at = cm_registry_find_column(entry->resource, column, len);
  int rc = at >= 0 ? cm_change_text(entry->change, at, &text, NULL) : SQLITE_OK;
  if (text != NULL) *out = cm_row_token('v', own, text, NULL);
  sqlite3_free(text);
  return rc;
}

static int add_left(left_behind *left, cm_entry *entry, const char *after) {
  tie at;
  int rc = SQLITE_OK;
  left->is_any = left->is_any || cm_change_has_own_records(entry->change);
  while (rc == SQLITE_OK && next_tie(&after, &at)) {
    uint64_t value = 0;
    if (!cm_text_is(at.table, at.table_len, entry->resource->name)) continue;
    rc = value_of(entry, at.column, at.column_len, &at, &value);
    if (rc == SQLITE_OK && value != 0) rc = add_value(left, value);
  }
  return rc;
}

/** A record whose rows stay behind stays, too. */
static int keep_back(const left_behind *left, cm_entry *entry) {
  const char *after = entry->resource->bulk->after;
  tie at;
  int rc = SQLITE_OK;
  if (left->is_any) entry->bulk.is_chosen = false;
  while (rc == SQLITE_OK && entry->bulk.is_chosen && left->count > 0 && next_tie(&after, &at)) {
    uint64_t value = 0;
    rc = value_of(entry, at.own, at.own_len, &at, &value);
    bool is_left = bsearch(&value, left->values, (size_t)left->count, sizeof value,
                           cm_row_token_compare) != NULL;
    if (value != 0 && is_left) entry->bulk.is_chosen = false;
  }
  return rc;
}

/** Of one table. */
static int hold_records(cm_queue *queue, const cm_resource *resource) {
  left_behind left = { .count = 0 };
  int rc = SQLITE_OK;
  for (cm_entry *entry = queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    if (!entry->bulk.is_chosen && !entry->bulk.is_there)
      rc = add_left(&left, entry, resource->bulk->after);
  }
  if (left.count > 0)
    qsort(left.values, (size_t)left.count, sizeof *left.values, cm_row_token_compare);
  for (cm_entry *entry = queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    if (entry->resource == resource && entry->bulk.is_chosen) rc = keep_back(&left, entry);
  }
  sqlite3_free(left.values);
  return rc;
}

static int hold_all_records(cm_queue *queue) {
  int count = 0;
  int rc = SQLITE_OK;
  const cm_resource *const *all = cm_registry_list(&count);
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    if (all[i]->bulk != NULL && all[i]->bulk->after != NULL) rc = hold_records(queue, all[i]);
  }
  return rc;
}

/**
 * Choose the rows that nothing is in the way of.
 * @param code  Receives SQLITE_NOMEM when memory ran out.
 * @return true when there is one.
 */
static bool choose(cm_queue *queue, int *code) {
  first_verbs first = { .count = 0 };
  bool is_any = false;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (!cm_entry_is_part(entry))
      agree(entry); /* a look may have shown that one of them is there */
  }
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (cm_entry_is_part(entry) && entry->inside.host == NULL) entry->bulk.may_go = false;
    bool waits = waits_for_verb(&first, entry);
    entry->bulk.is_chosen = !waits && may_go_now(queue, entry);
  }
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (!cm_entry_is_part(entry)) agree_now(entry);
  }
  *code = hold_all_records(queue);
  for (cm_entry *entry = queue->waiting.first; entry != NULL && *code == SQLITE_OK;
       entry = entry->next)
    is_any = is_any || entry->bulk.is_chosen;
  return is_any;
}

/* ---- whose is it? ------------------------------------------------------------------------------------ */

/** Where it has none it goes row by row, with all that belongs to it. */
static int name_customer(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = cm_entry_find_customer(queue, entry, err);
  if (rc == SQLITE_INTERRUPT) cm_settle(queue, entry, CM_END_LATER, err);
  if (rc != SQLITE_OK) return rc;
  agree(entry);
  return cm_entry_count_again(queue, entry, err);
}

/**
 * Rows that name their customers by uuid: an import names them by external id, which the list of customers says where it is
 * read anyway, or worth it. A row that may be there already is looked for before.
 * @return true when there was one.
 */
static bool name_customers(cm_queue *queue) {
  cm_asked_lists *lists = &queue->finder.lists;
  bool is_any = false;
  int rc = SQLITE_OK;
  cm_err err = { 0 };
  for (cm_entry *entry = queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    if (!cm_entry_wants_customer(queue, entry)) continue;
    rc = cm_entry_count_again(queue, entry, &err);
    is_any = true;
  }
  if (!is_any) return false;
  if (lists->is_counted) cm_asked_lists_end_count(lists);
  for (cm_entry *entry = queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    if (cm_entry_wants_customer(queue, entry)) rc = name_customer(queue, entry, &err);
  }
  if (lists->is_counted) cm_asked_lists_end_count(lists);
  if (rc != SQLITE_INTERRUPT) (void)is_fine(queue, rc);
  return true;
}

/* ---- is it there? ------------------------------------------------------------------------------------ */

enum { MAX_ASKED = 2 * CM_QUEUE_MAX_SHIPMENTS, FEW = 4 };

/** A row of a plain INSERT is there: those that would go inside it are refused with it, as they are in its own call. */
static void refuse_with_parts(cm_queue *queue, cm_entry *host) {
  cm_shipment *shipment = cm_shipment_new(queue);
  if (!is_fine(queue, shipment != NULL ? SQLITE_OK : SQLITE_NOMEM)) return;
  cm_shipment_put(shipment, NULL, host, NULL);
  cm_inside_chain(host);
  cm_entry_advance(queue, host);
  cm_shipment_free(queue, shipment);
}

/** Of the rows asked for the oldest. What is there has ended, or become an update; what is not goes on waiting, as absent. */
static void take_found(cm_queue *queue, cm_entry *entry) {
  int count = queue->waiting.count;
  while (!cm_entry_is_answered(entry))
    cm_session_pump(queue->session, CM_INTERRUPT_POLL_MS);
  bool is_refused = entry->change->conflict == CM_CONFLICT_FAIL &&
                    entry->progress.questions[0]->matches > 0;
  if (is_refused && entry->inside.first != NULL) {
    refuse_with_parts(queue, entry);
  } else {
    cm_entry_advance(queue, entry);
  }
  if (queue->waiting.count < count || entry->progress.is_absent) return;
  entry->bulk.may_go = entry->bulk.is_chosen = false;
  entry->bulk.is_there = entry->change->verb == CM_VERB_UPDATE;
  if (entry->progress.phase != CM_PHASE_IDLE) cm_settle(queue, entry, CM_END_PARKED, NULL);
}

static bool is_to_be_found(const cm_entry *entry) {
  bool is_asked = entry->change->conflict != CM_CONFLICT_FAIL || entry->bulk.must_find;
  return entry->bulk.is_chosen && is_asked && entry->ties.natural_token != 0 &&
         !entry->progress.is_absent;
}

/**
 * Look for the rows: an import says of several in one word what became of them, and a row that is found behind it is one that it
 * has made only where it was not there before.
 * @return true when there was one.
 */
static bool find_all(cm_queue *queue) {
  cm_entry *asked[MAX_ASKED];
  cm_entry *next = NULL;
  int first = 0;
  int count = 0;
  bool is_any = false;
  queue->sending.holds_creates = true;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = next) {
    next = entry->next;
    if (!is_to_be_found(entry) || queue->sending.is_stopped) continue;
    is_any = true;
    int waiting = queue->waiting.count;
    cm_entry_begin(queue, entry);
    if (queue->waiting.count < waiting || entry->progress.phase != CM_PHASE_FIND) continue;
    asked[(first + count++) % MAX_ASKED] = entry;
    if (count < MAX_ASKED) continue;
    take_found(queue, asked[first]);
    first = (first + 1) % MAX_ASKED;
    count--;
  }
  for (; count > 0; count--, first = (first + 1) % MAX_ASKED)
    take_found(queue, asked[first]);
  queue->sending.holds_creates = false;
  return is_any;
}

/* ---- the next import --------------------------------------------------------------------------------- */

bool cm_bulk_is_under_way(const cm_queue *queue) {
  for (int i = 0; i < queue->sending.shipment_count; i++) {
    if (queue->sending.shipments[i]->import != NULL) return true;
  }
  return false;
}

/** Rows whose import another COMMIT has sent. @return true when there are some. */
static bool resume(cm_queue *queue) {
  cm_shipment *shipment = NULL;
  cm_entry *last_row = NULL;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (entry->bulk.import == NULL) continue;
    if (shipment == NULL) {
      shipment = cm_shipment_new(queue);
      if (shipment == NULL) return !is_fine(queue, SQLITE_NOMEM);
      shipment->import = cm_import_hold(entry->bulk.import);
    }
    if (entry->bulk.import != shipment->import) continue;
    cm_shipment_put(shipment, cm_entry_is_part(entry) ? shipment->last : last_row, entry, NULL);
    if (!cm_entry_is_part(entry)) last_row = entry;
  }
  if (shipment == NULL) return false;
  cm_import_resume(queue, shipment);
  return true;
}

/** Rows that do not go in imports name rows that do: of many such names nothing may be known from before. */
static void count_names(cm_queue *queue) {
  for (const cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    for (int i = 0; i < entry->ties.name_count && !entry->bulk.may_go; i++) {
      const cm_entry *named = cm_waiting_by_natural(queue, entry->ties.names[i]);
      queue->sending.imports.names_made += named != NULL && named->bulk.is_chosen;
    }
  }
}

bool cm_bulk_start(cm_queue *queue) {
  cm_imports *imports = &queue->sending.imports;
  bool has_moved = false;
  int code = SQLITE_OK;
  if (queue->sending.is_autocommit || queue->sending.is_stopped || queue->waiting.first == NULL)
    return false;
  if (resume(queue)) return true;
  if (queue->session->settings.write_mode != CM_WRITE_BULK) return false;
  while (choose(queue, &code) && (name_customers(queue) || find_all(queue))) {
    has_moved = true;
    if (queue->sending.is_stopped || queue->waiting.first == NULL) return true;
  }
  if (!is_fine(queue, code)) return true;
  count_names(queue);
  if (cm_bulk_pack(queue)) return true;
  if (imports->names_made > FEW) cm_question_forget_all(&queue->finder);
  imports->names_made = 0;
  return has_moved;
}

bool cm_bulk_give_up(cm_queue *queue) {
  bool is_any = false;
  if (queue->sending.is_stopped) return false;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    is_any = is_any || entry->bulk.may_go;
    entry->bulk.may_go = false;
  }
  if (is_any) cm_queue_forget_blockers(queue);
  return is_any;
}
