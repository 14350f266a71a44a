#include "write/bulk_pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_names.h"
#include "change/import.h"
#include "journal/journal.h"
#include "record/token.h"
#include "write/shipment.h"
#include "write/state.h"

/** The rows of a customer, or one of nobody's. */
typedef struct group {
  cm_map_node node;
  uint64_t token;
  cm_entry *first, *last;
} group;

/** An import while it is put together. */
typedef struct packing {
  cm_queue *queue;
  char *path; /* of the import: rows of other paths go in others */
  group *groups;
  int group_count;
  cm_map by_customer;
  cm_records records;
  cm_shipment *shipment;
  cm_entry *last_row; /* in the shipment, in front of the parts */
  int customers;
} packing;

/* ---- by customer ------------------------------------------------------------------------------------- */

int cm_bulk_path(cm_entry *entry, char **out, cm_err *err) {
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = cm_change_fill(entry->change, entry->resource->bulk->write->path, &path, err);
  *out = rc == SQLITE_OK ? cm_buf_take(&path) : NULL;
  cm_buf_clear(&path);
  return rc == SQLITE_OK && *out == NULL ? cm_err_nomem(err) : rc;
}

static group *group_of(packing *all, const cm_entry *entry) {
  const char *customer = entry->bulk.customer;
  uint64_t token = customer != NULL ? cm_row_token('n', customer, "", NULL) : 0;
  group *found = token != 0 ? cm_map_find(&all->by_customer, &token, sizeof token) : NULL;
  if (found != NULL) return found;
  found = &all->groups[all->group_count++];
  *found = (group){ .token = token };
  if (token != 0)
    cm_map_put(&all->by_customer, &found->node, found, &found->token, sizeof found->token);
  return found;
}

static void add(packing *all, cm_entry *entry) {
  group *to = group_of(all, entry);
  *(to->last != NULL ? &to->last->bulk.next : &to->first) = entry;
  to->last = entry;
  entry->bulk.next = NULL;
}

int cm_bulk_take_customer(cm_entry *entry) {
  const cm_entry *host = entry->inside.host;
  if (!cm_entry_is_part(entry) || host == NULL || host->bulk.customer == NULL) return SQLITE_OK;
  sqlite3_free(entry->bulk.customer);
  entry->bulk.customer = sqlite3_mprintf("%s", host->bulk.customer);
  return entry->bulk.customer != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

/** Those of nobody first: others may name them. */
static int sort_rows(packing *all, bool of_nobody, cm_err *err) {
  int rc = SQLITE_OK;
  for (cm_entry *entry = all->queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    char *path = NULL;
    if (!entry->bulk.is_chosen) continue;
    rc = cm_bulk_take_customer(entry);
    if (rc != SQLITE_OK || (entry->bulk.customer == NULL) != of_nobody) continue;
    rc = cm_bulk_path(entry, &path, err);
    if (rc == SQLITE_OK && all->path == NULL) {
      all->path = path;
      path = NULL;
      add(all, entry);
    } else if (rc == SQLITE_OK && strcmp(all->path, path) == 0) {
      add(all, entry);
    }
    sqlite3_free(path);
  }
  return rc;
}

static int count_chosen(const cm_queue *queue) {
  int count = 0;
  for (const cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    count += entry->bulk.is_chosen;
  return count;
}

/* ---- as much as it holds ----------------------------------------------------------------------------- */

static void put_row(packing *all, cm_entry *entry) {
  cm_shipment *shipment = all->shipment;
  cm_shipment_put(shipment, cm_entry_is_part(entry) ? shipment->last : all->last_row, entry, NULL);
  if (!cm_entry_is_part(entry)) all->last_row = entry;
  entry->progress.phase = CM_PHASE_READY;
  entry->bulk.import = cm_import_hold(shipment->import);
  entry->bulk.may_go = entry->bulk.is_chosen = false;
}

/** They do not fit in an import of their own: they go row by row. */
static void leave_out(group *rows) {
  for (cm_entry *entry = rows->first; entry != NULL; entry = entry->bulk.next)
    entry->bulk.may_go = entry->bulk.is_chosen = false;
}

/** @return SQLITE_OK; SQLITE_DONE when it is full; SQLITE_NOMEM. */
static int put_group(packing *all, group *rows, cm_err *err) {
  cm_records_mark mark = cm_records_mark_now(&all->records);
  bool is_first = all->shipment->first == NULL;
  int rc = all->customers < CM_MAX_IMPORT_CUSTOMERS ? SQLITE_OK : SQLITE_DONE;
  for (cm_entry *entry = rows->first; entry != NULL && rc == SQLITE_OK; entry = entry->bulk.next) {
    rc = cm_records_put(&all->records, entry->change,
                        entry->bulk.is_by_uuid ? entry->bulk.customer : NULL, err);
    if (rc == SQLITE_OK && cm_records_bytes(&all->records) > CM_MAX_IMPORT_BYTES) rc = SQLITE_DONE;
  }
  if (rc == SQLITE_NOMEM) return rc;
  if (rc == SQLITE_OK) {
    cm_entry *next = NULL;
    all->customers += rows->token != 0;
    for (cm_entry *entry = rows->first; entry != NULL; entry = next) {
      next = entry->bulk.next;
      put_row(all, entry);
    }
    return SQLITE_OK;
  }
  cm_records_go_back(&all->records, &mark);
  if (!is_first && rc == SQLITE_DONE) return rc;
  leave_out(rows);
  return SQLITE_OK;
}

static int fill(packing *all, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < all->group_count && rc == SQLITE_OK; i++)
    rc = put_group(all, &all->groups[i], err);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* ---- rows of which the import speaks alone ----------------------------------------------------------- */

static uint64_t kind_of(const cm_entry *entry, const cm_resource *resource) {
  return cm_row_token('b', resource->name, entry->bulk.customer != NULL ? entry->bulk.customer : "",
                      NULL);
}

/** The kinds of all records, those of the lists that rows give too. @return how many there are. */
static int list_kinds(const cm_shipment *shipment, uint64_t *kinds) {
  int count = 0;
  for (const cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried) {
    const cm_resource *items[CM_MAX_RECORD_LISTS];
    int lists = cm_change_own_records(row->change, items);
    kinds[count++] = kind_of(row, row->resource);
    for (int i = 0; i < lists; i++)
      kinds[count++] = kind_of(row, items[i]);
  }
  return count;
}

/** Which rows are the only ones of their customer and list? */
static int mark_only(cm_shipment *shipment, cm_err *err) {
  size_t most = (size_t)shipment->rows * (1 + CM_MAX_RECORD_LISTS);
  uint64_t *kinds = sqlite3_malloc64(most * sizeof *kinds);
  if (kinds == NULL) return cm_err_nomem(err);
  int count = list_kinds(shipment, kinds);
  qsort(kinds, (size_t)count, sizeof *kinds, cm_row_token_compare);
  for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried) {
    uint64_t kind = kind_of(row, row->resource);
    const uint64_t *found = bsearch(&kind, kinds, (size_t)count, sizeof kind, cm_row_token_compare);
    bool has_before = found > kinds && found[-1] == kind;
    bool has_after = found + 1 < kinds + count && found[1] == kind;
    row->bulk.is_only = !has_before && !has_after;
  }
  sqlite3_free(kinds);
  return SQLITE_OK;
}

void cm_bulk_count_items(cm_entry *host) {
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    part->inside.total = 0;
    for (const cm_entry *other = host->inside.first; other != NULL; other = other->inside.next)
      part->inside.total += other->resource == part->resource;
  }
}

