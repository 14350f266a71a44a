#include "write/resume.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "journal/journal.h"
#include "write/outcome.h"
#include "write/queue.h"
#include "write/queue_open.h"
#include "write/record.h"
#include "write/resume_state.h"
#include "write/state.h"
#include "write/take_up.h"

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
static int send(cm_taken_up *all, cm_resumed *out, cm_err *err) {
  cm_session *session = all->session;
  cm_queue *queue = session->queue;
  int on_refusal = session->settings.on_refusal;
  int write_mode = session->settings.write_mode;
  cm_err sending = { 0 };
  session->settings.on_refusal = CM_REFUSAL_IGNORED;
  if (all->is_bulk) session->settings.write_mode = CM_WRITE_BULK;
  cm_take_up_end_unfindable(all);
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

static void set_aside(cm_taken_up *all) {
  cm_queue *queue = all->session->queue;
  if (queue != NULL) {
    queue->is_set_aside = true;
    cm_queue_commit(all->session);
    queue->is_set_aside = false;
  }
}

int cm_resume_send_lines(cm_session *session, const int64_t *ids, int count, cm_resumed *out,
                         cm_err *err) {
  cm_taken_up all = { .session = session, .is_sent_anew = true };
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    cm_journal_line line;
    rc = cm_journal_find(session->journal, ids[i], &line, err);
    if (rc != SQLITE_ROW) break;
    all.run = line.run;
    rc = cm_take_up_line(&all, &line, err);
  }
  if (rc == SQLITE_DONE)
    rc = cm_err_set(err, SQLITE_ERROR, "a line of the journal has gone meanwhile: call it again");
  if (rc == SQLITE_OK) {
    rc = send(&all, out, err);
  } else {
    set_aside(&all);
  }
  cm_take_up_clear(&all);
  return rc;
}

static int resume_run(cm_session *session, const cm_journal_run *run, cm_resumed *out,
                      cm_err *err) {
  cm_taken_up all = { .session = session,
                      .run = run->id,
                      .whole_to = run->whole_to,
                      .is_of_nobody = *run->account == '\0' };
  int rc = cm_take_up_run(&all, err);
  if (rc == SQLITE_OK) {
    rc = send(&all, out, err);
  } else {
    set_aside(&all);
  }
  out->unknown += all.given_up;
  cm_take_up_clear(&all);
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
