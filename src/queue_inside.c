/*
** queue_inside.c -- rows that go out inside the row that they belong to. See queue_inside.h.
*/
#include "queue_inside.h"

#include <string.h>

#include "change_batch.h"
#include "change_inside.h"
#include "change_name.h"
#include "change_step.h"
#include "queue_parts.h"
#include "sqlite_api.h"

/* ---- whose part an entry is ------------------------------------------------------------------ */

static bool is_untouched(const cm_entry *entry) {
  return entry->verb == CM_VERB_INSERT && entry->change->verb == CM_VERB_INSERT &&
         entry->phase == CM_PHASE_IDLE && entry->state == CM_ENTRY_QUEUED && entry->steps == NULL &&
         !entry->is_doubtful && entry->refusal == NULL;
}

/** The first row that waits to be created under this token. */
static cm_entry *find_host(const cm_queue *queue, const cm_entry *entry, uint64_t token) {
  cm_entry *host = NULL;
  for (cm_entry *at = queue->by_natural[token & (CM_QUEUE_BUCKETS - 1)]; at != NULL;
       at = at->next_by_natural) {
    bool is_host = at->natural_token == token && at->section == entry->section &&
                   is_untouched(at) &&
                   strcmp(at->resource->name, entry->resource->inside_of->resource) == 0;
    if (is_host) host = at; /* the chain has the latest first */
  }
  return host;
}

