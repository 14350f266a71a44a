#include "write/run.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_replace.h"
#include "client/call.h"
#include "find/finder.h"
#include "write/entry.h"
#include "write/inside_call.h"
#include "write/outcome.h"
#include "write/reply.h"
#include "write/resolve.h"
#include "write/settle.h"
#include "write/shared_sets.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/whole_list.h"
#include "write/write_log.h"

/* ---- the natural key ------------------------------------------------------------------------------ */

static int look_for_row(cm_queue *queue, cm_entry *entry, cm_question_mode mode, cm_err *err) {
  char *texts[2] = { NULL, NULL };
  const cm_resource *of = NULL;
  cm_question *question = NULL;
  bool is_member = cm_set_must_ask(entry);
  int rc = is_member ? SQLITE_OK : cm_entry_own_question(entry, &of, texts, err);
  if (rc == SQLITE_OK) rc = cm_queue_count_questions(queue, entry, err);
  if (rc == SQLITE_OK && is_member) {
    rc = cm_set_ask(queue, entry, &question, err);
  } else if (rc == SQLITE_OK) {
    cm_ask asked = {
      .who = entry->resource->name, .mode = mode, .resource = of, .values = { texts[0], texts[1] }
    };
    rc = cm_question_ask(&queue->finder, &asked, &question, err);
  }
  if (rc == SQLITE_OK) rc = cm_entry_push_question(entry, question, err);
  sqlite3_free(texts[0]);
  sqlite3_free(texts[1]);
  return rc;
}

/* ---- doubt ---------------------------------------------------------------------------------------- */

static cm_end begin_names(cm_queue *queue, cm_entry *entry, cm_err *err);

/** Ask whether the row is there, after a create whose end is unknown. */
static cm_end verify(cm_queue *queue, cm_entry *entry, const cm_err *cause) {
  cm_err err = { 0 };
  cm_queue_put_text(queue, &entry->line.error, cause->text);
  entry->line.code = cause->code;
  if (!cm_entry_can_be_found(entry)) return CM_END_UNKNOWN;
  if (cause->code == SQLITE_INTERRUPT)
    return CM_END_LATER;                         /* the user waits: the next COMMIT looks */
  bool is_imported = entry->bulk.import != NULL; /* with many others: a list may do */
  cm_question_mode mode = is_imported ? CM_QUESTION_WITH_ROW : CM_QUESTION_AGAIN;
  if (look_for_row(queue, entry, mode, &err) == SQLITE_OK) {
    entry->progress.phase = CM_PHASE_VERIFY;
    return CM_END_NONE;
  }
  if (err.code == SQLITE_NOMEM) queue->tally.is_out_of_memory = true;
  return CM_END_LATER;
}

cm_end cm_entry_doubt(cm_queue *queue, cm_entry *entry, bool may_help, const cm_err *err) {
  for (cm_entry *other = entry; other != NULL; other = cm_shipment_next_of(other, entry))
    other->progress.is_doubtful = true;
  bool is_create = entry->change->verb == CM_VERB_INSERT && entry->list.token == 0;
  if (is_create) return verify(queue, entry, err);
  return may_help ? CM_END_LATER : CM_END_UNKNOWN;
}

/** Nothing is left to ask. Behind its last call it is written. */
static cm_end make_ready(cm_entry *entry) {
  cm_entry_drop_questions(entry);
  if (entry->progress.steps != NULL && entry->progress.step == entry->progress.step_count)
    return CM_END_WRITTEN;
  entry->progress.phase = CM_PHASE_READY;
  return CM_END_NONE;
}

/** The row is not there: what was sent did nothing, unless it is still on its way. */
static cm_end end_verify_absent(cm_queue *queue, cm_entry *entry, cm_err *cause) {
  if (entry->progress.goes_again) {
    entry->progress.goes_again = false;
    cm_inside_end_doubt(entry);
    entry->progress.sent_before++;
    return begin_names(queue, entry, cause);
  }
  if (cause->code == SQLITE_BUSY) { /* the API has answered that it did not get to it */
    cm_inside_end_doubt(entry);
    cm_entry_advise(entry, "it is not there, try again later", cause);
  }
  return CM_END_LATER;
}

