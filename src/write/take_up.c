#include "write/take_up.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_text.h"
#include "change/import.h"
#include "journal/journal.h"
#include "spec/registry.h"
#include "write/bulk_pack.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/inside_call.h"
#include "write/queue.h"
#include "write/settle.h"
#include "write/state.h"

struct cm_taken {
  cm_entry *entry;
  int64_t host; /* id of the row that it went inside; 0: none */
};

static const char *const cut_off = "the program ended before the answer came: it may or may not "
                                   "have happened, look before you write it again";

/* A line of the file may have no state. */
bool cm_take_up_is_in(const cm_journal_line *line, cm_entry_state state) {
  return line->state != NULL && strcmp(line->state, cm_entry_state_word(state)) == 0;
}

static int keep(cm_taken_up *all, cm_entry *entry, int64_t host, cm_err *err) {
  if (all->count == all->capacity) {
    int capacity = all->capacity == 0 ? 64 : all->capacity * 2;
    cm_taken *grown = sqlite3_realloc64(all->list, (size_t)capacity * sizeof *grown);
    if (grown == NULL) return cm_err_nomem(err);
    all->list = grown;
    all->capacity = capacity;
  }
  all->list[all->count++] = (cm_taken){ entry, host };
  return SQLITE_OK;
}

/** The import in which a row has left, or may have: rows of one import hold the same. */
static int find_import(cm_taken_up *all, cm_entry *entry, const char *name, cm_import **out,
                       cm_err *err) {
  cm_import *import = NULL;
  for (int i = all->count - 1; i >= 0 && import == NULL; i--) {
    cm_import *other = all->list[i].entry->bulk.import;
    if (other != NULL && strcmp(other->name, name) == 0) import = cm_import_hold(other);
  }
  *out = import;
  if (import != NULL) return SQLITE_OK;
  import = cm_import_new(name);
  if (import == NULL) return cm_err_nomem(err);
  import->stage = CM_IMPORT_ASKED;
  import->is_lost = true;
  import->cause = sqlite3_mprintf("%s", cut_off);
  import->cause_code = SQLITE_ERROR;
  import->step.write = entry->resource->bulk->write;
  int rc = import->cause != NULL ? cm_bulk_path(entry, &import->step.path, err) : cm_err_nomem(err);
  if (rc == SQLITE_OK) {
    *out = import;
  } else {
    cm_import_release(import);
  }
  return rc;
}

/** What became of a row that left in an import is asked of that one first. */
static int put_import(cm_taken_up *all, cm_entry *entry, cm_imported *imported, cm_err *err) {
  const char *name = imported->name;
  cm_bulk_row *bulk = &entry->bulk;
  if (name == NULL || *name == '\0' || entry->resource->bulk == NULL ||
      entry->verb != CM_VERB_INSERT)
    return SQLITE_OK;
  bulk->is_by_uuid = cm_change_record_owner(entry->change) != NULL;
  int rc = cm_change_record_customer(entry->change, &bulk->customer, err);
  if (bulk->is_by_uuid) {
    bulk->customer = imported->customer;
    imported->customer = NULL;
  }
  return rc == SQLITE_OK ? find_import(all, entry, name, &bulk->import, err) : rc;
}

int cm_take_up_refuse(const cm_journal_line *line, cm_err *err) {
  const char *why = line->change == NULL ? "it is a call of a function"
                                         : "it is not a write of a table of this version";
  return cm_err_set(
      err, SQLITE_ERROR,
      "write %lld in the journal cannot be sent (%s): look at it in chartmogul_writes, "
      "then SELECT chartmogul_settle(%lld, 'drop')",
      (long long)line->id, why, (long long)line->id);
}

/** No change can be made of it: it is of another version, or it was refused for a value, which is no better now. */
static int refuse_change(const cm_journal_line *line, cm_err *err) {
  if (line->status != 0 || !cm_take_up_is_in(line, CM_ENTRY_REFUSED))
    return cm_take_up_refuse(line, err);
  return cm_err_set(
      err, SQLITE_ERROR,
      "write %lld in the journal cannot be sent as it was (it was refused before it was sent, its "
      "error in chartmogul_writes says why): INSERT the row with the right value, "
      "then SELECT chartmogul_settle(%lld, 'drop')",
      (long long)line->id, (long long)line->id);
}

/** It may have left: nobody knows yet. */
static int put_in_doubt(cm_taken_up *all, cm_entry *entry, cm_imported *imported, cm_err *err) {
  entry->state = CM_ENTRY_UNKNOWN;
  entry->progress.is_doubtful = true;
  entry->line.code = SQLITE_ERROR;
  entry->line.error = sqlite3_mprintf("%s", cut_off);
  return entry->line.error != NULL ? put_import(all, entry, imported, err) : cm_err_nomem(err);
}

/** A change of a line waits, as its statement made it. */
static int add_change(cm_session *session, cm_change *change, cm_err *err) {
  int64_t delete_limit = session->settings.delete_limit;
  session->reading.scan_count++;            /* it is no second update by one statement */
  session->settings.delete_limit = INT_MAX; /* the statement was let through */
  int rc = cm_queue_add(session, change, false, err);
  session->settings.delete_limit = (int)delete_limit;
  return rc;
}

