#include "write/import_call.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/import.h"
#include "client/call.h"
#include "spec/registry.h"
#include "wire/http.h"
#include "write/entry.h"
#include "write/resolve.h"
#include "write/run.h"
#include "write/settle.h"
#include "write/shipment.h"
#include "write/state.h"
#include "write/write_log.h"

enum {
  FIRST_WAIT_MS = 500, /* before it is asked; then twice as long each time, up to the longest */
  LONGEST_WAIT_MS = 15000,
  MAX_ASKED = 100, /* by one COMMIT: about 24 minutes */
  FEW = 4,         /* rows that are looked up whatever a list costs */
  MAX_MISSED = 3   /* one after the other: then it is not there */
};

bool cm_import_is_out(const cm_shipment *shipment) {
  return shipment->import != NULL && shipment->import->stage != CM_IMPORT_READY;
}

/* ---- all rows alike ---------------------------------------------------------------------------------- */

/** @param err  As its call says it, whose table is that of the first row; NULL: nothing. */
static void end_all(cm_queue *queue, cm_shipment *shipment, cm_end end, const cm_err *err) {
  const char *who = shipment->first != NULL ? shipment->first->resource->name : "";
  size_t len = strlen(who);
  while (shipment->first != NULL) {
    cm_err own = { 0 };
    if (err != NULL) own = *err;
    if (strncmp(own.text, who, len) == 0)
      sqlite3_snprintf((int)sizeof own.text, own.text, "%s%s", shipment->first->resource->name,
                       err->text + len);
    cm_settle(queue, shipment->first, end, &own);
  }
}

/** The import has nothing to say of a row any more. */
static void leave_import(cm_entry *row) {
  row->progress.is_doubtful = false;
  cm_entry_leave_import(row);
}

static void leave_all(cm_shipment *shipment) {
  for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
    leave_import(row);
}

/** Nothing was done: the rows wait, to go one by one. */
static void part(cm_queue *queue, cm_shipment *shipment) {
  leave_all(shipment);
  while (shipment->first != NULL) {
    cm_entry *row = shipment->first;
    row->bulk.may_go = false;
    row->line.status = 0;
    cm_settle(queue, row, CM_END_PARKED, NULL);
  }
}

static void put_status(cm_shipment *shipment, int status) {
  for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
    row->line.status = status;
}

static void doubt_all(cm_shipment *shipment) {
  for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
    row->progress.is_doubtful = true;
}

/* ---- asking ------------------------------------------------------------------------------------------ */

/** The pause before it is asked once more. */
static int pause_ms(int times) {
  int wait_ms = FIRST_WAIT_MS;
  while (times-- > 0 && wait_ms < LONGEST_WAIT_MS)
    wait_ms *= 2;
  return wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS;
}

static void ask(cm_queue *queue, cm_shipment *shipment, int wait_ms) {
  cm_import *import = shipment->import;
  const char *name = import->is_asked_by_id ? import->id : import->name;
  cm_err err = { 0 };
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  cm_buf_printf(&path, "%s/", import->step.path);
  cm_buf_percent(&path, name, strlen(name));
  cm_call_request request = { .who = shipment->first->resource->name,
                              .method = "GET",
                              .path = cm_buf_str(&path),
                              .flags = CM_CALL_LOOK_UP,
                              .delay_ms = wait_ms };
  shipment->call = NULL;
  int rc = path.code == SQLITE_OK ? cm_call_start(queue->session, &request, &shipment->call, &err)
                                  : cm_err_nomem(&err);
  cm_buf_clear(&path);
  import->stage = CM_IMPORT_ASKED;
  if (rc != SQLITE_OK) end_all(queue, shipment, CM_END_LATER, &err);
}

static void ask_again(cm_queue *queue, cm_shipment *shipment) {
  cm_import *import = shipment->import;
  ask(queue, shipment, pause_ms(import->asked++));
}