/** The row exists and is to be replaced: what differs is sent as an update, and the log shows what the statement gave. */
static cm_end replace(cm_entry *entry, cm_err *err) {
  const char *row = entry->progress.questions[0]->row;
  int rc = row == NULL ? cm_err_nomem(err) : SQLITE_OK;
  if (rc == SQLITE_OK && entry->line.body == NULL)
    rc = cm_change_bodies(entry->change, &entry->line.body, err);
  if (rc == SQLITE_OK)
    rc = cm_change_become_update(entry->change, (cm_slice){ row, strlen(row) }, err);
  cm_change_free_steps(entry->progress.steps, entry->progress.step_count);
  entry->progress.steps = NULL;
  entry->progress.step_count = entry->progress.step = 0;
  entry->progress.is_doubtful = false;
  return rc == SQLITE_OK ? make_ready(entry) : CM_END_REFUSED;
}

static bool is_replace(const cm_entry *entry) {
  return entry->change->conflict == CM_CONFLICT_REPLACE &&
         !entry->resource->natural_key->replace_is_ignore;
}

/**
 * The item of a part without a name of its own: one that equals it, where the list has as many as were sent.
 * @param code  Receives SQLITE_NOMEM when memory ran out.
 */
static cm_slice find_equal_item(cm_entry *part, cm_slice list, int *code) {
  cm_slice equal = { NULL, 0 };
  cm_slice item;
  size_t at = 0;
  int count = 0;
  for (; cm_slice_next(list, &at, NULL, &item) == SQLITE_ROW && *code != SQLITE_NOMEM; count++) {
    cm_buf differs;
    if (equal.ptr != NULL || count >= part->inside.total) continue;
    cm_buf_init(&differs, CM_MAX_URL_BYTES);
    *code = cm_entry_compare(part, item, &differs, NULL);
    if (differs.code == SQLITE_NOMEM) *code = SQLITE_NOMEM;
    if (*code == SQLITE_OK && differs.len == 0) equal = item;
    cm_buf_clear(&differs);
  }
  return count == part->inside.total && *code != SQLITE_NOMEM ? equal : (cm_slice){ NULL, 0 };
}

/**
 * The object of the row in the answer: a part stands in a list of the row that it went beside. Absent: it is not there.
 * @param code  Receives SQLITE_NOMEM when memory ran out.
 */
static cm_slice found_object(cm_queue *queue, cm_entry *entry, int *code) {
  const cm_question *found = entry->progress.questions[0];
  cm_slice row = { found->row, found->row != NULL ? strlen(found->row) : 0 };
  if (row.ptr == NULL) *code = SQLITE_NOMEM;
  if (found->resource == entry->resource || row.ptr == NULL) return row;
  if (entry->ties.natural_token != 0) return cm_inside_find_item(queue, entry, row);
  return find_equal_item(entry, cm_slice_find(row, entry->resource->inside_of->list), code);
}

static void take_found_uuid(cm_queue *queue, cm_entry *entry, cm_slice row) {
  const cm_question *found = entry->progress.questions[0];
  if (found->resource == entry->resource) {
    cm_queue_put_text(queue, &entry->line.uuid, found->uuid);
  } else if (cm_entry_take_uuid(entry, row, NULL) != SQLITE_OK) {
    queue->tally.is_out_of_memory = true;
  }
}

/** A create is in doubt, and a row of its natural key is there: it counts if it is the one that was sent. */
static cm_end judge_found(cm_queue *queue, cm_entry *entry, cm_slice row, cm_err *cause) {
  cm_buf differs;
  cm_err err = { 0 };
  cm_end end = CM_END_UNKNOWN;
  cm_buf_init(&differs, CM_MAX_URL_BYTES);
  int rc = row.ptr != NULL ? cm_entry_compare(entry, row, &differs, &err) : cm_err_nomem(&err);
  if (rc == SQLITE_OK && differs.code == SQLITE_NOMEM) rc = cm_err_nomem(&err);
  take_found_uuid(queue, entry, row);
  if (rc == SQLITE_NOMEM) queue->tally.is_out_of_memory = true;
  if (rc == SQLITE_OK && differs.len == 0) {
    cm_inside_take_items(queue, entry, row);
    end = CM_END_WRITTEN;
  } else if (rc == SQLITE_OK && is_replace(entry) && !entry->inside.are_put) {
    end = replace(entry, cause);
  } else {
    char advice[256];
    sqlite3_snprintf((int)sizeof advice, advice,
                     "a row with its natural key is there but differs in %.120s, so it may be "
                     "another one: look, then UPDATE it",
                     rc == SQLITE_OK ? cm_buf_str(&differs) : "what cannot be read");
    cm_entry_advise(entry, advice, cause);
    cm_buf_empty(&entry->progress.not_taken);
  }
  cm_buf_clear(&differs);
  return end;
}

