/*
** list_store.h -- many requests for one table that differ only in the values of equal terms: the list that holds the
** answers is read once instead.
** Owns: copies of the rows of such lists, up to CM_MAX_MEMO_BYTES.  Tests: tests/cases/read/store/, tests/bench/requests.py
**
** The first requests are sent as they come; one that is answered by several pages counts as so many. Once they are as many as the list has pages, the list costs no more than
** they did: it is read, and answers the rest, also by "no row" where it hides nothing that the request would find. A
** list whose length is not known is read page by page, never more pages than requests. So what is asked costs at most
** 2 x min(requests, pages) + 4. Where more requests are known to come they count from the beginning.
**
** The store belongs to the running statements, as the memo does. What does not find room is looked up: the bound is lost,
** not a row.
*/
#ifndef CM_LISTS_LIST_STORE_H
#define CM_LISTS_LIST_STORE_H

#include "client/session.h"
#include "lists/list_question.h"
#include "record/row_store.h"

/**
 * Answer a question from a list, or count it as a request. Pages of the list may be read for it.
 *
 * @param out  Overwritten. More rows than match may be in it: those that the API would find by another value.
 * @return SQLITE_OK, or the error of a page of the list.
 */
int cm_list_store_find(cm_session *session, const cm_list_question *question, cm_list_rows *out,
                       cm_err *err) CM_MUST_CHECK;

/** What is to be done about a question that is likely to be asked soon. */
typedef enum cm_list_guess {
  CM_GUESS_SEND,     /* its request would be sent: it counts from now on */
  CM_GUESS_NEEDLESS, /* the answer is here, or the request was sent before */
  CM_GUESS_WAIT      /* a list may be cheaper: not before it is asked */
} cm_list_guess;

/**
 * May the request of a question be sent before it is asked? So it costs no more than if it had not been. No page is read.
 * @param question  Without values that no request can carry.
 */
cm_list_guess cm_list_store_guess(cm_session *session, const cm_list_question *question);

/**
 * The request that was sent for a question was answered by so many pages more: each of them counts as a request.
 * @param kind  From cm_list_store_find; of statements that have ended: nothing happens.
 */
void cm_list_store_count(cm_session *session, int64_t kind, int64_t pages);

/** A cursor of the session is opened, or closed: what is kept for the running statements goes with the last one. */
void cm_list_store_open_cursor(cm_session *session);
void cm_list_store_close_cursor(cm_session *session);

/**
 * Where rows stand that were shown to the running statements, see read/places.c.
 * @return NULL: memory ran out. Borrowed until one of the functions below is called.
 */
cm_row_store *cm_list_store_places(cm_session *session);

/** Forget what was kept for the running statements: others run, or none. */
void cm_list_store_clear(cm_session *session);

#endif