void cm_import_resume(cm_queue *queue, cm_shipment *shipment) {
  cm_import *import = shipment->import;
  import->is_resumed = true;
  import->goes_again = false;
  import->asked = import->missed = 0;
  for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
    row->progress.phase = CM_PHASE_CALL;
  ask(queue, shipment, 0);
}

/* ---- the answer to its call -------------------------------------------------------------------------- */

/** The call brought no sure answer: nothing but the import itself can tell. */
static void lose(cm_queue *queue, cm_shipment *shipment, const cm_call_result *result) {
  cm_import *import = shipment->import;
  import->is_lost = true;
  import->goes_again = result->again_after_look;
  import->cause_code = result->code;
  cm_queue_put_text(queue, &import->cause, result->error);
  doubt_all(shipment);
}

static void take_id(cm_queue *queue, cm_import *import, cm_slice answer) {
  cm_slice id = cm_slice_inner(cm_slice_find(answer, "id"));
  if (id.len == 0) return;
  sqlite3_free(import->id);
  import->id = cm_slice_copy(id);
  if (import->id == NULL) queue->tally.is_out_of_memory = true;
}

static bool is_odd(cm_slice answer) {
  return cm_slice_type(answer) != CM_JSON_OBJECT || cm_slice_check(answer, NULL, NULL) != SQLITE_OK;
}

/** It was taken, or lost: from now on it is asked. Its body is not needed any more. */
static void take_start(cm_queue *queue, cm_shipment *shipment, const cm_call_result *result) {
  cm_import *import = shipment->import;
  cm_err err = { 0 };
  bool is_taken = result->code == SQLITE_OK;
  put_status(shipment, result->status);
  if (is_taken && result->status == 0) { /* dry_run: nothing was sent */
    leave_all(shipment);
    end_all(queue, shipment, CM_END_WRITTEN, NULL);
    return;
  }
  cm_err_set(&err, result->code, "%s", result->error);
  if (result->is_unknown || is_taken || import->sent_before > 0) {
    if (!is_taken) lose(queue, shipment, result);
    if (is_taken && !is_odd(result->body)) take_id(queue, import, result->body);
    doubt_all(shipment);
    if (result->code == SQLITE_INTERRUPT || result->code == SQLITE_NOMEM) {
      end_all(queue, shipment, CM_END_LATER, &err);
    } else {
      ask_again(queue, shipment);
    }
    return;
  }
  if (result->may_help || result->code == SQLITE_INTERRUPT || result->code == SQLITE_NOMEM) {
    leave_all(shipment);
    end_all(queue, shipment, CM_END_LATER, &err);
  } else if (result->is_of_row) {
    part(queue, shipment);
  } else {
    leave_all(shipment);
    end_all(queue, shipment, CM_END_REFUSED, &err);
  }
}

/* ---- what it says of each row ------------------------------------------------------------------------ */

static void tell_refused(const cm_entry *row, const char *words, cm_err *err) {
  cm_err_set(err, SQLITE_CONSTRAINT,
             "%s: the import '%s' did not take the row (%s): correct it, and write it again",
             row->resource->name, row->bulk.import->name, words);
  err->is_of_row = true;
}

static void tell_unknown(const cm_entry *row, cm_told told, cm_err *err) {
  cm_err_set(
      err, SQLITE_ERROR,
      "%s: the import '%s' does not tell what became of the row (%s): it was not found, look "
      "before you write it again",
      row->resource->name, row->bulk.import->name,
      told == CM_TOLD_REFUSED ? "it failed, without a reason"
      : told == CM_TOLD_TAKEN ? "it ended before all was done"
                              : "it says nothing of it");
}

/** Do the lists that the row itself gave say that they were taken? Their records have no rows of ours. */
static int are_own_taken(const cm_entry *row, const char *external_id, bool *out) {
  const cm_resource *items[CM_MAX_RECORD_LISTS];
  int count = cm_change_own_records(row->change, items);
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    cm_import_verdict verdict;
    rc = cm_import_tell(row->bulk.import, items[i], row->bulk.customer, external_id, &verdict);
    *out = *out && verdict.told == CM_TOLD_TAKEN;
  }
  return rc;
}

