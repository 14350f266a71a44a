#include "write/waiting.h"

#include <string.h>

#include "base/text.h"
#include "change/change_names.h"
#include "record/token.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/state.h"

/* ---- who waits ------------------------------------------------------------------------------------ */

static void put(cm_map *map, cm_map_node *node, cm_entry *entry, const uint64_t *token) {
  if (*token != 0) cm_map_put(map, node, entry, token, sizeof *token);
}

/** Those of one batch are linked in the order of the queue: the map finds the last one, and goes back from there. */
static void link_batch(cm_queue *queue, cm_entry *entry) {
  cm_ties *ties = &entry->ties;
  cm_entry *last = cm_map_find(&queue->waiting.by_batch, &ties->batch_token,
                               sizeof ties->batch_token);
  if (last != NULL && ties->batch_token != 0) last->ties.next_by_batch = entry;
  ties->next_by_batch = NULL;
  put(&queue->waiting.by_batch, &ties->by_batch, entry, &ties->batch_token);
}

static void unlink_batch(cm_queue *queue, cm_entry *entry) {
  cm_entry *before = cm_map_next(&entry->ties.by_batch);
  if (before != NULL) before->ties.next_by_batch = entry->ties.next_by_batch;
  cm_map_remove(&queue->waiting.by_batch, &entry->ties.by_batch);
}

void cm_batch_link_all(cm_queue *queue) {
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    cm_map_remove(&queue->waiting.by_batch, &entry->ties.by_batch);
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    link_batch(queue, entry);
}

int cm_batch_note(cm_entry *entry, cm_err *err) {
  const cm_write *write = cm_change_batch_write(entry->change);
  cm_buf place;
  entry->ties.batch_token = 0;
  entry->ties.is_place_named = false;
  if (write == NULL) return SQLITE_OK;
  cm_buf_init(&place, CM_MAX_URL_BYTES);
  int rc = cm_change_destination(entry->change, write, &place, &entry->ties.is_place_named, err);
  if (rc == SQLITE_OK && place.code == SQLITE_OK)
    entry->ties.batch_token = cm_row_token('b', entry->resource->name, cm_buf_str(&place), NULL);
  cm_buf_clear(&place);
  return rc;
}

int cm_batch_size(const cm_entry *entry) {
  const cm_write *write = entry->ties.batch_token != 0 && !entry->progress.goes_alone
                              ? cm_change_batch_write(entry->change)
                              : NULL;
  return write != NULL ? CM_EXTRA(write, batch) : 1;
}

void cm_queue_link(cm_queue *queue, cm_entry *entry) {
  entry->previous = queue->waiting.last;
  if (queue->waiting.last != NULL) {
    queue->waiting.last->next = entry;
  } else {
    queue->waiting.first = entry;
  }
  queue->waiting.last = entry;
  entry->is_waiting = true;
  queue->waiting.count++;
  queue->waiting.bytes += entry->bytes;
  put(&queue->waiting.by_key, &entry->ties.by_key, entry, &entry->ties.key_token);
  put(&queue->waiting.by_natural, &entry->ties.by_natural, entry, &entry->ties.natural_token);
  put(&queue->waiting.by_set, &entry->ties.by_set, entry, &entry->ties.set_token);
  queue->waiting.sharing_sets += entry->ties.may_share_sets;
  link_batch(queue, entry);
}

void cm_queue_unlink(cm_queue *queue, cm_entry *entry) {
  if (!entry->is_waiting) return;
  *(entry->previous != NULL ? &entry->previous->next : &queue->waiting.first) = entry->next;
  *(entry->next != NULL ? &entry->next->previous : &queue->waiting.last) = entry->previous;
  entry->next = entry->previous = NULL;
  entry->is_waiting = false;
  queue->waiting.count--;
  queue->waiting.bytes -= entry->bytes;
  unlink_batch(queue, entry);
  cm_inside_leave(queue, entry);
  cm_map_remove(&queue->waiting.by_key, &entry->ties.by_key);
  cm_map_remove(&queue->waiting.by_natural, &entry->ties.by_natural);
  cm_map_remove(&queue->waiting.by_set, &entry->ties.by_set);
  queue->waiting.sharing_sets -= entry->ties.may_share_sets;
}

