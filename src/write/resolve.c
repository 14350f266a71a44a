#include "write/resolve.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_inside.h"
#include "change/change_names.h"
#include "change/change_record.h"
#include "client/pump.h"
#include "find/finder.h"
#include "record/token.h"
#include "spec/registry.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/outcome.h"
#include "write/shared_sets.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/write_log.h"

/* ---- how many there are ------------------------------------------------------------------------------ */

/** The name of the row that it went beside into an import. NULL: none is known. */
static const cm_name *host_in_import(const cm_entry *entry) {
  bool has_gone = cm_entry_is_part(entry) && entry->bulk.import != NULL;
  for (int i = 0; i < entry->change->name_count && has_gone; i++) {
    const cm_name *name = &entry->change->names[i];
    if (name->reference->within == NULL &&
        strcmp(name->reference->resource, entry->resource->inside_of->resource) == 0)
      return name;
  }
  return NULL;
}

bool cm_entry_can_be_found(const cm_entry *entry) {
  return entry->ties.natural_token != 0 || host_in_import(entry) != NULL;
}

int cm_entry_own_question(cm_entry *entry, const cm_resource **of, char *values[2], cm_err *err) {
  const cm_name *host = host_in_import(entry);
  *of = host != NULL ? cm_registry_find(host->reference->resource) : entry->resource;
  if (host == NULL) return cm_change_natural_key(entry->change, values, err);
  values[0] = sqlite3_mprintf("%s", host->data_source);
  values[1] = sqlite3_mprintf("%s", host->external_id);
  if (values[0] != NULL && values[1] != NULL) return SQLITE_OK;
  sqlite3_free(values[0]);
  sqlite3_free(values[1]);
  values[0] = values[1] = NULL;
  return cm_err_nomem(err);
}

/** Will it be looked for before it is created, or behind an import that does not tell of it? */
static bool is_looked_for(const cm_entry *entry) {
  return entry->change->verb == CM_VERB_INSERT && entry->list.token == 0 &&
         cm_entry_can_be_found(entry) &&
         (cm_entry_must_find(entry) || entry->bulk.when_absent != CM_ABSENT_LATER);
}

/** The row itself. */
static int count_own(cm_asked_lists *lists, cm_entry *entry) {
  char *natural[2] = { NULL, NULL };
  cm_counted_row own = { .needs_row = cm_registry_reach(entry->resource) != NULL ||
                                      entry->change->conflict == CM_CONFLICT_REPLACE ||
                                      entry->bulk.when_absent != CM_ABSENT_LATER,
                         .is_sure = true };
  int rc = cm_entry_own_question(entry, &own.resource, natural, NULL);
  own.token = own.resource == entry->resource
                  ? entry->ties.natural_token
                  : cm_row_token('n', own.resource->name, natural[0], natural[1]);
  own.first = natural[0];
  if (rc == SQLITE_OK) rc = cm_asked_lists_count(lists, &own);
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
  return rc;
}

/** What its path lacks and a look-up tells. @param need  Receives NULL: nothing.  @param path  Receives what is asked for it. */
static int find_need(cm_entry *entry, const cm_need **need, cm_buf *path, cm_err *err) {
  int rc = cm_change_find_need(entry->change, need, err);
  return rc == SQLITE_OK && *need != NULL ? cm_change_fill(entry->change, (*need)->path, path, err)
                                          : rc;
}