static void attach(cm_entry *host, cm_entry *part) {
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

static void detach(cm_entry *part) {
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

/** A part in doubt whose host is gone: nobody can say any more what became of it. */
static bool is_orphan(const cm_entry *entry) {
  return entry->resource->inside_of != NULL && entry->is_doubtful && entry->steps == NULL &&
         entry->inside.host == NULL && entry->change->verb == CM_VERB_INSERT;
}

static void end_orphan(cm_queue *queue, cm_entry *entry) {
  cm_err err = { 0 };
  cm_err_set(&err, SQLITE_ERROR, "%s", entry->error != NULL ? entry->error : "out of memory");
  cm_entry_end_unknown(queue, entry, &err);
}

void cm_inside_find_all(cm_queue *queue) {
  cm_entry *next = NULL;
  for (cm_entry *entry = queue->first_waiting; entry != NULL; entry = next) {
    next = entry->next;
    if (entry->resource->inside_of == NULL || entry->inside.host != NULL) continue;
    if (is_orphan(entry)) {
      end_orphan(queue, entry);
      continue;
    }
    cm_entry *host = NULL;
    for (int i = 0; i < entry->name_count && host == NULL && is_untouched(entry); i++)
      host = find_host(queue, entry, entry->names[i]);
    if (host != NULL) attach(host, entry);
  }
}

/** Its parts are on their own. */
static void let_go_all(cm_entry *host) {
  while (host->inside.first != NULL)
    detach(host->inside.first);
}

bool cm_inside_has_items(const cm_entry *host, const char *list) {
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (strcmp(part->resource->inside_of->list, list) == 0) return true;
  }
  return false;
}

bool cm_inside_is_host_name(const cm_entry *entry, const cm_name *name) {
  const cm_entry *host = entry->inside.host;
  if (host == NULL || strcmp(name->reference->resource, host->resource->name) != 0) return false;
  return host->natural_token ==
         cm_queue_token('n', name->reference->resource, name->data_source, name->external_id);
}

/* ---- what blocks a part ---------------------------------------------------------------------- */

/** A write of the row with this token, of those added before `before`. */
static cm_entry *find_write(const cm_queue *queue, const cm_entry *part, uint64_t token,
                            int64_t before) {
  const cm_entry *host = part->inside.host;
  size_t bucket = token & (CM_QUEUE_BUCKETS - 1);
  if (token == 0 || token == host->natural_token) return NULL;
  for (cm_entry *at = queue->by_natural[bucket]; at != NULL; at = at->next_by_natural) {
    if (at->natural_token == token && at->id < before && at != part && at != host) return at;
  }
  for (cm_entry *at = queue->by_key[bucket]; at != NULL; at = at->next_by_key) {
    if (at->key_token == token && at->id < before && at != part && at != host) return at;
  }
  return NULL;
}

/** Another verb on the table of the part. */
static cm_entry *find_other_verb(const cm_queue *queue, const cm_entry *part) {
  if (part->run == 0) return NULL;
  for (cm_entry *at = queue->first_waiting; at != NULL && at->id < part->id; at = at->next) {
    if (at->resource == part->resource && at->verb != part->verb) return at;
  }
  return NULL;
}

static cm_entry *find_blocker(const cm_queue *queue, const cm_entry *part) {
  const cm_entry *host = part->inside.host;
  int64_t later = part->id > host->id ? part->id : host->id;
  cm_entry *found = find_write(queue, part, part->natural_token, part->id);
  for (int i = 0; i < part->name_count && found == NULL; i++)
    found = find_write(queue, part, part->names[i], later);
  return found != NULL ? found : find_other_verb(queue, part);
}

cm_entry *cm_inside_find_blocker(const cm_queue *queue, const cm_entry *host) {
  cm_entry *found = NULL;
  for (const cm_entry *part = host->inside.first; part != NULL && found == NULL;
       part = part->inside.next)
    found = find_blocker(queue, part);
  return found;
}

static bool let_go(cm_queue *queue, bool only_blocked) {
  bool is_any = false;
  for (cm_entry *entry = queue->first_waiting; entry != NULL; entry = entry->next) {
    if (entry->inside.host == NULL || entry->is_doubtful) continue;
    if (only_blocked && find_blocker(queue, entry) == NULL) continue;
    cm_entry *host = entry->inside.host;
    detach(entry);
    entry->inside.behind = host;
    host->inside.has_behind = true;
    is_any = true;
  }
  if (is_any) cm_queue_forget_blockers(queue);
  return is_any;
}

/** They need not wait for it. @param host  NULL: whatever they wait for. */
static bool forget_behind(cm_queue *queue, const cm_entry *host) {
  bool is_any = false;
  for (cm_entry *entry = queue->first_waiting; entry != NULL; entry = entry->next) {
    if (entry->inside.behind == NULL || (host != NULL && entry->inside.behind != host)) continue;
    entry->inside.behind = NULL;
    is_any = true;
  }
  return is_any;
}

bool cm_inside_let_go_blocked(cm_queue *queue) {
  return let_go(queue, true) || let_go(queue, false) || forget_behind(queue, NULL);
}

void cm_inside_leave(cm_queue *queue, cm_entry *entry) {
  detach(entry);
  let_go_all(entry);
  if (entry->inside.has_behind) forget_behind(queue, entry);
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

/* ---- before the call ------------------------------------------------------------------------- */

/** They are its followers now: they end as it does. */
static void chain(cm_entry *host) {
  cm_entry *last = host;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    part->phase = CM_PHASE_FOLLOW;
    part->is_doubtful = host->is_doubtful;
    last->follower = part;
    last = part;
  }
  last->follower = NULL;
}

/** One of them could not be looked up now: all wait, and the host with them. */
static void park_all(cm_queue *queue, cm_entry *host) {
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (part->phase != CM_PHASE_IDLE) cm_entry_park(queue, part);
  }
  cm_entry_park(queue, host);
}

/** @return false when they are through. */
static bool is_under_way(cm_queue *queue, cm_entry *host) {
  bool is_any_idle = false;
  bool are_ready = true;
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    is_any_idle = is_any_idle || part->phase == CM_PHASE_IDLE;
    are_ready = are_ready && part->phase == CM_PHASE_READY;
  }
  if (is_any_idle) {
    park_all(queue, host);
    return true;
  }
  if (are_ready) chain(host);
  return !are_ready;
}

bool cm_inside_begin(cm_queue *queue, cm_entry *host) {
  cm_entry *next = NULL;
  if (host->inside.first == NULL || host->follower != NULL) return false;
  if (host->inside.are_put) { /* another try of what was made before */
    chain(host);
    return false;
  }
  host->phase = CM_PHASE_INSIDE;
  for (cm_entry *part = host->inside.first; part != NULL; part = next) {
    next = part->inside.next;
    cm_entry_begin(queue, part);
  }
  return is_under_way(queue, host);
}

