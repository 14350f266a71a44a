#include "journal/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "journal/journal_state.h"
#include "journal/process.h"

static const char *text_at(sqlite3_stmt *stmt, int column) {
  return (const char *)sqlite3_column_text(stmt, column);
}

/** @return SQLITE_ROW, SQLITE_DONE, or an error. */
static int step(cm_journal *journal, cm_journal_statement which, int64_t id, int64_t run,
                cm_err *err) {
  int rc = cm_journal_prepare(journal, which);
  sqlite3_stmt *stmt = journal->statements[which];
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 1, id);
  if (rc == SQLITE_OK && sqlite3_bind_parameter_count(stmt) >= 2)
    rc = sqlite3_bind_int64(stmt, 2, run);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) return rc;
  if (rc != SQLITE_DONE) rc = cm_journal_fail(journal, "cannot be read", err);
  sqlite3_reset(stmt);
  return rc;
}

static void read_line(sqlite3_stmt *stmt, cm_journal_line *out) {
  *out = (cm_journal_line){ .id = sqlite3_column_int64(stmt, 0),
                            .run = sqlite3_column_int64(stmt, 1),
                            .time_ms = sqlite3_column_int64(stmt, 2),
                            .table_name = text_at(stmt, 3),
                            .operation = text_at(stmt, 4),
                            .key = text_at(stmt, 5),
                            .state = text_at(stmt, 6),
                            .status = sqlite3_column_int(stmt, 7),
                            .error = text_at(stmt, 8),
                            .uuid = text_at(stmt, 9),
                            .not_taken = text_at(stmt, 10),
                            .body = text_at(stmt, 11),
                            .response = text_at(stmt, 12),
                            .before = text_at(stmt, 13),
                            .change = text_at(stmt, 14),
                            .host = sqlite3_column_int64(stmt, 15),
                            .account = text_at(stmt, 16) };
}

int cm_journal_next(cm_journal *journal, int64_t id, cm_journal_line *out, cm_err *err) {
  memset(out, 0, sizeof *out);
  int rc = step(journal, CM_JOURNAL_NEXT_LINE, id, journal->run, err);
  if (rc == SQLITE_ROW) read_line(journal->statements[CM_JOURNAL_NEXT_LINE], out);
  return rc;
}

int cm_journal_find(cm_journal *journal, int64_t id, cm_journal_line *out, cm_err *err) {
  memset(out, 0, sizeof *out);
  int rc = step(journal, CM_JOURNAL_FIND_LINE, id, 0, err);
  if (rc == SQLITE_ROW) read_line(journal->statements[CM_JOURNAL_FIND_LINE], out);
  return rc;
}

/** What the file says of a run beside what is asked of it. */
typedef struct run_state {
  bool is_paused, is_elsewhere, may_live;
} run_state;

/** @return SQLITE_ROW, SQLITE_NOMEM. */
static int read_run(sqlite3_stmt *stmt, cm_journal_run *out, run_state *state, cm_err *err) {
  int64_t whole_to = sqlite3_column_int64(stmt, 1);
  *out = (cm_journal_run){ .id = sqlite3_column_int64(stmt, 0),
                           .whole_to = whole_to == INT64_MIN ? INT64_MAX : llabs(whole_to),
                           .origin = text_at(stmt, 2),
                           .account = text_at(stmt, 3),
                           .name = text_at(stmt, 8),
                           .has_open = sqlite3_column_int(stmt, 9) != 0 };
  const char *host = text_at(stmt, 5);
  const char *process = text_at(stmt, 6);
  if (out->origin == NULL || out->account == NULL || out->name == NULL || host == NULL ||
      process == NULL)
    return cm_err_nomem(err);
  bool is_ended = sqlite3_column_int(stmt, 7) != 0;
  long pid = (long)sqlite3_column_int64(stmt, 4);
  *state = (run_state){ .is_paused = whole_to < 0,
                        .is_elsewhere = cm_process_is_elsewhere(host),
                        .may_live = !is_ended && cm_process_may_live(pid, host, process) };
  return SQLITE_ROW;
}

int cm_journal_find_run(cm_journal *journal, int64_t id, cm_journal_run *out, bool *may_live,
                        cm_err *err) {
  run_state state = { false };
  int rc = step(journal, CM_JOURNAL_FIND_RUN, id, 0, err);
  if (rc == SQLITE_ROW) rc = read_run(journal->statements[CM_JOURNAL_FIND_RUN], out, &state, err);
  *may_live = state.may_live && !state.is_elsewhere;
  return rc;
}

/** Is its process gone? Who is elsewhere holds the lock as long as a COMMIT of it goes on, and the lock is ours. */
static bool is_cut_off(const cm_journal *journal, const cm_journal_run *run,
                       const run_state *state) {
  bool is_over = state->is_elsewhere && !state->is_paused && run->has_open;
  return run->id != journal->run && (!state->may_live || is_over);
}

int cm_journal_next_cut_off(cm_journal *journal, int64_t id, cm_journal_run *out, cm_err *err) {
  int rc = SQLITE_ROW;
  memset(out, 0, sizeof *out);
  out->id = id;
  while ((rc = step(journal, CM_JOURNAL_NEXT_RUN, out->id, 0, err)) == SQLITE_ROW) {
    run_state state = { false };
    rc = read_run(journal->statements[CM_JOURNAL_NEXT_RUN], out, &state, err);
    if (rc != SQLITE_ROW || is_cut_off(journal, out, &state)) return rc;
  }
  return rc;
}

int cm_journal_count_elsewhere(cm_journal *journal, int *out, cm_err *err) {
  cm_journal_run run = { 0 };
  int rc = SQLITE_ROW;
  *out = 0;
  while (rc == SQLITE_ROW &&
         (rc = step(journal, CM_JOURNAL_NEXT_RUN, run.id, 0, err)) == SQLITE_ROW) {
    run_state state = { false };
    rc = read_run(journal->statements[CM_JOURNAL_NEXT_RUN], &run, &state, err);
    if (rc != SQLITE_ROW || !state.is_paused || !state.is_elsewhere) continue;
    rc = step(journal, CM_JOURNAL_COUNT_OPEN, run.id, 0, err);
    if (rc == SQLITE_ROW) *out += sqlite3_column_int(journal->statements[CM_JOURNAL_COUNT_OPEN], 0);
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}
