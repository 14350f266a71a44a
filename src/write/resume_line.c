#include "write/resume.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "journal/journal.h"
#include "spec/registry.h"
#include "write/entry.h"
#include "write/record.h"
#include "write/resume_state.h"
#include "write/state.h"
#include "write/take_up.h"
#include "write/write_log.h"

static const char settled[] = "settled by chartmogul_settle";

/** A person has said what it is; the own log says so, too. */
static int put_verdict(cm_session *session, int64_t id, const char *state, cm_err *err) {
  const cm_journal_line line = { .id = id, .state = state, .error = settled };
  int rc = cm_journal_put_outcome(session->journal, &line, err);
  return rc == SQLITE_OK ? cm_journal_flush(session->journal, err) : rc;
}

static bool is_open(const cm_journal_line *line) {
  return cm_take_up_is_in(line, CM_ENTRY_UNKNOWN) || cm_take_up_is_in(line, CM_ENTRY_SENT) ||
         cm_take_up_is_in(line, CM_ENTRY_QUEUED) || cm_take_up_is_in(line, CM_ENTRY_REFUSED);
}

/** A line that can be settled: it is unknown, refused, or open, and of a run of this account that does not go on elsewhere. */
static int find_open(cm_session *session, int64_t id, cm_journal_line *line, cm_err *err) {
  cm_journal_run run = { 0 };
  bool may_live = false;
  int rc = cm_journal_find(session->journal, id, line, err);
  if (rc == SQLITE_DONE)
    return cm_err_set(err, SQLITE_ERROR,
                      "there is no write %lld in the journal: give an id of chartmogul_writes",
                      (long long)id);
  if (rc == SQLITE_ROW) rc = cm_journal_find_run(session->journal, line->run, &run, &may_live, err);
  if (rc == SQLITE_DONE) return cm_take_up_refuse(line, err);
  if (rc != SQLITE_ROW) return rc;
  bool is_own = run.id == cm_journal_run_number(session->journal);
  if (may_live && !is_own)
    return cm_err_set(
        err, SQLITE_ERROR,
        "write %lld is of a connection that may be at work (run %lld): close it first",
        (long long)id, (long long)run.id);
  if (!is_open(line))
    return cm_err_set(err, SQLITE_ERROR, "write %lld is settled (%s): nothing is left to say of it",
                      (long long)id, line->state != NULL ? line->state : "?");
  return cm_record_check_account(session, &run, err);
}

/* ---- rows that go together ---------------------------------------------------------------------------- */

/** Ids of lines. */
typedef struct together {
  int64_t *ids; /* owned */
  int count, capacity;
} together;

static int add_id(together *all, int64_t id, cm_err *err) {
  if (all->count == all->capacity) {
    int capacity = all->capacity > 0 ? 2 * all->capacity : 16;
    int64_t *grown = sqlite3_realloc64(all->ids, (size_t)capacity * sizeof *grown);
    if (grown == NULL) return cm_err_nomem(err);
    all->ids = grown;
    all->capacity = capacity;
  }
  all->ids[all->count++] = id;
  return SQLITE_OK;
}

/** May rows of other tables go inside its new rows? */
static bool has_parts(const cm_journal_line *line) {
  int count = 0;
  const cm_resource *const *all = cm_registry_list(&count);
  bool is_insert = line->operation != NULL &&
                   strcmp(line->operation, cm_entry_operation(CM_VERB_INSERT)) == 0;
  for (int i = 0; i < count && is_insert && line->table_name != NULL; i++) {
    const cm_inside_of *inside_of = all[i]->inside_of;
    if (inside_of != NULL && strcmp(inside_of->resource, line->table_name) == 0) return true;
  }
  return false;
}

/** The first line of a run behind `at`, the own run too. Codes as cm_journal_next. */
static int next_of_run(cm_session *session, int64_t run, int64_t at, cm_journal_line *out,
                       cm_err *err) {
  int64_t end = run * CM_JOURNAL_RUN_IDS + *session->queue->next_id;
  int rc = SQLITE_DONE;
  if (run != cm_journal_run_number(session->journal)) {
    rc = cm_journal_next(session->journal, at, out, err);
    return rc == SQLITE_ROW && out->run != run ? SQLITE_DONE : rc;
  }
  while (rc == SQLITE_DONE && ++at < end)
    rc = cm_journal_find(session->journal, at, out, err);
  return rc;
}