bool cm_inside_advance(cm_queue *queue, cm_entry *host) {
  bool has_moved = false;
  cm_entry *next = NULL;
  for (cm_entry *part = host->inside.first; part != NULL; part = next) {
    next = part->inside.next;
    has_moved = cm_entry_advance(queue, part) || has_moved;
  }
  if (!has_moved && host->inside.first != NULL) return false;
  if (!is_under_way(queue, host)) cm_entry_begin_names(queue, host);
  return true;
}

/* ---- in the body ----------------------------------------------------------------------------- */

/** All parts of one list. */
static int put_list(cm_entry *host, const char *list, cm_change **changes, cm_err *err) {
  int count = 0;
  int own = 0;
  for (const cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (strcmp(part->resource->inside_of->list, list) == 0) changes[count++] = part->change;
  }
  int rc = cm_change_put_inside(host->change, list, changes, count, &own, err);
  int place = own;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    if (strcmp(part->resource->inside_of->list, list) != 0) continue;
    part->inside.place = place++;
    part->inside.total = own + count;
  }
  return rc;
}

static int put_all(cm_entry *host, cm_err *err) {
  int count = 0;
  int rc = SQLITE_OK;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    part->inside.total = 0;
    count++;
  }
  if (count == 0 || host->inside.are_put) return SQLITE_OK;
  cm_change **changes = sqlite3_malloc64((size_t)count * sizeof *changes);
  if (changes == NULL) return cm_err_nomem(err);
  host->inside.are_put = true;
  for (const cm_entry *part = host->inside.first; part != NULL && rc == SQLITE_OK;
       part = part->inside.next) {
    if (part->inside.total == 0) rc = put_list(host, part->resource->inside_of->list, changes, err);
  }
  sqlite3_free(changes);
  return rc;
}

int cm_inside_make_steps(cm_queue *queue, cm_entry *entry, cm_err *err) {
  bool is_user_edit = queue->session->settings.handle_as_user_edit;
  int rc = put_all(entry, err);
  entry->step = 0;
  return rc == SQLITE_OK
             ? cm_change_steps(entry->change, is_user_edit, &entry->steps, &entry->step_count, err)
             : rc;
}

static void take_out(cm_entry *host) {
  if (!host->inside.are_put) return;
  cm_change_take_out(host->change);
  host->inside.are_put = false;
  cm_change_free_steps(host->steps, host->step_count);
  host->steps = NULL;
  host->step_count = host->step = 0;
}

void cm_inside_settle(cm_entry *host) {
  host->is_doubtful = false;
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    part->is_doubtful = false;
}

void cm_inside_renew(cm_entry *host) {
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next)
    part->phase = CM_PHASE_IDLE;
  if (host->inside.are_put) host->follower = NULL;
  take_out(host);
}

void cm_inside_release(cm_queue *queue, cm_entry *host) {
  if (host->inside.first == NULL) return;
  host->follower = NULL;
  take_out(host);
  for (cm_entry *part = host->inside.first; part != NULL; part = part->inside.next) {
    sqlite3_free(part->refusal);
    part->refusal = NULL;
    part->is_doubtful = false;
    cm_entry_park(queue, part);
  }
  let_go_all(host);
  cm_queue_forget_blockers(queue);
}

void cm_inside_end_all(cm_queue *queue) {
  forget_behind(queue, NULL);
  for (cm_entry *entry = queue->first_waiting; entry != NULL; entry = entry->next) {
    if (entry->is_doubtful) continue;
    if (entry->inside.first != NULL || entry->inside.are_put) take_out(entry);
    let_go_all(entry);
  }
}

/* ---- the answer ------------------------------------------------------------------------------ */

