/*
** group.h -- which writes go out in one call: rows of one place, see cm_write_extras; changes of one list, see
** write/whole_list.h.
*/
#ifndef CM_WRITE_GROUP_H
#define CM_WRITE_GROUP_H

#include "write/shipment.h"

/** Note with which others an entry may go out in one call. */
int cm_batch_note(cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/**
 * Put an entry that nothing blocks into an empty shipment, and those that may go with it: they wait behind it, go to the
 * same place and are not blocked.
 */
void cm_group_gather(const cm_queue *queue, cm_shipment *shipment, cm_entry *first);

#endif