/* ---- doubt of an import --------------------------------------------------------------------------- */

static cm_end refuse_imported(cm_entry *entry, cm_err *err) {
  entry->progress.is_doubtful = false;
  err->is_of_row = true;
  return CM_END_REFUSED;
}

/** The row that was found is one that the API holds as invalid, or was there before. CM_END_NONE: it may be this one. */
static cm_end judge_imported(cm_queue *queue, cm_entry *entry, cm_err *cause) {
  const cm_question *found = entry->progress.questions[0];
  cm_err invalid = { 0 };
  if (found->resource == entry->resource &&
      cm_entry_check_found(entry, found, &invalid) == SQLITE_CONSTRAINT) {
    cm_queue_put_text(queue, &entry->line.uuid, found->uuid);
    *cause = invalid;
    return refuse_imported(entry, cause);
  }
  if (entry->bulk.when_absent == CM_REFUSED_ANYWAY) return refuse_imported(entry, cause);
  return CM_END_NONE;
}

/** Nothing shows a row that an import has carried. */
static cm_end end_imported_absent(cm_entry *entry, cm_err *cause) {
  switch (entry->bulk.when_absent) {
  case CM_ABSENT_LATER: return CM_END_LATER;
  case CM_ABSENT_UNKNOWN: return CM_END_UNKNOWN;
  case CM_ABSENT_REFUSED:
  case CM_REFUSED_ANYWAY: return refuse_imported(entry, cause);
  case CM_ABSENT_AGAIN: break;
  }
  entry->progress.is_doubtful = false;
  entry->progress.is_absent = true;
  entry->bulk.may_go = true;
  if (entry->bulk.is_by_uuid) { /* it is found anew: he may have been merged since */
    sqlite3_free(entry->bulk.customer);
    entry->bulk.customer = NULL;
  }
  cm_entry_leave_import(entry);
  return CM_END_PARKED;
}

/** What made the doubt. */
static void put_cause(const cm_entry *entry, cm_err *cause) {
  cm_err_set(cause, entry->line.code, "%s",
             entry->line.error != NULL ? entry->line.error : "out of memory");
}

static cm_end take_verified(cm_queue *queue, cm_entry *entry, cm_err *cause) {
  const cm_question *question = entry->progress.questions[0];
  put_cause(entry, cause);
  if (question->code == SQLITE_NOMEM) queue->tally.is_out_of_memory = true;
  if (question->code != SQLITE_OK || question->matches > 1) return CM_END_LATER;
  bool is_imported = entry->bulk.import != NULL;
  int code = SQLITE_OK;
  cm_slice row = { NULL, 0 };
  if (question->matches == 1) row = found_object(queue, entry, &code);
  bool is_there = row.ptr != NULL || code == SQLITE_NOMEM;
  cm_end end = is_imported && is_there ? judge_imported(queue, entry, cause) : CM_END_NONE;
  if (end != CM_END_NONE) return end;
  if (is_there) return judge_found(queue, entry, row, cause);
  if (question->matches == 1 && entry->ties.natural_token == 0) return CM_END_UNKNOWN;
  cm_entry_drop_questions(entry);
  if (is_imported) return end_imported_absent(entry, cause);
  return end_verify_absent(queue, entry, cause);
}

/* ---- is the row there? ---------------------------------------------------------------------------- */

/** What an OR IGNORE compares: is it what a row of the same name gave that was written just now? It stands for the text of that. */
static int look_at_frozen(cm_queue *queue, cm_entry *entry, bool *is_known, cm_err *err) {
  const cm_resource *of = NULL;
  char *natural[2] = { NULL, NULL };
  *is_known = false;
  if (entry->change->conflict != CM_CONFLICT_IGNORE || entry->inside.first != NULL ||
      !cm_change_gives_frozen(entry->change))
    return SQLITE_OK;
  int rc = cm_change_frozen_token(entry->change, &entry->ties.frozen_token);
  if (rc == SQLITE_OK) rc = cm_entry_own_question(entry, &of, natural, err);
  if (rc == SQLITE_OK && natural[0] != NULL)
    *is_known = cm_question_knows_frozen(&queue->finder, of, (const char *const *)natural,
                                         entry->ties.frozen_token);
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : rc;
}

