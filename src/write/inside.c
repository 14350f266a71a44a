#include "write/inside.h"

#include <string.h>

#include "record/token.h"
#include "write/entry.h"
#include "write/outcome.h"
#include "write/state.h"

void cm_inside_attach(cm_entry *host, cm_entry *part) {
  cm_inside *inside = &host->inside;
  part->inside.host = host;
  part->inside.next = NULL;
  if (inside->last != NULL) {
    inside->last->inside.next = part;
  } else {
    inside->first = part;
  }
  inside->last = part;
}

void cm_inside_detach(cm_entry *part) {
  cm_entry *host = part->inside.host;
  cm_entry *before = NULL;
  if (host == NULL) return;
  for (cm_entry *at = host->inside.first; at != NULL && at != part; at = at->inside.next)
    before = at;
  if (before != NULL) {
    before->inside.next = part->inside.next;
  } else {
    host->inside.first = part->inside.next;
  }
  if (host->inside.last == part) host->inside.last = before;
  part->inside.host = part->inside.next = NULL;
}

void cm_inside_let_go_all(cm_entry *host) {
  while (host->inside.first != NULL)
    cm_inside_detach(host->inside.first);
}

bool cm_inside_forget_behind(cm_queue *queue, const cm_entry *host) {
  bool is_any = false;
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next) {
    if (entry->inside.behind == NULL || (host != NULL && entry->inside.behind != host)) continue;
    entry->inside.behind = NULL;
    is_any = true;
  }
  return is_any;
}

/** "'l2' of chartmogul_line_items", to be freed. */
static char *name_row(const cm_entry *entry) {
  const char *name = entry->line.label != NULL ? entry->line.label : entry->line.owner;
  return sqlite3_mprintf("'%.80s' of %s", name != NULL ? name : "", entry->resource->name);
}

void cm_inside_note_lack(cm_queue *queue, cm_entry *host, const cm_entry *refused) {
  sqlite3_free(host->inside.lacks);
  host->inside.lacks = name_row(refused);
  if (host->inside.lacks == NULL) queue->tally.is_out_of_memory = true;
}

/** The rows that went with it into an import end by what became of it. */
static void tell_imported_parts(cm_queue *queue, const cm_entry *host) {
  const char *label = host->line.label != NULL ? host->line.label : "";
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    cm_err err = { 0 };
    cm_err cause = { 0 };
    if (part->bulk.import == NULL) continue;
    part->bulk.host_end = host->state;
    if (host->state != CM_ENTRY_REFUSED) continue;
    const char *what = NULL;
    int len = cm_outcome_what(host, host->line.error != NULL ? host->line.error : "", &what);
    cm_err_set(&cause, SQLITE_CONSTRAINT, "%.*s", len, what);
    cm_inside_tell_refused(part, label, &cause, &err);
    if (host->line.uuid != NULL)
      cm_err_set(&err, SQLITE_CONSTRAINT,
                 "%s: the API holds '%.80s' of %s, which the row belongs to, as invalid (see the "
                 "error of that row): do what that one says",
                 part->resource->name, label, host->resource->name);
    sqlite3_free(part->progress.refusal);
    part->progress.refusal = sqlite3_mprintf("%s", err.text);
    if (part->progress.refusal == NULL) queue->tally.is_out_of_memory = true;
  }
}

void cm_inside_leave(cm_queue *queue, cm_entry *entry) {
  cm_entry *host = entry->inside.host;
  tell_imported_parts(queue, entry);
  if (host != NULL && entry->state == CM_ENTRY_REFUSED && !host->inside.are_put) {
    entry->ties.host_token = host->ties.natural_token;
    cm_inside_note_lack(queue, host, entry);
  }
  if (host != NULL && entry->state == CM_ENTRY_WRITTEN && !host->inside.are_put)
    entry->inside.left_token = host->ties.natural_token;
  cm_inside_detach(entry);
  cm_inside_let_go_all(entry);
  if (entry->inside.has_behind) cm_inside_forget_behind(queue, entry);
}

