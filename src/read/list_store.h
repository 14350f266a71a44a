/*
** list_store.h -- many requests for one table that differ only in the values of equal terms: the list that holds the
** answers is read once instead.
** Owns: copies of the rows of such lists, up to CM_MAX_MEMO_BYTES.  Tests: tests/cases/read/store/, tests/bench/requests.py
**
** The first requests are sent as they come. Once they are as many as the list has pages, the list costs no more than
** they did: it is read, and answers the rest, also by "no row" where it hides nothing that the request would find. A
** list whose length is not known is read page by page, never more pages than requests. So what is asked costs at most
** 2 x min(requests, pages) + 4. Where more requests are known to come they count from the beginning.
**
** The store belongs to the running statements, as the memo does. What does not find room is looked up: the bound is lost,
** not a row.
*/
#ifndef CM_READ_LIST_STORE_H
#define CM_READ_LIST_STORE_H

#include "client/session.h"
#include "read/list_question.h"

/** The answer of a question. Owned: cm_list_rows_clear. */
typedef struct cm_list_rows {
  bool is_known;       /* false: send the request */
  const cm_read *read; /* the list that the rows are of; NULL: the read of the question */
  cm_slice *rows;      /* as they arrived, a NUL behind each; NULL: no row */
  int count;
} cm_list_rows;

/**
 * Answer a question from a list, or count it as a request. Pages of the list may be read for it.
 *
 * @param out  Overwritten. More rows than match may be in it: those that the API would find by another value.
 * @return SQLITE_OK, or the error of a page of the list.
 */
int cm_list_store_find(cm_session *session, const cm_list_question *question, cm_list_rows *out,
                       cm_err *err) CM_MUST_CHECK;

/** Forget what was kept for the running statements: others run, or none. */
void cm_list_store_clear(cm_session *session);

void cm_list_rows_clear(cm_list_rows *rows);

#endif