/* ---- the import -------------------------------------------------------------------------------------- */

/** No other COMMIT makes this name: of the journal's run or else the minute, a number that nobody knows, and a count. */
static void put_name(cm_queue *queue, char *out, int size) {
  cm_imports *imports = &queue->sending.imports;
  const cm_journal *journal = queue->session->journal;
  int64_t run = journal != NULL ? cm_journal_run_number(journal) : 0;
  sqlite3_snprintf(size, out, "sqlite-chartmogul-%s%lld-%012llx-%d", run != 0 ? "run-" : "",
                   (long long)(run != 0 ? run : imports->begun_ms / 60000),
                   (unsigned long long)imports->chance, ++imports->count);
}

static int open_import(packing *all, cm_err *err) {
  char name[96];
  all->groups = sqlite3_malloc64(((size_t)count_chosen(all->queue) + 1) * sizeof *all->groups);
  if (all->groups == NULL) return cm_err_nomem(err);
  int rc = sort_rows(all, true, err);
  if (rc == SQLITE_OK) rc = sort_rows(all, false, err);
  if (rc != SQLITE_OK || all->group_count == 0) return rc;
  all->shipment = cm_shipment_new(all->queue);
  if (all->shipment == NULL) return cm_err_nomem(err);
  put_name(all->queue, name, (int)sizeof name);
  all->shipment->import = cm_import_new(name);
  return all->shipment->import != NULL ? SQLITE_OK : cm_err_nomem(err);
}

static int close_import(packing *all, cm_err *err) {
  cm_shipment *shipment = all->shipment;
  if (shipment == NULL || shipment->first == NULL) return SQLITE_OK;
  cm_import *import = shipment->import;
  import->step.write = shipment->first->resource->bulk->write;
  import->step.path = all->path;
  all->path = NULL;
  int rc = cm_records_body(&all->records, import->name, &import->step.body, err);
  for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
    cm_bulk_count_items(row);
  return rc == SQLITE_OK ? mark_only(shipment, err) : rc;
}

bool cm_bulk_pack(cm_queue *queue) {
  packing all = { .queue = queue };
  cm_err err = { 0 };
  int rc = open_import(&all, &err);
  if (rc == SQLITE_OK && all.shipment != NULL) rc = fill(&all, &err);
  if (rc == SQLITE_OK) rc = close_import(&all, &err);
  bool is_made = rc == SQLITE_OK && all.shipment != NULL && all.shipment->first != NULL;
  if (all.shipment != NULL && !is_made) cm_shipment_free(queue, all.shipment);
  if (rc != SQLITE_OK) {
    queue->tally.is_out_of_memory = true;
    queue->sending.is_stopped = true;
  }
  while (cm_map_pop(&all.by_customer) != NULL)
    continue;
  sqlite3_free(all.groups);
  sqlite3_free(all.path);
  cm_records_clear(&all.records);
  return is_made;
}
