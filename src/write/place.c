#include "write/place.h"

#include "base/sqlite_api.h"
#include "base/text.h"
#include "client/pump.h"
#include "write/batch.h"
#include "write/change_batch.h"
#include "write/change_names.h"
#include "write/entry.h"
#include "write/resolve.h"
#include "write/token.h"
#include "write/waiting.h"

enum { MAX_ASKED = 2 * CM_QUEUE_MAX_RUNNING };

/** What a visit of the names works on. */
typedef struct placing {
  cm_queue *queue;
  cm_entry *entry;
} placing;

static bool is_place(const cm_entry *entry, const cm_name *name) {
  const cm_write *write = cm_change_batch_write(entry->change);
  return name->reference->within == NULL && cm_text_has_name(write->path, name->reference->column);
}

static int ask(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  placing *state = context;
  const char *table = name->reference->resource;
  (void)uuid;
  if (!is_place(state->entry, name)) return SQLITE_OK;
  uint64_t token = cm_queue_token('n', table, name->data_source, name->external_id);
  if (cm_queue_is_written_before(state->queue, state->entry, token)) return SQLITE_DONE;
  int rc = cm_entry_ask_name(state->queue, state->entry, name, err);
  return rc == SQLITE_OK ? SQLITE_DONE : rc; /* one is all that paths have */
}

static int answer(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  placing *state = context;
  (void)err;
  if (!is_place(state->entry, name)) return SQLITE_OK;
  const cm_question *question = state->entry->questions[0];
  if (question->matches == 1) *uuid = question->uuid;
  return SQLITE_OK;
}

/** Where memory runs out nothing is sent. @return false when asking for more has no sense now. */
static bool can_go_on(cm_queue *queue, int code) {
  if (code == SQLITE_NOMEM) {
    queue->tally.is_out_of_memory = true;
    queue->is_stopped = true;
  }
  return code == SQLITE_OK;
}

/** Fill in what was found. @return as can_go_on. */
static bool take_place(cm_queue *queue, cm_entry *entry) {
  placing state = { queue, entry };
  cm_err err = { 0 };
  while (!cm_entry_is_answered(entry))
    cm_session_pump(queue->session, CM_INTERRUPT_POLL_MS);
  int rc = entry->questions[0]->code;
  if (rc == SQLITE_OK) rc = cm_change_visit_names(entry->change, answer, &state, &err);
  if (rc == SQLITE_OK) rc = cm_batch_note(entry, &err);
  cm_entry_rest(entry);
  return can_go_on(queue, rc);
}

static bool wants_place(const cm_queue *queue, const cm_entry *entry) {
  return entry->is_place_named && entry->phase == CM_PHASE_IDLE &&
         entry->section == queue->first_waiting->section && cm_batch_size(entry) > 1;
}

/** At most so many look-ups are under way; the oldest is waited for. */
static void ask_all(cm_queue *queue) {
  cm_entry *asked[MAX_ASKED];
  int first = 0;
  int count = 0;
  bool is_fine = true;
  for (cm_entry *entry = queue->first_waiting; entry != NULL && is_fine; entry = entry->next) {
    placing state = { queue, entry };
    cm_err err = { 0 };
    if (!wants_place(queue, entry)) continue;
    int rc = cm_change_visit_names(entry->change, ask, &state, &err);
    is_fine = can_go_on(queue, rc == SQLITE_DONE ? SQLITE_OK : rc);
    if (entry->question_count == 0) continue;
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
  for (const cm_entry *entry = queue->first_waiting; entry != NULL; entry = entry->next) {
    if (cm_batch_size(entry) == 1) continue;
    rows++;
    is_any_named = is_any_named || entry->is_place_named;
  }
  if (rows < 2 || !is_any_named) return;
  ask_all(queue);
  cm_batch_link_all(queue);
}