/** The row that shows it. What is wrong with that is said when it is asked for. */
static int count_need(cm_asked_lists *lists, cm_entry *entry) {
  const cm_need *need = NULL;
  const char *key = NULL;
  size_t len = 0;
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = find_need(entry, &need, &path, NULL);
  cm_counted_row row = { .is_by_key = true, .needs_row = true, .is_sure = true };
  if (rc == SQLITE_OK && need != NULL)
    row.resource = cm_registry_retrieved(cm_buf_str(&path), &key, &len);
  if (row.resource != NULL) {
    cm_value value = cm_value_text(key, len);
    row.token = cm_row_token_of('k', row.resource, &value, NULL);
    rc = cm_asked_lists_count(lists, &row);
  }
  cm_change_release_scratch(entry->change);
  cm_buf_clear(&path);
  return rc == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

/** The customer whom a row that may go in an import names by his uuid. */
static int count_customer(cm_asked_lists *lists, cm_entry *entry, bool is_sure) {
  cm_change *change = entry->change;
  const cm_reference *owner = cm_change_record_owner(change);
  char *uuid = NULL;
  char *data_source = NULL;
  cm_counted_row row = { .is_by_key = true, .needs_row = true, .is_sure = is_sure };
  int rc = cm_change_text(change, cm_change_column(change->resource, owner->column), &uuid, NULL);
  if (rc == SQLITE_OK)
    rc = cm_change_text(change, cm_change_column(change->resource, owner->data_source),
                        &data_source, NULL);
  row.resource = cm_registry_find(owner->resource);
  row.first = data_source;
  if (rc == SQLITE_OK && uuid != NULL) {
    row.token = cm_row_token('k', row.resource->name, uuid, NULL);
    rc = cm_asked_lists_count(lists, &row);
  }
  sqlite3_free(uuid);
  sqlite3_free(data_source);
  return rc;
}

/** Is its customer to be found before it is known whether it goes in an import? */
static bool lacks_customer(const cm_entry *entry) {
  return entry->bulk.may_go && entry->bulk.is_by_uuid && entry->bulk.customer == NULL;
}

/** Nothing is asked before that: where it goes row by row, it is not looked for. */
static bool begins_with_customer(const cm_entry *entry) {
  return lacks_customer(entry) &&
         (entry->change->conflict == CM_CONFLICT_FAIL || entry->progress.is_absent);
}

/** What a write which waits makes is not asked for; what a row names, only where the row is not there yet: not for an import. */
static int count_questions_of(cm_queue *queue, cm_entry *entry) {
  cm_asked_lists *lists = &queue->finder.lists;
  bool is_looked_for_first = is_looked_for(entry);
  bool has_customer_first = begins_with_customer(entry);
  int rc = cm_set_must_ask(entry) ? cm_set_count(lists, entry) : SQLITE_OK;
  if (rc == SQLITE_OK && lacks_customer(entry))
    rc = count_customer(lists, entry, has_customer_first);
  if (rc == SQLITE_OK && is_looked_for_first && !has_customer_first &&
      !cm_queue_is_written_before(queue, entry, entry->ties.natural_token))
    rc = count_own(lists, entry);
  int names = entry->bulk.may_go || entry->bulk.import != NULL ? 0 : entry->change->name_count;
  for (int i = 0; i < names && rc == SQLITE_OK; i++) {
    const cm_name *name = &entry->change->names[i];
    cm_counted_row row = { .resource = cm_registry_find(name->reference->resource),
                           .token = cm_name_token(name),
                           .first = name->data_source,
                           .is_sure = !is_looked_for_first };
    if (row.resource == NULL || row.resource->natural_key == NULL ||
        cm_inside_is_host_name(entry, name) || cm_queue_is_written_before(queue, entry, row.token))
      continue;
    rc = cm_asked_lists_count(lists, &row);
  }
  bool may_need = entry->resource->needs != NULL && entry->change->name_count == 0;
  return rc == SQLITE_OK && may_need ? count_need(lists, entry) : rc;
}

int cm_queue_count_questions(cm_queue *queue, const cm_entry *asking, cm_err *err) {
  cm_asked_lists *lists = &queue->finder.lists;
  int rc = SQLITE_OK;
  if (!queue->sending.stays_open || lists->is_counted) return SQLITE_OK; /* they come one by one */
  for (cm_entry *entry = queue->waiting.first; entry != NULL && rc == SQLITE_OK;
       entry = entry->next) {
    if (entry->ties.delete_epoch == asking->ties.delete_epoch)
      rc = count_questions_of(queue, entry);
    if (entry->ties.delete_epoch > asking->ties.delete_epoch) break;
  }
  if (rc != SQLITE_OK) return cm_err_nomem(err);
  cm_asked_lists_end_count(lists);
  return SQLITE_OK;
}

/* ---- customers of an import whom rows name by uuid ------------------------------------------------------ */

bool cm_entry_wants_customer(const cm_queue *queue, const cm_entry *entry) {
  return begins_with_customer(entry) &&
         entry->ties.delete_epoch == queue->waiting.first->ties.delete_epoch;
}

int cm_entry_count_again(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = cm_queue_count_questions(queue, entry, err);
  if (rc != SQLITE_OK || !queue->finder.lists.is_counted) return rc;
  rc = count_questions_of(queue, entry);
  for (cm_entry *part = entry->inside.first; part != NULL && rc == SQLITE_OK;
       part = part->inside.next)
    rc = count_questions_of(queue, part);
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** The list is past its limits, or cannot be read now: the row has its uuid, and does without. */
static int take_listed_customer(cm_entry *entry, const cm_listed *listed, cm_err *err) {
  cm_slice row = { listed->row, listed->row != NULL ? strlen(listed->row) : 0 };
  if (!listed->is_known || row.ptr == NULL) return SQLITE_OK;
  int rc = cm_change_find_customer(entry->change, row, &entry->bulk.customer, err);
  return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
}

int cm_entry_find_customer(cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_change *change = entry->change;
  const cm_reference *owner = cm_change_record_owner(change);
  cm_listed listed = { .is_known = false };
  char *uuid = NULL;
  int rc = cm_change_text(change, cm_change_column(change->resource, owner->column), &uuid, err);
  cm_asked_row asked = { .resource = cm_registry_find(owner->resource),
                         .values = { uuid, NULL },
                         .is_by_key = true,
                         .needs_row = true,
                         .is_left = true };
  if (rc == SQLITE_OK && uuid != NULL && queue->finder.lists.is_counted)
    rc = cm_asked_lists_find(&queue->finder.lists, queue->session, &asked, &listed, err);
  if (rc == SQLITE_OK) rc = take_listed_customer(entry, &listed, err);
  bool is_over = rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT;
  if (!is_over) cm_err_clear(err);
  entry->bulk.may_go = entry->bulk.customer != NULL;
  sqlite3_free(listed.uuid);
  sqlite3_free(listed.row);
  sqlite3_free(uuid);
  return is_over ? rc : SQLITE_OK;
}

/* ---- names and needs --------------------------------------------------------------------------------- */

static int ask_about(cm_queue *queue, cm_entry *entry, const cm_name *name, cm_err *err) {
  cm_question *question = NULL;
  const cm_resource *other = cm_registry_find(name->reference->resource);
  if (other == NULL || other->natural_key == NULL) {
    return cm_err_set(err, SQLITE_ERROR, "%s: %s has no rows to name: give %s",
                      entry->resource->name, name->reference->resource, name->reference->column);
  }
  cm_ask asked = { .who = entry->resource->name,
                   .resource = other,
                   .values = { name->data_source, name->external_id } };
  int rc = cm_queue_count_questions(queue, entry, err);
  if (rc == SQLITE_OK) rc = cm_question_ask(&queue->finder, &asked, &question, err);
  return rc == SQLITE_OK ? cm_entry_push_question(entry, question, err) : rc;
}

/** Every name but that of the row which this one goes inside. */
static int ask_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < entry->change->name_count && rc == SQLITE_OK; i++) {
    const cm_name *name = &entry->change->names[i];
    if (!cm_inside_is_host_name(entry, name)) rc = ask_about(queue, entry, name, err);
  }
  return rc;
}

