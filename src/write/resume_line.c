#include "write/resume.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "journal/journal.h"
#include "write/entry.h"
#include "write/record.h"
#include "write/resume_state.h"
#include "write/state.h"
#include "write/write_log.h"

/** A person has said what it is; the own log says so, too. */
static int put_verdict(cm_session *session, int64_t id, const char *state, cm_err *err) {
  const cm_journal_line line = { .id = id,
                                 .state = state,
                                 .error = "settled by chartmogul_settle" };
  int rc = cm_journal_put_outcome(session->journal, &line, err);
  return rc == SQLITE_OK ? cm_journal_flush(session->journal, err) : rc;
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
  if (rc == SQLITE_DONE) return cm_resume_refuse_line(line, err);
  if (rc != SQLITE_ROW) return rc;
  bool is_own = run.id == cm_journal_run_number(session->journal);
  bool is_open = cm_resume_is_in(line, CM_ENTRY_UNKNOWN) || cm_resume_is_in(line, CM_ENTRY_SENT) ||
                 cm_resume_is_in(line, CM_ENTRY_QUEUED) || cm_resume_is_in(line, CM_ENTRY_REFUSED);
  if (may_live && !is_own)
    return cm_err_set(
        err, SQLITE_ERROR,
        "write %lld is of a connection that may be at work (run %lld): close it first",
        (long long)id, (long long)run.id);
  if (!is_open)
    return cm_err_set(err, SQLITE_ERROR, "write %lld is settled (%s): nothing is left to say of it",
                      (long long)id, line->state != NULL ? line->state : "?");
  return cm_resume_check_account(session, &run, err);
}

/** The own log shows what the journal says. */
static void tell_own_log(cm_session *session, int64_t id, cm_settle_word word,
                         const cm_resumed *done) {
  cm_queue *queue = session->queue;
  int64_t own = id - cm_journal_run_number(session->journal) * CM_JOURNAL_RUN_IDS;
  cm_entry_state state = done->refused > 0 ? CM_ENTRY_REFUSED : CM_ENTRY_WRITTEN;
  if (word == CM_SETTLE_DROP) state = CM_ENTRY_DROPPED;
  if (word == CM_SETTLE_SEND && done->written + done->refused == 0) return;
  for (int i = queue->log.count - 1; i >= 0; i--) {
    cm_entry *entry = cm_queue_log_at(queue, i);
    if (entry->id != own || entry->is_waiting || entry->is_resumed) continue;
    entry->state = state;
    cm_queue_put_text(queue, &entry->line.error, "settled by chartmogul_settle");
    return;
  }
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
    rc = cm_resume_send_line(session, &line, out, err);
  } else if (rc == SQLITE_OK) {
    out->written = word == CM_SETTLE_WRITTEN;
    out->dropped = word == CM_SETTLE_DROP;
    rc = put_verdict(
        session, id,
        cm_entry_state_word(word == CM_SETTLE_WRITTEN ? CM_ENTRY_WRITTEN : CM_ENTRY_DROPPED), err);
  }
  if (rc == SQLITE_OK) tell_own_log(session, id, word, out);
  cm_journal_rest(session->journal);
  cm_journal_leave(session->journal);
  return rc;
}