static int tell(cm_queue *queue, cm_entry *row, cm_import_verdict *out) {
  char *natural[2] = { NULL, NULL };
  bool are_taken = true;
  int rc = cm_change_natural_key(row->change, natural, NULL);
  if (rc == SQLITE_OK)
    rc = cm_import_tell(row->bulk.import, row->resource, row->bulk.customer, natural[1], out);
  if (rc == SQLITE_OK && out->told == CM_TOLD_TAKEN)
    rc = are_own_taken(row, natural[1], &are_taken);
  bool has_own = cm_change_has_own_records(row->change);
  if (!are_taken || (has_own && !row->bulk.import->is_completed)) out->told = CM_TOLD_NOTHING;
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
  if (rc != SQLITE_OK) queue->tally.is_out_of_memory = true;
  return rc;
}

static void keep_text(cm_queue *queue, cm_entry *row, cm_slice text) {
  if (text.ptr == NULL) return;
  sqlite3_free(row->line.response);
  row->line.response = cm_slice_copy(text);
  if (row->line.response == NULL) queue->tally.is_out_of_memory = true;
}

/** What is still to be found out by a look, with the line of the row if that shows nothing. */
static void put_doubt(cm_queue *queue, cm_entry *row, cm_absent when_absent, const cm_err *err) {
  row->bulk.when_absent = when_absent;
  row->line.code = err->code;
  cm_queue_put_text(queue, &row->line.error, err->text);
}

static void refuse(cm_queue *queue, cm_entry *row, const cm_err *err) {
  row->progress.is_doubtful = false;
  cm_settle(queue, row, CM_END_REFUSED, err);
}

/**
 * What is said of it alone is its end, unless the API may have kept it all the same. What is said of several rows, or
 * nothing, leaves it in doubt.
 */
static void judge_row(cm_queue *queue, cm_entry *row) {
  cm_import_verdict verdict = { .told = CM_TOLD_NOTHING };
  cm_err err = { 0 };
  int rc = tell(queue, row, &verdict);
  const char *words = verdict.words[0] != 0 ? verdict.words : row->bulk.import->words;
  bool is_sure = verdict.is_of_record || (row->bulk.is_only && !verdict.is_of_all);
  bool is_refused = is_sure && verdict.told == CM_TOLD_REFUSED;
  bool has_host = !cm_entry_is_part(row) || row->bulk.host_end == CM_ENTRY_WRITTEN;
  bool is_taken = verdict.told == CM_TOLD_TAKEN && has_host &&
                  (is_sure || row->bulk.import->is_completed);
  if (words == NULL && is_refused) words = "it failed, without a reason";
  keep_text(queue, row, verdict.text);
  if (row->bulk.host_end == CM_ENTRY_REFUSED && row->progress.refusal != NULL) {
    cm_err_set(&err, SQLITE_CONSTRAINT, "%s", row->progress.refusal);
    err.is_of_row = true;
    refuse(queue, row, &err);
  } else if (rc == SQLITE_OK && is_taken) {
    row->progress.is_doubtful = false;
    cm_settle(queue, row, CM_END_WRITTEN, NULL);
  } else if (words == NULL || (verdict.words[0] == 0 && verdict.told == CM_TOLD_TAKEN)) {
    tell_unknown(row, verdict.told, &err);
    put_doubt(queue, row, CM_ABSENT_UNKNOWN, &err);
  } else if (is_refused && cm_registry_reach(row->resource) == NULL) {
    tell_refused(row, words, &err);
    refuse(queue, row, &err);
  } else {
    tell_refused(row, words, &err);
    put_doubt(queue, row, is_refused ? CM_REFUSED_ANYWAY : CM_ABSENT_REFUSED, &err);
  }
}

/** A row goes again with the one that it belongs to, which was looked for and is not there. */
static bool goes_with_host(const cm_entry *row) {
  const cm_entry *host = row->inside.host;
  return row->bulk.when_absent == CM_ABSENT_AGAIN && host != NULL && !host->progress.is_doubtful;
}

