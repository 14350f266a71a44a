/*
** fetch.h -- the lists of the account read into stages: each list once, for all tables that are made from it.
** Owns: nothing.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_FETCH_H
#define CM_COPY_FETCH_H

#include "copy/stage.h"

/**
 * Read the list of these tables, which have one leader, into their stages. A row that the copy holds and the list lacks
 * is asked for by its key: rows may move while a list is read.
 * @param stages     Open and empty, one for each table.
 * @param first_day  Of series; "" is what the API does by itself.
 */
int cm_fetch_list(cm_session *session, cm_stage *stages, int count, const char *first_day,
                  cm_err *err) CM_MUST_CHECK;

#endif
