#include "journal/journal.h"

#include <string.h>
#include <unistd.h>

#include "base/sqlite_api.h"
#include "journal/journal_file.h"
#include "journal/journal_state.h"
#include "journal/process.h"

enum { DAY_SECONDS = 24 * 60 * 60 };

#define LINE_COLUMNS                                                                               \
  "id, run, time_ms, table_name, operation, key, state, status, error, uuid, not_taken, body, "    \
  "response, before, change, host"

/* The lines of a run, by their ids. */
#define OF_RUN(run) " BETWEEN " run " * 1000000000 AND " run " * 1000000000 + 999999999 "

/* One that is older than a time, and of which nothing is open or unknown. */
#define OLD_RUN                                                                                    \
  "run.is_ended AND run.time_ms < ?1 AND NOT EXISTS (SELECT 1 FROM line AS open WHERE "            \
  "open.id" OF_RUN("run.id") "AND open.state IN ('queued', 'sent', 'unknown'))"

#define READ_COLUMNS LINE_COLUMNS ", (SELECT name FROM run WHERE run.id = line.run)"

/* Is something of it left to send, or to look for? */
#define HAS_OPEN                                                                                   \
  "EXISTS (SELECT 1 FROM line WHERE line.id" OF_RUN(                                               \
      "run.id") "AND (state = 'sent' OR (state = 'queued' AND line.id <= max(whole_to, "           \
                "-whole_to))))"

#define RUN_COLUMNS "id, whole_to, origin, account, pid, host, process, is_ended, name, " HAS_OPEN

static const char *const sql[CM_JOURNAL_STATEMENTS] = {
  /* nothing here that can fail half-way: SQLite would keep a journal of its own for each statement */
  [CM_JOURNAL_FORGET_LINE] = "DELETE FROM line WHERE id = ?1",
  [CM_JOURNAL_PUT_LINE] = "INSERT OR FAIL INTO line(" LINE_COLUMNS
                          ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
  [CM_JOURNAL_PUT_SENT] = "UPDATE OR FAIL line SET state = 'sent', before = coalesce(?14, before), "
                          "change = ?15, host = ?16 WHERE id = ?1",
  [CM_JOURNAL_PUT_OUTCOME] =
      "UPDATE OR FAIL line SET state = ?7, status = coalesce(nullif(?8, 0), status), "
      "error = ?9, uuid = coalesce(?10, uuid), not_taken = coalesce(?11, not_taken), "
      "response = coalesce(?13, response), before = coalesce(?14, before) WHERE id = ?1",
  [CM_JOURNAL_PUT_WHOLE] = "UPDATE run SET whole_to = ?2, is_ended = 0 WHERE id = ?1",
  [CM_JOURNAL_PUT_PAUSED] = "UPDATE run SET whole_to = -abs(whole_to) WHERE id = ?1",
  [CM_JOURNAL_PUT_ACCOUNT] = "UPDATE run SET account = ?4 WHERE id = ?1",
  [CM_JOURNAL_NEXT_LINE] =
      "SELECT " READ_COLUMNS
      " FROM line WHERE id > ?1 AND (run <> ?2 OR change IS NULL) ORDER BY id LIMIT 1",
  [CM_JOURNAL_NEXT_RUN] = "SELECT " RUN_COLUMNS
                          " FROM run WHERE id > ?1 AND NOT is_ended ORDER BY id LIMIT 1",
  [CM_JOURNAL_FIND_LINE] = "SELECT " READ_COLUMNS " FROM line WHERE id = ?1",
  [CM_JOURNAL_FIND_RUN] = "SELECT " RUN_COLUMNS " FROM run WHERE id = ?1",
  [CM_JOURNAL_COUNT_OPEN] = "SELECT count(*) FROM line WHERE id" OF_RUN(
      "?1") "AND state IN ('queued', 'sent')",
};

/* ---- life ----------------------------------------------------------------------------------------- */

