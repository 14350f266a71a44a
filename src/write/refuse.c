#include "write/refuse.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "write/entry.h"
#include "write/outcome.h"
#include "write/queue_open.h"
#include "write/token.h"
#include "write/write_log.h"

static cm_entry *new_line(cm_refused *refused) {
  cm_entry *entry = sqlite3_malloc64(sizeof *entry);
  if (entry == NULL) return NULL;
  memset(entry, 0, sizeof *entry);
  cm_buf_init(&entry->not_taken, CM_MAX_URL_BYTES);
  entry->resource = refused->resource;
  entry->verb = refused->verb;
  entry->state = CM_ENTRY_REFUSED;
  entry->label = refused->name;
  entry->owner = refused->owner;
  entry->body = refused->body;
  refused->name = refused->owner = refused->body = NULL;
  return entry;
}

/** The statement went on: the row that it belongs to is not to be sent without it. One that failed has left nothing. */
static void note_lacking(cm_entry *entry, const cm_refused *refused) {
  const char *const *own = (const char *const *)refused->natural;
  if (refused->host[0] == NULL || refused->host[1] == NULL) return;
  entry->host_token = cm_queue_token('n', entry->resource->inside_of->resource, refused->host[0],
                                     refused->host[1]);
  if (own[0] != NULL && own[1] != NULL)
    entry->natural_token = cm_queue_token('n', entry->resource->name, own[0], own[1]);
}

int cm_queue_refuse(cm_session *session, cm_refused *refused, bool is_autocommit, cm_err *err) {
  bool goes_on = err->is_of_row && session->settings.on_refusal != CM_REFUSAL_STOPS;
  cm_entry *entry = new_line(refused);
  if (entry == NULL) return cm_err_nomem(err);
  cm_err_prefix(err, entry->resource->name);
  entry->error = sqlite3_mprintf("%s", err->text);
  const char *name = entry->label != NULL ? entry->label : entry->owner;
  if (err->is_of_row) cm_err_name_row(err, entry->resource->name, name);
  int rc = entry->error == NULL ? SQLITE_NOMEM : cm_queue_open(session, NULL);
  if (rc == SQLITE_OK) {
    entry->id = session->queue->next_id;
    rc = cm_queue_log_add(session->queue, entry, NULL);
  }
  if (rc != SQLITE_OK) {
    cm_entry_free(entry);
    return cm_err_nomem(err);
  }
  cm_queue *queue = session->queue;
  queue->next_id++;
  entry->code = err->code;
  if (goes_on) {
    entry->is_refused_early = true;
    note_lacking(entry, refused);
    queue->is_autocommit = is_autocommit;
    queue->tally.refused_early++;
    cm_err bare = *err;
    cm_err_set(&bare, err->code, "%s", entry->error);
    cm_queue_tell_first(&queue->tally.first_early, entry, &bare);
  }
  cm_queue_log_ended(queue, entry);
  return goes_on ? SQLITE_OK : err->code;
}
