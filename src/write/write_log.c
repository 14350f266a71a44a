#include "write/write_log.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "write/change_calls.h"
#include "write/entry.h"
#include "write/waiting.h"
#include "write/write_lines.h"

static const char *const verb_words[] = { "INSERT", "UPDATE", "DELETE" };

static const char *const state_words[] = { "queued",  "sent",    "written", "refused",
                                           "unknown", "dropped", "dry run" };

cm_entry *cm_queue_log_at(const cm_queue *queue, int index) {
  return queue->log[(queue->log_first + index) % queue->log_capacity];
}

static int grow(cm_queue *queue) {
  int capacity = queue->log_capacity == 0 ? 64 : queue->log_capacity * 2;
  cm_entry **grown = sqlite3_malloc64((size_t)capacity * sizeof *grown);
  if (grown == NULL) return SQLITE_NOMEM;
  for (int i = 0; i < queue->log_count; i++)
    grown[i] = cm_queue_log_at(queue, i);
  sqlite3_free(queue->log);
  queue->log = grown;
  queue->log_capacity = capacity;
  queue->log_first = 0;
  return SQLITE_OK;
}

int cm_queue_log_add(cm_queue *queue, cm_entry *entry, cm_err *err) {
  if (queue->log_count == queue->log_capacity && grow(queue) != SQLITE_OK) return cm_err_nomem(err);
  queue->log[(queue->log_first + queue->log_count) % queue->log_capacity] = entry;
  queue->log_count++;
  return SQLITE_OK;
}

/* ---- bounds -------------------------------------------------------------------------------- */

static void strip(cm_queue *queue, cm_entry *entry) {
  queue->log_bytes -= entry->log_bytes;
  if (entry->state == CM_ENTRY_DROPPED) queue->log_dropped_bytes -= entry->log_bytes;
  entry->log_bytes = 0;
  sqlite3_free(entry->body);
  sqlite3_free(entry->response);
  entry->body = NULL;
  entry->response = NULL;
}

/** Take the line at `index` out; those before it, few or none, move up. */
static void drop_at(cm_queue *queue, int index) {
  cm_entry *entry = cm_queue_log_at(queue, index);
  strip(queue, entry);
  for (int i = index; i > 0; i--) {
    queue->log[(queue->log_first + i) % queue->log_capacity] = cm_queue_log_at(queue, i - 1);
  }
  queue->log_first = (queue->log_first + 1) % queue->log_capacity;
  queue->log_count--;
  queue->log_stripped -= queue->log_stripped > 0;
  queue->log_stripped_dropped -= queue->log_stripped_dropped > 0;
  queue->log_stripped_all -= queue->log_stripped_all > 0;
  cm_queue_unlink(queue, entry);
  cm_entry_free(entry);
}

/** The oldest line that is settled; else the oldest that does not wait. */
static int find_droppable(const cm_queue *queue) {
  int fallback = -1;
  for (int i = 0; i < queue->log_count; i++) {
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
  while (*bytes > bound && *stripped < queue->log_count) {
    cm_entry *entry = cm_queue_log_at(queue, *stripped);
    if (entry->is_waiting) break;
    if (!only_dropped || entry->state == CM_ENTRY_DROPPED) strip(queue, entry);
    (*stripped)++;
  }
}

/** Bodies of what was written are kept for the last lines only, all bodies up to bounds in bytes. */
static void strip_old(cm_queue *queue) {
  while (queue->log_count - queue->log_stripped > CM_MAX_WRITE_BODIES) {
    cm_entry *entry = cm_queue_log_at(queue, queue->log_stripped);
    if (entry->is_waiting) break;
    if (entry->state == CM_ENTRY_WRITTEN) strip(queue, entry);
    queue->log_stripped++;
  }
  strip_oldest(queue, &queue->log_dropped_bytes, CM_MAX_DROPPED_BYTES, true,
               &queue->log_stripped_dropped);
  strip_oldest(queue, &queue->log_bytes, CM_MAX_QUEUED_BYTES, false, &queue->log_stripped_all);
}

void cm_queue_log_ended(cm_queue *queue, cm_entry *entry) {
  if (entry->body != NULL) entry->log_bytes += strlen(entry->body);
  if (entry->response != NULL) entry->log_bytes += strlen(entry->response);
  queue->log_bytes += entry->log_bytes;
  if (entry->state == CM_ENTRY_DROPPED) queue->log_dropped_bytes += entry->log_bytes;
  while (queue->log_count > CM_MAX_WRITE_LOG) {
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
  int high = queue->log_count;
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

int cm_queue_next_line(cm_session *session, int64_t id, cm_write_line *out) {
  memset(out, 0, sizeof *out);
  if (session->queue == NULL) return SQLITE_DONE;
  int index = find_behind(session->queue, id);
  if (index == session->queue->log_count) return SQLITE_DONE;
  const cm_entry *entry = cm_queue_log_at(session->queue, index);
  out->id = entry->id;
  out->table_name = entry->resource->name;
  out->operation = verb_words[entry->verb];
  out->key = entry->label;
  out->state = state_words[entry->state];
  out->status = entry->status;
  out->error = entry->error != NULL ? entry->error : entry->note;
  out->uuid = entry->uuid;
  out->not_taken = entry->taken_text;
  out->body = entry->body;
  out->response = entry->response;
  if (out->body == NULL && entry->change != NULL) {
    int rc = cm_change_bodies(entry->change, &out->owned_body, NULL);
    cm_change_rest(entry->change);
    out->body = out->owned_body;
    if (rc == SQLITE_NOMEM) return rc;
  }
  return SQLITE_ROW;
}

void cm_write_line_clear(cm_write_line *line) {
  sqlite3_free(line->owned_body);
  memset(line, 0, sizeof *line);
}

int64_t cm_queue_newest_line(const cm_session *session) {
  return session->queue != NULL ? session->queue->next_id - 1 : 0;
}
