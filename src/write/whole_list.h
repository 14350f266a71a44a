/*
** whole_list.h -- lists that the API takes only as a whole. See CM_WHOLE_LIST.
**
** All changes of one list that wait are one shipment: the first one leads, the others end as it does. When they are sent the list is read, page by page, and never from the memo: what a statement
** read before may be old. The rows are put in or left out in the order of the statements. A list that
** comes out as it was is not sent.
*/
#ifndef CM_WRITE_WHOLE_LIST_H
#define CM_WRITE_WHOLE_LIST_H

#include "write/settle.h"

/**
 * Note which list an entry changes, where the API takes lists of its table only as a whole.
 * @param parent  Receives the token of the row that the list belongs to; 0: none.
 */
int cm_whole_list_note(cm_entry *entry, uint64_t *parent, cm_err *err) CM_MUST_CHECK;

/** Put the changes of the same list into the shipment of this one: up to a write of what the list belongs to, and to the next section. */
void cm_whole_list_gather(cm_entry *leader);

/** Begin to read the list. */
cm_end cm_whole_list_start(cm_queue *queue, cm_entry *entry, cm_err *err);

/** Its page is there: take it, and ask for the next. Behind the last one the write is ready, or the list is so already. */
cm_end cm_whole_list_take_page(cm_queue *queue, cm_entry *entry, cm_err *err);

#endif
