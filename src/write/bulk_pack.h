/*
** bulk_pack.h -- an import made of the rows that are chosen for one: as many customers as it holds, each with all of them.
*/
#ifndef CM_WRITE_BULK_PACK_H
#define CM_WRITE_BULK_PACK_H

#include "write/entry.h"

/** Put chosen rows of one data source into an import that can leave, in a shipment of its own. @return true when there was one. */
bool cm_bulk_pack(cm_queue *queue);

/** The path of the import that carries a row. @param out  To be freed. @return as cm_change_fill. */
int cm_bulk_path(cm_entry *entry, char **out, cm_err *err) CM_MUST_CHECK;

/** A part is of the customer of the row that it goes inside; any other row stays as it is. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_bulk_take_customer(cm_entry *entry) CM_MUST_CHECK;

/** How many items the lists of a row have: each part is told. */
void cm_bulk_count_items(cm_entry *host);

#endif
