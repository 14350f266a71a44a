#include "write/outcome.h"
#include "write/state.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"

/* ---- lines ---------------------------------------------------------------------------------------- */

/** Does a request stand there, "GET /customers"? Its path says what is asked. */
static bool is_request(const char *line) {
  size_t len = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  return len > 0 && strncmp(line + len, " /", 2) == 0;
}

/** The line without the table in front: it is said once for all rows. A list that was read for them has its own in front. */
static const char *without_who(const cm_entry *entry, const char *line) {
  size_t len = strcspn(line, ": ");
  bool has_colon = len > 0 && strncmp(line + len, ": ", 2) == 0;
  bool is_own = cm_text_is(line, len, entry->resource->name);
  bool is_of_list = has_colon && is_request(line + len + 2) &&
                    strncmp(line, "chartmogul_", strlen("chartmogul_")) == 0;
  return has_colon && (is_own || is_of_list) ? line + len + 2 : line;
}

static const char again[] = "COMMIT again sends only what is left, ROLLBACK drops it";

int cm_outcome_without_advice(const char *line) {
  const char *end = NULL;
  const char *of_commit = strstr(line, again);
  if (of_commit != NULL && of_commit - line > 2) return (int)(of_commit - line - 2); /* ": " */
  for (const char *at = strstr(line, "): "); at != NULL; at = strstr(at + 1, "): "))
    end = at + 1;
  return (int)(end != NULL ? end - line : (long)strlen(line));
}

int cm_outcome_what(const cm_entry *entry, const char *line, const char **what) {
  *what = without_who(entry, line);
  return cm_outcome_without_advice(*what);
}

void cm_entry_advise(const cm_entry *entry, const char *advice, cm_err *err) {
  char line[sizeof err->text];
  const char *what = NULL;
  bool is_of_row = err->is_of_row;
  int len = cm_outcome_what(entry, err->text, &what);
  sqlite3_snprintf((int)sizeof line, line, "%.*s", len, what);
  cm_err_set(err, err->code, "%s: %s: %s", entry->resource->name, line, advice);
  err->is_of_row = is_of_row;
}

/** What to do where the row of a plain INSERT is there. */
static const char *advice_to_exist(const cm_entry *entry) {
  return entry->resource->natural_key->replace_is_ignore
             ? "leave the row out, or use INSERT OR IGNORE, which keeps the one that is there"
             : "leave the row out, or use INSERT OR IGNORE, which keeps the one that is there, or "
               "INSERT "
               "OR REPLACE, which updates it";
}

void cm_entry_advise_exists(const cm_entry *entry, cm_err *err) {
  cm_entry_advise(entry, advice_to_exist(entry), err);
}

void cm_entry_tell_exists(const cm_entry *entry, cm_err *err) {
  const char *said = entry->progress.refusal;
  const char *what = NULL;
  int len = cm_outcome_what(entry, said != NULL ? said : "it was looked for, and not sent", &what);
  cm_err_set(err, SQLITE_CONSTRAINT, "%s: the row exists already (%.*s): %s", entry->resource->name,
             len, what, advice_to_exist(entry));
}

void cm_entry_tell_two(const cm_entry *entry, cm_err *err) {
  const cm_question *question = entry->progress.questions[0];
  cm_err_set(err, SQLITE_CONSTRAINT,
             "%s: two rows have this natural key ('%s'%s%s%s): UPDATE the right one by its key",
             entry->resource->name, question->values[0], question->values[1] != NULL ? ", '" : "",
             question->values[1] != NULL ? question->values[1] : "",
             question->values[1] != NULL ? "'" : "");
}

void cm_outcome_note_first(cm_first_error *first, const cm_entry *entry, const cm_err *err) {
  const char *rest = without_who(entry, err->text);
  if (first->code != SQLITE_OK) return;
  first->code = err->code;
  first->id = entry->id;
  first->is_of_another = err->is_of_another;
  first->who = entry->resource->name;
  const char *name = entry->line.label != NULL ? entry->line.label : entry->line.owner;
  first->line = name != NULL ? sqlite3_mprintf("%s: %s", name, rest) : sqlite3_mprintf("%s", rest);
}

static void clear_first_error(cm_first_error *first) {
  sqlite3_free(first->line);
  memset(first, 0, sizeof *first);
}

bool cm_outcome_note_refused(cm_first_error *first, const cm_entry *entry, const cm_err *err) {
  bool gives_way = first->is_of_another && !err->is_of_another;
  if (first->code != SQLITE_OK && !gives_way) return false;
  clear_first_error(first);
  cm_outcome_note_first(first, entry, err);
  return true;
}

static const char *line_of(const cm_first_error *first) {
  return first->line != NULL ? first->line : "out of memory";
}

/* ---- the error of the statement ------------------------------------------------------------------------ */

bool cm_queue_counts_refusals(const cm_queue *queue) {
  const cm_tally *tally = &queue->tally;
  if (tally->is_broken) return true;
  return tally->refused + tally->refused_early > 0 &&
         queue->session->settings.on_refusal != CM_REFUSAL_IGNORED;
}

