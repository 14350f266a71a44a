#include "write/shipment.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "write/entry.h"
#include "write/state.h"

cm_shipment *cm_shipment_new(cm_queue *queue) {
  cm_shipment *shipment = sqlite3_malloc64(sizeof *shipment);
  if (shipment == NULL) return NULL;
  memset(shipment, 0, sizeof *shipment);
  queue->sending.shipments[queue->sending.shipment_count++] = shipment;
  return shipment;
}

void cm_shipment_put(cm_shipment *shipment, cm_entry *behind, cm_entry *entry, cm_entry *leader) {
  cm_entry **at = behind != NULL ? &behind->progress.next_carried : &shipment->first;
  entry->progress.shipment = shipment;
  entry->progress.leader = leader;
  entry->progress.next_carried = *at;
  *at = entry;
  if (entry->progress.next_carried == NULL) shipment->last = entry;
  shipment->rows += leader == NULL;
}

cm_entry *cm_shipment_next_row(const cm_entry *entry) {
  cm_entry *next = entry->progress.next_carried;
  while (next != NULL && next->progress.leader != NULL)
    next = next->progress.next_carried;
  return next;
}

cm_entry *cm_shipment_next_of(const cm_entry *entry, const cm_entry *leader) {
  cm_entry *next = entry->progress.next_carried;
  return next != NULL && next->progress.leader == leader ? next : NULL;
}

void cm_shipment_leave(cm_entry *entry) {
  cm_shipment *shipment = entry->progress.shipment;
  cm_entry *before = NULL;
  if (shipment == NULL) return;
  for (cm_entry *at = shipment->first; at != entry; at = at->progress.next_carried)
    before = at;
  *(before != NULL ? &before->progress.next_carried
                   : &shipment->first) = entry->progress.next_carried;
  if (shipment->last == entry) shipment->last = before;
  shipment->rows -= entry->progress.leader == NULL;
  entry->progress.shipment = NULL;
  entry->progress.next_carried = entry->progress.leader = NULL;
}

void cm_shipment_free(cm_queue *queue, cm_shipment *shipment) {
  int kept = 0;
  for (int i = 0; i < queue->sending.shipment_count; i++) {
    if (queue->sending.shipments[i] != shipment)
      queue->sending.shipments[kept++] = queue->sending.shipments[i];
  }
  queue->sending.shipment_count = kept;
  while (shipment->first != NULL)
    cm_shipment_leave(shipment->first);
  cm_call_free(shipment->call);
  sqlite3_free(shipment->body);
  cm_import_release(shipment->import);
  sqlite3_free(shipment);
}