bool cm_inside_waits(const cm_entry *entry) {
  return entry->inside.host != NULL || entry->inside.behind != NULL;
}

size_t cm_inside_bytes(const cm_entry *host) {
  size_t bytes = 0;
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    bytes += part->bytes;
  return bytes;
}

bool cm_inside_has_items(const cm_entry *host, const char *list) {
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (strcmp(part->resource->inside_of->list, list) == 0) return true;
  }
  return false;
}

int cm_inside_find_taken(const cm_queue *queue, const cm_entry *host, const char *list, char **out,
                         cm_err *err) {
  const cm_entry *taken = NULL;
  *out = NULL;
  for (const cm_entry *at = queue->waiting.first; at != NULL && taken == NULL; at = at->next) {
    if (at->inside.behind == host && strcmp(at->resource->inside_of->list, list) == 0) taken = at;
  }
  for (int i = queue->log.count - 1; i >= 0 && taken == NULL; i--) {
    const cm_entry *line = cm_queue_log_at(queue, i);
    if (line->id < queue->transaction.begun_id) break;
    bool is_of_host = line->inside.left_token != 0 &&
                      line->inside.left_token == host->ties.natural_token;
    if (is_of_host && strcmp(line->resource->inside_of->list, list) == 0) taken = line;
  }
  if (taken == NULL) return SQLITE_OK;
  *out = name_row(taken);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

bool cm_inside_is_host_name(const cm_entry *entry, const cm_name *name) {
  const cm_entry *host = entry->inside.host;
  if (host == NULL || strcmp(name->reference->resource, host->resource->name) != 0) return false;
  return host->ties.natural_token == cm_name_token(name);
}

/* ---- a part whose host is refused ----------------------------------------------------------------- */

/** Does what is said of the host name a column of such rows with the value that this one has? */
static bool is_for_part(const cm_entry *part, const char *cause) {
  for (int i = 0; part->change != NULL && i < part->change->given_count; i++) {
    const cm_given *given = &part->change->given[i];
    char place[128];
    char value[128];
    if (!cm_value_is_text(&given->value) || given->value.len == 0) continue;
    sqlite3_snprintf((int)sizeof place, place, "%s.%s:", part->resource->inside_of->list,
                     part->resource->columns[given->column].name);
    sqlite3_snprintf((int)sizeof value, value, "'%.*s'", (int)given->value.len, given->value.text);
    if (strstr(cause, place) != NULL && strstr(cause, value) != NULL) return true;
  }
  return false;
}

void cm_inside_tell_refused(const cm_entry *part, const char *label, const cm_err *cause,
                            cm_err *err) {
  const char *name = part->resource->name;
  const char *host = part->resource->inside_of->resource;
  if (part->progress.refusal != NULL) {
    cm_err_set(err, cause->code,
               "%s: the API took the row with errors (%s): correct it by UPDATE%s%s%s", name,
               part->progress.refusal, part->line.uuid != NULL ? ", WHERE uuid = '" : "",
               part->line.uuid != NULL ? part->line.uuid : "", part->line.uuid != NULL ? "'" : "");
  } else if (part->line.uuid != NULL) {
    cm_err_set(err, cause->code,
               "%s: the API took the row, and holds '%.80s' of %s, which it belongs to, as invalid "
               "(see the error of that row): do what that one says",
               name, label != NULL ? label : "", host);
  } else if (is_for_part(part, cause->text)) {
    cm_err_set(err, cause->code,
               "%s: the row was not written ('%.80s' of %s, which it belongs to, was refused for "
               "it: %.200s): correct this row, and write both again",
               name, label != NULL ? label : "", host, cause->text);
  } else {
    cm_err_set(
        err, cause->code,
        "%s: the row was not written ('%.80s' of %s, which it belongs to, was refused: %.200s): "
        "correct that one, and write both again",
        name, label != NULL ? label : "", host, cause->text);
  }
}