cm_entry *cm_waiting_by_key(const cm_queue *queue, uint64_t token) {
  return cm_map_find(&queue->waiting.by_key, &token, sizeof token);
}

cm_entry *cm_waiting_by_natural(const cm_queue *queue, uint64_t token) {
  return cm_map_find(&queue->waiting.by_natural, &token, sizeof token);
}

cm_entry *cm_waiting_by_set(const cm_queue *queue, uint64_t token) {
  return cm_map_find(&queue->waiting.by_set, &token, sizeof token);
}

bool cm_queue_has_room(const cm_queue *queue) {
  int rows = 2 * queue->session->settings.concurrency;
  if (queue->waiting.last != NULL) rows *= cm_batch_size(queue->waiting.last);
  return queue->waiting.count <= rows && queue->waiting.bytes <= CM_MAX_QUEUED_BYTES / 2;
}

/* ---- what blocks what ----------------------------------------------------------------------------- */

/** `member` writes a member of a set of rows of this table. */
bool cm_set_is_member(const cm_entry *member, const cm_resource *resource) {
  const cm_member_of *of = member->resource->member_of;
  return of != NULL && strcmp(of->resource, resource->name) == 0;
}

static bool is_shared(const cm_entry *member, const cm_entry *row) {
  if (member->ties.set_token == 0 || !cm_set_is_member(member, row->resource)) return false;
  return row->ties.may_share_sets || row->ties.key_token == member->ties.set_token;
}

static bool share_set(const cm_entry *one, const cm_entry *other) {
  return is_shared(one, other) || is_shared(other, one);
}

/** Does the API look for a row of the earlier one's table when it gets the later one? */
static bool is_looked_for(const cm_entry *earlier, const cm_entry *later) {
  const char *after = CM_EXTRA(later->resource, after);
  return after != NULL && cm_text_has_word(after, earlier->resource->name);
}

/** Does the earlier one have to end before the later one starts? */
static bool blocks(const cm_entry *earlier, const cm_entry *later) {
  if (earlier->ties.delete_epoch != later->ties.delete_epoch)
    return true; /* a run of DELETEs stands between them */
  if (earlier->list.token != 0 && cm_entry_names(earlier, later->ties.key_token)) return true;
  if (earlier->list.token != 0 && later->list.token != 0)
    return earlier->list.token == later->list.token;
  if (share_set(earlier, later) || is_looked_for(earlier, later)) return true;
  if (earlier->resource == later->resource) {
    if (earlier->verb != later->verb) return true;
    if (later->ties.key_token != 0 && earlier->ties.key_token == later->ties.key_token) return true;
    if (later->ties.natural_token != 0 && earlier->ties.natural_token == later->ties.natural_token)
      return true;
  }
  return cm_entry_names(later, earlier->ties.natural_token) ||
         cm_entry_names(later, earlier->ties.key_token);
}

cm_entry *cm_queue_find_blocker(const cm_queue *queue, const cm_entry *later) {
  for (cm_entry *earlier = queue->waiting.first; earlier != later; earlier = earlier->next) {
    if (blocks(earlier, later)) return earlier;
  }
  return NULL;
}

void cm_queue_forget_blockers(cm_queue *queue) {
  for (cm_entry *entry = queue->waiting.first; entry != NULL; entry = entry->next)
    entry->ties.blocker = NULL;
}

static bool is_part_or_host(const cm_entry *entry, const cm_entry *part) {
  return part != NULL && (entry == part || entry == part->inside.host);
}

