#include "write/write_log.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "journal/journal.h"
#include "write/entry.h"
#include "write/record.h"
#include "write/state.h"
#include "write/waiting.h"
#include "write/write_lines.h"

static int grow(cm_queue *queue) {
  int capacity = queue->log.capacity == 0 ? 64 : queue->log.capacity * 2;
  cm_entry **grown = sqlite3_malloc64((size_t)capacity * sizeof *grown);
  if (grown == NULL) return SQLITE_NOMEM;
  for (int i = 0; i < queue->log.count; i++)
    grown[i] = cm_queue_log_at(queue, i);
  sqlite3_free(queue->log.lines);
  queue->log.lines = grown;
  queue->log.capacity = capacity;
  queue->log.first = 0;
  return SQLITE_OK;
}

int cm_queue_log_add(cm_queue *queue, cm_entry *entry, cm_err *err) {
  if (queue->log.count == queue->log.capacity && grow(queue) != SQLITE_OK) return cm_err_nomem(err);
  queue->log.lines[(queue->log.first + queue->log.count) % queue->log.capacity] = entry;
  queue->log.count++;
  return SQLITE_OK;
}

const cm_entry *cm_queue_log_find_refused(const cm_queue *queue, const char *table_name,
                                          uint64_t natural_token) {
  for (int i = queue->log.count - 1; i >= 0; i--) {
    const cm_entry *line = cm_queue_log_at(queue, i);
    if (line->id < queue->transaction.begun_id) break;
    if (line->ties.natural_token == natural_token && line->state == CM_ENTRY_REFUSED &&
        natural_token != 0 && strcmp(line->resource->name, table_name) == 0)
      return line;
  }
  return NULL;
}

/* ---- bounds -------------------------------------------------------------------------------- */

static void free_text(cm_line *line, char **text) {
  if (*text != NULL) line->bytes -= strlen(*text);
  sqlite3_free(*text);
  *text = NULL;
}

/** Body and response go, and with them the row as it was read. */
static void strip(cm_queue *queue, cm_entry *entry, bool with_before) {
  size_t bytes = entry->line.bytes;
  free_text(&entry->line, &entry->line.body);
  free_text(&entry->line, &entry->line.response);
  if (with_before) free_text(&entry->line, &entry->line.before);
  bytes -= entry->line.bytes;
  queue->log.bytes -= bytes;
  if (entry->state == CM_ENTRY_DROPPED) queue->log.dropped_bytes -= bytes;
}

/** Take the line at `index` out; those before it, few or none, move up. */
static void drop_at(cm_queue *queue, int index) {
  cm_entry *entry = cm_queue_log_at(queue, index);
  strip(queue, entry, true);
  for (int i = index; i > 0; i--) {
    queue->log.lines[(queue->log.first + i) % queue->log.capacity] = cm_queue_log_at(queue, i - 1);
  }
  queue->log.first = (queue->log.first + 1) % queue->log.capacity;
  queue->log.count--;
  queue->log.stripped -= queue->log.stripped > 0;
  queue->log.stripped_dropped -= queue->log.stripped_dropped > 0;
  queue->log.stripped_all -= queue->log.stripped_all > 0;
  cm_queue_unlink(queue, entry);
  cm_entry_free(entry);
}

/** The oldest line that is settled; else the oldest that does not wait. */
static int find_droppable(const cm_queue *queue) {
  int fallback = -1;
  for (int i = 0; i < queue->log.count; i++) {
    const cm_entry *entry = cm_queue_log_at(queue, i);
    if (entry->is_waiting) continue;
    if (entry->state != CM_ENTRY_UNKNOWN) return i;
    if (fallback < 0) fallback = i;
  }
  return fallback;
}

/** Strip the oldest lines, of dropped writes or of all, until their bytes are within the bound. */
static void strip_oldest(cm_queue *queue, const size_t *bytes, size_t bound, bool only_dropped,
                         int *stripped) {
  while (*bytes > bound && *stripped < queue->log.count) {
    cm_entry *entry = cm_queue_log_at(queue, *stripped);
    if (entry->is_waiting) break;
    if (!only_dropped || entry->state == CM_ENTRY_DROPPED) strip(queue, entry, true);
    (*stripped)++;
  }
}