/** How many writes that wait may have happened. */
static int count_doubtful(const cm_queue *queue) {
  int count = 0;
  for (const cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    count += entry->state == CM_ENTRY_UNKNOWN;
  return count;
}

static void put_written(const cm_tally *tally, cm_buf *out) {
  if (tally->written == 0 && tally->kept > 0) {
    cm_buf_printf(out, "%lld stored with errors", (long long)tally->kept);
  } else if (tally->written == 0) {
    cm_buf_text(out, "none was written");
  } else {
    cm_buf_printf(out, "%lld %s written and %s written", (long long)tally->written,
                  tally->written == 1 ? "was" : "were", tally->written == 1 ? "stays" : "stay");
  }
}

static void put_counts(const cm_queue *queue, bool with_unsent, cm_buf *out) {
  const cm_tally *tally = &queue->tally;
  int64_t unknown = tally->unknown + count_doubtful(queue);
  int64_t unsent = queue->waiting.count - count_doubtful(queue);
  put_written(tally, out);
  if (unknown > 0) {
    cm_buf_printf(out, ", %lld may or may not have happened (state unknown in chartmogul_writes)",
                  (long long)unknown);
  }
  if (tally->left_alone > 0)
    cm_buf_printf(out, ", %lld %s already", (long long)tally->left_alone,
                  tally->left_alone == 1 ? "exists" : "exist");
  if (with_unsent && unsent > 0) cm_buf_printf(out, ", %lld not tried", (long long)unsent);
}

static int64_t count_all(const cm_queue *queue) {
  const cm_tally *tally = &queue->tally;
  return tally->written + tally->left_alone + tally->refused + tally->refused_early +
         tally->unknown + queue->waiting.count;
}

static int tell_refused(const cm_queue *queue, cm_err *err) {
  const cm_tally *tally = &queue->tally;
  bool is_before = tally->first_refused.code == SQLITE_OK || tally->first_refused.is_of_another ||
                   tally->first_early.id < tally->first_refused.id;
  bool is_early = tally->first_early.code != SQLITE_OK && !tally->is_broken && is_before;
  const cm_first_error *first = is_early ? &tally->first_early : &tally->first_refused;
  bool is_last = tally->is_broken && queue->session->settings.on_refusal != CM_REFUSAL_STOPS;
  const char *word = is_last ? "it stopped at" : "first refused";
  int64_t refused = tally->refused + tally->refused_early;
  int64_t all = count_all(queue);
  cm_buf counts;
  if (all == 1) return cm_err_set(err, first->code, "%s: %s", first->who, line_of(first));
  cm_buf_init(&counts, CM_MAX_URL_BYTES);
  put_counts(queue, true, &counts);
  cm_err_set(err, first->code, "%s: %lld of %lld writes %s refused, %s; %s: %s", first->who,
             (long long)refused, (long long)all, refused == 1 ? "was" : "were", cm_buf_str(&counts),
             word, line_of(first));
  cm_buf_clear(&counts);
  return first->code;
}

/** Nothing is left to send, and some may or may not have happened: no COMMIT can mend that. */
static int tell_unknown(const cm_queue *queue, cm_err *err) {
  const cm_tally *tally = &queue->tally;
  const cm_first_error *first = &tally->first_unknown;
  const char *line = line_of(first);
  cm_buf written;
  cm_buf_init(&written, CM_MAX_URL_BYTES);
  put_written(tally, &written);
  cm_err_set(
      err, SQLITE_ERROR,
      "%s: %lld of %lld writes may or may not have happened (%.*s), %s: the local changes of "
      "this transaction roll back, but not what ChartMogul has; look at those in state "
      "unknown in chartmogul_writes before you write them again",
      first->who, (long long)tally->unknown, (long long)count_all(queue),
      cm_outcome_without_advice(line), line, cm_buf_str(&written));
  cm_buf_clear(&written);
  return SQLITE_ERROR;
}

/** Sending again can help: a transaction stays open for that. */
static int tell_failed(const cm_queue *queue, cm_err *err) {
  const cm_first_error *first = &queue->tally.first_failed;
  const char *line = line_of(first);
  int64_t all = count_all(queue);
  int64_t left = queue->waiting.count + queue->tally.unknown;
  if (first->code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (queue->sending.stays_open && queue->waiting.count == 0) return tell_unknown(queue, err);
  int code = queue->sending.stays_open ? SQLITE_BUSY : first->code;
  cm_buf counts;
  if (!queue->sending.stays_open && all == 1)
    return cm_err_set(err, code, "%s: %s", first->who, line);
  cm_buf_init(&counts, CM_MAX_URL_BYTES);
  put_counts(queue, false, &counts);
  cm_err_set(
      err, code, "%s: %lld of %lld writes not done (%.*s), %s: %s", first->who, (long long)left,
      (long long)all, cm_outcome_without_advice(line), line, cm_buf_str(&counts),
      queue->sending.stays_open ? again : "look at chartmogul_writes, then write the rest again");
  cm_buf_clear(&counts);
  return code;
}

int cm_queue_result(cm_queue *queue, cm_err *err) {
  if (queue->tally.is_out_of_memory) return cm_err_nomem(err);
  if (cm_queue_counts_refusals(queue)) return tell_refused(queue, err);
  if (queue->tally.first_failed.code != SQLITE_OK) return tell_failed(queue, err);
  /* A statement that sent it has reported it: only COMMIT reports it once more. */
  bool is_told_now = queue->sending.stays_open && queue->tally.unknown > 0;
  return is_told_now ? tell_unknown(queue, err) : SQLITE_OK;
}

/* ---- the tally ------------------------------------------------------------------------------------ */

void cm_tally_forget_none(cm_tally *tally) {
  if (tally->refused_early == 0) clear_first_error(&tally->first_early);
  if (tally->unknown == 0) clear_first_error(&tally->first_unknown);
}

void cm_tally_clear(cm_tally *tally) {
  sqlite3_free(tally->first_refused.line);
  sqlite3_free(tally->first_early.line);
  sqlite3_free(tally->first_failed.line);
  sqlite3_free(tally->first_unknown.line);
  memset(tally, 0, sizeof *tally);
}