cm_end cm_entry_begin_find(cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_question_mode mode = CM_QUESTION_ANY;
  bool is_known = false;
  if (look_at_frozen(queue, entry, &is_known, err) != SQLITE_OK)
    return cm_end_of_failure(false, err);
  bool is_compared = entry->change->conflict == CM_CONFLICT_REPLACE ||
                     (cm_change_gives_frozen(entry->change) && !is_known) ||
                     entry->inside.first != NULL;
  if (cm_registry_reach(entry->resource) != NULL) mode = CM_QUESTION_SOUND;
  if (is_compared) mode = CM_QUESTION_WITH_ROW;
  if (entry->progress.is_doubtful || entry->progress.refusal != NULL) mode = CM_QUESTION_AGAIN;
  if (look_for_row(queue, entry, mode, err) != SQLITE_OK) return cm_end_of_failure(false, err);
  /* what went inside it ends as it does: it is there with it, or goes again with it */
  if (entry->progress.is_doubtful && entry->inside.are_put) cm_inside_chain(entry);
  entry->progress.phase = CM_PHASE_FIND;
  return CM_END_NONE;
}

/** It was refused, not with its batch but by itself: it is not sent again. */
static bool is_refused_alone(const cm_entry *entry) {
  return entry->progress.refusal != NULL && entry->change->conflict != CM_CONFLICT_FAIL &&
         !entry->progress.is_refused_with_others;
}

static cm_end end_by_refusal(const cm_entry *entry, cm_err *err) {
  cm_err_set(err, entry->progress.refusal_code, "%s", entry->progress.refusal);
  err->is_of_row = true;
  return CM_END_REFUSED;
}

static cm_end find_nothing(cm_queue *queue, cm_entry *entry, cm_err *err) {
  if (is_refused_alone(entry)) return end_by_refusal(entry, err);
  sqlite3_free(entry->progress.refusal);
  entry->progress.refusal = NULL;
  if (entry->progress.is_doubtful) cm_inside_renew(entry);
  cm_inside_end_doubt(entry);
  cm_entry_drop_questions(entry);
  return begin_names(queue, entry, err);
}

static cm_end find_one(cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_question *found = entry->progress.questions[0];
  if (entry->progress.is_doubtful) {
    put_cause(entry, err);
    int code = SQLITE_OK;
    return judge_found(queue, entry, found_object(queue, entry, &code), err);
  }
  if (found->uuid != NULL) cm_queue_put_text(queue, &entry->line.uuid, found->uuid);
  if (cm_inside_check_found(entry, found, err) != SQLITE_OK) return CM_END_REFUSED;
  found->is_sound = found->is_sound || found->row != NULL;
  if (entry->change->conflict == CM_CONFLICT_FAIL) {
    cm_entry_tell_exists(entry, err);
    return CM_END_REFUSED;
  }
  cm_inside_release(queue, entry);
  return is_replace(entry) ? replace(entry, err) : CM_END_LEFT_ALONE;
}

static cm_end take_found(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const cm_question *question = entry->progress.questions[0];
  if (cm_question_error(question, err) != SQLITE_OK) {
    if (is_refused_alone(entry) && err->code != SQLITE_NOMEM) return end_by_refusal(entry, err);
    return cm_end_of_failure(question->may_help, err);
  }
  if (question->matches > 1) {
    cm_entry_tell_two(entry, err);
    return CM_END_REFUSED;
  }
  if (question->matches == 1) return find_one(queue, entry, err);
  if (!queue->sending.holds_creates) return find_nothing(queue, entry, err);
  entry->progress.is_absent = true;
  return CM_END_PARKED;
}

/* ---- what it names, and the rows that go inside it ------------------------------------------------ */

