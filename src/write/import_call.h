/*
** import_call.h -- an import on its way: sent, asked until it is done, its words dealt out to its rows.
** Tests: tests/cases/write/bulk/
**
** Once the call has left nothing is known of a row but what the import says, or what a look shows. The import is asked by its
** name, at growing intervals; where its call brought no answer, too, and it is sent again only where it is not there. What it does not
** say of a row alone (a customer's records of one kind have one status) is looked for by natural key. A row that it says
** nothing of and that nothing shows is unknown.
**
** A COMMIT that ends before the import does leaves its rows waiting, in doubt; the next one asks again.
*/
#ifndef CM_WRITE_IMPORT_CALL_H
#define CM_WRITE_IMPORT_CALL_H

#include "write/shipment.h"

/** Has the import of a shipment left, and not said all yet? None: false. */
bool cm_import_is_out(const cm_shipment *shipment);

/** Go on with an import that has left. @return true when something happened. */
bool cm_import_advance(cm_queue *queue, cm_shipment *shipment);

/** A later COMMIT has put rows whose import was not done into a shipment: ask what became of them. */
void cm_import_resume(cm_queue *queue, cm_shipment *shipment);

#endif