/** A write of the row with this token, of those added before `before`. @param part  It and its host do not count; NULL: all do. */
static cm_entry *find_write(const cm_queue *queue, uint64_t token, int64_t before,
                            const cm_entry *part) {
  for (cm_entry *at = cm_waiting_by_natural(queue, token); at != NULL;
       at = cm_map_next(&at->ties.by_natural)) {
    if (at->id < before && !is_part_or_host(at, part)) return at;
  }
  for (cm_entry *at = cm_waiting_by_key(queue, token); at != NULL;
       at = cm_map_next(&at->ties.by_key)) {
    if (at->id < before && !is_part_or_host(at, part)) return at;
  }
  return NULL;
}

bool cm_queue_is_written_before(const cm_queue *queue, const cm_entry *entry, uint64_t token) {
  return find_write(queue, token, entry->id, NULL) != NULL;
}

/* ---- what goes inside what ------------------------------------------------------------------------ */

static bool is_untouched(const cm_entry *entry) {
  return entry->verb == CM_VERB_INSERT && entry->change->verb == CM_VERB_INSERT &&
         entry->progress.phase == CM_PHASE_IDLE && entry->state == CM_ENTRY_QUEUED &&
         entry->progress.steps == NULL && !entry->progress.is_doubtful &&
         entry->progress.refusal == NULL;
}

cm_entry *cm_waiting_find_host(const cm_queue *queue, const cm_entry *entry, uint64_t token) {
  cm_entry *host = NULL;
  for (cm_entry *at = cm_waiting_by_natural(queue, token); at != NULL;
       at = cm_map_next(&at->ties.by_natural)) {
    bool is_near = at->ties.delete_epoch == entry->ties.delete_epoch || !entry->is_waiting;
    bool is_host = is_near && is_untouched(at) &&
                   strcmp(at->resource->name, entry->resource->inside_of->resource) == 0;
    if (is_host) host = at; /* the chain has the latest first */
  }
  return host;
}

cm_entry *cm_waiting_find_host_of(const cm_queue *queue, const cm_entry *entry) {
  cm_entry *host = NULL;
  if (entry->resource->inside_of == NULL || !is_untouched(entry)) return NULL;
  for (int i = 0; i < entry->ties.name_count && host == NULL; i++)
    host = cm_waiting_find_host(queue, entry, entry->ties.names[i]);
  return host;
}

/* ---- what blocks a part --------------------------------------------------------------------------- */

/** A write of a row that the part names, or is. */
static cm_entry *find_named(const cm_queue *queue, const cm_entry *part, uint64_t token,
                            int64_t before) {
  bool is_any = token != 0 && token != part->inside.host->ties.natural_token;
  return is_any ? find_write(queue, token, before, part) : NULL;
}

/** Another verb on the table of the part. */
static cm_entry *find_other_verb(const cm_queue *queue, const cm_entry *part) {
  if (part->ties.verb_epoch == 0) return NULL;
  for (cm_entry *at = queue->waiting.first; at != NULL && at->id < part->id; at = at->next) {
    if (at->resource == part->resource && at->verb != part->verb) return at;
  }
  return NULL;
}

cm_entry *cm_part_find_blocker(const cm_queue *queue, const cm_entry *part) {
  const cm_entry *host = part->inside.host;
  int64_t later = part->id > host->id ? part->id : host->id;
  cm_entry *found = find_named(queue, part, part->ties.natural_token, part->id);
  for (int i = 0; i < part->ties.name_count && found == NULL; i++)
    found = find_named(queue, part, part->ties.names[i], later);
  return found != NULL ? found : find_other_verb(queue, part);
}

cm_entry *cm_inside_find_blocker(const cm_queue *queue, const cm_entry *host) {
  cm_entry *found = NULL;
  for (const cm_entry *part = host->inside.first; part != NULL && found == NULL;
       part = part->inside.next)
    found = cm_part_find_blocker(queue, part);
  return found;
}