int cm_journal_open(const char *path, const cm_clock *clock, cm_journal **out, cm_err *err) {
  cm_journal *journal = sqlite3_malloc64(sizeof *journal);
  *out = NULL;
  if (journal == NULL) return cm_err_nomem(err);
  memset(journal, 0, sizeof *journal);
  journal->clock = *clock;
  journal->process = (long)getpid();
  journal->lock = -1;
  journal->path = sqlite3_mprintf("%s", path);
  int rc = journal->path != NULL ? cm_journal_file_open(path, &journal->db, err)
                                 : cm_err_nomem(err);
  if (rc == SQLITE_OK) {
    *out = journal;
    return SQLITE_OK;
  }
  sqlite3_free(journal->path);
  sqlite3_free(journal);
  return rc;
}

bool cm_journal_is_ours(const cm_journal *journal) {
  return journal->process == (long)getpid();
}

int cm_journal_fail(cm_journal *journal, const char *what, cm_err *err) {
  return cm_journal_file_fail(journal->db, journal->path, what, err);
}

static int run_sql(cm_journal *journal, const char *text, int64_t first, int64_t second) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(journal->db, text, -1, &stmt, NULL);
  if (rc == SQLITE_OK && sqlite3_bind_parameter_count(stmt) >= 1)
    rc = sqlite3_bind_int64(stmt, 1, first);
  if (rc == SQLITE_OK && sqlite3_bind_parameter_count(stmt) >= 2)
    rc = sqlite3_bind_int64(stmt, 2, second);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  int end = sqlite3_finalize(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? end : rc;
}

void cm_journal_rest(cm_journal *journal) {
  for (int i = CM_JOURNAL_NEXT_LINE; i < CM_JOURNAL_STATEMENTS; i++)
    sqlite3_reset(journal->statements[i]);
}

/** The first change since the last flush begins a transaction of the file. */
static int begin(cm_journal *journal, cm_err *err) {
  if (journal->is_open) return SQLITE_OK;
  cm_journal_rest(journal); /* what was read is of an older state of the file */
  int rc = run_sql(journal, "BEGIN IMMEDIATE", 0, 0);
  /* who holds the file so long may go on: one wait is enough */
  (void)sqlite3_busy_timeout(journal->db, rc == SQLITE_BUSY ? 0 : CM_JOURNAL_LOCK_MS);
  if (rc != SQLITE_OK) return cm_journal_fail(journal, "cannot be written", err);
  journal->is_open = true;
  return SQLITE_OK;
}

/** SQLite ends a transaction by itself where memory or the disk runs out: what was put since the last flush is lost. */
static int fail_putting(cm_journal *journal, cm_err *err) {
  int rc = cm_journal_fail(journal, "cannot be written", err);
  if (journal->is_open && sqlite3_get_autocommit(journal->db)) {
    journal->is_open = false;
    journal->lost_code = rc;
  }
  return rc;
}

static int change_runs(cm_journal *journal, const char *text, int64_t first, int64_t second,
                       cm_err *err) {
  int rc = begin(journal, err);
  if (rc != SQLITE_OK) return rc;
  return run_sql(journal, text, first, second) == SQLITE_OK ? SQLITE_OK
                                                            : fail_putting(journal, err);
}

