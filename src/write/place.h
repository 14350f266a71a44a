/*
** place.h -- where rows go that name their place by external id, looked up before any of them
** leaves, so that all rows of one place are found together whatever they call it. See write/batch.h.
**
** Only those names are asked for that no write of this transaction can change any more: one that is
** created here, or stands behind a run of DELETEs, is looked up when its row leaves. A look-up that
** fails says nothing here: the row asks again, and reports.
*/
#ifndef CM_WRITE_PLACE_H
#define CM_WRITE_PLACE_H

#include "write/entry.h"

/** Look up the places of rows that may go out in one call and name them by external id, before any of them leaves. */
void cm_queue_find_places(cm_queue *queue);

#endif