/** Look for the rows that are in doubt: by lists, which are read after the import. */
static void look_for_rows(cm_queue *queue, cm_shipment *shipment, bool parts) {
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    cm_err err = { 0 };
    next = row->progress.next_carried;
    if (cm_entry_is_part(row) != parts || row->bulk.when_absent == CM_ABSENT_LATER) continue;
    if (goes_with_host(row)) {
      leave_import(row);
      row->bulk.may_go = true;
      cm_settle(queue, row, CM_END_PARKED, NULL);
      continue;
    }
    cm_err_set(&err, row->line.code, "%s", row->line.error != NULL ? row->line.error : "");
    cm_settle(queue, row, cm_entry_doubt(queue, row, true, &err), &err);
  }
}

static void forget_answer(cm_queue *queue, cm_entry *row) {
  const cm_resource *of = NULL;
  char *natural[2] = { NULL, NULL };
  if (cm_entry_own_question(row, &of, natural, NULL) != SQLITE_OK)
    queue->tally.is_out_of_memory = true;
  if (natural[0] != NULL) cm_question_forget(&queue->finder, of, (const char *const *)natural);
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
}

/** What was answered before the import does not count. Of many rows lists are read anew, few are looked up. */
static void forget_answers(cm_queue *queue, const cm_shipment *shipment, bool parts) {
  int count = 0;
  for (const cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
    count += cm_entry_is_part(row) == parts && row->bulk.when_absent != CM_ABSENT_LATER;
  if (count > FEW) cm_question_forget_all(&queue->finder);
  for (cm_entry *row = shipment->first; row != NULL && count <= FEW;
       row = row->progress.next_carried) {
    if (cm_entry_is_part(row) == parts && row->bulk.when_absent != CM_ABSENT_LATER)
      forget_answer(queue, row);
  }
}

static void judge_rows(cm_queue *queue, cm_shipment *shipment, bool parts) {
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    next = row->progress.next_carried;
    bool is_due = cm_entry_is_part(row) == parts && row->progress.phase == CM_PHASE_CALL;
    if (is_due && row->bulk.when_absent == CM_ABSENT_LATER) judge_row(queue, row);
  }
  forget_answers(queue, shipment, parts);
  look_for_rows(queue, shipment, parts);
}

/** The import has said all that it will. */
static void deal_out(cm_queue *queue, cm_shipment *shipment, cm_slice answer) {
  cm_err err = { 0 };
  cm_import *import = shipment->import;
  import->stage = CM_IMPORT_ROWS;
  if (cm_import_take_words(import, answer, &err) == SQLITE_NOMEM)
    queue->tally.is_out_of_memory = true;
  judge_rows(queue, shipment, false);
}

/* ---- the answer to a question ------------------------------------------------------------------------ */

static void tell_late(const cm_shipment *shipment, cm_slice answer, cm_err *err) {
  cm_slice status = cm_slice_inner(cm_slice_find(answer, "status"));
  cm_err_set(err, SQLITE_ERROR,
             "%s: the import '%s' is not done (asked %d times, it says '%.*s'): COMMIT asks again",
             shipment->first->resource->name, shipment->import->name, MAX_ASKED,
             (int)(status.len < 40 ? status.len : 40), status.ptr != NULL ? status.ptr : "");
}

/** It is not there, although its call may have been made: the line is that of the call. */
static void end_lost(cm_queue *queue, cm_shipment *shipment) {
  cm_import *import = shipment->import;
  cm_err err = { 0 };
  cm_err_set(&err, import->cause_code, "%s", import->cause != NULL ? import->cause : "");
  if (import->goes_again && import->sent_before < queue->session->settings.max_retries) {
    import->goes_again = false;
    import->sent_before++;
    import->stage = CM_IMPORT_READY;
    for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
      row->progress.phase = CM_PHASE_READY;
  } else if (!import->is_resumed) {
    end_all(queue, shipment, CM_END_LATER, &err);
  } else {
    import->stage = CM_IMPORT_ROWS;
    for (cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried)
      put_doubt(queue, row, CM_ABSENT_AGAIN, &err);
    cm_question_forget_all(&queue->finder);
    look_for_rows(queue, shipment, false);
  }
}

