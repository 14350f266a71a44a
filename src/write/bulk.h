/*
** bulk.h -- which rows of a COMMIT go in json imports (write_mode bulk), and how they are put together.
** Tests: tests/cases/write/bulk/
**
** New rows whose descriptor has a cm_bulk may go, if they name all that they name by external id, or their customer by a uuid for
** which the list of customers has the external id, and nothing in front of them
** in the queue has to end first but rows that go in the same import, or in one before it. Rows under OR IGNORE and OR REPLACE are
** looked for first: what is there goes row by row. A row goes only together with those that belong to it (the lines of an
** invoice), and all rows of a customer in one import. One import is under way at a time, before anything that goes row
** by row; when nothing is under way any more, those that were in the way have ended, and the next rows are chosen.
*/
#ifndef CM_WRITE_BULK_H
#define CM_WRITE_BULK_H

#include "write/entry.h"

/** A COMMIT begins: which rows may go in imports at all? Comes when the parts have been found. */
void cm_bulk_begin(cm_queue *queue);

/** While nothing is under way: start the next import, or go on with one that an earlier COMMIT has sent. @return true when something happened. */
bool cm_bulk_start(cm_queue *queue);

/** Is an import under way? */
bool cm_bulk_is_under_way(const cm_queue *queue);

/** Nothing moves any more: what may go in imports goes row by row. @return true when there was such a row. */
bool cm_bulk_give_up(cm_queue *queue);

#endif