/** A row, and those of its run that are open and were to go inside it, in their order. */
static int find_together(cm_session *session, const cm_journal_line *of, together *out,
                         cm_err *err) {
  int64_t id = of->id;
  int64_t run = of->run;
  int64_t at = run * CM_JOURNAL_RUN_IDS;
  cm_journal_line line;
  int rc = SQLITE_ROW;
  if (!has_parts(of)) return add_id(out, id, err);
  while ((rc = next_of_run(session, run, at, &line, err)) == SQLITE_ROW) {
    at = line.id;
    bool goes_along = at == id || (line.host == id && is_open(&line));
    if (goes_along && add_id(out, at, err) != SQLITE_OK) return SQLITE_NOMEM;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** A row that went inside another is not sent before that one is written. @param line  Is read again. */
static int check_host(cm_session *session, cm_journal_line *line, cm_err *err) {
  int64_t id = line->id;
  int64_t host = line->host;
  if (host == 0) return SQLITE_OK;
  int rc = cm_journal_find(session->journal, host, line, err);
  if (rc == SQLITE_ROW && is_open(line))
    return cm_err_set(err, SQLITE_ERROR,
                      "write %lld goes inside write %lld, which is %s: SELECT "
                      "chartmogul_settle(%lld, 'send') sends both; if that one is there already, "
                      "settle it as 'written' first",
                      (long long)id, (long long)host, line->state, (long long)host);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) rc = cm_journal_find(session->journal, id, line, err);
  return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* ---- the verdict -------------------------------------------------------------------------------------- */

/** The own log shows what the journal says. */
static void tell_own_log(cm_session *session, int64_t id, cm_entry_state state, const char *error) {
  cm_queue *queue = session->queue;
  int64_t own = id - cm_journal_run_number(session->journal) * CM_JOURNAL_RUN_IDS;
  for (int i = queue->log.count - 1; i >= 0; i--) {
    cm_entry *entry = cm_queue_log_at(queue, i);
    if (entry->id != own || entry->is_waiting || entry->is_resumed) continue;
    entry->state = state;
    cm_queue_put_text(queue, &entry->line.error, error);
    return;
  }
}

/** What became of lines that were sent. */
static int tell_sent(cm_session *session, const together *all, cm_err *err) {
  static const cm_entry_state ends[] = { CM_ENTRY_WRITTEN, CM_ENTRY_REFUSED, CM_ENTRY_UNKNOWN };
  cm_journal_line line;
  for (int i = 0; i < all->count; i++) {
    int rc = cm_journal_find(session->journal, all->ids[i], &line, err);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return rc;
    for (size_t end = 0; end < cm_countof(ends) && rc == SQLITE_ROW; end++) {
      bool is_written = ends[end] == CM_ENTRY_WRITTEN || line.error == NULL;
      if (cm_take_up_is_in(&line, ends[end]))
        tell_own_log(session, line.id, ends[end], is_written ? settled : line.error);
    }
  }
  return SQLITE_OK;
}

static int send_with_parts(cm_session *session, cm_journal_line *line, cm_resumed *out,
                           cm_err *err) {
  together all = { 0 };
  int rc = check_host(session, line, err);
  if (rc == SQLITE_OK) rc = find_together(session, line, &all, err);
  if (rc == SQLITE_OK) rc = cm_resume_send_lines(session, all.ids, all.count, out, err);
  if (rc == SQLITE_OK) rc = tell_sent(session, &all, err);
  sqlite3_free(all.ids);
  return rc;
}

/** Whose write it is, as the journal has it. Where that cannot be told, what is looked for next says why. */
static int find_settled_account(cm_session *session, int64_t id, cm_session **of, cm_err *err) {
  cm_journal_line line = { 0 };
  *of = session;
  if (session->settings.recording.journal == NULL) return SQLITE_OK;
  int rc = cm_record_check(session, err);
  if (rc == SQLITE_OK && session->journal == NULL) return SQLITE_OK;
  if (rc == SQLITE_OK) rc = cm_journal_find(session->journal, id, &line, err);
  bool is_named = rc == SQLITE_ROW && line.account != NULL;
  char *name = is_named ? sqlite3_mprintf("%s", line.account) : NULL;
  if (is_named && name == NULL) rc = SQLITE_NOMEM;
  if (name != NULL) rc = cm_session_account(session, name, of, err);
  sqlite3_free(name);
  if (session->journal != NULL) cm_journal_rest(session->journal);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int cm_queue_settle(cm_session *chosen, int64_t id, cm_settle_word word, cm_resumed *out,
                    cm_session **of, cm_err *err) {
  cm_journal_line line;
  memset(out, 0, sizeof *out);
  int rc = find_settled_account(chosen, id, of, err);
  cm_session *session = *of;
  if (rc == SQLITE_OK) rc = cm_resume_check(session, err);
  if (rc != SQLITE_OK) return rc;
  rc = find_open(session, id, &line, err);
  if (rc == SQLITE_OK && word == CM_SETTLE_SEND) {
    rc = send_with_parts(session, &line, out, err);
  } else if (rc == SQLITE_OK) {
    cm_entry_state state = word == CM_SETTLE_WRITTEN ? CM_ENTRY_WRITTEN : CM_ENTRY_DROPPED;
    out->written = word == CM_SETTLE_WRITTEN;
    out->dropped = word == CM_SETTLE_DROP;
    rc = put_verdict(session, id, cm_entry_state_word(state), err);
    if (rc == SQLITE_OK) tell_own_log(session, id, state, settled);
  }
  cm_journal_rest(session->journal);
  cm_journal_leave(session->journal);
  return rc;
}
