/*
** known_pages.h -- how many pages lists have, as scans of the session found them: for the costs of later plans.
*/
#ifndef CM_LISTS_KNOWN_PAGES_H
#define CM_LISTS_KNOWN_PAGES_H

#include "client/session.h"
#include "spec/resource.h"

/** Note the pages of a plain list. Of more than CM_MAX_KNOWN_LISTS lists the first ones stay. */
void cm_known_pages_put(cm_session *session, const cm_read *read, int64_t pages);

/** Note that the pages noted last hold so many rows in all. */
void cm_known_pages_put_rows(cm_session *session, const cm_read *read, int64_t rows);

/** Rows of a list, -1 where they are not known. */
int64_t cm_known_pages_find_rows(const cm_session *session, const cm_read *read);

/**
 * The most requests that reading a whole list takes, which has so many pages: a long one is read in several chains, and each of
 * them ends with a page that is not full.
 */
int64_t cm_known_pages_most(const cm_session *session, const cm_read *read, int64_t pages);

/** Pages of a list, 0 where they are not known. `session` is a cm_session: it fits cm_plan_choose. */
int cm_known_pages_find(void *session, const cm_read *read);

#endif
