#include "write/resume.h"

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
#include "write/outcome.h"
#include "write/queue.h"
#include "write/queue_open.h"
#include "write/record.h"
#include "write/resume_state.h"
#include "write/settle.h"
#include "write/state.h"
#include "write/write_log.h"

/** A line that is taken up again. */
typedef struct taken {
  cm_entry *entry;
  int64_t host; /* id of the row that it went inside; 0: none */
} taken;

typedef struct resumption {
  cm_session *session;
  int64_t run;       /* whose lines are taken */
  int64_t whole_to;  /* id of the last write whose COMMIT had begun */
  int64_t only;      /* id of the only line; 0: all */
  bool is_sent_anew; /* a person says that it did not happen */
  bool is_bulk;      /* it was to leave in json imports */
  bool is_of_nobody; /* nobody has asked whose account it is: no COMMIT of it had begun */
  int given_up;      /* calls of functions */
  taken *list;
  int count, capacity;
} resumption;

static const char *const cut_off = "the program ended before the answer came: it may or may not "
                                   "have happened, look before you write it again";

/* A line of the file may have no state. */
bool cm_resume_is_in(const cm_journal_line *line, cm_entry_state state) {
  return line->state != NULL && strcmp(line->state, cm_entry_state_word(state)) == 0;
}

/* ---- taking a line up ----------------------------------------------------------------------------- */

static int keep(resumption *all, cm_entry *entry, int64_t host, cm_err *err) {
  if (all->count == all->capacity) {
    int capacity = all->capacity == 0 ? 64 : all->capacity * 2;
    taken *grown = sqlite3_realloc64(all->list, (size_t)capacity * sizeof *grown);
    if (grown == NULL) return cm_err_nomem(err);
    all->list = grown;
    all->capacity = capacity;
  }
  all->list[all->count++] = (taken){ entry, host };
  return SQLITE_OK;
}