/** Bodies of what was written are kept for the last lines only, all texts up to bounds in bytes. */
static void strip_old(cm_queue *queue) {
  while (queue->log.count - queue->log.stripped > CM_MAX_WRITE_BODIES) {
    cm_entry *entry = cm_queue_log_at(queue, queue->log.stripped);
    if (entry->is_waiting) break;
    if (entry->state == CM_ENTRY_WRITTEN) strip(queue, entry, false);
    queue->log.stripped++;
  }
  strip_oldest(queue, &queue->log.dropped_bytes, CM_MAX_DROPPED_BYTES, true,
               &queue->log.stripped_dropped);
  strip_oldest(queue, &queue->log.bytes, CM_MAX_QUEUED_BYTES, false, &queue->log.stripped_all);
}

void cm_queue_log_ended(cm_queue *queue, cm_entry *entry) {
  if (entry->line.body != NULL) entry->line.bytes += strlen(entry->line.body);
  if (entry->line.before != NULL) entry->line.bytes += strlen(entry->line.before);
  if (entry->line.response != NULL) entry->line.bytes += strlen(entry->line.response);
  queue->log.bytes += entry->line.bytes;
  if (entry->state == CM_ENTRY_DROPPED) queue->log.dropped_bytes += entry->line.bytes;
  while (queue->log.count > CM_MAX_WRITE_LOG) {
    int index = find_droppable(queue);
    if (index < 0) break;
    drop_at(queue, index);
  }
  strip_old(queue);
}

/* ---- lines for SQL ------------------------------------------------------------------------- */

