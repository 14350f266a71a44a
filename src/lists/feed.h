/*
** feed.h -- no reader meets what was created while it was reading.
** Owns: nothing.  Tests: tests/cases/write/feeding/
**
** Creates of a statement wait for its end (write/queue.h). What cannot wait, a function's POST, a row sent
** immediately, the statement of a program that has a SELECT open, comes between two pages of a list that would
** show the new row: the list would grow under who reads it, for ever where each row that is read makes another
** one. So the rest of such a list is read first, and kept.
*/
#ifndef CM_LISTS_FEED_H
#define CM_LISTS_FEED_H

#include "client/session.h"

/**
 * A POST is about to leave: read to their end all open lists that show what it creates. Most paths create nothing
 * that a list shows.
 * @param path  With or without a query.
 * @return SQLITE_OK; SQLITE_TOOBIG when more than CM_MAX_MEMO_BYTES is left of them: nothing may be created then;
 *         what the reading of a page may return.
 */
int cm_feed_before_post(cm_session *session, const char *path, cm_err *err) CM_MUST_CHECK;

#endif