static bool shows(cm_queue *queue, cm_entry *part, cm_slice item) {
  bool may_be = false;
  bool is_shown = false;
  int rc = cm_change_is_shown(part->change, item, &may_be, &is_shown, NULL);
  if (rc == SQLITE_NOMEM) queue->tally.is_out_of_memory = true;
  return rc == SQLITE_OK && may_be && is_shown;
}

/** Its item of an answer: by its external id, else by its place. Absent: none is surely this one. */
static cm_slice find_item(cm_queue *queue, cm_entry *part, cm_slice object) {
  cm_slice none = { NULL, 0 };
  cm_slice list = cm_slice_find(object, part->resource->inside_of->list);
  cm_slice shown = none;
  cm_slice placed = none;
  cm_slice item;
  size_t at = 0;
  int count = 0;
  int found = 0;
  if (cm_slice_type(list) != CM_JSON_ARRAY) return none;
  for (; cm_slice_next(list, &at, NULL, &item) == SQLITE_ROW; count++) {
    if (count == part->inside.place) placed = item;
    if (part->natural_token == 0 || !shows(queue, part, item)) continue;
    shown = item;
    found++;
  }
  if (part->natural_token != 0) return found == 1 ? shown : none;
  return count == part->inside.total ? placed : none;
}

/** A part leaves the followers of its host, to end by itself. */
static void unchain(cm_entry *host, cm_entry *part) {
  cm_entry *before = host;
  while (before->follower != NULL && before->follower != part)
    before = before->follower;
  if (before->follower == part) before->follower = part->follower;
  part->follower = NULL;
}

void cm_inside_take_items(cm_queue *queue, cm_entry *host, cm_slice object) {
  cm_entry *next = NULL;
  if (!host->inside.are_put) return;
  for (cm_entry *part = host->inside.first; part != NULL; part = next) {
    next = part->inside.next;
    cm_slice item = find_item(queue, part, object);
    cm_err err = { 0 };
    part->status = host->status;
    if (cm_entry_take_uuid(part, item, &err) != SQLITE_OK) queue->tally.is_out_of_memory = true;
    if (part->uuid != NULL) continue;
    cm_err_set(&err, SQLITE_ERROR,
               "%s: %s was written, and the answer does not show this row in %s: it may or may not "
               "have happened, look before you write it again",
               part->resource->name, host->label != NULL ? host->label : "the row around it",
               part->resource->inside_of->list);
    unchain(host, part);
    cm_entry_end_unknown(queue, part, &err);
  }
}

void cm_inside_take_errors(cm_queue *queue, cm_entry *host, cm_slice object) {
  for (cm_entry *part = host->inside.first; part != NULL && host->inside.are_put;
       part = part->inside.next) {
    cm_buf errors;
    cm_err err = { 0 };
    cm_slice item = find_item(queue, part, object);
    if (item.ptr == NULL) continue;
    cm_buf_init(&errors, CM_MAX_URL_BYTES);
    cm_answer_put_errors(item, &errors);
    bool is_lost = cm_entry_take_uuid(part, item, &err) != SQLITE_OK || errors.code == SQLITE_NOMEM;
    if (is_lost) queue->tally.is_out_of_memory = true;
    if (errors.len > 0) cm_queue_put_text(queue, &part->refusal, cm_buf_str(&errors));
    cm_buf_clear(&errors);
  }
}

void cm_inside_tell_refused(const cm_entry *part, const char *label, const cm_err *cause,
                            cm_err *err) {
  const char *name = part->resource->name;
  const char *host = part->resource->inside_of->resource;
  if (part->refusal != NULL) {
    cm_err_set(err, cause->code, "%s: the API took the row with errors (%s): correct them", name,
               part->refusal);
  } else if (part->uuid != NULL) {
    cm_err_set(err, cause->code,
               "%s: the API took the row, and holds '%.80s' of %s, which it belongs to, as invalid "
               "(see the error of that row): correct that one",
               name, label != NULL ? label : "", host);
  } else {
    cm_err_set(
        err, cause->code,
        "%s: the row was not written ('%.80s' of %s, which it belongs to, was refused: %.200s): "
        "correct that one, and write both again",
        name, label != NULL ? label : "", host, cause->text);
  }
}
