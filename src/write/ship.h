/*
** ship.h -- a shipment on its way, see write/shipment.h.
**
** The first row that may leave takes with it those that go to the same place. Each of them looks up
** what it names; one that fails there ends by itself and leaves the shipment. When all are ready their objects leave as
** one list, and each takes its own object of the answer (write/answer.h). A row that needs several calls makes them one
** after the other, in the same shipment.
*/
#ifndef CM_WRITE_SHIP_H
#define CM_WRITE_SHIP_H

#include "write/shipment.h"

/** Begin a shipment with an entry that nothing blocks. */
void cm_shipment_start(cm_queue *queue, cm_entry *first);

/** Go on where answers came. It is freed when its last row has ended. @return true when something happened. */
bool cm_shipment_advance(cm_queue *queue, cm_shipment *shipment);

/**
 * What became due in this round leaves: all of it is recorded, and made durable at once, before the first of it goes out.
 * @return true when something happened.
 */
bool cm_shipments_leave(cm_queue *queue);

#endif