/** The import in which a row has left, or may have: rows of one import hold the same. */
static int find_import(resumption *all, cm_entry *entry, const char *name, cm_import **out,
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
static int put_import(resumption *all, cm_entry *entry, cm_imported *imported, cm_err *err) {
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

int cm_resume_refuse_line(const cm_journal_line *line, cm_err *err) {
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
  if (line->status != 0 || !cm_resume_is_in(line, CM_ENTRY_REFUSED))
    return cm_resume_refuse_line(line, err);
  return cm_err_set(
      err, SQLITE_ERROR,
      "write %lld in the journal cannot be sent as it was (it was refused before it was sent, its "
      "error in chartmogul_writes says why): INSERT the row with the right value, "
      "then SELECT chartmogul_settle(%lld, 'drop')",
      (long long)line->id, (long long)line->id);
}

/** It may have left: nobody knows yet. */
static int put_in_doubt(resumption *all, cm_entry *entry, cm_imported *imported, cm_err *err) {
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

static int take_line(resumption *all, const cm_journal_line *line, cm_err *err) {
  cm_session *session = all->session;
  const cm_resource *resource = line->table_name != NULL ? cm_registry_find(line->table_name)
                                                         : NULL;
  bool is_sent = cm_resume_is_in(line, CM_ENTRY_SENT) && !all->is_sent_anew;
  cm_imported imported = { 0 };
  cm_change change;
  if (resource == NULL || line->change == NULL || all->is_of_nobody)
    return cm_resume_refuse_line(line, err);
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
static int give_up(resumption *all, const cm_journal_line *line, cm_err *err) {
  const cm_journal_line outcome = { .id = line->id, .state = "unknown", .error = cut_off };
  all->given_up++;
  return cm_journal_put_outcome(all->session->journal, &outcome, err);
}

/** Is the line open, and was its COMMIT begun? */
static bool is_wanted(const resumption *all, const cm_journal_line *line) {
  if (line->run != all->run) return false;
  bool is_queued = cm_resume_is_in(line, CM_ENTRY_QUEUED) && line->id <= all->whole_to;
  return is_queued || cm_resume_is_in(line, CM_ENTRY_SENT);
}

static int take_lines(resumption *all, cm_err *err) {
  int64_t at = all->run * CM_JOURNAL_RUN_IDS;
  int64_t end = (all->run + 1) * CM_JOURNAL_RUN_IDS;
  cm_journal_line line;
  int rc = SQLITE_ROW;
  while ((rc = cm_journal_next(all->session->journal, at, &line, err)) == SQLITE_ROW &&
         line.id <= end) {
    at = line.id;
    if (!is_wanted(all, &line)) continue;
    bool is_call = line.change == NULL && strcmp(line.state, "sent") == 0;
    rc = is_call ? give_up(all, &line, err) : take_line(all, &line, err);
    if (rc != SQLITE_OK) return rc;
  }
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int compare_taken(const void *id, const void *line) {
  int64_t left = *(const int64_t *)id;
  int64_t right = ((const taken *)line)->entry->journal_id;
  return left < right ? -1 : left > right;
}

/* Lines are taken in the order of their ids. */
static cm_entry *find_taken(const resumption *all, int64_t id) {
  const taken *found = bsearch(&id, all->list, (size_t)all->count, sizeof *found, compare_taken);
  return found != NULL ? found->entry : NULL;
}

/** The row that it went beside into an import was looked for and waits again: it is not there, and so is this one not. */
static void end_doubt_of_part(cm_entry *part) {
  part->state = CM_ENTRY_QUEUED;
  part->progress.is_doubtful = false;
  cm_entry_leave_import(part);
}

/** Rows that went inside a row of which nobody knows whether it left are its parts again, in the calls as they were made. */
static int attach_parts(resumption *all, cm_err *err) {
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

/** Creates in doubt that nothing can be found by. */
static void end_unfindable(resumption *all) {
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

/* ---- sending -------------------------------------------------------------------------------------- */

int cm_resume_check(cm_session *session, cm_err *err) {
  if (session->settings.recording.journal == NULL)
    return cm_err_set(err, SQLITE_ERROR,
                      "there is no journal: SELECT chartmogul_config('journal', 'file.db') first");
  if (session->settings.dry_run)
    return cm_err_set(err, SQLITE_ERROR, "nothing was sent (dry_run is set): unset it first");
  if (session->settings.read_only)
    return cm_err_set(err, SQLITE_READONLY,
                      "nothing was sent (read_only is set): open another connection to write");
  if (cm_queue_is_waiting(session, NULL))
    return cm_err_set(err, SQLITE_ERROR,
                      "nothing was sent (writes wait for COMMIT): COMMIT or ROLLBACK first");
  int rc = cm_queue_check_process(session, "journal", err);
  if (rc == SQLITE_OK) rc = cm_queue_open(session, err);
  if (rc == SQLITE_OK) rc = cm_record_check(session, err);
  if (rc == SQLITE_OK) rc = cm_record_enter(session, err);
  if (rc != SQLITE_OK && session->journal != NULL) cm_journal_leave(session->journal);
  return rc;
}

/** Once more where a write of unknown fate has stopped the others. */
static int send_until_all_have_ended(cm_queue *queue, cm_resumed *out, cm_err *err) {
  int rc = SQLITE_OK;
  for (int64_t left = -1; queue->waiting.count > 0 && queue->waiting.count != left;) {
    int64_t unknown = queue->tally.unknown;
    left = queue->waiting.count;
    rc = cm_queue_send(queue->session, CM_QUEUE_ALL, err);
    out->refused += queue->tally.refused;
    if (rc == SQLITE_OK || rc == SQLITE_NOMEM || queue->tally.unknown == unknown) break;
  }
  return rc;
}

/** All are tried, whatever becomes of one. What cannot be sent now stays in the journal as it is. */
static int send(resumption *all, cm_resumed *out, cm_err *err) {
  cm_session *session = all->session;
  cm_queue *queue = session->queue;
  int on_refusal = session->settings.on_refusal;
  int write_mode = session->settings.write_mode;
  cm_err sending = { 0 };
  session->settings.on_refusal = CM_REFUSAL_IGNORED;
  if (all->is_bulk) session->settings.write_mode = CM_WRITE_BULK;
  end_unfindable(all);
  int rc = send_until_all_have_ended(queue, out, &sending);
  session->settings.on_refusal = on_refusal;
  session->settings.write_mode = write_mode;
  out->written += queue->tally.written + queue->tally.left_alone;
  out->unknown += queue->tally.unknown;
  int left = queue->waiting.count;
  queue->is_set_aside = true;
  cm_queue_commit(session);
  queue->is_set_aside = false;
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (left == 0) return SQLITE_OK;
  return cm_err_set(err, rc == SQLITE_OK ? SQLITE_BUSY : rc,
                    "%d write%s of the journal %s left (%.*s): call it again", left,
                    left == 1 ? "" : "s", left == 1 ? "is" : "are",
                    cm_outcome_without_advice(sending.text), sending.text);
}

static void set_aside(resumption *all) {
  cm_queue *queue = all->session->queue;
  if (queue != NULL) {
    queue->is_set_aside = true;
    cm_queue_commit(all->session);
    queue->is_set_aside = false;
  }
}

int cm_resume_send_lines(cm_session *session, const int64_t *ids, int count, cm_resumed *out,
                         cm_err *err) {
  resumption all = { .session = session, .is_sent_anew = true };
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    cm_journal_line line;
    rc = cm_journal_find(session->journal, ids[i], &line, err);
    if (rc != SQLITE_ROW) break;
    all.run = line.run;
    rc = take_line(&all, &line, err);
  }
  if (rc == SQLITE_DONE)
    rc = cm_err_set(err, SQLITE_ERROR, "a line of the journal has gone meanwhile: call it again");
  if (rc == SQLITE_OK) {
    rc = send(&all, out, err);
  } else {
    set_aside(&all);
  }
  sqlite3_free(all.list);
  return rc;
}

static int resume_run(cm_session *session, const cm_journal_run *run, cm_resumed *out,
                      cm_err *err) {
  resumption all = { .session = session,
                     .run = run->id,
                     .whole_to = run->whole_to,
                     .is_of_nobody = *run->account == '\0' };
  int rc = take_lines(&all, err);
  if (rc == SQLITE_OK) rc = attach_parts(&all, err);
  if (rc == SQLITE_OK) {
    rc = send(&all, out, err);
  } else {
    set_aside(&all);
  }
  sqlite3_free(all.list);
  out->unknown += all.given_up;
  return rc == SQLITE_OK ? cm_journal_end_run(session->journal, run->id, err) : rc;
}

/** Another handle writes from now on: what this one has read it reads again. */
static void hand_over(cm_session *session) {
  if (session->journal == NULL) return;
  cm_journal_rest(session->journal);
  cm_journal_leave(session->journal);
}

/** Make the account ready that the connection knows by the name which the run had for it. */
static int enter_named(cm_session *session, cm_journal_run *run, cm_session **of, cm_err *err) {
  bool may_live = false;
  int64_t id = run->id;
  int rc = cm_session_account(session, run->name, of, err);
  if (rc == SQLITE_OK && *of != session) {
    hand_over(session);
    rc = cm_resume_check(*of, err);
    if (rc == SQLITE_OK) rc = cm_journal_find_run((*of)->journal, id, run, &may_live, err);
    if (rc == SQLITE_ROW) rc = SQLITE_OK;
  }
  if (rc == SQLITE_OK) rc = cm_record_check_account(*of, run, err);
  return rc == SQLITE_OK ? cm_record_enter(*of, err) : rc;
}

/** What all runs together have come to, while they are settled one after the other. */
typedef struct resuming {
  cm_session *of; /* whose run it is */
  cm_session *left_of;
  cm_err left;                          /* why the first of the runs that are left alone is */
  bool is_stopped[CM_MAX_ACCOUNTS + 1]; /* by `place`: a run of it was begun, and has writes left */
} resuming;

/** A run that cannot be settled from here, or not now, keeps none of another account from its end. */
static int leave_alone(resuming *all, int rc, cm_err *err) {
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT || rc == SQLITE_CANTOPEN) return rc;
  if (all->left.code == SQLITE_OK) {
    all->left = *err;
    all->left_of = all->of;
  }
  cm_err_clear(err);
  return SQLITE_OK;
}

/** What is left of one run of an account comes before all of its next. */
static bool is_behind(const cm_session *session, const resuming *all, const cm_journal_run *run) {
  const cm_connection *connection = session->connection;
  for (int i = 0; i < connection->account_count; i++) {
    if (strcmp(connection->accounts[i]->name, run->name) == 0) return all->is_stopped[i];
  }
  return false;
}

static int resume_one(cm_session *session, resuming *all, cm_journal_run *run, cm_resumed *out,
                      cm_err *err) {
  int64_t id = run->id;
  bool has_open = run->has_open;
  int rc = SQLITE_OK;
  all->of = session;
  if (!has_open) return cm_journal_end_run(session->journal, id, err); /* whosever it is */
  if (is_behind(session, all, run)) return SQLITE_OK;
  rc = enter_named(session, run, &all->of, err);
  bool is_entered = rc == SQLITE_OK;
  if (is_entered) rc = resume_run(all->of, run, out, err);
  if (rc != SQLITE_OK && (is_entered || rc != SQLITE_BUSY)) {
    all->is_stopped[all->of->place] = is_entered;
    rc = leave_alone(all, rc, err);
  }
  if (all->of != session) hand_over(all->of);
  return rc;
}

/** Some of it has been done, and the rest not. */
static int tell_done(const cm_resumed *done, cm_err *err) {
  int64_t count = done->written + done->refused + done->unknown;
  if (err->code == SQLITE_NOMEM || count == 0) return err->code;
  return cm_err_set(err, err->code,
                    "%lld write%s of the journal %s settled (%lld written, %lld refused, %lld "
                    "unknown), but not all: %s",
                    (long long)count, count == 1 ? "" : "s", count == 1 ? "was" : "were",
                    (long long)done->written, (long long)done->refused, (long long)done->unknown,
                    err->text);
}

/** Whose lock it is not may read what another resume is about to do. */
static int next_cut_off(cm_session *session, int64_t at, cm_journal_run *run, cm_err *err) {
  int rc = cm_journal_enter(session->journal, err);
  return rc == SQLITE_OK ? cm_journal_next_cut_off(session->journal, at, run, err) : rc;
}

int cm_queue_resume(cm_session *session, cm_resumed *out, cm_session **of, cm_err *err) {
  resuming all = { .of = session };
  cm_journal_run run = { 0 };
  int64_t at = 0;
  memset(out, 0, sizeof *out);
  *of = session;
  int rc = cm_resume_check(session, err);
  if (rc != SQLITE_OK) return rc;
  while ((rc = next_cut_off(session, at, &run, err)) == SQLITE_ROW) {
    at = run.id;
    rc = resume_one(session, &all, &run, out, err);
    if (rc != SQLITE_OK) break;
  }
  int elsewhere = 0;
  if (rc == SQLITE_DONE &&
      cm_journal_count_elsewhere(session->journal, &elsewhere, err) != SQLITE_OK)
    rc = err->code;
  out->unknown += elsewhere;
  hand_over(session);
  if (rc != SQLITE_DONE) *of = all.of;
  if (rc == SQLITE_DONE && all.left.code != SQLITE_OK) {
    *of = all.left_of;
    *err = all.left;
    rc = err->code;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : tell_done(out, err);
}