/** It is not there because this transaction has refused it. */
static int tell_named_refused(const cm_entry *entry, const cm_entry *named, cm_err *err) {
  const char *label = named->line.label != NULL ? named->line.label : "";
  const char *what = NULL;
  int len = cm_outcome_what(named, named->line.error != NULL ? named->line.error : "", &what);
  cm_err_set(err, SQLITE_CONSTRAINT,
             "%s: the row was not written ('%.80s' of %s, which it names, was refused: %.*s): "
             "correct that one, and write both again",
             entry->resource->name, label, named->resource->name, len < 200 ? len : 200, what);
  err->is_of_another = true;
  return SQLITE_CONSTRAINT;
}

static int answer_name(const cm_queue *queue, const cm_entry *entry, cm_name *name,
                       const cm_question *question, cm_err *err) {
  const cm_reference *reference = name->reference;
  if (question->code != SQLITE_OK) return cm_question_error(question, err);
  if (question->matches == 1) return cm_change_answer_name(name, question->uuid, err);
  const cm_entry *refused = question->matches == 0
                                ? cm_queue_log_find_refused(queue, reference->resource,
                                                            cm_name_token(name))
                                : NULL;
  if (refused != NULL) return tell_named_refused(entry, refused, err);
  return cm_err_set(err, SQLITE_CONSTRAINT, "%s: %s '%s' in data source '%s' names %s of %s: %s",
                    entry->resource->name, reference->external_id, name->external_id,
                    name->data_source, question->matches == 0 ? "no row" : "two rows",
                    reference->resource,
                    question->matches == 0 ? "write that row first, or correct the name"
                                           : "give the uuid instead");
}