int cm_take_up_line(cm_taken_up *all, const cm_journal_line *line, cm_err *err) {
  cm_session *session = all->session;
  const cm_resource *resource = line->table_name != NULL ? cm_registry_find(line->table_name)
                                                         : NULL;
  bool is_sent = cm_take_up_is_in(line, CM_ENTRY_SENT) && !all->is_sent_anew;
  cm_imported imported = { 0 };
  cm_change change;
  if (resource == NULL || line->change == NULL || all->is_of_nobody)
    return cm_take_up_refuse(line, err);
  int rc = cm_change_of_text(resource, line->change, &change, &imported, err);
  if (rc != SQLITE_OK) {
    cm_imported_clear(&imported);
    return rc == SQLITE_NOMEM ? rc : refuse_change(line, err);
  }
  rc = add_change(session, &change, err);
  if (rc != SQLITE_OK) {
    cm_imported_clear(&imported);
    return rc;
  }
  cm_entry *entry = session->queue->waiting.last;
  all->is_bulk = all->is_bulk || imported.name != NULL;
  entry->journal_id = line->id;
  entry->time_ms = line->time_ms;
  entry->is_recorded = true;
  entry->is_resumed = true;
  if (is_sent) rc = put_in_doubt(all, entry, &imported, err);
  cm_imported_clear(&imported);
  return rc == SQLITE_OK ? keep(all, entry, line->host, err) : rc;
}

/** A call of a function cannot be looked for. */
static int give_up(cm_taken_up *all, const cm_journal_line *line, cm_err *err) {
  const cm_journal_line outcome = { .id = line->id, .state = "unknown", .error = cut_off };
  all->given_up++;
  return cm_journal_put_outcome(all->session->journal, &outcome, err);
}

/** Is the line open, and was its COMMIT begun? */
static bool is_wanted(const cm_taken_up *all, const cm_journal_line *line) {
  if (line->run != all->run) return false;
  bool is_queued = cm_take_up_is_in(line, CM_ENTRY_QUEUED) && line->id <= all->whole_to;
  return is_queued || cm_take_up_is_in(line, CM_ENTRY_SENT);
}

static int take_lines(cm_taken_up *all, cm_err *err) {
  int64_t at = all->run * CM_JOURNAL_RUN_IDS;
  int64_t end = (all->run + 1) * CM_JOURNAL_RUN_IDS;
  cm_journal_line line;
  int rc = SQLITE_ROW;
  while ((rc = cm_journal_next(all->session->journal, at, &line, err)) == SQLITE_ROW &&
         line.id <= end) {
    at = line.id;
    if (!is_wanted(all, &line)) continue;
    bool is_call = line.change == NULL && strcmp(line.state, "sent") == 0;
    rc = is_call ? give_up(all, &line, err) : cm_take_up_line(all, &line, err);
    if (rc != SQLITE_OK) return rc;
  }
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int compare_taken(const void *id, const void *line) {
  int64_t left = *(const int64_t *)id;
  int64_t right = ((const cm_taken *)line)->entry->journal_id;
  return left < right ? -1 : left > right;
}

/* Lines are taken in the order of their ids. */
static cm_entry *find_taken(const cm_taken_up *all, int64_t id) {
  const cm_taken *found = bsearch(&id, all->list, (size_t)all->count, sizeof *found, compare_taken);
  return found != NULL ? found->entry : NULL;
}

/** The row that it went beside into an import was looked for and waits again: it is not there, and so is this one not. */
static void end_doubt_of_part(cm_entry *part) {
  part->state = CM_ENTRY_QUEUED;
  part->progress.is_doubtful = false;
  cm_entry_leave_import(part);
}

/** Rows that went inside a row of which nobody knows whether it left are its parts again, in the calls as they were made. */
static int attach_parts(cm_taken_up *all, cm_err *err) {
  cm_queue *queue = all->session->queue;
  int rc = SQLITE_OK;
  for (int i = 0; i < all->count; i++) {
    cm_entry *part = all->list[i].entry;
    cm_entry *host = all->list[i].host != 0 ? find_taken(all, all->list[i].host) : NULL;
    if (host == NULL || !part->progress.is_doubtful) continue;
    if (!host->progress.is_doubtful && part->bulk.import != NULL) end_doubt_of_part(part);
    if (!host->progress.is_doubtful) continue;
    if (part->resource->inside_of != NULL && part->inside.host == NULL &&
        strcmp(part->resource->inside_of->resource, host->resource->name) == 0)
      cm_inside_attach(host, part);
    if (part->bulk.import != NULL && cm_bulk_take_customer(part) != SQLITE_OK)
      return cm_err_nomem(err);
  }
  for (int i = 0; i < all->count && rc == SQLITE_OK; i++) {
    cm_entry *host = all->list[i].entry;
    cm_bulk_count_items(host);
    if (host->inside.first == NULL || host->bulk.import != NULL) continue;
    rc = cm_inside_make_steps(queue, host, err);
    if (rc != SQLITE_ERROR) continue;
    /* It went in an import, by names that were not looked up: its call is made when they are. */
    cm_err_clear(err);
    cm_inside_renew(host);
    rc = SQLITE_OK;
  }
  return rc;
}

void cm_take_up_end_unfindable(cm_taken_up *all) {
  for (int i = 0; i < all->count; i++) {
    cm_entry *entry = all->list[i].entry;
    bool is_create = entry->change->verb == CM_VERB_INSERT && entry->list.token == 0;
    bool is_member = entry->resource->member_of != NULL; /* twice in a set is once */
    bool is_findable = entry->ties.natural_token != 0 || entry->inside.host != NULL || is_member ||
                       entry->bulk.import != NULL;
    cm_err err = { 0 };
    if (!entry->progress.is_doubtful || !is_create || is_findable) continue;
    cm_err_set(&err, SQLITE_ERROR, "%s", cut_off);
    cm_settle(all->session->queue, entry, CM_END_UNKNOWN, &err);
  }
}

int cm_take_up_run(cm_taken_up *all, cm_err *err) {
  int rc = take_lines(all, err);
  return rc == SQLITE_OK ? attach_parts(all, err) : rc;
}

void cm_take_up_clear(cm_taken_up *done) {
  sqlite3_free(done->list);
  *done = (cm_taken_up){ 0 };
}