/** Position of the first line behind `id`. */
static int find_behind(const cm_queue *queue, int64_t id) {
  int low = 0;
  int high = queue->log.count;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (cm_queue_log_at(queue, middle)->id <= id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Positions: lines of other runs by their ids, then those of this connection. Without a journal these alone, by theirs. */
static const int64_t own_lines = INT64_C(1) << 62;

static int64_t own_base(const cm_session *session) {
  return session->settings.recording.journal != NULL ? own_lines : 0;
}

static int own_line(cm_session *session, int index, cm_write_line *out) {
  const cm_entry *entry = cm_queue_log_at(session->queue, index);
  int64_t run = session->journal != NULL ? cm_journal_run_number(session->journal) : 0;
  out->position = own_base(session) + entry->id;
  out->id = run * CM_JOURNAL_RUN_IDS + entry->id;
  out->run = run != 0 ? run : 1;
  out->account = session->name;
  out->table_name = entry->resource->name;
  out->operation = cm_entry_operation(entry->verb);
  out->key = entry->line.label;
  out->state = cm_entry_state_word(entry->state);
  out->status = entry->line.status;
  out->error = entry->line.error != NULL ? entry->line.error : entry->line.note;
  out->uuid = entry->line.uuid;
  out->not_taken = entry->line.not_taken;
  out->body = entry->line.body;
  out->response = entry->line.response;
  out->time_ms = entry->time_ms;
  out->before = entry->line.before != NULL
                    ? (cm_slice){ entry->line.before, strlen(entry->line.before) }
                    : (cm_slice){ NULL, 0 };
  if (out->before.ptr == NULL && entry->change != NULL)
    out->before = cm_change_before(entry->change);
  if (out->body == NULL && entry->change != NULL) {
    int rc = cm_change_bodies(entry->change, &out->owned_body, NULL);
    cm_change_release_scratch(entry->change);
    out->body = out->owned_body;
    if (rc == SQLITE_NOMEM) return rc;
  }
  return SQLITE_ROW;
}

/** The journal cannot be read: one line says so, in the place of those that it has. */
static int lost_lines(int64_t position, const cm_err *why, cm_write_line *out) {
  const int64_t last = own_lines - 1;
  if (position == last) return SQLITE_DONE;
  *out = (cm_write_line){ .position = last,
                          .account = "",
                          .state = cm_entry_state_word(CM_ENTRY_UNKNOWN) };
  out->owned_body = sqlite3_mprintf("%s", why->text);
  out->error = out->owned_body;
  return out->error != NULL ? SQLITE_ROW : SQLITE_NOMEM;
}

/** Is it a write of this connection, which its own log has? */
static bool is_own_run(const cm_connection *connection, const cm_journal_line *line) {
  bool is_own = false;
  for (int i = 0; i < connection->account_count; i++) {
    const cm_journal *journal = connection->accounts[i]->journal;
    is_own = is_own || (journal != NULL && cm_journal_run_number(journal) == line->run);
  }
  return is_own && line->change != NULL;
}

/** A line of another run. */
static int others_line(cm_session *session, int64_t id, cm_write_line *out) {
  cm_journal_line line = { .id = id };
  cm_err err = { 0 };
  int rc = cm_record_check(session, &err);
  if (rc == SQLITE_OK && session->journal == NULL) return SQLITE_DONE;
  if (rc == SQLITE_OK) {
    do
      rc = cm_journal_next(session->journal, line.id, &line, &err);
    while (rc == SQLITE_ROW && is_own_run(session->connection, &line));
  }
  if (rc == SQLITE_NOMEM || rc == SQLITE_DONE) return rc;
  if (rc != SQLITE_ROW) return lost_lines(id, &err, out);
  *out = (cm_write_line){ .position = line.id,
                          .id = line.id,
                          .run = line.run,
                          .account = line.account != NULL ? line.account : "",
                          .time_ms = line.time_ms,
                          .table_name = line.table_name,
                          .operation = line.operation,
                          .key = line.key,
                          .state = line.state,
                          .status = line.status,
                          .error = line.error,
                          .uuid = line.uuid,
                          .not_taken = line.not_taken,
                          .body = line.body,
                          .response = line.response };
  if (line.before != NULL) out->before = (cm_slice){ line.before, strlen(line.before) };
  return SQLITE_ROW;
}

/** The first line of an account behind a write. -1: there is none. */
static int find_own_line(const cm_session *session, int64_t id) {
  const cm_queue *queue = session->queue;
  if (queue == NULL) return -1;
  int index = find_behind(queue, id);
  while (index < queue->log.count && cm_queue_log_at(queue, index)->is_resumed)
    index++; /* the journal has it under the number of its own run */
  return index < queue->log.count ? index : -1;
}

int cm_queue_next_line(cm_session *session, int64_t position, cm_write_line *out) {
  const cm_connection *connection = session->connection;
  int64_t base = own_base(session);
  cm_session *first = NULL;
  int at = -1;
  memset(out, 0, sizeof *out);
  int rc = position < base ? others_line(session, position, out) : SQLITE_DONE;
  if (rc != SQLITE_DONE) return rc;
  for (int i = 0; i < connection->account_count; i++) {
    cm_session *account = connection->accounts[i];
    int index = find_own_line(account, position < base ? 0 : position - base);
    if (index < 0) continue;
    if (first != NULL &&
        cm_queue_log_at(first->queue, at)->id < cm_queue_log_at(account->queue, index)->id)
      continue;
    first = account;
    at = index;
  }
  return first != NULL ? own_line(first, at, out) : SQLITE_DONE;
}

void cm_write_line_clear(cm_session *session, cm_write_line *line) {
  if (session->journal != NULL && cm_journal_is_ours(session->journal))
    cm_journal_rest(session->journal);
  sqlite3_free(line->owned_body);
  memset(line, 0, sizeof *line);
}

int64_t cm_queue_newest_line(const cm_session *session) {
  return own_base(session) + session->connection->next_write_id - 1;
}

void cm_queue_put_text(cm_queue *queue, char **text, const char *new_text) {
  sqlite3_free(*text);
  *text = sqlite3_mprintf("%s", new_text);
  if (*text == NULL) queue->tally.is_out_of_memory = true;
}
