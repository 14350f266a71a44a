/*
** answer.h -- the answer to the call of a shipment: dealt out to its rows, and what it means for each.
**
** A call that is refused refuses all its rows, whichever it means. Then each is looked for, because one that
** exists is refused for good, and the others go out again, each alone. After a call without a sure answer each row
** is looked for as any create is.
*/
#ifndef CM_WRITE_ANSWER_H
#define CM_WRITE_ANSWER_H

#include "write/shipment.h"

/** Take the answer, when it is there, and let go of the call. @return true when it was. */
bool cm_shipment_take_answer(cm_queue *queue, cm_shipment *shipment);

#endif