/** The look-ups come in the order of the names. What is known before one fails is kept. */
static int answer_names(const cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_change *change = entry->change;
  int next = 0;
  int rc = SQLITE_OK;
  for (int i = 0; i < change->name_count && rc == SQLITE_OK; i++) {
    cm_name *name = &change->names[i];
    if (!cm_inside_is_host_name(entry, name))
      rc = answer_name(queue, entry, name, entry->progress.questions[next++], err);
  }
  int fill_rc = cm_change_fill_names(change, rc == SQLITE_OK ? err : NULL);
  return rc == SQLITE_OK ? fill_rc : rc;
}

static int ask_need(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const cm_need *need = NULL;
  cm_question *question = NULL;
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = find_need(entry, &need, &path, err);
  cm_ask asked = { .who = entry->resource->name, .path = cm_buf_str(&path), .need = need };
  if (rc == SQLITE_OK && need != NULL) rc = cm_queue_count_questions(queue, entry, err);
  if (rc == SQLITE_OK && need != NULL) rc = cm_question_ask(&queue->finder, &asked, &question, err);
  cm_buf_clear(&path);
  return question != NULL ? cm_entry_push_question(entry, question, err) : rc;
}

static int answer_need(cm_entry *entry, const cm_question *question, cm_err *err) {
  const cm_need *need = question->need;
  const cm_resource *resource = entry->resource;
  if (question->code != SQLITE_OK) return cm_question_error(question, err);
  if (question->matches == 1) {
    cm_value value = cm_value_text(question->uuid, strlen(question->uuid));
    int column = cm_registry_column(resource, need->column);
    return cm_change_give(entry->change, column, CM_GIVEN_KNOWN, &value, err);
  }
  return cm_err_set(err, SQLITE_CONSTRAINT, "%s: %s cannot be told (%s has %s): %s", resource->name,
                    need->column, need->member, question->matches == 0 ? "none" : "several",
                    need->hint);
}

static bool may_asking_help(const cm_entry *entry) {
  for (int i = 0; i < entry->progress.question_count; i++) {
    if (entry->progress.questions[i]->code != SQLITE_OK)
      return entry->progress.questions[i]->may_help;
  }
  return false;
}

/** The API takes no invoice without a line, and it would take one that lacks a line which was refused. */
static int check_items(const cm_queue *queue, const cm_entry *entry, cm_err *err) {
  if (entry->inside.lacks != NULL && entry->change->verb == CM_VERB_INSERT) {
    cm_err_set(err, SQLITE_CONSTRAINT,
               "%s: nothing was sent (%s, which belongs to it, was refused): correct that row, and "
               "write both again",
               entry->resource->name, entry->inside.lacks);
    err->is_of_another = true;
    return SQLITE_CONSTRAINT;
  }
  const char *list = cm_change_lacks_items(entry->change);
  if (list == NULL || cm_inside_has_items(entry, list)) return SQLITE_OK;
  char *taken = NULL;
  if (cm_inside_find_taken(queue, entry, list, &taken, err) != SQLITE_OK) return SQLITE_NOMEM;
  if (taken != NULL) {
    cm_err_set(err, SQLITE_CONSTRAINT,
               "%s: nothing was sent (%s is missing: the row given for it, %s, has the external_id "
               "of another row): give that row one of its own, and write both again",
               entry->resource->name, list, taken);
    sqlite3_free(taken);
    return SQLITE_CONSTRAINT;
  }
  bool can_wait = queue->session->settings.write_mode != CM_WRITE_IMMEDIATE;
  return cm_err_set(err, SQLITE_CONSTRAINT,
                    "%s: nothing was sent (%s is missing, and no row %s): give it, or %sINSERT its "
                    "rows between the same BEGIN and COMMIT",
                    entry->resource->name, list,
                    can_wait ? "for it waits in this transaction"
                             : "waits under write_mode immediate",
                    can_wait ? "" : "set write_mode to commit and ");
}

cm_end cm_entry_ask_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = entry->progress.steps == NULL ? check_items(queue, entry, err) : SQLITE_OK;
  if (rc == SQLITE_CONSTRAINT && queue->sending.is_stopped) {
    return CM_END_PARKED; /* its rows may have been refused just now */
  }
  if (rc == SQLITE_OK && entry->progress.steps == NULL) rc = ask_names(queue, entry, err);
  if (rc == SQLITE_OK && entry->progress.steps == NULL && entry->progress.question_count == 0)
    rc = ask_need(queue, entry, err);
  if (rc != SQLITE_OK) return cm_end_of_failure(false, err);
  if (entry->progress.question_count > 0) entry->progress.phase = CM_PHASE_NAME;
  return CM_END_NONE;
}

