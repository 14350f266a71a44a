#include "write/shipment.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "write/entry.h"

cm_shipment *cm_shipment_new(cm_queue *queue) {
  cm_shipment *shipment = sqlite3_malloc64(sizeof *shipment);
  if (shipment == NULL) return NULL;
  memset(shipment, 0, sizeof *shipment);
  queue->shipments[queue->shipment_count++] = shipment;
  return shipment;
}

void cm_shipment_put(cm_shipment *shipment, cm_entry *behind, cm_entry *entry, cm_entry *leader) {
  cm_entry **at = behind != NULL ? &behind->next_carried : &shipment->first;
  entry->shipment = shipment;
  entry->leader = leader;
  entry->next_carried = *at;
  *at = entry;
  if (entry->next_carried == NULL) shipment->last = entry;
  shipment->rows += leader == NULL;
}

cm_entry *cm_shipment_next_row(const cm_entry *entry) {
  cm_entry *next = entry->next_carried;
  while (next != NULL && next->leader != NULL)
    next = next->next_carried;
  return next;
}

cm_entry *cm_shipment_next_of(const cm_entry *entry, const cm_entry *leader) {
  cm_entry *next = entry->next_carried;
  return next != NULL && next->leader == leader ? next : NULL;
}

void cm_shipment_leave(cm_entry *entry) {
  cm_shipment *shipment = entry->shipment;
  cm_entry *before = NULL;
  if (shipment == NULL) return;
  for (cm_entry *at = shipment->first; at != entry; at = at->next_carried)
    before = at;
  *(before != NULL ? &before->next_carried : &shipment->first) = entry->next_carried;
  if (shipment->last == entry) shipment->last = before;
  shipment->rows -= entry->leader == NULL;
  entry->shipment = NULL;
  entry->next_carried = entry->leader = NULL;
}

void cm_shipment_free(cm_queue *queue, cm_shipment *shipment) {
  int kept = 0;
  for (int i = 0; i < queue->shipment_count; i++) {
    if (queue->shipments[i] != shipment) queue->shipments[kept++] = queue->shipments[i];
  }
  queue->shipment_count = kept;
  while (shipment->first != NULL)
    cm_shipment_leave(shipment->first);
  cm_call_free(shipment->call);
  sqlite3_free(shipment);
}