int cm_journal_flush(cm_journal *journal, cm_err *err) {
  int lost_code = journal->lost_code;
  int rc = SQLITE_OK;
  if (journal->is_open && run_sql(journal, "COMMIT", 0, 0) != SQLITE_OK) {
    rc = fail_putting(journal,
                      err); /* where it is open still, it is tried again with the next one */
  } else {
    journal->is_open = false;
  }
  journal->lost_code = SQLITE_OK;
  if (rc != SQLITE_OK) return rc;
  if (lost_code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (lost_code == SQLITE_OK) return SQLITE_OK;
  return cm_err_set(err, lost_code,
                    "journal: nothing is written (%s could not be written just now): try again",
                    journal->path);
}

int cm_journal_end_run(cm_journal *journal, int64_t run, cm_err *err) {
  static const char *const drop =
      "UPDATE line SET state = 'dropped', error = coalesce(error, 'not sent: its COMMIT had not "
      "begun') WHERE id" OF_RUN("?1") "AND state = 'queued'";
  int rc = change_runs(journal, drop, run, 0, err);
  if (rc == SQLITE_OK)
    rc = change_runs(journal, "UPDATE run SET is_ended = 1 WHERE id = ?1", run, 0, err);
  return rc == SQLITE_OK ? cm_journal_flush(journal, err) : rc;
}

void cm_journal_close(cm_journal *journal) {
  cm_err err = { 0 };
  if (journal == NULL) return;
  if (cm_journal_is_ours(journal)) {
    /* a run that cannot be ended is looked at by the next resume */
    if (journal->run != 0 && cm_journal_end_run(journal, journal->run, &err) != SQLITE_OK)
      run_sql(journal, "ROLLBACK", 0, 0);
    for (int i = 0; i < CM_JOURNAL_STATEMENTS; i++)
      sqlite3_finalize(journal->statements[i]);
    sqlite3_close(journal->db);
    cm_journal_unlock(journal->lock);
  }
  sqlite3_free(journal->account);
  sqlite3_free(journal->path);
  sqlite3_free(journal);
}

/* ---- runs ----------------------------------------------------------------------------------------- */

const char *cm_journal_account(const cm_journal *journal) {
  return journal->account;
}

int64_t cm_journal_run_number(const cm_journal *journal) {
  return journal->run;
}

int cm_journal_begin_run(cm_journal *journal, const char *origin, const char *name, cm_err *err) {
  cm_process self;
  sqlite3_stmt *stmt = NULL;
  if (journal->run != 0) return SQLITE_OK;
  int rc = begin(journal, err);
  if (rc != SQLITE_OK) return rc;
  cm_process_self(&self);
  int64_t now = journal->clock.wall_ms(journal->clock.context);
  rc = sqlite3_prepare_v2(journal->db,
                          "INSERT INTO run(time_ms, origin, account, name, pid, host, process, "
                          "whole_to, is_ended) VALUES(?1, ?2, coalesce(?7, ''), ?6, ?3, ?4, ?5, 0, "
                          "0)",
                          -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 1, now);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 2, origin, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 3, self.pid);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 4, self.host, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 5, self.start, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 6, name, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 7, journal->account, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) sqlite3_step(stmt);
  int end = sqlite3_finalize(stmt);
  if (rc != SQLITE_OK || end != SQLITE_OK) return fail_putting(journal, err);
  int64_t run = sqlite3_last_insert_rowid(journal->db);
  if (run < 1 || run > INT64_MAX / CM_JOURNAL_RUN_IDS - 1) {
    run_sql(journal, "ROLLBACK", 0, 0);
    journal->is_open = false;
    return cm_err_set(err, SQLITE_CANTOPEN,
                      "journal: nothing is written (%s has no number left for a run): set journal "
                      "to another file",
                      journal->path);
  }
  rc = cm_journal_flush(journal, err);
  if (rc == SQLITE_OK) journal->run = run;
  return rc;
}

/* ---- the lock ------------------------------------------------------------------------------------- */