cm_end cm_entry_take_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = entry->progress.questions[0]->need != NULL
               ? answer_need(entry, entry->progress.questions[0], err)
               : answer_names(queue, entry, err);
  return rc == SQLITE_OK ? CM_END_NONE : cm_end_of_failure(may_asking_help(entry), err);
}

/* ---- places, before any row leaves ------------------------------------------------------------------ */

enum { MAX_ASKED = 2 * CM_QUEUE_MAX_SHIPMENTS };

/** The name in the path; a path has one at most. NULL: none. */
static cm_name *place_of(const cm_entry *entry) {
  const cm_write *write = cm_change_batch_write(entry->change);
  for (int i = 0; i < entry->change->name_count; i++) {
    cm_name *name = &entry->change->names[i];
    if (name->reference->within == NULL && cm_text_has_name(write->path, name->reference->column))
      return name;
  }
  return NULL;
}

/** One that a write which waits makes is not asked for. */
static int ask_place(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const cm_name *name = place_of(entry);
  if (name == NULL) return SQLITE_OK;
  uint64_t token = cm_name_token(name);
  bool is_written = cm_queue_is_written_before(queue, entry, token);
  return is_written ? SQLITE_OK : ask_about(queue, entry, name, err);
}

static int answer_place(cm_entry *entry, cm_err *err) {
  const cm_question *question = entry->progress.questions[0];
  cm_name *name = place_of(entry);
  if (name == NULL || question->matches != 1) return SQLITE_OK;
  int rc = cm_change_answer_name(name, question->uuid, err);
  return rc == SQLITE_OK ? cm_change_fill_names(entry->change, err) : rc;
}

/** Where memory runs out nothing is sent. @return false when asking for more has no sense now. */
static bool can_go_on(cm_queue *queue, int code) {
  if (code == SQLITE_NOMEM) {
    queue->tally.is_out_of_memory = true;
    queue->sending.is_stopped = true;
  }
  return code == SQLITE_OK;
}

/** Fill in what was found. @return as can_go_on. */
static bool take_place(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  while (!cm_entry_is_answered(entry))
    cm_session_pump(queue->session, CM_INTERRUPT_POLL_MS);
  int rc = entry->progress.questions[0]->code;
  if (rc == SQLITE_OK) rc = answer_place(entry, &err);
  if (rc == SQLITE_OK) rc = cm_batch_note(entry, &err);
  cm_entry_release_scratch(entry);
  return can_go_on(queue, rc);
}

/** The place of a row that may be there already is looked up when it leaves. */
static bool wants_place(const cm_queue *queue, const cm_entry *entry) {
  return entry->ties.is_place_named && entry->change->conflict == CM_CONFLICT_FAIL &&
         entry->progress.phase == CM_PHASE_IDLE && !entry->bulk.may_go &&
         entry->ties.delete_epoch == queue->waiting.first->ties.delete_epoch &&
         cm_batch_size(entry) > 1;
}

/** At most so many look-ups are under way; the oldest is waited for. */
static void ask_all(cm_queue *queue) {
  cm_entry *asked[MAX_ASKED];
  int first = 0;
  int count = 0;
  bool is_fine = true;
  for (cm_entry *entry = queue->waiting.first; entry != NULL && is_fine; entry = entry->next) {
    cm_err err = { 0 };
    if (!wants_place(queue, entry)) continue;
    is_fine = can_go_on(queue, ask_place(queue, entry, &err));
    if (entry->progress.question_count == 0) continue;
    asked[(first + count++) % MAX_ASKED] = entry;
    if (count < MAX_ASKED) continue;
    is_fine = take_place(queue, asked[first]) && is_fine;
    first = (first + 1) % MAX_ASKED;
    count--;
  }
  for (; count > 0; count--, first = (first + 1) % MAX_ASKED)
    (void)take_place(queue, asked[first]);
}

void cm_queue_find_places(cm_queue *queue) {
  int rows = 0;
  bool is_any_named = false;
  for (const cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (cm_batch_size(entry) == 1) continue;
    rows++;
    is_any_named = is_any_named || entry->ties.is_place_named;
  }
  if (rows < 2 || !is_any_named) return;
  ask_all(queue);
  cm_batch_link_all(queue);
}