/** Nothing stands under this name. It may have another one, or come yet. */
static void miss(cm_queue *queue, cm_shipment *shipment) {
  cm_import *import = shipment->import;
  if (import->id != NULL && !import->is_asked_by_id) {
    import->is_asked_by_id = true;
    ask(queue, shipment, 0);
  } else if (++import->missed < MAX_MISSED) {
    ask_again(queue, shipment);
  } else if (import->is_lost) {
    end_lost(queue, shipment);
  } else {
    deal_out(queue, shipment, (cm_slice){ NULL, 0 });
  }
}

static bool is_another(const cm_import *import, cm_slice answer) {
  cm_slice name = cm_slice_inner(cm_slice_find(answer, "external_id"));
  return is_odd(answer) ||
         (name.ptr != NULL && !cm_slice_means(name, import->name, strlen(import->name)));
}

static void take_state(cm_queue *queue, cm_shipment *shipment, cm_slice answer) {
  cm_import *import = shipment->import;
  cm_err err = { 0 };
  import->is_lost = false;
  import->missed = 0;
  if (!cm_import_is_at_work(answer)) {
    deal_out(queue, shipment, answer);
  } else if (import->asked < MAX_ASKED) {
    ask_again(queue, shipment);
  } else {
    tell_late(shipment, answer, &err);
    end_all(queue, shipment, CM_END_LATER, &err);
  }
}

static void take_answer(cm_queue *queue, cm_shipment *shipment, const cm_call_result *result) {
  cm_err err = { 0 };
  if (result->code == SQLITE_OK && !is_another(shipment->import, result->body)) {
    put_status(shipment, result->status);
    take_state(queue, shipment, result->body);
  } else if (result->code == SQLITE_OK) {
    cm_http_distrust(queue->session->connection->http);
    miss(queue, shipment);
  } else if (result->status == 404 && result->is_api_error) {
    miss(queue, shipment);
  } else {
    cm_err_set(&err, result->code, "%s", result->error);
    end_all(queue, shipment, CM_END_LATER, &err);
  }
}

/* ---- its way ----------------------------------------------------------------------------------------- */

static bool take_call(cm_queue *queue, cm_shipment *shipment) {
  cm_call *call = shipment->call;
  if (!cm_call_is_done(call)) return false;
  shipment->call = NULL;
  if (shipment->import->stage == CM_IMPORT_SENT) {
    take_start(queue, shipment, cm_call_result_of(call));
  } else {
    take_answer(queue, shipment, cm_call_result_of(call));
  }
  cm_call_free(call);
  return true;
}

static bool advance_rows(cm_queue *queue, cm_shipment *shipment) {
  bool has_moved = false;
  cm_entry *next = NULL;
  for (cm_entry *row = shipment->first; row != NULL; row = next) {
    next = row->progress.next_carried;
    has_moved = cm_entry_advance(queue, row) || has_moved;
  }
  return has_moved;
}

/** Are rows looked for yet? One that became an update goes on by itself later. */
static bool are_looked_for(const cm_shipment *shipment) {
  for (const cm_entry *row = shipment->first; row != NULL; row = row->progress.next_carried) {
    if (row->progress.phase == CM_PHASE_VERIFY) return true;
  }
  return false;
}

bool cm_import_advance(cm_queue *queue, cm_shipment *shipment) {
  cm_import *import = shipment->import;
  if (shipment->call != NULL) return take_call(queue, shipment);
  bool has_moved = advance_rows(queue, shipment);
  if (are_looked_for(shipment)) return has_moved;
  if (import->stage == CM_IMPORT_ROWS) {
    import->stage = CM_IMPORT_PARTS;
    judge_rows(queue, shipment, true);
  } else {
    shipment->import = NULL; /* the rows that are left hold it */
    cm_import_release(import);
  }
  return true;
}