/** Who removes or renames the file leaves the handle with one that nobody will read. */
static int check_place(cm_journal *journal, cm_err *err) {
  int has_moved = 0;
  (void)sqlite3_file_control(journal->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (!has_moved) return SQLITE_OK;
  return cm_err_set(err, SQLITE_CANTOPEN,
                    "journal: nothing was sent (%s was moved or removed while it was open): put it "
                    "back, or write with another connection",
                    journal->path);
}

/* The name that SQLite made of the path is the same for every link to the file, and in every folder. */
int cm_journal_enter(cm_journal *journal, cm_err *err) {
  if (journal->lock >= 0) return SQLITE_OK;
  cm_journal_rest(journal); /* who has the lock may be about to do what was read before */
  int rc = check_place(journal, err);
  const char *file = sqlite3_db_filename(journal->db, "main");
  return rc == SQLITE_OK ? cm_journal_lock(file, &journal->clock, &journal->lock, err) : rc;
}

void cm_journal_leave(cm_journal *journal) {
  cm_journal_unlock(journal->lock);
  journal->lock = -1;
}

/* ---- writing lines -------------------------------------------------------------------------------- */

int cm_journal_prepare(cm_journal *journal, cm_journal_statement which) {
  sqlite3_stmt **stmt = &journal->statements[which];
  if (*stmt != NULL) {
    sqlite3_reset(*stmt);
    return sqlite3_clear_bindings(*stmt);
  }
  return sqlite3_prepare_v3(journal->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
}

/** Bind what the statement has a place for. */
static int bind_line(sqlite3_stmt *stmt, const cm_journal_line *line) {
  const char *const texts[] = {
    line->table_name, line->operation, line->key,  line->state,    NULL,         line->error,
    line->uuid,       line->not_taken, line->body, line->response, line->before, line->change
  };
  int count = sqlite3_bind_parameter_count(stmt);
  int rc = sqlite3_bind_int64(stmt, 1, line->id);
  if (rc == SQLITE_OK && count >= 2) rc = sqlite3_bind_int64(stmt, 2, line->run);
  if (rc == SQLITE_OK && count >= 3) rc = sqlite3_bind_int64(stmt, 3, line->time_ms);
  for (int i = 0; i < (int)cm_countof(texts) && rc == SQLITE_OK && 4 + i <= count; i++) {
    if (texts[i] != NULL) rc = sqlite3_bind_text(stmt, 4 + i, texts[i], -1, SQLITE_STATIC);
  }
  if (rc == SQLITE_OK && count >= 8) rc = sqlite3_bind_int64(stmt, 8, line->status);
  if (rc == SQLITE_OK && count >= 16) rc = sqlite3_bind_int64(stmt, 16, line->host);
  return rc;
}

static int put(cm_journal *journal, cm_journal_statement which, const cm_journal_line *line,
               cm_err *err) {
  int rc = begin(journal, err);
  if (rc != SQLITE_OK) return rc;
  rc = cm_journal_prepare(journal, which);
  sqlite3_stmt *stmt = journal->statements[which];
  if (rc == SQLITE_OK) rc = bind_line(stmt, line);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc != SQLITE_DONE) rc = fail_putting(journal, err);
  sqlite3_reset(stmt);
  if (stmt != NULL) sqlite3_clear_bindings(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int cm_journal_put(cm_journal *journal, const cm_journal_line *line, cm_err *err) {
  int rc = put(journal, CM_JOURNAL_FORGET_LINE, line, err);
  return rc == SQLITE_OK ? put(journal, CM_JOURNAL_PUT_LINE, line, err) : rc;
}

int cm_journal_put_outcome(cm_journal *journal, const cm_journal_line *line, cm_err *err) {
  return put(journal, CM_JOURNAL_PUT_OUTCOME, line, err);
}

int cm_journal_put_sent(cm_journal *journal, const cm_journal_line *line, cm_err *err) {
  return put(journal, CM_JOURNAL_PUT_SENT, line, err);
}

int cm_journal_put_whole(cm_journal *journal, int64_t id, cm_err *err) {
  const cm_journal_line line = { .id = journal->run, .run = id };
  return put(journal, CM_JOURNAL_PUT_WHOLE, &line, err);
}

int cm_journal_put_paused(cm_journal *journal, cm_err *err) {
  const cm_journal_line line = { .id = journal->run };
  return put(journal, CM_JOURNAL_PUT_PAUSED, &line, err);
}

int cm_journal_name_account(cm_journal *journal, const char *account, cm_err *err) {
  const cm_journal_line line = { .id = journal->run, .table_name = account };
  char *copy = sqlite3_mprintf("%s", account);
  int rc = copy != NULL ? SQLITE_OK : cm_err_nomem(err);
  if (rc == SQLITE_OK && journal->run != 0) rc = put(journal, CM_JOURNAL_PUT_ACCOUNT, &line, err);
  if (rc == SQLITE_OK && journal->run != 0) rc = cm_journal_flush(journal, err);
  if (rc != SQLITE_OK) {
    sqlite3_free(copy);
    return rc;
  }
  sqlite3_free(journal->account);
  journal->account = copy;
  return SQLITE_OK;
}

/* ---- runs that are old ------------------------------------------------------------------------------ */

int cm_journal_prune(cm_journal *journal, int days, cm_err *err) {
  static const char *const statements[] = {
    "DELETE FROM line WHERE id IN (SELECT line.id FROM run CROSS JOIN line ON line.id" OF_RUN(
        "run.id") "WHERE " OLD_RUN ")",
    "DELETE FROM run WHERE " OLD_RUN,
  };
  if (days == 0) return SQLITE_OK;
  int64_t before = journal->clock.wall_ms(journal->clock.context) -
                   (int64_t)days * DAY_SECONDS * 1000;
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(statements) && rc == SQLITE_OK; i++)
    rc = change_runs(journal, statements[i], before, 0, err);
  return rc == SQLITE_OK ? cm_journal_flush(journal, err) : rc;
}
