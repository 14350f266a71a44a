#include "write/group.h"

#include "base/sqlite_api.h"
#include "change/change_names.h"
#include "record/token.h"
#include "write/entry.h"
#include "write/inside.h"
#include "write/shipment.h"
#include "write/waiting.h"
#include "write/whole_list.h"

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

/** Nothing in front of the entry blocks it, given that nothing blocks `first`. */
static bool may_follow(const cm_queue *queue, const cm_entry *first, const cm_entry *entry) {
  if (entry->ties.delete_epoch != first->ties.delete_epoch ||
      entry->ties.verb_epoch != first->ties.verb_epoch)
    return false;
  if (entry->ties.natural_token != 0 &&
      cm_queue_is_written_before(queue, entry, entry->ties.natural_token))
    return false;
  for (int i = 0; i < entry->ties.name_count; i++) {
    if (cm_queue_is_written_before(queue, entry, entry->ties.names[i])) return false;
  }
  return cm_inside_find_blocker(queue, entry) == NULL;
}

static void gather_rows(const cm_queue *queue, cm_shipment *shipment, const cm_entry *first) {
  int room = cm_batch_size(first);
  size_t bytes = first->bytes + cm_inside_bytes(first);
  for (cm_entry *entry = first->ties.next_by_batch; entry != NULL && shipment->rows < room;
       entry = entry->ties.next_by_batch) {
    if (entry->ties.batch_token != first->ties.batch_token ||
        entry->progress.phase != CM_PHASE_IDLE || entry->bulk.may_go || cm_batch_size(entry) == 1 ||
        !may_follow(queue, first, entry))
      continue;
    bytes += entry->bytes + cm_inside_bytes(entry);
    if (bytes > CM_MAX_BATCH_BYTES) return;
    cm_shipment_put(shipment, shipment->last, entry, NULL);
  }
}

void cm_group_gather(const cm_queue *queue, cm_shipment *shipment, cm_entry *first) {
  cm_shipment_put(shipment, NULL, first, NULL);
  if (first->list.token != 0) cm_whole_list_gather(first);
  if (cm_batch_size(first) > 1) gather_rows(queue, shipment, first);
}
