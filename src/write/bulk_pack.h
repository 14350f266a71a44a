/*
** bulk_pack.h -- an import made of the rows that are chosen for one: as many customers as it holds, each with all of them.
*/
#ifndef CM_WRITE_BULK_PACK_H
#define CM_WRITE_BULK_PACK_H

#include "write/entry.h"

/** Put chosen rows of one data source into an import that can leave, in a shipment of its own. @return true when there was one. */
bool cm_bulk_pack(cm_queue *queue);

#endif
