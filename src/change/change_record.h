/*
** change_record.h -- new rows as the records of a json import, see cm_bulk.
** Pure: no I/O.  Tests: tests/cases/write/bulk/
**
** An import names everything by external id, and holds the rows of a list that its row gives (the lines of an invoice) in a list of
** their own, beside it.
*/
#ifndef CM_CHANGE_CHANGE_RECORD_H
#define CM_CHANGE_CHANGE_RECORD_H

#include "base/buf.h"
#include "change/change.h"

/** The records of one import, as JSON, by their lists. */
typedef struct cm_records {
  struct {
    const char *name;
    cm_buf text; /* records with commas between */
  } lists[CM_MAX_RECORD_LISTS];
  int count;
} cm_records;

/** How long the lists are. */
typedef struct cm_records_mark {
  size_t lengths[CM_MAX_RECORD_LISTS];
} cm_records_mark;

/**
 * Can a row go as a record, as it stands? It says its data source, has a natural key or goes inside another row, and
 * names what it names by external id; its customer it may name by the uuid, see cm_change_record_owner.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_change_can_be_record(cm_change *change, bool *out, cm_err *err) CM_MUST_CHECK;

/** The external id of the customer whose record it is, to be freed; NULL: the table does not say, or the row names him by his uuid. */
int cm_change_record_customer(cm_change *change, char **out, cm_err *err) CM_MUST_CHECK;

/** The reference by whose uuid the row names its customer. NULL: it does not. */
const cm_reference *cm_change_record_owner(const cm_change *change);

/**
 * The external id under which the data source of the row knows the customer that it names by uuid: the one pair of his with
 * that data source, and with the external id that the row gives, if it gives one.
 * @param customer  He, as a list shows him.
 * @param out       Receives a text to be freed. NULL: he has no such pair, or several, or it cannot be told.
 * @return SQLITE_OK or SQLITE_NOMEM; SQLITE_ERROR: what the list shows is not JSON.
 */
int cm_change_find_customer(cm_change *change, cm_slice customer, char **out,
                            cm_err *err) CM_MUST_CHECK;

/** The tables of the items that the row gives, which stand in lists of their own in an import. @return how many there are. */
int cm_change_own_records(const cm_change *change, const cm_resource *out[CM_MAX_RECORD_LISTS]);
/** Is there one? */
bool cm_change_has_own_records(const cm_change *change);

/**
 * Add the records that a row makes.
 * @param customer  External id of its customer, for a row that names him by his uuid; NULL: it does not.
 * @return SQLITE_OK; SQLITE_TOOBIG; SQLITE_NOMEM.
 */
int cm_records_put(cm_records *records, cm_change *change, const char *customer,
                   cm_err *err) CM_MUST_CHECK;

/** Bytes of all lists, and of what stands around them. */
size_t cm_records_bytes(const cm_records *records);

/** Take the records out that were added since a mark was made. */
cm_records_mark cm_records_mark_now(const cm_records *records);
void cm_records_go_back(cm_records *records, const cm_records_mark *mark);

/** The body of the import with this name. @param out  To be freed. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_records_body(const cm_records *records, const char *name, char **out,
                    cm_err *err) CM_MUST_CHECK;

void cm_records_clear(cm_records *records);

#endif