/** @param are_through  Receives whether all parts have what they name. */
static cm_end look_at_parts(cm_queue *queue, cm_entry *host, bool *are_through) {
  bool is_any_idle = false;
  *are_through = true;
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    is_any_idle = is_any_idle || part->progress.phase == CM_PHASE_IDLE;
    *are_through = *are_through && part->progress.phase == CM_PHASE_READY;
  }
  if (is_any_idle) { /* one of them could not be looked up now */
    cm_inside_park_parts(queue, host);
    return CM_END_PARKED;
  }
  if (*are_through) cm_inside_chain(host);
  return CM_END_NONE;
}

/** Let the parts look for what they name, if there are any. */
static cm_end begin_parts(cm_queue *queue, cm_entry *host, bool *are_through) {
  cm_entry *next = NULL;
  *are_through = true;
  if (host->inside.first == NULL || host->inside.first->progress.leader == host) return CM_END_NONE;
  if (host->inside.are_put) { /* another try of what was made before */
    cm_inside_chain(host);
    return CM_END_NONE;
  }
  host->progress.phase = CM_PHASE_INSIDE;
  for (cm_entry *part = host->inside.first; part != NULL; part = next) {
    next = part->inside.next;
    cm_entry_begin(queue, part);
  }
  return look_at_parts(queue, host, are_through);
}

/** Go on with that. @return true when something happened. */
static bool advance_parts(cm_queue *queue, cm_entry *host) {
  bool has_moved = host->inside.first == NULL;
  cm_entry *next = NULL;
  for (cm_entry *part = host->inside.first; part != NULL; part = next) {
    next = part->inside.next;
    has_moved = cm_entry_advance(queue, part) || has_moved;
  }
  return has_moved;
}

static cm_end take_parts(cm_queue *queue, cm_entry *host, cm_err *err) {
  bool are_through = false;
  cm_end end = look_at_parts(queue, host, &are_through);
  return are_through ? begin_names(queue, host, err) : end;
}

/** Ask for what it names, after its parts have; nothing to ask: begin the calls. */
static cm_end begin_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  bool are_through = false;
  cm_entry_drop_questions(entry);
  cm_end end = begin_parts(queue, entry, &are_through);
  if (!are_through) return end;
  end = cm_entry_ask_names(queue, entry, err);
  if (end != CM_END_NONE || entry->progress.question_count > 0) return end;
  return make_ready(entry);
}

static cm_end take_names(cm_queue *queue, cm_entry *entry, cm_err *err) {
  cm_end end = cm_entry_take_names(queue, entry, err);
  return end == CM_END_NONE ? begin_names(queue, entry, err) : end;
}

/* ---- one write ------------------------------------------------------------------------------------ */

static cm_end begin(cm_queue *queue, cm_entry *entry, cm_err *err) {
  bool must_find = entry->change->verb == CM_VERB_INSERT && entry->ties.natural_token != 0 &&
                   (entry->progress.is_doubtful || entry->progress.refusal != NULL ||
                    cm_entry_must_find(entry));
  bool must_ask = cm_set_must_ask(entry) && !entry->progress.is_absent;
  if (entry->list.token != 0) return cm_whole_list_start(queue, entry, err);
  return must_find || must_ask ? cm_entry_begin_find(queue, entry, err)
                               : begin_names(queue, entry, err);
}

void cm_entry_begin(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  cm_settle(queue, entry, begin(queue, entry, &err), &err);
}

/** Has what the entry waits for come? */
static bool is_due(cm_queue *queue, cm_entry *entry) {
  switch (entry->progress.phase) {
  case CM_PHASE_FIND:
  case CM_PHASE_NAME:
  case CM_PHASE_VERIFY: return cm_entry_is_answered(entry);
  case CM_PHASE_LIST: return cm_pager_is_ready(entry->list.pager);
  case CM_PHASE_INSIDE: return advance_parts(queue, entry);
  default: return false;
  }
}

static cm_end go_on(cm_queue *queue, cm_entry *entry, cm_err *err) {
  switch (entry->progress.phase) {
  case CM_PHASE_FIND: return take_found(queue, entry, err);
  case CM_PHASE_NAME: return take_names(queue, entry, err);
  case CM_PHASE_INSIDE: return take_parts(queue, entry, err);
  case CM_PHASE_LIST: return cm_whole_list_take_page(queue, entry, err);
  default: return take_verified(queue, entry, err);
  }
}

bool cm_entry_advance(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  if (!is_due(queue, entry)) return false;
  cm_settle(queue, entry, go_on(queue, entry, &err), &err);
  return true;
}
